//! What time brings, even if everyone sleeps: overdue tasks are claimed, and in `Automatic` deals those whose reveal
//! window is over are finalized or reopened. Two agendas are worked off in blocks' idle weight, each the earliest entry
//! first.
//!
//! Ends of reveal windows come first, for workers' stakes depend on them: they may take all idle weight but a quarter.
//! Overdue deals have what is left, in turns of a few tasks: neither a deal of a million tasks nor a flood of
//! consensuses can keep other deals waiting for long.
//!
//! All that happens here an explicit call may do at the same moment, so nobody gains by being earlier or later than it. A
//! step that fails, which needs a broken invariant elsewhere, is skipped and leaves the explicit calls.

use alloc::rc::Rc;

use frame_support::{
	defensive,
	storage::with_storage_layer,
	traits::Get,
	weights::{Weight, WeightMeter},
};
use rlc_primitives::{
	count,
	task::MAX_CONTRIBUTORS,
	traits::{Deals, OnDealOpened, OnResult, OnTaskClosed, Stops},
	Deal, DealId, Moment, Settlement, Task, TaskId,
};
use sp_runtime::{DispatchError, Perbill};

use crate::{
	batch::Loaded,
	close::{people, Closing},
	settle::Money,
	Config, Delegates, DueDeals, DueKey, DueReveals, Error, Pallet, TaskRef, Tasks, WeightInfo, MAX_CALLBACK_DATA,
};

/// What ends of reveal windows leave to overdue deals.
const LEFT_TO_DEALS: Perbill = Perbill::from_percent(25);

/// How many tasks of an overdue deal are looked at before it is another deal's turn.
const TASKS_A_TURN: u64 = 16;

/// How an overdue deal's turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
	/// There was no room for it, or not for all of it.
	NoRoom,
	/// Nothing is left to do for the deal now.
	Over,
	/// The deal has more tasks: it waits for its next turn.
	Unfinished,
}

/// What became of a task that is looked at because its deal is overdue.
pub(crate) enum Overdue {
	/// It was claimed, which concerned this many people.
	Claimed(u32),
	/// It was closed before.
	Closed,
	/// Somebody revealed its consensus: it can be finalized for some time yet.
	InGrace,
}

impl<T: Config> OnDealOpened for Pallet<T> {
	fn on_deal_opened(id: &DealId, deal: &Deal) {
		DueDeals::<T>::insert(DueKey::new(deal.final_deadline(), *id), deal.first);
	}

	fn weight() -> Weight {
		T::WeightInfo::on_deal_opened()
	}
}

impl<T: Config> Pallet<T> {
	/// Notes the reveal deadline of a new consensus, if the chain is to act on it.
	pub(crate) fn expect_reveals(task: TaskId, deal: &Deal, deadline: Moment) {
		if deal.settlement == Settlement::Automatic {
			DueReveals::<T>::insert(DueKey::new(deadline, task), ());
		}
	}

	/// Takes the reveal deadline of a consensus off the agenda: it no longer waits for reveals.
	pub(crate) fn unschedule_reveals(task: TaskId, deal: &Deal, deadline: Moment) {
		if deal.settlement == Settlement::Automatic {
			DueReveals::<T>::remove(DueKey::new(deadline, task));
		}
	}

	/// Returns the most that a step of `on_idle` weighs, with what comes before it: it must fit into a block.
	pub(crate) fn heaviest_step() -> Weight {
		let callback = T::WeightInfo::callback_run(MAX_CALLBACK_DATA)
			.saturating_add(T::WeightInfo::callback_next())
			.saturating_add(T::OnResult::weight(MAX_CALLBACK_DATA));
		// Both agendas are looked at, and the first of them again, whatever they hold.
		let looks = T::WeightInfo::due_next().saturating_mul(3).saturating_add(Self::stop_weight());
		Self::heaviest_task()
			.max(Self::heaviest_claim().saturating_add(T::WeightInfo::due_deal()))
			.max(callback)
			.saturating_add(looks)
	}

	fn heaviest_task() -> Weight {
		let closed = T::WeightInfo::due_finalize(MAX_CONTRIBUTORS).saturating_add(T::OnTaskClosed::weight());
		closed.max(T::WeightInfo::due_reopen(MAX_CONTRIBUTORS))
	}

