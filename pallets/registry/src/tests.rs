//! What the pallet promises, one promise a test.

mod assets;
mod groups;
mod workerpools;

use frame_support::assert_ok;
use rlc_primitives::{AppId, DatasetId, GroupId, WorkerpoolId};

use crate::{mock::*, AssetId};

/// Returns one of each kind, of Alice's.
fn one_of_each() -> [AssetId; 4] {
	assert_ok!(Registry::register_app(signed(ALICE), blender()));
	assert_ok!(Registry::register_dataset(signed(ALICE), weather()));
	assert_ok!(Registry::register_workerpool(signed(ALICE), description("a pool")));
	assert_ok!(Registry::create_group(signed(ALICE), name("friends")));
	missing()
}

/// Returns the same, as long as nobody registered them.
fn missing() -> [AssetId; 4] {
	[
		AssetId::App(AppId::derive(&ALICE, &blender())),
		AssetId::Dataset(DatasetId::derive(&ALICE, &weather())),
		AssetId::Workerpool(WorkerpoolId::derive(&ALICE, &description("a pool"))),
		AssetId::Group(GroupId::derive(&ALICE, &name("friends"))),
	]
}
