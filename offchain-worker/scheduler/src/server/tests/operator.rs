//! What the operator tells the scheduler, and what it sells.

use rlc_primitives::{CategoryId, Restriction, Tag, WorkerpoolOrder};
use rlc_protocol::{
	admin::{AdminRpcClient, Ban},
	requester::PoolStatus,
};
use tokio::net::UnixStream;

use super::{restarts::siblings, *};
use crate::{
	db::Batch,
	model::{Mark, DAY},
	Offer,
};

pub(super) fn offer(volume: Option<u64>) -> Offer {
	Offer {
		price: 5,
		category: CategoryId(0),
		reference_time: 300_000,
		trust: 10,
		tag: Tag::NONE,
		app_restrict: Restriction::Anyone,
		dataset_restrict: Restriction::Anyone,
		requester_restrict: Restriction::Anyone,
		volume,
	}
}

impl Yard {
	/// Starts a scheduler that sells this.
	async fn selling(offers: Vec<Offer>) -> Self {
		Self::with(|config| config.offers = Some(offers)).await
	}

	/// Connects to the scheduler as its operator.
	async fn operator(&self) -> WsClient {
		let stream = UnixStream::connect(self.dir.path().join("admin.sock")).await.unwrap();
		WsClientBuilder::default().build_with_stream("ws://localhost", stream).await.unwrap()
	}

	async fn status(&self) -> PoolStatus {
		SchedulerRpcClient::status(&self.client().await).await.unwrap()
	}

	/// Waits until the book is as expected.
	pub(super) async fn until_book(&self, is_expected: impl Fn(&[WorkerpoolOrder]) -> bool) {
		let wait = async {
			while !is_expected(&self.chain.world().orders) {
				sleep(Duration::from_millis(50)).await;
			}
		};
		let waited = timeout(LONG, wait).await;
		assert!(waited.is_ok(), "{:?}", self.chain.world().orders);
	}

