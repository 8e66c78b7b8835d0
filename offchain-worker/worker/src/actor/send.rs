//! What goes to the chain: batches of what is ready of a deal at about the same time, the rest one by one.

use std::{
	collections::{HashMap, VecDeque},
	sync::Arc,
	time::Duration,
};

use rlc_primitives::{
	deal::{CONTRIBUTION_WINDOW, REVEAL_WINDOW},
	DealId, Moment, TaskId,
};
use tokio::time::Instant;
use tracing::Instrument;

use super::{Actor, Busy, Change, Entry};
use crate::{
	messages::{Batch, Effect, Message, Sent, What},
	plan::Plan,
	ports::{Included, SendError, Submission},
	record::{Record, RunFailure, State},
	tips::{bids, Window},
};

/// The most tasks in one transaction: the chain's `MaxBatch`.
pub(super) const MAX_BATCH: usize = 100;

/// The most transactions that wait for a block.
const MAX_IN_FLIGHT: usize = 64;

/// How often the chain may refuse a contribution, which is asked about each time, before the task is given back.
const MAX_REFUSALS: u32 = 5;

/// What waits to be sent, and what is on its way.
pub(crate) struct Sends {
	/// How long the first of a batch waits for others.
	batch_time: Duration,
	singles: VecDeque<(What, TaskId)>,
	/// Those of a deal go together: the chain reads it once then, and knows whom it pays.
	pending: HashMap<(What, DealId), Pending>,
	in_flight: usize,
}

/// Tasks that wait for others. Never empty.
struct Pending {
	tasks: VecDeque<TaskId>,
	since: Instant,
}

impl Pending {
	fn due(&self, batch_time: Duration) -> Instant {
		let is_full = self.tasks.len() >= MAX_BATCH;
		if is_full {
			self.since
		} else {
			self.since + batch_time
		}
	}
}

impl Sends {
	/// Returns that nothing is to be sent. The first of a batch will wait so long for others.
	pub fn new(batch_time: Duration) -> Self {
		Self { batch_time, singles: VecDeque::new(), pending: HashMap::new(), in_flight: 0 }
	}

	/// Sends this task with others of its deal that are ready soon, or alone at once if it is not of a batch.
	pub fn add(&mut self, what: What, record: &Record, now: Instant) {
		if !record.batched {
			return self.alone(what, record.id());
		}
		let pending = self.pending.entry((what, record.task.deal));
		let pending = pending.or_insert_with(|| Pending { tasks: VecDeque::new(), since: now });
		pending.tasks.push_back(record.id());
	}

	/// Sends this task alone.
	pub(super) fn alone(&mut self, what: What, task: TaskId) {
		self.singles.push_back((what, task));
	}

	/// Returns when the next batch is to go, if there is room for it.
	pub fn due(&self) -> Option<Instant> {
		self.pending
			.values()
			.map(|pending| pending.due(self.batch_time))
			.min()
			.filter(|_| self.in_flight < MAX_IN_FLIGHT)
	}

	/// Takes out what is to be sent at `now`.
	fn take(&mut self, now: Instant) -> Vec<Batch> {
		let mut due = Vec::new();
		while self.in_flight < MAX_IN_FLIGHT {
			let single = self.singles.pop_front().map(|(what, task)| Batch { what, tasks: vec![task] });
			let Some(batch) = single.or_else(|| self.take_pending(now)) else { break };
			self.in_flight += 1;
			due.push(batch);
		}
		due
	}

	/// Takes out the batch that is due: one of reveals first, and of those the one that has waited the longest.
	fn take_pending(&mut self, now: Instant) -> Option<Batch> {
		let due = self.pending.iter_mut().filter(|(_, pending)| pending.due(self.batch_time) <= now);
		let (&(what, deal), pending) = due.min_by_key(|((what, _), pending)| (*what, pending.since))?;
		let tasks = pending.tasks.drain(..pending.tasks.len().min(MAX_BATCH)).collect();
		// Those that are left have waited already, but the other batches longer.
		pending.since = now;
		if pending.tasks.is_empty() {
			self.pending.remove(&(what, deal));
		}
		Some(Batch { what, tasks })
	}
}

impl Actor {
	/// Notes in the journal what is about to be sent, and sends it after that.
	pub(super) fn start_sends(&mut self) {
		for batch in self.sends.take(Instant::now()) {
			for id in &batch.tasks {
				let Some(entry) = self.tasks.get_mut(id) else { continue };
				let Some(output) = entry.record.state.output().copied() else { continue };
				let state = match batch.what {
					What::Contribute => State::Contributing(output),
					What::Reveal => State::Revealing(output),
				};
				if entry.record.state != state {
					entry.record.state = state;
					self.changes.push(Change::Put(entry.record.clone()));
				}
			}
			self.effects.push(Effect::Send(batch));
		}
	}

