//! Meeting the other instances of a shared pool, see [`crate::db::siblings`].

use std::{
	collections::{BTreeMap, BTreeSet},
	time::Duration,
};

use rlc_primitives::AccountId;
use rlc_protocol::{
	worker::{Report, Step},
	Account,
};
use rlc_store::Cid;
use tokio::time::Instant;
use tracing::Instrument;

use super::{
	database::{insist, AGAIN},
	spans, Means, Pool,
};
use crate::{
	db::{in_time, siblings::LEASE},
	decide::adoption,
	elsewhere,
	model::Voice,
	Error,
};

/// How often the others are met.
const EVERY: Duration = Duration::from_secs(1);

/// After how long without a sign of life the database was away, and not only slow. Then others have as long to give theirs
/// as after any other one.
const HICCUP: Duration = Duration::from_secs(5);

impl Pool {
	/// Meets the other instances, now and then. If the database is away, so are they.
	///
	/// # Errors
	///
	/// The database's, if it does not pass: [`DbError::LeaseLost`], if this instance was silent for too long.
	pub(super) async fn meet_siblings(&mut self) -> Result<(), Error> {
		if self.beats.met.elapsed() < EVERY {
			return Ok(());
		}
		self.beats.met = Instant::now();
		match self.meet().await {
			Err(Error::Db(error)) => self.bear(error, &mut AGAIN.waits()).await,
			met => met,
		}
	}

	/// Says that this instance lives, buries those that do not, learns where workers are and what they reported to others,
	/// takes mail, and leaves the parts for which it has no worker.
	async fn meet(&mut self) -> Result<(), Error> {
		in_time(self.means.db.renew()).await?;
		if self.beats.lease.elapsed() > HICCUP {
			self.beats.away = Some(Instant::now());
		}
		self.beats.lease = Instant::now();
		if self.beats.away.is_none_or(|until| until.elapsed() >= Duration::from_millis(LEASE)) {
			self.bury().await?;
		}
		for (worker, instruction) in in_time(self.means.db.take_mail()).await? {
			self.deliver(&worker, instruction);
		}
		let elsewhere = in_time(self.means.db.workers_elsewhere()).await?.into_iter().collect::<BTreeMap<_, _>>();
		self.pass_drains_on(&elsewhere);
		self.tell_replaced(&elsewhere);
		self.state.locate(elsewhere, self.now());
		self.read_foreign_parts().await?;
		self.read_foreign_data().await?;
		if in_time(self.means.db.siblings()).await? > 0 {
			self.leave_parts().await?;
		}
		Ok(())
	}

	/// Tells machines whose workers have joined another instance: other machines have their keys, or nobody is there any more.
	///
	/// What a worker that joined this instance just now left elsewhere may not be written over yet. So it has to be found at both
	/// twice in a row.
	fn tell_replaced(&mut self, elsewhere: &BTreeMap<AccountId, Voice>) {
		let is_here = |worker: &&AccountId| self.state.workers().get(*worker).is_some_and(|known| known.is_here());
		let twins = elsewhere.keys().filter(is_here).cloned().collect::<BTreeSet<_>>();
		for worker in twins.intersection(&self.twins) {
			self.means.links.replace(worker);
		}
		self.twins = twins;
	}

	/// Buries instances that were silent for too long. One that hangs while it writes may keep others waiting for a moment.
	async fn bury(&self) -> Result<(), Error> {
		match in_time(self.means.db.bury()).await {
			Ok(0) => {}
			Ok(dead) => tracing::warn!("{dead} other instances were silent for too long: what they had is free"),
			Err(error) if error.is_passing() => tracing::warn!("silent instances are not buried yet: {error}"),
			Err(error) => return Err(error.into()),
		}
		Ok(())
	}

