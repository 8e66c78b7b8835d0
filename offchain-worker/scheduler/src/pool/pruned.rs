//! Results of deals that the chain has pruned. The chain keeps deals for days; workers and the store keep results for weeks.
//! The database says which results are in no store yet. Workers that still have them are asked for them; nothing else is left
//! to do about such a deal.

use std::{
	collections::HashMap,
	time::{Duration, Instant},
};

use rlc_primitives::{AccountId, DealId, TaskId};
use rlc_protocol::{worker::Instruction, Account};
use rlc_store::{Cid, Grant, HashKind, Keep, Room};
use tracing::Instrument;

use super::{effects::TOKEN_TIME, spans, system_time, Input, Means, Pool};
use crate::{
	db::{in_time, HomelessRow, TaskRow},
	decide::adoption,
	elsewhere,
};

/// How often results of such a deal that are in no store are looked for.
const AGAIN: Duration = Duration::from_secs(600);

/// Deals that the chain has pruned, and whose results are not all in a store.
#[derive(Default)]
pub(super) struct Pruned {
	deals: HashMap<DealId, Looked>,
	/// The deal of each result: any worker can ask about any number of tasks.
	of: HashMap<TaskId, DealId>,
}

/// What was seen of such a deal.
struct Looked {
	at: Instant,
	results: HashMap<TaskId, HomelessRow>,
}

impl Pruned {
	/// Returns how many results are in no store.
	pub fn count(&self) -> usize {
		self.of.len()
	}

	/// Returns the result of a task, if it is in no store.
	fn get(&self, task: &TaskId) -> Option<&HomelessRow> {
		self.deals.get(self.of.get(task)?)?.results.get(task)
	}

	/// Takes out the result of a task, and its deal if that has no other.
	fn take(&mut self, task: &TaskId) -> Option<HomelessRow> {
		let deal = self.of.remove(task)?;
		let results = &mut self.deals.get_mut(&deal)?.results;
		let row = results.remove(task);
		if results.is_empty() {
			self.deals.remove(&deal);
		}
		row
	}

	/// Returns whether a deal is one of them.
	fn has(&self, deal: &DealId) -> bool {
		self.deals.contains_key(deal)
	}

	/// Takes in which results of a deal are in no store, as was just seen.
	fn insert(&mut self, deal: DealId, results: Vec<HomelessRow>) {
		self.remove(&deal);
		let results = results.into_iter().map(|row| (row.task.id(), row)).collect::<HashMap<_, _>>();
		self.of.extend(results.keys().map(|task| (*task, deal)));
		self.deals.insert(deal, Looked { at: Instant::now(), results });
	}

	fn remove(&mut self, deal: &DealId) {
		let Some(looked) = self.deals.remove(deal) else { return };
		looked.results.keys().for_each(|task| _ = self.of.remove(task));
	}
}

impl Pool {
	/// Looks for results of a deal that the chain does not have, or no longer has.
	pub(super) fn look_for_homeless(&self, deal: DealId) {
		tokio::spawn(look(self.means.clone(), deal).instrument(spans::of_deal(deal)));
	}

	/// Takes in which results of such a deal are in no store, and asks for them. If there are none, the deal is over.
	pub(super) fn homeless(&mut self, deal: DealId, rows: Result<Vec<HomelessRow>, String>) {
		let now = self.now();
		let rows = rows.map(|mut rows| {
			rows.retain(|row| row.since.saturating_add(self.means.terms.retention) > now.local);
			rows
		});
		match rows {
			Ok(rows) if rows.is_empty() => {
				tracing::warn!(deal = ?deal.0, "not there any more: undone by a fork, or pruned");
				self.pruned.remove(&deal);
				self.batch.closed.push((deal, now.chain));
			}
			Ok(rows) => {
				tracing::warn!(deal = ?deal.0, "pruned by the chain, with {} results that are in no store", rows.len());
				for row in &rows {
					for worker in self.state.holders(&row.task.id()) {
						self.ask_for_pruned(&worker, row);
					}
				}
				self.pruned.insert(deal, rows);
			}
			Err(error) => {
				tracing::warn!(deal = ?deal.0, "its results cannot be looked up, and are later: {error}");
				if !self.pruned.has(&deal) {
					self.pruned.insert(deal, Vec::new());
				}
			}
		}
	}

