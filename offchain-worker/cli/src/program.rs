//! The program that a command names: a file, or an image that is packed into one.

use std::{
	fs::{self, File},
	io::{self, BufWriter, Read},
	path::{Path, PathBuf},
};

use rlc_primitives::assets::AppKind;
use rlc_sandbox::Error;
use rlc_service::blocking;
use rlc_store::{
	archive::{self, ArchiveError},
	FetchErrorKind, RegistryImage,
};
use tempfile::TempDir;

use crate::{
	context::Context,
	failure::{disk, failure, Failure, Result},
};

/// The prefix of an image in a registry.
const REGISTRY: &str = "docker://";
/// The first bytes of what gzip and zstd compress.
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// How many bytes tell what a file is: a tar names itself at 257.
const HEAD: u64 = 265;

/// A program's file. Dropping this removes what was made for it.
pub(crate) struct Program {
	/// The file.
	pub file: PathBuf,
	/// The directory that it was made in, if it was.
	_made: Option<TempDir>,
}

impl Program {
	/// Finds the program of this name: a file, an OCI layout's directory, or `docker://HOST/NAME:TAG`.
	///
	/// # Errors
	///
	/// If an image cannot be pulled or packed. A missing file is noticed when it is read.
	pub(crate) async fn find(context: &Context, named: &Path) -> Result<Self> {
		let image = named.to_str().and_then(|named| named.strip_prefix(REGISTRY));
		if image.is_none() && !is_layout(named) {
			return Ok(Self { file: named.to_owned(), _made: None });
		}
		let dir = tempfile::tempdir().map_err(disk(&std::env::temp_dir()))?;
		let (layout, name) = match image {
			Some(image) => {
				let (from, layout) = (image.parse::<RegistryImage>()?, dir.path().join("layout"));
				let progress = context.out.wait(format!("pulling {image}"));
				from.pull(&layout, context.global.http_proxy.as_ref()).await.map_err(|error| match error.kind {
					FetchErrorKind::Unreachable => Failure::from(error)
						.advise("check HOST, or give an image that another program pulled and saved"),
					_ => error.into(),
				})?;
				drop(progress);
				(layout, Path::new(image))
			}
			None => (named.to_owned(), named),
		};
		Ok(Self { file: pack(&layout, name, dir.path())?, _made: Some(dir) })
	}
}

/// Returns whether this is a directory as OCI lays images out.
fn is_layout(path: &Path) -> bool {
	["oci-layout", "index.json"].iter().all(|file| path.join(file).is_file())
}

/// Packs a layout into one file in another directory, named after the end of `name`: the same bytes wherever it is packed.
fn pack(layout: &Path, name: &Path, dir: &Path) -> Result<PathBuf> {
	// Resolves `.` too, and links to a layout.
	let layout = layout.canonicalize().map_err(disk(layout))?;
	let name = name.file_name().or(layout.file_name()).unwrap_or_default();
	let file = dir.join(format!("{}.tar", name.to_string_lossy()));
	let to = BufWriter::new(File::create(&file).map_err(disk(&file))?);
	match archive::pack(&layout, to) {
		Ok(_) => Ok(file),
		Err(ArchiveError::NotRegular { path, kind }) => Err(failure!(ImageInvalid, "{} is a {kind}", path.display();
				"an image's layout consists of regular files only; copy it with `cp -rL` first")),
		Err(error) => Err(failure!(ImageInvalid, "the image cannot be packed: {error}")),
	}
}

/// Returns what runs a program, by how its file begins.
///
/// # Errors
///
/// If it cannot be read, or is neither a module nor an image.
pub(crate) fn kind_of(path: &Path) -> Result<AppKind> {
	let mut head = Vec::new();
	let file = File::open(path).map_err(disk(path))?;
	file.take(HEAD).read_to_end(&mut head).map_err(disk(path))?;
	if head.starts_with(b"\0asm") {
		return Ok(AppKind::Wasm);
	}
	// Of compressed files, only an image runs anywhere; whether this is one is seen when it is unpacked.
	if head.get(257..262) == Some(b"ustar") || head.starts_with(GZIP) || head.starts_with(ZSTD) {
		return Ok(AppKind::Container);
	}
	Err(failure!(FileKind, "{} is neither a WebAssembly module nor the tar of an image", path.display();
		"build for wasm32-wasip1, or use `docker save`"))
}

