//! Tasks, and what waits for them.

use codec::Decode;
use frame_support::storage::StoragePrefixedMap;
use pallet_poco::{Event, QueueEnds};
use rlc_primitives::{task::Stage, DealId};
use rlc_runtime::Runtime;
use substrate_prometheus_endpoint::{Counter, CounterVec, Gauge, GaugeVec, PrometheusError, Registry, U64};

use super::{
	register::{counter, counters, gauge, gauges},
	scan::Scan,
	state::Unreadable,
};

/// The maps that a scan reads, as `rlc_scan_cut` calls them.
const TASKS: &str = "tasks";
const AGENDA: &str = "agenda";

/// Labels of closed tasks.
const COMPLETED: &str = "completed";
const FAILED: &str = "failed";

/// Counters of what happened to tasks.
#[derive(Clone)]
pub(super) struct Counters {
	contributions: Counter<U64>,
	reveals: Counter<U64>,
	tasks_closed: CounterVec<U64>,
}

impl Counters {
	pub(super) fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		Ok(Self {
			contributions: counter(
				registry,
				"rlc_contributions_total",
				"Commitments to results; results that are contributed and finalized at once have none",
			)?,
			reveals: counter(registry, "rlc_reveals_total", "Commitments that were revealed")?,
			tasks_closed: counters(
				registry,
				"rlc_tasks_closed_total",
				"Tasks that were settled",
				"outcome",
				&[COMPLETED, FAILED],
			)?,
		})
	}

	pub(super) fn count(&self, event: &Event<Runtime>) {
		match event {
			Event::Delegated { task, worker } => tracing::debug!(task = ?task.0, %worker, "task delegated"),
			Event::Contributed { task, worker, .. } => {
				tracing::debug!(task = ?task.0, %worker, "result contributed");
				self.contributions.inc();
			}
			Event::ConsensusReached { task, winners, .. } => {
				tracing::debug!(task = ?task.0, winners, "consensus reached");
			}
			Event::Revealed { task, worker, .. } => {
				tracing::debug!(task = ?task.0, %worker, "result revealed");
				self.reveals.inc();
			}
			Event::Reopened { task } => tracing::debug!(task = ?task.0, "task reopened"),
			Event::TaskClosed { task, deal, outcome } => {
				let outcome = if outcome.is_some() { COMPLETED } else { FAILED };
				tracing::debug!(deal = ?deal.0, task = ?task.0, outcome, "task closed");
				self.tasks_closed.with_label_values(&[outcome]).inc();
			}
			_ => {}
		}
	}
}

/// Gauges of the tasks that there are, and of what waits for them.
#[derive(Clone)]
pub(super) struct Gauges {
	tasks: GaugeVec<U64>,
	callbacks: Gauge<U64>,
	agenda: Gauge<U64>,
}

impl Gauges {
	pub(super) fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		Ok(Self {
			tasks: gauges(registry, "rlc_tasks", "Tasks that are not pruned, untouched ones included", "stage")?,
			callbacks: gauge(registry, "rlc_callbacks_queued", "Results that wait for their delivery")?,
			agenda: gauge(registry, "rlc_agenda_entries", "Deals and tasks that wait for a deadline")?,
		})
	}

	/// Shows what a scan found, on a chain whose deals have this many open tasks.
	pub(super) fn show(&self, found: &Found, tasks_open: u64) {
		let stages = [
			// Untouched tasks are active too, and not stored: their deals count them.
			("active", tasks_open.saturating_sub(found.revealing)),
			("revealing", found.revealing),
			(COMPLETED, found.completed),
			(FAILED, found.failed),
		];
		for (stage, count) in stages {
			self.tasks.with_label_values(&[stage]).set(count);
		}
		self.callbacks.set(found.callbacks);
		self.agenda.set(found.agenda);
	}
}

