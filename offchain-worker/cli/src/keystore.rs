//! Keys on disk, each in a file of its own, sealed with a password.
//!
//! `$XDG_DATA_HOME/rlc/keys/NAME.json` holds in the open what kind of key it is and its account, so that balances can be
//! shown and keys be listed without a password; both are sealed together with the secret, so that neither can be changed.

mod sealed;

use std::{
	fs,
	io::{self, Write},
	path::{Path, PathBuf},
};

use rlc_chain::{Key, Scheme};
use rlc_protocol::Account;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use sealed::{Sealed, Unsealable};

/// The longest name of a key.
const MAX_NAME: usize = 64;

/// What a key is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
	/// A Substrate key.
	#[default]
	Sr25519,
	/// A secp256k1 key whose account is its Ethereum address.
	Ethereum,
}

impl std::fmt::Display for Kind {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.pad(match self {
			Self::Sr25519 => "sr25519",
			Self::Ethereum => "ethereum",
		})
	}
}

impl Kind {
	/// What makes a key of this kind.
	fn secret(self) -> &'static str {
		match self {
			Self::Sr25519 => "a phrase of 12 to 24 words, a seed of 0x and 64 hex digits, or a derivation like //Alice",
			Self::Ethereum => "the private key as 0x and 64 hex digits",
		}
	}
}

/// What a key is made of: a phrase, a seed in hex, or a derivation such as `//Alice`; for Ethereum the private key in hex.
pub struct Secret {
	/// What kind of key it makes.
	pub kind: Kind,
	/// The text.
	pub text: Zeroizing<String>,
}

impl Secret {
	/// A new secret of the operating system's randomness: a phrase of twelve words, or for Ethereum 32 bytes in hex.
	pub fn generate(kind: Kind) -> Self {
		use rand::RngCore;
		use sp_core::Pair;
		let text = match kind {
			Kind::Sr25519 => sp_core::sr25519::Pair::generate_with_phrase(None).1,
			Kind::Ethereum => {
				let mut bytes = Zeroizing::new([0; 32]);
				rand::rngs::OsRng.fill_bytes(bytes.as_mut());
				format!("0x{}", hex::encode(bytes.as_ref()))
			}
		};
		Self { kind, text: Zeroizing::new(text) }
	}

	/// The key.
	///
	/// # Errors
	///
	/// [`KeystoreError::NoSecret`].
	pub fn key(&self) -> Result<Key, KeystoreError> {
		let text = self.text.trim();
		if text.is_empty() {
			// Which would be the development phrase.
			return Err(KeystoreError::NoSecret { kind: self.kind });
		}
		let scheme = match self.kind {
			Kind::Sr25519 => Scheme::Sr25519,
			Kind::Ethereum => Scheme::Ethereum,
		};
		Key::new(scheme, text).map_err(|_| KeystoreError::NoSecret { kind: self.kind })
	}
}

/// A key in the store, as far as it can be seen without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
	/// What it is called.
	pub name: String,
	/// What kind it is.
	pub kind: Kind,
	/// Its account.
	pub account: Account,
}

/// Why the keystore does not do as it is asked. Each is one line.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
	/// Neither environment nor home directory say where to keep keys.
	#[error("there is no place for keys; set XDG_DATA_HOME or HOME")]
	NoPlace,
	/// A name that could not be a file's, or not only one's.
	#[error("{0:?} is no name for an account; use up to {MAX_NAME} letters, digits, '-', '_' and '.'")]
	InvalidName(String),
	/// There is no key of this name.
	#[error("no account is called {0}; `rlc account list` shows those there are, `rlc account create {0}` makes it")]
	Unknown(String),
	/// There is a key of this name.
	#[error("there is an account called {0} already; take another name, or `rlc account remove {0}` first")]
	Exists(String),
	/// The password does not open it.
	#[error("wrong password for {0}; try again, or import the phrase under another name")]
	WrongPassword(String),
	/// The file is not what was written.
	#[error("{path} is damaged; import the phrase again under another name", path = .0.display())]
	Corrupt(PathBuf),
	/// No key can be made of this.
	#[error("this makes no {kind} key; give {expected}", expected = kind.secret())]
	NoSecret {
		/// What kind of key it was to be.
		kind: Kind,
	},
	/// The disk refuses.
	#[error("{path}: {1}", path = .0.display())]
	Disk(PathBuf, #[source] io::Error),
}

/// The file of a key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
	version: u32,
	kind: Kind,
	account: Account,
	secret: Sealed,
}

/// The form of files that this program writes and reads.
const VERSION: u32 = 1;

/// A directory with keys.
#[derive(Clone, Debug)]
pub struct Keystore {
	dir: PathBuf,
}

impl Keystore {
	/// The keys in this directory, which need not exist.
	pub fn at(dir: impl Into<PathBuf>) -> Self {
		Self { dir: dir.into() }
	}

	/// The keys of who runs this program.
	///
	/// # Errors
	///
	/// [`KeystoreError::NoPlace`].
	pub fn of_user() -> Result<Self, KeystoreError> {
		data_home().map(|home| Self::at(home.join("keys"))).ok_or(KeystoreError::NoPlace)
	}

