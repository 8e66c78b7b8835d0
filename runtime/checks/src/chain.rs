//! A chain in memory: real blocks, real signatures, run by the native runtime.

use std::collections::BTreeSet;

use codec::Encode;
use frame_support::traits::Get;
use rlc_primitives::{Moment, TaskId};
use rlc_runtime::*;
use sp_consensus_babe::digests::{PreDigest, SecondaryPlainPreDigest};
use sp_runtime::{
	traits::Header as _, transaction_validity::TransactionValidityError, ApplyExtrinsicResult, BuildStorage, Digest,
	DigestItem,
};

use crate::people::Person;

/// The slot of the first block. Slots count from the Unix epoch.
const FIRST_SLOT: u64 = 1_000_000;

/// Returns a chain that starts from a preset.
///
/// # Panics
///
/// If there is no such preset.
pub fn chain(preset: &str) -> sp_io::TestExternalities {
	genesis(presets::preset(preset).expect("the preset exists"))
}

/// Returns a chain that starts from a genesis patch.
///
/// # Panics
///
/// If the patch does not fit the runtime.
pub fn genesis(patch: serde_json::Value) -> sp_io::TestExternalities {
	fn merge(into: &mut serde_json::Value, from: serde_json::Value) {
		match (into, from) {
			(serde_json::Value::Object(into), serde_json::Value::Object(from)) => {
				for (key, value) in from {
					merge(into.entry(key).or_insert(serde_json::Value::Null), value);
				}
			}
			(into, from) => *into = from,
		}
	}
	let mut json = serde_json::to_value(RuntimeGenesisConfig::default()).expect("the genesis is JSON");
	merge(&mut json, patch);
	let config: RuntimeGenesisConfig = serde_json::from_value(json).expect("the patch fits the runtime");
	let mut ext = sp_io::TestExternalities::new(config.build_storage().expect("the genesis builds"));
	let (offchain, _) = sp_core::offchain::testing::TestOffchainExt::with_offchain_db(ext.offchain_db());
	ext.register_extension(sp_core::offchain::OffchainDbExt::new(offchain));
	ext
}

/// Makes the next block of these extrinsics, in the slot after the last block's, and checks the invariants after it.
pub fn block(extrinsics: Vec<UncheckedExtrinsic>) -> Vec<ApplyExtrinsicResult> {
	block_after(0, extrinsics)
}

/// Makes the next block after this many empty slots.
///
/// # Panics
///
/// If an invariant does not hold after it.
pub fn block_after(empty_slots: u64, extrinsics: Vec<UncheckedExtrinsic>) -> Vec<ApplyExtrinsicResult> {
	let results = unchecked_block_after(empty_slots, extrinsics);
	check_invariants();
	results
}

/// Makes the next block after this many empty slots, for a caller that looks at the invariants itself.
pub fn unchecked_block_after(empty_slots: u64, extrinsics: Vec<UncheckedExtrinsic>) -> Vec<ApplyExtrinsicResult> {
	begin_block(empty_slots);
	let results = extrinsics.into_iter().map(Executive::apply_extrinsic).collect();
	end_block();
	results
}

/// Begins the next block after this many empty slots, and sets its time.
///
/// # Panics
///
/// If the time is not accepted.
pub fn begin_block(empty_slots: u64) {
	let number = System::block_number() + 1;
	let slot_ms = timing::SlotMs::get();
	let last = pallet_timestamp::Now::<Runtime>::get().checked_div(slot_ms).unwrap_or_default();
	let slot = sp_consensus_babe::Slot::from((last + 1 + empty_slots).max(FIRST_SLOT + 1));
	let pre_digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot });
	let digest = Digest { logs: vec![DigestItem::PreRuntime(sp_consensus_babe::BABE_ENGINE_ID, pre_digest.encode())] };
	let header = Header::new(number, Hash::zero(), Hash::zero(), System::parent_hash(), digest);

	Executive::initialize_block(&header);
	let now = u64::from(slot) * slot_ms;
	let timestamp = UncheckedExtrinsic::new_bare(RuntimeCall::Timestamp(pallet_timestamp::Call::set { now }));
	Executive::apply_extrinsic(timestamp).expect("the time is valid").expect("the time is set");
}

