//! Reading values by the runtime's description.
//!
//! Anyone can propose a call, and its bytes are not looked at before it is enacted: they may not be a call, may be nested without
//! end, or claim to be longer than they are. So depth and number of values are limited here.

use codec::{Compact, Decode};
use rlc_primitives::{AccountId, Balance};
use scale_info::{form::PortableForm, Field, PortableRegistry, TypeDef, TypeDefPrimitive};

use super::shapes::{has_width, is_account, is_amount, is_byte, is_nothing, is_option};
use crate::Data;

/// How deeply values may be nested. A call within a call takes five levels.
const MOST_DEPTH: usize = 256;
/// How many values there may be in one.
const MOST_VALUES: usize = 1 << 20;

/// Reads a value of this type, which is all of the bytes.
///
/// # Errors
///
/// In words, if they are something else.
pub(super) fn read(types: &PortableRegistry, id: u32, mut bytes: &[u8]) -> Result<Data, String> {
	let mut reader = Reader { types, left: MOST_VALUES };
	let data = reader.value(id, false, MOST_DEPTH, &mut bytes)?;
	if bytes.is_empty() {
		Ok(data)
	} else {
		Err(format!("{} bytes too many", bytes.len()))
	}
}

struct Reader<'a> {
	types: &'a PortableRegistry,
	/// How many more values are read.
	left: usize,
}

impl<'a> Reader<'a> {
	/// Reads a value. `amounts`: what has the width of one in it is an amount, as the name of what holds it says.
	fn value(&mut self, id: u32, amounts: bool, depth: usize, input: &mut &[u8]) -> Result<Data, String> {
		self.left = self.left.checked_sub(1).ok_or("it has too many parts")?;
		let depth = depth.checked_sub(1).ok_or("it is nested too deeply")?;
		let types: &'a PortableRegistry = self.types;
		let ty = types.resolve(id).ok_or_else(|| format!("its type {id} is not described"))?;
		match &ty.type_def {
			TypeDef::Composite(_) if is_account(ty) => take::<AccountId>(input).map(Data::Account),
			TypeDef::Composite(composite) => self.fields(&composite.fields, amounts, depth, input),
			TypeDef::Variant(variants) => {
				let index = take::<u8>(input)?;
				let variant = variants.variants.iter().find(|variant| variant.index == index);
				let variant = variant.ok_or_else(|| format!("there is no variant {index}"))?;
				let fields = self.fields(&variant.fields, amounts, depth, input)?;
				Ok(match variant.name.as_str() {
					"None" if is_option(ty) => Data::Nothing,
					// Nothing within something is not nothing.
					"Some" if is_option(ty) && fields != Data::Nothing => fields,
					name => Data::variant(name, fields),
				})
			}
			TypeDef::Sequence(list) => {
				let Compact(count) = take::<Compact<u32>>(input)?;
				self.list(list.type_param.id, count, amounts, depth, input)
			}
			TypeDef::Array(array) => self.list(array.type_param.id, array.len, amounts, depth, input),
			TypeDef::Tuple(tuple) => match tuple.fields.as_slice() {
				[] => Ok(Data::Nothing),
				[only] => self.value(only.id, amounts, depth, input),
				several => {
					let values = several.iter().map(|one| self.value(one.id, amounts, depth, input));
					values.collect::<Result<_, _>>().map(Data::List)
				}
			},
			TypeDef::Compact(compact) if is_nothing(types, compact.type_param.id) => Ok(Data::Nothing),
			TypeDef::Compact(compact) => {
				let Compact(number) = take::<Compact<u128>>(input)?;
				if !has_width(types, compact.type_param.id, number) {
					return Err(format!("{number} is too large"));
				}
				let is_wide = has_width(types, compact.type_param.id, Balance::MAX);
				Ok(if amounts && is_wide { Data::Amount(number) } else { Data::Number(number) })
			}
			TypeDef::Primitive(primitive) => self::primitive(primitive, amounts, input),
			TypeDef::BitSequence(_) => Err("sequences of bits are not read here".into()),
		}
	}

