//! What is held for storage covers what is stored: each deposit against the items that it is for, at their largest.
//!
//! Every item of the market's pallets is assigned to what pays for it. One that is new fails the test until it is, and
//! then, if a deposit is to pay, until that deposit covers it: items and bytes are compared apart.

use std::collections::{BTreeMap, BTreeSet};

use codec::MaxEncodedLen;
use frame_support::{
	assert_ok,
	traits::{Get, StorageInfoTrait},
};
use pallet_identity::legacy::IdentityInfo;
use pallet_poco::{DeliveryOutcome, DueKey, FailureCause, FailureReport, TaskFailure, TaskRef};
use pallet_registry::{App, Dataset, Workerpool};
use rlc_primitives::{
	assets::Group,
	deal::MAX_PARAMS,
	orders::Member,
	task::{Commitment, Contribution, ContributionStatus, Task, MAX_CONTRIBUTORS},
	work::{AppFault, Delegate, Delegated},
	AnyOrder, DealId, ResultHash, ResultSeal,
};
use rlc_runtime::{
	configs::{
		computing::{
			parameters::marketplace::{Parameters, *},
			PocoRules, RuntimeParameters,
		},
		deposits::*,
	},
	presets::*,
	*,
};
use sp_core::{ConstU32, H160, H256};
use sp_io::hashing::twox_128;
use sp_runtime::{
	traits::{Convert, OpaqueKeys},
	BoundedVec, DispatchError, ModuleError,
};

use crate::common::*;

/// What pays for an item of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Paid {
	/// The deposit of a task: this many entries for a task of the highest trust.
	ByTask(u32),
	/// A deal's, an order's, and so on: this many entries.
	ByDeal(u32),
	ByOrder(u32),
	ByPresign(u32),
	ByRecord(u32),
	/// An asset's, with its bytes beside.
	ByAsset,
	/// Nobody, since the item has a bound whatever people do, or since governance makes it.
	Bounded,
	/// What was paid for good: charges of deals, prices of points.
	ForGood,
}

/// Workers of a task of the highest trust that contributed, and as many that were delegated.
const EVERYBODY: u32 = 2 * MAX_CONTRIBUTORS;

const ITEMS: [(&str, &str, Paid); 31] = [
	("Poco", "Tasks", Paid::ByTask(1)),
	("Poco", "Delegates", Paid::ByTask(1)),
	("Poco", "Work", Paid::ByTask(EVERYBODY)),
	("Poco", "DueReveals", Paid::ByTask(1)),
	("Poco", "Deliveries", Paid::ByTask(1)),
	("Poco", "Failures", Paid::ByTask(1)),
	("Poco", "TaskFailures", Paid::ByTask(1)),
	("Poco", "DueDeals", Paid::ByDeal(1)),
	("Poco", "Scores", Paid::ForGood),
	("Poco", "CallbackQueue", Paid::Bounded),
	("Poco", "CallbackEnds", Paid::Bounded),
	("Marketplace", "Deals", Paid::ByDeal(1)),
	("Marketplace", "Params", Paid::ByDeal(1)),
	("Marketplace", "Progress", Paid::ByDeal(1)),
	("Marketplace", "OpenDeals", Paid::ByDeal(1)),
	("Marketplace", "Orders", Paid::ByOrder(1)),
	("Marketplace", "Book", Paid::ByOrder(2)),
	("Marketplace", "Offers", Paid::ByOrder(1)),
	("Marketplace", "Presigned", Paid::ByPresign(1)),
	("Marketplace", "Consumed", Paid::ByRecord(1)),
	("Marketplace", "PoolRecords", Paid::ForGood),
	("Marketplace", "AppRecords", Paid::ForGood),
	("Marketplace", "Categories", Paid::Bounded),
	("Marketplace", "NextCategory", Paid::Bounded),
	("Marketplace", "LastSequence", Paid::Bounded),
	("Marketplace", "Unattended", Paid::Bounded),
	("Registry", "Apps", Paid::ByAsset),
	("Registry", "Datasets", Paid::ByAsset),
	("Registry", "Workerpools", Paid::ByAsset),
	("Registry", "Groups", Paid::ByAsset),
	("Registry", "Members", Paid::ByAsset),
];

