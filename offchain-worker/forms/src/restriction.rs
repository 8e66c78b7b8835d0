//! With whom, or with what, an order's owner is willing to deal.

use std::borrow::Cow;

use rlc_primitives::{GroupId, Restriction};
use schemars::{json_schema, JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::described::{As, Described};

/// A restriction that restricts: `{"exactly": id}` or `{"group": id}`; `null`, or absent, is anyone.
///
/// For `#[serde(with = "Restricted::<Id>")]` on a field that is a [`Restriction`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Restricted<Id> {
	/// This one only.
	Exactly(Id),
	/// The members of this group.
	Group(GroupId),
}

impl<Id: Serialize> Restricted<Id> {
	/// Writes a restriction.
	///
	/// # Errors
	///
	/// The serializer's.
	pub fn serialize<T: Clone + Into<Id>, S: Serializer>(
		restriction: &Restriction<T>,
		serializer: S,
	) -> Result<S::Ok, S::Error> {
		let restricted = match restriction {
			Restriction::Anyone => None,
			Restriction::Exactly(id) => Some(Self::Exactly(id.clone().into())),
			Restriction::Group(group) => Some(Self::Group(*group)),
		};
		restricted.serialize(serializer)
	}
}

impl<'de, Id: Deserialize<'de>> Restricted<Id> {
	/// Reads a restriction.
	///
	/// # Errors
	///
	/// If it is another form.
	pub fn deserialize<T: From<Id>, D: Deserializer<'de>>(deserializer: D) -> Result<Restriction<T>, D::Error> {
		Ok(match Option::<Self>::deserialize(deserializer)? {
			None => Restriction::Anyone,
			Some(Self::Exactly(id)) => Restriction::Exactly(id.into()),
			Some(Self::Group(group)) => Restriction::Group(group),
		})
	}
}

impl<Id: Described> JsonSchema for Restricted<Id> {
	fn schema_name() -> Cow<'static, str> {
		format!("{}Restriction", Id::NAME).into()
	}

	fn json_schema(generator: &mut SchemaGenerator) -> Schema {
		let (id, group) = (generator.subschema_for::<As<Id>>(), generator.subschema_for::<As<GroupId>>());
		json_schema!({
			"description": "null: anyone; exactly: this one only; group: the members of this group.",
			"oneOf": [
				{ "type": "null" },
				{ "type": "object", "properties": { "exactly": id }, "required": ["exactly"], "additionalProperties": false },
				{ "type": "object", "properties": { "group": group }, "required": ["group"], "additionalProperties": false },
			],
		})
	}
}