	/// Waits until so many tasks are on sale at this trust, in one order.
	async fn until_sold(&self, trust: u64, volume: u64) {
		self.until_book(|book| matches!(book, [one] if (one.trust, one.volume) == (trust, volume))).await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_sale_follows_what_workers_can_do() {
	let yard = Yard::selling(vec![offer(None)]).await;
	yard.scheduler.has_sold().await;
	assert_eq!(yard.chain.world().orders, [], "no worker is here");
	let bob = yard.worker("Bob").await;
	// Four slots try six tasks each, and one worker cannot be checked.
	yard.until_sold(1, 24).await;
	yard.deal(100, 1, 20, |_| ());
	yard.until_sold(1, 4).await;
	drop(bob);
	yard.scheduler.stop().await.unwrap();
	assert_eq!(yard.chain.world().orders, [], "a scheduler that stops sells nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn status_counts_what_is_on_sale_or_says_why_nothing_is() {
	let sells = |status: &PoolStatus| status.on_sale.as_ref().map(|sale| (sale.orders, sale.tasks));
	let yard = Yard::selling(vec![offer(Some(100))]).await;
	let status = yard.until_status(|status| sells(status) == Some((1, 100))).await;
	assert_eq!(status.on_sale.and_then(|sale| sale.idle), None);
	yard.scheduler.stop().await.unwrap();
	let yard = Yard::new().await;
	let status = yard.until_status(|status| sells(status) == Some((0, 0))).await;
	let idle = status.on_sale.and_then(|sale| sale.idle).unwrap_or_default();
	assert!(idle.contains("published no orders"), "{idle}");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_are_not_offered_any_more_are_replaced() {
	let yard = Yard::selling(vec![offer(Some(100))]).await;
	yard.until_sold(10, 100).await;
	let Yard { chain, dir, scheduler } = yard;
	// As if it had been killed: its order stays, and somebody publishes another by hand.
	let left = chain.world().orders.clone();
	scheduler.stop().await.unwrap();
	chain.world().orders = left.clone();
	let by_hand = WorkerpoolOrder { price: 1, salt: H256::repeat_byte(7), ..left[0].clone() };
	chain.world().orders.push(by_hand);
	let dearer = Offer { price: 6, ..offer(Some(100)) };
	let scheduler = start(Config { offers: Some(vec![dearer]), ..config(&dir) }, &chain).await;
	let yard = Yard { chain, dir, scheduler };
	yard.until_book(|book| matches!(book, [one] if one.price == 6)).await;
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pool_whose_node_is_behind_leaves_the_book_as_it_is() {
	let Yard { chain, dir, scheduler } = Yard::new().await;
	scheduler.stop().await.unwrap();
	chain.world().lag = Some(rlc_chain::Lag::Syncing);
	let scheduler = start(Config { offers: Some(vec![offer(Some(100))]), ..config(&dir) }, &chain).await;
	scheduler.has_sold().await;
	assert_eq!(chain.world().orders, [], "what is in the book of now is not known");
	chain.world().lag = None;
	let yard = Yard { chain, dir, scheduler };
	yard.until_sold(10, 100).await;
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn paused_pool_sells_nothing_until_it_is_resumed() {
	let yard = Yard::selling(vec![offer(Some(100))]).await;
	yard.until_sold(10, 100).await;
	let operator = yard.operator().await;
	operator.pause().await.unwrap();
	yard.until_book(|book| book.is_empty()).await;
	let status = yard.status().await;
	assert!(status.paused.is_some() && status.withdrawn.is_none(), "{status:?}");
	drop(operator);
	let Yard { chain, dir, scheduler } = yard;
	scheduler.stop().await.unwrap();
	let scheduler = start(Config { offers: Some(vec![offer(Some(100))]), ..config(&dir) }, &chain).await;
	assert!(scheduler.paused.is_some());
	scheduler.has_sold().await;
	assert_eq!(chain.world().orders, [], "a restart alone sells nothing");
	let yard = Yard { chain, dir, scheduler };
	assert_eq!(yard.status().await.halted.as_deref(), Some("its operator paused it"));
	yard.operator().await.resume().await.unwrap();
	yard.until_sold(10, 100).await;
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_published_by_hand_come_back_after_a_pause_and_after_a_stop() {
	let yard = Yard::new().await;
	let by_hand = offer(None).order(WorkerpoolId::default(), 3, 70);
	yard.chain.world().orders.push(by_hand.clone());
	let operator = yard.operator().await;
	operator.pause().await.unwrap();
	yard.until_book(|book| book.is_empty()).await;
	operator.resume().await.unwrap();
	yard.until_book(|book| book == [by_hand.clone()]).await;
	drop(operator);
	let Yard { chain, dir, scheduler } = yard;
	scheduler.stop().await.unwrap();
	assert_eq!(chain.world().orders, []);
	let scheduler = start(config(&dir), &chain).await;
	let yard = Yard { chain, dir, scheduler };
	yard.until_book(|book| book == [by_hand.clone()]).await;
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn banned_worker_loses_its_tasks_and_may_not_join() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let task = TaskRef { deal: yard.deal(100, 1, 1, |_| ()), index: 0 };
	bob.tasks(1).await;
	let operator = yard.operator().await;
	let account = Account(bob.key.account());
	operator.ban(account.clone(), None).await.unwrap();
	yard.until(task.id(), |info| step_of(info, &bob) == Some(Step::Lost)).await;
	assert_eq!(code_of(yard.worker_with("Bob", Vec::new()).await.map(drop)), code::NOT_ALLOWED);
	assert_eq!(operator.bans().await.unwrap(), [Ban { account: account.clone(), until: None }]);
	let mut charlie = yard.worker("Charlie").await;
	assert_eq!(charlie.tasks(1).await[0].task, task);
	operator.unban(account).await.unwrap();
	yard.worker_with("Bob", Vec::new()).await.unwrap();
	drop(operator);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_that_is_banned_over_another_instance_loses_its_tasks_too() {
	let Some(postgres) = Postgres::start() else { return };
	let chain = FakeChain::new(system_time());
	let yards = siblings(&postgres.url, &chain).await;
	let mut bob = yards[0].worker("Bob").await;
	let task = TaskRef { deal: chain.open(100, 1, 1, |_| ()), index: 0 };
	bob.tasks(1).await;
	yards[1].operator().await.ban(Account(bob.key.account()), None).await.unwrap();
	yards[0].until(task.id(), |info| step_of(info, &bob) == Some(Step::Lost)).await;
	drop(bob);
	for yard in yards {
		yard.scheduler.stop().await.unwrap();
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_whose_result_was_refuted_may_not_join_until_that_is_over_or_lifted() {
	let dir = tempfile::tempdir().unwrap();
	let db = Db::open(&config(&dir).database).await.unwrap();
	let (bob, charlie, now) = (key("Bob").account(), key("Charlie").account(), system_time());
	// A moment ago, and longer ago than a ban lasts.
	let marks = vec![(bob.clone(), Mark::Refuted, now), (charlie, Mark::Refuted, now - 2 * DAY)];
	db.write(&Batch { marks, ..Batch::default() }).await.unwrap();
	db.close().await;
	drop(db);
	let chain = FakeChain::new(now);
	let scheduler = start(config(&dir), &chain).await;
	let yard = Yard { chain, dir, scheduler };
	match yard.worker_with("Bob", Vec::new()).await.map(drop) {
		Err(ClientError::Call(error)) => {
			assert_eq!(error.code(), code::NOT_ALLOWED);
			assert!(error.message().contains("for 24 h"), "{error}");
		}
		other => panic!("{other:?}"),
	}
	yard.worker("Charlie").await;
	let operator = yard.operator().await;
	let ban = Ban { account: Account(bob.clone()), until: Some(now + DAY) };
	assert_eq!(operator.bans().await.unwrap(), [ban]);
	operator.unban(Account(bob)).await.unwrap();
	assert_eq!(operator.bans().await.unwrap(), []);
	yard.worker("Bob").await;
	drop(operator);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_is_drained_from_afar() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let operator = yard.operator().await;
	assert!(operator.drain(Account(bob.key.account())).await.unwrap());
	assert_eq!(bob.instruction().await, Instruction::Drain);
	assert!(!operator.drain(Account(key("Charlie").account())).await.unwrap(), "it is not here");
	drop(operator);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_whose_connection_breaks_is_asked_again_until_it_says_that_it_drains() {
	let yard = Yard::new().await;
	let bob = yard.worker("Bob").await;
	let operator = yard.operator().await;
	assert!(operator.drain(Account(bob.key.account())).await.unwrap());
	// Nobody has read the instruction.
	drop(bob);
	let mut bob = yard.worker("Bob").await;
	assert_eq!(bob.instruction().await, Instruction::Drain);
	bob.beats.abort();
	let heartbeat = Heartbeat { free_slots: 0, draining: true, cached: None };
	bob.client.heartbeat(bob.joined.session, heartbeat).await.unwrap();
	let client = yard.client().await;
	let wait = async {
		while !client.workers().await.unwrap().iter().any(|worker| worker.draining) {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, wait).await.expect("it is told");
	drop(bob);
	let mut bob = yard.worker("Bob").await;
	let asked = timeout(Duration::from_millis(500), bob.instructions.next()).await;
	assert!(asked.is_err(), "it may have been started again: {asked:?}");
	drop((operator, client));
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_that_drained_is_not_lost_but_one_that_dies_while_it_drains_is() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let task = TaskRef { deal: yard.deal(100, 1, 1, |_| ()), index: 0 };
	bob.tasks(1).await;
	let charlie = yard.worker("Charlie").await;
	for worker in [&bob, &charlie] {
		worker.beats.abort();
		let heartbeat = Heartbeat { free_slots: 0, draining: true, cached: None };
		worker.client.heartbeat(worker.joined.session, heartbeat).await.unwrap();
	}
	yard.until(task.id(), |info| step_of(info, &bob) == Some(Step::Lost)).await;
	let client = yard.client().await;
	let wait = async {
		while !client.workers().await.unwrap().is_empty() {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, wait).await.expect("both are gone");
	let url = format!("http://{}/metrics", yard.scheduler.address);
	let metrics = reqwest::get(url).await.unwrap().text().await.unwrap();
	assert!(metrics.lines().any(|line| line == "rlc_scheduler_workers_lost_total 1"), "{metrics}");
	drop((bob, charlie, client));
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_is_drained_at_the_instance_that_it_came_back_to() {
	let Some(postgres) = Postgres::start() else { return };
	let chain = FakeChain::new(system_time());
	let yards = siblings(&postgres.url, &chain).await;
	let bob = yards[0].worker("Bob").await;
	assert!(yards[0].operator().await.drain(Account(bob.key.account())).await.unwrap());
	drop(bob);
	let mut bob = yards[1].worker("Bob").await;
	assert_eq!(bob.instruction().await, Instruction::Drain);
	drop(bob);
	for yard in yards {
		yard.scheduler.stop().await.unwrap();
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_not_taken_at_the_public_port() {
	let yard = Yard::new().await;
	let client = yard.client().await;
	assert!(client.pause().await.is_err() && client.bans().await.is_err());
	assert!(yard.operator().await.bans().await.is_ok());
	yard.scheduler.stop().await.unwrap();
}
