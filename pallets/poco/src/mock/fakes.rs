//! The pallet's neighbors, faked: they keep honest books, in storage.

use std::collections::BTreeSet;

use frame_support::{pallet_prelude::ValueQuery, storage_alias, weights::Weight, Blake2_128Concat};
use rlc_primitives::{
	traits::{
		Deals, Delivery, EnclaveRegistry, Escrow, Movement, MovementKind, OnResult, OnTaskClosed, Outcome, Proxies,
	},
	AccountId, Balance, Deal, DealId, Moment, Params, ResultDigest, Tag, TaskId,
};
use sp_core::H160;
use sp_runtime::{DispatchError, DispatchResult};

use crate::TaskFailure;

use super::{enclave_of, units, BAD_ENCLAVE, CALLBACK, RETENTION, UNKNOWN};

#[storage_alias]
pub type Free = StorageMap<Books, Blake2_128Concat, AccountId, Balance, ValueQuery>;
#[storage_alias]
pub type Locked = StorageMap<Books, Blake2_128Concat, AccountId, Balance, ValueQuery>;
#[storage_alias]
pub type Kitty = StorageValue<Books, Balance, ValueQuery>;
#[storage_alias]
pub type Treasury = StorageValue<Books, Balance, ValueQuery>;
/// What attempts of all pools can be paid.
#[storage_alias]
pub type Allowance = StorageValue<OpenDeals, Balance, ValueQuery>;
#[storage_alias]
pub type Opened = StorageMap<OpenDeals, Blake2_128Concat, DealId, (Deal, Progress)>;
#[storage_alias]
pub type Closed = StorageValue<Witness, Vec<(DealId, TaskId, Option<ResultDigest>)>, ValueQuery>;
/// Why tasks closed without a result, where that is nobody's fault.
#[storage_alias]
pub type FailedBy = StorageValue<Witness, Vec<TaskFailure>, ValueQuery>;
/// Keys, and the schedulers that they act for.
#[storage_alias]
pub type Named = StorageMap<HotKeys, Blake2_128Concat, (AccountId, AccountId), ()>;
#[storage_alias]
pub type Received = StorageValue<Receiver, Vec<(TaskId, Vec<u8>)>, ValueQuery>;

/// Two columns, and the kitty.
pub struct Books;

fn take(from: &mut Balance, amount: Balance) -> DispatchResult {
	*from = from.checked_sub(amount).ok_or(DispatchError::Other("too little"))?;
	Ok(())
}

impl Escrow for Books {
	fn lock(who: &AccountId, amount: Balance) -> DispatchResult {
		Free::try_mutate(who, |free| take(free, amount))?;
		Locked::mutate(who, |locked| *locked += amount);
		Ok(())
	}

	fn settle(movements: &[Movement]) -> Result<u32, DispatchError> {
		let (mut seized, mut rewarded) = (0, 0);
		for Movement { who, amount, kind, .. } in movements {
			match kind {
				MovementKind::Unlock => {
					Locked::try_mutate(who, |locked| take(locked, *amount))?;
					Free::mutate(who, |free| *free += amount);
				}
				MovementKind::Seize => {
					Locked::try_mutate(who, |locked| take(locked, *amount))?;
					seized += amount;
				}
				MovementKind::SeizeForKitty => {
					Locked::try_mutate(who, |locked| take(locked, *amount))?;
					Kitty::mutate(|kitty| *kitty += amount);
				}
				MovementKind::Reward => {
					Free::mutate(who, |free| *free += amount);
					rewarded += amount;
				}
				MovementKind::RewardFromKitty => {
					Kitty::try_mutate(|kitty| take(kitty, *amount))?;
					Free::mutate(who, |free| *free += amount);
				}
				MovementKind::ToTreasury => {
					Treasury::mutate(|treasury| *treasury += amount);
					rewarded += amount;
				}
			}
		}
		frame_support::ensure!(seized == rewarded, "what is seized is not what is given away");
		let touched: BTreeSet<_> = movements.iter().map(|movement| &movement.who).collect();
		let treasury = movements.iter().any(|movement| movement.kind == MovementKind::ToTreasury);
		Ok(touched.len() as u32 + u32::from(treasury))
	}

	fn kitty() -> Balance {
		Kitty::get()
	}
}

/// How far a deal has come.
#[derive(Clone, Default, codec::Encode, codec::Decode)]
pub struct Progress {
	pub closed: u64,
	pub closed_at: Moment,
	pub pruned: u64,
}

/// Deals that a test opened.
pub struct OpenDeals;

impl Deals for OpenDeals {
	fn deal(id: &DealId) -> Option<Deal> {
		Opened::get(id).map(|(deal, _)| deal)
	}

