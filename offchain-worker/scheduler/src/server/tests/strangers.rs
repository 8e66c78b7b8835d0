//! Workers that nobody vouches for.

use std::collections::BTreeSet;

use rlc_primitives::{CategoryId, Restriction, Tag, RLC};
use rlc_protocol::{
	requester::{PoolInfo, PoolStatus},
	worker::ShownDelegation,
};

use super::*;
use crate::Offer;

impl Yard {
	/// Waits until what the pool tells of its business is as expected.
	pub(super) async fn until_status(&self, is_expected: impl Fn(&PoolStatus) -> bool) -> PoolStatus {
		let client = self.client().await;
		let wait = async {
			loop {
				let status = SchedulerRpcClient::status(&client).await.unwrap();
				if is_expected(&status) {
					break status;
				}
				sleep(Duration::from_millis(50)).await;
			}
		};
		timeout(LONG, wait).await.expect("it is told")
	}

	/// Lets a worker join that shows an operator.
	async fn worker_of(&self, name: &str, operator: &str) -> Worker {
		let worker = key(name);
		let claim = Claim::Operator { genesis: GENESIS, worker: &worker.account() };
		let signature = key(operator).sign(&claim.payload()).encode();
		let operator = Operator { account: Account(key(operator).account()), signature };
		let joined = self.worker_as(self.client().await, worker, |join| join.operator = Some(operator)).await;
		joined.unwrap()
	}

	/// Returns whether the pool says that it vouches for a worker.
	async fn is_vouched(&self, worker: &Worker) -> bool {
		let account = Account(worker.key.account());
		let workers = self.client().await.workers().await.unwrap();
		workers.iter().find(|known| known.account == account).expect("it has joined").vouched
	}
}

