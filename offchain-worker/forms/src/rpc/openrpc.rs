//! The methods as an OpenRPC document.

use serde_json::{json, Map, Value};

use super::{error, methods, Method, Part, RpcError, Subscription};
use crate::schema;

/// Where the document keeps its schemas.
const SCHEMAS: &str = "/components/schemas";

/// Returns the OpenRPC document of the node's namespaces `marketplace` and `poco`.
///
/// OpenRPC knows no subscriptions: one is a method that answers with the subscription's id, and its `x-subscription` says
/// what its messages are called, what they hold, and which method ends it.
pub fn openrpc() -> Value {
	let mut generator = schema::generator(SCHEMAS);
	let mut described = Vec::new();
	for method in methods() {
		let end = method.subscription.map(|subscription| ending(&method, subscription));
		described.push(describe(method, &mut |part| (part.form)(&mut generator).into()));
		described.extend(end);
	}
	let errors: Map<_, _> = error::ALL.into_iter().map(|error| (error.name.into(), error_object(error))).collect();
	json!({
		"openrpc": "1.3.2",
		"info": {
			"title": "RLC node",
			"version": env!("CARGO_PKG_VERSION"),
			"description": "The namespaces that a node of the RLC chain adds to the standard ones of Substrate: the order \
				book, deals, tasks, and work.",
			"license": { "name": env!("CARGO_PKG_LICENSE") },
		},
		"servers": [{ "name": "A node on this machine", "url": "ws://127.0.0.1:9944" }],
		"methods": described,
		"components": { "schemas": generator.take_definitions(true), "errors": errors },
	})
}

fn describe(method: Method, form: &mut dyn FnMut(&Part) -> Value) -> Value {
	let example = example(&method);
	let params: Vec<_> = method.params.iter().map(|part| content(part, form(part))).collect();
	let answer = content(&method.answer, form(&method.answer));
	let errors = std::iter::once(&error::INVALID_PARAMS).chain(method.errors);
	let errors: Vec<_> = errors.map(|error| json!({ "$ref": format!("#/components/errors/{}", error.name) })).collect();
	let mut described = json!({
		"name": method.name,
		"summary": method.summary,
		"paramStructure": "by-position",
		"params": params,
		"result": answer,
		"errors": errors,
		"examples": [example],
	});
	if !method.description.is_empty() {
		described["description"] = method.description.into();
	}
	if let Some(Subscription { notification, unsubscribe }) = method.subscription {
		described["result"] = subscription_id();
		described["x-subscription"] =
			json!({ "notification": notification, "unsubscribe": unsubscribe, "message": answer });
	}
	described
}

/// Returns a part as OpenRPC's content descriptor.
fn content(part: &Part, form: Value) -> Value {
	json!({ "name": part.name, "summary": part.summary, "required": part.is_required, "schema": form })
}

fn example(method: &Method) -> Value {
	let params: Vec<_> = method
		.params
		.iter()
		.zip(&method.asked)
		.map(|(part, value)| json!({ "name": part.name, "value": value }))
		.collect();
	let name = if method.subscription.is_some() { "first message" } else { "answer" };
	json!({ "name": name, "params": params, "result": { "name": method.answer.name, "value": method.answered } })
}

fn error_object(error: RpcError) -> Value {
	json!({ "code": error.code, "message": error.message })
}

/// Returns the method that ends a subscription.
fn ending(method: &Method, subscription: Subscription) -> Value {
	json!({
		"name": subscription.unsubscribe,
		"summary": format!("Ends a subscription of {}.", method.name),
		"paramStructure": "by-position",
		"params": [subscription_id()],
		"result": {
			"name": "ended",
			"summary": "Whether there was such a subscription.",
			"required": true,
			"schema": { "type": "boolean" },
		},
	})
}

fn subscription_id() -> Value {
	json!({
		"name": "subscription",
		"summary": "The subscription's id.",
		"required": true,
		"schema": { "type": "string" },
	})
}
