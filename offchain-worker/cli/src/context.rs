//! The account that acts, its key, and the node it acts over.

use std::{
	io::Read,
	path::Path,
	sync::Mutex,
	time::{SystemTime, UNIX_EPOCH},
};

use rlc_chain::{Chain, Key};
use rlc_json::{Account, InvalidAccount};
use rlc_keystore::{Entry, Keystore};
use rlc_primitives::{ethereum::address_of, AccountId, Balance};
use zeroize::Zeroizing;

use crate::{
	failure::{disk, failure, Failure, Result},
	global::Global,
	output::Output,
};

/// The environment variable that may hold the password.
const PASSWORD_VARIABLE: &str = "RLC_PASSWORD";
/// A text of at least this length is taken for a misspelled address, not for a name.
const LEAST_ADDRESS: usize = 40;

/// What every command has at hand.
pub(crate) struct Context {
	/// The options that every command takes.
	pub global: Global,
	/// Where words go.
	pub out: Output,
	/// What the command's calls can cost that were agreed to, in nRLC.
	pub agreed: Mutex<Balance>,
}

impl Context {
	/// Returns what a command with these options has at hand.
	pub(crate) fn new(global: Global, out: Output) -> Self {
		Self { global, out, agreed: Mutex::default() }
	}

	/// Connects to the chain over the node of `--node`.
	///
	/// # Errors
	///
	/// If the node does not answer, or serves another chain.
	pub(crate) async fn chain(&self) -> Result<Chain> {
		self.connected(Chain::connect(&self.global.node).await)
	}

	/// Connects to a node that may not know the chain yet, for a role that waits for it: see
	/// [`when_in_sync`](Self::when_in_sync).
	///
	/// # Errors
	///
	/// If the node does not answer.
	pub(crate) async fn early_chain(&self) -> Result<Chain> {
		self.connected(Chain::connect_early(&self.global.node).await)
	}

	/// Waits until the node is in sync.
	///
	/// # Errors
	///
	/// If the node does not answer, or serves another chain.
	pub(crate) async fn when_in_sync(&self, chain: &Chain) -> Result<()> {
		self.connected(chain.until_in_sync().await)
	}

	fn connected<T>(&self, answer: std::result::Result<T, rlc_chain::Error>) -> Result<T> {
		answer.map_err(|error| Failure::from(error).advise("start a node with `rlc up`, or name another with --node"))
	}

	/// Returns the user's keys.
	///
	/// # Errors
	///
	/// If there is no directory for them.
	pub(crate) fn keystore(&self) -> Result<Keystore> {
		Ok(Keystore::of_user()?)
	}

	/// Returns the account that acts, without its key.
	///
	/// # Errors
	///
	/// If `--account` is missing or names no known account.
	pub(crate) fn who(&self) -> Result<AccountId> {
		let name = self.named()?;
		if is_derivation(name) {
			return Ok(development_key(name)?.account());
		}
		Ok(self.keystore()?.entry(name)?.account.0)
	}

	/// Returns the key of the account that acts.
	///
	/// # Errors
	///
	/// Those of [`who`](Self::who); if the password is wrong or missing.
	pub(crate) fn key(&self) -> Result<Key> {
		let name = self.named()?;
		if is_derivation(name) {
			return development_key(name);
		}
		let keystore = self.keystore()?;
		let Entry { name, .. } = keystore.entry(name)?;
		let password = self.password(&format!("Password of {name}: "))?;
		Ok(keystore.open(&name, &password)?.key()?)
	}

	/// Returns the key of the account that acts, as a proxy of this one if one is named. Whether it is one is for
	/// [`proxy::check`](crate::proxy::check) to say.
	///
	/// # Errors
	///
	/// Those of [`key`](Self::key); if no account is named so.
	pub(crate) fn key_for(&self, real: Option<&str>) -> Result<Key> {
		let key = self.key()?;
		Ok(match real {
			Some(real) => key.on_behalf_of(self.account(real)?),
			None => key,
		})
	}

	/// Returns the key of the account that acts, and the chain that it acts on.
	///
	/// # Errors
	///
	/// Those of [`key`](Self::key), [`chain`](Self::chain), and [`refuse_development`].
	pub(crate) async fn signer(&self) -> Result<(Key, Chain)> {
		let key = self.key()?;
		let chain = self.chain().await?;
		refuse_development(&chain, &key).await?;
		Ok((key, chain))
	}

	/// Reads an account: SS58, hex, an Ethereum address, a name in the keystore, or `//Alice` and the like.
	///
	/// # Errors
	///
	/// If it is none of these.
	pub(crate) fn account(&self, text: &str) -> Result<AccountId> {
		if is_derivation(text) {
			return Ok(development_key(text)?.account());
		}
		match text.parse::<Account>() {
			Ok(account) => return Ok(account.0),
			Err(wrong @ InvalidAccount::Checksum(_)) => return Err(wrong.into()),
			Err(InvalidAccount::Form(_)) => {}
		}
		let known = self.keystore().and_then(|keystore| Ok(keystore.entry(text)?.account.0));
		known.map_err(|failure| match text.len() {
			0..LEAST_ADDRESS => failure,
			_ => failure!(AccountInvalid, "{text} is not an account";
				"give an address, a name shown by `rlc account list`, or a development account such as //Alice"),
		})
	}

