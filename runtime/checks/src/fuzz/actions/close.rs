//! The end of tasks, and what comes after it.
//!
//! Most of it can be done for a short time only, in which few calls would hit it by chance: so it is looked for.

use pallet_poco::{Call as Poco, CallbackData, DeliveryOutcome, FailureCause, TaskRef};
use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use rlc_primitives::{task::Stage, Deal, Task};
use rlc_runtime::{configs::computing::PocoRules, Runtime};

use super::{data, digest, signed, Act, RESULTS};
use crate::fuzz::{rules, world::World};

/// Of how many results that were not delivered one is chosen.
const UNDELIVERED: usize = 10;

/// Of how many tasks of an overdue deal one is claimed.
const OVERDUE: u64 = 20;

impl World {
	/// Finalizes, reopens, claims, abandons, releases, prunes.
	pub(super) fn close(&mut self, random: &mut StdRng) -> Option<Act> {
		if random.gen_ratio(1, 6) {
			return self.release(random);
		}
		if random.gen_ratio(1, 6) {
			let (id, deal) = self.closed.choose(random)?;
			let indices = deal.first..deal.first + deal.size.min(20);
			let tasks: Vec<_> = indices.map(|index| TaskRef { deal: *id, index }).collect();
			return signed(self.anyone(random), Poco::prune { tasks: tasks.try_into().ok()? });
		}
		if random.gen_ratio(1, 12) {
			return self.deliver(random);
		}
		if random.gen_bool(0.5) {
			if let Some((task, deal)) = self.unrevealed(random) {
				return signed(self.mostly(Some(deal.scheduler().clone()), random), Poco::reopen { task });
			}
			if let Some(task) = self.overdue(random) {
				return signed(self.anyone(random), Poco::claim { task });
			}
		}
		let (task, deal) = match self.revealing.choose(random) {
			Some(task) if random.gen_ratio(2, 3) => of_deal(task)?,
			_ => self.task(random)?,
		};
		let by = self.mostly(Some(deal.scheduler().clone()), random);
		let call = match random.gen_range(0..10) {
			0..=4 => Poco::finalize { task, callback_data: callback_data(&deal, task) },
			5 => Poco::reopen { task },
			6 | 7 => Poco::claim { task },
			_ => Poco::abandon { task },
		};
		signed(by, call)
	}

	/// Returns a task whose consensus nobody revealed in time, and that is not overdue.
	fn unrevealed(&self, random: &mut StdRng) -> Option<(TaskRef, Deal)> {
		let is_late =
			|task: &&Task| task.consensus().is_some_and(|one| one.reveals == 0 && one.reveal_deadline <= self.coming);
		let late = self.revealing.iter().filter(is_late).filter_map(of_deal);
		let late: Vec<_> = late.filter(|(_, deal)| self.coming < deal.final_deadline()).collect();
		late.choose(random).cloned()
	}

	/// Returns an open task that anybody can claim.
	fn overdue(&self, random: &mut StdRng) -> Option<TaskRef> {
		let deals = self.open.iter().filter(|(_, deal)| deal.final_deadline() <= self.coming);
		let (id, deal) = deals.collect::<Vec<_>>().choose(random).copied()?;
		let is_overdue = |task: &TaskRef| match pallet_poco::Tasks::<Runtime>::get(task.id()) {
			Some(stored) => !stored.is_closed() && stored.end(deal, &PocoRules::get()) <= self.coming,
			None => true,
		};
		let tasks = (deal.first..deal.first + deal.size.min(OVERDUE)).map(|index| TaskRef { deal: *id, index });
		tasks.filter(is_overdue).collect::<Vec<_>>().choose(random).copied()
	}

	/// Releases a task of which somebody reported something: mostly one of which enough workers reported the same.
	fn release(&mut self, random: &mut StdRng) -> Option<Act> {
		let mut reported = Vec::new();
		let mut releasable = Vec::new();
		for task in pallet_poco::Work::<Runtime>::iter_values() {
			let reports = pallet_poco::Failures::<Runtime>::get(task.id());
			let Some(deal) = pallet_marketplace::Deals::<Runtime>::get(task.deal) else { continue };
			for cause in reports.iter().map(|report| report.cause) {
				let agree = reports.iter().filter(|report| report.cause == cause).count();
				if agree >= rules::reporters(&deal) && self.is_releasable(&task, &deal, &cause) {
					releasable.push((task, cause, deal.clone()));
				}
				reported.push((task, cause, deal.clone()));
			}
		}
		let some = if releasable.is_empty() || random.gen_ratio(1, 10) { reported } else { releasable };
		let (task, cause, deal) = some.choose(random)?.clone();
		signed(self.mostly(Some(deal.scheduler().clone()), random), Poco::release { task, cause })
	}

	/// Returns whether a task can be released in the next block, if enough workers report this cause.
	fn is_releasable(&self, task: &TaskRef, deal: &Deal, cause: &FailureCause) -> bool {
		let stored = pallet_poco::Tasks::<Runtime>::get(task.id());
		let is_active = stored.is_none_or(|stored| stored.stage == Stage::Active);
		is_active && self.coming < deal.final_deadline() && rules::is_outside(cause)
	}

	/// Tries again to deliver a result that nobody took.
	fn deliver(&mut self, random: &mut StdRng) -> Option<Act> {
		let failed = pallet_poco::Deliveries::<Runtime>::iter()
			.filter(|(_, outcome)| matches!(outcome, DeliveryOutcome::Failed(_) | DeliveryOutcome::QueueFull))
			.filter_map(|(task, _)| pallet_poco::Tasks::<Runtime>::get(task));
		let failed: Vec<_> = failed.take(UNDELIVERED).collect();
		let stored = failed.choose(random)?;
		let task = TaskRef { deal: stored.deal, index: stored.index };
		let deal = pallet_marketplace::Deals::<Runtime>::get(task.deal)?;
		let data = callback_data(&deal, task)?;
		signed(self.anyone(random), Poco::deliver { task, data })
	}
}

/// Returns a task that is stored, as calls name it, and its deal.
fn of_deal(task: &Task) -> Option<(TaskRef, Deal)> {
	let deal = pallet_marketplace::Deals::<Runtime>::get(task.deal)?;
	Some((TaskRef { deal: task.deal, index: task.index }, deal))
}

/// Returns the data that a task's result is the digest of, if its deal has a callback and somebody showed the result.
fn callback_data(deal: &Deal, task: TaskRef) -> Option<CallbackData> {
	deal.callback?;
	let shown = pallet_poco::Tasks::<Runtime>::get(task.id())?.consensus()?.digest?;
	let result = (0..RESULTS).find(|result| digest(deal, task.id(), *result) == shown)?;
	Some(data(task.id(), result))
}