	/// Where it is.
	pub fn dir(&self) -> &Path {
		&self.dir
	}

	/// All keys, by name. Files that are no keys are left out.
	///
	/// # Errors
	///
	/// [`KeystoreError::Disk`].
	pub fn list(&self) -> Result<Vec<Entry>, KeystoreError> {
		let files = match fs::read_dir(&self.dir) {
			Ok(files) => files,
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
			Err(error) => return Err(KeystoreError::Disk(self.dir.clone(), error)),
		};
		let names = files.filter_map(|file| file.ok()?.file_name().to_str()?.strip_suffix(".json").map(String::from));
		let mut entries: Vec<_> = names.filter_map(|name| self.entry(&name).ok()).collect();
		entries.sort_by(|one, other| one.name.cmp(&other.name));
		Ok(entries)
	}

	/// A key, as far as it can be seen.
	///
	/// # Errors
	///
	/// [`Unknown`](KeystoreError::Unknown), [`Corrupt`](KeystoreError::Corrupt),
	/// [`InvalidName`](KeystoreError::InvalidName), [`Disk`](KeystoreError::Disk).
	pub fn entry(&self, name: &str) -> Result<Entry, KeystoreError> {
		let file = self.read(name)?;
		Ok(Entry { name: name.into(), kind: file.kind, account: file.account })
	}

	/// Keep a secret under a name that is free.
	///
	/// # Errors
	///
	/// [`Exists`](KeystoreError::Exists), [`NoSecret`](KeystoreError::NoSecret),
	/// [`InvalidName`](KeystoreError::InvalidName), [`Disk`](KeystoreError::Disk).
	pub fn add(&self, name: &str, secret: &Secret, password: &str) -> Result<Entry, KeystoreError> {
		let path = self.path(name)?;
		if path.exists() {
			return Err(KeystoreError::Exists(name.into()));
		}
		let account = Account(secret.key()?.account());
		let sealed = Sealed::seal(secret.text.trim(), &context(secret.kind, &account), password);
		let file = File { version: VERSION, kind: secret.kind, account: account.clone(), secret: sealed };
		let text = serde_json::to_vec_pretty(&file).expect("the file has text for keys");
		// Written beside it and moved there: no moment sees half a key, nor one that others can read.
		let disk = |error| KeystoreError::Disk(path.clone(), error);
		fs::create_dir_all(&self.dir).map_err(disk)?;
		let mut temporary = tempfile::NamedTempFile::new_in(&self.dir).map_err(disk)?;
		temporary.write_all(&text).and_then(|()| temporary.as_file().sync_all()).map_err(disk)?;
		temporary.persist_noclobber(&path).map_err(|error| match error.error.kind() {
			io::ErrorKind::AlreadyExists => KeystoreError::Exists(name.into()),
			_ => disk(error.error),
		})?;
		Ok(Entry { name: name.into(), kind: secret.kind, account })
	}

	/// A key's secret.
	///
	/// # Errors
	///
	/// [`WrongPassword`](KeystoreError::WrongPassword), and those of [`entry`](Self::entry).
	pub fn open(&self, name: &str, password: &str) -> Result<Secret, KeystoreError> {
		let file = self.read(name)?;
		let opened = file.secret.open(&context(file.kind, &file.account), password);
		let text = opened.map_err(|error| match error {
			Unsealable::WrongPassword => KeystoreError::WrongPassword(name.into()),
			Unsealable::Corrupt => KeystoreError::Corrupt(self.dir.join(format!("{name}.json"))),
		})?;
		Ok(Secret { kind: file.kind, text })
	}

	/// Forget a key.
	///
	/// # Errors
	///
	/// [`Unknown`](KeystoreError::Unknown), [`InvalidName`](KeystoreError::InvalidName), [`Disk`](KeystoreError::Disk).
	pub fn remove(&self, name: &str) -> Result<(), KeystoreError> {
		let path = self.path(name)?;
		fs::remove_file(&path).map_err(|error| match error.kind() {
			io::ErrorKind::NotFound => KeystoreError::Unknown(name.into()),
			_ => KeystoreError::Disk(path, error),
		})
	}

	fn read(&self, name: &str) -> Result<File, KeystoreError> {
		let path = self.path(name)?;
		let text = fs::read(&path).map_err(|error| match error.kind() {
			io::ErrorKind::NotFound => KeystoreError::Unknown(name.into()),
			_ => KeystoreError::Disk(path.clone(), error),
		})?;
		let file: Option<File> = serde_json::from_slice(&text).ok();
		file.filter(|file| file.version == VERSION).ok_or(KeystoreError::Corrupt(path))
	}

	/// Only what passes here becomes a part of a path.
	fn path(&self, name: &str) -> Result<PathBuf, KeystoreError> {
		let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
		if name.is_empty() || name.len() > MAX_NAME || name.starts_with(['.', '-']) || !name.chars().all(allowed) {
			return Err(KeystoreError::InvalidName(name.into()));
		}
		Ok(self.dir.join(format!("{name}.json")))
	}
}

