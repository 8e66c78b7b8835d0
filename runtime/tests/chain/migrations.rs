//! Upgrades of chains whose state an earlier runtime wrote.

use crate::common::*;
use frame_support::{
	storage::{unhashed, PrefixIterator},
	traits::{GetStorageVersion, PalletInfoAccess, StorageVersion},
};
use frame_system::{LastRuntimeUpgrade, LastRuntimeUpgradeInfo};
use frame_try_runtime::UpgradeCheckSelect;
use rlc_runtime::{presets::*, *};
use sp_keyring::Sr25519Keyring::Alice;

/// Returns the versions that the pallets of this repository have on the chain.
fn versions() -> [StorageVersion; 4] {
	[
		Rlc::on_chain_storage_version(),
		Registry::on_chain_storage_version(),
		Marketplace::on_chain_storage_version(),
		Poco::on_chain_storage_version(),
	]
}

/// Returns all that a pallet stores, but for its version.
fn data<P: PalletInfoAccess>() -> Vec<(Vec<u8>, Vec<u8>)> {
	let prefix = P::name_hash().to_vec();
	let version = StorageVersion::storage_key::<P>();
	let entries: PrefixIterator<(Vec<u8>, Vec<u8>)> =
		PrefixIterator::new(prefix.clone(), prefix, |key, value| Ok((key.to_vec(), value.to_vec())));
	entries.filter(|(key, _)| !version.ends_with(key)).collect()
}

/// Returns what the four pallets store.
fn all_data() -> [Vec<(Vec<u8>, Vec<u8>)>; 4] {
	[data::<Rlc>(), data::<Registry>(), data::<Marketplace>(), data::<Poco>()]
}

/// Runs `test` on a chain with an app, an order in the book and the genesis state's data, whose versions `erase` made
/// those of an earlier runtime, and which has not seen the runtime of today.
fn earlier_chain(erase: impl FnOnce(), test: impl FnOnce()) {
	chain(LOCAL).execute_with(|| {
		let app = pallet_registry::App { name: b"blender".to_vec().try_into().unwrap(), ..Default::default() };
		let order = rlc_primitives::AppOrder {
			app: rlc_primitives::AppId::derive(&Alice.to_account_id(), &app),
			price: 1,
			volume: 2,
			tag: rlc_primitives::Tag::NONE,
			dataset_restrict: Default::default(),
			workerpool_restrict: Default::default(),
			requester_restrict: Default::default(),
			salt: Default::default(),
		};
		for call in [
			RuntimeCall::from(pallet_registry::Call::register_app { app }),
			pallet_marketplace::Call::publish_order { order: Box::new(order.into()) }.into(),
		] {
			assert!(block(vec![signed(Alice, call)])[0].is_ok_and(|outcome| outcome.is_ok()));
		}
		assert!(!data::<Registry>().is_empty() && !data::<Marketplace>().is_empty(), "there is something to keep");
		erase();
		LastRuntimeUpgrade::<Runtime>::put(LastRuntimeUpgradeInfo { spec_version: 0.into(), spec_name: "rlc".into() });
		test();
	});
}

/// Notes versions as the runtime did whose pallets had none: FRAME notes 0 for them when a chain starts.
fn without_versions() {
	StorageVersion::new(0).put::<Rlc>();
	StorageVersion::new(0).put::<Registry>();
	StorageVersion::new(0).put::<Marketplace>();
	StorageVersion::new(0).put::<Poco>();
}

/// Removes the versions, as if nothing had been noted at all.
fn without_entries() {
	unhashed::kill(&StorageVersion::storage_key::<Rlc>());
	unhashed::kill(&StorageVersion::storage_key::<Registry>());
	unhashed::kill(&StorageVersion::storage_key::<Marketplace>());
	unhashed::kill(&StorageVersion::storage_key::<Poco>());
}

#[test]
fn new_chain_has_the_versions_of_its_code() {
	chain(LOCAL).execute_with(|| assert_eq!(versions(), [StorageVersion::new(1); 4]));
}

#[test]
fn first_block_after_an_upgrade_sets_versions_and_keeps_data() {
	for erase in [without_versions, without_entries] {
		earlier_chain(erase, || {
			let before = all_data();
			assert_eq!(versions(), [StorageVersion::new(0); 4]);

			blocks(1);

			assert_eq!(versions(), [StorageVersion::new(1); 4]);
			assert_eq!(all_data(), before);
			blocks(1);
		});
	}
}

#[test]
fn migrations_pass_their_own_checks_once_and_again() {
	earlier_chain(without_versions, || {
		let first = Executive::try_runtime_upgrade(UpgradeCheckSelect::All).expect("the checks pass");
		let second = Executive::try_runtime_upgrade(UpgradeCheckSelect::All).expect("they pass again");
		assert_eq!(versions(), [StorageVersion::new(1); 4]);
		assert!(second.ref_time() < first.ref_time(), "the second time, nothing is migrated");
	});
}

#[test]
fn paused_calls_stay_paused_under_their_new_names() {
	use pallet_tx_pause::{PausedCalls, RuntimeCallNameOf};
	use rlc_primitives::traits::Stops;
	use rlc_runtime::configs::safety::Brakes;

	let name = |pallet: &str, call: &str| -> RuntimeCallNameOf<Runtime> {
		(pallet.as_bytes().to_vec().try_into().unwrap(), call.as_bytes().to_vec().try_into().unwrap())
	};
	let paused = [("Poco", "reveal_many"), ("Poco", "reveal"), ("Marketplace", "forget_order"), ("Rlc", "forget")];
	earlier_chain(without_versions, || {
		for (pallet, call) in paused {
			PausedCalls::<Runtime>::insert(name(pallet, call), ());
		}

		blocks(1);

		assert!(Brakes::<Poco>::is_stopped("reveal_batch") && Brakes::<Poco>::is_stopped("reveal"));
		assert!(Brakes::<Marketplace>::is_stopped("prune_order") && Brakes::<Rlc>::is_stopped("prune"));
		assert!(!Brakes::<Poco>::is_stopped("contribute_batch"), "it was not paused");
		assert_eq!(PausedCalls::<Runtime>::iter().count(), paused.len(), "the names before are gone");
	});
}
