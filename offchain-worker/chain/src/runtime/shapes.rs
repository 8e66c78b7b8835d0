//! What a type of the runtime is, as far as its description tells that beside its structure.

use scale_info::{form::PortableForm, Field, PortableRegistry, Type, TypeDef, TypeDefPrimitive};

/// Returns whether a type is that of accounts.
pub(super) fn is_account(ty: &Type<PortableForm>) -> bool {
	is_called(ty, "AccountId32")
}

/// Returns whether a type is that of how accounts are addressed.
pub(super) fn is_address(ty: &Type<PortableForm>) -> bool {
	is_called(ty, "MultiAddress")
}

/// Returns whether a type is that of what may be absent.
pub(super) fn is_option(ty: &Type<PortableForm>) -> bool {
	is_called(ty, "Option")
}

/// Returns how many parts a whole has, if a type is that of parts of a whole.
pub(super) fn parts(ty: &Type<PortableForm>) -> Option<u32> {
	[("Percent", 100), ("Permill", 1_000_000), ("Perbill", 1_000_000_000)]
		.into_iter()
		.find_map(|(name, parts)| is_called(ty, name).then_some(parts))
}

fn is_called(ty: &Type<PortableForm>, name: &str) -> bool {
	ty.path.segments.last().is_some_and(|last| last == name)
}

/// Returns whether a field holds an amount: its type is called a balance where it was declared.
pub(super) fn is_amount(field: &Field<PortableForm>) -> bool {
	field.type_name.as_ref().is_some_and(|name| name.contains("Balance"))
}

/// Returns whether lists of this type are bytes.
pub(super) fn is_byte(types: &PortableRegistry, id: u32) -> bool {
	matches!(types.resolve(id).map(|ty| &ty.type_def), Some(TypeDef::Primitive(TypeDefPrimitive::U8)))
}

/// Returns whether a type has no bytes.
pub(super) fn is_nothing(types: &PortableRegistry, id: u32) -> bool {
	matches!(types.resolve(id).map(|ty| &ty.type_def), Some(TypeDef::Tuple(tuple)) if tuple.fields.is_empty())
}

/// Returns whether a number fits into a type, which is one, or holds one alone.
pub(super) fn has_width(types: &PortableRegistry, id: u32, number: u128) -> bool {
	match types.resolve(id).map(|ty| &ty.type_def) {
		Some(TypeDef::Primitive(primitive)) => match primitive {
			TypeDefPrimitive::U8 => u8::try_from(number).is_ok(),
			TypeDefPrimitive::U16 => u16::try_from(number).is_ok(),
			TypeDefPrimitive::U32 => u32::try_from(number).is_ok(),
			TypeDefPrimitive::U64 => u64::try_from(number).is_ok(),
			TypeDefPrimitive::U128 => true,
			_ => false,
		},
		Some(TypeDef::Composite(composite)) => match composite.fields.as_slice() {
			[only] => has_width(types, only.ty.id, number),
			_ => false,
		},
		_ => false,
	}
}
