#![doc = include_str!("../README.md")]

mod error;
mod key_file;
mod sealed;
mod secret;
mod text;
mod wallet;

use std::{
	fs,
	io::{self, Write},
	path::{Path, PathBuf},
};

use rlc_json::Account;
use serde::{Deserialize, Serialize};

pub use error::KeystoreError;
pub use key_file::read_key;
use sealed::{Sealed, Unsealable};
pub use secret::{Kind, Secret};

/// The longest name of a key.
const MAX_NAME: usize = 64;

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

impl File {
	/// Reads a file; `None` if it is not as it was written.
	fn parse(text: &[u8]) -> Option<Self> {
		serde_json::from_slice(text).ok().filter(|file: &Self| file.version == VERSION)
	}

	fn open(&self, password: &str) -> Result<Secret, Unsealable> {
		let text = self.secret.open(&context(self.kind, &self.account), password)?;
		Secret::kept(self.kind, text).ok_or(Unsealable::Corrupt)
	}
}

/// A directory with keys.
#[derive(Clone, Debug)]
pub struct Keystore {
	dir: PathBuf,
}

impl Keystore {
	/// Returns the keys in this directory, which need not exist.
	pub fn at(dir: impl Into<PathBuf>) -> Self {
		Self { dir: dir.into() }
	}

	/// Returns the keys of the user that runs this program.
	///
	/// # Errors
	///
	/// [`KeystoreError::NoHome`].
	pub fn of_user() -> Result<Self, KeystoreError> {
		data_home().map(|home| Self::at(home.join("keys"))).ok_or(KeystoreError::NoHome)
	}

	/// Returns the directory.
	pub fn dir(&self) -> &Path {
		&self.dir
	}

	/// Returns all keys, by name. Other files are left out.
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

	/// Returns what can be seen of a key without its password.
	///
	/// # Errors
	///
	/// [`Unknown`](KeystoreError::Unknown), [`Corrupt`](KeystoreError::Corrupt),
	/// [`InvalidName`](KeystoreError::InvalidName), [`Disk`](KeystoreError::Disk).
	pub fn entry(&self, name: &str) -> Result<Entry, KeystoreError> {
		let file = self.read(name)?;
		Ok(Entry { name: name.into(), kind: file.kind, account: file.account })
	}

	/// Keeps a secret under a free name.
	///
	/// # Errors
	///
	/// [`Exists`](KeystoreError::Exists), [`InvalidSecret`](KeystoreError::InvalidSecret),
	/// [`InvalidName`](KeystoreError::InvalidName), [`Disk`](KeystoreError::Disk).
	pub fn add(&self, name: &str, secret: &Secret, password: &str) -> Result<Entry, KeystoreError> {
		let path = self.path(name)?;
		if path.exists() {
			return Err(KeystoreError::Exists(name.into()));
		}
		let account = Account(secret.key()?.account());
		let sealed = Sealed::seal(secret.text(), &context(secret.kind(), &account), password);
		let file = File { version: VERSION, kind: secret.kind(), account: account.clone(), secret: sealed };
		let text = serde_json::to_vec_pretty(&file).expect("the file has text for keys");
		// Written next to it and moved there, so that there is never half a key, nor one that others can read.
		let disk = |error| KeystoreError::Disk(path.clone(), error);
		rlc_disk::private_dir(&self.dir).map_err(disk)?;
		let mut temporary = tempfile::NamedTempFile::new_in(&self.dir).map_err(disk)?;
		temporary.write_all(&text).and_then(|()| temporary.as_file().sync_all()).map_err(disk)?;
		temporary.persist_noclobber(&path).map_err(|error| match error.error.kind() {
			io::ErrorKind::AlreadyExists => KeystoreError::Exists(name.into()),
			_ => disk(error.error),
		})?;
		Ok(Entry { name: name.into(), kind: secret.kind(), account })
	}

	/// Returns the secret of a key.
	///
	/// # Errors
	///
	/// [`WrongPassword`](KeystoreError::WrongPassword), and those of [`entry`](Self::entry).
	pub fn open(&self, name: &str, password: &str) -> Result<Secret, KeystoreError> {
		self.read(name)?.open(password).map_err(|error| match error {
			Unsealable::WrongPassword => KeystoreError::WrongPassword(name.into()),
			Unsealable::Corrupt => KeystoreError::Corrupt(self.dir.join(format!("{name}.json"))),
		})
	}

	/// Removes a key.
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
		File::parse(&text).ok_or(KeystoreError::Corrupt(path))
	}

	/// Returns the file of a key; only a name that passes here becomes part of a path.
	fn path(&self, name: &str) -> Result<PathBuf, KeystoreError> {
		let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
		if name.is_empty() || name.len() > MAX_NAME || name.starts_with(['.', '-']) || !name.chars().all(allowed) {
			return Err(KeystoreError::InvalidName(name.into()));
		}
		Ok(self.dir.join(format!("{name}.json")))
	}
}

/// Returns where this program keeps the user's data: `$XDG_DATA_HOME/rlc`, else `~/.local/share/rlc`.
pub fn data_home() -> Option<PathBuf> {
	let absolute = |variable| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
	let home = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
	home.map(|home| home.join("rlc"))
}

