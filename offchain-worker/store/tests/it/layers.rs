//! The layers of the crate, as its README draws them: each names only those below it.

use std::{
	fs,
	path::{Path, PathBuf},
};

/// Each part of the crate, and the parts that it must not name.
const MUST_NOT_NAME: [(&str, &[&str]); 8] = [
	("disk", &["http", "ipfs", "store", "client", "serve", "fetch", "registry", "axum", "reqwest", "rlc_service"]),
	("http", &["disk", "ipfs", "store", "client", "serve", "fetch", "registry", "axum"]),
	("ipfs", &["disk", "store", "client", "serve", "fetch", "registry", "axum"]),
	("store", &["http", "client", "serve", "fetch", "registry", "axum", "reqwest"]),
	("client", &["store", "ipfs", "serve", "fetch", "registry", "axum"]),
	("serve", &["ipfs", "client", "fetch", "registry", "reqwest"]),
	("fetch", &["store", "serve", "registry", "axum"]),
	("registry", &["disk", "ipfs", "store", "client", "serve", "fetch", "axum"]),
];
/// The parts on which all others stand.
const GROUND: [&str; 6] = ["archive", "cid", "clock", "error", "sizes", "token"];

/// Returns the source files of a part.
fn files(part: &str) -> Vec<PathBuf> {
	let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
	let mut files = vec![source.join(format!("{part}.rs"))];
	let mut directories = vec![source.join(part)];
	while let Some(directory) = directories.pop() {
		for entry in fs::read_dir(directory).into_iter().flatten() {
			let path = entry.unwrap().path();
			if path.is_dir() { &mut directories } else { &mut files }.push(path);
		}
	}
	files
}

/// Returns whether code names a module or a crate: `name::`, not as the end of another name or path.
fn names(code: &str, name: &str) -> bool {
	let path = format!("{name}::");
	code.match_indices(&path).any(|(at, _)| {
		let before = code[..at].chars().next_back();
		before.is_none_or(|one| !one.is_alphanumeric() && one != '_' && one != ':') || code[..at].ends_with("crate::")
	})
}

#[test]
fn layers_name_only_those_below_them() {
	let above_ground = MUST_NOT_NAME.map(|(part, _)| part);
	let on_ground = GROUND.map(|part| (part, &above_ground[..]));
	let rules = MUST_NOT_NAME.into_iter().chain(on_ground);
	for (part, forbidden) in rules {
		for file in files(part) {
			let text = fs::read_to_string(&file).unwrap();
			let code: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
			for name in forbidden {
				assert!(!names(&code.join("\n"), name), "{} names {name}", file.display());
			}
		}
	}
}

#[test]
fn every_part_has_its_rule() {
	let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
	for entry in fs::read_dir(source).unwrap() {
		let path = entry.unwrap().path();
		let part = path.file_stem().unwrap().to_str().unwrap();
		let is_known = GROUND.contains(&part) || MUST_NOT_NAME.iter().any(|(known, _)| *known == part);
		assert!(is_known || part == "lib", "{part} is a new part: add it to the layers in README.md and here");
	}
}