/// Returns why a worker is refused.
async fn refusal(yard: &Yard, name: &str) -> String {
	yard.worker_with(name, Vec::new()).await.map(|_| ()).unwrap_err().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_that_nobody_vouches_for_is_refused_until_it_owns_enough() {
	let yard = Yard::new().await;
	let [mallory, bob] = ["Mallory", "Bob"].map(|name| key(name).account());
	yard.chain.world().funds.extend([(mallory.clone(), RLC), (bob, 0)]);
	let refused = refusal(&yard, "Mallory").await;
	assert!(refused.contains("send it 9 RLC more") && refused.contains("vouch"), "{refused}");
	drop(yard.worker("Bob").await);
	yard.chain.world().funds.insert(mallory, 10 * RLC);
	drop(yard.worker("Mallory").await);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_that_nobody_vouches_for_can_stake_for_the_dearest_task() {
	let offer = |price| Offer {
		price,
		category: CategoryId(0),
		reference_time: 300_000,
		trust: 10,
		tag: Tag::NONE,
		app_restrict: Restriction::Anyone,
		dataset_restrict: Restriction::Anyone,
		requester_restrict: Restriction::Anyone,
		volume: Some(1),
	};
	let yard = Yard::with(|config| config.offers = Some(vec![offer(100 * RLC), offer(RLC)])).await;
	let mallory = key("Mallory").account();
	yard.chain.world().funds.insert(mallory.clone(), 29 * RLC);
	let refused = refusal(&yard, "Mallory").await;
	assert!(refused.contains("send it 1 RLC more"), "a worker stakes 30 %: {refused}");
	yard.chain.world().funds.insert(mallory, 30 * RLC);
	drop(yard.worker("Mallory").await);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_operator_vouches_for_its_worker_if_the_pool_knows_it() {
	let yard = Yard::with(|config| config.vouched = [key("Dave").account()].into()).await;
	for (operator, is_vouched) in [("Dave", true), ("Alice", true), ("Mallory", false)] {
		let worker = yard.worker_of("Bob", operator).await;
		assert_eq!(yard.is_vouched(&worker).await, is_vouched, "{operator}; Alice runs the pool");
	}
	assert!(!yard.is_vouched(&yard.worker("Bob").await).await);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pool_tells_how_many_votes_its_workers_have_that_take_tasks() {
	let yard = Yard::with(|config| config.vouched = [key("Dave").account()].into()).await;
	let operators = [yard.worker_of("Bob", "Dave").await, yard.worker_of("Eve", "Dave").await];
	let _strangers = [yard.worker("Mallory").await, yard.worker_of("Trudy", "Oscar").await];
	let pool = yard.until_status(|status| status.pool.workers == 4).await.pool;
	assert_eq!((pool.vouched, pool.votes), (Some(2), Some(2)), "one of the operator, and one of all strangers");
	let workers = yard.client().await.workers().await.unwrap();
	let voters: BTreeSet<_> = workers.iter().map(|worker| worker.voter()).collect();
	assert_eq!(voters.len(), 2, "as a program counts them");
	for worker in &operators {
		worker.beats.abort();
		let heartbeat = Heartbeat { free_slots: 0, draining: true, cached: None };
		worker.client.heartbeat(worker.joined.session, heartbeat).await.unwrap();
	}
	let draining = |pool: &PoolInfo| pool.workers == 4 && pool.vouched == Some(0);
	let pool = yard.until_status(|status| draining(&status.pool)).await.pool;
	assert_eq!(pool.votes, Some(1), "that of all strangers");
	drop(operators);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn task_that_one_worker_decides_waits_for_one_that_is_vouched_for_and_the_pool_says_so() {
	let yard = Yard::new().await;
	let mut mallory = yard.worker("Mallory").await;
	let deal = yard.deal(100, 1, 1, |_| ());
	let status = yard.until_status(|status| !status.lacking.is_empty()).await;
	assert_eq!(status.lacking[0].deal, deal);
	assert!(status.lacking[0].reason.contains("vouches"), "{status:?}");
	let mut bob = yard.worker("Bob").await;
	assert_eq!(bob.tasks(1).await[0].task.deal, deal);
	yard.until_status(|status| status.lacking.is_empty()).await;
	// Its first task is one that others check.
	let checked = yard.deal(101, 3, 1, |_| ());
	assert_eq!(mallory.tasks(1).await[0].task.deal, checked);
	drop((bob, mallory));
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_have_one_vote_on_a_task_also_after_a_restart() {
	let yard = Yard::new().await;
	let mut mallory = yard.worker("Mallory").await;
	let task = TaskRef { deal: yard.deal(100, 3, 1, |_| ()), index: 0 };
	mallory.tasks(1).await;
	drop(mallory);
	let yard = yard.kill().await;
	let _mallory = yard.worker_with("Mallory", vec![report(task.id(), Step::Computing)]).await.unwrap();
	// Whatever operators they show.
	let mut others = [yard.worker("Trudy").await, yard.worker_of("Oscar", "Oscar").await];
	let mut bob = yard.worker("Bob").await;
	assert_eq!(bob.tasks(1).await[0].task, task, "a second vote is needed");
	for other in &mut others {
		assert!(timeout(Duration::from_millis(500), other.instructions.next()).await.is_err(), "it has no vote");
	}
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_without_a_stake_gets_no_task_until_its_account_has_one() {
	let yard = Yard::new().await;
	let bob = key("Bob").account();
	yard.chain.world().funds.insert(bob.clone(), 4);
	let mut worker = yard.worker("Bob").await;
	let dear = yard.deal(100, 1, 1, |deal| deal.worker_stake = 5);
	let status = yard.until_status(|status| !status.lacking.is_empty()).await;
	assert!(status.lacking[0].deal == dear && status.lacking[0].reason.contains("stake"), "{status:?}");
	let cheap = yard.deal(101, 1, 1, |deal| deal.worker_stake = 4);
	assert_eq!(worker.tasks(1).await[0].task.deal, cheap);
	drop(worker);
	yard.chain.world().funds.insert(bob, 5);
	let mut worker = yard.worker("Bob").await;
	assert!(worker.tasks(2).await.iter().any(|given| given.task.deal == dear), "and the other one again");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduler_without_its_database_believes_its_own_delegations_and_no_other_word() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let task = TaskRef { deal: yard.deal(100, 1, 1, |_| ()), index: 0 };
	let Assignment { delegation, expiry, .. } = bob.tasks(1).await.remove(0);
	drop(bob);
	let Yard { chain, scheduler, .. } = yard;
	scheduler.stop().await.unwrap();
	let dir = tempfile::tempdir().unwrap();
	let yard = Yard { scheduler: start(config(&dir), &chain).await, chain, dir };
	yard.until(task.id(), |info| info.queue_position.is_some()).await;

	let shown = ShownDelegation { signature: delegation, signer: None, expiry };
	let held = |step, delegation| vec![Held { report: report(task.id(), step), delegation }];
	// It is the only word of Charlie's; the delegation is Bob's.
	for delegation in [None, Some(shown.clone())] {
		let held = held(Step::Computed, delegation);
		let client = yard.client().await;
		let charlie = yard.worker_as(client, key("Charlie"), |join| {
			join.held = held;
			// Else it would be given the task.
			join.resources.wasm = false;
			join.resources.container = true;
		});
		assert_eq!(charlie.await.unwrap().joined.forget, [task.id()]);
	}
	let held = held(Step::Computing, Some(shown));
	let bob = yard.worker_as(yard.client().await, key("Bob"), |join| join.held = held).await.unwrap();
	assert_eq!(bob.joined.forget, []);
	let info = yard.until(task.id(), |info| step_of(info, &bob) == Some(Step::Computing)).await;
	assert_eq!(info.replicates.len(), 1, "nobody else has a part in it");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn stranger_is_shown_with_what_it_has_earned() {
	let yard = Yard::new().await;
	let mallory = yard.worker("Mallory").await;
	let bob = yard.worker("Bob").await;
	let status = yard.until_status(|status| status.strangers.here == 1).await;
	assert_eq!((status.strangers.proven, status.strangers.away), (0, 0));
	let workers = yard.client().await.workers().await.unwrap();
	let of = |worker: &Worker| {
		let account = Account(worker.key.account());
		workers.iter().find(|known| known.account == account).expect("it has joined").clone()
	};
	assert_eq!((of(&mallory).usable_slots, of(&mallory).resources.slots), (Some(1), 4), "it has not earned more");
	assert_eq!(of(&mallory).record.map(|record| (record.validated, record.proven)), Some((0, false)));
	assert_eq!((of(&bob).usable_slots, of(&bob).record), (Some(4), None));
	drop((bob, mallory));
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn stranger_whose_result_is_refuted_is_expelled_and_may_not_join() {
	let yard = Yard::new().await;
	let mallory = yard.worker("Mallory").await;
	let honest = ["Bob", "Charlie", "Dave"];
	let mut workers = Vec::new();
	for name in honest {
		workers.push(yard.worker(name).await);
	}
	let task = TaskRef { deal: yard.deal(100, 3, 1, |_| ()), index: 0 };
	yard.until(task.id(), |_| true).await;
	yard.chain.contribute(task, &mallory.key.account(), 8);
	for name in honest {
		yard.chain.contribute(task, &key(name).account(), 7);
	}
	for name in honest {
		yard.chain.change(|world| world.reveal(task.id(), &key(name).account(), 7).unwrap());
	}
	let heartbeat = || Heartbeat { free_slots: 4, draining: false, cached: None };
	let ended = async {
		while mallory.client.heartbeat(mallory.joined.session, heartbeat()).await.is_ok() {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, ended).await.expect("its session ends");
	let refused = refusal(&yard, "Mallory").await;
	assert!(refused.contains("refuted"), "{refused}");
	let yard = yard.restart().await;
	assert_eq!(refusal(&yard, "Mallory").await, refused, "that is written down");
	drop(workers);
	yard.scheduler.stop().await.unwrap();
}