	/// Reads the fields of a struct or a variant.
	fn fields(
		&mut self,
		fields: &[Field<PortableForm>],
		amounts: bool,
		depth: usize,
		input: &mut &[u8],
	) -> Result<Data, String> {
		match fields {
			[] => Ok(Data::Nothing),
			[only] if only.name.is_none() => self.value(only.ty.id, amounts || is_amount(only), depth, input),
			[first, ..] if first.name.is_some() => {
				let named = fields.iter().map(|field| {
					let name = field.name.clone().unwrap_or_default();
					let value = self.value(field.ty.id, is_amount(field), depth, input);
					value.map(|value| (name.clone(), value)).map_err(|wrong| format!("{name}: {wrong}"))
				});
				named.collect::<Result<_, _>>().map(Data::Fields)
			}
			_ => {
				let values = fields.iter().map(|field| self.value(field.ty.id, is_amount(field), depth, input));
				values.collect::<Result<_, _>>().map(Data::List)
			}
		}
	}

	/// Reads so many values of one type. Values that take no bytes are counted as if each took one, so that none is claimed
	/// for nothing.
	fn list(&mut self, of: u32, count: u32, amounts: bool, depth: usize, input: &mut &[u8]) -> Result<Data, String> {
		let count = usize::try_from(count).unwrap_or(usize::MAX);
		if count > input.len() {
			return Err(format!("a list of {count} values is longer than what is there"));
		}
		if is_byte(self.types, of) {
			let all = *input;
			let (bytes, rest) = all.split_at(count);
			*input = rest;
			return Ok(Data::Bytes(bytes.to_vec()));
		}
		let values = (0..count).map(|_| self.value(of, amounts, depth, input));
		values.collect::<Result<_, _>>().map(Data::List)
	}
}

fn primitive(primitive: &TypeDefPrimitive, amounts: bool, input: &mut &[u8]) -> Result<Data, String> {
	Ok(match primitive {
		TypeDefPrimitive::Bool => Data::Bool(take(input)?),
		TypeDefPrimitive::Str => Data::Text(take(input)?),
		TypeDefPrimitive::U8 => Data::Number(take::<u8>(input)?.into()),
		TypeDefPrimitive::U16 => Data::Number(take::<u16>(input)?.into()),
		TypeDefPrimitive::U32 => Data::Number(take::<u32>(input)?.into()),
		TypeDefPrimitive::U64 => Data::Number(take::<u64>(input)?.into()),
		TypeDefPrimitive::U128 if amounts => Data::Amount(take(input)?),
		TypeDefPrimitive::U128 => Data::Number(take(input)?),
		TypeDefPrimitive::I8 => Data::Signed(take::<i8>(input)?.into()),
		TypeDefPrimitive::I16 => Data::Signed(take::<i16>(input)?.into()),
		TypeDefPrimitive::I32 => Data::Signed(take::<i32>(input)?.into()),
		TypeDefPrimitive::I64 => Data::Signed(take::<i64>(input)?.into()),
		TypeDefPrimitive::I128 => Data::Signed(take(input)?),
		TypeDefPrimitive::U256 | TypeDefPrimitive::I256 => Data::Bytes(take::<[u8; 32]>(input)?.to_vec()),
		TypeDefPrimitive::Char => return Err("single characters are not read here".into()),
	})
}