	fn params(_: &DealId) -> Option<Params> {
		None
	}

	fn close_task(id: &DealId, now: Moment) -> DispatchResult {
		let (deal, mut progress) = Opened::get(id).ok_or("no such deal")?;
		frame_support::ensure!(progress.closed < deal.size, "all tasks are closed");
		progress.closed += 1;
		progress.closed_at = now;
		Opened::insert(id, (deal, progress));
		Ok(())
	}

	fn open_tasks(id: &DealId) -> u64 {
		Opened::get(id).map_or(0, |(deal, progress)| deal.size - progress.closed)
	}

	fn is_prunable(id: &DealId, now: Moment) -> bool {
		Opened::get(id)
			.is_some_and(|(deal, progress)| progress.closed == deal.size && progress.closed_at + RETENTION <= now)
	}

	fn prune_task(id: &DealId, now: Moment) -> DispatchResult {
		frame_support::ensure!(Self::is_prunable(id, now), "not prunable");
		let (deal, mut progress) = Opened::get(id).ok_or("no such deal")?;
		progress.pruned += 1;
		if progress.pruned == deal.size {
			Opened::remove(id);
		} else {
			Opened::insert(id, (deal, progress));
		}
		Ok(())
	}

	fn allowance(_: &Deal) -> Balance {
		Allowance::get()
	}

	fn use_allowance(_: &Deal, paid: Balance) {
		Allowance::mutate(|allowance| *allowance -= paid);
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for OpenDeals {
	fn open_deal(id: DealId, deal: &Deal) {
		super::lock_for(deal);
		Opened::insert(id, (deal.clone(), Progress::default()));
	}

	fn allow_attempts(_: &Deal, amount: Balance) {
		Allowance::put(amount);
	}

	fn endow(who: &AccountId, amount: Balance) {
		Free::mutate(who, |free| *free += amount);
	}

	fn name_proxies(who: &AccountId) -> AccountId {
		HotKeys::name(super::proxy(), who.clone());
		super::proxy()
	}

	fn set_time(now: Moment) {
		pallet_testing::Clock::set(now);
	}
}

/// Remembers which tasks closed.
pub struct Witness;

impl OnTaskClosed for Witness {
	fn on_task_closed(deal: &DealId, task: &TaskId, outcome: Outcome) {
		let digest = match outcome {
			Outcome::Completed(digest) => Some(digest),
			Outcome::Failed | Outcome::AgreedFailure { .. } | Outcome::Released { .. } => None,
		};
		Closed::append((*deal, *task, digest));
		if let Some((deal, _)) = Opened::get(deal).filter(|_| digest.is_some()) {
			Allowance::mutate(|allowance| *allowance += deal.charge);
		}
		if let Outcome::AgreedFailure { cause, code } = outcome {
			FailedBy::append(TaskFailure::Agreed { cause, code });
		}
		if let Outcome::Released { cause } = outcome {
			FailedBy::append(TaskFailure::Released { cause });
		}
	}

	fn weight() -> Weight {
		units(5)
	}

	fn weight_again() -> Weight {
		units(4)
	}
}

/// Receives results.
pub struct Receiver;

impl OnResult for Receiver {
	fn on_result(delivery: &Delivery) -> Option<DispatchResult> {
		if delivery.callback == UNKNOWN {
			return None;
		}
		Received::append((delivery.task, delivery.data.clone()));
		Some(if delivery.callback == CALLBACK { Ok(()) } else { Err(DispatchError::Other("refused")) })
	}

	fn weight(bytes: u32) -> Weight {
		units(100 + u64::from(bytes) / 64)
	}
}

/// Accepts every enclave but one.
pub struct Enclaves;

impl EnclaveRegistry for Enclaves {
	fn ensure_accepted(enclave: &H160, tag: &Tag) -> DispatchResult {
		assert!(tag.has_tee(), "asked for tags that demand an enclave only");
		frame_support::ensure!(*enclave != enclave_of(BAD_ENCLAVE), "not accepted");
		Ok(())
	}

	fn weight() -> Weight {
		units(3)
	}
}

/// Keys that act for schedulers.
pub struct HotKeys;

impl HotKeys {
	/// Lets a key act for this scheduler.
	pub fn name(proxy: AccountId, scheduler: AccountId) {
		Named::insert((proxy, scheduler), ());
	}

	/// Stops a key from acting for this scheduler.
	pub fn remove(proxy: AccountId, scheduler: AccountId) {
		Named::remove((proxy, scheduler));
	}
}

impl Proxies for HotKeys {
	fn may_delegate(proxy: &AccountId, scheduler: &AccountId) -> bool {
		Named::contains_key((proxy.clone(), scheduler.clone()))
	}
}
