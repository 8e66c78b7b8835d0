//! The forms in JSON of what this chain is about.
//!
//! | what | written as | also read |
//! |---|---|---|
//! | amounts, in nRLC | decimal string: `"1500000000"` | whole number |
//! | numbers that may exceed 2⁵³: volumes, trust, indices | decimal string | whole number |
//! | other numbers; times, in ms since the Unix epoch | number | |
//! | ids, hashes, tags, salts | `0x` and hex digits | |
//! | accounts | SS58 | `0x` and 64 hex digits; `0x` and 40: an Ethereum key's account, by its address |
//! | names, params | text; `0x` and hex digits if it is no text, or is text that starts with `0x` | |
//! | restrictions | `null`: anyone; `{"exactly": id}`; `{"group": id}` | absent: anyone |
//! | what there is none of | `null` | absent |
//!
//! Keys are in camelCase. A key that is not known is refused, so that a misspelt one is not taken for an absent one.

pub mod book;
pub mod deals;
pub mod orders;
pub mod tasks;

use std::{fmt::Display, str::FromStr};

use rlc_primitives::AccountId;
use serde::{Deserialize, Serialize};

/// A number that JavaScript might round, as a decimal string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent, bound(serialize = "T: Display", deserialize = "T: FromStr"))]
pub struct Decimal<T>(#[serde(with = "decimal")] pub T);

/// An account, as SS58.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Account(#[serde(with = "account")] pub AccountId);

/// For fields that are numbers like those of [`Decimal`].
pub(crate) mod decimal {
	use std::{fmt::Display, str::FromStr};

	use serde::{de::Error, Deserialize, Deserializer, Serializer};
	use serde_json::Value;

	pub(crate) fn serialize<T: Display, S: Serializer>(number: &T, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(number)
	}

	pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
		let digits = match Value::deserialize(deserializer)? {
			Value::String(digits) => digits,
			Value::Number(number) => number.to_string(),
			_ => String::new(),
		};
		let refused = || D::Error::custom("expected a whole number within bounds, as a decimal string or a number");
		if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
			return Err(refused());
		}
		digits.parse().map_err(|_| refused())
	}
}

/// For fields that are accounts like [`Account`].
pub(crate) mod account {
	use rlc_primitives::{ethereum::account_of, AccountId};
	use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
	use sp_core::{crypto::Ss58Codec, H160};

	use super::Account;

	pub(crate) fn serialize<S: Serializer>(account: &AccountId, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(account)
	}

	pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountId, D::Error> {
		let text = String::deserialize(deserializer)?;
		read(&text).ok_or_else(|| {
			D::Error::custom("expected an account: SS58, or 0x and 64 hex digits, or an Ethereum address (0x and 40)")
		})
	}

	fn read(text: &str) -> Option<AccountId> {
		if !text.starts_with("0x") {
			return AccountId::from_ss58check(text).ok();
		}
		let bytes = sp_core::bytes::from_hex(text).ok()?;
		match <[u8; 32]>::try_from(bytes.as_slice()) {
			Ok(account) => Some(AccountId::new(account)),
			Err(_) => <[u8; 20]>::try_from(bytes).ok().map(|address| account_of(H160(address))),
		}
	}

	/// The same where there may be none.
	pub(crate) mod optional {
		use super::*;

		pub(crate) fn serialize<S: Serializer>(account: &Option<AccountId>, serializer: S) -> Result<S::Ok, S::Error> {
			account.clone().map(Account).serialize(serializer)
		}

		pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<AccountId>, D::Error> {
			Ok(Option::<Account>::deserialize(deserializer)?.map(|account| account.0))
		}
	}
}

/// For fields that are bytes which mostly are text. What is written is read as the same bytes.
pub(crate) mod text {
	use serde::{de::Error, Deserialize, Deserializer, Serializer};

	pub(crate) fn serialize<T: AsRef<[u8]>, S: Serializer>(bytes: &T, serializer: S) -> Result<S::Ok, S::Error> {
		let bytes = bytes.as_ref();
		match std::str::from_utf8(bytes) {
			Ok(text) if !text.starts_with("0x") => serializer.serialize_str(text),
			_ => serializer.serialize_str(&sp_core::bytes::to_hex(bytes, false)),
		}
	}

	pub(crate) fn deserialize<'de, T: TryFrom<Vec<u8>>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
		let text = String::deserialize(deserializer)?;
		let bytes = if text.starts_with("0x") {
			sp_core::bytes::from_hex(&text).map_err(|_| D::Error::custom("expected hex digits after 0x"))?
		} else {
			text.into_bytes()
		};
		bytes.try_into().map_err(|_| D::Error::custom("the text is too long"))
	}
}

