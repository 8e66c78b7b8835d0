//! Running apps: as many at a time as there are slots for.
//!
//! What a task needs is known once its deal has been read. Until then it waits for one slot, as nearly all tasks need no
//! more, and reads the deal there. One that needs more gives its slot back, and is the first in the queue from then on:
//! those behind it wait too, so that it gets its slots as soon as enough are free.

use std::{sync::Arc, time::Duration};

use rlc_primitives::{work::TaskRef, Deal, Moment, TaskId};
use rlc_protocol::worker::{Report, Resources, Step};
use rlc_service::Retryable;
use tokio::{sync::watch, time::Instant};
use tracing::Instrument;

use super::{Actor, Busy, Entry};
use crate::{
	clock::{self, Clock, BACKOFF},
	messages::{Effect, Message, Outgoing, Ran},
	plan::Plan,
	plans::Plans,
	ports::{ChainPort, Computation, Finished, Stop},
	record::{Output, RunFailure, State},
};

/// How long the chain is asked for a deal before its task is given back.
const PLAN_TIME: Duration = Duration::from_secs(600);

/// The longest time that is left between the end of a run and the contribution deadline, in ms.
const MARGIN: u64 = 10_000;

impl Actor {
	/// Has a task run once there is a slot.
	pub(super) fn prepare_run(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		entry.busy = Busy::Queued;
		self.queue.push_back((id, 1));
	}

	/// Fills the slots. Nobody notices a run, so none waits for the journal.
	pub(super) fn start_runs(&mut self) {
		while let Some((id, slots)) = self.queue.front().copied() {
			// It may have ended while it waited.
			let waits = |entry: &&mut Entry| matches!(entry.busy, Busy::Queued);
			if let Some(entry) = self.tasks.get_mut(&id).filter(waits) {
				if self.taken.saturating_add(slots) > self.bounds.resources.slots {
					return;
				}
				entry.busy = Busy::Running(watch::Sender::new(false));
				self.taken += slots;
				self.run_task(id, slots);
			}
			self.queue.pop_front();
		}
	}

	/// Runs a task that took this many slots.
	fn run_task(&self, id: TaskId, slots: u32) {
		let Some(entry) = self.tasks.get(&id) else { return };
		let Busy::Running(stop) = &entry.busy else { return };
		let run = Run {
			task: entry.record.task,
			// A worker that contributed has to reveal, and may have more time for that.
			bound: entry.seen.as_ref().is_some_and(|seen| seen.ours().is_some()),
			expiry: entry.record.expiry(),
			clock: self.clock,
		};
		let (stop, result, link) = (stop.subscribe(), self.result_file(id), self.parts.link.clone());
		let (chain, runner, plans) = (self.parts.chain.clone(), self.parts.runner.clone(), self.plans.clone());
		let (back, resources, shows) = (self.back.clone(), self.bounds.resources.clone(), self.parts.shows.clone());
		let span = tracing::info_span!(parent: &entry.span, "compute");
		let compute = async move {
			let planned = run.plan(chain.as_ref(), &plans, stop.clone()).await;
			let planned = planned.and_then(|(plan, times)| Ok((slots_for(&plan, &resources)?, plan, times)));
			let ran = match planned {
				Err(failure) => Ran { finished: failure.into(), contribution_deadline: None },
				Ok((needed, ..)) if needed > slots => {
					// Fails only when the worker ends.
					let _ = back.send(Message::NeedsMore(id, slots, needed));
					return;
				}
				Ok((_, plan, (time, left))) => {
					let contribution_deadline = Some(plan.deal.deal.contribution_deadline());
					let progress = Box::new(move |step: Step| {
						let at = clock::machine_time();
						let report = Report { task: id, step, at, cause: None, digest: None, usage: None };
						// Fails only when the worker ends.
						let _ = link.send(Outgoing::Report(report));
					});
					let until = Instant::now() + left;
					let (tap, _showing) = shows.begin(id);
					let tap = Some(tap);
					let computation = Computation { task: run.task, plan, slots, time, until, result, tap, progress };
					Ran { finished: runner.run(computation, stop).await, contribution_deadline }
				}
			};
			// Fails only when the worker ends.
			let _ = back.send(Message::Ran(id, slots, ran));
		};
		tokio::spawn(compute.instrument(span));
	}

	/// Takes in that a task which took one slot needs more.
	pub(super) fn needs_more(&mut self, id: TaskId, taken: u32, needed: u32) {
		self.taken = self.taken.saturating_sub(taken);
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		let Busy::Running(stop) = &entry.busy else { return };
		let is_stopped = *stop.borrow();
		if is_stopped {
			entry.busy = Busy::No;
			return self.consider(id);
		}
		entry.busy = Busy::Queued;
		self.queue.push_front((id, needed));
	}

