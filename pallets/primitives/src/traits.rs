//! What the pallets ask of one another. The runtime connects them; no pallet names another.
//!
//! Accounts and amounts are the chain's own, since the hashes of orders and results are defined over them.
//! An `On…` trait states the weight of its hook, and the caller adds it.

use alloc::{collections::BTreeMap, vec::Vec};

use sp_core::H160;
use sp_runtime::{DispatchError, DispatchResult, Weight};

use crate::{
	deal::{Deal, Params, Settlement},
	orders::Member,
	AccountId, AppId, Balance, CallbackId, DatasetId, DealId, GroupId, Moment, ResultDigest, Tag, TaskId, WorkerpoolId,
};

/// RLC that is locked for what may happen. Amounts are nRLC.
pub trait Escrow {
	/// Lock free RLC of an account. Fails if it has too little.
	fn lock(who: &AccountId, amount: Balance) -> DispatchResult;

	/// Move the money of tasks that ended: all of these movements at once, or none.
	///
	/// What an account gets and loses is summed up first, so that a batch of tasks costs hardly more than one. Fails if
	/// less is locked than is unlocked and seized, if the kitty has less than is taken from it, or if what is seized is
	/// not what is rewarded.
	///
	/// Returns how many accounts were touched.
	fn settle(movements: &[Movement]) -> Result<u32, DispatchError>;

	/// What the kitty holds: the stakes of schedulers that failed.
	fn kitty() -> Balance;
}

/// What happens to an account's RLC when a task ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
	/// Because of this task.
	pub task: TaskId,
	/// Whose RLC.
	pub who: AccountId,
	/// How much, in nRLC.
	pub amount: Balance,
	/// What happens.
	pub kind: MovementKind,
}

/// The ways of money when a task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementKind {
	/// Locked RLC of the account is free again.
	Unlock,
	/// Locked RLC is taken from the account, and pays for rewards.
	Seize,
	/// Locked RLC is taken from the account, and goes to the kitty.
	SeizeForKitty,
	/// The account is paid out of what is seized.
	Reward,
	/// The account is paid out of the kitty.
	RewardFromKitty,
}

/// How a workerpool deals with those who work with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerpoolPolicy {
	/// The scheduler.
	pub owner: AccountId,
	/// What a worker stakes, in percent of the workerpool's price.
	pub worker_stake_ratio: u32,
	/// The scheduler's part of rewards, in percent, at most 100.
	pub scheduler_ratio: u8,
	/// Who closes tasks.
	pub settlement: Settlement,
}

/// What is registered. Each answer costs at most one read of storage.
pub trait Assets {
	/// The owner of an app; `None` if it is not registered.
	fn app_owner(app: &AppId) -> Option<AccountId>;

	/// The owner of a dataset; `None` if it is not registered.
	fn dataset_owner(dataset: &DatasetId) -> Option<AccountId>;

	/// The owner and the policy of a workerpool; `None` if it is not registered.
	fn workerpool(workerpool: &WorkerpoolId) -> Option<WorkerpoolPolicy>;

	/// Whether a group exists and has this member.
	fn is_member(group: &GroupId, member: &Member) -> bool;
}

/// Nothing is registered.
impl Assets for () {
	fn app_owner(_: &AppId) -> Option<AccountId> {
		None
	}

	fn dataset_owner(_: &DatasetId) -> Option<AccountId> {
		None
	}

	fn workerpool(_: &WorkerpoolId) -> Option<WorkerpoolPolicy> {
		None
	}

	fn is_member(_: &GroupId, _: &Member) -> bool {
		false
	}
}

/// Knows what is locked in the [`Escrow`], and says so from its own books: for checks only (invariant I2), since it may
/// read all of the state.
pub trait OpenLocks {
	/// What each account has locked, in nRLC; accounts with nothing locked may be missing.
	fn open_locks() -> BTreeMap<AccountId, Balance>;
}

#[impl_trait_for_tuples::impl_for_tuples(5)]
impl OpenLocks for Tuple {
	fn open_locks() -> BTreeMap<AccountId, Balance> {
		let mut all = BTreeMap::new();
		for_tuples!( #( add_up(&mut all, Tuple::open_locks()); )* );
		all
	}
}

/// Adds each account's amount to `sums`.
#[allow(dead_code)] // not called by the tuple of none
fn add_up(sums: &mut BTreeMap<AccountId, Balance>, amounts: BTreeMap<AccountId, Balance>) {
	for (who, amount) in amounts {
		let sum: &mut Balance = sums.entry(who).or_default();
		*sum = sum.saturating_add(amount);
	}
}

/// What was agreed on, and how far it has come.
///
/// A deal's tasks are first open, then closed, then pruned: after the last of them the deal is pruned too.
pub trait Deals {
	/// A deal; `None` if there never was one, or if it is pruned. Costs one read of storage.
	fn deal(id: &DealId) -> Option<Deal>;

	/// What the deal's tasks are run with. Costs one read of storage.
	fn params(id: &DealId) -> Option<Params>;

	/// Tell that one of the deal's tasks was closed, `now`. Fails if there is no such deal, or if all its tasks were
	/// closed before.
	fn close_task(id: &DealId, now: Moment) -> DispatchResult;

	/// How many of the deal's tasks are open; 0 for one that is pruned. Costs one read of storage.
	fn open_tasks(id: &DealId) -> u64;

	/// Whether the deal's tasks can be pruned: all are closed, and their retention time is over.
	fn is_prunable(id: &DealId, now: Moment) -> bool;