	fn heaviest_claim() -> Weight {
		T::WeightInfo::due_claim(MAX_CONTRIBUTORS).saturating_add(T::OnTaskClosed::weight())
	}

	/// Does what came due, until nothing is left or `meter` has no room for the next step.
	///
	/// Does nothing while one of the calls is stopped that would do the same, or that would prevent it.
	pub(crate) fn run_due(meter: &mut WeightMeter) {
		if meter.try_consume(Self::stop_weight()).is_err() || Self::is_stopped() {
			return;
		}
		let left = meter.remaining();
		let reserved =
			Weight::from_parts(LEFT_TO_DEALS.mul_floor(left.ref_time()), LEFT_TO_DEALS.mul_floor(left.proof_size()));
		let mut reveals = WeightMeter::with_limit(meter.remaining().saturating_sub(reserved));
		let mut last = None;
		Self::run_due_reveals(&mut last, &mut reveals);
		meter.consume(reveals.consumed());
		Self::run_due_deals(meter);
		Self::run_due_reveals(&mut last, meter);
	}

	/// Ends reveal windows that are over, from after the entry `last` on, which it leaves as the last that it did.
	fn run_due_reveals(last: &mut Option<DueKey<TaskId>>, meter: &mut WeightMeter) {
		let now = Self::now();
		while meter.try_consume(T::WeightInfo::due_next()).is_ok() {
			// Not from the start again: the storage steps over all that this block removed there, one by one.
			let mut entries = match *last {
				None => DueReveals::<T>::iter_keys(),
				Some(last) => DueReveals::<T>::iter_keys_from(DueReveals::<T>::hashed_key_for(last)),
			};
			let Some(key) = entries.next().filter(|key| key.at() <= now) else { return };
			if !Self::run_due_reveal(key, now, meter) {
				return;
			}
			*last = Some(key);
		}
	}

	/// Returns whether one of the calls is stopped that would do the same as the agenda, or that would prevent it.
	fn is_stopped() -> bool {
		["reveal", "finalize", "reopen", "claim"].into_iter().any(T::Stops::is_stopped)
	}

	/// Returns what it weighs to know that: safe mode, and each call's own pause.
	fn stop_weight() -> Weight {
		T::DbWeight::get().reads(20)
	}

	/// Gives overdue deals their turns, round after round.
	fn run_due_deals(meter: &mut WeightMeter) {
		let now = Self::now();
		let (mut last, mut another_round) = (None, false);
		while meter.try_consume(T::WeightInfo::due_next()).is_ok() {
			let mut entries = match last.take() {
				None => DueDeals::<T>::iter(),
				Some(last) => DueDeals::<T>::iter_from(DueDeals::<T>::hashed_key_for(last)),
			};
			match entries.next().filter(|(key, _)| key.at() <= now) {
				Some((key, cursor)) => {
					match Self::run_due_deal(key, cursor, now, meter) {
						Turn::NoRoom => return,
						Turn::Over => {}
						Turn::Unfinished => another_round = true,
					}
					last = Some(key);
				}
				// All that are due had their turn, and those with more to do are at the end of what is due now.
				None if another_round => {
					another_round = false;
					last = Some(DueKey::new(now, DealId::default()));
				}
				None => return,
			}
		}
	}

	/// Ends the reveal window of a task. Returns `false` if there was no room.
	pub(crate) fn run_due_reveal(key: DueKey<TaskId>, now: Moment, meter: &mut WeightMeter) -> bool {
		let most = Self::heaviest_task();
		if !meter.can_consume(most) {
			return false;
		}
		let done = with_storage_layer(|| Self::end_reveals(key.id, now));
		DueReveals::<T>::remove(key);
		meter.consume(done.unwrap_or_else(|error| Self::skipped(error, most)));
		true
	}

