//! Why contents are not stored, found, fetched, downloaded or uploaded.

use std::{io, path::PathBuf};

use rlc_disk::{is_full, NoRoom};

use crate::{Cid, TokenError};

/// Why something was not stored or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
	/// There is nothing of this name.
	#[error("{0} is not in this store")]
	NotFound(Cid),
	/// The token does not allow it.
	#[error(transparent)]
	Token(#[from] TokenError),
	/// It is larger than allowed.
	#[error("it is larger than the {0} bytes that are allowed")]
	TooLarge(u64),
	/// The store has no room for it now.
	#[error("the store is full: its {0} bytes for such contents are used; try again later, or use another store")]
	Full(u64),
	/// A holder's share of the store is used up.
	#[error("{who} has used its {quota} bytes of the store; wait until contents expire, or release some")]
	QuotaUsed {
		/// Its name.
		who: String,
		/// The share, in bytes.
		quota: u64,
	},
	/// An uploader has too many uploads at once.
	#[error("{who} has {count} uploads under way; finish one first")]
	TooManyUploads {
		/// Its name.
		who: String,
		/// How many.
		count: usize,
	},
	/// What was uploaded is not what its name says.
	#[error("the uploaded bytes are not {0} and were removed; begin again")]
	WrongContent(Cid),
	/// An upload is opened again with another length than it began with.
	#[error("this upload began with a length of {0} bytes; open it again with that length")]
	OtherLength(u64),
	/// An upload is resumed at another offset than it has come to.
	#[error("this upload has come to byte {0}; resume it there")]
	OtherOffset(u64),
	/// The upload has not begun, was removed, or was taken over by another connection.
	#[error("this upload was taken over by another connection, or has not begun; open it again with POST")]
	NotOpen,
	/// The disk is full.
	#[error("the store's disk is full; try again later, or use another store")]
	DiskFull,
	/// Another process uses the directory.
	#[error("{} is used by another process; stop that one first", .0.display())]
	InUse(PathBuf),
	/// The disk failed.
	#[error("the store's disk failed: {0}")]
	Disk(io::Error),
	/// The IPFS node that has it does not deliver it.
	#[error("the store's IPFS node failed: {0}; try again later")]
	Node(String),
}

impl StoreError {
	/// Returns whether the same may succeed later, without the caller doing anything about it.
	pub fn is_temporary(&self) -> bool {
		matches!(self, Self::Full(_) | Self::DiskFull)
	}
}

/// Returns what a write fails with that would exceed a budget: what it would fail with on a disk of that size.
pub(crate) fn no_room(error: NoRoom) -> io::Error {
	io::Error::new(io::ErrorKind::StorageFull, error)
}

impl From<io::Error> for StoreError {
	fn from(error: io::Error) -> Self {
		if is_full(&error) {
			return Self::DiskFull;
		}
		Self::Disk(error)
	}
}

/// How many characters of a stranger's text are told.
const SHOWN: usize = 200;

/// Returns the beginning of a stranger's text, for words about it.
pub(crate) fn beginning(text: impl ToString) -> String {
	text.to_string().chars().take(SHOWN).collect()
}

/// What kept a content from being fetched or downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchErrorKind {
	/// It does not exist there.
	NotFound,
	/// Its location cannot be reached, or does not answer as it should.
	Unreachable,
	/// It is larger than allowed.
	TooLarge,
	/// It is not what its hash says.
	WrongChecksum,
	/// The location is not valid, or may not be used here.
	NotAllowed,
	/// It took longer than allowed.
	TimedOut,
	/// The caller no longer wants it.
	Stopped,
	/// This machine's disk failed, or is full.
	Disk,
}

/// Why a content was not fetched or downloaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct FetchError {
	/// What kept it.
	pub kind: FetchErrorKind,
	/// The same in words, in one line.
	pub words: String,
}

impl FetchError {
	pub(crate) fn new(kind: FetchErrorKind, words: impl ToString) -> Self {
		Self { kind, words: words.to_string() }
	}

	pub(crate) fn too_large(what: &str, max_size: u64) -> Self {
		Self::new(FetchErrorKind::TooLarge, format!("{what} is larger than the {max_size} bytes that are allowed"))
	}
}

impl From<io::Error> for FetchError {
	fn from(error: io::Error) -> Self {
		let what = if is_full(&error) { "has no room" } else { "failed" };
		Self::new(FetchErrorKind::Disk, format!("this machine's disk {what}: {error}"))
	}
}

/// Why a content was not uploaded.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
	/// The file cannot be read.
	#[error("the file to upload cannot be read: {0}")]
	File(#[from] io::Error),
	/// The store refuses it.
	#[error("{store} refuses it ({status}): {words}")]
	Refused {
		/// The store, by its URL.
		store: String,
		/// Its answer: an HTTP status.
		status: u16,
		/// Its words.
		words: String,
	},
	/// Something before the store, such as a reverse proxy, refuses even small requests for their size.
	#[error(
		"a proxy before {store} refuses requests with {size} bytes as too large (413); let it pass bodies of 4 MiB, in nginx \
		 with `client_max_body_size 4m;`"
	)]
	InTheWay {
		/// The store, by its URL.
		store: String,
		/// What is refused, in bytes.
		size: u64,
	},
	/// The store has no room for it now. What it has of it stays there for a while.
	#[error("{store} does not accept it now: {words}")]
	Later {
		/// The store, by its URL.
		store: String,
		/// Its words.
		words: String,
		/// When to try again, as it says.
		after: std::time::Duration,
	},
	/// The store cannot be reached, even after several tries.
	#[error("{store} cannot be reached: {words}")]
	Unreachable {
		/// The store, by its URL.
		store: String,
		/// What happened.
		words: String,
	},
	/// There is no store to upload to.
	#[error("there is no store to upload to; name the URL of a scheduler")]
	NoStore,
}