/// The last trades of each category: as many as `TradeHistory` says, of categories that governance adds.
const TRADES: [&str; 2] = ["Trades", "TradeCount"];

/// Returns the most bytes that an entry of each item of a pallet takes, with its key.
fn largest(pallet: &str) -> BTreeMap<String, u128> {
	let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("a name");
	let all = AllPalletsWithSystem::storage_info().into_iter().filter(|info| info.pallet_name == pallet.as_bytes());
	all.filter_map(|info| Some((text(&info.storage_name), PREFIX + u128::from(info.max_size?)))).collect()
}

/// The hash of the pallet's name and of the item's.
const PREFIX: u128 = 32;

fn set_prices(item: Balance, byte: Balance) {
	let prices = [Parameters::ItemDeposit(ItemDeposit, Some(item)), Parameters::ByteDeposit(ByteDeposit, Some(byte))];
	for price in prices {
		let key_value = RuntimeParameters::Marketplace(price);
		assert_ok!(root(pallet_parameters::Call::set_parameter { key_value }));
	}
}

/// Returns for how many items and for how many bytes a deposit is held.
fn covered(deposit: impl Fn() -> Balance) -> (u128, u128) {
	set_prices(1, 0);
	let items = deposit();
	set_prices(0, 1);
	(items, deposit())
}

/// Checks that a deposit is for just these items, and for as many bytes as they can have.
fn assert_covers(what: &str, deposit: impl Fn() -> Balance, entries: impl IntoIterator<Item = (u32, u128)>) {
	let (mut items, mut bytes) = (0, 0);
	for (count, size) in entries {
		items += u128::from(count);
		bytes += u128::from(count) * size;
	}
	let (paid_items, paid_bytes) = covered(deposit);
	assert_eq!(paid_items, items, "{what}: items");
	assert!(paid_bytes >= bytes, "{what}: {paid_bytes} bytes are paid for, of {bytes}");
}

/// Returns the entries of what a deposit pays for, as said by `count`.
fn entries(count: impl Fn(Paid) -> Option<u32>) -> Vec<(u32, u128)> {
	let paid = ITEMS.iter().filter_map(|(pallet, item, paid)| Some((pallet, item, count(*paid)?)));
	paid.map(|(pallet, item, count)| (count, largest(pallet)[*item])).collect()
}

fn test(test: impl FnOnce()) {
	chain(LOCAL).execute_with(test);
}

#[test]
fn every_item_of_the_market_is_paid_for() {
	test(|| {
		for pallet in ["Poco", "Marketplace", "Registry"] {
			let known = ITEMS.iter().filter(|(of, ..)| *of == pallet).map(|(_, item, _)| *item);
			let known: BTreeSet<_> = known.chain(TRADES.into_iter().filter(|_| pallet == "Marketplace")).collect();
			let all = largest(pallet);
			let all: BTreeSet<_> = all.keys().map(String::as_str).filter(|item| !item.starts_with(':')).collect();
			assert_eq!(all, known, "{pallet}: say in `ITEMS` what pays for it");
		}
	});
}

#[test]
fn deposit_of_a_task_covers_all_that_can_hang_on_it() {
	test(|| {
		let entries = entries(|paid| if let Paid::ByTask(count) = paid { Some(count) } else { None });
		assert_covers("a task", || TaskDeposit::convert(u64::MAX), entries);
	});
}