	/// Sends a transaction, and waits beside the loop until it is in a block.
	pub(super) fn send(&mut self, batch: Batch) {
		let direct = match batch.what {
			What::Contribute => self.direct(&batch.tasks),
			What::Reveal => None,
		};
		let submission = match batch.what {
			What::Contribute => Submission::Contribute(self.contributions(&batch.tasks)),
			What::Reveal => self.reveal(&batch.tasks),
		};
		let (chain, plans, back) = (self.parts.chain.clone(), self.plans.clone(), self.back.clone());
		let span = self.span_of(&batch);
		let (due, clock, max_tip) = (self.due_of(&batch), self.clock, self.bounds.max_tip);
		let send = async move {
			let bids = match due {
				Some(due) => {
					let window = window(batch.what, plans.get(chain.as_ref(), due.deal).await, due);
					window.map_or_else(Vec::new, |window| bids(window, clock.now(), max_tip))
				}
				None => Vec::new(),
			};
			let direct = match direct {
				Some(direct) => direct.submission(chain.as_ref(), &plans).await,
				None => Ok(None),
			};
			let (direct, result) = match direct {
				Err(error) => (false, Err(error)),
				Ok(Some(submission)) => (true, chain.send(submission, &bids).await),
				Ok(None) => (false, chain.send(submission, &bids).await),
			};
			// Fails only when the worker ends.
			let _ = back.send(Message::Sent(Sent { batch, direct, result }));
		};
		tokio::spawn(send.instrument(span));
	}

	/// Returns when the first of a transaction's tasks no longer accepts it, if that is known.
	fn due_of(&self, batch: &Batch) -> Option<Due> {
		let due = |id| {
			let entry: &Entry = self.tasks.get(id)?;
			let Record { task, taken, .. } = entry.record;
			Some(Due { deadline: entry.deadline(batch.what)?, taken, deal: task.deal })
		};
		batch.tasks.iter().filter_map(due).min_by_key(|due| due.deadline)
	}

	/// Returns the span of a transaction: within that of its task, if it is one.
	fn span_of(&self, batch: &Batch) -> tracing::Span {
		let mut entries = batch.tasks.iter().filter_map(|id| self.tasks.get(id));
		match (entries.next(), entries.next()) {
			(Some(single), None) => tracing::info_span!(parent: &single.span, "send", what = ?batch.what),
			(first, _) => {
				let deal = first.map(|entry| entry.record.task.deal.0).unwrap_or_default();
				tracing::info_span!("send", ?deal, what = ?batch.what, tasks = batch.tasks.len())
			}
		}
	}

	/// Takes in what became of a transaction.
	pub(super) fn sent(&mut self, sent: Sent) {
		let Sent { batch, direct, result } = sent;
		self.sends.in_flight = self.sends.in_flight.saturating_sub(1);
		match result {
			Ok(Included { passed_over, tip }) => {
				self.parts.metrics.tip(tip);
				let missed = SendError::Refused("it did not count in its batch".into());
				for id in &batch.tasks {
					if passed_over.contains(id) {
						self.not_sent(*id, batch.what, &missed);
					} else {
						self.arrived(*id, batch.what, direct);
					}
				}
			}
			// One of them may be the reason, or that they are so many.
			Err(SendError::Refused(reason)) if batch.tasks.len() > 1 => {
				tracing::info!(
					"a batch of {} was refused ({reason}); its tasks are sent one by one",
					batch.tasks.len()
				);
				batch.tasks.into_iter().for_each(|id| self.sends.alone(batch.what, id));
			}
			Err(error) => batch.tasks.iter().for_each(|id| self.not_sent(*id, batch.what, &error)),
		}
	}

	/// Takes in that a task's transaction is in a block.
	fn arrived(&mut self, id: TaskId, what: What, direct: bool) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		let _span = entry.span.clone().entered();
		entry.busy = Busy::No;
		entry.went_well();
		entry.heard = Instant::now();
		let Some(output) = entry.record.state.output().copied() else { return };
		let result = output.hash(id);
		let state = match what {
			What::Contribute if !direct => State::Contributed(output),
			_ => State::Revealed(output),
		};
		if let Some(seen) = &mut entry.seen {
			if what == What::Contribute {
				seen.contributed(result);
			}
			if matches!(state, State::Revealed(_)) {
				seen.revealed(output.digest);
			}
		}
		if what == What::Reveal && output.failure().is_some() {
			// It may have been another failure than the winners'.
			entry.seen = None;
		}
		self.note(id, state);
		self.consider(id);
		// Where blocks are final at once, the end may have been heard of before this.
		self.keep(id);
	}

	/// Takes in that a transaction failed. It may be on chain or not: what the chain says decides.
	fn not_sent(&mut self, id: TaskId, what: What, error: &SendError) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		let _span = entry.span.clone().entered();
		entry.busy = Busy::No;
		if *error == SendError::Paused {
			return self.wait_for_work(id);
		}
		tracing::warn!(?what, "not sent: {error}");
		entry.seen = None;
		if let SendError::Refused(reason) = error {
			entry.refusals = (entry.refusals.0 + 1, reason.clone());
		}
		self.put_off(id);
	}

	/// Ends a task that the chain refuses again and again, though it looks open. Returns whether it did.
	pub(super) fn refused_for_good(&mut self, id: TaskId) -> bool {
		let Some(entry) = self.tasks.get(&id) else { return false };
		let (count, reason) = &entry.refusals;
		if *count < MAX_REFUSALS {
			return false;
		}
		let failure = RunFailure::own(format!("the chain refuses the contribution: {reason}"));
		self.end(id, super::End::Failed(failure));
		true
	}
}