/// Where this program keeps what belongs to who runs it: `$XDG_DATA_HOME/rlc`, else `~/.local/share/rlc`.
pub fn data_home() -> Option<PathBuf> {
	let absolute = |variable| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
	let home = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
	home.map(|home| home.join("rlc"))
}

/// What is sealed together with a secret.
fn context(kind: Kind, account: &Account) -> Vec<u8> {
	format!("rlc/key/v{VERSION}/{kind}/{account}").into_bytes()
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::os::unix::fs::PermissionsExt;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	fn store() -> (tempfile::TempDir, Keystore) {
		let dir = tempfile::tempdir().unwrap();
		let store = Keystore::at(dir.path().join("keys"));
		(dir, store)
	}

	fn secret(text: &str, kind: Kind) -> Secret {
		Secret { kind, text: Zeroizing::new(text.into()) }
	}

	#[test]
	fn what_is_kept_comes_back_with_its_password() {
		let (_dir, store) = store();
		assert_eq!(store.list().unwrap(), []);
		let entry = store.add("alice", &secret("//Alice", Kind::Sr25519), "pass").unwrap();
		assert_eq!(entry.account.to_string(), ALICE);
		assert_eq!((store.entry("alice").unwrap(), store.list().unwrap()), (entry.clone(), vec![entry]));
		assert_eq!(*store.open("alice", "pass").unwrap().text, "//Alice");
		let mode = fs::metadata(store.dir().join("alice.json")).unwrap().permissions().mode();
		assert_eq!(mode & 0o777, 0o600);
		assert!(!fs::read_to_string(store.dir().join("alice.json")).unwrap().contains("//Alice"));
	}

	#[test]
	fn generated_keys_of_both_kinds_can_be_kept() {
		let (_dir, store) = store();
		for kind in [Kind::Sr25519, Kind::Ethereum] {
			let secret = Secret::generate(kind);
			let entry = store.add(&kind.to_string(), &secret, "").unwrap();
			assert_eq!(store.open(&kind.to_string(), "").unwrap().key().unwrap().account(), entry.account.0);
		}
	}

	#[test]
	fn ethereum_key_has_its_addresss_account() {
		// The first of the well-known accounts of Ethereum's development networks.
		let key = secret("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", Kind::Ethereum).key();
		let address = rlc_primitives::ethereum::address_of(&key.unwrap().account()).unwrap();
		assert_eq!(hex::encode(address), "f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
	}

	#[test]
	fn wrong_password_opens_nothing() {
		let (_dir, store) = store();
		store.add("alice", &secret("//Alice", Kind::Sr25519), "pass").unwrap();
		let refused = store.open("alice", "Pass").err().unwrap();
		assert!(matches!(refused, KeystoreError::WrongPassword(_)), "{refused}");
	}

	#[test]
	fn a_changed_file_opens_nothing() {
		let (_dir, store) = store();
		store.add("alice", &secret("//Alice", Kind::Sr25519), "pass").unwrap();
		let path = store.dir().join("alice.json");
		let text = fs::read_to_string(&path).unwrap();
		let bob = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
		for (changed, opened) in [
			(text.replace(ALICE, bob), "wrong password"),
			(text.replace("sr25519", "ethereum"), "wrong password"),
			(text.replace("\"logN\": 15", "\"logN\": 40"), "damaged"),
			(text.replace("\"logN\"", "\"logX\""), "damaged"),
			(text.replace("\"version\": 1", "\"version\": 2"), "damaged"),
			(text[..text.len() / 2].into(), "damaged"),
			(String::new(), "damaged"),
		] {
			assert_ne!(changed, text);
			fs::write(&path, &changed).unwrap();
			let error = store.open("alice", "pass").err().unwrap().to_string();
			assert!(error.contains(opened), "{error}");
		}
	}

	#[test]
	fn names_are_taken_once_and_are_no_paths() {
		let (_dir, store) = store();
		store.add("a.b-c_1", &secret("//Alice", Kind::Sr25519), "").unwrap();
		let again = store.add("a.b-c_1", &secret("//Bob", Kind::Sr25519), "");
		assert!(matches!(again, Err(KeystoreError::Exists(_))));
		for name in ["", "../a", "a/b", ".hidden", "-x", "a b", &"x".repeat(65)] {
			let refused = store.add(name, &secret("//Alice", Kind::Sr25519), "");
			assert!(matches!(refused, Err(KeystoreError::InvalidName(_))), "{name}");
		}
		store.remove("a.b-c_1").unwrap();
		assert!(matches!(store.remove("a.b-c_1"), Err(KeystoreError::Unknown(_))));
		assert!(matches!(store.open("a.b-c_1", ""), Err(KeystoreError::Unknown(_))));
	}

	#[test]
	fn what_makes_no_key_is_refused_in_one_line() {
		for (text, kind) in
			[("hello world", Kind::Sr25519), ("0x12", Kind::Ethereum), (" ", Kind::Sr25519), ("", Kind::Ethereum)]
		{
			let error = secret(text, kind).key().err().unwrap().to_string();
			assert!(error.contains("this makes no") && error.lines().count() == 1, "{error}");
			assert!(text.trim().is_empty() || !error.contains(text), "the secret is not repeated");
		}
	}
}
