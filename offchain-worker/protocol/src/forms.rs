//! How things are written.

use std::{fmt, str::FromStr};

use rlc_primitives::AccountId;
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use sp_core::crypto::{Ss58AddressFormat, Ss58Codec};

/// The SS58 prefix of accounts: Substrate's general one.
const SS58_PREFIX: u16 = 42;

/// An account, as SS58. Read also as `0x` and 64 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub AccountId);

impl fmt::Display for Account {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.0.to_ss58check_with_version(Ss58AddressFormat::custom(SS58_PREFIX)))
	}
}

impl FromStr for Account {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		if let Some(digits) = text.strip_prefix("0x") {
			let mut bytes = [0; 32];
			hex::decode_to_slice(digits, &mut bytes).map_err(|error| format!("{text} is no account: {error}"))?;
			return Ok(Self(bytes.into()));
		}
		AccountId::from_ss58check(text).map(Self).map_err(|error| format!("{text} is no account: {error:?}"))
	}
}

/// Implements JSON by `Display` and `FromStr`.
macro_rules! as_text {
	($($name:ty),*) => { $(
		impl Serialize for $name {
			fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
				serializer.collect_str(self)
			}
		}

		impl<'de> Deserialize<'de> for $name {
			fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
				String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
			}
		}
	)* };
}
as_text!(Account);

/// A task by its deal and index: `{"deal": id, "index": "3"}`. For `#[serde(with = "task_ref")]`.
pub mod task_ref {
	use rlc_primitives::{work::TaskRef, DealId};

	use super::*;

	#[derive(Serialize, Deserialize)]
	#[serde(deny_unknown_fields)]
	struct Form {
		deal: DealId,
		index: String,
	}

	/// Writes it.
	///
	/// # Errors
	///
	/// The serializer's.
	pub fn serialize<S: Serializer>(task: &TaskRef, serializer: S) -> Result<S::Ok, S::Error> {
		Form { deal: task.deal, index: task.index.to_string() }.serialize(serializer)
	}

	/// Reads it.
	///
	/// # Errors
	///
	/// If the index is not a decimal number below 2⁶⁴.
	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TaskRef, D::Error> {
		let Form { deal, index } = Form::deserialize(deserializer)?;
		Ok(TaskRef { deal, index: index.parse().map_err(D::Error::custom)? })
	}
}

/// Bytes, as `0x` and hex digits. For `#[serde(with = "hex_bytes")]`.
pub mod hex_bytes {
	use super::*;

	/// Writes them.
	///
	/// # Errors
	///
	/// The serializer's.
	pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(&format_args!("0x{}", hex::encode(bytes)))
	}

	/// Reads them.
	///
	/// # Errors
	///
	/// If the text is no hex.
	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
		let text = String::deserialize(deserializer)?;
		let digits = text.strip_prefix("0x").ok_or_else(|| D::Error::custom("expected 0x and hex digits"))?;
		hex::decode(digits).map_err(D::Error::custom)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn accounts_are_read_as_written() {
		let account = Account(AccountId::new([7; 32]));
		assert_eq!(account.to_string().parse(), Ok(account.clone()));
		assert_eq!(format!("0x{}", hex::encode([7; 32])).parse(), Ok(account));
	}

	#[test]
	fn wrong_ones_are_refused() {
		for text in ["", "5", "0x12", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQX"] {
			assert!(text.parse::<Account>().is_err(), "{text}");
		}
	}
}
