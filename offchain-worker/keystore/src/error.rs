//! Why the keystore refuses. Each is one line.

use std::{io, path::PathBuf};

use super::{secret::Kind, MAX_NAME};

/// Why the keystore refuses.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
	/// Neither the environment nor a home directory says where to keep keys.
	#[error("there is no directory for keys; set XDG_DATA_HOME or HOME")]
	NoHome,
	/// The name could be a path, or cannot name a file.
	#[error("{0:?} cannot be the name of an account; use up to {MAX_NAME} letters, digits, '-', '_' and '.'")]
	InvalidName(String),
	/// There is no key of this name.
	#[error("no account is called {0}; `rlc account list` shows yours, `rlc account create {0}` makes one")]
	Unknown(String),
	/// There is a key of this name.
	#[error("an account called {0} already exists; choose another name, or `rlc account remove {0}` first")]
	Exists(String),
	/// The password does not open it.
	#[error("wrong password for {0}; try again, or import the phrase under another name")]
	WrongPassword(String),
	/// The file is not as it was written.
	#[error("{path} is damaged; import the phrase again under another name", path = .0.display())]
	Corrupt(PathBuf),
	/// The text does not make a key.
	#[error("this is not the secret of a key of kind {kind}; give {expected}", expected = kind.expected())]
	InvalidSecret {
		/// The kind of key that was expected.
		kind: Kind,
	},
	/// The file holds a secret in the open, and others on this machine can read it.
	#[error("others on this machine can read {path}, which holds a secret; `chmod 600 {path}`, or keep the key sealed \
		with a password, as `rlc account import` does", path = .0.display())]
	Exposed(PathBuf),
	/// The file is sealed, and no password was given.
	#[error("{path} is sealed with a password, which is missing", path = .0.display())]
	Sealed(PathBuf),
	/// The disk failed.
	#[error("{path}: {1}", path = .0.display())]
	Disk(PathBuf, #[source] io::Error),
}
