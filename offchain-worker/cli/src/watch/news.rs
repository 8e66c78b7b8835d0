//! What changed of a task, as its scheduler tells it.

use rlc_protocol::requester::TaskInfo;

use crate::{say, table::counted};

/// Returns what to say of a task after the scheduler told this, given what it told before.
pub(super) fn news(before: Option<&TaskInfo>, after: &TaskInfo) -> Vec<String> {
	let index = after.task.index;
	let mut lines = Vec::new();
	let position = after.queue_position.filter(|now| before.and_then(|before| before.queue_position) != Some(*now));
	lines.extend(position.map(|ahead| format!("task {index}: {} ahead of it", counted(ahead, "task"))));
	for replicate in &after.replicates {
		let known = before.into_iter().flat_map(|before| &before.replicates);
		if known.into_iter().any(|known| known.worker == replicate.worker && known.step == replicate.step) {
			continue;
		}
		let cause = replicate.cause.as_ref().map(|cause| format!(": {}", cause.words)).unwrap_or_default();
		lines.push(format!("task {index}: {} {}{cause}", replicate.worker, say::task::step(replicate.step)));
	}
	let given_up = after.given_up.as_ref().filter(|_| before.is_none_or(|before| before.given_up.is_none()));
	lines.extend(given_up.map(|why| format!("task {index}: given up: {why}")));
	lines
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AccountId, DealId};
	use rlc_protocol::{
		requester::ReplicateInfo,
		worker::{Cause, Step},
		Account, TaskRef,
	};
	use sp_core::H256;

	fn info(position: Option<u64>, replicates: &[(u8, Step)]) -> TaskInfo {
		let replicate = |(who, step): &(u8, Step)| ReplicateInfo {
			worker: Account(AccountId::new([*who; 32])),
			step: *step,
			since: 0,
			cause: (*step == Step::Failed).then(|| Cause { cause: None, words: "exit code 3".into() }),
		};
		TaskInfo {
			task: TaskRef { deal: DealId(H256::repeat_byte(1)), index: 4 },
			queue_position: position,
			replicates: replicates.iter().map(replicate).collect(),
			result: None,
			result_size: None,
			given_up: None,
		}
	}

	#[test]
	fn only_what_changed_is_said() {
		let queued = info(Some(7), &[]);
		assert_eq!(news(None, &queued), ["task 4: 7 tasks ahead of it"]);
		assert_eq!(news(Some(&queued), &queued), Vec::<String>::new());
		let started = info(None, &[(1, Step::Started), (2, Step::Started)]);
		assert_eq!(news(Some(&queued), &started).len(), 2);
		let failed = info(None, &[(1, Step::Started), (2, Step::Failed)]);
		let said = news(Some(&started), &failed);
		assert!(said.len() == 1 && said[0].ends_with("failed: exit code 3"), "{said:?}");
	}
}
