//! What was agreed on, and the hook that tells of it.

use sp_runtime::{DispatchResult, Weight};

use crate::{
	deal::{Deal, Params},
	Balance, DealId, Moment,
};

/// What was agreed on, and how far it has come.
///
/// A deal's tasks are first open, then closed, then pruned: after the last of them the deal is pruned too.
pub trait Deals {
	/// Returns a deal; `None` if there never was one, or if it is pruned. Costs one read of storage.
	fn deal(id: &DealId) -> Option<Deal>;

	/// Returns what the deal's tasks are run with. Costs one read of storage.
	fn params(id: &DealId) -> Option<Params>;

	/// Tells that one of the deal's tasks was closed, `now`. Fails if there is no such deal, or if all its tasks were
	/// closed before.
	fn close_task(id: &DealId, now: Moment) -> DispatchResult;

	/// Returns how many of the deal's tasks are open; 0 for one that is pruned. Costs one read of storage.
	fn open_tasks(id: &DealId) -> u64;

	/// Returns whether the deal's tasks can be pruned: all are closed, and their retention time is over.
	fn is_prunable(id: &DealId, now: Moment) -> bool;

	/// Tells that one of the deal's tasks was pruned. Fails if the deal is not prunable.
	fn prune_task(id: &DealId, now: Moment) -> DispatchResult;

	/// Returns what an attempt at a task of this deal can be paid at most, in nRLC: the allowance in its pool's record, and
	/// nothing once the pool has another owner. What it reads is part of [`OnTaskClosed`](super::OnTaskClosed)'s weight.
	fn allowance(deal: &Deal) -> Balance;

	/// Tells that an attempt was paid this much of the allowance, in nRLC.
	fn use_allowance(deal: &Deal, paid: Balance);
}

/// Wants to know when deals are made. All money is locked by then, and the hook cannot undo it.
pub trait OnDealOpened {
	/// Hears that orders matched and became this deal.
	fn on_deal_opened(id: &DealId, deal: &Deal);

	/// Returns the most that a call of the hook weighs.
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
