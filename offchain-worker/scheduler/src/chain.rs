//! The port to a chain: what the scheduler asks and sends, and the blocks that it follows.

use std::fmt;

use async_trait::async_trait;
use futures::stream::BoxStream;
use rlc_primitives::{
	assets::AppKind,
	market::OpenDeal,
	money::Score,
	work::{FailureCause, TaskRef, TaskView},
	AccountId, Balance, Deal, DealId, GroupId, Moment, OrderHash, WorkerpoolOrder,
};
use rlc_protocol::{Needs, Unservable};
use sp_core::H256;

use crate::model::ChainBlock;

/// Why the chain did not answer, or refused an extrinsic: one line for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
	/// Work is stopped on the chain, so a call that tasks need was not sent, or had no effect.
	#[error("work is stopped on the chain for now")]
	Paused,
	/// Anything else, in words.
	#[error("{0}")]
	Failed(String),
}

impl ChainError {
	/// Returns an error with the words of another.
	pub fn new(error: impl fmt::Display) -> Self {
		Self::Failed(error.to_string())
	}
}

/// An answer of the chain.
pub type Answer<T> = Result<T, ChainError>;

/// A deal, with what assignment has to know of its app and of its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealFacts {
	/// What was agreed on.
	pub deal: Deal,
	/// What runs the app.
	pub kind: AppKind,
	/// What its request says that each task needs of a machine.
	pub asked: Needs,
	/// Why no worker serves its params, if that is so.
	pub unservable: Option<Unservable>,
	/// Checksums of app and dataset.
	pub content: Vec<H256>,
	/// When its last task was closed, in ms.
	pub closed: Option<Moment>,
}

/// Which blocks to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
	/// Those that are best, to act. After a fork the number goes back.
	Best,
	/// Those that are final.
	Final,
}

/// A chain, as one workerpool's scheduler uses it. Questions are about the best block. Extrinsics return once they are in
/// a block.
#[async_trait]
pub trait PoolChain: Send + Sync + 'static {
	/// Returns a deal; `None` if there is none.
	async fn deal(&self, deal: DealId) -> Answer<Option<DealFacts>>;

	/// Returns the deals that have open tasks, of those that this account schedules.
	async fn open_deals(&self) -> Answer<Vec<OpenDeal>>;

	/// Returns why the node does not know the chain as it is now; `None` if it does.
	async fn lag(&self) -> Answer<Option<rlc_chain::Lag>>;

	/// Returns what time it is on the chain: that of the best block.
	async fn clock(&self) -> Answer<rlc_chain::Clock>;

	/// Returns the number of the node's last final block.
	async fn finalized(&self) -> Answer<u32>;

	/// Returns the deal's tasks with index `from` and higher ones, at most `limit`.
	async fn tasks_of(&self, deal: DealId, from: u64, limit: u32) -> Answer<Vec<TaskView>>;

	/// Returns a task; `None` if there is none.
	async fn task(&self, task: TaskRef) -> Answer<Option<TaskView>>;

	/// Returns a worker's score.
	async fn score(&self, worker: AccountId) -> Answer<Score>;

	/// Returns what an account has.
	async fn funds(&self, account: AccountId) -> Answer<rlc_chain::Funds>;

	/// Returns what a worker stakes for a task of the pool at this price, both in nRLC.
	async fn worker_stake(&self, price: Balance) -> Answer<Balance>;

	/// Returns whether an account owns enough to store anything.
	async fn is_funded(&self, account: AccountId) -> Answer<bool>;

	/// Returns whether an account is a member of a group. A group that is not registered has no members.
	async fn is_member(&self, group: GroupId, account: AccountId) -> Answer<bool>;

	/// Returns whether an account named another its proxy for the work of workers, which need not announce what it does.
	async fn is_worker_proxy(&self, account: AccountId, proxy: AccountId) -> Answer<bool>;

	/// Follows blocks from this one on, or from now on. An error does not end the stream.
	fn follow(&self, from: Option<u32>, kind: BlockKind) -> BoxStream<'static, Answer<ChainBlock>>;

	/// Closes a task that has its result.
	async fn finalize(&self, task: TaskRef, data: Option<Vec<u8>>) -> Answer<()>;

	/// Gives up a consensus that no winner revealed.
	async fn reopen(&self, task: TaskRef) -> Answer<()>;

	/// Closes a task that cannot be computed, for a cause from outside that enough workers have reported.
	async fn release(&self, task: TaskRef, cause: FailureCause) -> Answer<()>;

	/// Closes a task as failed. Refuses if it has a consensus.
	async fn abandon(&self, task: TaskRef) -> Answer<()>;

	/// Returns the orders that the pool's owner has in the book, each with what is left of it as its volume.
	async fn orders(&self) -> Answer<Vec<(OrderHash, WorkerpoolOrder)>>;

	/// Withdraws orders from the book and publishes others, in one go as far as that fits into a transaction.
	async fn replace(&self, withdraw: Vec<OrderHash>, publish: Vec<WorkerpoolOrder>) -> Answer<()>;

	/// Delegates tasks to workers on chain.
	async fn delegate(&self, tasks: Vec<TaskRef>, workers: Vec<AccountId>) -> Answer<()>;
}