	/// Takes in how a run ended.
	pub(super) fn ran(&mut self, id: TaskId, slots: u32, ran: Ran) {
		self.taken = self.taken.saturating_sub(slots);
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		let _span = entry.span.clone().entered();
		let Busy::Running(stop) = std::mem::replace(&mut entry.busy, Busy::No) else { return };
		if let (Some(seen), Some(deadline)) = (&mut entry.seen, ran.contribution_deadline) {
			seen.contribution_deadline = deadline;
		}
		let Finished { outcome, agreed, logs, usage } = ran.finished;
		self.parts.metrics.run(usage.time);
		let logs = (!logs.stdout.is_empty() || !logs.stderr.is_empty()).then_some(Outgoing::Logs(id, logs));
		let is_stopped = *stop.borrow();
		entry.failure = None;
		let outcome = match (outcome, agreed) {
			(Err(failure), Some(agreed)) if !is_stopped => {
				tracing::warn!("the app failed, which is contributed: {}", failure.words);
				entry.failure = Some(failure);
				Ok(Output::failed(id, agreed))
			}
			(outcome, _) => outcome,
		};
		match outcome {
			Ok(output) => {
				entry.local.present = true;
				entry.went_well();
				entry.record.state = State::Computed(output);
				self.changes.push(super::Change::Put(entry.record.clone()));
				self.report(id, Some(usage));
				self.effects.extend(logs.map(Effect::Tell));
				self.consider(id);
			}
			// It was stopped: why is found again, or holds no more.
			Err(_) if is_stopped => self.consider(id),
			Err(failure) => {
				if failure.cause.is_none() {
					self.parts.metrics.trouble();
				}
				self.effects.extend(logs.map(Effect::Tell));
				self.end(id, super::End::Failed(failure));
			}
		}
	}
}

/// Returns how many slots a task takes of a worker with these resources.
pub(super) fn slots_for(plan: &Plan, resources: &Resources) -> Result<u32, RunFailure> {
	let needs = plan.needs();
	needs.slots(resources).ok_or_else(|| {
		let Resources { cores, memory, disk, gpus, .. } = resources;
		RunFailure::own(format!(
			"the task needs more than this worker has: cores {} of {cores}, memory {} of {memory} bytes, disk {} of {disk} \
			 bytes, graphics processors {} of {gpus}",
			needs.cores, needs.memory, needs.disk, needs.gpus
		))
	})
}

/// A task on its way into the sandbox.
struct Run {
	task: TaskRef,
	/// Whether the worker has contributed.
	bound: bool,
	/// When its delegation expires, in ms of PoCo time.
	expiry: Moment,
	clock: Clock,
}

impl Run {
	/// Returns what to run, and how long: the run itself, and all of it.
	async fn plan(
		&self,
		chain: &dyn ChainPort,
		plans: &Plans,
		mut stop: Stop,
	) -> Result<(Arc<Plan>, (Duration, Duration)), RunFailure> {
		let ask = || plans.get(chain, self.task.deal);
		let asked = ask.retry(BACKOFF.within(PLAN_TIME)).notify(|unreachable, wait| {
			tracing::debug!("the deal is not known ({unreachable}); asked again in {wait:?}")
		});
		let plan = tokio::select! {
			plan = asked => plan.map_err(|unreachable| RunFailure::own(unreachable.0))??,
			_ = stop.wait_for(|stopped| *stopped) => return Err(RunFailure::own("stopped")),
		};
		let deal = &plan.deal.deal;
		let until = if self.bound { deal.final_deadline() } else { deal.contribution_deadline().min(self.expiry) };
		let time = run_time(deal, until, self.clock.now());
		time.map(|time| (plan, time)).ok_or_else(|| RunFailure::own("too little time is left"))
	}
}

/// Returns how long an app may run, which is the category's time, and how long it all may take, so that the result can
/// still go to the chain before `deadline`, in ms. `None`: there is no time at all.
fn run_time(deal: &Deal, deadline: Moment, now: Moment) -> Option<(Duration, Duration)> {
	let margin = (deal.reference_time / 20).min(MARGIN);
	let left = deadline.saturating_sub(now).saturating_sub(margin);
	let time = left.min(deal.reference_time);
	(time > 0).then_some((Duration::from_millis(time), Duration::from_millis(left)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing;

	#[test]
	fn run_takes_no_longer_than_its_category_nor_than_contributions_are_accepted() {
		let mut deal = testing::deal(1).deal;
		(deal.opened, deal.reference_time) = (1_000_000, 300_000);
		let deadline = deal.contribution_deadline();
		let time = |deal: &Deal, deadline, now| {
			run_time(deal, deadline, now).map(|(time, left)| (time.as_millis(), left.as_millis()))
		};
		assert_eq!(time(&deal, deadline, 1_000_000), Some((300_000, 7 * 300_000 - 10_000)));
		assert_eq!(time(&deal, deadline, deadline - 60_000), Some((50_000, 50_000)));
		assert_eq!(time(&deal, deadline, deadline - 10_000), None);
		let bound = time(&deal, deal.final_deadline(), deadline);
		assert_eq!(bound, Some((300_000, 890_000)), "a bound worker may still have to reveal");
		deal.reference_time = 1_000;
		let deadline = deal.contribution_deadline();
		let short = time(&deal, deadline, deadline - 100);
		assert_eq!(short, Some((50, 50)), "short tasks have a short margin");
	}
}
