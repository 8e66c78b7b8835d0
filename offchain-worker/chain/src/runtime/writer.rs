//! Writing values by the runtime's description.

use codec::{Compact, Encode};
use rlc_primitives::{ethereum::account_of, AccountId};
use scale_info::{form::PortableForm, Field, PortableRegistry, Type, TypeDef, TypeDefPrimitive, Variant};
use sp_core::H160;

use super::shapes::{has_width, is_account, is_address, is_byte, is_nothing, is_option, parts};
use crate::Data;

/// Returns a value of this type as the runtime reads it.
///
/// # Errors
///
/// Where it is not of that type, in words.
pub(super) fn written(types: &PortableRegistry, id: u32, data: &Data) -> Result<Vec<u8>, String> {
	let mut bytes = Vec::new();
	Writer { types }.value(id, data, &mut bytes)?;
	Ok(bytes)
}

/// What is written where nothing is given.
static NOTHING: Data = Data::Nothing;

struct Writer<'a> {
	types: &'a PortableRegistry,
}

impl Writer<'_> {
	fn value(&self, id: u32, data: &Data, out: &mut Vec<u8>) -> Result<(), String> {
		let ty = self.types.resolve(id).ok_or_else(|| format!("its type {id} is not described"))?;
		match &ty.type_def {
			TypeDef::Composite(_) if is_account(ty) => {
				out.extend(account(data)?.encode());
				Ok(())
			}
			TypeDef::Composite(composite) => match (parts(ty), data) {
				(Some(whole), Data::Text(text)) if text.trim_end().ends_with('%') => {
					self.fields(&composite.fields, &Data::Number(percent(text, whole)?), out)
				}
				_ => self.fields(&composite.fields, data, out),
			},
			TypeDef::Variant(variants) => self.variant(ty, &variants.variants, data, out),
			TypeDef::Sequence(list) if is_byte(self.types, list.type_param.id) => {
				out.extend(bytes(data)?.encode());
				Ok(())
			}
			TypeDef::Sequence(list) => {
				let values = data.as_list().ok_or_else(|| format!("{} is not a list", said(data)))?;
				let count = u32::try_from(values.len()).map_err(|_| "the list is too long")?;
				Compact(count).encode_to(out);
				self.list(list.type_param.id, values, out)
			}
			TypeDef::Array(array) => self.array(array.type_param.id, array.len, data, out),
			TypeDef::Tuple(tuple) => match tuple.fields.as_slice() {
				[] => nothing(data),
				[only] => self.value(only.id, data, out),
				several => {
					for (one, value) in several.iter().zip(exactly(several.len(), data)?) {
						self.value(one.id, value, out)?;
					}
					Ok(())
				}
			},
			TypeDef::Compact(compact) if is_nothing(self.types, compact.type_param.id) => nothing(data),
			TypeDef::Compact(compact) => {
				let number = number(data)?;
				if !has_width(self.types, compact.type_param.id, number) {
					return Err(format!("{number} is too large"));
				}
				Compact(number).encode_to(out);
				Ok(())
			}
			TypeDef::Primitive(primitive) => self::primitive(primitive, data, out),
			TypeDef::BitSequence(_) => Err("sequences of bits are not written here".into()),
		}
	}

	fn array(&self, of: u32, length: u32, data: &Data, out: &mut Vec<u8>) -> Result<(), String> {
		let length = usize::try_from(length).unwrap_or(usize::MAX);
		if !is_byte(self.types, of) {
			return self.list(of, exactly(length, data)?, out);
		}
		let bytes = bytes(data)?;
		if bytes.len() != length {
			return Err(format!("it takes {length} bytes, not {}", bytes.len()));
		}
		out.extend(bytes);
		Ok(())
	}

	fn list(&self, of: u32, values: &[Data], out: &mut Vec<u8>) -> Result<(), String> {
		for (place, value) in values.iter().enumerate() {
			self.value(of, value, out).map_err(|wrong| format!("value {place}: {wrong}"))?;
		}
		Ok(())
	}

	/// Writes the fields of a struct or a variant. What may be absent may be left out.
	fn fields(&self, fields: &[Field<PortableForm>], data: &Data, out: &mut Vec<u8>) -> Result<(), String> {
		match fields {
			[] => nothing(data),
			[only] if only.name.is_none() => self.value(only.ty.id, data, out),
			[first, ..] if first.name.is_none() => {
				for (field, value) in fields.iter().zip(exactly(fields.len(), data)?) {
					self.value(field.ty.id, value, out)?;
				}
				Ok(())
			}
			_ => {
				let names: Vec<_> = fields.iter().filter_map(|field| field.name.as_deref()).collect();
				let known = names.join(", ");
				let Data::Fields(given) = data else {
					return Err(format!("{} is given, but it has the fields {known}", said(data)));
				};
				if let Some((strange, _)) = given.iter().find(|(name, _)| !names.contains(&name.as_str())) {
					return Err(format!("it has no field {strange:?}; it has {known}"));
				}
				for (field, name) in fields.iter().zip(&names) {
					let value = data.field(name).unwrap_or(&NOTHING);
					let written = self.value(field.ty.id, value, out);
					written.map_err(|wrong| format!("{name}: {wrong}"))?;
				}
				Ok(())
			}
		}
	}

	fn variant(
		&self,
		ty: &Type<PortableForm>,
		variants: &[Variant<PortableForm>],
		data: &Data,
		out: &mut Vec<u8>,
	) -> Result<(), String> {
		let (name, fields) = match data {
			Data::Nothing if is_option(ty) => ("None", &NOTHING),
			Data::Variant(name, fields) if is_option(ty) && name == "Some" && **fields == Data::Nothing => {
				("Some", &**fields)
			}
			value if is_option(ty) => ("Some", value),
			Data::Account(_) | Data::Bytes(_) if is_address(ty) => ("Id", data),
			Data::Variant(name, fields) => (name.as_str(), &**fields),
			Data::Text(name) => (name.as_str(), &NOTHING),
			Data::Fields(fields) => match fields.as_slice() {
				[(name, fields)] => (name.as_str(), fields),
				_ => return Err(format!("it is one of {}", names(variants))),
			},
			other => return Err(format!("{} is given, but it is one of {}", said(other), names(variants))),
		};
		let variant = variants.iter().find(|variant| variant.name == name);
		let variant = variant.ok_or_else(|| format!("{name:?} is none of {}", names(variants)))?;
		out.push(variant.index);
		let written = self.fields(&variant.fields, fields, out);
		written.map_err(|wrong| if is_option(ty) { wrong } else { format!("{name}: {wrong}") })
	}
}

