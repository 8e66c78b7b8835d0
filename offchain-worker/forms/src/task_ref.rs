//! What names a task.

use std::borrow::Cow;

use rlc_primitives::{work, DealId, TaskId};
use schemars::{json_schema, JsonSchema, Schema, SchemaGenerator};
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{described::As, Decimal};

/// A task by its deal and index: `{"deal": id, "index": "3"}`. For `#[serde(with = "TaskRef")]`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(remote = "work::TaskRef", deny_unknown_fields)]
pub struct TaskRef {
	/// The deal that it belongs to.
	#[schemars(with = "As<DealId>")]
	deal: DealId,
	/// Its number in the request.
	#[serde(with = "Decimal::<u64>")]
	index: u64,
}

/// What names a task: its id, or its deal and index. A task that nobody touched has no other name than the latter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskName {
	/// Its id.
	Id(TaskId),
	/// Its deal and index.
	Ref(work::TaskRef),
}

impl Serialize for TaskName {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		match self {
			Self::Id(id) => id.serialize(serializer),
			Self::Ref(task) => TaskRef::serialize(task, serializer),
		}
	}
}

impl<'de> Deserialize<'de> for TaskName {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let value = Value::deserialize(deserializer)?;
		let name = if value.is_object() {
			TaskRef::deserialize(value).map(Self::Ref)
		} else {
			TaskId::deserialize(value).map(Self::Id)
		};
		name.map_err(|error| D::Error::custom(format!("expected a task's id, or its deal and index: {error}")))
	}
}

impl JsonSchema for TaskName {
	fn schema_name() -> Cow<'static, str> {
		"TaskName".into()
	}

	fn json_schema(generator: &mut SchemaGenerator) -> Schema {
		let (id, task) = (generator.subschema_for::<As<TaskId>>(), generator.subschema_for::<TaskRef>());
		json_schema!({
			"description": "What names a task: its id, or its deal and index. A task that nobody touched has no other name \
				than the latter.",
			"anyOf": [id, task],
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::{from_value, json, to_value};
	use sp_core::H256;

	#[test]
	fn task_is_named_by_its_id_or_its_deal_and_index() {
		let id = H256::repeat_byte(1);
		assert_eq!(from_value::<TaskName>(json!(id)).unwrap(), TaskName::Id(TaskId(id)));
		let task = TaskName::Ref(work::TaskRef { deal: DealId(id), index: 2 });
		for index in [json!(2), json!("2")] {
			assert_eq!(from_value::<TaskName>(json!({ "deal": id, "index": index })).unwrap(), task);
		}
		assert_eq!(to_value(task).unwrap(), json!({ "deal": id, "index": "2" }));
		for wrong in
			[json!("0x01"), json!({ "deal": id }), json!({ "deal": id, "index": -1 }), json!([id]), json!(null)]
		{
			assert!(from_value::<TaskName>(wrong.clone()).is_err(), "{wrong}");
		}
	}
}
