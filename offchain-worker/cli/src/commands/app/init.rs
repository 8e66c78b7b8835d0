//! `rlc app init`: a small app to begin with.

use std::{fs, path::Path};

use serde_json::json;

use crate::{
	failure::{failure, Result},
	output::Answer,
};

/// The files of the example; `{{name}}` stands for the app's name.
const FILES: [(&str, &str); 4] = [
	(".gitignore", include_str!("../../../../apps/hello/template/gitignore.template")),
	("Cargo.toml", include_str!("../../../../apps/hello/template/Cargo.toml.template")),
	("README.md", include_str!("../../../../apps/hello/template/README.md.template")),
	("src/main.rs", include_str!("../../../../apps/hello/src/main.rs")),
];
/// What the app's name takes the place of.
const NAME: &str = "{{name}}";

/// Writes them into a directory that is not there yet.
///
/// # Errors
///
/// If it is, or its name is none of a package.
pub fn run(dir: &Path) -> Result<Answer> {
	let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or_default();
	let letters = name.starts_with(|c: char| c.is_ascii_alphabetic());
	if !letters || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
		return Err(failure!("{name:?} is no app's name; use letters, digits, '-' and '_', and begin with a letter"));
	}
	if dir.exists() {
		return Err(failure!("{} is there already; take another name", dir.display()));
	}
	let write = || {
		fs::create_dir_all(dir.join("src"))?;
		FILES.iter().try_for_each(|(path, text)| fs::write(dir.join(path), text.replace(NAME, name)))
	};
	write().map_err(|error| failure!("{}: {error}", dir.display()))?;
	let text = format!(
		"{} holds a small app; its README.md says more. Next:\n  cd {0}\n  \
		 cargo build --release --target wasm32-wasip1\n  \
		 rlc app try target/wasm32-wasip1/release/{name}.wasm --args=\"first second\"\n  \
		 rlc app deploy target/wasm32-wasip1/release/{name}.wasm --name {name} --price 0.1 --publish --account ME\n  \
		 rlc app run APP --args=\"first second\" --account ME",
		dir.display()
	);
	Ok(Answer::new(text, json!({ "dir": dir, "files": FILES.map(|(path, _)| path) })))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_app_is_written_once_under_its_name() {
		let parent = tempfile::tempdir().unwrap();
		let dir = parent.path().join("hello");
		run(&dir).unwrap();
		let manifest = fs::read_to_string(dir.join("Cargo.toml")).unwrap();
		assert!(manifest.contains("name = \"hello\""));
		for (path, _) in FILES {
			assert!(!fs::read_to_string(dir.join(path)).unwrap().contains(NAME), "{path}");
		}
		assert!(run(&dir).unwrap_err().to_string().contains("is there already"));
		assert!(run(&parent.path().join("1 two")).unwrap_err().to_string().contains("is no app's name"));
	}
}
