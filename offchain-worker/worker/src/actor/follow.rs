//! What happens on chain.

use std::collections::BTreeSet;

use rlc_primitives::{BlockNumber, TaskEvent, TaskId};
use tokio::time::Instant;

use super::{Actor, Busy};
use crate::{
	clock::Clock,
	messages::Message,
	seen::{ChainEvent, News},
};

/// How many blocks go by between two looks at the chain's list of what this worker has to do.
const WORK_BLOCKS: BlockNumber = 10;

impl Actor {
	/// Takes in what happened on chain.
	pub(super) fn follow(&mut self, news: News) {
		match news {
			News::Block { number, hash, parent, clock, events } => {
				self.set_clock(Clock::new(clock));
				if self.head.is_some_and(|(_, last)| last != parent) {
					tracing::info!("the chain took another way to block {number}");
					self.doubt(self.finalized.saturating_add(1));
				}
				self.head = Some((number, hash));
				self.block(number, &events);
				self.go_on();
			}
			News::Finalized(number) => self.finalized(number),
			News::Gap => {
				self.doubt(0);
				self.ask_for_work();
			}
		}
	}

	/// Sets the time, and tells when work is stopped and goes on.
	fn set_clock(&mut self, clock: Clock) {
		match (self.clock.stands_still(), clock.stands_still()) {
			(false, true) => tracing::warn!(
				"work is stopped on the chain: contributions and reveals wait, and deadlines stand still"
			),
			(true, false) => tracing::info!("work goes on: {} tasks have waited for that", self.stopped.len()),
			(true, true) | (false, false) => {}
		}
		self.clock = clock;
	}

	fn block(&mut self, number: BlockNumber, events: &[ChainEvent]) {
		let mut concerned = BTreeSet::new();
		for event in events {
			match event {
				ChainEvent::Rewarded(amount) => self.parts.metrics.earned(*amount),
				ChainEvent::Task(id, event) => concerned.extend(self.happened(*id, event, number).then_some(*id)),
			}
		}
		concerned.into_iter().for_each(|id| self.consider(id));
		if number.is_multiple_of(WORK_BLOCKS) {
			self.ask_for_work();
		}
	}

	/// Takes in an event. Returns whether the task is in hand.
	fn happened(&mut self, id: TaskId, event: &TaskEvent, number: BlockNumber) -> bool {
		let Some(entry) = self.tasks.get_mut(&id) else { return false };
		entry.heard = Instant::now();
		if let Busy::Asking(stale) = &mut entry.busy {
			*stale = true;
		}
		if let Some(seen) = &mut entry.seen {
			seen.apply(event, number);
			if seen.is_closed() {
				self.closing.entry(number).or_default().push(id);
			}
		}
		true
	}

	/// Forgets what was seen in this block and later ones: it may not hold any more.
	fn doubt(&mut self, from: BlockNumber) {
		let doubtful = self.tasks.iter().filter(|(_, entry)| {
			let seen = entry.seen.as_ref().is_some_and(|seen| seen.block >= from && !seen.is_over(self.finalized));
			seen || matches!(entry.busy, Busy::Asking(_))
		});
		for id in doubtful.map(|(id, _)| *id).collect::<Vec<_>>() {
			self.forget_seen(id);
		}
	}

	fn finalized(&mut self, number: BlockNumber) {
		self.finalized = self.finalized.max(number);
		let later = self.closing.split_off(&self.finalized.saturating_add(1));
		for id in std::mem::replace(&mut self.closing, later).into_values().flatten() {
			// The scheduler lets go of the task now, too.
			self.hasten(id);
			self.consider(id);
			self.keep(id);
		}
	}

	fn ask_for_work(&self) {
		let (chain, back) = (self.parts.chain.clone(), self.back.clone());
		tokio::spawn(async move {
			match chain.work().await {
				Ok(items) => {
					// Fails only when the worker ends.
					let _ = back.send(Message::Work(items));
				}
				Err(unreachable) => tracing::warn!("the chain's list of work was not read: {unreachable}"),
			}
		});
	}
}
