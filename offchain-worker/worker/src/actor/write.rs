//! Writing the journal beside the loop: while one transaction gets onto the disk, the next one gathers.
//!
//! On a full disk, the journal waits, and so does what may not happen without it: contributions. All else goes on: reveals
//! above all, and what makes room.

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

use rlc_disk::{is_full, Ballast};
use tokio::{
	sync::mpsc,
	task::{spawn_blocking, JoinError, JoinHandle},
	time::sleep,
};
use tracing::Instrument;

use crate::{
	disk::takes_more,
	journal::{Change, Journal, JournalError},
	messages::{Effect, Message},
	results::Results,
};

/// How long a journal that has no room waits before it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Changes, and what follows from them.
#[derive(Default)]
struct Writing {
	changes: Vec<Change>,
	effects: Vec<Effect>,
}

impl Writing {
	fn extend(&mut self, more: Self) {
		self.changes.extend(more.changes);
		self.effects.extend(more.effects);
	}

	fn is_empty(&self) -> bool {
		self.changes.is_empty() && self.effects.is_empty()
	}

	/// Leaves the last change of each task alone: however long there is no room, it takes no more memory than the tasks.
	fn compact(&mut self) {
		let changes = std::mem::take(&mut self.changes);
		let last: HashMap<_, _> = changes.into_iter().map(|change| (change.task(), change)).collect();
		self.changes = last.into_values().collect();
	}

	/// Takes out what may be done although the journal is not written.
	fn take_possible(&mut self) -> Vec<Effect> {
		let effects = std::mem::take(&mut self.effects);
		let (waiting, possible) = effects.into_iter().partition(Effect::needs_journal);
		self.effects = waiting;
		possible
	}
}

/// Hands changes to the journal, in their order.
pub(super) struct Writer {
	/// `None` once nothing more comes.
	batches: Option<mpsc::UnboundedSender<Writing>>,
	/// Ends by itself only when the journal cannot be written, for another reason than a full disk.
	pub task: JoinHandle<Result<(), JournalError>>,
}

impl Writer {
	/// Returns a writer of this journal, which tells the loop what is done. The ballast is room for the journal. Results are
	/// on the disk before the journal knows of them.
	pub fn spawn(
		journal: Journal,
		ballast: Arc<Ballast>,
		results: Arc<Results>,
		actor: mpsc::UnboundedSender<Message>,
	) -> Self {
		let (batches, receiver) = mpsc::unbounded_channel();
		let work = Work { dir: results.dir().into(), journal, ballast, results, actor, is_full: false };
		Self { batches: Some(batches), task: tokio::spawn(work.run(receiver).in_current_span()) }
	}

	/// Writes this, and then says what follows.
	pub fn write(&self, changes: Vec<Change>, effects: Vec<Effect>) {
		if let Some(batches) = &self.batches {
			// If the writer has failed, the loop ends.
			let _ = batches.send(Writing { changes, effects });
		}
	}

	/// Writes what is left, and closes the journal.
	pub async fn finish(&mut self) -> Result<(), JournalError> {
		self.batches = None;
		result((&mut self.task).await)
	}
}

struct Work {
	journal: Journal,
	ballast: Arc<Ballast>,
	results: Arc<Results>,
	/// A directory on the journal's disk.
	dir: PathBuf,
	actor: mpsc::UnboundedSender<Message>,
	/// Whether the loop was told that the disk is full.
	is_full: bool,
}

impl Work {
	async fn run(mut self, mut batches: mpsc::UnboundedReceiver<Writing>) -> Result<(), JournalError> {
		let mut writing = Writing::default();
		loop {
			tokio::select! {
				more = batches.recv() => match more {
					Some(more) => writing.extend(more),
					None => break,
				},
				() = sleep(PAUSE), if !writing.is_empty() => {}
			}
			while let Ok(more) = batches.try_recv() {
				writing.extend(more);
			}
			self.write(&mut writing).await?;
		}
		if !writing.is_empty() {
			tracing::warn!("the disk is full: the journal ends without what the chain already knows");
		}
		self.journal.close().await
	}

	/// Writes changes, and says what follows. What has no room stays.
	async fn write(&mut self, writing: &mut Writing) -> Result<(), JournalError> {
		let mut written = self.try_write(&writing.changes).await?;
		if !written && self.ballast.release() {
			tracing::warn!("the disk is full; the journal uses what is set aside for it");
			written = self.try_write(&writing.changes).await?;
		}
		let effects = if written {
			writing.changes.clear();
			std::mem::take(&mut writing.effects)
		} else {
			writing.compact();
			writing.take_possible()
		};
		// Both fail only when the worker ends.
		if self.is_full == written {
			self.is_full = !written;
			let _ = self.actor.send(Message::JournalFull(self.is_full));
		}
		let _ = self.actor.send(Message::Written(effects));
		Ok(())
	}

	/// Writes changes. Returns whether the disk had room for them.
	async fn try_write(&mut self, changes: &[Change]) -> Result<bool, JournalError> {
		if !self.sync_results().await {
			return Ok(false);
		}
		let Err(error) = self.journal.write(changes).await else { return Ok(true) };
		if error.is_full() || (error.may_be_full() && takes_more(&self.dir).is_err_and(|error| is_full(&error))) {
			tracing::debug!("{error}");
			return Ok(false);
		}
		Err(error)
	}

	/// Forces results to the disk. Returns whether it had room for them.
	async fn sync_results(&self) -> bool {
		if !self.results.is_unsynced() {
			return true;
		}
		let results = self.results.clone();
		match spawn_blocking(move || results.sync()).await {
			Ok(Err(error)) if is_full(&error) => false,
			Ok(Err(error)) => {
				// It is read through before it is used.
				tracing::warn!("a result may be lost if the machine loses power: {error}");
				true
			}
			// Else the program ends.
			_ => true,
		}
	}
}

/// Returns how the writer ended. A panic of it goes on here.
pub(super) fn result(ended: Result<Result<(), JournalError>, JoinError>) -> Result<(), JournalError> {
	ended.unwrap_or_else(|error| match error.try_into_panic() {
		Ok(panic) => std::panic::resume_unwind(panic),
		// It is canceled only with the whole program.
		Err(_) => Ok(()),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		messages::{Batch, What},
		record::{End, State},
		testing::record,
	};
	use rlc_primitives::TaskId;

	#[test]
	fn full_disk_stops_contributions_alone_and_the_last_change_of_each_task_waits() {
		let put = |index, state| Change::Put(record(index, state));
		let send = |what| Effect::Send(Batch { what, tasks: vec![TaskId::default()] });
		let ended = || State::Ended(End::Completed);
		let mut writing = Writing {
			changes: vec![put(0, State::Taken), put(1, State::Taken), put(0, ended())],
			effects: vec![
				send(What::Contribute),
				send(What::Reveal),
				Effect::Upload(TaskId::default()),
				Effect::Remove(TaskId::default()),
			],
		};
		writing.compact();
		assert_eq!(writing.changes.len(), 2);
		assert!(writing.changes.contains(&put(0, ended())) && writing.changes.contains(&put(1, State::Taken)));
		assert_eq!(writing.take_possible().len(), 3);
		assert!(matches!(writing.effects[..], [Effect::Send(Batch { what: What::Contribute, .. })]));
		assert!(!writing.is_empty());
	}
}