#[test]
fn deposits_of_the_market_cover_what_they_are_for() {
	test(|| {
		let deal = entries(|paid| if let Paid::ByDeal(count) = paid { Some(count) } else { None });
		let with_params = || DealDeposit::get() + u128::from(MAX_PARAMS) * <ByteDeposit as Get<Balance>>::get();
		assert_covers("a deal", with_params, deal);
		let order = entries(|paid| if let Paid::ByOrder(count) = paid { Some(count) } else { None });
		let order_bytes = AnyOrder::max_encoded_len() as u128;
		let with_order = || OrderDeposit::get() + order_bytes * <ByteDeposit as Get<Balance>>::get();
		assert_covers("an order", with_order, order);
		let record = entries(|paid| if let Paid::ByRecord(count) = paid { Some(count) } else { None });
		assert_covers("a record", RecordDeposit::get, record);
		// Held for more than there is: an order that is presigned is in no list.
		let presign = entries(|paid| if let Paid::ByPresign(count) = paid { Some(count) } else { None });
		let (items, bytes) = covered(OrderDeposit::get);
		assert!(presign.iter().all(|(count, size)| items >= u128::from(*count) && bytes >= *size));
	});
}

#[test]
fn deposit_of_an_asset_covers_it_beside_its_content() {
	test(|| {
		let contents = [
			("Apps", App::max_encoded_len()),
			("Datasets", Dataset::max_encoded_len()),
			("Workerpools", Workerpool::max_encoded_len()),
			("Groups", Group::max_encoded_len()),
			("Members", Member::max_encoded_len()),
		];
		for (item, content) in contents {
			let with_content = || AssetDeposit::get() + content as u128 * <ByteDeposit as Get<Balance>>::get();
			assert_covers(item, with_content, [(1, largest("Registry")[item])]);
		}
	});
}

#[test]
fn deposits_of_accounts_cover_what_they_are_for() {
	test(|| {
		let size = |pallet: &str, item: &str| largest(pallet)[item];
		let multisig = || MultisigBase::get() + 100 * MultisigMember::get();
		assert_covers("a multisig", multisig, [(1, size("Multisig", "Multisigs"))]);
		let proxies = || ProxyBase::get() + 32 * ProxyEntry::get();
		assert_covers("proxies", proxies, [(1, size("Proxy", "Proxies"))]);
		let announcements = || AnnouncementBase::get() + 32 * AnnouncementEntry::get();
		assert_covers("announcements", announcements, [(1, size("Proxy", "Announcements"))]);
		let info = IdentityInfo::<ConstU32<16>>::max_encoded_len() as u128;
		let identity = || IdentityBase::get() + info * IdentityByte::get();
		assert_covers("an identity", identity, [(1, size("Identity", "IdentityOf"))]);
		// The list is as long as there are names below the account.
		let list = size("Identity", "SubsOf") - 99 * 32;
		assert_covers(
			"the first of an account's names",
			SubIdentity::get,
			[(1, size("Identity", "SuperOf")), (1, list)],
		);
		let username = [(1, size("Identity", "UsernameOf")), (1, size("Identity", "UsernameInfoOf"))];
		assert_covers("a username", UsernameDeposit::get, username);
		let preimage = [(1, size("Preimage", "RequestStatusFor")), (1, size("Preimage", "PreimageFor"))];
		let longest = u128::from(pallet_preimage::MAX_SIZE);
		assert_covers("a preimage", || PreimageBase::get() + longest * PreimageByte::get(), preimage);
	});
}

/// Returns how many entries of a pallet are in the state, and how many bytes they have, with their keys.
fn stored(pallet: &str) -> (u128, u128) {
	let prefix = twox_128(pallet.as_bytes());
	let (mut items, mut bytes, mut key) = (0, 0, prefix.to_vec());
	while let Some(next) = sp_io::storage::next_key(&key).filter(|next| next.starts_with(&prefix)) {
		let value = sp_io::storage::get(&next).map_or(0, |value| value.len());
		(items, bytes) = (items + 1, bytes + (next.len() + value) as u128);
		key = next;
	}
	(items, bytes)
}

/// Checks that a deposit covers what `change` adds to a pallet's storage.
fn assert_pays(what: &str, pallet: &str, deposit: impl Fn() -> Balance, change: impl FnOnce()) {
	let before = stored(pallet);
	change();
	let after = stored(pallet);
	let (items, bytes) = covered(deposit);
	assert_eq!(items, after.0 - before.0, "{what}: items");
	assert!(bytes >= after.1 - before.1, "{what}: {bytes} bytes are paid for, of {}", after.1 - before.1);
}

