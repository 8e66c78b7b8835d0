//! What time brings, even if everyone sleeps: overdue tasks are claimed, and in `Automatic` deals those whose reveal
//! window is over are finalized or reopened. The agenda is worked off in blocks' idle weight, the earliest entry first.
//!
//! It only does what an explicit call may do at the same moment, so nobody gains by being earlier or later than it. A
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
use sp_runtime::DispatchError;

use crate::{
	batch::Loaded, close::people, settle::Money, Config, Delegates, Due, DueItem, DueKey, Error, Pallet, TaskRef,
	Tasks, WeightInfo, MAX_CALLBACK_DATA,
};

impl<T: Config> OnDealOpened for Pallet<T> {
	fn on_deal_opened(id: &DealId, deal: &Deal) {
		Due::<T>::insert(DueKey::new(deal.final_deadline(), DueItem::Deal(*id)), deal.first);
	}

	fn weight() -> Weight {
		T::WeightInfo::on_deal_opened()
	}
}

impl<T: Config> Pallet<T> {
	/// Notes the reveal deadline of a new consensus, if the chain is to act on it.
	pub(crate) fn expect_reveals(task: TaskId, deal: &Deal, deadline: Moment) {
		if deal.settlement == Settlement::Automatic {
			Due::<T>::insert(DueKey::new(deadline, DueItem::Task(task)), 0);
		}
	}

	/// Takes the reveal deadline of a consensus off the agenda: it no longer waits for reveals.
	pub(crate) fn unschedule_reveals(task: TaskId, deal: &Deal, deadline: Moment) {
		if deal.settlement == Settlement::Automatic {
			Due::<T>::remove(DueKey::new(deadline, DueItem::Task(task)));
		}
	}

	/// Returns the most that a step of `on_idle` weighs, with what comes before it: it must fit into a block.
	pub(crate) fn heaviest_step() -> Weight {
		let callback = T::WeightInfo::callback_run(MAX_CALLBACK_DATA)
			.saturating_add(T::WeightInfo::callback_next())
			.saturating_add(T::OnResult::weight(MAX_CALLBACK_DATA));
		Self::heaviest_task()
			.max(Self::heaviest_claim())
			.saturating_add(T::WeightInfo::due_next())
			.saturating_add(T::WeightInfo::due_deal())
			.max(callback)
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
		const CALLS: [&str; 4] = ["reveal", "finalize", "reopen", "claim"];
		// Safe mode, and each call's own pause.
		if meter.try_consume(T::DbWeight::get().reads(2 * 4)).is_err() || CALLS.into_iter().any(T::Stops::is_stopped) {
			return;
		}
		let mut last = None;
		while meter.try_consume(T::WeightInfo::due_next()).is_ok() {
			// Not from the start again: the storage steps over all that this block removed there, one by one.
			let next = match last.take() {
				None => Due::<T>::iter().next(),
				Some(last) => Due::<T>::iter_from(Due::<T>::hashed_key_for(last)).next(),
			};
			let Some((key, cursor)) = next else { return };
			let now = Self::now();
			if key.at() > now {
				return;
			}
			let done = match key.item {
				DueItem::Task(task) => Self::run_due_task(key, task, now, meter),
				DueItem::Deal(deal) => Self::run_due_deal(key, deal, cursor, now, meter),
			};
			if !done {
				return;
			}
			last = Some(key);
		}
	}

	/// Ends the reveal window of a task. Returns `false` if there was no room.
	pub(crate) fn run_due_task(key: DueKey, task: TaskId, now: Moment, meter: &mut WeightMeter) -> bool {
		let most = Self::heaviest_task();
		if !meter.can_consume(most) {
			return false;
		}
		let done = with_storage_layer(|| Self::end_reveals(task, now));
		Due::<T>::remove(key);
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
		if loaded.deal.final_deadline() <= now || (consensus.reveals > 0 && loaded.deal.callback.is_some()) {
			return Ok(T::WeightInfo::due_skip());
		}
		if consensus.reveals == 0 {
			loaded.task.reopen(&loaded.deal, now).map_err(Error::<T>::from)?;
			Self::reopen_task(&loaded, consensus.reveal_deadline);
			return Ok(T::WeightInfo::due_reopen(count(loaded.task.contributions.len())));
		}
		loaded.task.finalize(&loaded.deal, None, now).map_err(Error::<T>::from)?;
		let delegates = Delegates::<T>::get(task);
		let mut money = Money::new::<T>();
		Self::complete(&loaded, &delegates, None, now, &mut money)?;
		money.settle::<T>()?;
		Ok(T::WeightInfo::due_finalize(people(&loaded.task, &delegates)).saturating_add(T::OnTaskClosed::weight()))
	}

	/// Claims the open tasks of a deal whose final deadline has passed, one by one, from the one at `cursor` on. Returns
	/// `false` if there was no room for all of them.
	pub(crate) fn run_due_deal(key: DueKey, id: DealId, cursor: u64, now: Moment, meter: &mut WeightMeter) -> bool {
		if meter.try_consume(T::WeightInfo::due_deal()).is_err() {
			return false;
		}
		let mut open = T::Deals::open_tasks(&id);
		let deal = T::Deals::deal(&id).filter(|_| open > 0).map(Rc::new);
		if let Some(deal) = deal {
			let most = Self::heaviest_claim();
			for index in cursor..deal.first.saturating_add(deal.size) {
				if open == 0 {
					break;
				}
				if !meter.can_consume(most) {
					if index > cursor {
						Due::<T>::insert(key, index);
					}
					return false;
				}
				let claimed = with_storage_layer(|| Self::claim_overdue(&deal, TaskRef { deal: id, index }, now));
				meter.consume(match claimed {
					Ok(Some(people)) => {
						open = open.saturating_sub(1);
						T::WeightInfo::due_claim(people).saturating_add(T::OnTaskClosed::weight())
					}
					Ok(None) => T::WeightInfo::due_skip(),
					Err(error) => Self::skipped(error, most),
				});
			}
		}
		Due::<T>::remove(key);
		true
	}

	/// Claims a task unless it is closed. Returns how many people that concerned.
	pub(crate) fn claim_overdue(deal: &Rc<Deal>, task: TaskRef, now: Moment) -> Result<Option<u32>, DispatchError> {
		let id = task.id();
		let stored = Tasks::<T>::get(id);
		if stored.as_ref().is_some_and(|task| task.is_closed()) {
			return Ok(None);
		}
		let task = stored.unwrap_or_else(|| Task::new(task.deal, task.index));
		let mut loaded = Loaded { id, deal: deal.clone(), task, stored: true };
		loaded.task.claim(deal, now).map_err(Error::<T>::from)?;
		Self::fail(&loaded, now).map(Some)
	}

	/// Reports a step that failed, and returns its weight.
	fn skipped(error: DispatchError, weight: Weight) -> Weight {
		defensive!("a due task could not be closed", error);
		weight
	}
}
