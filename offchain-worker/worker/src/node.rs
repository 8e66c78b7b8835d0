//! The chain behind a node.

use std::time::Duration;

use async_trait::async_trait;
use futures::{
	stream::{self, BoxStream},
	StreamExt,
};
use rlc_chain::{At, Bid, BlockEvents, Call, Chain, Error, Event, Key, PocoCall, RlcEvent, Sender};
use rlc_primitives::{
	assets::{App, Dataset},
	market::DealView,
	work::{TaskRef, TaskView, WorkItem, MAX_PAGE},
	AccountId, AppId, DatasetId, DealId, TaskEvent,
};
use sp_core::H256;

use crate::{
	ports::{ChainPort, Included, SendError, Submission, Unreachable},
	seen::{ChainEvent, News},
};

/// How long a transaction is waited for: as long as it is good, 64 blocks of 2 s, and a little more. One that is given up
/// before that would still be in the pool, where another that does the same has no place.
const PATIENCE: Duration = Duration::from_secs(150);

/// The chain, for one key.
pub(crate) struct Node {
	chain: Chain,
	sender: Sender,
	account: AccountId,
}

impl Node {
	/// Returns the chain as this key speaks on it.
	pub fn new(chain: Chain, key: Key) -> Self {
		let account = key.account();
		Self { sender: Sender::new(chain.clone(), key).with_patience(PATIENCE), chain, account }
	}
}

fn unreachable(error: Error) -> Unreachable {
	Unreachable(error.to_string())
}

/// Returns what it means that something was not sent.
fn unsent(error: Error) -> SendError {
	match error {
		Error::Paused => SendError::Paused,
		Error::Refused(_) | Error::Invalid(_) => SendError::Refused(error.to_string()),
		error => SendError::Unclear(error.to_string()),
	}
}

#[async_trait]
impl ChainPort for Node {
	fn account(&self) -> AccountId {
		self.account.clone()
	}

	fn genesis(&self) -> H256 {
		self.chain.genesis()
	}

	async fn deal(&self, deal: DealId) -> Result<Option<DealView>, Unreachable> {
		self.chain.deal(deal).await.map_err(unreachable)
	}

	async fn app(&self, app: AppId) -> Result<Option<App>, Unreachable> {
		let app = self.chain.app(app).await.map_err(unreachable)?;
		Ok(app.map(|registered| registered.content))
	}

	async fn dataset(&self, dataset: DatasetId) -> Result<Option<Dataset>, Unreachable> {
		let dataset = self.chain.dataset(dataset).await.map_err(unreachable)?;
		Ok(dataset.map(|registered| registered.content))
	}

	async fn task(&self, task: TaskRef, at: H256) -> Result<Option<TaskView>, Unreachable> {
		self.chain.call_api("PocoApi_task_of", &(task.deal, task.index), Some(at)).await.map_err(unreachable)
	}

	async fn may_report(&self, task: TaskRef) -> Result<bool, Unreachable> {
		let asked = self.chain.call_api("PocoApi_task_of", &(task.deal, task.index), None).await;
		let view: Option<TaskView> = asked.map_err(unreachable)?;
		Ok(view.is_some_and(|view| may_report(&view, &self.account)))
	}

	async fn work(&self) -> Result<Vec<WorkItem>, Unreachable> {
		self.chain.work_for(&self.account, MAX_PAGE).await.map_err(unreachable)
	}

	fn news(&self) -> BoxStream<'static, News> {
		let account = self.account.clone();
		let best = self.chain.follow(None, At::Best).map(move |block| match block {
			Ok(block) => news(block, &account),
			Err(error) => {
				tracing::warn!("the chain is not followed for the moment: {error}");
				News::Gap
			}
		});
		let finalized = self.chain.follow(None, At::Finalized).filter_map(|block| async move {
			// What is missed is in the next one.
			block.ok().map(|block| News::Finalized(block.number))
		});
		stream::select(best, finalized.boxed()).boxed()
	}

	async fn send(&self, submission: Submission, bids: &[Bid]) -> Result<Included, SendError> {
		let receipt = self.sender.send_bidding(call(submission), bids).await.map_err(unsent)?;
		Ok(Included { passed_over: receipt.passed_over().collect(), tip: receipt.tip })
	}
}

