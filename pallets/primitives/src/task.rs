//! A task's life: pure functions from one state to the next, which say by name why they refuse.
//!
//! ```text
//!             contribute ×n, consensus            all winners revealed, or some and the reveal window is over
//! Active ───────────────────────────► Revealing ───────────────────────────────────────────► Completed
//!   │  ▲                                  │                         finalize
//!   │  └──────────── reopen ──────────────┤ (reveal window over, nobody revealed)
//!   │   contribute_and_finalize (trust 1) ┼──────────────────────────────────────────────────► Completed
//!   ├──────── claim, abandon ─────────────┼──────────────────────────────────────────────────► Failed
//!   └ release      agree_to_fail (what was revealed is a failure of the app) ────────────────► Failed
//! ```
//!
//! A transition that refuses changes nothing. Who may call it is the caller's concern; money is
//! [`settlement`](crate::settlement)'s. Source: `IexecPoco2Facet`.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, H160, H256, U256};
use sp_runtime::BoundedVec;

use crate::{
	consensus, count,
	ids::keccak,
	money::Score,
	rules::{Rules, Sink},
	AccountId, Deal, DealId, Moment, ResultDigest, ResultHash, ResultSeal, TaskId,
};

mod error;

pub use error::TaskError;

/// The most workers that can contribute to one task: settling it stays within a block. iExec's contracts have no bound.
pub const MAX_CONTRIBUTORS: u32 = 64;

/// What became of a worker's contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ContributionStatus {
	/// Made, and neither revealed nor rejected.
	Contributed,
	/// The worker revealed the digest and was right.
	Proved,
	/// The worker's result had consensus, nobody revealed it in time, and the task was reopened or failed.
	Rejected,
	/// The workers agree that the app failed, and this one showed that it had committed to another failure: it was not
	/// right, and loses nothing.
	Excused,
}

impl ContributionStatus {
	/// Returns whether the worker showed what it had committed to, so that its stake is unlocked if the task ends so.
	pub fn is_shown(self) -> bool {
		matches!(self, Self::Proved | Self::Excused)
	}
}

/// What a worker binds itself to before it can know what the others say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Commitment {
	/// Says which result, to those who have it too.
	pub result: ResultHash,
	/// Says that this worker has it.
	pub seal: ResultSeal,
	/// The enclave that ran the task: the address of the key that signed for it. The caller checks its signature.
	pub enclave: Option<H160>,
}

impl Commitment {
	/// Returns this worker's commitment to a digest of this task's result, without an enclave.
	pub fn of(worker: &AccountId, task: TaskId, digest: ResultDigest) -> Self {
		Self { result: ResultHash::of(task, digest), seal: ResultSeal::of(worker, task, digest), enclave: None }
	}

	/// Returns what the enclave signs, by `personal_sign`: `keccak(result hash ‖ seal)`. Source:
	/// `IexecPoco2Facet.contribute`.
	pub fn enclave_payload(&self) -> H256 {
		keccak(&[self.result.0.as_bytes(), self.seal.0.as_bytes()])
	}
}

/// One worker's part in a task.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Contribution {
	/// Who contributed.
	pub worker: AccountId,
	/// To what.
	pub commitment: Commitment,
	/// What the worker's word counted when it contributed, see [`consensus::weight`]; 1 where it was not counted.
	pub weight: u64,
	/// What became of it.
	pub status: ContributionStatus,
}

impl Contribution {
	/// Returns the worker's share in rewards: `floor(log2(weight))`.
	pub fn log2_weight(&self) -> u32 {
		self.weight.checked_ilog2().unwrap_or(0)
	}

	/// Returns whether this is an open contribution to `result`.
	fn is_open_for(&self, result: ResultHash) -> bool {
		self.status == ContributionStatus::Contributed && self.commitment.result == result
	}
}

/// A result that enough workers agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Consensus {
	/// The result.
	pub result: ResultHash,
	/// From this time on, in ms, nobody can reveal it.
	pub reveal_deadline: Moment,
	/// How many open contributions it had when consensus was reached.
	pub winners: u32,
	/// How many of them revealed.
	pub reveals: u32,
	/// The result's digest, once someone revealed.
	pub digest: Option<ResultDigest>,
}