	/// Looks again at the deals whose time has come.
	pub(super) fn look_for_homeless_again(&mut self) {
		for (deal, looked) in &mut self.pruned.deals {
			if looked.at.elapsed() >= AGAIN {
				looked.at = Instant::now();
				tokio::spawn(look(self.means.clone(), *deal).instrument(spans::of_deal(*deal)));
			}
		}
	}

	/// Asks a worker that joined for what it has in hand of such deals.
	pub(super) fn ask_newcomer(&mut self, worker: &AccountId, held: &[TaskId]) {
		let rows = held.iter().filter_map(|task| self.pruned.get(task)).cloned().collect::<Vec<_>>();
		for row in rows {
			self.ask_for_pruned(worker, &row);
		}
	}

	/// Tells a worker to put a result into the store.
	fn ask_for_pruned(&mut self, worker: &AccountId, row: &HomelessRow) {
		let Some(cid) = archive_of(row) else { return };
		let grant = Grant {
			cid,
			max_size: self.means.terms.max_result,
			expires: system_time() + TOKEN_TIME,
			// Its requester is no longer known.
			who: format!("results for deal {:?}", row.task.deal.0),
			by: Some(Account(worker.clone()).to_string()),
			room: Room::Results,
			quota: None,
			keep: Keep::ForMs(self.means.terms.retention),
		};
		let token = self.means.store.token(&grant);
		self.send(worker, Instruction::Upload { task: row.task.id(), token });
	}

	/// Looks for a result of such a deal that is in the store, as a worker says. Returns whether there is one to look for.
	pub(super) fn look_for_pruned(&self, task: TaskId) -> bool {
		let Some(cid) = self.pruned.get(&task).and_then(archive_of) else { return false };
		let means = self.means.clone();
		let looking = async move {
			let size = elsewhere::size(&means, &cid).await;
			let _ = means.inputs.send(Input::Stored(task, None, size)).await;
		};
		tokio::spawn(looking.instrument(spans::of_task_id(task)));
		true
	}

	/// Takes in that a result of such a deal is in the store.
	pub(super) fn pruned_stored(&mut self, task: TaskId, size: u64) {
		let Some(row) = self.pruned.take(&task) else { return };
		let stored =
			TaskRow { task: row.task, given_up: None, stored: Some(size), result: Some(row.result), data: None };
		self.batch.tasks.push(stored);
		self.decided.extend(adoption::dismiss(&mut self.state, task));
		let deal = row.task.deal;
		if !self.pruned.has(&deal) {
			self.batch.closed.push((deal, self.now().chain));
		}
	}
}

/// Looks for results of a deal that are in no store.
async fn look(means: Means, deal: DealId) {
	let rows = in_time(means.db.homeless_of(deal)).await.map_err(|error| error.to_string());
	let _ = means.inputs.send(Input::Homeless(deal, rows)).await;
}

/// Returns the name of a result that a worker can bring. The data of callbacks are on chain.
fn archive_of(row: &HomelessRow) -> Option<Cid> {
	row.result.parse::<Cid>().ok().filter(|cid| cid.hash_kind() == HashKind::Sha256)
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::work::TaskRef;
	use sp_core::H256;

	#[test]
	fn results_are_found_by_their_tasks_until_they_are_stored() {
		let row = |deal: u8, index| {
			let task = TaskRef { deal: DealId(H256::repeat_byte(deal)), index };
			HomelessRow { task, result: String::new(), since: 0 }
		};
		let mut pruned = Pruned::default();
		pruned.insert(row(1, 0).task.deal, vec![row(1, 0), row(1, 1)]);
		pruned.insert(row(2, 0).task.deal, vec![row(2, 0)]);
		assert_eq!((pruned.count(), pruned.get(&row(1, 1).task.id())), (3, Some(&row(1, 1))));
		pruned.insert(row(1, 0).task.deal, vec![row(1, 0)]);
		assert_eq!((pruned.count(), pruned.get(&row(1, 1).task.id())), (2, None), "it was seen elsewhere");
		assert_eq!(pruned.take(&row(1, 0).task.id()), Some(row(1, 0)));
		assert!(!pruned.has(&row(1, 0).task.deal) && pruned.take(&row(1, 0).task.id()).is_none());
		pruned.remove(&row(2, 0).task.deal);
		assert!(pruned.deals.is_empty() && pruned.of.is_empty());
	}
}
