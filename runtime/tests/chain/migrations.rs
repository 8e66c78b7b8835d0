//! Upgrades of chains whose state an earlier runtime wrote.

use crate::common::*;
use codec::Encode;
use frame_support::{
	migrations::SteppedMigration,
	storage::{storage_prefix, unhashed, PrefixIterator},
	traits::{GetStorageVersion, PalletInfoAccess, StorageVersion},
	weights::{Weight, WeightMeter},
	StorageHasher,
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

/// What the code has.
fn of_today() -> [StorageVersion; 4] {
	[2, 1, 3, 2].map(StorageVersion::new)
}

/// What chains have that only went through the migrations of one block: those of many are not part of a runtime that can
/// be benchmarked.
fn after_one_block() -> [StorageVersion; 4] {
	[2, 1, 1, 1].map(StorageVersion::new)
}

#[test]
fn new_chain_has_the_versions_of_its_code() {
	chain(LOCAL).execute_with(|| assert_eq!(versions(), of_today()));
}

#[test]
fn first_block_after_an_upgrade_sets_versions_and_keeps_data() {
	for erase in [without_versions, without_entries] {
		earlier_chain(erase, || {
			let before = all_data();
			assert_eq!(versions(), [StorageVersion::new(0); 4]);

			blocks(1);

			// FRAME gives today's version to a pallet that stores nothing at all, not even a version.
			let [rlc, registry, marketplace, poco] = versions();
			let [.., earlier_poco] = after_one_block();
			assert_eq!([rlc, registry, marketplace, earlier_poco], after_one_block());
			assert!([earlier_poco, StorageVersion::new(2)].contains(&poco), "{poco:?}");
			assert_eq!(all_data(), before);
			blocks(1);
		});
	}
}

#[test]
fn migrations_pass_their_own_checks_once_and_again() {
	// What goes on over several blocks is checked where it is tested, and is done by now.
	let erase = || {
		without_versions();
		StorageVersion::new(3).put::<Marketplace>();
		StorageVersion::new(2).put::<Poco>();
	};
	earlier_chain(erase, || {
		let first = Executive::try_runtime_upgrade(UpgradeCheckSelect::All).expect("the checks pass");
		let second = Executive::try_runtime_upgrade(UpgradeCheckSelect::All).expect("they pass again");
		assert_eq!(versions(), of_today());
		assert!(second.ref_time() < first.ref_time(), "the second time, nothing is migrated");
	});
}

#[test]
fn paused_calls_stay_paused_under_their_new_names() {
	use pallet_tx_pause::PausedCalls;
	use rlc_checks::work::call_name;
	use rlc_primitives::traits::Stops;
	use rlc_runtime::configs::safety::Brakes;

	let paused = [("Poco", "reveal_many"), ("Poco", "reveal"), ("Marketplace", "forget_order"), ("Rlc", "forget")];
	earlier_chain(without_versions, || {
		for (pallet, call) in paused {
			PausedCalls::<Runtime>::insert(call_name(pallet, call), ());
		}

		blocks(1);

		assert!(Brakes::<Poco>::is_stopped("reveal_batch") && Brakes::<Poco>::is_stopped("reveal"));
		assert!(Brakes::<Marketplace>::is_stopped("prune_order") && Brakes::<Rlc>::is_stopped("prune"));
		assert!(!Brakes::<Poco>::is_stopped("prune"), "it was not paused");
		assert_eq!(PausedCalls::<Runtime>::iter().count(), paused.len(), "the names before are gone");
	});
}

/// Runs all steps of a migration, a few entries at a time.
fn run<M: SteppedMigration>() -> u32 {
	let (mut cursor, mut steps) = (None, 0);
	loop {
		let mut meter = WeightMeter::with_limit(Weight::from_parts(2_000_000_000, u64::MAX));
		cursor = M::transactional_step(cursor, &mut meter).expect("there is room for an entry");
		steps += 1;
		if cursor.is_none() {
			return steps;
		}
	}
}

/// Writes under the key of an entry of `Poco` or `Marketplace`.
fn write(pallet: &str, item: &str, key: &[u8], value: impl Encode) {
	let prefix = storage_prefix(pallet.as_bytes(), item.as_bytes());
	unhashed::put(&[&prefix, key].concat(), &value);
}

/// State as version 1 wrote it: bytes that do not come from today's types.
#[test]
fn version_1_of_poco_and_marketplace_becomes_version_2() {
	use pallet_poco::{Delegate, Delegates, DueDeals, DueKey, DueReveals, Scores};
	use rlc_primitives::{DealId, TaskId};
	use rlc_runtime::migrations::v2;
	use sp_core::H256;

	chain(LOCAL).execute_with(|| {
		blocks(1);
		StorageVersion::new(1).put::<Poco>();
		StorageVersion::new(1).put::<Marketplace>();
		let workers: Vec<_> = (0..200u8).map(|n| AccountId::new([n; 32])).collect();
		let hashed = |who: &AccountId| frame_support::Blake2_128Concat::hash(who.as_ref());
		for (score, worker) in (1u64..).zip(&workers) {
			write("Poco", "Scores", &hashed(worker), score);
		}
		let (task, deal) = (TaskId(H256::repeat_byte(7)), DealId(H256::repeat_byte(8)));
		let delegate = Delegate { worker: workers[0].clone(), enclave: None };
		write("Poco", "Delegates", task.0.as_bytes(), vec![(workers[0].clone(), None::<[u8; 20]>)]);
		write("Poco", "Due", &(5u64.to_be_bytes(), 0u8, task).encode(), 0u64);
		write("Poco", "Due", &(6u64.to_be_bytes(), 1u8, deal).encode(), 3u64);
		let owner = workers[1].clone();
		let stored = (
			([1u8; 20], owner.clone(), 10u128),
			None::<([u8; 20], AccountId, u128)>,
			([2u8; 20], owner.clone(), 1_000u128),
			(owner.clone(), owner.clone(), None::<AccountId>, None::<[u8; 20]>),
			(0u32, 300_000u64, 3u64, [0u8; 32], 77_000u64),
			(4u64, 2u64, 300u128, 1u8, 0u8),
		);
		write("Marketplace", "Deals", &frame_support::Blake2_128Concat::hash(deal.0.as_bytes()), stored);

		let progress = (2u64, 2u64, None::<u64>, owner.clone(), 77u128);
		write("Marketplace", "Progress", &frame_support::Blake2_128Concat::hash(deal.0.as_bytes()), progress);

		let steps = run::<v2::Translate<v2::Scores>>();
		assert!(steps > 1, "more than fits into one step");
		run::<v2::Translate<v2::Delegates>>();
		run::<v2::Translate<v2::Due>>();
		run::<v2::Finish<Poco, 1>>();
		run::<v2::Translate<v2::Deals>>();
		run::<v2::Translate<v2::Progress>>();
		run::<v2::Finish<Marketplace, 1>>();

		assert_eq!(versions()[2..], [2, 2].map(StorageVersion::new));
		assert!((1u64..).zip(&workers).all(|(score, who)| Scores::<Runtime>::get(who).score == score));
		let delegated = Delegates::<Runtime>::get(task).into_inner();
		assert_eq!((delegated.len(), &delegated[0].delegate), (1, &delegate));
		assert_eq!(DueReveals::<Runtime>::iter_keys().collect::<Vec<_>>(), [DueKey::new(5, task)]);
		assert_eq!(DueDeals::<Runtime>::iter().collect::<Vec<_>>(), [(DueKey::new(6, deal), 3)]);
		assert!(sp_io::storage::next_key(&storage_prefix(b"Poco", b"Due"))
			.is_none_or(|key| !key.starts_with(&storage_prefix(b"Poco", b"Due"))));
		let migrated = pallet_marketplace::Deals::<Runtime>::get(deal).expect("it is read");
		assert_eq!((migrated.start, migrated.opened, migrated.first, migrated.size), (77_000, 77_000, 4, 2));
		assert_eq!((migrated.pool_stake, migrated.worker_stake), (300, 300), "30 % of the price, as before");

		let progress = pallet_marketplace::Progress::<Runtime>::get(deal).expect("it is read");
		assert_eq!((progress.open, progress.depositor, progress.deposit), (2, owner, 77));
		assert_eq!(progress.retention, 7 * timing::DAY, "what governance has it today");

		assert_eq!(run::<v2::Translate<v2::Scores>>(), 1, "once only");
		assert!((1u64..).zip(&workers).all(|(score, who)| Scores::<Runtime>::get(who).score == score));
	});
}

/// State as version 2 wrote it: bytes that do not come from today's types.
#[test]
fn version_2_of_the_marketplace_becomes_version_3() {
	use pallet_marketplace::OpenDeals;
	use rlc_primitives::{DealId, WorkerpoolId};
	use rlc_runtime::migrations::v3;
	use sp_core::{H160, H256};

	chain(LOCAL).execute_with(|| {
		blocks(1);
		StorageVersion::new(2).put::<Marketplace>();
		let owner = AccountId::new([1; 32]);
		let id = |n: u8| DealId(H256::repeat_byte(n));
		let hashed = |deal: DealId| frame_support::Blake2_128Concat::hash(deal.0.as_bytes());
		// The first half of them are open; each pool has every other one.
		let deals: Vec<_> = (1..=200u8).collect();
		for n in &deals {
			let deal = (
				([1u8; 20], owner.clone(), 10u128),
				None::<([u8; 20], AccountId, u128)>,
				([n % 2; 20], owner.clone(), 1_000u128),
				(owner.clone(), owner.clone(), None::<AccountId>, None::<[u8; 20]>),
				(0u32, 300_000u64, 3u64, [0u8; 32], 77_000u64, 77_000u64),
				(4u64, 2u64, 300u128, 300u128, 7u128, 1u8, 0u8),
			);
			write("Marketplace", "Deals", &hashed(id(*n)), deal);
			let open = if *n <= 100 { 2u64 } else { 0 };
			let closed_at = (open == 0).then_some(80_000u64);
			let progress = (open, 2u64, closed_at, owner.clone(), 77u128, 5u64, false);
			write("Marketplace", "Progress", &hashed(id(*n)), progress);
		}
		let before = data::<Marketplace>();

		let steps = run::<v3::Translate<v3::Progress>>();
		run::<v3::Finish<Marketplace, 2>>();

		assert!(steps > 1, "more than fits into one step");
		assert_eq!(versions()[2], StorageVersion::new(3));
		for pool in [0u8, 1] {
			let listed: Vec<_> = OpenDeals::<Runtime>::iter_key_prefix(WorkerpoolId(H160::repeat_byte(pool))).collect();
			let open: Vec<_> = deals.iter().filter(|n| **n <= 100 && **n % 2 == pool).map(|n| id(*n)).collect();
			assert_eq!(listed, open);
		}
		let listed = storage_prefix(b"Marketplace", b"OpenDeals");
		let mut after = data::<Marketplace>();
		after.retain(|(key, _)| !listed.ends_with(&key[..key.len().min(16)]));
		assert_eq!(after, before, "nothing else has changed");
		let first = Marketplace::open_deals(WorkerpoolId(H160::repeat_byte(1)), None, 1);
		assert_eq!((first[0].id, first[0].open, first[0].first, first[0].size), (id(1), 2, 4, 2));

		assert_eq!(run::<v3::Translate<v3::Progress>>(), 1, "once only");
		assert_eq!(OpenDeals::<Runtime>::iter_keys().count(), 100);
	});
}

/// As the runtime wrote it that admitted everybody to its elections, and had `pallet_sudo`.
fn unbounded() {
	use pallet_staking::{
		ChillThreshold, MaxNominatorsCount, MaxValidatorsCount, MinCommission, MinNominatorBond, MinValidatorBond,
		MinimumValidatorCount, ValidatorPrefs, Validators,
	};
	StorageVersion::new(1).put::<Rlc>();
	MinValidatorBond::<Runtime>::put(0);
	MinNominatorBond::<Runtime>::put(0);
	MinCommission::<Runtime>::kill();
	MaxValidatorsCount::<Runtime>::kill();
	MaxNominatorsCount::<Runtime>::kill();
	ChillThreshold::<Runtime>::kill();
	MinimumValidatorCount::<Runtime>::put(1);
	Validators::<Runtime>::translate_values(|_: ValidatorPrefs| Some(ValidatorPrefs::default()));
	pallet_rlc::Deactivated::<Runtime>::kill();
	pallet_balances::InactiveIssuance::<Runtime>::kill();
	let sudo = sp_io::hashing::twox_128(b"Sudo");
	let entry = |name: &[u8]| [sudo, sp_io::hashing::twox_128(name)].concat();
	unhashed::put(&entry(b"Key"), &Alice.to_account_id());
	unhashed::put(&entry(b":__STORAGE_VERSION__:"), &StorageVersion::new(0));
}

#[test]
fn upgrade_bounds_elections_and_keeps_who_is_there() {
	use pallet_staking::{
		MaxNominatorsCount, MaxValidatorsCount, MinCommission, MinNominatorBond, MinValidatorBond,
		MinimumValidatorCount, Validators,
	};
	earlier_chain(unbounded, || {
		let limits = limits::Limits::default();
		let before: Vec<_> = Validators::<Runtime>::iter_keys().collect();

		blocks(1);

		assert_eq!(MinValidatorBond::<Runtime>::get(), limits.min_validator_bond);
		assert_eq!(MinNominatorBond::<Runtime>::get(), limits.min_nominator_bond);
		assert_eq!(MinCommission::<Runtime>::get(), limits.min_commission);
		assert_eq!(MaxValidatorsCount::<Runtime>::get(), Some(limits.max_validator_count));
		assert_eq!(MaxNominatorsCount::<Runtime>::get(), Some(limits.max_nominator_count));
		assert_eq!(MinimumValidatorCount::<Runtime>::get(), 3, "of four seats");
		assert_eq!(Validators::<Runtime>::iter_keys().collect::<Vec<_>>(), before);
	});
}

#[test]
fn upgrade_leaves_stricter_limits_as_they_are() {
	use pallet_staking::{ChillThreshold, MaxValidatorsCount, MinValidatorBond};
	let strict = || {
		unbounded();
		MinValidatorBond::<Runtime>::put(50_000 * RLC);
		MaxValidatorsCount::<Runtime>::put(120);
		ChillThreshold::<Runtime>::put(sp_runtime::Percent::from_percent(50));
	};
	earlier_chain(strict, || {
		blocks(1);
		assert_eq!(MinValidatorBond::<Runtime>::get(), 50_000 * RLC);
		assert_eq!(MaxValidatorsCount::<Runtime>::get(), Some(120));
		assert_eq!(ChillThreshold::<Runtime>::get(), Some(sp_runtime::Percent::from_percent(50)));
	});
}

#[test]
fn upgrade_does_not_ask_for_more_validators_than_there_are() {
	use pallet_staking::{MinimumValidatorCount, Validators};
	let few = || {
		unbounded();
		for who in Validators::<Runtime>::iter_keys().skip(2).collect::<Vec<_>>() {
			assert!(Staking::do_remove_validator(&who));
		}
	};
	earlier_chain(few, || {
		blocks(1);
		assert_eq!(MinimumValidatorCount::<Runtime>::get(), 2);
	});
}

#[test]
fn upgrade_removes_the_key_of_sudo() {
	let sudo = sp_io::hashing::twox_128(b"Sudo");
	earlier_chain(unbounded, || {
		assert!(unhashed::contains_prefixed_key(&sudo));
		blocks(1);
		assert!(!unhashed::contains_prefixed_key(&sudo));
	});
}

#[test]
fn upgrade_makes_keyless_rlc_inactive() {
	let founders = ["Alice", "Bob"].map(founder);
	genesis(founded(SOVEREIGN, &founders).unwrap()).execute_with(|| {
		unbounded();
		LastRuntimeUpgrade::<Runtime>::put(LastRuntimeUpgradeInfo { spec_version: 0.into(), spec_name: "rlc".into() });
		Executive::try_runtime_upgrade(UpgradeCheckSelect::All).expect("the checks pass");
		let keyless = rlc_primitives::MAX_SUPPLY / 1_000 * (690 + 69);
		assert_eq!(pallet_balances::InactiveIssuance::<Runtime>::get(), keyless);
	});
}

#[test]
fn anyone_removes_old_dust_while_there_is_much_of_it() {
	use pallet_staking::{RewardDestination, ValidatorPrefs, Validators};
	let dust: Vec<_> = (1..=120u8).map(|at| AccountId::new([at; 32])).collect();
	let register = || {
		unbounded();
		for who in &dust {
			let transfer = pallet_balances::Call::force_transfer {
				source: Alice.to_account_id().into(),
				dest: who.clone().into(),
				value: 2,
			};
			root(transfer).unwrap();
			let by = || RuntimeOrigin::signed(who.clone());
			Staking::bond(by(), 1, RewardDestination::Stash).unwrap();
			Staking::validate(by(), ValidatorPrefs::default()).unwrap();
		}
	};
	earlier_chain(register, || {
		blocks(1);
		let refused = pallet_staking::Error::<Runtime>::CannotChillOther;
		let chill = |stash: &AccountId| {
			let call = pallet_staking::Call::chill_other { stash: stash.clone() };
			pass_full_block();
			block(vec![signed(Alice, call)]).pop().unwrap().unwrap()
		};
		assert_eq!(chill(&sp_keyring::Sr25519Keyring::Bob.to_account_id()), Err(refused.into()), "it has enough");
		// Until three quarters of what the limit admits are left.
		let many = 124 - 150 * 3 / 4;
		for who in &dust[..many] {
			assert_eq!(chill(who), Ok(()));
		}
		let refused = pallet_staking::Error::<Runtime>::CannotChillOther;
		assert_eq!(chill(&dust[many]), Err(refused.into()));
		assert_eq!(Validators::<Runtime>::count(), 112);
	});
}
