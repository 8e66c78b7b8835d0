//! What the journal keeps of a task.

use codec::{Decode, Encode};
use rlc_primitives::{
	work::{AgreedFailure, AppFault, DelegationProof, FailureCause, TaskRef},
	AccountId, Moment, ResultDigest, ResultHash, SchedulerSignature, TaskId,
};
use rlc_protocol::{
	worker::{Assignment, Cause, ShownDelegation, Step},
	Account,
};

/// A task that this worker took, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Record {
	/// The task.
	pub task: TaskRef,
	/// Why the worker may contribute.
	pub authorization: DelegationProof,
	/// Whether its transactions go out together with others.
	pub batched: bool,
	/// When it was taken, in ms of PoCo time.
	pub taken: u64,
	/// How far it has come.
	pub state: State,
}

/// How far a task has come. `…ing` is written before something is done that others see, and says that it may have been.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum State {
	/// It waits for a slot, or runs: nobody would notice if it started over.
	#[codec(index = 0)]
	Taken,
	/// The app ended well.
	#[codec(index = 1)]
	Computed(Output),
	/// The commitment goes to the chain.
	#[codec(index = 2)]
	Contributing(Output),
	/// It is there.
	#[codec(index = 3)]
	Contributed(Output),
	/// The digest goes to the chain.
	#[codec(index = 4)]
	Revealing(Output),
	/// It is there.
	#[codec(index = 5)]
	Revealed(Output),
	/// The result is in the pool's store.
	#[codec(index = 6)]
	Uploaded(Output),
	/// Nothing is left to do, but to tell the scheduler.
	#[codec(index = 7)]
	Ended(End),
}

/// What workers agree on: a result, whose bytes are in a file of their own, named by the task; or how the app failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Output {
	/// What is contributed and revealed.
	pub digest: ResultDigest,
	/// Which hash the digest is.
	pub kind: OutputKind,
	/// Length of the file, in bytes; 0 if there is none.
	pub size: u64,
}

/// What workers agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum OutputKind {
	/// A canonical archive; its digest is the SHA-256.
	#[codec(index = 0)]
	Archive,
	/// The data of a callback; its digest is the keccak-256.
	#[codec(index = 1)]
	Callback,
	/// A failure of the app; its digest is a BLAKE2 hash. There is no file.
	#[codec(index = 2)]
	Failure(AgreedFailure),
}

/// How a task ended here.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum End {
	/// The result was revealed, and nobody needs it from here.
	#[codec(index = 0)]
	Completed,
	/// There is no result of this worker.
	#[codec(index = 1)]
	Failed(RunFailure),
	/// It was no longer wanted.
	#[codec(index = 2)]
	Aborted(String),
}

/// The longest words about a failure, in bytes. [`MAX_REPORTS`](rlc_protocol::worker::MAX_REPORTS) of them fit into what a
/// worker says when it joins.
const MAX_WORDS: usize = 700;

/// Why a run has no result.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RunFailure {
	/// What goes to the chain; `None`: it is this worker's own trouble, which says nothing about the task.
	pub cause: Option<FailureCause>,
	/// What happened, in one line.
	pub words: String,
}

impl RunFailure {
	/// Returns a failure that the task is the cause of.
	pub fn of_task(cause: FailureCause, words: impl Into<String>) -> Self {
		Self { cause: Some(cause), words: line(&words.into()) }
	}

	/// Returns a failure that says nothing about the task.
	pub fn own(words: impl Into<String>) -> Self {
		Self { cause: None, words: line(&words.into()) }
	}

	/// Returns what workers agree on, as the failure of a run: nobody remembers what it wrote.
	pub fn of_app(failure: AgreedFailure) -> Self {
		let cause = match failure.cause {
			AppFault::AppFailed => FailureCause::AppFailed { code: failure.code.cast_signed() },
			AppFault::InvalidResult => FailureCause::InvalidResult,
			AppFault::ResourcesExceeded => FailureCause::ResourcesExceeded,
			AppFault::TimedOut => FailureCause::TimedOut,
		};
		Self::of_task(cause, rlc_json::FailureCause(cause).to_string())
	}

	/// Returns what the scheduler is told. Older journals have longer words.
	pub fn report(&self) -> Cause {
		Cause { cause: self.cause.map(rlc_json::FailureCause), words: line(&self.words) }
	}
}