fn primitive(primitive: &TypeDefPrimitive, data: &Data, out: &mut Vec<u8>) -> Result<(), String> {
	match primitive {
		TypeDefPrimitive::Bool => match data {
			Data::Bool(value) => value.encode_to(out),
			other => return Err(format!("{} is neither true nor false", said(other))),
		},
		TypeDefPrimitive::Str => match data {
			Data::Text(text) => text.encode_to(out),
			other => return Err(format!("{} is not a text", said(other))),
		},
		TypeDefPrimitive::U8 => fitting(number(data)?, u8::MIN, u8::MAX)?.encode_to(out),
		TypeDefPrimitive::U16 => fitting(number(data)?, u16::MIN, u16::MAX)?.encode_to(out),
		TypeDefPrimitive::U32 => fitting(number(data)?, u32::MIN, u32::MAX)?.encode_to(out),
		TypeDefPrimitive::U64 => fitting(number(data)?, u64::MIN, u64::MAX)?.encode_to(out),
		TypeDefPrimitive::U128 => number(data)?.encode_to(out),
		TypeDefPrimitive::I8 => fitting(signed(data)?, i8::MIN, i8::MAX)?.encode_to(out),
		TypeDefPrimitive::I16 => fitting(signed(data)?, i16::MIN, i16::MAX)?.encode_to(out),
		TypeDefPrimitive::I32 => fitting(signed(data)?, i32::MIN, i32::MAX)?.encode_to(out),
		TypeDefPrimitive::I64 => fitting(signed(data)?, i64::MIN, i64::MAX)?.encode_to(out),
		TypeDefPrimitive::I128 => signed(data)?.encode_to(out),
		TypeDefPrimitive::U256 | TypeDefPrimitive::I256 => {
			let bytes: [u8; 32] = bytes(data)?.try_into().map_err(|_| "it takes 32 bytes")?;
			out.extend(bytes);
		}
		TypeDefPrimitive::Char => return Err("single characters are not written here".into()),
	}
	Ok(())
}

/// Returns a number as one of a smaller type, which goes from one to another.
fn fitting<N, T>(number: N, least: T, most: T) -> Result<T, String>
where
	N: Copy + std::fmt::Display,
	T: TryFrom<N> + std::fmt::Display,
{
	T::try_from(number).map_err(|_| format!("{number} is not from {least} to {most}"))
}

fn nothing(data: &Data) -> Result<(), String> {
	match data {
		Data::Nothing => Ok(()),
		Data::List(values) if values.is_empty() => Ok(()),
		Data::Fields(fields) if fields.is_empty() => Ok(()),
		other => Err(format!("{} is given, but it has no fields", said(other))),
	}
}