/// Where a task stands.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Stage {
	/// Workers can contribute.
	#[default]
	Active,
	/// The winners of this consensus can reveal.
	Revealing(Consensus),
	/// Closed with this result.
	Completed(Consensus),
	/// Closed without a result; the consensus, if there was one, was not finalized.
	Failed(Option<Consensus>),
}

/// A task that someone contributed to, or that is closed. One that nobody touched is [`Task::new`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Task {
	/// The deal that it belongs to.
	pub deal: DealId,
	/// Its number in the request.
	pub index: u64,
	/// Where it stands.
	pub stage: Stage,
	/// Who contributed what, in the order of time.
	pub contributions: BoundedVec<Contribution, ConstU32<MAX_CONTRIBUTORS>>,
	/// One, and the values of all groups: what a result's credibility is measured against.
	pub total: U256,
}

impl Task {
	/// Returns the deal's task with this index, which nobody touched yet.
	pub fn new(deal: DealId, index: u64) -> Self {
		Self { deal, index, stage: Stage::Active, contributions: BoundedVec::new(), total: consensus::INITIAL_TOTAL }
	}

	/// Returns the task's id.
	pub fn id(&self) -> TaskId {
		TaskId::of(self.deal, self.index)
	}

	/// Returns the consensus that stands, or stood when the task was closed.
	pub fn consensus(&self) -> Option<&Consensus> {
		match &self.stage {
			Stage::Active => None,
			Stage::Revealing(consensus) | Stage::Completed(consensus) => Some(consensus),
			Stage::Failed(consensus) => consensus.as_ref(),
		}
	}

	/// Returns whether the task is completed or failed.
	pub fn is_closed(&self) -> bool {
		matches!(self.stage, Stage::Completed(_) | Stage::Failed(_))
	}

	/// Returns what this worker contributed.
	pub fn contribution(&self, worker: &AccountId) -> Option<&Contribution> {
		self.contributions.iter().find(|one| one.worker == *worker)
	}

	/// Commits a delegated worker to a result. Returns the consensus if this reached it.
	///
	/// # Errors
	///
	/// [`NotActive`](TaskError::NotActive), [`ContributionTooLate`](TaskError::ContributionTooLate),
	/// [`AlreadyContributed`](TaskError::AlreadyContributed), [`EnclaveRequired`](TaskError::EnclaveRequired),
	/// [`TooManyContributors`](TaskError::TooManyContributors), [`ConsensusOverflow`](TaskError::ConsensusOverflow).
	pub fn contribute(
		&mut self,
		deal: &Deal,
		worker: AccountId,
		score: Score,
		commitment: Commitment,
		now: Moment,
		rules: &Rules,
	) -> Result<Option<Consensus>, TaskError> {
		self.ensure_open_to(deal, &worker, commitment.enclave, now)?;
		let result = commitment.result;
		let weight = consensus::weight(score);
		let before = self.group(result)?;
		let after = consensus::raise(before, weight).map_err(|_| TaskError::ConsensusOverflow)?;
		let total = consensus::total(self.total, before, after).map_err(|_| TaskError::ConsensusOverflow)?;
		let reached = consensus::is_reached(after, total, deal.trust).map_err(|_| TaskError::ConsensusOverflow)?;
		self.contributions
			.try_push(Contribution { worker, commitment, weight, status: ContributionStatus::Contributed })
			.map_err(|_| TaskError::TooManyContributors)?;
		self.total = total;
		let winners = count(self.contributions.iter().filter(|one| one.is_open_for(result)).count());
		if !reached || winners < rules.least_contributors(deal.trust) {
			return Ok(None);
		}
		let reveal_deadline = deal.reveal_deadline(now);
		let consensus = Consensus { result, reveal_deadline, winners, reveals: 0, digest: None };
		self.stage = Stage::Revealing(consensus);
		Ok(Some(consensus))
	}

