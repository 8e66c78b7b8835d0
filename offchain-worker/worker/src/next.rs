//! What to do next with a task: a pure function of the journal, the chain, and what the scheduler asked for.
//!
//! | journal | chain | action |
//! |---|---|---|
//! | any | not known: after a restart, a failed send, a fork, or forgotten | ask; but upload a revealed result if told to |
//! | taken | open to contributions | compute |
//! | computed, contributing | open, nothing of ours | contribute |
//! | taken, computed, contributing | the same, but the delegation has expired | end |
//! | contributed, revealing | our result has consensus | reveal |
//! | contributed, revealing, of a failure | another failure has consensus, and was revealed | reveal |
//! | revealed | | wait for the instruction to upload; bring a callback's data, unless they are not wanted |
//! | contributed | closed, and finalized | end: the stake is free again if it failed, unless others agreed on how |
//! | revealed, of a failure | another failure was agreed on, and finalized | end: the stake is free again |
//! | revealed or further | failed, and finalized | end |
//! | revealed or further | completed, and finalized | end, once the result is stored, or kept as long as the pool accepts it |
//!
//! Of a revealed task, an instruction to upload comes first: the scheduler knows why it asks. The data of a callback come
//! last, after what a fork undid and after the end: a scheduler that has forgotten the task refuses them each time. Once
//! the end is final the chain has them, so then such a refusal is the last one.
//!
//! A failure of the app that is the same on each machine is committed to and revealed like a result; it has no file.
//!
//! What the chain holds of this worker outlives any instruction: a stake is locked, so nothing makes the worker forget the
//! digest before the task is closed on a finalized block.

use rlc_primitives::{task::ContributionStatus, Moment};

use crate::{
	record::{End, Output, OutputKind, Record, RunFailure, State},
	seen::{Ours, Phase, Seen},
};

/// What else a decision depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Local {
	/// Whether the result's file is there, or there need not be one.
	pub present: bool,
	/// Whether the scheduler asked for the upload of the result.
	pub upload: bool,
	/// Why the scheduler wants no more of it, if so.
	pub stop: Option<String>,
	/// Whether what was seen of the task is on a finalized block.
	pub finalized: bool,
	/// Whether the result was kept long enough for anyone to ask for it.
	pub expired: bool,
	/// Whether the scheduler knew nothing of the task any more when the data of its callback were brought after the end.
	pub forgotten: bool,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
	/// Nothing now.
	Wait,
	/// Ask the chain where the task stands.
	Ask,
	/// Run the app.
	Compute,
	/// Send the commitment.
	Contribute(Output),
	/// Send the digest.
	Reveal(Output),
	/// Send the result to the store.
	Upload(Output),
	/// Write down what the chain shows.
	Note(State),
	/// Clean up.
	End(End),
}

/// Decides what to do, at `now` in ms of PoCo time.
pub(crate) fn next_action(record: &Record, seen: Option<&Seen>, local: &Local, now: Moment) -> Action {
	match (&record.state, seen) {
		(State::Ended(_), _) => Action::Wait,
		(State::Taken, None) => match &local.stop {
			Some(reason) => abort(reason),
			None => Action::Ask,
		},
		// The chain may have pruned the task while the store still accepts its result.
		(State::Revealed(output), None) if local.upload && output.failure().is_none() => Action::Upload(*output),
		(_, None) => Action::Ask,
		(State::Taken, Some(seen)) => taken(record, seen, local, now),
		(State::Computed(output), Some(seen)) => commit(output, record, seen, local, now, local.stop.as_deref()),
		// It may have been sent, and appear on chain yet: no instruction makes the worker forget it.
		(State::Contributing(output), Some(seen)) => commit(output, record, seen, local, now, None),
		(State::Contributed(output) | State::Revealing(output), Some(seen)) => reveal(output, record, seen, local, now),
		(State::Revealed(output), Some(seen)) => deliver(output, record, seen, local, now, false),
		(State::Uploaded(output), Some(seen)) => deliver(output, record, seen, local, now, true),
	}
}

/// Returns the end of a task that nothing can be contributed to any more. A delegation that expired says nothing against
/// this worker: the scheduler may give it the task again.
fn too_late(record: &Record, seen: &Seen, now: Moment) -> Option<Action> {
	if seen.contribution_deadline <= now {
		return Some(fail("the contribution deadline has passed"));
	}
	(record.expiry() <= now).then(|| abort("the scheduler's delegation has expired"))
}

