//! The key in a file that its user names by its path.

use std::{
	fs::{File, Metadata},
	io::Read,
	path::Path,
};

use rlc_chain::Key;
use zeroize::Zeroizing;

use crate::{sealed::Unsealable, KeystoreError, Kind, Secret};

/// Returns the key in a file: one of a keystore, which this password opens, or one that holds a phrase or a seed in the
/// open, and that nobody else can read.
///
/// # Errors
///
/// [`Sealed`](KeystoreError::Sealed), [`WrongPassword`](KeystoreError::WrongPassword) and
/// [`Corrupt`](KeystoreError::Corrupt) of a sealed one; [`Exposed`](KeystoreError::Exposed) and
/// [`InvalidSecret`](KeystoreError::InvalidSecret) of any other; [`Disk`](KeystoreError::Disk).
pub fn read_key(path: &Path, password: Option<&str>) -> Result<Key, KeystoreError> {
	let disk = |error| KeystoreError::Disk(path.into(), error);
	let mut file = File::open(path).map_err(disk)?;
	let about = file.metadata().map_err(disk)?;
	let mut text = Zeroizing::new(String::new());
	file.read_to_string(&mut text).map_err(disk)?;
	if !text.trim_start().starts_with('{') {
		if is_open_to_others(&about) {
			return Err(KeystoreError::Exposed(path.into()));
		}
		return Secret::new(Kind::Sr25519, &text)?.key();
	}
	let sealed = crate::File::parse(text.as_bytes()).ok_or_else(|| KeystoreError::Corrupt(path.into()))?;
	let password = password.ok_or_else(|| KeystoreError::Sealed(path.into()))?;
	let secret = sealed.open(password).map_err(|error| match error {
		Unsealable::WrongPassword => KeystoreError::WrongPassword(path.display().to_string()),
		Unsealable::Corrupt => KeystoreError::Corrupt(path.into()),
	})?;
	secret.key()
}

/// Returns whether others than its owner may do anything with a file.
fn is_open_to_others(about: &Metadata) -> bool {
	use std::os::unix::fs::PermissionsExt;
	about.permissions().mode() & 0o077 != 0
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::Keystore;
	use std::{
		fs::{set_permissions, write, Permissions},
		os::unix::fs::PermissionsExt,
	};

	#[test]
	fn sealed_file_opens_with_its_password_alone() {
		let dir = tempfile::tempdir().unwrap();
		let secret = Secret::new(Kind::Sr25519, "//Worker//1").unwrap();
		let entry = Keystore::at(dir.path()).add("worker", &secret, "pass").unwrap();
		let path = dir.path().join("worker.json");
		// As a service's credentials may be: sealed, it is nothing that others can use.
		set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
		assert_eq!(read_key(&path, Some("pass")).unwrap().account(), entry.account.0);
		assert!(matches!(read_key(&path, Some("Pass")), Err(KeystoreError::WrongPassword(_))));
		assert!(matches!(read_key(&path, None), Err(KeystoreError::Sealed(_))));
		set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
		write(&path, "{}").unwrap();
		assert!(matches!(read_key(&path, Some("pass")), Err(KeystoreError::Corrupt(_))));
	}

	#[test]
	fn secret_in_the_open_is_its_owner_s_alone() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("phrase");
		write(&path, "//Worker//1\n").unwrap();
		for (mode, is_exposed) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o660, true)] {
			set_permissions(&path, Permissions::from_mode(mode)).unwrap();
			let read = read_key(&path, None);
			assert_eq!(matches!(read, Err(KeystoreError::Exposed(_))), is_exposed, "{mode:o}");
			assert_eq!(read.is_ok(), !is_exposed, "{mode:o}");
		}
		set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
		for wrong in ["", " \n", "no phrase"] {
			write(&path, wrong).unwrap();
			assert!(matches!(read_key(&path, None), Err(KeystoreError::InvalidSecret { .. })), "{wrong:?}");
		}
		assert!(matches!(read_key(&dir.path().join("none"), None), Err(KeystoreError::Disk(..))));
	}
}