/// Refuses an image that no worker takes: its buyers would find out. `named` is what the command calls it.
///
/// # Errors
///
/// Why it is not taken, or why that cannot be told.
pub(crate) async fn check_image(context: &Context, named: &Path, path: &Path) -> Result<()> {
	let dir = tempfile::tempdir().map_err(disk(&std::env::temp_dir()))?;
	let (image, unpacked) = (path.to_owned(), dir.path().join("image"));
	let progress = context.out.wait("checking the image as a worker does");
	let checked = blocking(move || Ok::<_, io::Error>(rlc_sandbox::check_image(&image, unpacked))).await;
	drop(progress);
	let named = named.display();
	checked.map_err(disk(path))?.map_err(|error| match error {
		Error::App(why) => failure!(ImageInvalid, "{named}: {why}"),
		Error::OtherMachine(why) => failure!(ImageInvalid, "{named} does not run on this kind of machine: {why}";
			"build it for this one, or sell it to pools that have others, with --unchecked"),
		Error::Host(why) => failure!(FileUnusable, "{named} cannot be checked: {why}";
			"make room where TMPDIR is, or deploy it with --unchecked"),
	})
}

/// Refuses a module that runs on no worker: its buyers would find out.
///
/// # Errors
///
/// Why it does not run, and how to build it instead.
pub(crate) fn check_module(path: &Path) -> Result<()> {
	let module = fs::read(path).map_err(disk(path))?;
	rlc_sandbox::check_module(&module).map_err(|why| failure!(FileKind, "{} runs on no worker: {why}", path.display()))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn layouts_become_the_same_file_wherever_they_are() {
		let dir = tempfile::tempdir().unwrap();
		let layouts = ["one", "two"].map(|name| dir.path().join(name));
		for layout in &layouts {
			fs::create_dir_all(layout.join("blobs/sha256")).unwrap();
			fs::write(layout.join("blobs/sha256").join("ab".repeat(32)), "a layer").unwrap();
			fs::write(layout.join("index.json"), "{}").unwrap();
			assert!(!is_layout(layout));
			fs::write(layout.join("oci-layout"), "{}").unwrap();
			assert!(is_layout(layout));
		}
		let packed = layouts.map(|layout| pack(&layout, &layout, dir.path()).unwrap());
		assert_eq!(packed[0], dir.path().join("one.tar"));
		assert_eq!(kind_of(&packed[0]), Ok(AppKind::Container));
		assert_eq!(fs::read(&packed[0]).unwrap(), fs::read(&packed[1]).unwrap());

		// Nothing outside of a layout is packed.
		let leading_out = dir.path().join("one");
		std::os::unix::fs::symlink("/etc/passwd", leading_out.join("link")).unwrap();
		let refused = pack(&leading_out, &leading_out, dir.path()).unwrap_err().to_string();
		assert!(refused.contains("link is a symbolic link; an image's layout"), "{refused}");
		assert!(!is_layout(&packed[0]));
	}

	#[test]
	fn module_that_runs_on_no_worker_is_refused_with_what_to_build_for() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("app.wasm");
		let check = |import: &str| {
			let program = r#"(memory (export "memory") 1) (func (export "_start"))"#;
			fs::write(&path, wat::parse_str(format!("(module {import} {program})")).unwrap()).unwrap();
			check_module(&path).map_err(|error| error.to_string())
		};
		assert_eq!(check(""), Ok(()));
		let refused = check(r#"(import "wasix_32v1" "thread_exit" (func (param i32)))"#).unwrap_err();
		assert!(refused.contains("thread_exit of wasix_32v1") && refused.contains("wasm32-wasip1"), "{refused}");
	}

	#[test]
	fn kind_of_program_is_what_its_file_begins_with() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("file");
		let kind = |bytes: &[u8]| {
			fs::write(&path, bytes).unwrap();
			kind_of(&path)
		};
		assert_eq!(kind(b"\0asm\x01\0\0\0"), Ok(AppKind::Wasm));
		let mut tar = vec![0; 512];
		tar[257..262].copy_from_slice(b"ustar");
		assert_eq!(kind(&tar), Ok(AppKind::Container));
		assert_eq!(kind(&[0x1f, 0x8b, 0x08, 0x00]), Ok(AppKind::Container));
		assert_eq!(kind(&[0x28, 0xb5, 0x2f, 0xfd, 0x04]), Ok(AppKind::Container));
		assert!(kind(b"#!/bin/sh").unwrap_err().to_string().contains("is neither"));
		assert!(kind_of(Path::new("/no/such/file")).unwrap_err().to_string().starts_with("/no/such/file: "));
	}
}
