//! Whose fault it is that a program did not run: what can be seen in its image, rather than what `runc` says.

use std::{fs::File, io::Read, path::Path};

use rustix::{
	fs::{openat2, FileType, Mode, OFlags, ResolveFlags},
	io::Errno,
};

/// What Docker and shells exit with if a program cannot be executed, and if there is none.
const CANNOT_EXECUTE: i32 = 126;
const NOT_FOUND: i32 = 127;
/// How a script names its interpreter, and how long the line is.
const SCRIPT: &[u8] = b"#!";
const LONGEST_LINE: usize = 256;
/// How a program for Linux begins; where its class and its machine are.
const ELF: &[u8] = b"\x7fELF";
const CLASS: usize = 4;
const MACHINE: usize = 18;
/// What programs of this machine have there: the class of 64 bits, and a number.
const CLASS_64: u8 = 2;
const OURS: u16 = if cfg!(target_arch = "aarch64") { 183 } else { 62 };

/// Why an image's own program cannot run, wherever it is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
	/// What the run exits with.
	pub code: i32,
	/// What is wrong.
	pub words: String,
	/// Whether the image has the program, so that no other file of the container was meant.
	pub is_certain: bool,
}

/// Returns what is wrong with a program and its directory in an image, if something is.
///
/// `root` is the image, `environment` the program's. Call it when a program did not run: what a container has beside its
/// image is not looked at, such as programs among its input.
pub fn of_image(root: &Path, program: &str, environment: &[String], directory: &str) -> Option<Fault> {
	let root = File::open(root).ok()?;
	of_directory(&root, directory).or_else(|| of_program(&root, program, environment, directory))
}

fn of_directory(root: &File, directory: &str) -> Option<Fault> {
	match open(root, directory, OFlags::PATH) {
		Ok(found) if kind(&found) != Some(FileType::Directory) => {
			Some(cannot(format!("its working directory {directory} is not one")))
		}
		Err(Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG) => {
			Some(cannot(format!("its working directory {directory} cannot be made")))
		}
		// What is missing is made.
		_ => None,
	}
}

fn of_program(root: &File, program: &str, environment: &[String], directory: &str) -> Option<Fault> {
	let none = || {
		let words = format!("{program}: the image has no such program");
		Some(Fault { code: NOT_FOUND, words, is_certain: false })
	};
	let candidates: Vec<_> = match program {
		"" => return none(),
		_ if program.contains('/') => vec![Path::new(directory).join(program)],
		_ => {
			let path = environment.iter().find_map(|variable| variable.strip_prefix("PATH=")).unwrap_or_default();
			path.split(':').map(|path| Path::new(directory).join(path).join(program)).collect()
		}
	};
	let mut fault = none();
	for candidate in candidates {
		match of_file(root, &candidate) {
			Ok(found) => return found,
			Err(Errno::NOENT | Errno::NOTDIR) => {}
			Err(Errno::LOOP | Errno::NAMETOOLONG) => fault = Some(cannot(format!("{program} cannot be followed"))),
			// Not of the image.
			Err(_) => return None,
		}
	}
	fault
}

