//! `rlc app init`: a small app to begin with.

use std::{fs, path::PathBuf};

use clap::Args;
use serde_json::json;

use crate::{
	answer::Answer,
	failure::{disk, failure, Result},
};

/// The files of the example; `{{name}}` stands for the app's name.
const FILES: [(&str, &str); 4] = [
	(".gitignore", include_str!("../../../../apps/hello/template/gitignore.template")),
	("Cargo.toml", include_str!("../../../../apps/hello/template/Cargo.toml.template")),
	("README.md", include_str!("../../../../apps/hello/template/README.md.template")),
	("src/main.rs", include_str!("../../../../apps/hello/src/main.rs")),
];
/// What the app's name replaces.
const NAME: &str = "{{name}}";

/// Write a small app in Rust to begin with
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc app init hello && cd hello && cargo build --release --target wasm32-wasip1")]
pub(crate) struct Init {
	/// The directory to create; its name is the app's
	pub dir: PathBuf,
}

/// Writes the files into a new directory.
pub(crate) fn run(Init { dir }: Init) -> Result<Answer> {
	let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or_default();
	let letters = name.starts_with(|c: char| c.is_ascii_alphabetic());
	if !letters || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
		return Err(failure!(AppName, "{name:?} cannot be the name of an app";
			"use letters, digits, '-' and '_', and begin with a letter"));
	}
	if dir.exists() {
		return Err(failure!(OutputTaken, "{} exists already", dir.display(); "choose another name"));
	}
	let write = || {
		fs::create_dir_all(dir.join("src"))?;
		FILES.iter().try_for_each(|(path, text)| fs::write(dir.join(path), text.replace(NAME, name)))
	};
	write().map_err(disk(&dir))?;
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
	fn app_is_written_once_under_its_name() {
		let parent = tempfile::tempdir().unwrap();
		let dir = parent.path().join("hello");
		run(Init { dir: dir.clone() }).unwrap();
		let manifest = fs::read_to_string(dir.join("Cargo.toml")).unwrap();
		assert!(manifest.contains("name = \"hello\""));
		for (path, _) in FILES {
			assert!(!fs::read_to_string(dir.join(path)).unwrap().contains(NAME), "{path}");
		}
		assert!(run(Init { dir }).unwrap_err().to_string().contains("exists already"));
		let refused = run(Init { dir: parent.path().join("1 two") }).unwrap_err();
		assert!(refused.to_string().contains("cannot be the name of an app"));
	}
}
