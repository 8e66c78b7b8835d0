//! What the tests of several parts share.

use std::path::PathBuf;

use rlc_primitives::{
	deal::{Deal, Resource, Settlement},
	market::{DealProgress, DealView},
	work::{DelegationProof, TaskRef},
	AccountId, AppId, CategoryId, DealId, Tag, WorkerpoolId,
};
use sp_core::H256;

use crate::{
	config::Config,
	record::{Record, State},
};

/// The deal of the tests' tasks.
pub(crate) const DEAL: DealId = DealId(H256::repeat_byte(1));

/// A task of a bag, with this index and state.
pub(crate) fn record(index: u64, state: State) -> Record {
	let task = TaskRef { deal: DEAL, index };
	Record { task, authorization: DelegationProof::OnChain, bag: true, taken: 100 + index, state }
}

/// A deal of 1,000 tasks with this trust, without dataset, params or callback. Its stake is nothing, its time a minute.
pub(crate) fn deal(trust: u64) -> DealView {
	let someone = AccountId::new([9; 32]);
	let deal = Deal {
		app: Resource { id: AppId::default(), owner: someone.clone(), price: 0 },
		dataset: None,
		workerpool: Resource { id: WorkerpoolId::default(), owner: someone.clone(), price: 0 },
		payer: someone.clone(),
		requester: someone.clone(),
		beneficiary: None,
		callback: None,
		category: CategoryId(0),
		reference_time: 60_000,
		trust,
		tag: Tag::NONE,
		start: 1_000_000,
		first: 0,
		size: 1_000,
		worker_stake: 0,
		scheduler_ratio: 0,
		settlement: Settlement::Automatic,
	};
	let progress = DealProgress { open: 1_000, kept: 1_000, closed_at: None, depositor: someone, deposit: 0 };
	DealView { id: DEAL, deal, params: Default::default(), progress }
}

/// A worker that talks to nobody.
pub(crate) fn config(dir: impl Into<PathBuf>) -> Config {
	Config::new("http://127.0.0.1:1", dir)
}
