//! Tasks that are tried again at a time.

use std::time::Duration;

use rlc_primitives::TaskId;
use tokio::time::Instant;

use super::{Actor, Busy};
use crate::{clock::LONGEST_WAIT, record::State};

/// The longest wait that another may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

impl Actor {
	/// Tries this task again after a while, which doubles each time.
	pub(super) fn put_off(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		let wait = entry.waits.next_wait().unwrap_or(LONGEST_WAIT);
		self.put_off_for(id, wait);
	}

	/// Tries this task again after this time.
	pub(super) fn put_off_for(&mut self, id: TaskId, wait: Duration) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		let at = Instant::now() + wait.min(LONGEST_PAUSE);
		entry.not_before = Some(at);
		self.later.insert((at, id));
	}

	/// Keeps a task, which has nothing on its way, until work goes on that is stopped on the chain. Its deadlines stand still
	/// for as long.
	pub(super) fn wait_for_work(&mut self, id: TaskId) {
		if !self.clock.stands_still() {
			// The last block that was heard of is older than the pause, or younger.
			return self.put_off(id);
		}
		self.stopped.insert(id);
		// The blocks say when it goes on. If one is missed, it is tried all the same.
		self.put_off_for(id, LONGEST_PAUSE);
	}

	/// Takes up the tasks that waited for work to go on, once it does.
	pub(super) fn go_on(&mut self) {
		if self.clock.stands_still() {
			return;
		}
		for id in std::mem::take(&mut self.stopped) {
			let Some(entry) = self.tasks.get_mut(&id) else { continue };
			entry.not_before = None;
			entry.waits.reset();
			self.consider(id);
		}
	}

	/// Hands a result over at once, if that is put off.
	pub(super) fn hasten(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		if matches!((&entry.record.state, &entry.busy), (State::Revealed(_), Busy::No)) {
			entry.not_before = None;
		}
	}

	/// Takes up the tasks whose time has come.
	pub(super) fn retry_due(&mut self) {
		let now = Instant::now();
		while let Some(&(at, id)) = self.later.first() {
			if at > now {
				return;
			}
			self.later.pop_first();
			self.resume(id, at);
		}
	}

	fn resume(&mut self, id: TaskId, at: Instant) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		let not_before = entry.not_before.take_if(|due| *due == at);
		let grace = entry.grace.take_if(|due| *due == at);
		if not_before.or(grace).is_some() {
			self.consider(id);
		}
	}

	/// Returns when something has to be done without a message.
	pub(super) fn next_due(&self) -> Option<Instant> {
		self.later.first().map(|(at, _)| *at).into_iter().chain(self.sends.due()).min()
	}
}
