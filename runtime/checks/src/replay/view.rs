//! The observable state, as the files write it: JSON.

use serde_json::{Map, Value};

/// Applies what a step changed.
pub fn record(state: &mut Value, changed: &Value) {
	for part in ["accounts", "scores", "tasks"] {
		for (key, value) in changed[part].as_object().into_iter().flatten() {
			let all = state[part].as_object_mut().expect("each part of a state is an object");
			if is_nothing(value) {
				all.remove(key);
			} else {
				all.insert(key.clone(), value.clone());
			}
		}
	}
	if !changed["kitty"].is_null() {
		state["kitty"] = changed["kitty"].clone();
	}
}

/// Returns whether a value says nothing: absent, null and zero say the same.
fn is_nothing(value: &Value) -> bool {
	match value {
		Value::Null => true,
		Value::Number(number) => number.as_u64() == Some(0),
		Value::Array(amounts) => amounts.iter().all(|amount| amount == "0"),
		_ => false,
	}
}

/// Returns the first field in which two states differ, with both values.
pub fn difference(expected: &Value, found: &Value) -> Option<String> {
	differing("state", expected, found)
}

fn differing(path: &str, expected: &Value, found: &Value) -> Option<String> {
	match (expected, found) {
		(Value::Object(left), Value::Object(right)) => {
			let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
			let of = |side: &Map<String, Value>, key: &str| side.get(key).cloned().unwrap_or_default();
			keys.into_iter().find_map(|key| differing(&format!("{path}.{key}"), &of(left, key), &of(right, key)))
		}
		_ if expected == found => None,
		_ => Some(format!("{path}: expected {expected}, found {found}")),
	}
}