	/// Completes the task with the result of one delegated worker, where that needs no agreement. Nothing is staked.
	///
	/// # Errors
	///
	/// As [`contribute`](Self::contribute), and [`TrustTooHigh`](TaskError::TrustTooHigh),
	/// [`AlreadyHasContributions`](TaskError::AlreadyHasContributions), and what is wrong with the callback's data.
	pub fn contribute_and_finalize(
		&mut self,
		deal: &Deal,
		worker: AccountId,
		digest: ResultDigest,
		enclave: Option<H160>,
		callback: Option<&[u8]>,
		now: Moment,
	) -> Result<Consensus, TaskError> {
		self.ensure_open_to(deal, &worker, enclave, now)?;
		ensure(self.contributions.is_empty(), TaskError::AlreadyHasContributions)?;
		ensure(deal.trust <= 1, TaskError::TrustTooHigh)?;
		check_callback(deal, callback, digest)?;
		let commitment = Commitment { enclave, ..Commitment::of(&worker, self.id(), digest) };
		let result = commitment.result;
		self.contributions
			.try_push(Contribution { worker, commitment, weight: 1, status: ContributionStatus::Proved })
			.map_err(|_| TaskError::TooManyContributors)?;
		let reveal_deadline = deal.reveal_deadline(now);
		let consensus = Consensus { result, reveal_deadline, winners: 1, reveals: 1, digest: Some(digest) };
		self.stage = Stage::Completed(consensus);
		Ok(consensus)
	}

	/// Notes that a winner showed that it had the result. Returns how many winners have yet to do so.
	///
	/// # Errors
	///
	/// [`NotRevealing`](TaskError::NotRevealing), [`RevealTooLate`](TaskError::RevealTooLate),
	/// [`NotContributor`](TaskError::NotContributor), [`NotOpen`](TaskError::NotOpen),
	/// [`NotWinner`](TaskError::NotWinner), [`WrongDigest`](TaskError::WrongDigest), [`WrongSeal`](TaskError::WrongSeal).
	pub fn reveal(&mut self, worker: &AccountId, digest: ResultDigest, now: Moment) -> Result<u32, TaskError> {
		let task = self.id();
		let Stage::Revealing(consensus) = &mut self.stage else { return Err(TaskError::NotRevealing) };
		ensure(now < consensus.reveal_deadline, TaskError::RevealTooLate)?;
		let contribution =
			self.contributions.iter_mut().find(|one| one.worker == *worker).ok_or(TaskError::NotContributor)?;
		ensure(contribution.status == ContributionStatus::Contributed, TaskError::NotOpen)?;
		let commitment = contribution.commitment;
		ensure(commitment.result == consensus.result, TaskError::NotWinner)?;
		ensure(commitment.result == ResultHash::of(task, digest), TaskError::WrongDigest)?;
		ensure(commitment.seal == ResultSeal::of(worker, task, digest), TaskError::WrongSeal)?;
		contribution.status = ContributionStatus::Proved;
		consensus.reveals = consensus.reveals.saturating_add(1);
		consensus.digest = Some(digest);
		Ok(consensus.winners.saturating_sub(consensus.reveals))
	}

	/// Returns whether the task can be finalized now, but for its callback's data: all winners revealed, or some and
	/// the reveal deadline has passed.
	///
	/// # Errors
	///
	/// [`NotRevealing`](TaskError::NotRevealing), [`FinalTooLate`](TaskError::FinalTooLate),
	/// [`RevealsMissing`](TaskError::RevealsMissing).
	pub fn ensure_finalizable(
		&self,
		deal: &Deal,
		now: Moment,
		rules: &Rules,
	) -> Result<(Consensus, ResultDigest), TaskError> {
		let Stage::Revealing(consensus) = self.stage else { return Err(TaskError::NotRevealing) };
		ensure(now < self.end(deal, rules), TaskError::FinalTooLate)?;
		let all = consensus.reveals == consensus.winners;
		ensure(all || consensus.reveal_deadline <= now, TaskError::RevealsMissing)?;
		// A consensus has a winner, so where all revealed or some did there is a digest.
		let digest = consensus.digest.ok_or(TaskError::RevealsMissing)?;
		Ok((consensus, digest))
	}

	/// Closes a task that has its result, for its scheduler or the chain. The caller settles the money.
	///
	/// # Errors
	///
	/// As [`ensure_finalizable`](Self::ensure_finalizable), and what is wrong with the callback's data.
	pub fn finalize(
		&mut self,
		deal: &Deal,
		callback: Option<&[u8]>,
		now: Moment,
		rules: &Rules,
	) -> Result<Consensus, TaskError> {
		let (consensus, digest) = self.ensure_finalizable(deal, now, rules)?;
		check_callback(deal, callback, digest)?;
		self.stage = Stage::Completed(consensus);
		Ok(consensus)
	}