fn taken(record: &Record, seen: &Seen, local: &Local, now: Moment) -> Action {
	// A contribution that the journal does not know: computing again may still save the stake.
	let bound = seen.ours().is_some_and(|ours| ours.status == ContributionStatus::Contributed);
	match (&local.stop, seen.phase()) {
		(_, Phase::Completed(_) | Phase::Failed) => abort("it was closed in the meantime"),
		_ if bound => Action::Compute,
		(Some(reason), _) => abort(reason),
		(None, Phase::Revealing { .. }) => abort("others agreed on a result in the meantime"),
		(None, Phase::Active) if seen.ours().is_some() => fail("this worker contributed before"),
		(None, Phase::Active) => too_late(record, seen, now).unwrap_or(Action::Compute),
	}
}

fn commit(output: &Output, record: &Record, seen: &Seen, local: &Local, now: Moment, stop: Option<&str>) -> Action {
	let id = record.id();
	if let Some(ours) = seen.ours() {
		return match (ours.result == output.hash(id), ours.status) {
			(false, _) => fail("this worker contributed another result before"),
			(true, ContributionStatus::Proved) => Action::Note(State::Revealed(*output)),
			(true, _) => Action::Note(State::Contributed(*output)),
		};
	}
	match (seen.phase(), stop) {
		(Phase::Completed(_) | Phase::Failed, _) => abort("it was closed in the meantime"),
		(_, Some(reason)) => abort(reason),
		(Phase::Revealing { .. }, None) => abort("others agreed on a result in the meantime"),
		(Phase::Active, None) => {
			let next = if local.present { Action::Contribute(*output) } else { Action::Note(State::Taken) };
			too_late(record, seen, now).unwrap_or(next)
		}
	}
}

fn reveal(output: &Output, record: &Record, seen: &Seen, local: &Local, now: Moment) -> Action {
	let id = record.id();
	let Some(ours) = seen.ours() else {
		// The block that held the contribution is no more.
		return match seen.phase() {
			Phase::Active if too_late(record, seen, now).is_none() => Action::Contribute(*output),
			_ if seen.is_closed() && local.finalized => abort("it was closed without this worker's contribution"),
			_ => Action::Wait,
		};
	};
	if ours.status == ContributionStatus::Proved {
		return Action::Note(State::Revealed(*output));
	}
	let open = ours.status == ContributionStatus::Contributed;
	match seen.phase() {
		Phase::Revealing { result, deadline } if open && result == output.hash(id) && now < deadline => {
			Action::Reveal(*output)
		}
		// The app failed in another way elsewhere. A worker that shows its own failure keeps its stake.
		Phase::Revealing { deadline, .. }
			if open && output.failure().is_some() && seen.is_failure() && now < deadline =>
		{
			Action::Reveal(*output)
		}
		Phase::Active | Phase::Revealing { .. } => Action::Wait,
		_ if !local.finalized => Action::Wait,
		Phase::Failed if open && seen.is_failure() => {
			fail("the others agreed on how the app failed, before this worker revealed a failure")
		}
		Phase::Failed => failed(ours),
		Phase::Completed(digest) if digest == output.digest => fail("the task was closed before this worker revealed"),
		Phase::Completed(_) => fail("the others agreed on another result"),
	}
}

fn deliver(output: &Output, record: &Record, seen: &Seen, local: &Local, now: Moment, uploaded: bool) -> Action {
	// Of a failure, there is nothing that anybody could need.
	let is_failure = output.failure().is_some();
	let unneeded = uploaded || is_failure || local.stop.is_some() || (local.forgotten && seen.is_closed());
	match (seen.phase(), seen.ours()) {
		_ if local.upload && !is_failure => Action::Upload(*output),
		// The block that held the reveal is no more.
		(Phase::Active | Phase::Revealing { .. }, ours)
			if ours.is_none_or(|ours| ours.status == ContributionStatus::Contributed) =>
		{
			reveal(output, record, seen, local, now)
		}
		// The workers agree that the app failed: that was right.
		(Phase::Failed, Some(Ours { status: ContributionStatus::Proved, .. })) if local.finalized && is_failure => {
			Action::End(End::Completed)
		}
		(Phase::Failed, Some(ours)) if local.finalized => failed(ours),
		(Phase::Failed, None) if local.finalized => {
			abort("the task failed on chain, without this worker's contribution")
		}
		(Phase::Completed(_), _) if local.finalized && (unneeded || local.expired) => Action::End(End::Completed),
		// Every winner brings the data of a callback, unasked: it is small, and the task waits for it.
		_ if output.kind == OutputKind::Callback && !unneeded => Action::Upload(*output),
		_ => Action::Wait,
	}
}

/// Returns the end of a task without a result, which took no stake of this worker.
fn failed(ours: Ours) -> Action {
	abort(match ours.status {
		ContributionStatus::Excused => "the others agree on another failure of the app, and the stake is free again",
		_ => "the task failed on chain, and the stake is free again",
	})
}

fn abort(reason: &str) -> Action {
	Action::End(End::Aborted(reason.into()))
}

fn fail(words: &str) -> Action {
	Action::End(End::Failed(RunFailure::own(words)))
}

#[cfg(test)]
mod tests;
