//! Schedulers that end, are killed, or share a pool.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn restart_gives_nothing_twice() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let deal = yard.deal(100, 1, 1, |_| ());
	let id = bob.tasks(1).await[0].task.id();
	drop(bob);
	let yard = yard.restart().await;
	let mut charlie = yard.worker("Charlie").await;
	let bob = yard.worker_with("Bob", vec![report(id, Step::Computing)]).await.unwrap();
	assert_eq!(bob.joined.forget, []);
	yard.until(id, |info| step_of(info, &bob) == Some(Step::Computing)).await;
	// The next task is Charlie's first order, so the first one was none.
	yard.deal(101, 1, 8, |_| ());
	assert!(charlie.tasks(1).await.iter().all(|assignment| assignment.task.deal != deal));
	let account = bob.key.account();
	yard.chain.contribute(Place { deal, index: 0 }, &account, 7);
	yard.until(id, |info| step_of(info, &bob) == Some(Step::Contributed)).await;
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn order_that_a_killed_scheduler_did_not_send_is_sent_again() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let deal = yard.deal(100, 1, 1, |_| ());
	let id = bob.tasks(1).await[0].task.id();
	drop(bob);
	let yard = yard.kill().await;
	let mut bob = yard.worker("Bob").await;
	assert_eq!(bob.tasks(1).await[0].task, Place { deal, index: 0 });
	assert_eq!(yard.task(id).await.unwrap().replicates.len(), 1);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn task_that_a_killed_scheduler_gave_up_is_abandoned_once() {
	let yard = Yard::new().await;
	let mut workers = [yard.worker("Bob").await, yard.worker("Charlie").await, yard.worker("Dave").await];
	let place = Place { deal: yard.deal(100, 5, 1, |_| ()), index: 0 };
	for worker in &mut workers {
		worker.tasks(1).await;
		worker.fail(place.id(), rlc_primitives::work::FailureCause::InvalidParams.encode()).await;
	}
	yard.until(place.id(), |info| info.given_up.is_some()).await;
	let yard = yard.kill().await;
	let wait = async {
		while yard.chain.sent("abandon") == 0 {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, wait).await.expect("nobody is there whose word is waited for");
	sleep(Duration::from_millis(500)).await;
	assert_eq!(yard.chain.sent("abandon"), 1);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn result_that_a_killed_scheduler_was_promised_is_asked_for_again() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let deal = yard.deal(100, 1, 1, |_| ());
	let id = bob.tasks(1).await[0].task.id();
	let account = bob.key.account();
	yard.chain.change(|world| world.deliver(id, &account, 7).unwrap());
	assert!(matches!(bob.order().await, Order::Upload { .. }));
	drop(bob);
	let yard = yard.kill().await;
	let mut bob = yard.worker_with("Bob", vec![report(id, Step::Revealed)]).await.unwrap();
	assert!(matches!(bob.order().await, Order::Upload { task, .. } if task == id));
	assert_eq!(yard.task(id).await.unwrap().task.deal, deal);
	yard.scheduler.stop().await.unwrap();
}

/// Two instances of one pool.
async fn siblings(postgres: &Postgres, chain: &FakeChain) -> Vec<Yard> {
	let mut yards = Vec::new();
	for dir in [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()] {
		// A port that was free a moment ago: the instance has to know it before it listens.
		let listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
		let instance_url = Some(format!("http://{listen}"));
		let config = Config { database: postgres.url.clone(), listen, instance_url, ..config(&dir) };
		let scheduler = start(config, chain).await;
		yards.push(Yard { chain: chain.clone(), dir, scheduler });
	}
	yards
}

#[tokio::test(flavor = "multi_thread")]
async fn result_that_another_instance_got_is_found_there() {
	let (postgres, chain) = (Postgres::start(), FakeChain::new(system_time()));
	let yards = siblings(&postgres, &chain).await;
	let mut bob = yards[0].worker("Bob").await;
	let content = b"behind a balancer".to_vec();
	let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
	let id = Place { deal: chain.open(100, 1, 1, |_| ()), index: 0 }.id();
	bob.tasks(1).await;
	let (account, digest) = (bob.key.account(), ResultDigest(H256(cid.digest())));
	chain.change(|world| world.contribute_digest(id, &account, digest).unwrap());
	chain.change(|world| world.reveal_digest(id, &account, digest).unwrap());
	let Order::Upload { token, .. } = bob.order().await else { panic!("no upload") };
	let url = |yard: usize, cid: &Cid| format!("http://{}/store/{cid}", yards[yard].scheduler.address);
	let put = reqwest::Client::new().put(url(1, &cid)).bearer_auth(token).body(content.clone()).send().await.unwrap();
	assert!(put.status().is_success(), "{}", put.status());
	bob.report(id, Step::Uploaded).await;
	yards[0].until(id, |info| info.result == Some(cid.to_string())).await;

	let still = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
	let sent_on = still.get(url(0, &cid)).send().await.unwrap();
	assert_eq!(sent_on.status(), 307);
	assert_eq!(sent_on.headers()["location"], format!("{}?sent-on", url(1, &cid)));
	assert_eq!(reqwest::get(url(0, &cid)).await.unwrap().bytes().await.unwrap(), content);
	let unknown = Cid::of(rlc_store::HashKind::Sha256, b"nobody has it");
	assert_eq!(still.get(url(0, &unknown)).send().await.unwrap().status(), 404);
	drop(bob);
	for yard in yards {
		yard.scheduler.stop().await.unwrap();
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_share_a_task_s_workers() {
	let (postgres, chain) = (Postgres::start(), FakeChain::new(system_time()));
	let yards = siblings(&postgres, &chain).await;
	let mut workers = [yards[0].worker("Bob").await, yards[1].worker("Charlie").await];
	let content = b"shared".to_vec();
	let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
	let digest = ResultDigest(H256(cid.digest()));
	let id = Place { deal: chain.open(100, 3, 1, |_| ()), index: 0 }.id();
	for worker in &mut workers {
		assert_eq!(worker.tasks(1).await[0].task.id(), id, "each instance gives it to its own worker");
	}
	for worker in &workers {
		let account = worker.key.account();
		chain.change(|world| world.contribute_digest(id, &account, digest).unwrap());
	}
	// The one who reveals first is asked, wherever it is.
	let account = workers[0].key.account();
	chain.change(|world| world.reveal_digest(id, &account, digest).unwrap());
	let Order::Upload { token, .. } = workers[0].order().await else { panic!("no upload") };
	let url = format!("http://{}/store/{cid}", yards[0].scheduler.address);
	let put = reqwest::Client::new().put(&url).bearer_auth(token).body(content).send().await.unwrap();
	assert!(put.status().is_success(), "{}", put.status());
	workers[0].report(id, Step::Uploaded).await;
	for yard in &yards {
		yard.until(id, |info| info.result == Some(cid.to_string())).await;
	}
	drop(workers);
	for yard in yards {
		yard.scheduler.stop().await.unwrap();
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_while_it_was_down_is_caught_up() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let old = Place { deal: yard.deal(100, 1, 1, |_| ()), index: 0 };
	bob.tasks(1).await;
	let account = bob.key.account();
	drop(bob);
	let Yard { chain, dir, scheduler } = yard;
	scheduler.stop().await.unwrap();
	chain.contribute(old, &account, 7);
	let new = chain.open(101, 1, 1, |_| ());
	let scheduler = start(config(&dir), &chain).await;
	let yard = Yard { chain, dir, scheduler };
	let held = vec![report(old.id(), Step::Computed)];
	let mut bob = yard.worker_with("Bob", held).await.unwrap();
	assert_eq!(bob.tasks(1).await[0].task.deal, new);
	yard.until(old.id(), |info| step_of(info, &bob) >= Some(Step::Contributed)).await;
	yard.scheduler.stop().await.unwrap();
}
