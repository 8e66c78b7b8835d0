//! What to do next with a task: a pure function of the journal, the chain, and what the scheduler asked for.
//!
//! | journal | chain | action |
//! |---|---|---|
//! | any | not known: after a restart, a failed send, a fork | ask |
//! | taken | open to contributions | compute |
//! | computed, contributing | open, nothing of ours | contribute |
//! | contributed, revealing | our result has consensus | reveal |
//! | revealed | | wait for the instruction to upload; bring a callback's data, unless they are not wanted |
//! | contributed | closed, and finalized | end |
//! | revealed or further | failed, and finalized | end |
//! | revealed or further | completed, and finalized | end, once the result is uploaded, unwanted or kept long enough |
//!
//! Of a revealed task, an instruction to upload comes first: the scheduler knows why it asks. The data of a callback come
//! last, after what a fork undid and after the end: a scheduler that has forgotten the task refuses them each time. Once
//! the end is final the chain has them, so then such a refusal is the last one.
//!
//! What the chain holds of this worker outlives any instruction: a stake is locked, so nothing makes the worker forget the
//! digest before the task is closed on a finalized block.

use rlc_primitives::{task::ContributionStatus, Moment, TaskId};

use crate::{
	record::{End, Output, OutputKind, Record, RunFailure, State},
	seen::{Phase, Seen},
};

/// What else a decision depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Local {
	/// Whether the result's file is there.
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

/// Decides what to do, at `now` in ms of the chain's clock.
pub(crate) fn next_action(record: &Record, seen: Option<&Seen>, local: &Local, now: Moment) -> Action {
	let id = record.id();
	match (&record.state, seen) {
		(State::Ended(_), _) => Action::Wait,
		(State::Taken, None) => match &local.stop {
			Some(reason) => abort(reason),
			None => Action::Ask,
		},
		(_, None) => Action::Ask,
		(State::Taken, Some(seen)) => taken(seen, local, now),
		(State::Computed(output), Some(seen)) => commit(output, seen, local, id, now, local.stop.as_deref()),
		// It may have been sent, and appear on chain yet: no instruction makes the worker forget it.
		(State::Contributing(output), Some(seen)) => commit(output, seen, local, id, now, None),
		(State::Contributed(output) | State::Revealing(output), Some(seen)) => reveal(output, seen, local, id, now),
		(State::Revealed(output), Some(seen)) => deliver(output, seen, local, id, now, false),
		(State::Uploaded(output), Some(seen)) => deliver(output, seen, local, id, now, true),
	}
}

fn taken(seen: &Seen, local: &Local, now: Moment) -> Action {
	// A contribution that the journal does not know: computing again may still save the stake.
	let bound = seen.ours().is_some_and(|ours| ours.status == ContributionStatus::Contributed);
	match (&local.stop, seen.phase()) {
		(_, Phase::Completed(_) | Phase::Failed) => abort("it was closed in the meantime"),
		_ if bound => Action::Compute,
		(Some(reason), _) => abort(reason),
		(None, Phase::Revealing { .. }) => abort("others agreed on a result in the meantime"),
		(None, Phase::Active) if seen.ours().is_some() => fail("this worker contributed before"),
		(None, Phase::Active) if seen.contribution_deadline <= now => fail("the contribution deadline has passed"),
		(None, Phase::Active) => Action::Compute,
	}
}

fn commit(output: &Output, seen: &Seen, local: &Local, id: TaskId, now: Moment, stop: Option<&str>) -> Action {
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
		(Phase::Active, None) if seen.contribution_deadline <= now => fail("the contribution deadline has passed"),
		(Phase::Active, None) if !local.present => Action::Note(State::Taken),
		(Phase::Active, None) => Action::Contribute(*output),
	}
}

fn reveal(output: &Output, seen: &Seen, local: &Local, id: TaskId, now: Moment) -> Action {
	let Some(ours) = seen.ours() else {
		// The block that held the contribution is no more.
		return match seen.phase() {
			Phase::Active if now < seen.contribution_deadline => Action::Contribute(*output),
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
		Phase::Active | Phase::Revealing { .. } => Action::Wait,
		_ if !local.finalized => Action::Wait,
		Phase::Failed => abort("the task failed on chain, and the stake is free again"),
		Phase::Completed(digest) if digest == output.digest => fail("the task was closed before this worker revealed"),
		Phase::Completed(_) => fail("the others agreed on another result"),
	}
}

fn deliver(output: &Output, seen: &Seen, local: &Local, id: TaskId, now: Moment, uploaded: bool) -> Action {
	let unneeded = uploaded || local.stop.is_some() || (local.forgotten && seen.is_closed());
	match (seen.phase(), seen.ours()) {
		_ if local.upload => Action::Upload(*output),
		// The block that held the reveal is no more.
		(Phase::Active | Phase::Revealing { .. }, ours)
			if ours.is_none_or(|ours| ours.status == ContributionStatus::Contributed) =>
		{
			reveal(output, seen, local, id, now)
		}
		(Phase::Failed, _) if local.finalized => abort("the task failed on chain, and the stake is free again"),
		(Phase::Completed(_), _) if local.finalized && (unneeded || local.expired) => Action::End(End::Completed),
		// Every winner brings the data of a callback, unasked: it is small, and the task waits for it.
		_ if output.kind == OutputKind::Callback && !unneeded => Action::Upload(*output),
		_ => Action::Wait,
	}
}

fn abort(reason: &str) -> Action {
	Action::End(End::Aborted(reason.into()))
}

fn fail(words: &str) -> Action {
	Action::End(End::Failed(RunFailure::own(words)))
}

#[cfg(test)]
mod tests;
