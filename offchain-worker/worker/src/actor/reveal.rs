//! Showing the digests of results that have consensus: of a batch together, as its tasks often agree in one block.

use rlc_primitives::{work::TaskRef, ResultDigest, TaskId};
use tokio::time::Instant;

use super::{send::What, Actor, Busy};

impl Actor {
	pub(super) fn prepare_reveal(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		entry.busy = Busy::Sending;
		self.sends.add(What::Reveal, &entry.record, Instant::now());
	}

	pub(super) fn reveals(&self, tasks: &[TaskId]) -> Vec<(TaskRef, ResultDigest)> {
		let records = tasks.iter().filter_map(|id| Some(&self.tasks.get(id)?.record));
		records.filter_map(|record| Some((record.task, record.state.output()?.digest))).collect()
	}
}
