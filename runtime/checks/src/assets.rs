//! Things to register, told apart by a number.

use pallet_registry::{App, Dataset, Description, Name};
use sp_core::H256;

fn name(kind: &str, number: u64) -> Name {
	format!("{kind} {number}").into_bytes().try_into().unwrap_or_default()
}

/// An app.
pub fn app(number: u64) -> App {
	App { name: name("app", number), checksum: H256::repeat_byte(1), ..Default::default() }
}

/// A dataset.
pub fn dataset(number: u64) -> Dataset {
	Dataset { name: name("dataset", number), checksum: H256::repeat_byte(2), ..Default::default() }
}

/// What a workerpool says about itself.
pub fn description(number: u64) -> Description {
	format!("workerpool {number}").into_bytes().try_into().unwrap_or_default()
}

/// What a group is called.
pub fn group_name(number: u64) -> Name {
	name("group", number)
}
