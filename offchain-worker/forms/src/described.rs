//! The schema of what belongs to another crate: ids, hashes, accounts.

use std::borrow::Cow;

use rlc_primitives::{
	AppId, CallbackId, CategoryId, DatasetId, DealId, GroupId, OrderHash, ResultDigest, ResultHash, ResultSeal, Tag,
	TaskId, WorkerpoolId,
};
use schemars::{json_schema, JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use sp_core::{H160, H256};

use crate::Account;

/// Something that has one form, though its type belongs to another crate.
pub trait Described {
	/// The name of the form.
	const NAME: &'static str;

	/// Returns the form.
	fn form() -> Schema;
}

/// Something with the schema that is [`Described`] for it. For `#[schemars(with = "As<Id>")]`, and wherever the schema of
/// such a type is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct As<T>(pub T);

impl<T: Described> JsonSchema for As<T> {
	fn schema_name() -> Cow<'static, str> {
		T::NAME.into()
	}

	fn json_schema(_: &mut SchemaGenerator) -> Schema {
		T::form()
	}
}

/// Describes types that are written as `0x` and this many hex digits.
macro_rules! digits {
	($($name:ident: $digits:literal, $what:literal;)*) => { $(
		impl Described for $name {
			const NAME: &'static str = stringify!($name);

			fn form() -> Schema {
				let pattern = concat!("^0x[0-9a-f]{", $digits, "}$");
				json_schema!({ "description": $what, "type": "string", "pattern": pattern })
			}
		}
	)* };
}

digits! {
	AppId: 40, "An app's id.";
	DatasetId: 40, "A dataset's id.";
	WorkerpoolId: 40, "A workerpool's id.";
	GroupId: 40, "A group's id.";
	CallbackId: 40, "The id of what receives a result beside the beneficiary.";
	OrderHash: 64, "An order's hash.";
	DealId: 64, "A deal's id.";
	TaskId: 64, "A task's id.";
	ResultDigest: 64, "The digest of a result's content.";
	ResultHash: 64, "What a worker commits to: equal for equal results of the same task.";
	ResultSeal: 64, "Binds a commitment to its worker.";
	Tag: 64, "What a task demands of a worker, as bits.";
	H160: 40, "20 bytes: an Ethereum address, or an enclave's key by its address.";
	H256: 64, "32 bytes: a hash, a salt, or a checksum.";
}

impl Described for CategoryId {
	const NAME: &'static str = "CategoryId";

	fn form() -> Schema {
		json_schema!({ "description": "A category's number.", "type": "integer", "minimum": 0, "maximum": u32::MAX })
	}
}

impl Described for Account {
	const NAME: &'static str = "Account";

	fn form() -> Schema {
		json_schema!({
			"description": "An account, as SS58. Read also as 0x and 64 hex digits, or as 0x and 40: the account of an \
				Ethereum key, by its address.",
			"type": "string",
		})
	}
}

impl JsonSchema for Account {
	fn schema_name() -> Cow<'static, str> {
		Self::NAME.into()
	}

	fn json_schema(_: &mut SchemaGenerator) -> Schema {
		Self::form()
	}
}
