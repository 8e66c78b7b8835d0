//! A task: what the chain says of it, and who works on it.

use std::collections::{BTreeMap, BTreeSet};

use rlc_primitives::{
	consensus,
	task::{Commitment, ContributionStatus, Stage},
	work::MAX_CALLBACK_DATA,
	AccountId, Contribution, Moment, ResultDigest, ResultHash, ResultSeal, Task,
};
use rlc_protocol::{
	requester::{ReplicateInfo, TaskInfo},
	worker::{Cause, Step},
	Account, TaskRef,
};
use sp_core::U256;

/// A worker's part in a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replicate {
	/// Whose worker it is: one operator has one vote.
	pub operator: AccountId,
	/// The last step.
	pub step: Step,
	/// When that was, in ms.
	pub since: Moment,
	/// Why it failed, if it did.
	pub cause: Option<Cause>,
	/// Size of the result, in bytes, once it is known.
	pub output: u64,
}

impl Replicate {
	/// A part that was just given.
	pub fn new(operator: AccountId, now: Moment) -> Self {
		Self { operator, step: Step::Created, since: now, cause: None, output: 0 }
	}

	/// Whether the worker may still contribute.
	pub fn is_pending(&self) -> bool {
		self.step < Step::Contributed
	}

	/// Whether it takes slots of the worker.
	pub fn is_computing(&self) -> bool {
		self.step < Step::Computed
	}
}

/// Something about a task that is answered later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
	/// `finalize`
	Finalize,
	/// `reopen`
	Reopen,
	/// `delegate`, so that failures can be put on chain.
	Delegate,
	/// `abandon`
	Abandon,
	/// A question to the chain, how it stands.
	Refresh,
	/// The data of its callback go into the store.
	Keep,
}

/// What is done to have the result in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upload {
	/// Which winner was asked, and when, in ms.
	pub asked: Option<(AccountId, Moment)>,
	/// How often each winner failed.
	pub failures: BTreeMap<AccountId, u32>,
	/// Size of the result, in bytes, once the store has it.
	pub stored: Option<u64>,
}

/// Why and how far a task was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
	/// Why, for people.
	pub reason: String,
	/// Who failed, and has not said so on chain.
	pub witnesses: BTreeSet<AccountId>,
	/// Since when they were asked to, in ms.
	pub asked: Option<Moment>,
}

/// A task.
#[derive(Clone, Debug)]
pub struct TaskState {
	/// As the best block has it.
	pub chain: Task,
	/// How many events of the chain it saw: what was asked for before the last of them is out of date.
	pub version: u64,
	/// If it is closed: once this block is final, so is that.
	pub closed_by: Option<u32>,
	/// Whether its end is final.
	pub is_final: bool,
	/// Who works or worked on it.
	pub replicates: BTreeMap<AccountId, Replicate>,
	/// Whether it waits for a worker.
	pub queued: bool,
	/// What is under way.
	pub sending: Option<Sending>,
	/// Not before this time, in ms, another is sent or the chain is asked about it.
	pub not_before: Moment,
	/// How many times in a row it did not go well.
	pub refusals: u32,
	/// Where its result is.
	pub upload: Upload,
	/// Whether it was given up.
	pub given_up: Option<GivenUp>,
	/// The data of its callback, once a worker brought it.
	pub data: Option<Vec<u8>>,
	/// Who brought the scheduler's signature last: delivers a result at once, or contributes.
	pub delegated: Option<AccountId>,
	/// Since when nobody is left who could try, in ms.
	pub deserted: Option<Moment>,
	/// When it is looked at again, in ms, if nothing happens before.
	pub wake: Option<Moment>,
}

impl TaskState {
	/// A task that the chain has so.
	pub fn new(chain: Task) -> Self {
		Self {
			chain,
			version: 0,
			closed_by: None,
			is_final: false,
			replicates: BTreeMap::new(),
			queued: false,
			sending: None,
			not_before: 0,
			refusals: 0,
			upload: Upload::default(),
			given_up: None,
			data: None,
			delegated: None,
			deserted: None,
			wake: None,
		}
	}

	/// Its place.
	pub fn place(&self) -> TaskRef {
		TaskRef { deal: self.chain.deal, index: self.chain.index }
	}

	/// Whether a worker may still contribute.
	pub fn has_pending(&self) -> bool {
		self.replicates.values().any(Replicate::is_pending)
	}

	/// Who proved its result.
	pub fn winners(&self) -> impl Iterator<Item = &AccountId> {
		let proved = |one: &&Contribution| one.status == ContributionStatus::Proved;
		self.chain.contributions.iter().filter(proved).map(|one| &one.worker)
	}

	/// The digest of its result, once someone revealed it.
	pub fn digest(&self) -> Option<ResultDigest> {
		self.chain.consensus().and_then(|consensus| consensus.digest)
	}

	/// Whether it ended with a result.
	pub fn is_completed(&self) -> bool {
		matches!(self.chain.stage, Stage::Completed(_))
	}

	/// The chain has it so now.
	pub fn replace_chain(&mut self, chain: Task, block: u32) {
		self.chain = chain;
		self.closed_by = self.chain.is_closed().then_some(block);
		self.is_final = false;
		self.drop_outvoted_data();
	}

