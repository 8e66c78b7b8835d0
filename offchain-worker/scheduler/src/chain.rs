//! What the scheduler needs of a chain: few questions, few extrinsics, and what happens.

use std::fmt;

use futures::{future::BoxFuture, stream::BoxStream};
use rlc_primitives::{
	assets::AppKind, money::Score, work::TaskView, AccountId, Deal, DealId, GroupId, Moment, ResultDigest, ResultHash,
	TaskId,
};
use rlc_protocol::{Needs, TaskRef};
use sp_core::H256;

/// Why the chain did not answer, or refused an extrinsic: one line for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ChainError(pub String);

impl ChainError {
	/// From any error's words.
	pub fn new(error: impl fmt::Display) -> Self {
		Self(error.to_string())
	}
}

/// An answer of the chain, later.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, ChainError>>;

/// A deal, with what placement has to know of its app and of what its request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealFacts {
	/// What was agreed on.
	pub deal: Deal,
	/// What runs the app.
	pub kind: AppKind,
	/// What each task needs of a machine.
	pub needs: Needs,
	/// Checksums of app and dataset.
	pub content: Vec<H256>,
	/// When its last task was closed, in ms.
	pub closed: Option<Moment>,
}

/// Something that happened to the pool's deals and tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
	/// The pool has a deal.
	DealOpened {
		/// The deal.
		deal: DealId,
		/// Index of the first task.
		first: u64,
		/// How many tasks there are.
		size: u64,
	},
	/// All of a deal's tasks are closed.
	DealClosed(DealId),
	/// A worker may contribute.
	Delegated(TaskId, AccountId),
	/// A worker committed to a result.
	Contributed(TaskId, AccountId, ResultHash),
	/// Enough workers agree.
	Agreed {
		/// The task.
		task: TaskId,
		/// On this result.
		result: ResultHash,
		/// How many they are.
		winners: u32,
		/// Until when they can reveal, in ms.
		reveal_deadline: Moment,
	},
	/// A winner revealed.
	Revealed(TaskId, AccountId, ResultDigest),
	/// Nobody revealed in time.
	Reopened(TaskId),
	/// A task ended, with this digest or failed.
	Closed(TaskId, Option<ResultDigest>),
	/// A worker said on chain why it failed.
	FailureReported(TaskId, AccountId),
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenBlock {
	/// Its number.
	pub number: u32,
	/// Its time, in ms.
	pub time: Moment,
	/// What happened in it.
	pub events: Vec<Seen>,
}

/// Which blocks to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
	/// Those that are best, to act. After a fork the number goes back.
	Best,
	/// Those that are final.
	Final,
}

/// A chain, as one workerpool's scheduler uses it. Questions are about the best block.
pub trait PoolChain: Send + Sync + 'static {
	/// A deal; `None` if there is none.
	fn deal(&self, deal: DealId) -> Answer<'_, Option<DealFacts>>;

	/// The number of the node's last final block.
	fn finalized(&self) -> Answer<'_, u32>;

	/// The deal's tasks with index `from` and higher ones, at most `limit`.
	fn tasks_of(&self, deal: DealId, from: u64, limit: u32) -> Answer<'_, Vec<TaskView>>;

	/// A task; `None` if there is none.
	fn task(&self, task: TaskRef) -> Answer<'_, Option<TaskView>>;

	/// A worker's score.
	fn score(&self, worker: AccountId) -> Answer<'_, Score>;

	/// Whether an account owns anything: who owns nothing stores nothing.
	fn is_funded(&self, account: AccountId) -> Answer<'_, bool>;

	/// Whether an account is a member of a group; nobody is one of a group that is not registered.
	fn is_member(&self, group: GroupId, account: AccountId) -> Answer<'_, bool>;

	/// Blocks from this one on, or from now on. An error does not end it.
	fn follow(&self, from: Option<u32>, which: Follow) -> BoxStream<'static, Result<SeenBlock, ChainError>>;

	/// Closes a task that has its result. Returns when that is in a block, as the other extrinsics do.
	fn finalize(&self, task: TaskRef, data: Option<Vec<u8>>) -> Answer<'_, ()>;

	/// Gives up a consensus that nobody revealed.
	fn reopen(&self, task: TaskRef) -> Answer<'_, ()>;

	/// Closes a task as failed. Refuses if a consensus stands.
	fn abandon(&self, task: TaskRef) -> Answer<'_, ()>;

	/// Delegates tasks to workers on chain.
	fn delegate(&self, tasks: Vec<TaskRef>, workers: Vec<AccountId>) -> Answer<'_, ()>;
}