/// Ends the block.
pub fn end_block() {
	let header = Executive::finalize_block();
	// What the next block needs to know of this one; `finalize_block` left it to the block after.
	frame_system::BlockHash::<Runtime>::insert(header.number, header.hash());
}

/// Makes `count` empty blocks.
pub fn blocks(count: u32) {
	for _ in 0..count {
		block(vec![]);
	}
}

/// Checks every pallet's `try_state`, and what no pallet can check alone.
///
/// # Panics
///
/// If an invariant does not hold.
pub fn check_invariants() {
	use frame_support::traits::{PalletsInfoAccess, TryState, TryStateSelect};
	// One by one: of all together only the logs would say whose does not hold.
	for pallet in AllPalletsWithSystem::infos() {
		let only = TryStateSelect::Only(vec![pallet.name.into()]);
		if let Err(error) = <AllPalletsWithSystem as TryState<BlockNumber>>::try_state(System::block_number(), only) {
			panic!("the invariants hold after every block: {}: {error:?}", pallet.name);
		}
	}
	deposits_are_for_something();
	reports_are_of_known_deals();
}

/// Checks I7 from the side of those who pay: pallets look at what is stored and whether its deposit is held, but not at
/// deposits that are held for nothing.
fn deposits_are_for_something() {
	use pallet_marketplace::{
		Consumed,
		HoldReason::{Bond, Deposit},
		Orders, Presigned, Progress,
	};
	use pallet_registry::{
		Apps, Datasets, Groups,
		HoldReason::{Asset, Group},
		Workerpools,
	};

	let held = |reason: RuntimeHoldReason| -> Balance {
		let holds = pallet_balances::Holds::<Runtime>::iter_values().flatten();
		holds.filter(|hold| hold.id == reason).map(|hold| hold.amount).sum()
	};
	let orders = Orders::<Runtime>::iter_values().map(|order| order.deposit);
	let presigned = Presigned::<Runtime>::iter_values().map(|order| order.deposit);
	let consumed = Consumed::<Runtime>::iter_values().map(|record| record.deposit);
	let deals = Progress::<Runtime>::iter_values().map(|deal| deal.deposit);
	assert_eq!(held(Deposit.into()), orders.chain(presigned).chain(consumed).chain(deals).sum());
	let bonds = Orders::<Runtime>::iter_values().map(|order| order.bond);
	assert_eq!(held(Bond.into()), bonds.sum());
	let apps = Apps::<Runtime>::iter_values().map(|asset| asset.deposit);
	let datasets = Datasets::<Runtime>::iter_values().map(|asset| asset.deposit);
	let workerpools = Workerpools::<Runtime>::iter_values().map(|asset| asset.deposit);
	assert_eq!(held(Asset.into()), apps.chain(datasets).chain(workerpools).sum());
	assert_eq!(held(Group.into()), Groups::<Runtime>::iter_values().map(|group| group.deposit).sum());
}

/// Checks I7 for reports of failures. The report of a worker whose delegation was taken back stays until its task is pruned,
/// even if nobody contributed to that task: then only the deal knows of it.
fn reports_are_of_known_deals() {
	use pallet_poco::{Failures, Tasks};

	let lone = Failures::<Runtime>::iter_keys().filter(|id| !Tasks::<Runtime>::contains_key(id));
	let mut lone = lone.collect::<BTreeSet<_>>();
	if lone.is_empty() {
		return;
	}
	for (id, deal) in pallet_marketplace::Deals::<Runtime>::iter() {
		for index in deal.first..deal.first + deal.size {
			lone.remove(&TaskId::of(id, index));
		}
	}
	assert!(lone.is_empty(), "reports outlived their deal: {lone:?}");
}

/// Returns the call, signed by someone with their next nonce.
pub fn signed(by: &Person, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	by.sign(System::block_hash(0), System::account_nonce(by.account()), call)
}

/// Sets chain time and PoCo time, in ms, where no block does.
pub fn set_time(now: Moment) {
	pallet_timestamp::Now::<Runtime>::put(now);
	pallet_clock::Reading::<Runtime>::mutate(|reading| (reading.time, reading.at) = (now, now));
}

/// Returns whether an extrinsic was valid; if it was, whether its call succeeded.
pub fn accepted(result: &ApplyExtrinsicResult) -> Result<bool, TransactionValidityError> {
	(*result).map(|dispatched| dispatched.is_ok())
}