fn take<T: Decode>(input: &mut &[u8]) -> Result<T, String> {
	T::decode(input).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::runtime::{tests::Registered, writer::written};
	use codec::Encode;
	use rlc_primitives::Address;
	use scale_info::TypeInfo;

	#[derive(Clone, Encode, TypeInfo)]
	pub(super) struct Share(pub u32);

	#[derive(Clone, Encode, TypeInfo)]
	#[allow(non_camel_case_types)]
	pub(super) enum Money {
		spend {
			#[codec(compact)]
			amount: Balance,
			to: Address,
			share: Share,
			memo: Option<Vec<u8>>,
		},
		stop,
	}

	/// Some calls, one of which holds others.
	#[derive(Clone, Encode, TypeInfo)]
	pub(super) enum Calls {
		Money(Money),
		Both(Box<Calls>, Box<Calls>),
		All(Vec<Calls>),
		Set(Option<Balance>, [u8; 4]),
		Often(Vec<()>),
		Split(Vec<(Compact<u32>, u64, Balance)>),
	}

	pub(super) fn spend(memo: Option<Vec<u8>>) -> Calls {
		let to = Address::Id(AccountId::new([7; 32]));
		Calls::Money(Money::spend { amount: 5_000_000_000, to, share: Share(3), memo })
	}

	fn read_back(calls: &Calls) -> Data {
		let Registered { types, id } = Registered::of::<Calls>();
		let bytes = calls.encode();
		let data = read(&types, id, &bytes).unwrap();
		assert_eq!(written(&types, id, &data), Ok(bytes), "{data:?}");
		data
	}

	#[test]
	fn call_is_read_in_its_own_terms_and_written_as_it_was() {
		let arguments = [
			("amount", Data::Amount(5_000_000_000)),
			("to", Data::variant("Id", Data::Account(AccountId::new([7; 32])))),
			("share", Data::Number(3)),
			("memo", Data::Bytes(b"hello".to_vec())),
		];
		let spent = Data::call("Money", "spend", arguments);
		assert_eq!(read_back(&spend(Some(b"hello".to_vec()))), spent);
		assert_eq!(read_back(&Calls::Money(Money::stop)), Data::call("Money", "stop", []));
		let both = Calls::Both(Box::new(Calls::Money(Money::stop)), Box::new(Calls::Set(Some(9), [1; 4])));
		let set = Data::variant("Set", Data::List(vec![Data::Amount(9), Data::Bytes(vec![1; 4])]));
		let stop = Data::call("Money", "stop", []);
		assert_eq!(read_back(&both), Data::variant("Both", Data::List(vec![stop, set])));
		assert_eq!(read_back(&Calls::Often(Vec::new())), Data::variant("Often", Data::List(Vec::new())));
		let unset = Data::variant("Set", Data::List(vec![Data::Nothing, Data::Bytes(vec![0; 4])]));
		assert_eq!(read_back(&Calls::Set(None, [0; 4])), unset);
	}

	#[test]
	fn amounts_in_tuples_are_told_from_other_numbers() {
		let part = Data::List(vec![Data::Number(40), Data::Number(6), Data::Amount(5)]);
		let split = Data::variant("Split", Data::List(vec![part]));
		assert_eq!(read_back(&Calls::Split(vec![(Compact(40), 6, 5)])), split);
	}

	#[test]
	fn call_that_claims_more_than_it_has_is_refused() {
		let Registered { types, id } = Registered::of::<Calls>();
		let refused = |bytes: &[u8]| read(&types, id, bytes).unwrap_err();
		// The fourth call: a list of a billion values that take no bytes.
		let endless = [[4u8].as_slice(), &Compact(1_000_000_000u32).encode()].concat();
		assert!(refused(&endless).contains("longer than what is there"));
		// Lists of one list of one list...
		let deep = [2u8, 4].repeat(100_000);
		assert!(refused(&deep).contains("nested too deeply"));
		assert!(refused(&[9]).contains("no variant 9"));
		assert!(refused(&[0, 1, 0]).contains("1 bytes too many"));
	}
}

#[cfg(test)]
mod parsing {
	use super::{
		tests::{spend, Calls},
		*,
	};
	use crate::runtime::{tests::Registered, writer::written};
	use codec::Encode;
	use proptest::prelude::*;
	use rlc_testing::spoiled;

	fn call() -> impl Strategy<Value = Vec<u8>> {
		let memo = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..20));
		proptest::collection::vec(memo, 0..4)
			.prop_map(|memos| Calls::All(memos.into_iter().map(spend).collect()).encode())
	}

	proptest! {
		#[test]
		fn what_is_read_is_written_as_it_was(bytes in spoiled(call())) {
			let Registered { types, id } = Registered::of::<Calls>();
			if let Ok(data) = read(&types, id, &bytes) {
				prop_assert_eq!(written(&types, id, &data), Ok(bytes));
			}
		}
	}
}