	/// Reads what workers of other instances reported about tasks that this one looks after.
	async fn read_foreign_parts(&mut self) -> Result<(), Error> {
		let elsewhere = self.state.elsewhere().keys().cloned().collect::<BTreeSet<AccountId>>();
		let is_foreign = |worker: &&AccountId| elsewhere.contains(*worker);
		let tasks = self.state.workers().iter().filter(|(worker, _)| is_foreign(worker));
		let tasks = tasks.flat_map(|(_, worker)| worker.tasks.iter().copied()).collect::<BTreeSet<_>>();
		for id in tasks {
			let (_, parts) = in_time(self.means.db.task(id)).await?;
			for row in parts.into_iter().filter(|row| is_foreign(&&row.worker)) {
				let report = Report {
					task: id,
					step: row.part.step,
					at: row.part.since,
					cause: row.part.cause,
					digest: None,
					usage: None,
				};
				let known = self.state.task(&id).and_then(|task| task.replicates.get(&row.worker));
				let is_news = known.is_some_and(|known| known.step != report.step);
				if !is_news {
					continue;
				}
				match report.step {
					Step::Lost => self.state.lose_part(&id, &row.worker, self.now()),
					Step::Uploaded => self.state.stored(&id, Some(&row.worker), row.part.output, self.now()),
					_ => {
						self.state.report(&row.worker, report, self.now());
					}
				}
			}
		}
		Ok(())
	}

	/// Reads data of callbacks that workers brought to other instances.
	async fn read_foreign_data(&mut self) -> Result<(), Error> {
		for (id, data) in in_time(self.means.db.data_of(&self.state.without_data())).await? {
			self.state.take_data(&id, data);
		}
		Ok(())
	}

	/// Leaves parts that have a task for which no worker of this instance is left.
	async fn leave_parts(&mut self) -> Result<(), Error> {
		let now = self.now();
		let parts = adoption::to_leave(&self.state, now);
		if parts.is_empty() {
			return Ok(());
		}
		let changes = self.state.take_changes();
		self.note(&changes);
		self.show(&changes.visible);
		for (id, part) in parts {
			let Some(tasks) = adoption::leavable_tasks(&self.state, id, part) else { continue };
			for task in tasks {
				self.state.hand_over(&task, now);
			}
			// What was decided about it is written before another may have it.
			self.write().await?;
			in_time(self.means.db.leave_part(id, part)).await?;
			tracing::info!(deal = ?id.0, part, "left to other instances: no worker here can take its tasks");
		}
		Ok(())
	}

	/// Passes on what a worker of this instance reported about a task that another instance looks after.
	pub(super) fn pass_on(&self, worker: &AccountId, report: Report) {
		if report.step < Step::Computed {
			return;
		}
		let means = self.means.clone();
		let worker = worker.clone();
		let span = spans::of_task_id(report.task);
		let passing = async move {
			if let Err(error) = pass_on_to_owner(&means, &worker, report).await {
				tracing::warn!(worker = %Account(worker), "a report is lost: {error}");
			}
		};
		tokio::spawn(passing.instrument(span));
	}
}

/// Writes down a worker's report for the instance that owns the task. That a result is in a store is checked first: it is
/// in this instance's, most likely.
async fn pass_on_to_owner(means: &Means, worker: &AccountId, mut report: Report) -> Result<(), String> {
	let mut size = None;
	if report.step == Step::Uploaded {
		let (row, parts) = means.db.task(report.task).await.map_err(|error| error.to_string())?;
		if row.is_some_and(|row| row.data.is_some()) {
			// The data of a callback: they are written down already, and the owner puts them into its store.
			return Ok(());
		}
		// Of others' tasks it has nothing to say, and each question costs the chain and all instances something.
		let Some(task) = parts.iter().find(|part| part.worker == *worker).map(|part| part.task) else { return Ok(()) };
		let view = means.chain.task(task).await.map_err(|error| error.to_string())?;
		let digest = view.and_then(|view| view.task.consensus().and_then(|consensus| consensus.digest));
		let Some(digest) = digest else { return Ok(()) };
		size = elsewhere::size(means, &Cid::of_sha256(digest.0 .0)).await;
		if size.is_none() {
			// The owner asks the next one.
			report.step = Step::Failed;
		}
	}
	let passed_on = insist(means, || means.db.pass_on(worker, &report, size)).await;
	passed_on.map_err(|error| error.to_string())
}