#[test]
fn session_keys_are_paid_for() {
	test(|| {
		let change = || {
			let keys = Founder::well_known("somebody").keys();
			let who = sp_keyring::Sr25519Keyring::Ferdie.to_account_id();
			for id in SessionKeys::key_ids() {
				let key = keys.get_raw(*id).to_vec();
				pallet_session::KeyOwner::<Runtime>::insert((*id, key), &who);
			}
			pallet_session::NextKeys::<Runtime>::insert(&who, keys);
		};
		assert_pays("session keys", "Session", KeyDeposit::get, change);
	});
}

fn account(of: u8, n: u32) -> AccountId {
	let mut bytes = [of; 32];
	bytes[..4].copy_from_slice(&n.to_be_bytes());
	bytes.into()
}

/// Stores all that a task's free calls leave, and as many delegates, each at its largest.
fn fill(task: TaskRef, contributors: u32, reporters: u32) {
	use pallet_poco::{Delegates, Deliveries, DueReveals, Failures, TaskFailures, Tasks, Work};
	let id = task.id();
	let hash = H256::repeat_byte(0xFF);
	let contribution = |n| Contribution {
		worker: account(1, n),
		commitment: Commitment {
			result: ResultHash(hash),
			seal: ResultSeal(hash),
			enclave: Some(H160::repeat_byte(1)),
		},
		weight: u64::MAX,
		status: ContributionStatus::Proved,
	};
	let delegate = |n| Delegated {
		delegate: Delegate { worker: account(2, n), enclave: Some(H160::repeat_byte(1)) },
		since: Moment::MAX,
	};
	let report = |n| FailureReport {
		worker: account(1, n),
		cause: FailureCause::InputUnavailable { file: u32::MAX },
		at: Moment::MAX,
	};
	let consensus = rlc_primitives::task::Consensus {
		result: ResultHash(hash),
		reveal_deadline: Moment::MAX,
		winners: u32::MAX,
		reveals: u32::MAX,
		digest: Some(rlc_primitives::ResultDigest(hash)),
	};
	let stored = Task {
		stage: rlc_primitives::task::Stage::Revealing(consensus),
		contributions: BoundedVec::truncate_from((0..contributors).map(contribution).collect()),
		..Task::new(task.deal, task.index)
	};
	Tasks::<Runtime>::insert(id, stored);
	Delegates::<Runtime>::insert(id, BoundedVec::truncate_from((0..contributors).map(delegate).collect::<Vec<_>>()));
	for who in (0..contributors).flat_map(|n| [account(1, n), account(2, n)]) {
		Work::<Runtime>::insert(who, id, task);
	}
	DueReveals::<Runtime>::insert(DueKey::new(Moment::MAX, id), ());
	Failures::<Runtime>::insert(id, BoundedVec::truncate_from((0..reporters).map(report).collect::<Vec<_>>()));
	let error = DispatchError::Module(ModuleError { index: 255, error: [255; 4], message: None });
	Deliveries::<Runtime>::insert(id, DeliveryOutcome::Failed(error));
	TaskFailures::<Runtime>::insert(id, TaskFailure::Agreed { cause: AppFault::TimedOut, code: u32::MAX });
}

#[test]
fn deposit_of_a_task_grows_with_what_its_trust_takes() {
	test(|| {
		let rules = PocoRules::get();
		for (index, trust) in [1, 2, 5, 50, 1_000, u64::MAX].into_iter().enumerate() {
			let task = TaskRef { deal: DealId(H256::repeat_byte(9)), index: index as u64 };
			let contributors = rules.free_contributions(trust).min(MAX_CONTRIBUTORS);
			let reporters = rules.free_reports(trust).min(MAX_CONTRIBUTORS);
			let deposit = || TaskDeposit::convert(trust);
			assert_pays(&format!("trust {trust}"), "Poco", deposit, || fill(task, contributors, reporters));
		}
	});
}
