//! Values whose types are the runtime's own: calls that a referendum makes, and what governance stores.
//!
//! Everything else has a type here, and is compared with the runtime's when a connection is made. These are read and
//! written by the runtime's description alone: nobody can list the calls of runtimes to come, and a worker need not stop
//! because governance has changed.

use rlc_primitives::{AccountId, Balance};

/// A value as the runtime's description tells it. What adds nothing is left out: a struct of one unnamed field is that
/// field, and `Some(x)` is `x`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
	/// No value: a unit, or `None`.
	Nothing,
	/// Yes or no.
	Bool(bool),
	/// A whole number.
	Number(u128),
	/// A whole number that may be negative.
	Signed(i128),
	/// An amount, in nRLC.
	Amount(Balance),
	/// An account.
	Account(AccountId),
	/// Text. Where it is written, also a number in digits, the name of a variant without fields, or text for bytes.
	Text(String),
	/// Bytes.
	Bytes(Vec<u8>),
	/// Values without names.
	List(Vec<Data>),
	/// Values with names. Where it is written, a single one may stand for a variant of this name.
	Fields(Vec<(String, Data)>),
	/// One of several cases, with its fields.
	Variant(String, Box<Data>),
}

impl Data {
	/// Returns a variant with these fields.
	pub fn variant(name: &str, fields: Self) -> Self {
		Self::Variant(name.into(), Box::new(fields))
	}

	/// Returns values with names.
	pub fn fields<const N: usize>(fields: [(&str, Self); N]) -> Self {
		Self::Fields(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
	}

	/// Returns a call of a pallet with these arguments.
	pub fn call<const N: usize>(pallet: &str, call: &str, arguments: [(&str, Self); N]) -> Self {
		let arguments = if N == 0 { Self::Nothing } else { Self::fields(arguments) };
		Self::variant(pallet, Self::variant(call, arguments))
	}

	/// Returns pallet, name, and arguments of a call; `None` if this is not one.
	pub fn as_call(&self) -> Option<(&str, &str, &Self)> {
		let (pallet, call) = self.as_variant()?;
		let (name, arguments) = call.as_variant()?;
		Some((pallet, name, arguments))
	}

	/// Returns the name of a variant, and its fields.
	pub fn as_variant(&self) -> Option<(&str, &Self)> {
		match self {
			Self::Variant(name, fields) => Some((name, fields)),
			_ => None,
		}
	}

	/// Returns the value with this name.
	pub fn field(&self, name: &str) -> Option<&Self> {
		match self {
			Self::Fields(fields) => fields.iter().find(|(other, _)| other == name).map(|(_, value)| value),
			_ => None,
		}
	}

	/// Returns values without names.
	pub fn as_list(&self) -> Option<&[Self]> {
		match self {
			Self::List(values) => Some(values),
			_ => None,
		}
	}

	/// Returns bytes.
	pub fn as_bytes(&self) -> Option<&[u8]> {
		match self {
			Self::Bytes(bytes) => Some(bytes),
			_ => None,
		}
	}

	/// Returns a whole number that the type can hold, or an amount in nRLC.
	pub fn as_number<T: TryFrom<u128>>(&self) -> Option<T> {
		match self {
			Self::Number(number) | Self::Amount(number) => T::try_from(*number).ok(),
			_ => None,
		}
	}

	/// Returns the account.
	pub fn as_account(&self) -> Option<&AccountId> {
		match self {
			Self::Account(account) => Some(account),
			_ => None,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn call_is_told_by_pallet_name_and_arguments() {
		let call = Data::call("Treasury", "spend_local", [("amount", Data::Amount(5))]);
		let (pallet, name, arguments) = call.as_call().unwrap();
		assert_eq!((pallet, name), ("Treasury", "spend_local"));
		assert_eq!(arguments.field("amount").and_then(Data::as_number), Some(5u8));
		assert_eq!(arguments.field("beneficiary"), None);
		assert_eq!(Data::Number(1).as_call(), None);
	}

	#[test]
	fn number_is_only_read_if_it_fits() {
		assert_eq!(Data::Number(256).as_number::<u8>(), None);
		assert_eq!(Data::Amount(256).as_number::<u16>(), Some(256));
		assert_eq!(Data::Text("256".into()).as_number::<u16>(), None);
	}
}
