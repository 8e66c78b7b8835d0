//! The documents in `docs/rpc` are those that the forms' own descriptions generate.

use rlc_json::{rpc::openrpc, schema::schema};
use serde_json::Value;

fn committed(name: &str) -> Value {
	// Tests run in their crate's folder.
	let path = format!("../../docs/rpc/{name}");
	let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
	serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn committed_documents_are_up_to_date() {
	for (name, generated) in [("schema.json", schema()), ("openrpc.json", openrpc())] {
		assert!(
			committed(name) == generated,
			"docs/rpc/{name} is not what the forms say: run `cargo run --release -p rlc-json --bin rlc-json-schema -- \
			 docs/rpc` and commit what it writes",
		);
	}
}

#[test]
fn both_documents_have_the_same_schemas() {
	let (schema, openrpc) = (schema(), openrpc());
	let schemas = openrpc["components"]["schemas"].as_object().unwrap();
	assert!(schemas.len() > 20, "{}", schemas.len());
	for (name, form) in schemas {
		let form = form.to_string().replace("#/components/schemas/", "#/definitions/");
		assert_eq!(schema["definitions"][name].to_string(), form, "{name}");
	}
}

#[test]
fn every_reference_leads_somewhere() {
	for document in [schema(), openrpc()] {
		let mut references = Vec::new();
		collect(&document, &mut references);
		assert!(!references.is_empty());
		for reference in references {
			let place = reference.trim_start_matches('#');
			assert!(document.pointer(place).is_some(), "{reference}");
		}
	}
}

/// Collects what a document refers to.
fn collect(value: &Value, references: &mut Vec<String>) {
	match value {
		Value::Object(fields) => {
			if let Some(Value::String(reference)) = fields.get("$ref") {
				references.push(reference.clone());
			}
			fields.values().for_each(|field| collect(field, references));
		}
		Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
		_ => {}
	}
}