/// Returns what is wrong with an executable file, if something is.
fn of_file(root: &File, path: &Path) -> rustix::io::Result<Option<Fault>> {
	let found = open(root, path, OFlags::PATH)?;
	let cannot = |why: &str| Ok(Some(cannot(format!("{}: {why}", path.display()))));
	if kind(&found) != Some(FileType::RegularFile) {
		return cannot("it is not a file");
	}
	if rustix::fs::fstat(&found)?.st_mode & 0o111 == 0 {
		return cannot("it is not executable");
	}
	let mut start = Vec::new();
	let read = open(root, path, OFlags::RDONLY)?.take(LONGEST_LINE as u64).read_to_end(&mut start);
	if read.is_err() {
		return Ok(None);
	}
	if let Some(line) = start.strip_prefix(SCRIPT) {
		let line = String::from_utf8_lossy(line.split(|byte| *byte == b'\n').next().unwrap_or_default()).into_owned();
		let interpreter = line.split_whitespace().next().unwrap_or_default();
		return match open(root, interpreter, OFlags::PATH) {
			Err(Errno::NOENT | Errno::NOTDIR) => {
				let words = format!("{}: the image has no interpreter {interpreter}", path.display());
				Ok(Some(Fault { code: NOT_FOUND, words, is_certain: true }))
			}
			_ => Ok(None),
		};
	}
	let machine = start.get(MACHINE..MACHINE + 2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
	if !start.starts_with(ELF) {
		return cannot("it is neither a program nor a script that names its interpreter");
	}
	if start.get(CLASS) != Some(&CLASS_64) || machine != Some(OURS) {
		return cannot("it is a program for another machine");
	}
	Ok(None)
}

fn cannot(words: String) -> Fault {
	Fault { code: CANNOT_EXECUTE, words, is_certain: true }
}

/// Opens what a path means inside of an image.
fn open(root: &File, path: impl AsRef<Path>, flags: OFlags) -> rustix::io::Result<File> {
	let flags = flags | OFlags::CLOEXEC;
	Ok(openat2(root, path.as_ref(), flags, Mode::empty(), ResolveFlags::IN_ROOT)?.into())
}

fn kind(file: &File) -> Option<FileType> {
	rustix::fs::fstat(file).ok().map(|data| FileType::from_raw_mode(data.st_mode))
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{
		fs::{self, Permissions},
		os::unix::fs::{symlink, PermissionsExt},
	};

	struct Image(tempfile::TempDir);

	impl Image {
		fn new() -> Self {
			let image = Self(tempfile::tempdir().unwrap());
			fs::create_dir(image.0.path().join("bin")).unwrap();
			image
		}

		fn with(self, name: &str, mode: u32, bytes: &[u8]) -> Self {
			let path = self.0.path().join(name);
			fs::write(&path, bytes).unwrap();
			fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
			self
		}

		fn fault(&self, program: &str, directory: &str) -> Option<i32> {
			let environment = ["PATH=/none:/bin".to_owned()];
			of_image(self.0.path(), program, &environment, directory).map(|fault| fault.code)
		}
	}

	fn program(class: u8, machine: u16) -> Vec<u8> {
		let mut bytes = [ELF, &[class], &[0; 13], &machine.to_le_bytes()].concat();
		bytes.resize(64, 0);
		bytes
	}

	#[test]
	fn programs_that_can_run_are_in_order() {
		let image = Image::new().with("bin/app", 0o755, &program(CLASS_64, OURS));
		symlink("/bin/app", image.0.path().join("link")).unwrap();
		let image = image.with("script", 0o755, b"#! /bin/app -x\nwords");
		for (program, directory) in
			[("/bin/app", "/"), ("app", "/bin"), ("./app", "/bin"), ("/link", "/made"), ("/script", "/")]
		{
			assert_eq!(image.fault(program, directory), None, "{program} {directory}");
		}
	}

	#[test]
	fn what_is_not_there_is_127() {
		let image = Image::new().with("script", 0o755, b"#!/bin/none\n");
		for program in ["", "/none", "none", "/bin/none/x", "/script", "/script/x"] {
			assert_eq!(image.fault(program, "/"), Some(NOT_FOUND), "{program}");
		}
	}

	#[test]
	fn what_cannot_be_executed_is_126() {
		let image = Image::new()
			.with("text", 0o755, b"words")
			.with("empty", 0o755, b"")
			.with("plain", 0o644, &program(CLASS_64, OURS))
			.with("other", 0o755, &program(CLASS_64, 8))
			.with("small", 0o755, &program(1, OURS))
			.with("short", 0o755, ELF);
		symlink("circle", image.0.path().join("circle")).unwrap();
		for program in ["/text", "/empty", "/plain", "/other", "/small", "/short", "/bin", "/circle"] {
			assert_eq!(image.fault(program, "/"), Some(CANNOT_EXECUTE), "{program}");
		}
	}

	#[test]
	fn directory_that_cannot_be_is_126() {
		let image = Image::new().with("bin/app", 0o755, &program(CLASS_64, OURS));
		for directory in ["/bin/app", "/bin/app/below", &"n".repeat(300)] {
			assert_eq!(image.fault("/bin/app", directory), Some(CANNOT_EXECUTE), "{directory}");
		}
	}

	/// Links of an image mean its own files, never this machine's.
	#[test]
	fn links_do_not_lead_out_of_the_image() {
		let image = Image::new();
		symlink("../../../../../../bin/sh", image.0.path().join("out")).unwrap();
		symlink("/proc/self/exe", image.0.path().join("exe")).unwrap();
		assert_eq!((image.fault("/out", "/"), image.fault("/exe", "/")), (Some(NOT_FOUND), Some(NOT_FOUND)));
	}
}
