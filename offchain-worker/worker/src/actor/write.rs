//! Writing the journal beside the loop: while one transaction gets onto the disk, the next one gathers.

use tokio::{
	sync::mpsc,
	task::{JoinError, JoinHandle},
};
use tracing::Instrument;

use crate::{
	journal::{Change, Journal, JournalError},
	messages::{Effect, Message},
};

/// Changes, and what follows from them.
type Writing = (Vec<Change>, Vec<Effect>);

/// Hands changes to the journal, in their order.
pub(super) struct Writer {
	/// `None` once nothing more comes.
	batches: Option<mpsc::UnboundedSender<Writing>>,
	/// Ends by itself only when the journal cannot be written.
	pub task: JoinHandle<Result<(), JournalError>>,
}

impl Writer {
	/// Returns a writer of this journal, which tells the loop what is done.
	pub fn spawn(journal: Journal, actor: mpsc::UnboundedSender<Message>) -> Self {
		let (batches, receiver) = mpsc::unbounded_channel();
		Self { batches: Some(batches), task: tokio::spawn(write(journal, receiver, actor).in_current_span()) }
	}

	/// Writes this, and then says what follows.
	pub fn write(&self, changes: Vec<Change>, effects: Vec<Effect>) {
		if let Some(batches) = &self.batches {
			// If the writer has failed, the loop ends.
			let _ = batches.send((changes, effects));
		}
	}

	/// Writes what is left, and closes the journal.
	pub async fn finish(&mut self) -> Result<(), JournalError> {
		self.batches = None;
		result((&mut self.task).await)
	}
}

async fn write(
	mut journal: Journal,
	mut batches: mpsc::UnboundedReceiver<Writing>,
	actor: mpsc::UnboundedSender<Message>,
) -> Result<(), JournalError> {
	while let Some((mut changes, mut effects)) = batches.recv().await {
		while let Ok((more, then)) = batches.try_recv() {
			changes.extend(more);
			effects.extend(then);
		}
		journal.write(&changes).await?;
		// Fails only when the worker ends.
		let _ = actor.send(Message::Written(effects));
	}
	journal.close().await
}

/// Returns how the writer ended. A panic of it goes on here.
pub(super) fn result(ended: Result<Result<(), JournalError>, JoinError>) -> Result<(), JournalError> {
	ended.unwrap_or_else(|error| match error.try_into_panic() {
		Ok(panic) => std::panic::resume_unwind(panic),
		// It is canceled only with the whole program.
		Err(_) => Ok(()),
	})
}
