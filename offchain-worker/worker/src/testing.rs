//! What the tests of several parts share.

use std::path::PathBuf;

use rlc_primitives::{
	market::DealView,
	work::{DelegationProof, TaskRef},
	DealId,
};
use sp_core::H256;

use crate::{
	config::Config,
	record::{Record, State},
	trial,
};

/// The deal of the tests' tasks.
pub(crate) const DEAL: DealId = DealId(H256::repeat_byte(1));

/// Returns a task of a batch, with this index and state.
pub(crate) fn record(index: u64, state: State) -> Record {
	let task = TaskRef { deal: DEAL, index };
	Record { task, authorization: DelegationProof::OnChain, batched: true, taken: 100 + index, state }
}

/// Returns a deal of 1,000 tasks with this trust, without dataset, params or callback. Its stake is nothing, its time a minute.
pub(crate) fn deal(trust: u64) -> DealView {
	let mut view = trial::deal(1_000, None);
	view.id = DEAL;
	(view.deal.trust, view.deal.opened, view.deal.reference_time) = (trust, 1_000_000, 60_000);
	view
}

/// Returns the configuration of a worker that talks to nobody.
pub(crate) fn config(dir: impl Into<PathBuf>) -> Config {
	Config::new("http://127.0.0.1:1", dir)
}
