//! Files of IPFS: found by a path in its directories, and read block by block, each compared with its name.

use bytes::Bytes;
use futures::{future::BoxFuture, stream, FutureExt, StreamExt};

use super::blocks::Blocks;
use crate::{
	client::download::PartFile,
	error::{beginning, FetchError, FetchErrorKind},
	ipfs::{
		name::BlockName,
		unixfs::{self, Held},
	},
};

/// How many blocks of a node are fetched before they are needed.
const AHEAD: usize = 4;
/// How deep a file's tree may be. Programs make trees of a depth of 4 for a petabyte.
const DEEPEST: usize = 8;
/// How many names in a directory are told to those who named none.
const TOLD: usize = 5;

/// A tree in IPFS.
pub(super) struct Tree<'a> {
	pub(super) blocks: Blocks<'a>,
	/// The largest file, in bytes.
	pub(super) max_size: u64,
}

impl Tree<'_> {
	/// Writes the file at a path below a name.
	///
	/// # Errors
	///
	/// [`FetchError`]: [`FetchErrorKind::NotFound`], if nothing is there; [`FetchErrorKind::NotAllowed`], if it is not a file.
	pub(super) async fn read(&self, root: &BlockName, path: &[String], part: &mut PartFile) -> Result<(), FetchError> {
		let mut held = self.held(root).await?;
		let mut seen = root.to_string();
		for name in path {
			let refused = |kind, why: &str| FetchError::new(kind, format!("{seen} {why}"));
			let Held::Directory(directory) = &held else {
				return Err(refused(FetchErrorKind::NotFound, "is a file in IPFS, and has nothing in it"));
			};
			let found = directory.find(name).ok_or_else(|| {
				let why = format!("has no {:?} in it, but {}", beginning(name), some(&directory.some(TOLD)));
				refused(FetchErrorKind::NotFound, &why)
			})?;
			let unusable =
				|why| refused(FetchErrorKind::NotAllowed, &format!("has {:?} in it, which {why}", beginning(name)));
			let block = found.map_err(unusable)?;
			held = self.held(&block).await?;
			seen = beginning(format!("{seen}/{name}"));
		}
		match held {
			Held::File { bytes, rest } => self.write(bytes, rest, 0, part).await,
			Held::Directory(directory) => {
				let words = format!(
					"{seen} is a directory in IPFS; add the name of a file in it, such as {}",
					some(&directory.some(TOLD))
				);
				Err(FetchError::new(FetchErrorKind::NotAllowed, words))
			}
		}
	}

	/// Writes bytes, and what these blocks hold.
	fn write<'b>(
		&'b self,
		bytes: Bytes,
		rest: Vec<BlockName>,
		depth: usize,
		part: &'b mut PartFile,
	) -> BoxFuture<'b, Result<(), FetchError>> {
		async move {
			self.put(&bytes, part).await?;
			if !rest.is_empty() && depth == DEEPEST {
				let words = format!("a file in IPFS has a tree deeper than {DEEPEST}, which no program makes");
				return Err(FetchError::new(FetchErrorKind::NotAllowed, words));
			}
			let mut parts = stream::iter(rest).map(|name| async move { self.held(&name).await }).buffered(AHEAD);
			while let Some(held) = parts.next().await {
				match held? {
					Held::File { bytes, rest } if rest.is_empty() => self.put(&bytes, part).await?,
					Held::File { bytes, rest } => self.write(bytes, rest, depth + 1, part).await?,
					Held::Directory(_) => {
						let words = "a file in IPFS has a directory for a part";
						return Err(FetchError::new(FetchErrorKind::NotAllowed, words));
					}
				}
			}
			Ok(())
		}
		.boxed()
	}

	async fn put(&self, bytes: &Bytes, part: &mut PartFile) -> Result<(), FetchError> {
		if part.size() + bytes.len() as u64 > self.max_size {
			return Err(FetchError::too_large("a file in IPFS", self.max_size));
		}
		Ok(part.write(bytes).await?)
	}

	async fn held(&self, name: &BlockName) -> Result<Held, FetchError> {
		let block = self.blocks.get(name).await?;
		unixfs::read(name, block).map_err(|why| FetchError::new(FetchErrorKind::NotAllowed, format!("{name} {why}")))
	}
}

/// Returns some names in words.
fn some(names: &[String]) -> String {
	if names.is_empty() {
		return "nothing".into();
	}
	names.join(", ")
}