/// Returns the values of a list, if there are so many.
fn exactly(count: usize, data: &Data) -> Result<&[Data], String> {
	let values = data.as_list().filter(|values| values.len() == count);
	values.ok_or_else(|| format!("{} is not a list of {count} values", said(data)))
}

/// Returns an account, or the one of 32 bytes, or of an Ethereum key's 20.
fn account(data: &Data) -> Result<AccountId, String> {
	let account = match data {
		Data::Account(account) => Some(account.clone()),
		Data::Bytes(bytes) => match bytes.len() {
			20 => Some(account_of(H160::from_slice(bytes))),
			_ => <[u8; 32]>::try_from(bytes.as_slice()).ok().map(AccountId::new),
		},
		_ => None,
	};
	account.ok_or_else(|| format!("{} is not an account", said(data)))
}

/// Returns bytes, or those of a text. A text that should have been hex is not taken for one.
fn bytes(data: &Data) -> Result<&[u8], String> {
	match data {
		Data::Bytes(bytes) => Ok(bytes),
		Data::Text(text) if !text.starts_with("0x") => Ok(text.as_bytes()),
		other => Err(format!("{} is neither bytes in hex nor a text", said(other))),
	}
}

fn number(data: &Data) -> Result<u128, String> {
	let number = match data {
		Data::Number(number) | Data::Amount(number) => Some(*number),
		Data::Text(text) => text.parse().ok(),
		_ => None,
	};
	number.ok_or_else(|| format!("{} is not a whole number", said(data)))
}

/// Reads percent as parts of a whole that has so many: `35 %`, `0.5%`.
fn percent(text: &str, whole: u32) -> Result<u128, String> {
	let wrong = || format!("{text:?} is not a part of a whole; write 35 % or 0.5 %");
	let number = text.trim().strip_suffix('%').ok_or_else(wrong)?.trim_end();
	let (units, part) = number.split_once('.').unwrap_or((number, "0"));
	let is_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit());
	if !is_digits(units) || !is_digits(part) {
		return Err(wrong());
	}
	// Exact, or refused: nothing is rounded that is voted on.
	let scale = u32::try_from(part.len()).ok().and_then(|digits| 10_u128.checked_pow(digits)).ok_or_else(wrong)?;
	let digits: u128 = format!("{units}{part}").parse().map_err(|_| wrong())?;
	let (parts, scale) = digits.checked_mul(whole.into()).zip(scale.checked_mul(100)).ok_or_else(wrong)?;
	if parts % scale != 0 {
		return Err(format!("{text:?} is finer than one part of {whole}"));
	}
	let parts = parts / scale;
	if parts > u128::from(whole) {
		return Err(format!("{text:?} is more than a whole"));
	}
	Ok(parts)
}

fn signed(data: &Data) -> Result<i128, String> {
	let number = match data {
		Data::Signed(number) => Some(*number),
		Data::Number(number) => i128::try_from(*number).ok(),
		Data::Text(text) => text.parse().ok(),
		_ => None,
	};
	number.ok_or_else(|| format!("{} is not a whole number", said(data)))
}

