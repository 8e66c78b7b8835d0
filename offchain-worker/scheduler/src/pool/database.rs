//! The database may be away for a while: its server restarts, another one takes its place, or its disk is full. Nothing is
//! decided meanwhile, nothing is lost, and the scheduler goes on when it is back.

use std::{future::Future, time::Duration};

use rlc_service::{retry::Waits, Backoff};
use tokio::time::{sleep, Instant};

use super::{Means, Pool};
use crate::{
	db::{in_time, DbError},
	Error,
};

/// After which pauses the database is asked again. A server that takes another's place does so within seconds.
pub(super) const AGAIN: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(1));

/// How long something is tried for which no turn waits.
const FOR: Duration = Duration::from_secs(60);

/// Does something in the database for which no turn waits, and which may be repeated. What may pass is waited for, for a while:
/// an instruction for a worker of another instance would be lost, and the worker be taken for slow.
///
/// # Errors
///
/// The database's, if it does not pass in time, or if the scheduler is to stop meanwhile.
pub(super) async fn insist<T, Done>(means: &Means, act: impl Fn() -> Done) -> Result<T, DbError>
where
	Done: Future<Output = Result<T, DbError>>,
{
	let mut waits = AGAIN.within(FOR).waits();
	loop {
		let error = match in_time(act()).await {
			Err(error) if error.is_passing() => error,
			done => return done,
		};
		let Some(wait) = waits.next_wait() else { return Err(error) };
		if means.shutdown.unless_stopped(sleep(wait)).await.is_none() {
			return Err(error);
		}
	}
}

impl Pool {
	/// Writes the batch. Nothing is done that is not written.
	///
	/// # Errors
	///
	/// The database's, if it does not pass, or if the scheduler is to stop meanwhile.
	pub(super) async fn write(&mut self) -> Result<(), Error> {
		let mut batch = std::mem::take(&mut self.batch);
		if batch.counts() {
			batch.name = hex::encode(rand::random::<[u8; 16]>());
		}
		let started = Instant::now();
		let mut waits = AGAIN.waits();
		let mut failures = 0_u32;
		while let Err(error) = in_time(self.means.db.write(&batch)).await {
			failures = failures.saturating_add(1);
			self.bear(error, &mut waits).await?;
		}
		if !batch.is_empty() {
			self.means.metrics.write_time.observe(started.elapsed().as_secs_f64());
		}
		self.means.metrics.database_away.set(0);
		if failures > 0 {
			tracing::info!("the database is back after {:.1?}", started.elapsed());
		}
		Ok(())
	}

	/// Waits after an error of the database until it is there again, with new connections. On those from before, a machine
	/// that is gone would be waited for.
	///
	/// # Errors
	///
	/// The database's, if it does not pass, or if the scheduler is to stop meanwhile.
	pub(super) async fn bear(&mut self, mut error: DbError, waits: &mut Waits) -> Result<(), Error> {
		loop {
			if !error.is_passing() {
				return Err(error.into());
			}
			self.means.metrics.database_away.set(1);
			// It waits, and does not hang: a restart would bring no database back.
			self.watchdog.beat();
			tracing::error!("nothing can be written, and so nothing is done: {error}");
			let wait = waits.next_wait().unwrap_or_default();
			if self.means.shutdown.unless_stopped(sleep(wait)).await.is_none() {
				return Err(error.into());
			}
			match self.means.db.reconnect().await {
				Ok(()) => return Ok(()),
				Err(again) => error = again,
			}
		}
	}
}
