//! Whether a type here and a type of the chain are encoded alike.
//!
//! Names of types and documentation do not matter; names of fields and variants do, as two numbers that change places
//! look alike otherwise. What adds nothing to the encoding is looked through: a struct or tuple of one unnamed field is
//! that field, and a struct of unnamed fields is a tuple.

use std::{any::TypeId, collections::HashSet, fmt::Debug};

use scale_info::{
	form::{Form, MetaForm, PortableForm},
	Field, MetaType, PortableRegistry, Type, TypeDef, TypeDefPrimitive, Variant,
};

/// The first difference between a type here and a type of the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{words}", .path.iter().map(|step| format!("{step}: ")).collect::<String>())]
pub(crate) struct Difference {
	path: Vec<String>,
	words: String,
}

impl Difference {
	fn new(words: String) -> Self {
		Self { path: Vec::new(), words }
	}

	/// Returns the same difference, seen from outside of `step`.
	fn within(mut self, step: &str) -> Self {
		self.path.insert(0, step.into());
		self
	}
}

/// How the fields of a variant here may differ from the chain's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fields {
	/// Not at all: what is encoded here is decoded there.
	All,
	/// The chain may have more after ours: what is decoded here begins alike.
	First,
}

/// What a type's encoding is made of. `F` tells how types are named: here, or on the chain.
enum Shape<'a, F: Form> {
	Struct(Vec<(&'a str, F::Type)>),
	Tuple(Vec<F::Type>),
	Enum(&'a [Variant<F>]),
	Sequence(F::Type),
	Array(u32, F::Type),
	Compact(F::Type),
	Primitive(TypeDefPrimitive),
	Bits(F::Type, F::Type),
}

impl<'a, F: Form> Shape<'a, F> {
	fn of(def: &'a TypeDef<F>) -> Self {
		match def {
			TypeDef::Composite(composite) => Self::fields(&composite.fields),
			TypeDef::Variant(variant) => Self::Enum(&variant.variants),
			TypeDef::Sequence(sequence) => Self::Sequence(sequence.type_param.clone()),
			TypeDef::Array(array) => Self::Array(array.len, array.type_param.clone()),
			TypeDef::Tuple(tuple) => Self::Tuple(tuple.fields.clone()),
			TypeDef::Primitive(primitive) => Self::Primitive(primitive.clone()),
			TypeDef::Compact(compact) => Self::Compact(compact.type_param.clone()),
			TypeDef::BitSequence(bits) => Self::Bits(bits.bit_store_type.clone(), bits.bit_order_type.clone()),
		}
	}

	fn fields(fields: &'a [Field<F>]) -> Self {
		let named: Option<Vec<_>> =
			fields.iter().map(|field| Some((field.name.as_ref()?.as_ref(), field.ty.clone()))).collect();
		match named {
			Some(named) if !named.is_empty() => Self::Struct(named),
			_ => Self::Tuple(fields.iter().map(|field| field.ty.clone()).collect()),
		}
	}

	/// Returns the one type that this adds nothing to.
	fn inner(&self) -> Option<&F::Type> {
		match self {
			Self::Tuple(fields) => fields.first().filter(|_| fields.len() == 1),
			_ => None,
		}
	}

	fn name(&self) -> String {
		match self {
			Self::Struct(fields) => {
				format!("a struct of {}", fields.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "))
			}
			Self::Tuple(fields) if fields.is_empty() => "nothing".into(),
			Self::Tuple(fields) => format!("a tuple of {}", fields.len()),
			Self::Enum(_) => "an enum".into(),
			Self::Sequence(_) => "a list".into(),
			Self::Array(length, _) => format!("an array of {length}"),
			Self::Compact(_) => "a compact number".into(),
			Self::Primitive(primitive) => format!("{primitive:?}").to_lowercase(),
			Self::Bits(..) => "a sequence of bits".into(),
		}
	}
}

/// Compares types here with those of one chain.
pub(crate) struct Comparison<'a> {
	chain: &'a PortableRegistry,
	/// Pairs that were compared or are being compared: types may contain themselves.
	seen: HashSet<(TypeId, u32)>,
}

impl<'a> Comparison<'a> {
	pub(crate) fn with(chain: &'a PortableRegistry) -> Self {
		Self { chain, seen: HashSet::new() }
	}

	/// Checks whether the two types are encoded alike.
	pub(crate) fn types(&mut self, ours: &MetaType, theirs: u32) -> Result<(), Difference> {
		if !self.seen.insert((ours.type_id(), theirs)) {
			return Ok(());
		}
		let our_type = ours.type_info();
		let their_type = self.resolve(theirs)?;
		let (our_shape, their_shape) = (Shape::<MetaForm>::of(&our_type.type_def), Shape::of(&their_type.type_def));
		if let Some(inner) = our_shape.inner() {
			return self.types(inner, theirs);
		}
		if let Some(inner) = their_shape.inner() {
			return self.types(ours, inner.id);
		}
		self.shapes(our_shape, their_shape)
	}

	fn resolve(&self, id: u32) -> Result<&'a Type<PortableForm>, Difference> {
		self.chain.resolve(id).ok_or_else(|| Difference::new(format!("the chain does not describe its type {id}")))
	}

	fn shapes(&mut self, ours: Shape<MetaForm>, theirs: Shape<PortableForm>) -> Result<(), Difference> {
		match (&ours, &theirs) {
			(Shape::Struct(ours), Shape::Struct(theirs)) => self.structs(ours, theirs, Fields::All),
			(Shape::Tuple(ours), Shape::Tuple(theirs)) => self.tuples(ours, theirs, Fields::All),
			(Shape::Enum(ours), Shape::Enum(theirs)) => self.enums(ours, theirs),
			(Shape::Sequence(ours), Shape::Sequence(theirs)) => {
				self.types(ours, theirs.id).map_err(|difference| difference.within("in the list"))
			}
			(Shape::Array(our_length, ours), Shape::Array(their_length, theirs)) if our_length == their_length => {
				self.types(ours, theirs.id).map_err(|difference| difference.within("in the array"))
			}
			(Shape::Compact(ours), Shape::Compact(theirs)) => self.types(ours, theirs.id),
			(Shape::Primitive(ours), Shape::Primitive(theirs)) if ours == theirs => Ok(()),
			(Shape::Bits(store, order), Shape::Bits(their_store, their_order)) => {
				self.types(store, their_store.id)?;
				self.types(order, their_order.id)
			}
			_ => Err(Difference::new(format!("here {}, there {}", ours.name(), theirs.name()))),
		}
	}

	fn structs(
		&mut self,
		ours: &[(&str, MetaType)],
		theirs: &[(&str, <PortableForm as Form>::Type)],
		fields: Fields,
	) -> Result<(), Difference> {
		let (our_names, their_names): (Vec<_>, Vec<_>) =
			(ours.iter().map(|(name, _)| *name).collect(), theirs.iter().map(|(name, _)| *name).collect());
		let alike = match fields {
			Fields::All => our_names == their_names,
			Fields::First => their_names.starts_with(&our_names),
		};
		if !alike {
			return Err(unlike("the fields", &our_names, &their_names));
		}
		for ((name, ours), (_, theirs)) in ours.iter().zip(theirs) {
			self.types(ours, theirs.id).map_err(|difference| difference.within(name))?;
		}
		Ok(())
	}

	fn tuples(
		&mut self,
		ours: &[MetaType],
		theirs: &[<PortableForm as Form>::Type],
		fields: Fields,
	) -> Result<(), Difference> {
		if ours.len() > theirs.len() || (fields == Fields::All && ours.len() < theirs.len()) {
			return Err(Difference::new(format!("here {} values, there {}", ours.len(), theirs.len())));
		}
		for (place, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
			self.types(ours, theirs.id).map_err(|difference| difference.within(&format!("value {place}")))?;
		}
		Ok(())
	}

	fn enums(&mut self, ours: &[Variant<MetaForm>], theirs: &[Variant<PortableForm>]) -> Result<(), Difference> {
		let our_names: Vec<_> = ours.iter().map(|variant| (variant.index, variant.name)).collect();
		let their_names: Vec<_> = theirs.iter().map(|variant| (variant.index, variant.name.as_str())).collect();
		let mut sorted = (our_names.clone(), their_names.clone());
		sorted.0.sort_unstable();
		sorted.1.sort_unstable();
		if sorted.0 != sorted.1 {
			return Err(unlike("the variants", &our_names, &their_names));
		}
		for variant in ours {
			// It is there, as the names are the same.
			if let Some(other) = theirs.iter().find(|other| other.index == variant.index) {
				self.variants(variant, other, Fields::All).map_err(|difference| difference.within(variant.name))?;
			}
		}
		Ok(())
	}

	/// Checks whether the fields of two variants are encoded alike.
	pub(crate) fn variants(
		&mut self,
		ours: &Variant<MetaForm>,
		theirs: &Variant<PortableForm>,
		fields: Fields,
	) -> Result<(), Difference> {
		match (Shape::<MetaForm>::fields(&ours.fields), Shape::fields(&theirs.fields)) {
			(Shape::Struct(ours), Shape::Struct(theirs)) => self.structs(&ours, &theirs, fields),
			(Shape::Tuple(ours), Shape::Tuple(theirs)) => self.tuples(&ours, &theirs, fields),
			(Shape::Tuple(ours), _) if ours.is_empty() && fields == Fields::First => Ok(()),
			(ours, theirs) => Err(Difference::new(format!("here {}, there {}", ours.name(), theirs.name()))),
		}
	}
}

/// Returns what is on one side only, or the order if that is what differs.
fn unlike<T: Debug + PartialEq>(what: &str, ours: &[T], theirs: &[T]) -> Difference {
	let only = |of: &[T], not: &[T]| {
		let only: Vec<_> = of.iter().filter(|item| !not.contains(item)).collect();
		format!("{only:?}")
	};
	let (here, there) = (only(ours, theirs), only(theirs, ours));
	Difference::new(match (here.as_str(), there.as_str()) {
		("[]", "[]") => format!("{what} have another order: here {ours:?}, there {theirs:?}"),
		_ => format!("{what} differ: only here {here}, only there {there}"),
	})
}

#[cfg(test)]
mod tests;
