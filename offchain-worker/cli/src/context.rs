//! Who acts, with which key, over which node.

use std::{
	io::Read,
	path::Path,
	time::{SystemTime, UNIX_EPOCH},
};

use rlc_chain::{Call, Chain, Key, Receipt, Sender};
use rlc_primitives::{ethereum::account_of, AccountId};
use rlc_protocol::Account;
use sp_core::H160;
use zeroize::Zeroizing;

use crate::{
	cli::Global,
	failure::{failure, Failure, Result},
	keystore::{Entry, Keystore},
	output::Output,
};

/// Where a password may be, beside the file.
const PASSWORD_VARIABLE: &str = "RLC_PASSWORD";

/// What every command has at hand.
pub struct Context {
	/// What holds for every command.
	pub global: Global,
	/// Where words go.
	pub out: Output,
}

impl Context {
	/// The chain, over the node that was named.
	///
	/// # Errors
	///
	/// If the node does not answer, or is of another chain.
	pub async fn chain(&self) -> Result<Chain> {
		let chain = Chain::connect(&self.global.node).await;
		chain.map_err(|error| Failure::new(error).advise("start one with `rlc up`, or name another with --node"))
	}

	/// The user's keys.
	///
	/// # Errors
	///
	/// If there is no place for them.
	pub fn keystore(&self) -> Result<Keystore> {
		Ok(Keystore::of_user()?)
	}

	/// The account that acts, without its key.
	///
	/// # Errors
	///
	/// If none was named, or there is none of that name.
	pub fn who(&self) -> Result<AccountId> {
		let name = self.named()?;
		if is_derivation(name) {
			return Ok(development_key(name)?.account());
		}
		Ok(self.keystore()?.entry(name)?.account.0)
	}

	/// The key of the account that acts.
	///
	/// # Errors
	///
	/// Those of [`who`](Self::who); and if the password is wrong, or cannot be asked for.
	pub fn key(&self) -> Result<Key> {
		let name = self.named()?;
		if is_derivation(name) {
			return development_key(name);
		}
		let keystore = self.keystore()?;
		let Entry { name, .. } = keystore.entry(name)?;
		let password = self.password(&format!("Password of {name}: "))?;
		Ok(keystore.open(&name, &password)?.key()?)
	}

	/// Send a call of this key's account, and wait until it is in a block.
	///
	/// # Errors
	///
	/// If the chain refuses it.
	pub async fn send_as(&self, chain: &Chain, key: Key, call: Call) -> Result<Receipt> {
		Ok(Sender::new(chain.clone(), key).send(call).await?)
	}

	/// An account that somebody wrote: SS58, hex, an Ethereum address, a name in the keystore, or `//Alice` and the like.
	///
	/// # Errors
	///
	/// If it is none of these.
	pub fn account(&self, text: &str) -> Result<AccountId> {
		if is_derivation(text) {
			return Ok(development_key(text)?.account());
		}
		if let Some(address) = text.strip_prefix("0x").filter(|digits| digits.len() == 40) {
			let bytes = hex::decode(address).ok().and_then(|bytes| <[u8; 20]>::try_from(bytes).ok());
			return bytes.map(|bytes| account_of(H160(bytes))).ok_or_else(|| failure!("{text} is no Ethereum address"));
		}
		if let Ok(account) = text.parse::<Account>() {
			return Ok(account.0);
		}
		let known = self.keystore().and_then(|keystore| Ok(keystore.entry(text)?.account.0));
		known.map_err(|_| {
			failure!("{text} is no account; give an address, a name of `rlc account list`, or //Alice and the like")
		})
	}

	/// A password: of the file, else of the environment, else asked for.
	///
	/// # Errors
	///
	/// If the file cannot be read, or nobody can be asked.
	pub fn password(&self, prompt: &str) -> Result<Zeroizing<String>> {
		if let Some(given) = self.given_password()? {
			return Ok(given);
		}
		if !self.out.can_ask() {
			return Err(failure!(
				"a password is needed and nobody can be asked; give --password-file or set {PASSWORD_VARIABLE}"
			));
		}
		let typed = rpassword::prompt_password(prompt).map_err(|error| failure!("no password was read: {error}"))?;
		Ok(Zeroizing::new(typed))
	}

	/// A new password: as [`password`](Self::password), but asked for twice.
	///
	/// # Errors
	///
	/// Those of [`password`](Self::password); and if the two differ.
	pub fn new_password(&self) -> Result<Zeroizing<String>> {
		let first = self.password("New password: ")?;
		if self.given_password()?.is_none() && *self.password("Once more: ")? != *first {
			return Err(failure!("the two passwords differ; nothing was kept"));
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

	fn named(&self) -> Result<&str> {
		let name = self.global.account.as_deref();
		name.ok_or_else(|| failure!("no account is named; give --account NAME, or set RLC_ACCOUNT"))
	}
}

/// The text of a file that holds a secret; `-` is standard input.
///
/// # Errors
///
/// If it cannot be read.
pub fn read_secret(path: &Path) -> Result<Zeroizing<String>> {
	let mut text = Zeroizing::new(String::new());
	let read = if path == Path::new("-") {
		std::io::stdin().read_to_string(&mut text)
	} else {
		std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
	};
	read.map_err(|error| failure!("{}: {error}", path.display()))?;
	Ok(text)
}

/// Now, in ms since the Unix epoch.
pub fn now() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Whether this is a key for development, derived from a phrase that everybody knows.
fn is_derivation(name: &str) -> bool {
	name.starts_with('/')
}

fn development_key(derivation: &str) -> Result<Key> {
	Key::from_suri(derivation).map_err(|_| failure!("{derivation} is no derivation; one is //Alice, or //Alice//stash"))
}