/// What the urgency of a transaction depends on.
#[derive(Clone, Copy, Debug)]
struct Due {
	/// When the first of its tasks no longer accepts it, in ms of PoCo time.
	deadline: Moment,
	/// When that task was taken.
	taken: Moment,
	/// Its deal.
	deal: DealId,
}

/// Returns the time in which a transaction can get into a block, if its deal is known. A contribution's begins at the
/// latest when its task was taken.
fn window<E, F>(what: What, plan: Result<Result<Arc<Plan>, F>, E>, due: Due) -> Option<Window> {
	let reference_time = plan.ok()?.ok()?.deal.deal.reference_time;
	let length = match what {
		What::Contribute => {
			let most = reference_time.saturating_mul(CONTRIBUTION_WINDOW);
			due.deadline.saturating_sub(due.taken).min(most)
		}
		What::Reveal => reference_time.saturating_mul(REVEAL_WINDOW),
	};
	Some(Window { length, deadline: due.deadline })
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::work::{DelegationProof, TaskRef};
	use sp_core::H256;

	const DEALS: [DealId; 2] = [DealId(H256::repeat_byte(1)), DealId(H256::repeat_byte(2))];

	const BATCH_TIME: Duration = Duration::from_millis(50);

	fn sends() -> Sends {
		Sends::new(BATCH_TIME)
	}

	fn record(deal: usize, index: u64, batched: bool) -> Record {
		let task = TaskRef { deal: DEALS[deal], index };
		Record { task, authorization: DelegationProof::OnChain, batched, taken: 0, state: State::Taken }
	}

	fn sizes(batches: &[Batch]) -> Vec<usize> {
		batches.iter().map(|batch| batch.tasks.len()).collect()
	}

	#[test]
	fn batch_goes_when_it_is_full_or_its_first_waited() {
		let (mut sends, now) = (sends(), Instant::now());
		(0..250).for_each(|index| sends.add(What::Contribute, &record(0, index, true), now));
		assert_eq!(sizes(&sends.take(now)), [100, 100]);
		assert_eq!(sends.due(), Some(now + BATCH_TIME));
		assert_eq!(sizes(&sends.take(now + BATCH_TIME)), [50]);
		assert_eq!(sends.due(), None);
	}

	#[test]
	fn single_does_not_wait() {
		let (mut sends, now) = (sends(), Instant::now());
		sends.add(What::Contribute, &record(0, 1, true), now);
		let single = record(0, 2, false);
		sends.add(What::Contribute, &single, now);
		assert_eq!(sends.take(now), [Batch { what: What::Contribute, tasks: vec![single.id()] }]);
	}

	#[test]
	fn reveals_and_contributions_are_batches_of_their_own() {
		let (mut sends, now) = (sends(), Instant::now());
		sends.add(What::Contribute, &record(0, 1, true), now);
		sends.add(What::Reveal, &record(0, 2, true), now + BATCH_TIME);
		let batches = sends.take(now + 2 * BATCH_TIME);
		assert_eq!(batches.iter().map(|batch| batch.what).collect::<Vec<_>>(), [What::Reveal, What::Contribute]);
	}

	#[test]
	fn deals_have_batches_of_their_own_and_take_turns() {
		let (mut sends, now) = (sends(), Instant::now());
		(0..150).for_each(|index| sends.add(What::Contribute, &record(0, index, true), now));
		sends.add(What::Contribute, &record(1, 0, true), now + BATCH_TIME / 2);
		assert_eq!(sizes(&sends.take(now)), [100]);
		assert_eq!(sizes(&sends.take(now + BATCH_TIME)), [50]);
		let last = sends.take(now + 2 * BATCH_TIME);
		assert_eq!(last, [Batch { what: What::Contribute, tasks: vec![record(1, 0, true).id()] }]);
	}

	#[test]
	fn what_is_under_way_is_limited() {
		let (mut sends, now) = (sends(), Instant::now());
		(0..100).for_each(|index| sends.add(What::Reveal, &record(0, index, false), now));
		assert_eq!(sends.take(now).len(), MAX_IN_FLIGHT);
		sends.add(What::Reveal, &record(0, 100, true), now);
		assert_eq!((sends.take(now).len(), sends.due()), (0, None));
		sends.in_flight -= 1;
		assert_eq!(sends.take(now).len(), 1);
	}
}
