//! Files of this machine that have to be in a store.

use std::{
	collections::{btree_map, BTreeMap},
	fs::File,
	io::Read,
	path::{Path, PathBuf},
};

use rlc_store::{is_location, Cid, HashKind};

use crate::failure::{disk, failure, Result};

/// A file of this machine that has to be in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalFile {
	/// The file.
	pub path: PathBuf,
	/// The name of its content.
	pub cid: Cid,
	/// Its size, in bytes.
	pub size: u64,
}

impl LocalFile {
	/// Reads a file, to name its content.
	///
	/// # Errors
	///
	/// If it cannot be read, or is not a regular file.
	pub(crate) fn read(path: &Path) -> Result<Self> {
		let wrong = disk(path);
		let mut file = File::open(path).map_err(&wrong)?;
		if !file.metadata().map_err(&wrong)?.is_file() {
			return Err(
				failure!(FileKind, "{} is not a file", path.display(); "pack a directory first, with tar for example"),
			);
		}
		let (mut hasher, mut size) = (HashKind::Sha256.hasher(), 0);
		let mut buffer = vec![0; 64 * 1024];
		loop {
			match file.read(&mut buffer).map_err(&wrong)? {
				0 => return Ok(Self { path: path.to_owned(), cid: hasher.finish(), size }),
				read => {
					hasher.update(&buffer[..read]);
					size += read as u64;
				}
			}
		}
	}

	/// Returns its name, in characters that locations may have.
	pub(crate) fn name(&self) -> String {
		let name = self.path.file_name().unwrap_or_default().to_string_lossy();
		name.chars().map(|one| if one.is_ascii_alphanumeric() || ".-_".contains(one) { one } else { '_' }).collect()
	}
}

/// Files of this machine that are to be uploaded, by where they are: each is read once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uploads(BTreeMap<PathBuf, LocalFile>);

impl Uploads {
	/// Adds the files that inputs name which are not locations, and returns where workers find each input.
	///
	/// # Errors
	///
	/// If a file cannot be read, or is not a regular file.
	pub(crate) fn locate(&mut self, inputs: &[String]) -> Result<Vec<String>> {
		let mut located = Vec::with_capacity(inputs.len());
		for input in inputs {
			located.push(if is_location(input) { input.clone() } else { self.add(Path::new(input))? });
		}
		Ok(located)
	}

	/// Adds a file, and returns where workers find it.
	///
	/// # Errors
	///
	/// If it cannot be read, or is not a regular file.
	pub(crate) fn add(&mut self, path: &Path) -> Result<String> {
		let file = match self.0.entry(path.to_owned()) {
			btree_map::Entry::Occupied(known) => known.into_mut(),
			btree_map::Entry::Vacant(new) => new.insert(LocalFile::read(path)?),
		};
		// The app finds it by this name.
		Ok(format!("{}/{}", file.cid, file.name()))
	}

	/// Returns the files, each content once.
	pub(crate) fn files(self) -> Vec<LocalFile> {
		let by_content: BTreeMap<_, _> = self.0.into_values().map(|file| (file.cid, file)).collect();
		by_content.into_values().collect()
	}
}