	/// Notes that a worker showed that it had committed to another failure than the one that has consensus. For tasks whose
	/// consensus was shown to be a failure: this changes nothing but what becomes of the worker's stake.
	///
	/// # Errors
	///
	/// [`NotRevealing`](TaskError::NotRevealing), [`RevealTooLate`](TaskError::RevealTooLate),
	/// [`NotContributor`](TaskError::NotContributor), [`NotOpen`](TaskError::NotOpen),
	/// [`WrongDigest`](TaskError::WrongDigest), [`WrongSeal`](TaskError::WrongSeal).
	pub fn excuse(&mut self, worker: &AccountId, digest: ResultDigest, now: Moment) -> Result<(), TaskError> {
		let task = self.id();
		let Stage::Revealing(consensus) = &self.stage else { return Err(TaskError::NotRevealing) };
		ensure(now < consensus.reveal_deadline, TaskError::RevealTooLate)?;
		let contribution =
			self.contributions.iter_mut().find(|one| one.worker == *worker).ok_or(TaskError::NotContributor)?;
		ensure(contribution.status == ContributionStatus::Contributed, TaskError::NotOpen)?;
		ensure(contribution.commitment.result == ResultHash::of(task, digest), TaskError::WrongDigest)?;
		ensure(contribution.commitment.seal == ResultSeal::of(worker, task, digest), TaskError::WrongSeal)?;
		contribution.status = ContributionStatus::Excused;
		Ok(())
	}

	/// Returns whether a contribution is neither shown nor rejected.
	pub fn has_open_contribution(&self) -> bool {
		self.contributions.iter().any(|one| one.status == ContributionStatus::Contributed)
	}

	/// Closes a task whose consensus was shown to be a failure of the app, for its scheduler or the chain. A callback
	/// gets no data. The caller settles the money.
	///
	/// As [`finalize`](Self::finalize), but that workers outside the consensus have until the reveal deadline too, to show
	/// that they committed to another failure.
	///
	/// # Errors
	///
	/// As [`ensure_finalizable`](Self::ensure_finalizable).
	pub fn agree_to_fail(&mut self, deal: &Deal, now: Moment, rules: &Rules) -> Result<Consensus, TaskError> {
		let (consensus, _) = self.ensure_finalizable(deal, now, rules)?;
		let over = consensus.reveal_deadline <= now;
		ensure(over || !self.has_open_contribution(), TaskError::RevealsMissing)?;
		self.stage = Stage::Failed(Some(consensus));
		Ok(consensus)
	}

	/// Gives up a consensus that nobody revealed, for the scheduler: its contributions are rejected, its group leaves the
	/// total, and other workers may contribute.
	///
	/// # Errors
	///
	/// [`NotRevealing`](TaskError::NotRevealing), [`FinalTooLate`](TaskError::FinalTooLate),
	/// [`ReopenTooEarly`](TaskError::ReopenTooEarly), [`AlreadyRevealed`](TaskError::AlreadyRevealed).
	pub fn reopen(&mut self, deal: &Deal, now: Moment) -> Result<(), TaskError> {
		let Stage::Revealing(consensus) = self.stage else { return Err(TaskError::NotRevealing) };
		ensure(now < deal.final_deadline(), TaskError::FinalTooLate)?;
		ensure(consensus.reveal_deadline <= now, TaskError::ReopenTooEarly)?;
		ensure(consensus.reveals == 0, TaskError::AlreadyRevealed)?;
		let group = self.group(consensus.result)?;
		self.total = consensus::total(self.total, group, U256::zero()).map_err(|_| TaskError::ConsensusOverflow)?;
		self.reject(consensus.result);
		self.stage = Stage::Active;
		Ok(())
	}

	/// Closes an overdue task as failed, for anyone.
	///
	/// # Errors
	///
	/// [`AlreadyClosed`](TaskError::AlreadyClosed), [`ClaimTooEarly`](TaskError::ClaimTooEarly).
	pub fn claim(&mut self, deal: &Deal, now: Moment, rules: &Rules) -> Result<(), TaskError> {
		ensure(!self.is_closed(), TaskError::AlreadyClosed)?;
		ensure(self.end(deal, rules) <= now, TaskError::ClaimTooEarly)?;
		self.fail(now, rules);
		Ok(())
	}