/// For fields that are restrictions.
pub(crate) mod restriction {
	use rlc_primitives::{AccountId, GroupId, Restriction};
	use serde::{Deserialize, Deserializer, Serialize, Serializer};

	use super::Account;

	/// A restriction that restricts.
	#[derive(Serialize, Deserialize)]
	#[serde(rename_all = "camelCase")]
	enum Named<Id> {
		Exactly(Id),
		Group(GroupId),
	}

	pub(crate) fn serialize<Id: Clone + Serialize, S: Serializer>(
		restriction: &Restriction<Id>,
		serializer: S,
	) -> Result<S::Ok, S::Error> {
		let named = match restriction {
			Restriction::Anyone => None,
			Restriction::Exactly(id) => Some(Named::Exactly(id.clone())),
			Restriction::Group(group) => Some(Named::Group(*group)),
		};
		named.serialize(serializer)
	}

	pub(crate) fn deserialize<'de, Id: Deserialize<'de>, D: Deserializer<'de>>(
		deserializer: D,
	) -> Result<Restriction<Id>, D::Error> {
		Ok(match Option::<Named<Id>>::deserialize(deserializer)? {
			None => Restriction::Anyone,
			Some(Named::Exactly(id)) => Restriction::Exactly(id),
			Some(Named::Group(group)) => Restriction::Group(group),
		})
	}

	/// The same on accounts.
	pub(crate) mod accounts {
		use super::*;

		pub(crate) fn serialize<S: Serializer>(
			restriction: &Restriction<AccountId>,
			serializer: S,
		) -> Result<S::Ok, S::Error> {
			super::serialize(restriction, serializer)
		}

		pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
			deserializer: D,
		) -> Result<Restriction<AccountId>, D::Error> {
			Ok(match super::deserialize::<Account, D>(deserializer)? {
				Restriction::Anyone => Restriction::Anyone,
				Restriction::Exactly(account) => Restriction::Exactly(account.0),
				Restriction::Group(group) => Restriction::Group(group),
			})
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{ethereum::account_of, Balance};
	use serde_json::{from_value, json, to_value};
	use sp_core::H160;
	use sp_keyring::Sr25519Keyring::Alice;

	#[derive(Debug, PartialEq, Serialize, Deserialize)]
	struct Text(#[serde(with = "text")] Vec<u8>);

	#[test]
	fn amounts_are_written_as_strings_and_read_from_both() {
		assert_eq!(to_value(Decimal(Balance::MAX)).unwrap(), json!("340282366920938463463374607431768211455"));
		assert_eq!(from_value::<Decimal<Balance>>(json!(Balance::MAX.to_string())).unwrap(), Decimal(Balance::MAX));
		assert_eq!(from_value::<Decimal<Balance>>(json!(17)).unwrap(), Decimal(17));
		for wrong in
			[json!(1.5), json!(-1), json!("1e3"), json!("+1"), json!(""), json!("0x1"), json!(null), json!([1])]
		{
			assert!(from_value::<Decimal<Balance>>(wrong.clone()).is_err(), "{wrong}");
		}
		assert!(from_value::<Decimal<u64>>(json!("18446744073709551616")).is_err(), "out of bounds");
	}

	#[test]
	fn accounts_are_read_in_each_form() {
		let alice = Account(Alice.to_account_id());
		let ss58 = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		assert_eq!(to_value(&alice).unwrap(), json!(ss58));
		let hex = sp_core::bytes::to_hex(alice.0.as_ref(), false);
		for form in [json!(ss58), json!(hex)] {
			assert_eq!(from_value::<Account>(form).unwrap(), alice);
		}
		let ethereum = from_value::<Account>(json!("0x1111111111111111111111111111111111111111")).unwrap();
		assert_eq!(ethereum.0, account_of(H160::repeat_byte(0x11)));
		for wrong in [json!("5Grwva"), json!("0x11"), json!("0xzz"), json!("Alice"), json!(1), json!(null)] {
			assert!(from_value::<Account>(wrong.clone()).is_err(), "{wrong}");
		}
	}

	#[test]
	fn bytes_come_back_as_they_were() {
		for (bytes, written) in [
			(b"{\"iexec_args\": \"1\"}".to_vec(), json!("{\"iexec_args\": \"1\"}")),
			(vec![], json!("")),
			(vec![0xFF, 0], json!("0xff00")),
			(b"0x12".to_vec(), json!("0x30783132")),
		] {
			assert_eq!(to_value(Text(bytes.clone())).unwrap(), written);
			assert_eq!(from_value::<Text>(written).unwrap(), Text(bytes));
		}
		assert!(from_value::<Text>(json!("0x1g")).is_err());
	}
}