fn names(variants: &[Variant<PortableForm>]) -> String {
	variants.iter().map(|variant| variant.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Returns what is said of a value that is of the wrong type.
fn said(data: &Data) -> String {
	match data {
		Data::Nothing => "nothing".into(),
		Data::Bool(value) => value.to_string(),
		Data::Number(number) | Data::Amount(number) => number.to_string(),
		Data::Signed(number) => number.to_string(),
		Data::Account(_) => "an account".into(),
		Data::Text(text) => format!("{text:?}"),
		Data::Bytes(bytes) => format!("a text of {} bytes in hex", bytes.len()),
		Data::List(values) => format!("a list of {}", values.len()),
		Data::Fields(fields) => {
			format!("an object of {}", fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "))
		}
		Data::Variant(name, _) => name.clone(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::runtime::{reader::read, tests::Registered};
	use rlc_primitives::{Address, Balance};
	use scale_info::TypeInfo;

	#[derive(Encode, TypeInfo)]
	enum Calls {
		Pay { to: Address, amount: Balance, memo: Option<Vec<u8>>, urgent: bool, step: i8, times: u8 },
		Set(u32, [u8; 2]),
		Stop,
	}

	fn pay() -> Vec<(String, Data)> {
		let fields = [
			("to", Data::Account(AccountId::new([7; 32]))),
			("amount", Data::Text("12".into())),
			("memo", Data::Text("for you".into())),
			("urgent", Data::Bool(true)),
			("step", Data::Signed(-1)),
			("times", Data::Number(2)),
		];
		fields.map(|(name, value)| (name.to_owned(), value)).into()
	}

	fn tried(data: &Data) -> Result<Vec<u8>, String> {
		let Registered { types, id } = Registered::of::<Calls>();
		written(&types, id, data)
	}

	/// Returns what is said of a payment one field of which is another.
	fn refused(name: &str, value: Data) -> String {
		let mut fields = pay();
		fields.retain(|(other, _)| other != name);
		fields.push((name.into(), value));
		tried(&Data::variant("Pay", Data::Fields(fields))).unwrap_err()
	}

	#[test]
	fn call_is_written_as_people_write_it() {
		let to = Address::Id(AccountId::new([7; 32]));
		let call = Calls::Pay { to, amount: 12, memo: Some(b"for you".to_vec()), urgent: true, step: -1, times: 2 };
		// An object with one name stands for the variant, and its fields have no sequence.
		let written = Data::Fields(vec![("Pay".into(), Data::Fields(pay().into_iter().rev().collect()))]);
		assert_eq!(tried(&written), Ok(call.encode()));
		let Registered { types, id } = Registered::of::<Calls>();
		assert!(read(&types, id, &call.encode()).is_ok());
		for short in [vec![7; 32], vec![8; 20]] {
			let mut fields = pay();
			fields[0].1 = Data::Bytes(short);
			assert!(
				tried(&Data::variant("Pay", Data::Fields(fields))).is_ok(),
				"accounts in hex, also of Ethereum's keys"
			);
		}
		assert_eq!(tried(&Data::Text("Stop".into())), Ok(Calls::Stop.encode()));
		let set = Data::List(vec![Data::Number(1), Data::Bytes(vec![3, 4])]);
		assert_eq!(tried(&Data::variant("Set", set)), Ok(Calls::Set(1, [3, 4]).encode()));
	}

	#[test]
	fn what_is_absent_may_be_left_out_and_nothing_else() {
		let without = |name: &str| {
			let fields = pay().into_iter().filter(|(other, _)| other != name).collect();
			tried(&Data::variant("Pay", Data::Fields(fields)))
		};
		assert!(without("memo").is_ok());
		assert_eq!(without("urgent"), Err("Pay: urgent: nothing is neither true nor false".into()));
	}

	#[test]
	fn part_of_a_whole_is_written_as_percent_or_in_parts() {
		use sp_runtime::{Perbill, Permill};
		let Registered { types, id } = Registered::of::<Permill>();
		let permill = |text: &str| written(&types, id, &Data::Text(text.into()));
		for (text, parts) in [("35 %", 350_000), ("0.5%", 5_000), ("100%", 1_000_000), ("0 %", 0), ("350000", 350_000)]
		{
			assert_eq!(permill(text), Ok(Permill::from_parts(parts).encode()), "{text}");
		}
		for (text, said) in [
			("a lot %", "is not a part of a whole; write 35 %"),
			("-1 %", "is not a part of a whole"),
			("1e2 %", "is not a part of a whole"),
			("101 %", "is more than a whole"),
			("0.00001 %", "is finer than one part of 1000000"),
		] {
			let wrong = permill(text).unwrap_err();
			assert!(wrong.contains(said), "{text}: {wrong}");
		}
		let Registered { types, id } = Registered::of::<Perbill>();
		let five = written(&types, id, &Data::Text("5 %".into()));
		assert_eq!(five, Ok(Perbill::from_percent(5).encode()));
	}

	#[test]
	fn mistake_is_told_with_where_it_is() {
		assert_eq!(
			refused("to", Data::Text("bob".into())),
			"Pay: to: \"bob\" is none of Id, Index, Raw, Address32, Address20"
		);
		assert_eq!(refused("amount", Data::Text("a lot".into())), "Pay: amount: \"a lot\" is not a whole number");
		assert_eq!(refused("times", Data::Number(256)), "Pay: times: 256 is not from 0 to 255");
		assert_eq!(refused("memo", Data::Text("0x1".into())), "Pay: memo: \"0x1\" is neither bytes in hex nor a text");
		assert_eq!(refused("to", Data::Bytes(vec![1; 21])), "Pay: to: Id: a text of 21 bytes in hex is not an account");
		assert!(refused("tip", Data::Number(1)).starts_with("Pay: it has no field \"tip\"; it has to, amount"));
		assert_eq!(tried(&Data::Text("Fly".into())), Err("\"Fly\" is none of Pay, Set, Stop".into()));
		let short = Data::variant("Set", Data::List(vec![Data::Number(1), Data::Bytes(vec![3])]));
		assert_eq!(tried(&short), Err("Set: it takes 2 bytes, not 1".into()));
	}
}