	/// Tell that one of the deal's tasks was pruned. Fails if the deal is not prunable.
	fn prune_task(id: &DealId, now: Moment) -> DispatchResult;
}

/// Wants to know when deals are made. All money is locked by then, and the hook cannot undo it.
pub trait OnDealOpened {
	/// Orders matched and became this deal.
	fn on_deal_opened(id: &DealId, deal: &Deal);

	/// The most that a call of the hook weighs.
	fn weight() -> Weight;
}

#[impl_trait_for_tuples::impl_for_tuples(5)]
impl OnDealOpened for Tuple {
	fn on_deal_opened(id: &DealId, deal: &Deal) {
		for_tuples!( #( Tuple::on_deal_opened(id, deal); )* );
	}

	fn weight() -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight = weight.saturating_add(Tuple::weight()); )* );
		weight
	}
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
	/// With this result.
	Completed(ResultDigest),
	/// Without one.
	Failed,
}

/// Wants to know when tasks close. The money has moved by then, and the hook cannot undo it.
pub trait OnTaskClosed {
	/// A task was closed.
	fn on_task_closed(deal: &DealId, task: &TaskId, outcome: Outcome);

	/// The most that a call of the hook weighs.
	fn weight() -> Weight;
}

#[impl_trait_for_tuples::impl_for_tuples(5)]
impl OnTaskClosed for Tuple {
	fn on_task_closed(deal: &DealId, task: &TaskId, outcome: Outcome) {
		for_tuples!( #( Tuple::on_task_closed(deal, task, outcome); )* );
	}

	fn weight() -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight = weight.saturating_add(Tuple::weight()); )* );
		weight
	}
}

/// A result on its way to a deal's callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
	/// Who is to receive it.
	pub callback: CallbackId,
	/// The deal that says so.
	pub deal: DealId,
	/// The task that it is the result of.
	pub task: TaskId,
	/// The result: bytes whose keccak-256 the workers agreed on.
	pub data: Vec<u8>,
}

/// Receives results: the oracle, or whoever serves a callback. Runs with weight of its own, never within settlement
/// (invariant I9).
pub trait OnResult {
	/// Deliver a result. `None` if the callback is not this receiver's.
	fn on_result(delivery: &Delivery) -> Option<DispatchResult>;

	/// The most that a delivery of `bytes` bytes of data weighs.
	fn weight(bytes: u32) -> Weight;
}

/// The first receiver that knows the callback takes the result. `()` knows none.
#[impl_trait_for_tuples::impl_for_tuples(5)]
impl OnResult for Tuple {
	fn on_result(delivery: &Delivery) -> Option<DispatchResult> {
		for_tuples!( #(
			if let Some(result) = Tuple::on_result(delivery) {
				return Some(result);
			}
		)* );
		None
	}

	fn weight(bytes: u32) -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight = weight.saturating_add(Tuple::weight(bytes)); )* );
		weight
	}
}

/// Knows which enclaves may sign for a trusted execution environment.
pub trait EnclaveRegistry {
	/// Check that the enclave with this key may work on tasks with this tag.
	fn ensure_accepted(enclave: &H160, tag: &Tag) -> DispatchResult;

	/// The most that a check weighs.
	fn weight() -> Weight;
}

/// No enclave is accepted.
impl EnclaveRegistry for () {
	fn ensure_accepted(_: &H160, _: &Tag) -> DispatchResult {
		Err(DispatchError::Other("no enclave is accepted here"))
	}

	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Knows which of a pallet's calls governance has stopped for now. What is stopped is not free either, and the chain
/// does not do by itself what nobody may do.
pub trait Stops {
	/// Whether the pallet's call of this name is stopped.
	fn is_stopped(call: &'static str) -> bool;
}

/// Nothing can be stopped.
impl Stops for () {
	fn is_stopped(_: &'static str) -> bool {
		false
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Receives results for the callback `N`, and refuses those without data.
	struct Receiver<const N: u8>;

	impl<const N: u8> OnResult for Receiver<N> {
		fn on_result(delivery: &Delivery) -> Option<DispatchResult> {
			let mine = delivery.callback == CallbackId(H160::repeat_byte(N));
			let empty = DispatchError::Other("empty");
			mine.then_some(if delivery.data.is_empty() { Err(empty) } else { Ok(()) })
		}

		fn weight(bytes: u32) -> Weight {
			Weight::from_parts(u64::from(N) * u64::from(bytes), 0)
		}
	}

	#[test]
	fn result_goes_to_the_one_who_knows_the_callback() {
		type Both = (Receiver<1>, Receiver<2>);
		let to = |n, data: &[u8]| Delivery {
			callback: CallbackId(H160::repeat_byte(n)),
			deal: DealId::default(),
			task: TaskId::default(),
			data: data.to_vec(),
		};
		assert_eq!(Both::on_result(&to(1, b"x")), Some(Ok(())));
		assert_eq!(Both::on_result(&to(2, b"")), Some(Err(DispatchError::Other("empty"))));
		assert_eq!(Both::on_result(&to(3, b"x")), None);
		assert_eq!(<() as OnResult>::on_result(&to(1, b"x")), None);
		assert_eq!(Both::weight(10), Weight::from_parts(30, 0));
		assert_eq!(<() as OnResult>::weight(10), Weight::zero());
	}

	#[test]
	fn no_registry_accepts_no_enclave() {
		assert!(<() as EnclaveRegistry>::ensure_accepted(&H160::zero(), &Tag::NONE).is_err());
	}
}