/// Returns the beginning of words in which strangers have a say, in one line: a scheduler refuses what is longer.
fn line(words: &str) -> String {
	let mut line = String::new();
	for one in words.chars().map(|one| if one.is_control() { ' ' } else { one }) {
		if line.len() + one.len_utf8() > MAX_WORDS {
			break;
		}
		line.push(one);
	}
	line
}

impl Output {
	/// Returns that the app of this task failed.
	pub fn failed(task: TaskId, failure: AgreedFailure) -> Self {
		Self { digest: failure.digest(&task), kind: OutputKind::Failure(failure), size: 0 }
	}

	/// Returns how the app failed, if it did.
	pub fn failure(&self) -> Option<AgreedFailure> {
		match self.kind {
			OutputKind::Failure(failure) => Some(failure),
			OutputKind::Archive | OutputKind::Callback => None,
		}
	}

	/// Returns what `worker` commits to.
	pub fn commitment(&self, worker: &AccountId, task: TaskId) -> rlc_primitives::task::Commitment {
		rlc_primitives::task::Commitment::of(worker, task, self.digest)
	}

	/// Returns what tells this result from others on chain.
	pub fn hash(&self, task: TaskId) -> ResultHash {
		ResultHash::of(task, self.digest)
	}
}

impl State {
	/// Returns the result, or the failure to agree on, if there is one.
	pub fn output(&self) -> Option<&Output> {
		match self {
			Self::Taken | Self::Ended(_) => None,
			Self::Computed(output)
			| Self::Contributing(output)
			| Self::Contributed(output)
			| Self::Revealing(output)
			| Self::Revealed(output)
			| Self::Uploaded(output) => Some(output),
		}
	}

	/// Returns the last step that is known to be done.
	pub fn step(&self) -> Step {
		match self {
			Self::Taken => Step::Started,
			Self::Computed(_) | Self::Contributing(_) => Step::Computed,
			Self::Contributed(_) | Self::Revealing(_) => Step::Contributed,
			Self::Revealed(_) => Step::Revealed,
			Self::Uploaded(_) => Step::Uploaded,
			Self::Ended(End::Completed) => Step::Completed,
			Self::Ended(End::Failed(_)) => Step::Failed,
			Self::Ended(End::Aborted(_)) => Step::Aborted,
		}
	}

	/// Returns whether the chain may hold a contribution of this worker, with its stake.
	pub fn may_be_on_chain(&self) -> bool {
		!matches!(self, Self::Taken | Self::Computed(_) | Self::Ended(_))
	}
}

impl Record {
	/// Returns a task that was just assigned, at `now` in ms of PoCo time.
	///
	/// # Errors
	///
	/// In words, if the delegation cannot be read, or has expired.
	pub fn new(assignment: &Assignment, now: u64) -> Result<Self, String> {
		let mut bytes = assignment.delegation.as_slice();
		let authorization = if bytes.is_empty() {
			DelegationProof::OnChain
		} else {
			let signature = SchedulerSignature::decode(&mut bytes)
				.map_err(|error| format!("the scheduler's delegation cannot be read: {error}"))?;
			let expiry = assignment.expiry;
			match &assignment.signer {
				None => DelegationProof::Signed { signature, expiry },
				Some(signer) => DelegationProof::SignedByProxy { proxy: signer.0.clone(), signature, expiry },
			}
		};
		if !bytes.is_empty() {
			return Err("the scheduler's delegation is too long".into());
		}
		let batched = assignment.batched;
		let record = Self { task: assignment.task, authorization, batched, taken: now, state: State::Taken };
		if record.expiry() <= now {
			return Err("the scheduler's delegation has expired".into());
		}
		Ok(record)
	}

	/// Returns the scheduler's delegation as it is shown to a scheduler; `None` if it is on chain.
	pub fn shown_delegation(&self) -> Option<ShownDelegation> {
		let (signature, signer, expiry) = match &self.authorization {
			DelegationProof::OnChain => return None,
			DelegationProof::Signed { signature, expiry } => (signature, None, *expiry),
			DelegationProof::SignedByProxy { proxy, signature, expiry } => (signature, Some(proxy), *expiry),
		};
		let signer = signer.map(|proxy| Account(proxy.clone()));
		Some(ShownDelegation { signature: signature.encode(), signer, expiry })
	}