	/// Closes a task as failed before its time, for its scheduler: the same money as a claim.
	///
	/// # Errors
	///
	/// [`AlreadyClosed`](TaskError::AlreadyClosed); [`AlreadyRevealed`](TaskError::AlreadyRevealed) as long as the task
	/// can be finalized: a worker that revealed a right result is to be paid for it.
	pub fn abandon(&mut self, deal: &Deal, now: Moment, rules: &Rules) -> Result<(), TaskError> {
		ensure(!self.is_closed(), TaskError::AlreadyClosed)?;
		ensure(!self.has_reveal() || self.end(deal, rules) <= now, TaskError::AlreadyRevealed)?;
		self.fail(now, rules);
		Ok(())
	}

	/// Closes a task without a result or a penalty, for its scheduler: what it was to be computed from is not there. While
	/// there is a consensus, its workers have shown that it is.
	///
	/// # Errors
	///
	/// [`AlreadyClosed`](TaskError::AlreadyClosed), [`NotActive`](TaskError::NotActive),
	/// [`FinalTooLate`](TaskError::FinalTooLate).
	pub fn release(&mut self, deal: &Deal, now: Moment) -> Result<(), TaskError> {
		ensure(!self.is_closed(), TaskError::AlreadyClosed)?;
		ensure(self.stage == Stage::Active, TaskError::NotActive)?;
		ensure(now < deal.final_deadline(), TaskError::FinalTooLate)?;
		self.stage = Stage::Failed(None);
		Ok(())
	}

	/// Returns whether somebody revealed the consensus that stands.
	pub fn has_reveal(&self) -> bool {
		matches!(&self.stage, Stage::Revealing(consensus) if consensus.reveals > 0)
	}

	/// Returns the time, in ms, from which on the task has failed unless it is closed: the deal's final deadline, or some
	/// time after it if somebody revealed. A chain that comes late to its tasks does not take the worker's reward then.
	pub fn end(&self, deal: &Deal, rules: &Rules) -> Moment {
		if self.has_reveal() {
			deal.final_deadline_with_grace(rules)
		} else {
			deal.final_deadline()
		}
	}

	/// Closes the task as failed. Where seized stakes go to the treasury, a consensus of which nobody revealed in time is
	/// rejected as [`reopen`](Self::reopen) would have done.
	fn fail(&mut self, now: Moment, rules: &Rules) {
		let consensus = self.consensus().copied();
		if let Some(consensus) = consensus.filter(|_| rules.sink == Sink::Treasury) {
			if consensus.reveals == 0 && consensus.reveal_deadline <= now {
				self.reject(consensus.result);
			}
		}
		self.stage = Stage::Failed(consensus);
	}

	/// Rejects all that was committed to this result and not revealed.
	fn reject(&mut self, result: ResultHash) {
		for contribution in self.contributions.iter_mut().filter(|one| one.is_open_for(result)) {
			contribution.status = ContributionStatus::Rejected;
		}
	}

	/// Checks what `contribute` and `contribute_and_finalize` demand alike.
	fn ensure_open_to(
		&self,
		deal: &Deal,
		worker: &AccountId,
		enclave: Option<H160>,
		now: Moment,
	) -> Result<(), TaskError> {
		ensure(self.stage == Stage::Active, TaskError::NotActive)?;
		ensure(now < deal.contribution_deadline(), TaskError::ContributionTooLate)?;
		ensure(self.contribution(worker).is_none(), TaskError::AlreadyContributed)?;
		ensure(!deal.tag.has_tee() || enclave.is_some(), TaskError::EnclaveRequired)
	}

	/// Returns the value of a result's group: the product of its open contributions' weights.
	fn group(&self, result: ResultHash) -> Result<U256, TaskError> {
		let open = self.contributions.iter().filter(|one| one.is_open_for(result));
		consensus::group(open.map(|one| one.weight)).map_err(|_| TaskError::ConsensusOverflow)
	}
}

/// Checks that there is callback data exactly if the deal has a callback, and that it is what the digest says.
fn check_callback(deal: &Deal, data: Option<&[u8]>, digest: ResultDigest) -> Result<(), TaskError> {
	match (deal.callback, data) {
		(None, None) => Ok(()),
		(None, Some(_)) => Err(TaskError::UnexpectedCallbackData),
		(Some(_), None) => Err(TaskError::CallbackDataMissing),
		(Some(_), Some(data)) => ensure(ResultDigest::of_callback(data) == digest, TaskError::WrongCallbackData),
	}
}

fn ensure(holds: bool, otherwise: TaskError) -> Result<(), TaskError> {
	holds.then_some(()).ok_or(otherwise)
}

#[cfg(test)]
mod tests;
