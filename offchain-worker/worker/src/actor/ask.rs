//! Asking the chain: after a start, a failed send or a fork, and when nothing was heard of a task for a while.

use futures::{stream, StreamExt};
use rlc_primitives::{
	work::{WorkItem, WorkKind},
	TaskId,
};
use tokio::time::Instant;

use super::{Actor, Busy};
use crate::{
	messages::{Answers, Message},
	record::{End, State},
	seen::Seen,
};

/// Questions at a time.
const AT_ONCE: usize = 8;

/// The most tasks that are asked about in one go.
const MAX_GO: usize = 100;

/// How long a task that the chain does not know is kept, in ms: the node may be behind. Longer than any task lives in
/// the largest category of a new chain.
const KEEP_UNKNOWN: u64 = 7 * 24 * 60 * 60 * 1_000;

/// As above, for a task that no stake is locked for.
const KEEP_UNKNOWN_FREE: u64 = 10 * 60 * 1_000;

/// Tasks to ask about. One question is under way at a time.
#[derive(Default)]
pub(crate) struct Asks {
	waiting: Vec<TaskId>,
	under_way: bool,
}

impl Actor {
	/// Has the chain asked about a task.
	pub(super) fn prepare_ask(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		entry.busy = Busy::Asking(false);
		self.asks.waiting.push(id);
	}

	/// Asks the chain about the tasks that wait for it, unless it is being asked.
	pub(super) fn start_asks(&mut self) {
		// Without a block there is no answer that news could follow.
		let Some((block, hash)) = self.head else { return };
		if self.asks.under_way || self.asks.waiting.is_empty() {
			return;
		}
		self.asks.under_way = true;
		let go = self.asks.waiting.len().min(MAX_GO);
		let mut tasks = Vec::with_capacity(go);
		for id in self.asks.waiting.drain(..go).collect::<Vec<_>>() {
			let Some(entry) = self.tasks.get_mut(&id) else { continue };
			// What is asked from here on is asked at this block.
			entry.busy = Busy::Asking(false);
			tasks.push(entry.record.task);
		}
		let (chain, back) = (self.parts.chain.clone(), self.back.clone());
		tokio::spawn(async move {
			let questions = stream::iter(tasks).map(|task| {
				let chain = chain.clone();
				async move { (task.id(), chain.task(task, hash).await) }
			});
			let views = questions.buffer_unordered(AT_ONCE).collect().await;
			// Fails only when the worker ends.
			let _ = back.send(Message::Views(Answers { block, views }));
		});
	}

	/// Takes in what the chain answered.
	pub(super) fn answered(&mut self, answers: Answers) {
		self.asks.under_way = false;
		for (id, answer) in answers.views {
			let Some(entry) = self.tasks.get_mut(&id) else { continue };
			let _span = entry.span.clone().entered();
			let Busy::Asking(stale) = std::mem::replace(&mut entry.busy, Busy::No) else { continue };
			match answer {
				// Something happened after the block that was asked about.
				Ok(_) if stale => {}
				Ok(Some(view)) => {
					entry.heard = Instant::now();
					let seen = Seen::of(view, self.account.clone(), answers.block);
					if seen.is_closed() {
						self.closing.entry(seen.block).or_default().push(id);
					}
					entry.seen = Some(seen);
				}
				Ok(None) => self.unknown(id),
				Err(unreachable) => {
					tracing::warn!("the chain was not asked: {unreachable}");
					self.put_off(id);
				}
			}
			self.consider(id);
			// Its end may have been final before.
			self.keep(id);
		}
	}

	/// Takes in that the chain does not know the task: the node is behind, the task is pruned, or the chain is another one.
	fn unknown(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get(&id) else { return };
		let keep = match &entry.record.state {
			// The chain prunes tasks while the pool's store still accepts their results.
			State::Revealed(_) if entry.local.stop.is_none() => KEEP_UNKNOWN.max(self.keep_for()),
			state if state.may_be_on_chain() => KEEP_UNKNOWN,
			_ => KEEP_UNKNOWN_FREE,
		};
		if self.clock.now().saturating_sub(entry.record.taken) > keep {
			self.end(id, End::Aborted("the chain does not know the task".into()));
		} else {
			self.put_off(id);
		}
	}

	/// Asks again about tasks of which nothing was heard for a while.
	pub(super) fn ask_about_the_quiet(&mut self) {
		let (now, finalized) = (Instant::now(), self.finalized);
		let quiet = self.tasks.iter().filter(|(_, entry)| {
			let over = entry.seen.as_ref().is_some_and(|seen| seen.is_over(finalized));
			matches!(entry.busy, Busy::No)
				&& entry.record.state.may_be_on_chain()
				&& !over && now.duration_since(entry.heard) >= self.bounds.quiet
		});
		for id in quiet.map(|(id, _)| *id).take(MAX_GO).collect::<Vec<_>>() {
			self.forget_seen(id);
		}
	}

	/// Forgets what was known of the task on chain: it may not hold any more.
	pub(super) fn forget_seen(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		entry.heard = Instant::now();
		entry.seen = None;
		if let Busy::Asking(stale) = &mut entry.busy {
			*stale = true;
		}
		self.consider(id);
	}

	/// Takes in the chain's own list of what this worker has to do: a net below the events.
	pub(super) fn work(&mut self, items: Vec<WorkItem>) {
		for item in items.into_iter().filter(|item| item.what == WorkKind::Reveal) {
			let Some(entry) = self.tasks.get(&item.id) else {
				tracing::warn!(deal = ?item.task.deal.0, task = ?item.id.0, "awaits a reveal that the journal knows nothing of");
				continue;
			};
			// The list may be older than a reveal that was just accepted.
			let open = matches!(entry.record.state, State::Contributed(_) | State::Revealing(_));
			if open && matches!(entry.busy, Busy::No) && entry.not_before.is_none() {
				self.forget_seen(item.id);
			}
		}
	}
}