	/// Finalizes a task that someone revealed, and reopens one that nobody did. One with a callback waits for the
	/// callback's data, and one that is overdue for its deal. Returns what this weighed.
	pub(crate) fn end_reveals(task: TaskId, now: Moment) -> Result<Weight, DispatchError> {
		let stored = Tasks::<T>::get(task).ok_or(Error::<T>::NotFound)?;
		let deal = T::Deals::deal(&stored.deal).ok_or(Error::<T>::NotFound)?;
		let mut loaded = Loaded { id: task, deal: deal.into(), task: stored, stored: true };
		let Some(consensus) = loaded.task.consensus().copied() else { return Ok(T::WeightInfo::due_skip()) };
		let rules = T::Rules::get();
		let failure = Self::agreed_failure(task, &loaded.task);
		let needs_data = consensus.reveals > 0 && loaded.deal.callback.is_some() && failure.is_none();
		if loaded.task.end(&loaded.deal, &rules) <= now || needs_data {
			return Ok(T::WeightInfo::due_skip());
		}
		if consensus.reveals == 0 {
			loaded.task.reopen(&loaded.deal, now).map_err(Error::<T>::from)?;
			Self::reopen_task(&loaded, consensus.reveal_deadline);
			return Ok(T::WeightInfo::due_reopen(count(loaded.task.contributions.len())));
		}
		match failure {
			Some(_) => loaded.task.agree_to_fail(&loaded.deal, now, &rules),
			None => loaded.task.finalize(&loaded.deal, None, now, &rules),
		}
		.map_err(Error::<T>::from)?;
		let closing = Closing { delegates: Delegates::<T>::get(task), failure };
		let mut money = Money::new::<T>();
		Self::complete(&loaded, &closing, None, &mut money)?;
		money.settle::<T>()?;
		let people = people(&loaded.task, &closing.delegates);
		Ok(T::WeightInfo::due_finalize(people).saturating_add(T::OnTaskClosed::weight()))
	}

	/// Gives an overdue deal a turn: claims the next of its tasks, from the one at `cursor` on.
	pub(crate) fn run_due_deal(key: DueKey<DealId>, cursor: u64, now: Moment, meter: &mut WeightMeter) -> Turn {
		if meter.try_consume(T::WeightInfo::due_deal()).is_err() {
			return Turn::NoRoom;
		}
		let id = key.id;
		let mut open = T::Deals::open_tasks(&id);
		let Some(deal) = T::Deals::deal(&id).filter(|_| open > 0).map(Rc::new) else {
			DueDeals::<T>::remove(key);
			return Turn::Over;
		};
		let most = Self::heaviest_claim();
		let end = deal.first.saturating_add(deal.size);
		let mut index = cursor;
		let turn = end.min(cursor.saturating_add(TASKS_A_TURN));
		while index < turn && open > 0 {
			if !meter.can_consume(most) {
				if index > cursor {
					DueDeals::<T>::insert(key, index);
				}
				return Turn::NoRoom;
			}
			let looked_at = with_storage_layer(|| Self::claim_overdue(&deal, TaskRef { deal: id, index }, now));
			meter.consume(match looked_at {
				Ok(Overdue::Claimed(people)) => {
					open = open.saturating_sub(1);
					T::WeightInfo::due_claim(people).saturating_add(T::OnTaskClosed::weight())
				}
				Ok(Overdue::Closed | Overdue::InGrace) => T::WeightInfo::due_skip(),
				Err(error) => Self::skipped(error, most),
			});
			index = index.saturating_add(1);
		}
		DueDeals::<T>::remove(key);
		let grace = deal.final_deadline_with_grace(&T::Rules::get());
		if open > 0 && index < end {
			DueDeals::<T>::insert(DueKey::new(now, id), index);
			return Turn::Unfinished;
		}
		if open > 0 && now < grace {
			DueDeals::<T>::insert(DueKey::new(grace, id), deal.first);
		}
		Turn::Over
	}

	/// Claims a task unless it is closed, or is to be finalized yet.
	pub(crate) fn claim_overdue(deal: &Rc<Deal>, task: TaskRef, now: Moment) -> Result<Overdue, DispatchError> {
		let id = task.id();
		let stored = Tasks::<T>::get(id);
		if stored.as_ref().is_some_and(|task| task.is_closed()) {
			return Ok(Overdue::Closed);
		}
		let rules = T::Rules::get();
		let task = stored.unwrap_or_else(|| Task::new(task.deal, task.index));
		if now < task.end(deal, &rules) {
			return Ok(Overdue::InGrace);
		}
		let mut loaded = Loaded { id, deal: deal.clone(), task, stored: true };
		loaded.task.claim(deal, now, &rules).map_err(Error::<T>::from)?;
		Self::fail(&loaded).map(Overdue::Claimed)
	}

	/// Reports a step that failed, and returns its weight.
	fn skipped(error: DispatchError, weight: Weight) -> Weight {
		defensive!("a due task could not be closed", error);
		weight
	}
}
