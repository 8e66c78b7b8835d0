//! What is observed is compared with [`Task`] itself.

use super::*;
use crate::{
	deal::{Resource, Settlement},
	rules::Rules,
	tag::Tag,
	AppId, CategoryId, Deal, DealId, WorkerpoolId,
};
use proptest::prelude::*;
use sp_core::H256;

/// T of the test's category, in ms; its deal starts at time 0.
const T: Moment = 100;

fn worker(n: u8) -> AccountId {
	AccountId::new([n; 32])
}

fn digest(n: u8) -> ResultDigest {
	ResultDigest(H256::repeat_byte(n))
}

fn deal(trust: u64) -> Deal {
	let owner = worker(200);
	Deal {
		app: Resource { id: AppId::default(), owner: owner.clone(), price: 1 },
		dataset: None,
		workerpool: Resource { id: WorkerpoolId::default(), owner: owner.clone(), price: 1 },
		payer: owner.clone(),
		requester: owner,
		beneficiary: None,
		callback: None,
		category: CategoryId(0),
		reference_time: T,
		trust,
		tag: Tag::NONE,
		start: 0,
		opened: 0,
		first: 0,
		size: 1,
		worker_stake: 0,
		charge: 0,
		pool_stake: 0,
		scheduler_ratio: 1,
		settlement: Settlement::Scheduler,
	}
}

/// Something that is tried with a task.
#[derive(Clone, Debug)]
enum Attempt {
	Contribute { worker: u8, result: u8 },
	Deliver { worker: u8, result: u8 },
	Reveal { worker: u8, result: u8 },
	Finalize,
	Reopen,
	Abandon,
	Claim,
	Wait { time: Moment },
}

fn attempt() -> impl Strategy<Value = Attempt> {
	let (workers, results) = (0..6u8, 0..2u8);
	prop_oneof![
		6 => (workers.clone(), results.clone()).prop_map(|(worker, result)| Attempt::Contribute { worker, result }),
		1 => (workers.clone(), results.clone()).prop_map(|(worker, result)| Attempt::Deliver { worker, result }),
		6 => (workers, results).prop_map(|(worker, result)| Attempt::Reveal { worker, result }),
		1 => Just(Attempt::Finalize),
		2 => Just(Attempt::Reopen),
		1 => Just(Attempt::Abandon),
		1 => Just(Attempt::Claim),
		2 => (1..3 * T).prop_map(|time| Attempt::Wait { time }),
	]
}

/// Returns a worker's score: some workers have none.
fn score(worker: u8) -> u64 {
	u64::from(worker) * 7
}

/// Tries it. Returns the events of what the chain did.
fn act(task: &mut Task, deal: &Deal, now: &mut Moment, attempt: &Attempt) -> Vec<TaskEvent> {
	let id = task.id();
	match *attempt {
		Attempt::Contribute { worker: n, result } => {
			let who = worker(n);
			let commitment = Commitment::of(&who, id, digest(result));
			let result = commitment.result;
			let Ok(reached) = task.contribute(deal, who.clone(), score(n), commitment, *now, &Rules::IEXEC) else {
				return vec![];
			};
			let mut events = vec![TaskEvent::Delegated { worker: who.clone() }];
			events.push(TaskEvent::Contributed { worker: who, result });
			events.extend(reached.map(|reached| TaskEvent::ConsensusReached {
				result,
				winners: reached.winners,
				reveal_deadline: reached.reveal_deadline,
			}));
			events
		}
		Attempt::Deliver { worker: n, result } => {
			let delivered = task.contribute_and_finalize(deal, worker(n), digest(result), None, None, *now);
			let delegated = TaskEvent::Delegated { worker: worker(n) };
			let closed = TaskEvent::Closed { outcome: Some(digest(result)) };
			delivered.map_or_else(|_| vec![], |_| vec![delegated, closed])
		}
		Attempt::Reveal { worker: n, result } => {
			let revealed = task.reveal(&worker(n), digest(result), *now);
			let event = TaskEvent::Revealed { worker: worker(n), digest: digest(result) };
			revealed.map_or_else(|_| vec![], |_| vec![event])
		}
		Attempt::Finalize => {
			let closed = task.finalize(deal, None, *now, &Rules::IEXEC);
			closed.map_or_else(|_| vec![], |consensus| vec![TaskEvent::Closed { outcome: consensus.digest }])
		}
		Attempt::Reopen => task.reopen(deal, *now).map_or_else(|_| vec![], |()| vec![TaskEvent::Reopened]),
		Attempt::Abandon => task
			.abandon(deal, *now, &Rules::IEXEC)
			.map_or_else(|_| vec![], |()| vec![TaskEvent::Closed { outcome: None }]),
		Attempt::Claim => task
			.claim(deal, *now, &Rules::IEXEC)
			.map_or_else(|_| vec![], |()| vec![TaskEvent::Closed { outcome: None }]),
		Attempt::Wait { time } => {
			*now += time;
			vec![]
		}
	}
}

fn weight(worker: &AccountId) -> u64 {
	let bytes: &[u8] = worker.as_ref();
	consensus::weight(score(bytes[0]))
}

/// Returns all that events can tell of a task: without seals, and without the reveal deadline of a result delivered at
/// once.
fn observable(task: &Task) -> Task {
	let mut task = task.clone();
	for one in &mut task.contributions {
		one.commitment.seal = ResultSeal::default();
	}
	if let Stage::Completed(consensus) = &mut task.stage {
		if consensus.winners == 1 {
			consensus.reveal_deadline = 0;
		}
	}
	task
}

proptest! {
	#[test]
	fn observed_task_is_as_the_chain_has_it(
		trust in prop_oneof![Just(1u64), 2..40u64],
		attempts in prop::collection::vec(attempt(), 0..60),
		is_doubled in any::<bool>(),
	) {
		let deal = deal(trust);
		let mut task = Task::new(DealId(H256::repeat_byte(9)), 0);
		let (mut observed, mut now) = (ObservedTask::new(task.clone()), 0);
		for attempt in &attempts {
			for event in act(&mut task, &deal, &mut now, attempt) {
				observed.apply(&event, weight);
				if is_doubled {
					observed.apply(&event, weight);
				}
			}
			prop_assert_eq!(observable(observed.task()), observable(&task), "{:?}", attempt);
		}
	}

	#[test]
	fn observation_that_begins_late_ends_the_same(
		trust in 1..20u64,
		attempts in prop::collection::vec(attempt(), 1..60),
		beginning in 0..60usize,
	) {
		let deal = deal(trust);
		let mut task = Task::new(DealId(H256::repeat_byte(9)), 0);
		let (mut observed, mut now) = (ObservedTask::new(task.clone()), 0);
		for (n, attempt) in attempts.iter().enumerate() {
			let events = act(&mut task, &deal, &mut now, attempt);
			if n <= beginning {
				observed.replace(task.clone());
			} else {
				events.iter().for_each(|event| observed.apply(event, weight));
			}
		}
		prop_assert_eq!(observable(observed.task()), observable(&task));
	}
}

#[test]
fn groups_are_of_open_contributions() {
	let mut observed = ObservedTask::new(Task::new(DealId::default(), 0));
	let [right, wrong] = [1, 2].map(|n| ResultHash(H256::repeat_byte(n)));
	for (n, result) in [(1, right), (2, right), (3, wrong)] {
		observed.apply(&TaskEvent::Contributed { worker: worker(n), result }, |_| 2);
	}
	assert_eq!(groups(observed.task()), [(right, 4.into()), (wrong, 2.into())].into());
	assert_eq!(observed.task().total, 7.into());
}
