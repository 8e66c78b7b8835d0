//! Meeting the other instances of a shared pool, see [`crate::db::siblings`].

use std::{collections::BTreeSet, time::Duration};

use rlc_primitives::AccountId;
use rlc_protocol::worker::{Report, Step};
use rlc_store::Cid;
use tokio::time::Instant;

use super::{Means, Pool};
use crate::{
	decide::assignment,
	elsewhere,
	model::{Presence, WorkerState},
	Error,
};

/// How often the others are met.
const EVERY: Duration = Duration::from_secs(1);

/// How long a task waits, in ms, before its part is left to instances that may have somebody for it.
const WAITED: u64 = 3_000;

impl Pool {
	/// Says that this instance lives, learns where workers are and what they told others, takes mail, and leaves what it
	/// has nobody for.
	pub(super) async fn meet_siblings(&mut self) -> Result<(), Error> {
		if self.beats.lease.elapsed() < EVERY {
			return Ok(());
		}
		let now = self.now();
		self.means.db.renew(now.local).await?;
		self.beats.lease = Instant::now();
		for (worker, instruction) in self.means.db.take_mail().await? {
			self.links.send(&worker, instruction);
		}
		let elsewhere = self.means.db.workers_elsewhere(now.local).await?.into_iter().collect::<BTreeSet<_>>();
		self.locate(&elsewhere);
		self.read_foreign_parts(&elsewhere).await?;
		self.read_foreign_data().await?;
		if self.means.db.siblings(now.local).await? > 0 {
			self.leave_parts().await?;
		}
		Ok(())
	}

	/// Workers are where they are; those of an instance that ended are away.
	fn locate(&mut self, elsewhere: &BTreeSet<AccountId>) {
		let now = self.now();
		let mut found = BTreeSet::new();
		for (account, worker) in &mut self.state.workers {
			match (worker.presence, elsewhere.contains(account)) {
				(Presence::Elsewhere, false) => worker.presence = Presence::Away(now.local),
				(Presence::Away(_) | Presence::Lost, true) => {
					worker.presence = Presence::Elsewhere;
					found.extend(worker.tasks.iter().copied());
				}
				_ => {}
			}
		}
		// Somebody may wait for their results.
		found.iter().for_each(|task| self.state.touch(task));
	}

	/// What workers of other instances said of tasks that this one looks after.
	async fn read_foreign_parts(&mut self, elsewhere: &BTreeSet<AccountId>) -> Result<(), Error> {
		let is_foreign = |worker: &&AccountId| elsewhere.contains(*worker);
		let tasks = self.state.workers.iter().filter(|(worker, _)| is_foreign(worker));
		let tasks = tasks.flat_map(|(_, worker)| worker.tasks.iter().copied()).collect::<BTreeSet<_>>();
		for id in tasks {
			let (_, parts) = self.means.db.task(id).await?;
			for row in parts.into_iter().filter(|row| is_foreign(&&row.worker)) {
				let report = Report {
					task: id,
					step: row.part.step,
					at: row.part.since,
					cause: row.part.cause,
					digest: None,
					usage: None,
				};
				let known = self.state.tasks.get(&id).and_then(|task| task.replicates.get(&row.worker));
				let is_news = known.is_some_and(|known| known.step != report.step);
				match report.step {
					_ if !is_news => {}
					Step::Lost => self.state.lose_part(&id, &row.worker, self.now()),
					Step::Uploaded => self.state.stored(&id, Some(&row.worker), row.part.output, self.now()),
					_ => drop(self.state.reported(&row.worker, report, self.now())),
				}
			}
		}
		Ok(())
	}

	/// Data of callbacks that workers brought to other instances.
	async fn read_foreign_data(&mut self) -> Result<(), Error> {
		for (id, data) in self.means.db.data_of(&self.state.without_data()).await? {
			self.state.take_data(&id, data);
		}
		Ok(())
	}

	/// Leaves parts that have a task for which nobody here is left.
	async fn leave_parts(&mut self) -> Result<(), Error> {
		let now = self.now();
		let mut parts = BTreeSet::new();
		for task in self.state.tasks.values().filter(|task| task.queued) {
			let Some(deal) = self.state.deals.get(&task.chain.deal) else { continue };
			let here = |worker: &WorkerState| worker.is_here();
			let since = task.replicates.values().map(|part| part.since).max().unwrap_or(deal.deal.start);
			if since + WAITED < now.local && !assignment::is_anyone_among(&self.state, deal, task, here) {
				parts.insert((task.chain.deal, deal.part_of(task.chain.index)));
			}
		}
		if parts.is_empty() {
			return Ok(());
		}
		let changes = std::mem::take(&mut self.state.changes);
		self.note(&changes);
		self.tell_watchers(&changes.seen);
		for (id, part) in parts {
			let Some(deal) = self.state.deals.get(&id) else { continue };
			let in_part = self.state.tasks.iter().filter(|(_, task)| task.chain.deal == id);
			let tasks = in_part.filter(|(_, task)| deal.part_of(task.chain.index) == part && task.sending.is_none());
			let tasks = tasks.map(|(task, _)| *task).collect::<Vec<_>>();
			if tasks.len() as u64 != deal.parts.get(&part).copied().unwrap_or(0) {
				// Something about it is under way.
				continue;
			}
			for task in tasks {
				self.state.hand_over(&task, now);
			}
			// What was decided about it is written before another may have it.
			self.write().await?;
			self.means.db.leave_part(id, part, now.local).await?;
			log::info!("part {part} of deal {:?} is left to other instances: no worker here can take its tasks", id.0);
		}
		Ok(())
	}

	/// A worker here told something about a task that another instance looks after.
	pub(super) fn pass_on(&self, worker: &AccountId, report: Report) {
		if report.step < Step::Computed {
			return;
		}
		let (means, worker) = (self.means.clone(), worker.clone());
		tokio::spawn(async move {
			if let Err(error) = tell_owner(&means, &worker, report).await {
				log::warn!("what a worker said is lost: {error}");
			}
		});
	}
}

/// Writes down what a worker said, for the task's owner. That a result is in a store is looked at first: in this
/// instance's, most likely.
async fn tell_owner(means: &Means, worker: &AccountId, mut report: Report) -> Result<(), String> {
	let mut size = None;
	if report.step == Step::Uploaded {
		let (row, parts) = means.db.task(report.task).await.map_err(|error| error.to_string())?;
		if row.is_some_and(|row| row.data.is_some()) {
			// The data of a callback: they are written down already, and the owner puts them into its store.
			return Ok(());
		}
		let Some(place) = parts.first().map(|part| part.task) else { return Ok(()) };
		let view = means.chain.task(place).await.map_err(|error| error.to_string())?;
		let digest = view.and_then(|view| view.task.consensus().and_then(|consensus| consensus.digest));
		let Some(digest) = digest else { return Ok(()) };
		size = elsewhere::size(means, &Cid::of_sha256(digest.0 .0)).await;
		if size.is_none() {
			// The owner asks the next one.
			report.step = Step::Failed;
		}
	}
	means.db.pass_on(worker, &report, size).await.map_err(|error| error.to_string())
}
