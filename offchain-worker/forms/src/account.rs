//! Accounts.

use std::{fmt, str::FromStr};

use rlc_primitives::{
	ethereum::{account_of, address_of},
	AccountId,
};
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use sp_core::crypto::{Ss58AddressFormat, Ss58Codec};
use sp_runtime::AccountId32;

use crate::{ethereum_address::InvalidAddress, hex, EthereumAddress};

/// The SS58 prefix of accounts: the one of networks without a registered prefix.
const SS58_PREFIX: u16 = 42;

/// The longest SS58 of an account, in bytes. Reading it takes time that grows with the square of a text's length.
const LONGEST: usize = 50;

/// How many characters of a text that is not an account are shown.
const SHOWN: usize = 100;

/// An account, as SS58. Read also as `0x` and 64 hex digits, and as `0x` and 40: the account of an Ethereum key, by its
/// [address](EthereumAddress).
///
/// Also for `#[serde(with = "Account")]` on a field that is an `AccountId`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub AccountId);

/// Why a text is not an account. Holds its beginning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccount {
	/// It has none of the forms.
	#[error(
		"{0:?} is not an account: expected SS58, or 0x and 64 hex digits, or an Ethereum address (0x and 40 hex digits)"
	)]
	Form(String),
	/// It is an Ethereum address, and the case of its digits is not as the checksum has it.
	#[error(
		"{0:?} has a wrong checksum: a digit is mistyped, or its case; copy the address once more from the wallet"
	)]
	Checksum(String),
}

impl fmt::Display for Account {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.0.to_ss58check_with_version(Ss58AddressFormat::custom(SS58_PREFIX)))
	}
}

impl FromStr for Account {
	type Err = InvalidAccount;

	fn from_str(text: &str) -> Result<Self, InvalidAccount> {
		let shown = || -> String { text.chars().take(SHOWN).collect() };
		match text.parse::<EthereumAddress>() {
			Ok(EthereumAddress(address)) => Ok(Self(account_of(address))),
			Err(InvalidAddress::Checksum) => Err(InvalidAccount::Checksum(shown())),
			Err(InvalidAddress::Form) => read(text).map(Self).ok_or_else(|| InvalidAccount::Form(shown())),
		}
	}
}

/// Reads an account that is not written as an Ethereum address.
fn read(text: &str) -> Option<AccountId> {
	if text.starts_with("0x") {
		return <[u8; 32]>::try_from(hex::read(text)?).ok().map(AccountId::new);
	}
	if text.len() <= LONGEST {
		AccountId::from_ss58check(text).ok()
	} else {
		None
	}
}

impl From<AccountId32> for Account {
	fn from(account: AccountId32) -> Self {
		Self(account)
	}
}

impl From<Account> for AccountId32 {
	fn from(account: Account) -> Self {
		account.0
	}
}

impl Account {
	/// Returns the address of the Ethereum key whose account it is; `None` for every other account.
	pub fn ethereum_address(&self) -> Option<EthereumAddress> {
		address_of(&self.0).map(EthereumAddress)
	}

	/// Writes an account.
	///
	/// # Errors
	///
	/// The serializer's.
	pub fn serialize<S: Serializer>(account: &AccountId, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(&Self(account.clone()))
	}

	/// Reads an account.
	///
	/// # Errors
	///
	/// [`InvalidAccount`].
	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountId, D::Error> {
		let account: Self = String::deserialize(deserializer)?.parse().map_err(D::Error::custom)?;
		Ok(account.0)
	}
}

impl Serialize for Account {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		Self::serialize(&self.0, serializer)
	}
}

impl<'de> Deserialize<'de> for Account {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		Self::deserialize(deserializer).map(Self)
	}
}

/// For `#[serde(with = "OptionalAccount")]` on a field that is an `Option<AccountId>`.
pub struct OptionalAccount;

impl OptionalAccount {
	/// Writes an account, or `null`.
	///
	/// # Errors
	///
	/// The serializer's.
	pub fn serialize<S: Serializer>(account: &Option<AccountId>, serializer: S) -> Result<S::Ok, S::Error> {
		account.clone().map(Account).serialize(serializer)
	}

	/// Reads an account, or `null`.
	///
	/// # Errors
	///
	/// [`InvalidAccount`].
	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<AccountId>, D::Error> {
		Ok(Option::<Account>::deserialize(deserializer)?.map(|account| account.0))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::{from_value, json, to_value};
	use sp_core::H160;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
	/// The example of EIP-55.
	const ADDRESS: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
	const ALICE_HEX: &str = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

	#[test]
	fn accounts_are_written_as_ss58_and_read_in_each_form() {
		let alice: Account = ALICE.parse().unwrap();
		assert_eq!((alice.to_string().as_str(), to_value(&alice).unwrap()), (ALICE, json!(ALICE)));
		for form in [ALICE, ALICE_HEX] {
			assert_eq!(from_value::<Account>(json!(form)).unwrap(), alice);
		}
		let ethereum = from_value::<Account>(json!("0x1111111111111111111111111111111111111111")).unwrap();
		assert_eq!(ethereum.0, account_of(H160::repeat_byte(0x11)));
	}

	#[test]
	fn address_with_a_wrong_checksum_is_no_account_wherever_it_is_read() {
		let account: Account = ADDRESS.parse().unwrap();
		assert_eq!(account.ethereum_address().unwrap().to_string(), ADDRESS);
		assert_eq!(ALICE.parse::<Account>().unwrap().ethereum_address(), None);
		let typo = ADDRESS.replace("ed", "eD");
		assert_eq!(typo.parse::<Account>(), Err(InvalidAccount::Checksum(typo.clone())));
		assert!(from_value::<Account>(json!(typo)).unwrap_err().to_string().contains("wrong checksum"));
		assert_eq!(from_value::<Account>(json!(ADDRESS.to_ascii_lowercase())).unwrap(), account);
	}

	#[test]
	fn account_of_any_network_is_not_too_long() {
		let largest = AccountId::new([0xff; 32]).to_ss58check_with_version(Ss58AddressFormat::custom(16_383));
		assert!(largest.len() <= LONGEST, "{largest}");
	}

	#[test]
	fn long_text_takes_no_time() {
		for text in ["1", "z"].map(|one| one.repeat(4 << 20)) {
			assert!(text.parse::<Account>().unwrap_err().to_string().len() < 1_000);
		}
	}

	#[test]
	fn other_texts_are_refused() {
		let miswritten = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQX";
		for wrong in ["", "5", "5Grwva", "0x11", "0xzz", "Alice", miswritten] {
			assert!(wrong.parse::<Account>().unwrap_err().to_string().starts_with(&format!("{wrong:?}")), "{wrong}");
		}
		for wrong in [json!(1), json!(null)] {
			assert!(from_value::<Account>(wrong.clone()).is_err(), "{wrong}");
		}
	}
}
