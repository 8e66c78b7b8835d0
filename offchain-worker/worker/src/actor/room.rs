//! Room on the disk: without it, no task is taken, and what is owed goes on.

use super::Actor;

impl Actor {
	/// Returns why no task is taken now, in words, if the disk is why.
	pub(super) fn refuses(&self) -> Option<&str> {
		if self.journal_full {
			return Some("the disk is full, and nothing can be written down; remove something there");
		}
		self.no_room.as_deref()
	}

	/// Looks whether there is room for one more task.
	pub(super) fn look_for_room(&mut self) {
		let (count, bytes) = self.kept.count();
		let full = self.kept.is_full(self.parts.disk.shares().kept);
		let full = full.then(|| format!("{count} results ({bytes} bytes) wait for the pool's store"));
		let no_room = full.or_else(|| self.parts.disk.refuses(self.bounds.resources.slots));
		match (&self.no_room, &no_room) {
			(None, Some(why)) => tracing::warn!("no tasks are taken: {why}"),
			(Some(_), None) => tracing::info!("there is room again, and tasks are taken"),
			_ => {}
		}
		self.no_room = no_room;
		self.parts.metrics.disk(&self.parts.disk.budget);
	}

	/// Takes in whether the journal waits for room.
	pub(super) fn journal_full(&mut self, full: bool) {
		if full {
			tracing::error!(
				"the disk is full: no tasks are taken, and nothing new is contributed; what is owed is revealed. Remove \
				 something there"
			);
		} else {
			tracing::info!("the journal has room again");
		}
		self.journal_full = full;
	}
}
