//! What can be asked of a node in these forms: the methods of its namespaces `marketplace` and `poco`.
//!
//! The list is what `docs/rpc/openrpc.json` is generated from. A test of the node compares it with the methods that a
//! node has.

mod at;
pub mod error;
mod examples;
mod marketplace;
mod openrpc;
mod poco;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{de::DeserializeOwned, Serialize};
use serde_json::Value;

pub use self::{at::At, error::RpcError, openrpc::openrpc};

/// A method of the node.
pub struct Method {
	/// Its name, with the namespace.
	pub name: &'static str,
	/// What it does, in one sentence.
	pub summary: &'static str,
	/// What else there is to know.
	pub description: &'static str,
	/// Its parameters, in their order.
	pub params: Vec<Part>,
	/// What it answers; of a subscription, what each message holds.
	pub answer: Part,
	/// What goes wrong beside malformed parameters.
	pub errors: &'static [RpcError],
	/// What is asked in the example, parameter by parameter. Those at the end may be left out.
	pub asked: Vec<Value>,
	/// What is answered there.
	pub answered: Value,
	/// If it is a subscription: how its messages come, and how it ends.
	pub subscription: Option<Subscription>,
}

/// How the messages of a subscription come, and how it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
	/// The name of its messages.
	pub notification: &'static str,
	/// The method that ends it.
	pub unsubscribe: &'static str,
}

/// A parameter or an answer.
pub struct Part {
	/// Its name.
	pub name: &'static str,
	/// What it is.
	pub summary: &'static str,
	/// Whether it has to be there.
	pub is_required: bool,
	/// Its form, by the generator of the document.
	pub form: fn(&mut SchemaGenerator) -> Schema,
	/// Reads it, and writes what was read.
	pub rewritten: fn(Value) -> serde_json::Result<Value>,
}

impl Part {
	/// Returns a part that is there.
	fn required<T: JsonSchema + Serialize + DeserializeOwned>(name: &'static str, summary: &'static str) -> Self {
		Self {
			name,
			summary,
			is_required: true,
			form: |generator| generator.subschema_for::<T>(),
			rewritten: |value| serde_json::to_value(serde_json::from_value::<T>(value)?),
		}
	}

	/// Returns a part that may be absent, or `null`.
	fn optional<T: JsonSchema + Serialize + DeserializeOwned>(name: &'static str, summary: &'static str) -> Self {
		Self { is_required: false, ..Self::required::<Option<T>>(name, summary) }
	}
}

/// Returns all methods.
pub fn methods() -> Vec<Method> {
	let mut methods = marketplace::methods();
	methods.extend(poco::methods());
	methods
}

/// Returns the names of all methods, those that end subscriptions too.
pub fn names() -> Vec<&'static str> {
	let names = methods().into_iter().flat_map(|method| {
		let end = method.subscription.map(|subscription| subscription.unsubscribe);
		std::iter::once(method.name).chain(end)
	});
	names.collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn examples_are_read_and_written_as_they_are() {
		for method in methods() {
			let name = method.name;
			assert!(method.asked.len() <= method.params.len(), "{name}");
			let required = method.params.iter().filter(|param| param.is_required).count();
			assert!(method.asked.len() >= required, "{name}");
			let parts = method.params.iter().zip(method.asked).chain([(&method.answer, method.answered)]);
			for (part, example) in parts {
				let written = (part.rewritten)(example.clone());
				let written = written.unwrap_or_else(|error| panic!("{name}, {}: {error}: {example:#}", part.name));
				assert_eq!(written, example, "{name}, {}", part.name);
			}
		}
	}

	#[test]
	fn no_name_is_there_twice() {
		let mut names = names();
		let all = names.len();
		names.sort_unstable();
		names.dedup();
		assert_eq!(names.len(), all);
	}
}