	/// Data that were agreed on before, until the chain changed its mind or nobody revealed, keep others from being taken.
	pub fn drop_outvoted_data(&mut self) {
		if self.chain.consensus().is_some() {
			self.data.take_if(|data| !are_agreed_on(&self.chain, data));
		}
	}

	/// A worker with this weight contributed. Told twice, it counts once.
	pub fn contributed(&mut self, worker: &AccountId, result: ResultHash, weight: u64) {
		if self.chain.contribution(worker).is_some() {
			return;
		}
		let commitment = Commitment { result, seal: ResultSeal::default(), enclave: None };
		let contribution =
			Contribution { worker: worker.clone(), commitment, weight, status: ContributionStatus::Contributed };
		// The chain refuses more than fit.
		let _ = self.chain.contributions.try_push(contribution);
		self.chain.total = total(&self.chain);
	}

	/// Enough workers agree.
	pub fn agreed(&mut self, result: ResultHash, winners: u32, reveal_deadline: Moment) {
		if self.chain.stage == Stage::Active {
			let consensus =
				rlc_primitives::task::Consensus { result, reveal_deadline, winners, reveals: 0, digest: None };
			self.chain.stage = Stage::Revealing(consensus);
			self.drop_outvoted_data();
		}
	}

	/// A winner revealed.
	pub fn revealed(&mut self, worker: &AccountId, digest: ResultDigest) {
		let Stage::Revealing(consensus) = &mut self.chain.stage else { return };
		consensus.digest = Some(digest);
		for one in self.chain.contributions.iter_mut().filter(|one| one.worker == *worker) {
			one.status = ContributionStatus::Proved;
		}
		let proved = self.chain.contributions.iter().filter(|one| one.status == ContributionStatus::Proved).count();
		consensus.reveals = proved.try_into().unwrap_or(u32::MAX);
	}

	/// Nobody revealed in time.
	pub fn reopened(&mut self) {
		let Stage::Revealing(consensus) = self.chain.stage else { return };
		for one in self.chain.contributions.iter_mut().filter(|one| one.commitment.result == consensus.result) {
			one.status = ContributionStatus::Rejected;
		}
		self.chain.stage = Stage::Active;
		self.chain.total = total(&self.chain);
	}

	/// It ended, by a block with this number, with this digest or failed.
	pub fn closed(&mut self, outcome: Option<ResultDigest>, block: u32) {
		self.closed_by = Some(block);
		let standing = self.chain.consensus().copied();
		let Some(digest) = outcome else {
			self.chain.stage = Stage::Failed(standing);
			return;
		};
		let consensus = standing.unwrap_or_else(|| {
			// Delivered at once by the worker that brought the scheduler's signature.
			let result = ResultHash::of(self.chain.id(), digest);
			if let Some(worker) = self.delegated.clone() {
				self.contributed(&worker, result, 1);
				for one in self.chain.contributions.iter_mut().filter(|one| one.worker == worker) {
					one.status = ContributionStatus::Proved;
				}
			}
			rlc_primitives::task::Consensus { result, reveal_deadline: 0, winners: 1, reveals: 1, digest: None }
		});
		self.chain.stage = Stage::Completed(rlc_primitives::task::Consensus { digest: Some(digest), ..consensus });
		self.drop_outvoted_data();
	}

	/// As requesters see it.
	pub fn info(&self, queue_position: Option<u64>, result: Option<String>) -> TaskInfo {
		let replicates = self.replicates.iter().map(|(worker, one)| ReplicateInfo {
			worker: Account(worker.clone()),
			step: one.step,
			since: one.since,
			cause: one.cause.clone(),
		});
		TaskInfo {
			task: self.place(),
			queue_position,
			replicates: replicates.collect(),
			result: result.filter(|_| self.upload.stored.is_some()),
			result_size: self.upload.stored,
			given_up: self.given_up.as_ref().map(|given_up| given_up.reason.clone()),
		}
	}
}

/// Whether these are the data of a callback that a task's winners agree on.
pub fn are_agreed_on(task: &Task, data: &[u8]) -> bool {
	let result = ResultHash::of(task.id(), ResultDigest::of_callback(data));
	let agreed = task.consensus().is_some_and(|consensus| consensus.result == result);
	agreed && data.len() <= MAX_CALLBACK_DATA as usize
}

/// Whether a worker contributed the result that has a task's consensus.
pub fn has_voted_for_it(task: &Task, worker: &AccountId) -> bool {
	let (ours, consensus) = (task.contribution(worker), task.consensus());
	ours.zip(consensus).is_some_and(|(ours, consensus)| ours.commitment.result == consensus.result)
}

/// One, and the values of all results' groups.
fn total(task: &Task) -> U256 {
	groups(task).values().fold(consensus::INITIAL_TOTAL, |total, group| total.saturating_add(*group))
}

/// The value of each result's group of open contributions.
pub fn groups(task: &Task) -> BTreeMap<ResultHash, U256> {
	let mut groups = BTreeMap::new();
	for one in task.contributions.iter().filter(|one| one.status == ContributionStatus::Contributed) {
		let group = groups.entry(one.commitment.result).or_insert(U256::zero());
		*group = consensus::raise(*group, one.weight).unwrap_or(U256::MAX);
	}
	groups
}
