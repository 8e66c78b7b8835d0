//! Who showed what, and who reported what: what the end of a task has to rest on.

use std::collections::{BTreeMap, BTreeSet};

use pallet_poco::{Event, FailureCause};
use rlc_primitives::{AccountId, Deal, Task, TaskId};
use rlc_runtime::Runtime;

use crate::fuzz::{actions, rules};

/// What is known of tasks that are open.
#[derive(Default)]
pub struct Evidence {
	tasks: BTreeMap<TaskId, Known>,
}

/// What is known of one.
#[derive(Default)]
pub struct Known {
	/// Who showed what it had committed to.
	shown: BTreeSet<AccountId>,
	/// Who showed that this is a failure of the app.
	failed: BTreeSet<AccountId>,
	/// Who said why the task cannot be computed.
	reports: Vec<(AccountId, FailureCause)>,
	/// Why the chain said that it ends without a result, just before it closed it.
	said: Option<Said>,
}

/// What the chain says.
#[derive(Clone, Copy)]
enum Said {
	Agreed,
	Released(FailureCause),
}

/// Why a task has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
	/// Its workers agree that the app failed.
	AgreedFailure,
	/// Something outside of it was missing, or machines ended its runs.
	Released,
}

impl Evidence {
	/// Notes what happened to a task.
	pub fn note(&mut self, event: &Event<Runtime>) {
		match event {
			Event::Revealed { task, worker, .. } => {
				self.of(task).shown.insert(worker.clone());
			}
			Event::FailureRevealed { task, worker, .. } => {
				self.of(task).shown.insert(worker.clone());
				self.of(task).failed.insert(worker.clone());
			}
			Event::FailureReported { task, worker, cause } => self.of(task).reports.push((worker.clone(), *cause)),
			Event::TaskFailed { task, failure } => {
				self.of(task).said = Some(match failure {
					pallet_poco::TaskFailure::Agreed { .. } => Said::Agreed,
					pallet_poco::TaskFailure::Released { cause } => Said::Released(*cause),
				});
			}
			_ => {}
		}
	}

	/// Forgets a task that was closed.
	pub fn forget(&mut self, task: &TaskId) {
		self.tasks.remove(task);
	}

	/// Returns who showed what it had committed to.
	pub fn shown(&self, task: &TaskId) -> BTreeSet<AccountId> {
		self.tasks.get(task).map(|known| known.shown.clone()).unwrap_or_default()
	}

	/// Returns why a task that was closed has no result, if the chain said so and what others did bears it out.
	pub fn excuse(&self, id: &TaskId, deal: &Deal, task: &Task) -> Option<Excuse> {
		let known = self.tasks.get(id)?;
		match known.said? {
			Said::Agreed => {
				let agreed = task.consensus()?.result;
				let is_winner =
					|who: &AccountId| task.contribution(who).is_some_and(|one| one.commitment.result == agreed);
				let is_witnessed = known.failed.iter().any(is_winner);
				(is_witnessed && actions::is_failure(*id, agreed)).then_some(Excuse::AgreedFailure)
			}
			Said::Released(cause) => {
				let reporters: BTreeSet<_> =
					known.reports.iter().filter(|(_, said)| *said == cause).map(|(who, _)| who).collect();
				let is_witnessed = reporters.len() >= rules::reporters(deal);
				let is_open = task.consensus().is_none();
				(is_witnessed && is_open && rules::is_outside(&cause)).then_some(Excuse::Released)
			}
		}
	}

	fn of(&mut self, task: &TaskId) -> &mut Known {
		self.tasks.entry(*task).or_default()
	}
}
