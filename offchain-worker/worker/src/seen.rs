//! What a worker knows of a task on chain.

use rlc_primitives::{
	task::{ContributionStatus, Stage},
	work::TaskView,
	AccountId, Balance, BlockNumber, Moment, ResultDigest, ResultHash, TaskId,
};
use sp_core::H256;

/// What happened on chain that concerns this worker.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum News {
	/// A block on the best chain. Its parent is not the last one if the chain changed its mind.
	Block {
		/// Its number.
		number: BlockNumber,
		/// Its hash.
		hash: H256,
		/// The block before it.
		parent: H256,
		/// Its time, in ms.
		time: Moment,
		/// What happened in it, in its order.
		events: Vec<ChainEvent>,
	},
	/// This block and those before it stay.
	Finalized(BlockNumber),
	/// Blocks may have been missed.
	Gap,
}

/// Something that happened in a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ChainEvent {
	/// This worker committed to a result.
	Contributed {
		/// Of this task.
		task: TaskId,
		/// The result.
		result: ResultHash,
	},
	/// A result has consensus.
	Consensus {
		/// The task.
		task: TaskId,
		/// The result.
		result: ResultHash,
		/// When nobody can reveal any more, in ms.
		deadline: Moment,
	},
	/// This worker revealed.
	Revealed {
		/// The task.
		task: TaskId,
	},
	/// Nobody revealed in time.
	Reopened {
		/// The task.
		task: TaskId,
	},
	/// It is over.
	Closed {
		/// The task.
		task: TaskId,
		/// The result; `None`: it failed.
		outcome: Option<ResultDigest>,
	},
	/// This worker was paid, in nRLC.
	Rewarded(Balance),
}

impl ChainEvent {
	/// The task that it is about.
	pub fn task(&self) -> Option<TaskId> {
		match self {
			Self::Contributed { task, .. }
			| Self::Consensus { task, .. }
			| Self::Revealed { task }
			| Self::Reopened { task }
			| Self::Closed { task, .. } => Some(*task),
			Self::Rewarded(_) => None,
		}
	}
}

/// A task on chain, as far as it concerns one worker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
	/// Where it stands.
	pub phase: Phase,
	/// This worker's contribution.
	pub ours: Option<Ours>,
	/// When nobody can contribute any more, in ms.
	pub contribution_deadline: Moment,
	/// The block by which this was known.
	pub block: BlockNumber,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Phase {
	/// Workers can contribute.
	Active,
	/// Winners can reveal.
	Revealing {
		/// The result that they agree on.
		result: ResultHash,
		/// Until then, in ms.
		deadline: Moment,
	},
	/// Closed with this result.
	Completed(ResultDigest),
	/// Closed without one.
	Failed,
}

/// A worker's own contribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ours {
	/// To which result.
	pub result: ResultHash,
	/// What became of it.
	pub status: ContributionStatus,
}

impl Seen {
	/// A task that nobody touched, at `block`. Its deadline is not known.
	pub fn untouched(block: BlockNumber) -> Self {
		Self { phase: Phase::Active, ours: None, contribution_deadline: Moment::MAX, block }
	}

	/// What the chain answers at `block`.
	pub fn of(view: &TaskView, worker: &AccountId, block: BlockNumber) -> Self {
		let phase = match &view.task.stage {
			Stage::Active => Phase::Active,
			Stage::Revealing(consensus) => {
				Phase::Revealing { result: consensus.result, deadline: consensus.reveal_deadline }
			}
			Stage::Completed(consensus) => consensus.digest.map_or(Phase::Failed, Phase::Completed),
			Stage::Failed(_) => Phase::Failed,
		};
		let ours = view.task.contribution(worker).map(|one| Ours { result: one.commitment.result, status: one.status });
		Self { phase, ours, contribution_deadline: view.contribution_deadline, block }
	}

