//! The forms' JSON Schema.
//!
//! Each form derives its own, and `described` adds those of other crates' types. This module puts them into one
//! document. A schema says how a thing is *written*; a property with a default need not be there to be read.

use schemars::{
	generate::{Contract, SchemaSettings},
	transform::RecursiveTransform,
	Schema, SchemaGenerator,
};
use serde_json::{json, Value};

use crate::{rpc, BookEntry, DealOutcome, DealTasks, FailureCause, HashedOrder, Order, OrderStatus, Quote, TaskRef};

/// Where the document keeps the forms.
const DEFINITIONS: &str = "/definitions";

/// Returns the JSON Schema of all forms, as one document of definitions.
pub fn schema() -> Value {
	let mut generator = generator(DEFINITIONS);
	for method in rpc::methods() {
		for part in method.params.iter().chain([&method.answer]) {
			(part.form)(&mut generator);
		}
	}
	// What the node is not asked about alone.
	generator.subschema_for::<Order>();
	generator.subschema_for::<BookEntry>();
	generator.subschema_for::<DealTasks>();
	generator.subschema_for::<FailureCause>();
	generator.subschema_for::<TaskRef>();
	// What commands print.
	generator.subschema_for::<HashedOrder>();
	generator.subschema_for::<OrderStatus>();
	generator.subschema_for::<Quote>();
	generator.subschema_for::<DealOutcome>();
	json!({
		"$schema": "http://json-schema.org/draft-07/schema#",
		"title": "RLC chain",
		"description": "Forms in JSON of orders, deals, tasks and work, as every program of this chain writes them. A \
			property with a default need not be there to be read.",
		"definitions": generator.take_definitions(true),
	})
}

/// Returns a generator of schemas that refers to definitions at this path of its document. OpenRPC takes draft 7 alone.
pub(crate) fn generator(definitions: &'static str) -> SchemaGenerator {
	let settings = SchemaSettings::draft07().with(|settings| {
		settings.definitions_path = definitions.into();
		settings.contract = Contract::Serialize;
	});
	settings.with_transform(RecursiveTransform(defaults_are_optional)).into_generator()
}

/// Takes properties with a default off the list of those that are required.
fn defaults_are_optional(schema: &mut Schema) {
	let Some(Value::Object(properties)) = schema.get("properties").cloned() else { return };
	let has_default = |name: &str| properties.get(name).is_some_and(|property| property.get("default").is_some());
	if let Some(Value::Array(required)) = schema.get_mut("required") {
		required.retain(|name| !name.as_str().is_some_and(has_default));
	}
}
