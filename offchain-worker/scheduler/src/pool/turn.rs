//! A turn: what was decided is written down, then done.

use std::time::Duration;

use rlc_protocol::Account;
use tokio::time::Instant;
use tracing::instrument;

use super::{system_time, Pool, TICK};
use crate::{
	db::{ReplicateRow, TaskRow},
	decide::{self, assignment, membership},
	model::{Changes, Now},
	Error,
};

/// For how long, in ms, numbers of claims are remembered that have expired by this machine's clock: by that of another
/// instance, they may be good.
const CLOCKS: u64 = 3_600_000;

/// How often the chain is asked which deals are open.
const LIST_DEALS: Duration = Duration::from_secs(60);

/// How often what all instances wrote down is read: whom the operator banned, among others.
const RECALL: Duration = Duration::from_secs(20);

impl Pool {
	/// Decides, writes down, acts.
	#[instrument(level = "debug", skip_all)]
	pub(super) async fn turn(&mut self) -> Result<(), Error> {
		let since = self.beats.tick.elapsed();
		if since >= TICK {
			self.beats.tick = Instant::now();
			self.tick(since).await?;
		}
		let now = self.now();
		self.means.store.set_second_clock(now.date);
		for (account, heartbeat) in self.means.links.beats() {
			if heartbeat.draining {
				self.drains.remove(&account);
			}
			self.state.beat(&account, heartbeat, now);
		}
		self.state.room_mut().set_left(self.means.store.usage().results_left);
		let mut actions = std::mem::take(&mut self.decided);
		actions.extend(decide::decide(&mut self.state, now));
		let changes = self.state.take_changes();
		self.note(&changes);
		self.write().await?;
		self.expel_banned();
		// First, so that whoever is answered finds what it did.
		self.show(&changes.visible);
		self.publish();
		for reply in self.replies.drain(..) {
			reply();
		}
		for deal in std::mem::take(&mut self.opened) {
			self.read_deal(deal, false);
		}
		self.act(actions, now);
		self.means.metrics.state(&self.state);
		Ok(())
	}

	/// Sees to what no input tells of. The last time was so long ago.
	async fn tick(&mut self, since: Duration) -> Result<(), Error> {
		let now = self.now();
		self.lose_silent(since, now);
		self.count_held();
		self.adopt_parts();
		self.see_to_orders();
		if self.means.db.is_shared() {
			self.meet_siblings().await?;
		}
		if self.beats.slow.elapsed() >= Duration::from_secs(5) {
			self.beats.slow = Instant::now();
			for stalled in membership::lose_stalled(&mut self.state, now) {
				tracing::warn!(worker = %Account(stalled), "no progress: its tasks go elsewhere");
			}
			self.means.board.sweep(|id| self.state.task(id).is_some());
			self.refresh_standings();
			self.tell_lacks();
			decide::expedite_urgent(&mut self.state, now);
			self.close_deals();
			if self.beats.deals.is_none_or(|listed| listed.elapsed() >= LIST_DEALS) {
				self.find_deals();
			}
			self.see_to_business();
			self.look_for_homeless_again();
			let homeless = self.state.note_homeless() + self.pruned.count();
			self.means.metrics.homeless.set(homeless as i64);
		}
		if self.beats.clean.elapsed() >= Duration::from_secs(60) {
			self.beats.clean = Instant::now();
			self.clean_up();
			self.state.refresh_machines(now);
			// Somebody may have sent them RLC.
			self.stale.extend(assignment::without_stake(&self.state).cloned());
		}
		if self.beats.recalled.elapsed() >= RECALL {
			self.beats.recalled = Instant::now();
			self.recall();
		}
		Ok(())
	}

	/// Gives up workers that were silent for too long. If this process itself did not get to run for as long as workers may be
	/// silent, what they said may still be unread: they have until the next time.
	fn lose_silent(&mut self, since: Duration, now: Now) {
		for (account, heard) in self.means.links.heard() {
			self.state.hear(&account, heard);
		}
		if since >= TICK + Duration::from_millis(self.means.terms.heartbeat) {
			tracing::debug!("busy for {since:?}: no worker is lost now");
			return;
		}
		for lost in membership::silent(&self.state, self.means.terms.heartbeat, now) {
			let is_done = self.state.worker(&lost).is_some_and(|worker| worker.draining && worker.tasks.is_empty());
			self.state.lose(&lost, now);
			self.drains.remove(&lost);
			self.means.links.cut(&lost);
			let worker = Account(lost);
			if is_done {
				tracing::info!(%worker, "has left: it drained");
			} else {
				tracing::info!(%worker, "lost: it was silent for too long");
				self.means.metrics.lost.inc();
			}
		}
	}

	/// Logs which deals wait for a worker that is vouched for, or has the stake: each once, as long as it waits.
	fn tell_lacks(&mut self) {
		let lacks = self.state.lacks();
		for (deal, lack) in lacks.iter().filter(|(deal, lack)| self.lacking.get(*deal) != Some(*lack)) {
			tracing::warn!(deal = ?deal.0, "its tasks wait for {lack}");
		}
		self.lacking.clone_from(lacks);
	}

	/// Puts what changed into the batch.
	pub(super) fn note(&mut self, changes: &Changes) {
		for (id, worker) in &changes.replicates {
			let Some(task) = self.state.task(id) else { continue };
			let Some(part) = task.replicates.get(worker) else { continue };
			let row = ReplicateRow { task: task.task_ref(), worker: worker.clone(), part: part.clone() };
			self.batch.replicates.push(row);
		}
		for id in &changes.tasks {
			if let Some(task) = self.state.task(id) {
				self.batch.tasks.push(TaskRow::of(task, self.result_of(task)));
			}
		}
		let machines = changes.machines.iter();
		let machines = machines.filter_map(|worker| Some((worker.clone(), self.state.machines().of(worker)?.clone())));
		self.batch.machines.extend(machines);
		self.batch.ended.extend(changes.ended.iter().cloned());
		self.batch.marks.extend(changes.marks.iter().cloned());
		self.means.metrics.marks(changes);
		self.expelled.extend(changes.banned.iter().cloned());
		let now = self.now().chain;
		for (requester, paid) in &changes.paid {
			let (sum, at) = self.batch.paid.entry(requester.clone()).or_default();
			(*sum, *at) = (sum.saturating_add(*paid), now);
		}
		let arrived = changes.arrived.iter();
		let arrived = arrived.filter_map(|worker| Some((worker.clone(), self.state.worker(worker)?.voice())));
		self.batch.arrived.extend(arrived);
		self.batch.departed.extend(changes.departed.iter().cloned());
	}

	/// Removes what is older than the pool keeps.
	fn clean_up(&self) {
		let means = self.means.clone();
		let now = self.now().chain;
		tokio::spawn(async move {
			match means.db.prune_closed_before(now.saturating_sub(means.terms.retention)).await {
				Ok(0) => {}
				Ok(deals) => tracing::info!("removed the records of {deals} deals that closed long ago"),
				Err(error) => tracing::warn!("old deals stay: {error}"),
			}
			if let Err(error) = means.db.prune_nonces(system_time().saturating_sub(CLOCKS)).await {
				tracing::warn!("numbers of claims that expired stay: {error}");
			}
			if let Err(error) = means.store.collect(system_time()).await {
				tracing::warn!("the store is not cleaned up: {error}");
			}
		});
	}
}