/// Returns what is sealed together with a secret.
fn context(kind: Kind, account: &Account) -> Vec<u8> {
	format!("rlc/key/v{VERSION}/{kind}/{account}").into_bytes()
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::os::unix::fs::PermissionsExt;
	use zeroize::Zeroizing;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	fn store() -> (tempfile::TempDir, Keystore) {
		let dir = tempfile::tempdir().unwrap();
		let store = Keystore::at(dir.path().join("keys"));
		(dir, store)
	}

	fn secret(text: &str, kind: Kind) -> Secret {
		Secret::new(kind, text).unwrap()
	}

	#[test]
	fn kept_secret_comes_back_with_its_password() {
		let (_dir, store) = store();
		assert_eq!(store.list().unwrap(), []);
		let entry = store.add("alice", &secret("//Alice", Kind::Sr25519), "pass").unwrap();
		assert_eq!(entry.account.to_string(), ALICE);
		assert_eq!((store.entry("alice").unwrap(), store.list().unwrap()), (entry.clone(), vec![entry]));
		assert_eq!(store.open("alice", "pass").unwrap().text(), "//Alice");
		let mode = fs::metadata(store.dir().join("alice.json")).unwrap().permissions().mode();
		assert_eq!(mode & 0o777, 0o600);
		assert_eq!(fs::metadata(store.dir()).unwrap().permissions().mode() & 0o777, 0o700);
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
	fn phrase_of_a_wallet_has_its_first_accounts_address() {
		let (_dir, store) = store();
		let phrase = "test test test test test test test test test test test junk";
		let entry = store.add("wallet", &secret(phrase, Kind::Ethereum), "pass").unwrap();
		assert_eq!(entry.account.ethereum_address().unwrap().to_string(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
		let opened = store.open("wallet", "pass").unwrap();
		assert_eq!(opened.key().unwrap().account(), entry.account.0);
		assert!(opened.text().starts_with("0xac0974be"), "what a wallet can import");
	}

	#[test]
	fn account_of_an_earlier_phrase_stays_as_it_was() {
		let (_dir, store) = store();
		// As versions wrote it that derived an Ethereum key as Substrate does.
		let phrase = "test test test test test test test test test test test junk";
		let earlier = Secret::kept(Kind::Ethereum, Zeroizing::new(phrase.into())).unwrap();
		let account = Account(earlier.key().unwrap().account());
		assert_ne!(account.0, secret(phrase, Kind::Ethereum).key().unwrap().account());
		let sealed = Sealed::seal(phrase, &context(Kind::Ethereum, &account), "pass");
		let file = File { version: VERSION, kind: Kind::Ethereum, account: account.clone(), secret: sealed };
		fs::create_dir_all(store.dir()).unwrap();
		fs::write(store.dir().join("old.json"), serde_json::to_vec(&file).unwrap()).unwrap();
		let opened = store.open("old", "pass").unwrap();
		assert_eq!(opened.key().unwrap().account(), account.0);
		let again = secret(opened.text(), Kind::Ethereum);
		assert_eq!(again.key().unwrap().account(), account.0, "what is exported makes the same account");
	}

	#[test]
	fn earlier_key_of_the_development_phrase_is_still_known_as_one() {
		let kept = |text: String| Secret::kept(Kind::Ethereum, Zeroizing::new(text)).unwrap().key().unwrap();
		for path in ["", "//Alice", "//7"] {
			assert!(kept(format!("{}{path}", sp_core::crypto::DEV_PHRASE)).is_development(), "{path}");
		}
		assert!(!kept(format!("{}about", "abandon ".repeat(11))).is_development());
	}

	#[test]
	fn wrong_password_opens_nothing() {
		let (_dir, store) = store();
		store.add("alice", &secret("//Alice", Kind::Sr25519), "pass").unwrap();
		let refused = store.open("alice", "Pass").err().unwrap();
		assert!(matches!(refused, KeystoreError::WrongPassword(_)), "{refused}");
	}

	#[test]
	fn changed_file_opens_nothing() {
		let (_dir, store) = store();
		store.add("alice", &secret("//Alice", Kind::Sr25519), "pass").unwrap();
		let path = store.dir().join("alice.json");
		let text = fs::read_to_string(&path).unwrap();
		let bob = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
		for (changed, opened) in [
			(text.replace(ALICE, bob), "wrong password"),
			(text.replace("sr25519", "ethereum"), "wrong password"),
			(text.replace("\"logN\": 17", "\"logN\": 40"), "damaged"),
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
	fn seeds_and_phrases_are_read_as_people_write_them() {
		let alice = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
		let seed = "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
		for (text, usual) in [
			(alice.replace(' ', "\r\n  "), alice.to_owned()),
			(format!("{alice}//Alice\r\n"), "//Alice".into()),
			(format!("{seed}\r\n"), format!("0x{seed}")),
		] {
			let account = |text: &str| secret(text, Kind::Sr25519).key().unwrap().account();
			assert_eq!(account(&text), account(&usual), "{text:?}");
		}
	}

	#[test]
	fn names_are_taken_once_and_are_not_paths() {
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
	fn text_that_makes_no_key_is_refused_in_one_line() {
		// A private key is neither zero nor as large as the order of the curve's group.
		let (zero, large) = ("0".repeat(64), "f".repeat(64));
		for (text, kind) in [
			("hello world", Kind::Sr25519),
			("0x12", Kind::Ethereum),
			(zero.as_str(), Kind::Ethereum),
			(large.as_str(), Kind::Ethereum),
			("//Alice", Kind::Ethereum),
			(" ", Kind::Sr25519),
			("", Kind::Ethereum),
		] {
			let error = Secret::new(kind, text).err().unwrap().to_string();
			assert!(error.contains("this is not the secret of") && error.lines().count() == 1, "{error}");
			assert!(text.trim().is_empty() || !error.contains(text), "the secret is not repeated");
		}
	}
}