/// Returns whether a worker may report that a task cannot be computed: it is open, the worker's, and not reported by it.
fn may_report(view: &TaskView, worker: &AccountId) -> bool {
	let is_delegate = || view.delegates.iter().any(|one| one.worker == *worker);
	let is_the_workers = view.task.contribution(worker).is_some() || is_delegate();
	!view.task.is_closed() && is_the_workers && !view.failures.iter().any(|report| report.worker == *worker)
}

/// Returns what of a block concerns a worker.
fn news(block: BlockEvents, account: &AccountId) -> News {
	let BlockEvents { number, hash, parent, clock, events } = block;
	let events = events.into_iter().filter_map(|(_, event)| concerning(event, account)).collect();
	News::Block { number, hash, parent, clock, events }
}

/// Returns what of an event concerns a worker: what it did itself, and what ends or opens tasks for all.
fn concerning(event: Event, account: &AccountId) -> Option<ChainEvent> {
	if let Event::Rlc(RlcEvent::Rewarded { who, amount, .. }) = event {
		return (who == *account).then_some(ChainEvent::Rewarded(amount));
	}
	let (task, event) = event.task_event()?;
	let is_concerned = match &event {
		TaskEvent::Contributed { worker, .. } | TaskEvent::Revealed { worker, .. } => worker == account,
		TaskEvent::ConsensusReached { .. }
		| TaskEvent::Reopened
		| TaskEvent::Closed { .. }
		| TaskEvent::FailureRevealed { .. } => true,
		TaskEvent::Delegated { .. } | TaskEvent::Failed { .. } | TaskEvent::FailureReported { .. } => false,
	};
	is_concerned.then_some(ChainEvent::Task(task, event))
}

