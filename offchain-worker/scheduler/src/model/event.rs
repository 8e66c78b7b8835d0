//! What happens on chain, as far as it concerns a pool.

use rlc_chain::Clock;
use rlc_primitives::{DealId, TaskEvent, TaskId};

/// Something that happened to the pool's deals, or to any task: a block does not say whose tasks they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainEvent {
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
	/// Something happened to a task.
	Task(TaskId, TaskEvent),
}

impl ChainEvent {
	/// Returns the task that this is about.
	pub fn task(&self) -> Option<TaskId> {
		match self {
			Self::Task(task, _) => Some(*task),
			Self::DealOpened { .. } | Self::DealClosed(_) => None,
		}
	}
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainBlock {
	/// Its number.
	pub number: u32,
	/// Its times.
	pub clock: Clock,
	/// What happened in it.
	pub events: Vec<ChainEvent>,
}
