//! A task in hand.

use rlc_primitives::Moment;
use rlc_protocol::worker::{Held, Report, Step, Usage};
use rlc_service::retry::Waits;
use tokio::{sync::watch, time::Instant};
use tracing::Span;

use crate::{
	clock::{self, BACKOFF},
	messages::What,
	next::Local,
	record::{End, Record, RunFailure, State},
	seen::{Phase, Seen},
};

/// A task in hand.
pub(super) struct Entry {
	pub record: Record,
	/// What the chain holds of it; `None`: it has to be asked.
	pub seen: Option<Seen>,
	pub local: Local,
	pub busy: Busy,
	/// Allows the upload.
	pub token: Option<String>,
	/// The waits while something fails again and again.
	pub waits: Waits,
	/// How often the chain refused in a row, and what it said last.
	pub refusals: (u32, String),
	/// When it is tried again.
	pub not_before: Option<Instant>,
	/// Until when something that was sent before the start may still get into a block.
	pub grace: Option<Instant>,
	/// When the chain was last heard of it.
	pub heard: Instant,
	/// Why the run failed that is committed to, if it did, as far as it is remembered.
	pub failure: Option<RunFailure>,
	/// What is done with the task is logged in here.
	pub span: Span,
}

/// What is being done with a task. Nothing is decided meanwhile.
pub(super) enum Busy {
	No,
	/// Waits for a slot.
	Queued,
	/// Runs; `true` stops it.
	Running(watch::Sender<bool>),
	/// Waits for others to be sent with, or is sent.
	Sending,
	/// The chain is asked; `true`: something happened meanwhile, and the answer may be older.
	Asking(bool),
	Uploading,
}

impl Entry {
	/// Returns a task of which the journal holds `record`. Its result is `present` or not.
	pub fn new(record: Record, seen: Option<Seen>, present: bool) -> Self {
		let local = Local { present, ..Local::default() };
		let span = tracing::info_span!("task", deal = ?record.task.deal.0, task = ?record.id().0);
		Self {
			record,
			seen,
			local,
			busy: Busy::No,
			token: None,
			waits: BACKOFF.waits(),
			refusals: Default::default(),
			not_before: None,
			grace: None,
			heard: Instant::now(),
			failure: None,
			span,
		}
	}

	/// Notes that something went well: the next trouble is a new one.
	pub fn went_well(&mut self) {
		self.waits.reset();
		self.refusals = Default::default();
	}

	/// Returns when the chain stops to accept this of the worker, in ms, as far as it is known.
	pub fn deadline(&self, what: What) -> Option<Moment> {
		let seen = self.seen.as_ref()?;
		match (what, seen.phase()) {
			(What::Contribute, _) => Some(seen.contribution_deadline.min(self.record.expiry())),
			(What::Reveal, Phase::Revealing { deadline, .. }) => Some(deadline),
			(What::Reveal, _) => None,
		}
	}

	/// Returns what a scheduler is told that may have forgotten: the last step, and that the task was given to this worker,
	/// unless the chain says so, or it has ended.
	pub fn held(&self) -> Held {
		let is_on_chain = self.record.state.step() >= Step::Contributed;
		let delegation = if is_on_chain { None } else { self.record.shown_delegation() };
		Held { report: self.report(None), delegation }
	}

	/// Returns what the scheduler is told: the last step.
	pub fn report(&self, usage: Option<Usage>) -> Report {
		let state = &self.record.state;
		let cause = match state {
			State::Ended(End::Failed(failure)) => Some(failure.report()),
			State::Computed(output) => output.failure().map(|agreed| {
				let failure = self.failure.clone().unwrap_or_else(|| RunFailure::of_app(agreed));
				failure.report()
			}),
			_ => None,
		};
		let digest = match state {
			State::Revealed(output) => Some(output.digest),
			_ => None,
		};
		let at = clock::machine_time();
		Report { task: self.record.id(), step: state.step(), at, cause, digest, usage }
	}
}