/// What a scan found.
#[derive(Debug, Default)]
pub(super) struct Found {
	revealing: u64,
	completed: u64,
	failed: u64,
	callbacks: u64,
	agenda: u64,
}

impl Found {
	pub(super) fn scan(scan: &mut Scan) -> Result<Self, Unreadable> {
		let mut found = Self::default();
		scan.values(TASKS, pallet_poco::Tasks::<Runtime>::final_prefix(), |value| found.task(&value))?;
		let reveals = scan.count(AGENDA, pallet_poco::DueReveals::<Runtime>::final_prefix())?;
		let deals = scan.count(AGENDA, pallet_poco::DueDeals::<Runtime>::final_prefix())?;
		found.agenda = reveals.saturating_add(deals);
		let ends: Option<QueueEnds> = scan.state.value(pallet_poco::CallbackEnds::<Runtime>::hashed_key())?;
		found.callbacks = ends.map_or(0, |ends| ends.tail.saturating_sub(ends.head));
		Ok(found)
	}

	fn task(&mut self, mut task: &[u8]) -> Result<(), codec::Error> {
		// The beginning of a task. Its contributions, which are the most of it, are not needed.
		let (_deal, _index, stage) = <(DealId, u64, Stage)>::decode(&mut task)?;
		match stage {
			Stage::Active => {}
			Stage::Revealing(_) => self.revealing += 1,
			Stage::Completed(_) => self.completed += 1,
			Stage::Failed(_) => self.failed += 1,
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use rlc_primitives::{
		task::{Commitment, Consensus, Contribution, ContributionStatus},
		AccountId, ResultDigest, ResultHash, Task, TaskId,
	};

	const NOBODY: AccountId = AccountId::new([7; 32]);

	fn task(stage: Stage) -> Vec<u8> {
		let mut task = Task::new(DealId::default(), 3);
		task.stage = stage;
		let commitment = Commitment { result: Default::default(), seal: Default::default(), enclave: None };
		let contribution =
			Contribution { worker: NOBODY, commitment, weight: 1, status: ContributionStatus::Contributed };
		task.contributions.try_push(contribution).expect("the first");
		task.encode()
	}

	#[test]
	fn each_event_counts_where_it_belongs() {
		let counters = Counters::register(&Registry::new()).expect("an empty registry");
		let (task, deal) = (TaskId::default(), DealId::default());
		let closed = |outcome| Event::TaskClosed { task, deal, outcome };
		let events = [
			Event::Contributed { task, worker: NOBODY, result: ResultHash::default() },
			Event::Revealed { task, worker: NOBODY, digest: ResultDigest::default() },
			closed(Some(ResultDigest::default())),
			closed(None),
			Event::Reopened { task },
		];
		events.iter().for_each(|event| counters.count(event));
		let closed = [COMPLETED, FAILED].map(|outcome| counters.tasks_closed.with_label_values(&[outcome]).get());
		assert_eq!((counters.contributions.get(), counters.reveals.get(), closed), (1, 1, [1, 1]));
	}

	#[test]
	fn untouched_tasks_are_active() {
		let consensus =
			Consensus { result: Default::default(), reveal_deadline: 1, winners: 1, reveals: 0, digest: None };
		let stages = [
			Stage::Active,
			Stage::Revealing(consensus),
			Stage::Completed(consensus),
			Stage::Failed(None),
			Stage::Failed(Some(consensus)),
		];
		let mut found = Found::default();
		for stage in stages {
			found.task(&task(stage)).expect("a task");
		}
		let gauges = Gauges::register(&Registry::new()).expect("an empty registry");
		gauges.show(&found, 7);
		let shown =
			["active", "revealing", "completed", "failed"].map(|stage| gauges.tasks.with_label_values(&[stage]).get());
		assert_eq!(shown, [6, 1, 1, 2]);
	}

	#[test]
	fn unknown_task_is_refused() {
		assert!(Found::default().task(&[0; 12]).is_err());
	}
}
