//! The program that a command names: a file, or an image that is made one.

use std::{
	fs::File,
	io::BufWriter,
	path::{Path, PathBuf},
};

use rlc_store::{
	archive::{self, ArchiveError},
	FetchErrorKind, RegistryImage,
};
use tempfile::TempDir;

use crate::{
	context::Context,
	failure::{failure, Failure, Result},
};

/// What an image in a registry begins with.
const REGISTRY: &str = "docker://";

/// A program's file. What was made for it is removed with this.
pub struct Program {
	/// Where it is.
	pub file: PathBuf,
	/// Where it was made, if it was.
	_made: Option<TempDir>,
}

impl Program {
	/// The program of this name: a file, an OCI layout's directory, or `docker://HOST/NAME:TAG`.
	///
	/// # Errors
	///
	/// If an image cannot be pulled or packed. Whether a file is there is seen by who reads it.
	pub async fn find(context: &Context, named: &Path) -> Result<Self> {
		let image = named.to_str().and_then(|named| named.strip_prefix(REGISTRY));
		if image.is_none() && !is_layout(named) {
			return Ok(Self { file: named.to_owned(), _made: None });
		}
		let dir =
			tempfile::tempdir().map_err(|error| failure!("there is no place for an image: {error}; set TMPDIR"))?;
		let (layout, name) = match image {
			Some(image) => {
				let (from, layout) = (image.parse::<RegistryImage>()?, dir.path().join("layout"));
				let progress = context.out.wait(format!("pulling {image}"));
				from.pull(&layout).await.map_err(|error| match error.kind {
					FetchErrorKind::Unreachable => Failure::from(error)
						.advise("see that HOST is right, or give what another program pulled and saved"),
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

/// Whether this is a directory as OCI lays images out.
fn is_layout(path: &Path) -> bool {
	["oci-layout", "index.json"].iter().all(|file| path.join(file).is_file())
}

/// A layout as one file, in another directory: the same bytes wherever it is packed. It is called after `name`'s end.
fn pack(layout: &Path, name: &Path, dir: &Path) -> Result<PathBuf> {
	let wrong = |error: std::io::Error| failure!("{}: {error}", layout.display());
	// Also of `.`, and of a link to it.
	let layout = layout.canonicalize().map_err(wrong)?;
	let name = name.file_name().or(layout.file_name()).unwrap_or_default();
	let file = dir.join(format!("{}.tar", name.to_string_lossy()));
	let to = BufWriter::new(File::create(&file).map_err(|error| failure!("{}: {error}", file.display()))?);
	match archive::pack(&layout, to) {
		Ok(_) => Ok(file),
		Err(ArchiveError::NotRegular { path, kind }) => {
			Err(failure!("{} is a {kind}; an image's layout consists of regular files only", path.display()))
		}
		Err(error) => Err(failure!("the image was not packed: {error}")),
	}
}

#[cfg(test)]
mod tests {
	use std::fs;

	use rlc_primitives::assets::AppKind;

	use super::*;
	use crate::commands::app::kind_of;

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

		// Nothing that a layout leads out to is taken along.
		let leading_out = dir.path().join("one");
		std::os::unix::fs::symlink("/etc/passwd", leading_out.join("link")).unwrap();
		let refused = pack(&leading_out, &leading_out, dir.path()).unwrap_err().to_string();
		assert!(refused.contains("link is a symbolic link; an image's layout"), "{refused}");
		assert!(!is_layout(&packed[0]));
	}
}
