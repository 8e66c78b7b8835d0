//! Categories of tasks.

use rlc_primitives::{deal, CategoryId, Moment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{described::As, Text};

/// A category of tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Category {
	/// Its number.
	#[schemars(with = "As<CategoryId>")]
	pub id: CategoryId,
	/// What people call it.
	#[serde(with = "Text")]
	pub name: Vec<u8>,
	/// T, in ms: the windows are multiples of it.
	pub reference_time: Moment,
}

impl From<(CategoryId, deal::Category)> for Category {
	fn from((id, category): (CategoryId, deal::Category)) -> Self {
		Self { id, name: category.name.into_inner(), reference_time: category.reference_time }
	}
}