	/// Reads the account that something is given to for good: as [`account`](Self::account), but not that of zeros, which
	/// stands for nobody.
	///
	/// # Errors
	///
	/// If it is none of these, or nobody's.
	pub(crate) fn receiver(&self, text: &str) -> Result<AccountId> {
		let account = self.account(text)?;
		if account == AccountId::new([0; 32]) || address_of(&account).is_some_and(|address| address.is_zero()) {
			return Err(failure!(AccountInvalid, "{text} is nobody's account: no key is known to it";
				"check the receiver's address"));
		}
		Ok(account)
	}

	/// Returns the password: from the file, else from the environment, else as typed.
	///
	/// # Errors
	///
	/// If the file cannot be read, or there is no terminal to ask on.
	pub(crate) fn password(&self, prompt: &str) -> Result<Zeroizing<String>> {
		if let Some(given) = self.given_password()? {
			return Ok(given);
		}
		if !self.out.can_ask() {
			return Err(failure!(PasswordMissing, "a password is needed, and there is no terminal to ask for it";
				"give --password-file, or set {PASSWORD_VARIABLE}"));
		}
		let typed = rpassword::prompt_password(prompt);
		typed.map(Zeroizing::new).map_err(|error| failure!(PasswordMissing, "no password was read: {error}"))
	}

	/// Returns a new password: as [`password`](Self::password), but typed twice.
	///
	/// # Errors
	///
	/// Those of [`password`](Self::password); if it is empty, or the two differ.
	pub(crate) fn new_password(&self) -> Result<Zeroizing<String>> {
		let first = self.password("New password: ")?;
		if first.is_empty() {
			return Err(
				failure!(PasswordEmpty, "the password is empty, so nothing was saved"; "give one that nobody guesses"),
			);
		}
		if self.given_password()?.is_none() && *self.password("Once more: ")? != *first {
			return Err(failure!(PasswordDiffers, "the two passwords differ, so nothing was saved"; "try again"));
		}
		Ok(first)
	}

	fn given_password(&self) -> Result<Option<Zeroizing<String>>> {
		if let Some(path) = &self.global.password_file {
			let text = read_secret(path)?;
			return Ok(Some(Zeroizing::new(text.trim_end_matches(['\n', '\r']).into())));
		}
		Ok(std::env::var(PASSWORD_VARIABLE).ok().map(Zeroizing::new))
	}

	/// Returns what `--account` says.
	///
	/// # Errors
	///
	/// If it is missing.
	pub(crate) fn named(&self) -> Result<&str> {
		let name = self.global.account.as_deref();
		name.ok_or_else(|| failure!(AccountMissing, "no account is named"; "give --account NAME, or set RLC_ACCOUNT"))
	}
}

/// Returns the text of a file that holds a secret; `-` is standard input.
///
/// # Errors
///
/// If it cannot be read.
pub(crate) fn read_secret(path: &Path) -> Result<Zeroizing<String>> {
	let mut text = Zeroizing::new(String::new());
	let read = if path == Path::new("-") {
		std::io::stdin().read_to_string(&mut text)
	} else {
		std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
	};
	read.map_err(disk(path))?;
	Ok(text)
}

/// Returns the time, in ms since the Unix epoch.
pub(crate) fn now() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Returns whether this names a development key, derived from a phrase that everybody knows. With one slash, it
/// could as well be the path of a file.
fn is_derivation(name: &str) -> bool {
	name.starts_with("//")
}

/// Refuses a key for development on a live network: everybody has it, and whatever its account gets is gone at once.
///
/// # Errors
///
/// If it is such a key, and the chain such a network; if the node does not answer.
pub(crate) async fn refuse_development(chain: &Chain, key: &Key) -> Result<()> {
	if !key.is_development() || !chain.is_live().await? {
		return Ok(());
	}
	let account = Account(key.signer());
	Err(failure!(KeyDevelopment, "{account} is an account for development, whose key everybody has";
		"make one of your own with `rlc account create`"))
}

fn development_key(derivation: &str) -> Result<Key> {
	Key::from_suri(derivation).map_err(
		|_| failure!(AccountInvalid, "{derivation} is not a derivation"; "write it as //Alice, or //Alice//stash"),
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		global: Global,
	}

	fn context() -> Context {
		Context::new(Line::try_parse_from(["test"]).unwrap().global, Output::new(true))
	}

	#[test]
	fn address_with_a_wrong_checksum_is_refused() {
		let address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
		let account = context().account(address).unwrap();
		assert_eq!(context().account(&address.to_lowercase()).unwrap(), account);
		let refused = context().account(&address.replace("ed", "eD")).unwrap_err();
		assert_eq!(refused.code(), "account.checksum");
		let short = context().account(&address[..41]).unwrap_err();
		assert_eq!(short.code(), "account.invalid");
	}

	#[test]
	fn nobody_receives_nothing() {
		for nobody in [40, 64].map(|digits| format!("0x{}", "0".repeat(digits))) {
			assert!(context().account(&nobody).is_ok());
			assert_eq!(context().receiver(&nobody).unwrap_err().code(), "account.invalid");
		}
		assert!(context().receiver("//Bob").is_ok());
	}

	#[test]
	fn path_of_a_file_is_not_an_account() {
		assert!(context().account("//Alice").is_ok());
		let refused = context().account("/tmp/key").unwrap_err();
		assert_ne!(refused.code(), "internal");
	}
}
