//! What a worker knows of a task on chain.

use rlc_primitives::{
	consensus,
	task::{ContributionStatus, Stage, Task},
	work::{TaskRef, TaskView},
	AccountId, Balance, BlockNumber, Moment, ObservedTask, ResultDigest, ResultHash, TaskEvent, TaskId,
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
		/// Its times.
		clock: rlc_chain::Clock,
		/// What happened in it, in its order.
		events: Vec<ChainEvent>,
	},
	/// This block and those before it stay.
	Finalized(BlockNumber),
	/// Blocks may have been missed.
	Gap,
}

/// Something that happened in a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ChainEvent {
	/// Something happened to a task. Of contributions and reveals, only this worker's are told.
	Task(TaskId, TaskEvent),
	/// This worker was paid, in nRLC.
	Rewarded(Balance),
}

/// A task on chain, as far as it concerns one worker.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
	task: ObservedTask,
	/// Whether a winner showed that the consensus is a failure of the app.
	is_failure: bool,
	/// The worker.
	worker: AccountId,
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
	/// Returns a task that nobody touched, at `block`, as `worker` sees it. Its deadline is not known.
	pub fn untouched(task: TaskRef, worker: AccountId, block: BlockNumber) -> Self {
		let task = ObservedTask::new(Task::new(task.deal, task.index));
		Self { task, is_failure: false, worker, contribution_deadline: Moment::MAX, block }
	}

	/// Returns what the chain answers at `block`, as `worker` sees it.
	pub fn of(view: TaskView, worker: AccountId, block: BlockNumber) -> Self {
		let contribution_deadline = view.contribution_deadline;
		let is_failure = view.is_agreed_failure();
		Self { task: ObservedTask::new(view.task), is_failure, worker, contribution_deadline, block }
	}

	/// Takes in what happened to the task in `block`.
	pub fn apply(&mut self, event: &TaskEvent, block: BlockNumber) {
		self.block = block;
		self.observe(event);
	}

	/// Takes in that this worker's contribution was accepted.
	pub fn contributed(&mut self, result: ResultHash) {
		self.observe(&TaskEvent::Contributed { worker: self.worker.clone(), result });
	}

	/// Takes in that this worker's reveal was accepted.
	pub fn revealed(&mut self, digest: ResultDigest) {
		self.observe(&TaskEvent::Revealed { worker: self.worker.clone(), digest });
	}

	fn observe(&mut self, event: &TaskEvent) {
		self.is_failure |= matches!(event, TaskEvent::FailureRevealed { .. });
		// The worker judges by its own contribution alone, so that weights do not matter.
		self.task.apply(event, |_| consensus::weight(0));
	}

	/// Returns where the task stands.
	pub fn phase(&self) -> Phase {
		match &self.task.task().stage {
			Stage::Active => Phase::Active,
			Stage::Revealing(consensus) => {
				Phase::Revealing { result: consensus.result, deadline: consensus.reveal_deadline }
			}
			Stage::Completed(consensus) => consensus.digest.map_or(Phase::Failed, Phase::Completed),
			Stage::Failed(_) => Phase::Failed,
		}
	}

	/// Returns whether a winner showed that the consensus is a failure of the app: then a worker that committed to another
	/// failure can show that, and keeps its stake.
	pub fn is_failure(&self) -> bool {
		self.is_failure
	}

	/// Returns this worker's contribution.
	pub fn ours(&self) -> Option<Ours> {
		let contribution = self.task.task().contribution(&self.worker)?;
		Some(Ours { result: contribution.commitment.result, status: contribution.status })
	}

	/// Returns whether the task is over.
	pub fn is_closed(&self) -> bool {
		self.task.task().is_closed()
	}

	/// Returns whether it is over for good, if blocks up to this one are final.
	pub fn is_over(&self, finalized: BlockNumber) -> bool {
		self.is_closed() && self.block <= finalized
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{
		task::{Commitment, Contribution},
		DealId, ResultSeal,
	};

	const TASK: TaskRef = TaskRef { deal: DealId(H256::zero()), index: 0 };

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	/// Returns a task that nobody touched, as the worker 1 sees it.
	fn untouched() -> Seen {
		Seen::untouched(TASK, account(1), 1)
	}

	fn agreed(byte: u8) -> TaskEvent {
		TaskEvent::ConsensusReached { result: result(byte), winners: 1, reveal_deadline: 50 }
	}

	fn result(byte: u8) -> ResultHash {
		ResultHash(H256::repeat_byte(byte))
	}

	#[test]
	fn answer_of_the_chain_shows_our_contribution_only() {
		let mut task = Task::new(DealId::default(), 0);
		for byte in [1, 2] {
			let commitment = Commitment { result: result(byte), seal: ResultSeal::default(), enclave: None };
			let worker = account(byte);
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
			failure: None,
		};
		let seen = Seen::of(view.clone(), account(2), 4);
		assert_eq!((seen.ours().map(|ours| ours.result), seen.phase()), (Some(result(2)), Phase::Active));
		assert_eq!((seen.contribution_deadline, seen.block), (7, 4));
		assert_eq!(Seen::of(view, account(3), 4).ours(), None);
	}

	#[test]
	fn events_lead_from_contribution_to_the_end() {
		let mut seen = untouched();
		seen.apply(&TaskEvent::Contributed { worker: account(1), result: result(1) }, 2);
		seen.apply(&agreed(1), 3);
		assert_eq!(seen.phase(), Phase::Revealing { result: result(1), deadline: 50 });
		let digest = ResultDigest::default();
		seen.apply(&TaskEvent::Revealed { worker: account(1), digest }, 4);
		assert_eq!(seen.ours().unwrap().status, ContributionStatus::Proved);
		seen.apply(&TaskEvent::Closed { outcome: Some(digest) }, 5);
		assert_eq!((seen.phase(), seen.is_closed(), seen.block), (Phase::Completed(digest), true, 5));
	}

	#[test]
	fn direct_delivery_is_proved_before_its_end_is_seen() {
		let (mut seen, digest) = (untouched(), ResultDigest::default());
		seen.contributed(result(1));
		seen.revealed(digest);
		assert_eq!((seen.phase(), seen.ours().unwrap().status), (Phase::Active, ContributionStatus::Proved));
		seen.apply(&TaskEvent::Closed { outcome: Some(digest) }, 2);
		assert_eq!((seen.phase(), seen.ours().unwrap().status), (Phase::Completed(digest), ContributionStatus::Proved));
	}

	#[test]
	fn reopening_rejects_the_winners_only() {
		for (ours, status) in [(1, ContributionStatus::Rejected), (2, ContributionStatus::Contributed)] {
			let mut seen = untouched();
			seen.contributed(result(ours));
			seen.apply(&agreed(1), 3);
			seen.apply(&TaskEvent::Reopened, 9);
			assert_eq!((seen.phase(), seen.ours().unwrap().status), (Phase::Active, status));
		}
	}
}
