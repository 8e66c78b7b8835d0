//! How things are written.

use std::{fmt, str::FromStr};

use rlc_primitives::{AccountId, DealId, TaskId};
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use sp_core::{
	crypto::{Ss58AddressFormat, Ss58Codec},
	H256,
};

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

/// A task by its place: its deal, and its index in the request. Written `deal:index`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
	/// The deal that it belongs to.
	pub deal: DealId,
	/// Its number in the request.
	pub index: u64,
}

impl Place {
	/// The task's id.
	pub fn id(&self) -> TaskId {
		TaskId::of(self.deal, self.index)
	}
}

impl fmt::Display for Place {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{:?}:{}", self.deal.0, self.index)
	}
}

impl FromStr for Place {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let wrong = || format!("{text} is no task; expected DEAL:INDEX");
		let (deal, index) = text.split_once(':').ok_or_else(wrong)?;
		let mut bytes = [0; 32];
		hex::decode_to_slice(deal.trim_start_matches("0x"), &mut bytes).map_err(|_| wrong())?;
		Ok(Self { deal: DealId(H256(bytes)), index: index.parse().map_err(|_| wrong())? })
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
as_text!(Account, Place);

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
	fn accounts_and_places_are_read_as_written() {
		let account = Account(AccountId::new([7; 32]));
		assert_eq!(account.to_string().parse(), Ok(account.clone()));
		assert_eq!(format!("0x{}", hex::encode([7; 32])).parse(), Ok(account));
		let place = Place { deal: DealId(H256::repeat_byte(3)), index: 12 };
		assert_eq!(place.to_string().parse(), Ok(place));
	}

	#[test]
	fn wrong_ones_are_refused() {
		for text in ["", "5", "0x12", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQX"] {
			assert!(text.parse::<Account>().is_err(), "{text}");
		}
		for text in ["", ":", "0x00:1", &format!("0x{}:-1", "0".repeat(64)), &"0".repeat(64)] {
			assert!(text.parse::<Place>().is_err(), "{text}");
		}
	}
}