/// Returns the call that says it: the one for a single task, if it is one.
fn call(submission: Submission) -> Call {
	match submission {
		Submission::Contribute(mut contributions) => match contributions.pop() {
			Some(one) if contributions.is_empty() => Call::Poco(PocoCall::Contribute {
				task: one.task,
				commitment: one.commitment,
				authorization: one.authorization,
				enclave_signature: one.enclave_signature,
			}),
			last => {
				contributions.extend(last);
				Call::Poco(PocoCall::ContributeBatch { contributions })
			}
		},
		Submission::Reveal(reveals) => match reveals.as_slice() {
			[(task, digest)] => Call::Poco(PocoCall::Reveal { task: *task, digest: *digest }),
			_ => Call::Poco(PocoCall::RevealBatch { reveals }),
		},
		Submission::Direct { mut results, callback_data } => match results.pop() {
			Some(one) if results.is_empty() => Call::Poco(PocoCall::ContributeAndFinalize {
				task: one.task,
				digest: one.digest,
				authorization: one.authorization,
				enclave: one.enclave,
				callback_data,
			}),
			last => {
				results.extend(last);
				Call::Poco(PocoCall::ContributeAndFinalizeBatch { results })
			}
		},
		Submission::RevealFailure(task, failure) => Call::Poco(PocoCall::RevealFailure { task, failure }),
		Submission::ReportFailure(task, cause) => Call::Poco(PocoCall::ReportFailure { task, cause }),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::DEAL;
	use rlc_chain::PocoEvent;
	use rlc_primitives::{
		task::{Commitment, Stage},
		work::{ContributionOf, Delegate, DelegationProof, FailureCause, FailureReport, ResultOf},
		DealId, ResultDigest, ResultHash, ResultSeal, Task, TaskId,
	};

	fn contribution(index: u64) -> ContributionOf {
		let commitment = Commitment { result: ResultHash::default(), seal: ResultSeal::default(), enclave: None };
		let task = TaskRef { deal: DEAL, index };
		ContributionOf { task, commitment, authorization: DelegationProof::OnChain, enclave_signature: None }
	}

	#[test]
	fn one_task_is_sent_as_one_and_several_as_a_batch_in_their_order() {
		assert!(
			matches!(call(Submission::Contribute(vec![contribution(1)])), Call::Poco(PocoCall::Contribute { task, .. }) if task.index == 1)
		);
		let several = vec![contribution(1), contribution(2), contribution(3)];
		assert_eq!(
			call(Submission::Contribute(several.clone())),
			Call::Poco(PocoCall::ContributeBatch { contributions: several })
		);
		let reveal = (TaskRef { deal: DEAL, index: 1 }, ResultDigest::default());
		assert!(matches!(call(Submission::Reveal(vec![reveal])), Call::Poco(PocoCall::Reveal { .. })));
		assert!(
			matches!(call(Submission::Reveal(vec![reveal; 2])), Call::Poco(PocoCall::RevealBatch { reveals }) if reveals.len() == 2)
		);
		let (task, digest) = reveal;
		let result = ResultOf { task, digest, authorization: DelegationProof::OnChain, enclave: None };
		let direct = |number| Submission::Direct { results: vec![result.clone(); number], callback_data: None };
		assert!(matches!(call(direct(1)), Call::Poco(PocoCall::ContributeAndFinalize { task, .. }) if task.index == 1));
		assert!(
			matches!(call(direct(2)), Call::Poco(PocoCall::ContributeAndFinalizeBatch { results }) if results == [result.clone(), result.clone()])
		);
	}

	#[test]
	fn pause_is_told_from_refusals_and_from_what_may_have_arrived() {
		assert_eq!(unsent(Error::Paused), SendError::Paused);
		assert!(matches!(unsent(Error::Invalid("no".into())), SendError::Refused(_)));
		assert!(matches!(unsent(Error::TimedOut { hash: H256::zero(), seconds: 1 }), SendError::Unclear(_)));
	}

	#[test]
	fn worker_may_report_once_what_is_open_and_delegated_to_it() {
		let (me, other) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		let delegate = |worker: &AccountId| Delegate { worker: worker.clone(), enclave: None };
		let report =
			|worker: &AccountId| FailureReport { worker: worker.clone(), cause: FailureCause::TimedOut, at: 1 };
		let task = Task::new(DEAL, 0);
		let view = TaskView {
			id: task.id(),
			task,
			contribution_deadline: 7,
			final_deadline: 10,
			delegates: vec![delegate(&other), delegate(&me)],
			failures: vec![report(&other)],
			delivery: None,
			failure: None,
		};
		assert!(may_report(&view, &me));
		assert!(!may_report(&view, &other), "it has reported");
		assert!(
			!may_report(&TaskView { delegates: vec![delegate(&other)], ..view.clone() }, &me),
			"it is not delegated"
		);
		let closed = Task { stage: Stage::Failed(None), ..view.task.clone() };
		assert!(!may_report(&TaskView { task: closed, ..view }, &me));
	}

	#[test]
	fn what_others_do_is_left_out_but_for_what_ends_tasks() {
		let (me, other) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		let task = TaskId::default();
		let contributed = |worker: &AccountId| {
			let event =
				Event::Poco(PocoEvent::Contributed { task, worker: worker.clone(), result: ResultHash::default() });
			concerning(event, &me)
		};
		assert!(contributed(&me).is_some() && contributed(&other).is_none());
		let closed = Event::Poco(PocoEvent::TaskClosed { task, deal: DealId::default(), outcome: None });
		assert_eq!(concerning(closed, &me), Some(ChainEvent::Task(task, TaskEvent::Closed { outcome: None })));
		let paid =
			|who: &AccountId| concerning(Event::Rlc(RlcEvent::Rewarded { who: who.clone(), amount: 5, task }), &me);
		assert_eq!((paid(&me), paid(&other)), (Some(ChainEvent::Rewarded(5)), None));
	}
}
