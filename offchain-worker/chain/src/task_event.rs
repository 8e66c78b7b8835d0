//! What an [`Event`] says of a task, for those who observe it.

use rlc_primitives::{TaskEvent, TaskId};

use crate::{Event, PocoEvent};

impl Event {
	/// Returns the task that this is about, and what happened to it; `None` for an event that changes no task.
	pub fn task_event(&self) -> Option<(TaskId, TaskEvent)> {
		let Self::Poco(event) = self else { return None };
		let (task, event) = match event {
			PocoEvent::Delegated { task, worker } => (task, TaskEvent::Delegated { worker: worker.clone() }),
			PocoEvent::Contributed { task, worker, result } => {
				(task, TaskEvent::Contributed { worker: worker.clone(), result: *result })
			}
			PocoEvent::ConsensusReached { task, result, winners, reveal_deadline } => {
				let event = TaskEvent::ConsensusReached {
					result: *result,
					winners: *winners,
					reveal_deadline: *reveal_deadline,
				};
				(task, event)
			}
			PocoEvent::Revealed { task, worker, digest } => {
				(task, TaskEvent::Revealed { worker: worker.clone(), digest: *digest })
			}
			PocoEvent::Reopened { task } => (task, TaskEvent::Reopened),
			PocoEvent::TaskFailed { task, failure } => (task, TaskEvent::Failed { failure: *failure }),
			PocoEvent::TaskClosed { task, outcome, .. } => (task, TaskEvent::Closed { outcome: *outcome }),
			PocoEvent::FailureReported { task, worker, cause } => {
				(task, TaskEvent::FailureReported { worker: worker.clone(), cause: *cause })
			}
			PocoEvent::FailureRevealed { task, worker, cause, code } => {
				(task, TaskEvent::FailureRevealed { worker: worker.clone(), cause: *cause, code: *code })
			}
			_ => return None,
		};
		Some((*task, event))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{DealId, ResultDigest};

	#[test]
	fn events_of_tasks_are_told_from_others() {
		let (task, digest) = (TaskId::default(), ResultDigest::default());
		let closed = Event::Poco(PocoEvent::TaskClosed { task, deal: DealId::default(), outcome: Some(digest) });
		assert_eq!(closed.task_event(), Some((task, TaskEvent::Closed { outcome: Some(digest) })));
		assert_eq!(Event::Poco(PocoEvent::Pruned { task }).task_event(), None);
		assert_eq!(Event::ExtrinsicSuccess.task_event(), None);
	}
}