	/// Take in what happened in `block`.
	pub fn apply(&mut self, event: &ChainEvent, block: BlockNumber) {
		self.block = block;
		match *event {
			ChainEvent::Contributed { result, .. } => self.contributed(result),
			ChainEvent::Consensus { result, deadline, .. } => self.phase = Phase::Revealing { result, deadline },
			ChainEvent::Revealed { .. } => self.revealed(),
			ChainEvent::Reopened { .. } => {
				if let (Phase::Revealing { result, .. }, Some(ours)) = (self.phase, &mut self.ours) {
					if ours.result == result {
						ours.status = ContributionStatus::Rejected;
					}
				}
				self.phase = Phase::Active;
			}
			ChainEvent::Closed { outcome, .. } => self.phase = outcome.map_or(Phase::Failed, Phase::Completed),
			ChainEvent::Rewarded(_) => {}
		}
	}

	/// This worker's contribution was accepted.
	pub fn contributed(&mut self, result: ResultHash) {
		self.ours = Some(Ours { result, status: ContributionStatus::Contributed });
	}

	/// This worker's reveal was accepted.
	pub fn revealed(&mut self) {
		if let Some(ours) = &mut self.ours {
			ours.status = ContributionStatus::Proved;
		}
	}

	/// Whether the task is over.
	pub fn is_closed(&self) -> bool {
		matches!(self.phase, Phase::Completed(_) | Phase::Failed)
	}

	/// Whether it is over for good, if blocks up to this one are final.
	pub fn is_over(&self, finalized: BlockNumber) -> bool {
		self.is_closed() && self.block <= finalized
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{
		consensus,
		task::{Commitment, Contribution, Task},
		DealId, ResultSeal,
	};
	use sp_core::H256;

	fn result(byte: u8) -> ResultHash {
		ResultHash(H256::repeat_byte(byte))
	}

	#[test]
	fn answer_of_the_chain_shows_our_contribution_only() {
		let mut task = Task::new(DealId::default(), 0);
		for byte in [1, 2] {
			let commitment = Commitment { result: result(byte), seal: ResultSeal::default(), enclave: None };
			let worker = AccountId::new([byte; 32]);
			let status = ContributionStatus::Contributed;
			let contribution = Contribution { worker, commitment, weight: consensus::weight(0), status };
			task.contributions.try_push(contribution).unwrap();
		}
		let view = TaskView {
			id: task.id(),
			task,
			contribution_deadline: 7,
			final_deadline: 10,
			delegates: vec![],
			failures: vec![],
			delivery: None,
		};
		let seen = Seen::of(&view, &AccountId::new([2; 32]), 4);
		assert_eq!((seen.ours.map(|ours| ours.result), seen.phase), (Some(result(2)), Phase::Active));
		assert_eq!((seen.contribution_deadline, seen.block), (7, 4));
		assert_eq!(Seen::of(&view, &AccountId::new([3; 32]), 4).ours, None);
	}

	#[test]
	fn events_lead_from_contribution_to_the_end() {
		let (task, mut seen) = (TaskId::default(), Seen::untouched(1));
		seen.apply(&ChainEvent::Contributed { task, result: result(1) }, 2);
		seen.apply(&ChainEvent::Consensus { task, result: result(1), deadline: 50 }, 3);
		assert_eq!(seen.phase, Phase::Revealing { result: result(1), deadline: 50 });
		seen.apply(&ChainEvent::Revealed { task }, 4);
		assert_eq!(seen.ours.unwrap().status, ContributionStatus::Proved);
		let digest = ResultDigest::default();
		seen.apply(&ChainEvent::Closed { task, outcome: Some(digest) }, 5);
		assert_eq!((seen.phase, seen.is_closed(), seen.block), (Phase::Completed(digest), true, 5));
	}

	#[test]
	fn reopening_rejects_the_winners_only() {
		for (ours, status) in [(1, ContributionStatus::Rejected), (2, ContributionStatus::Contributed)] {
			let (task, mut seen) = (TaskId::default(), Seen::untouched(1));
			seen.contributed(result(ours));
			seen.apply(&ChainEvent::Consensus { task, result: result(1), deadline: 50 }, 3);
			seen.apply(&ChainEvent::Reopened { task }, 9);
			assert_eq!((seen.phase, seen.ours.unwrap().status), (Phase::Active, status));
		}
	}
}