	/// Returns when the worker's delegation expires, in ms of PoCo time: nothing can be contributed from then on. One on
	/// chain does not.
	pub fn expiry(&self) -> Moment {
		self.authorization.expiry().unwrap_or(Moment::MAX)
	}

	/// Returns the task's id.
	pub fn id(&self) -> TaskId {
		self.task.id()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::work::TaskRef;
	use rlc_primitives::DealId;
	use sp_core::{sr25519, Pair, H256};

	fn assignment(delegation: Vec<u8>) -> Assignment {
		let task = TaskRef { deal: DealId(H256::repeat_byte(1)), index: 3 };
		Assignment { task, delegation, signer: None, expiry: 10, batched: false }
	}

	#[test]
	fn delegation_is_on_chain_or_signed() {
		let on_chain = Record::new(&assignment(vec![]), 5).unwrap();
		assert_eq!(on_chain.authorization, DelegationProof::OnChain);
		let signature = SchedulerSignature::Native(sr25519::Pair::from_seed(&[1; 32]).sign(b"x").into());
		let signed = Record::new(&assignment(signature.encode()), 5).unwrap();
		assert_eq!(signed.authorization, DelegationProof::Signed { signature, expiry: 10 });
	}

	#[test]
	fn delegation_is_shown_as_it_was_given() {
		assert_eq!(Record::new(&assignment(vec![]), 5).unwrap().shown_delegation(), None, "it is on chain");
		let signature = SchedulerSignature::Native(sr25519::Pair::from_seed(&[1; 32]).sign(b"x").into()).encode();
		for signer in [None, Some(Account(AccountId::new([7; 32])))] {
			let given = Assignment { signer: signer.clone(), ..assignment(signature.clone()) };
			let shown = ShownDelegation { signature: signature.clone(), signer, expiry: 10 };
			assert_eq!(Record::new(&given, 5).unwrap().shown_delegation(), Some(shown));
		}
	}

	#[test]
	fn delegation_of_a_proxy_is_passed_on_with_its_signer() {
		let pair = sr25519::Pair::from_seed(&[1; 32]);
		let signature = SchedulerSignature::Native(pair.sign(b"x").into());
		let proxy = AccountId::new(pair.public().0);
		let given = Assignment { signer: Some(Account(proxy.clone())), ..assignment(signature.encode()) };
		let record = Record::new(&given, 5).unwrap();
		assert_eq!(record.expiry(), 10);
		assert_eq!(record.authorization, DelegationProof::SignedByProxy { proxy, signature, expiry: 10 });
		assert_eq!(Record::new(&given, 10), Err("the scheduler's delegation has expired".into()));
	}

	#[test]
	fn delegation_that_has_expired_is_refused() {
		let signature = SchedulerSignature::Native(sr25519::Pair::from_seed(&[1; 32]).sign(b"x").into());
		let signed = assignment(signature.encode());
		assert!(Record::new(&signed, 9).is_ok());
		assert_eq!(Record::new(&signed, 10), Err("the scheduler's delegation has expired".into()));
		assert!(Record::new(&assignment(vec![]), 10).is_ok(), "one on chain does not expire");
	}

	#[test]
	fn delegation_that_cannot_be_read_is_refused() {
		let signature = SchedulerSignature::Native(sr25519::Pair::from_seed(&[1; 32]).sign(b"x").into()).encode();
		assert!(Record::new(&assignment(vec![9]), 5).is_err());
		assert!(Record::new(&assignment([signature, vec![0]].concat()), 5).is_err());
	}

	#[test]
	fn words_are_one_line_that_a_scheduler_takes() {
		let words = "é\n".repeat(70_000);
		let kept = RunFailure { cause: None, words: words.clone() };
		for told in [RunFailure::own(words.clone()), RunFailure::of_task(FailureCause::TimedOut, words), kept] {
			let words = told.report().words;
			assert!(words.len() > MAX_WORDS - 2 && words.len() <= MAX_WORDS && words.starts_with("é é "), "{words}");
		}
	}

	#[test]
	fn own_trouble_is_no_evidence() {
		assert!(RunFailure::own("no money").report().cause.is_none());
		let cause = RunFailure::of_task(FailureCause::TimedOut, "slow").report().cause;
		assert_eq!(cause, Some(rlc_json::FailureCause(FailureCause::TimedOut)));
	}
}

#[cfg(test)]
mod parsing;
