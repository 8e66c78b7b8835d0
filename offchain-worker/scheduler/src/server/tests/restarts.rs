//! Schedulers that end, are killed, or share a pool.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn restart_assigns_nothing_twice() {
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
	// The next task is Charlie's first instruction: the first task was not given to it.
	yard.deal(101, 1, 8, |_| ());
	assert!(charlie.tasks(1).await.iter().all(|assignment| assignment.task.deal != deal));
	let account = bob.key.account();
	yard.chain.contribute(TaskRef { deal, index: 0 }, &account, 7);
	yard.until(id, |info| step_of(info, &bob) == Some(Step::Contributed)).await;
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn result_of_a_deal_that_the_chain_has_pruned_still_comes_into_the_store() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let content = b"the result".to_vec();
	let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
	let digest = ResultDigest(H256(cid.digest()));
	let deal = yard.deal(100, 1, 1, |_| ());
	let task = TaskRef { deal, index: 0 }.id();
	bob.tasks(1).await;
	let account = bob.key.account();
	yard.chain.change(|world| world.contribute_digest(task, &account, digest).unwrap());
	yard.chain.change(|world| world.reveal_digest(task, &account, digest).unwrap());
	assert!(matches!(bob.instruction().await, Instruction::Upload { task: asked, .. } if asked == task));
	let client = yard.client().await;
	let wait = async {
		while client.info(Some(SPOKEN)).await.unwrap().homeless != 1 {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, wait).await.expect("it is told, and written down");
	drop((bob, client));
	yard.chain.change(|world| {
		world.deals.remove(&deal);
		world.tasks.remove(&task);
		Vec::new()
	});
	let yard = yard.restart().await;
	let mut bob = yard.worker_with("Bob", vec![report(task, Step::Revealed)]).await.unwrap();
	let Instruction::Upload { token, .. } = bob.instruction().await else { panic!("nobody asks for the result") };
	let url = format!("http://{}/store/{cid}", yard.scheduler.address);
	let put = reqwest::Client::new().put(&url).bearer_auth(token).body(content).send().await.unwrap();
	assert!(put.status().is_success(), "{}", put.status());
	bob.report(task, Step::Uploaded).await;
	let info = yard.until(task, |info| info.result.is_some()).await;
	assert_eq!(info.result, Some(cid.to_string()));
	assert!(matches!(bob.instruction().await, Instruction::Stop { task: asked, .. } if asked == task));
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn instruction_that_a_killed_scheduler_did_not_send_is_sent_again() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let deal = yard.deal(100, 1, 1, |_| ());
	let id = bob.tasks(1).await[0].task.id();
	drop(bob);
	let yard = yard.kill().await;
	let mut bob = yard.worker("Bob").await;
	assert_eq!(bob.tasks(1).await[0].task, TaskRef { deal, index: 0 });
	assert_eq!(yard.task(id).await.unwrap().replicates.len(), 1);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn task_that_a_killed_scheduler_gave_up_is_released_once_its_witnesses_are_back() {
	let yard = Yard::new().await;
	let mut workers = [yard.worker("Bob").await, yard.worker("Charlie").await, yard.worker("Dave").await];
	let cause = rlc_primitives::work::FailureCause::DatasetUnavailable;
	let task = TaskRef { deal: yard.deal(100, 5, 1, |_| ()), index: 0 };
	for worker in &mut workers {
		worker.tasks(1).await;
		worker.fail(task.id(), cause).await;
	}
	yard.until(task.id(), |info| info.given_up.is_some()).await;
	drop(workers);
	let yard = yard.kill().await;
	let mut workers = [yard.worker("Bob").await, yard.worker("Charlie").await, yard.worker("Dave").await];
	for worker in &mut workers {
		assert_eq!(worker.instruction().await, Instruction::ReportFailure { task });
		let account = worker.key.account();
		yard.chain.change(|world| world.report_failure(task.id(), &account, cause));
	}
	yard.chain.until_released(task.id()).await;
	sleep(Duration::from_millis(500)).await;
	assert_eq!((yard.chain.sent("release"), yard.chain.sent("abandon")), (1, 0));
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn result_that_a_killed_scheduler_asked_for_is_asked_for_again() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let deal = yard.deal(100, 1, 1, |_| ());
	let id = bob.tasks(1).await[0].task.id();
	let account = bob.key.account();
	yard.chain.change(|world| world.deliver(id, &account, 7).unwrap());
	assert!(matches!(bob.instruction().await, Instruction::Upload { .. }));
	drop(bob);
	let yard = yard.kill().await;
	let mut bob = yard.worker_with("Bob", vec![report(id, Step::Revealed)]).await.unwrap();
	assert!(matches!(bob.instruction().await, Instruction::Upload { task, .. } if task == id));
	assert_eq!(yard.task(id).await.unwrap().task.deal, deal);
	yard.scheduler.stop().await.unwrap();
}

/// Starts two instances of one pool.
pub(super) async fn siblings(database: &str, chain: &FakeChain) -> Vec<Yard> {
	let mut yards = Vec::new();
	for dir in [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()] {
		// A port that was free a moment ago: the instance has to know it before it listens.
		let listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
		let instance_url = Some(format!("http://{listen}"));
		let config = Config { database: database.into(), listen, instance_url, ..config(&dir) };
		let scheduler = start(config, chain).await;
		yards.push(Yard { chain: chain.clone(), dir, scheduler });
	}
	yards
}

#[tokio::test(flavor = "multi_thread")]
async fn result_that_another_instance_got_is_found_there() {
	let Some(postgres) = Postgres::start() else { return };
	let chain = FakeChain::new(system_time());
	let yards = siblings(&postgres.url, &chain).await;
	let mut bob = yards[0].worker("Bob").await;
	let content = b"behind a balancer".to_vec();
	let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
	let id = TaskRef { deal: chain.open(100, 1, 1, |_| ()), index: 0 }.id();
	bob.tasks(1).await;
	let (account, digest) = (bob.key.account(), ResultDigest(H256(cid.digest())));
	chain.change(|world| world.contribute_digest(id, &account, digest).unwrap());
	chain.change(|world| world.reveal_digest(id, &account, digest).unwrap());
	let Instruction::Upload { token, .. } = bob.instruction().await else { panic!("no upload") };
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
	let unknown = Cid::of(rlc_store::HashKind::Sha256, b"no instance has it");
	assert_eq!(still.get(url(0, &unknown)).send().await.unwrap().status(), 404);
	drop(bob);
	for yard in yards {
		yard.scheduler.stop().await.unwrap();
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn machine_whose_key_another_brings_to_another_instance_is_told() {
	let Some(postgres) = Postgres::start() else { return };
	let chain = FakeChain::new(system_time());
	let yards = siblings(&postgres.url, &chain).await;
	let mut first = yards[0].worker("Bob").await;
	let second = yards[1].worker("Bob").await;
	assert_eq!(first.instruction().await, Instruction::Replaced);
	let stand_by = yards[0].worker_as(yards[0].client().await, key("Bob"), |join| join.standby = true).await;
	assert_eq!(code_of(stand_by.map(|_| ())), code::ELSEWHERE);
	drop((first, second));
	for yard in yards {
		yard.scheduler.stop().await.unwrap();
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_share_the_workers_of_a_task() {
	let Some(postgres) = Postgres::start() else { return };
	let chain = FakeChain::new(system_time());
	let yards = siblings(&postgres.url, &chain).await;
	let mut workers = [yards[0].worker("Bob").await, yards[1].worker("Charlie").await];
	let content = b"shared".to_vec();
	let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
	let digest = ResultDigest(H256(cid.digest()));
	let id = TaskRef { deal: chain.open(100, 3, 1, |_| ()), index: 0 }.id();
	for worker in &mut workers {
		assert_eq!(worker.tasks(1).await[0].task.id(), id, "each instance assigns it to its own worker");
	}
	for worker in &workers {
		let account = worker.key.account();
		chain.change(|world| world.contribute_digest(id, &account, digest).unwrap());
	}
	// The worker that reveals first is asked, wherever it is.
	let account = workers[0].key.account();
	chain.change(|world| world.reveal_digest(id, &account, digest).unwrap());
	let Instruction::Upload { token, .. } = workers[0].instruction().await else { panic!("no upload") };
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
async fn worker_brings_logs_and_callback_data_to_the_instance_it_is_connected_to() {
	let Some(postgres) = Postgres::start() else { return };
	let chain = FakeChain::new(system_time());
	let yards = siblings(&postgres.url, &chain).await;
	let mut bob = yards[0].worker("Bob").await;
	let requester = key("Ferdie").account();
	let deal = chain.open(100, 1, 1, |deal| (deal.requester, deal.callback) = (requester, Some(Default::default())));
	let id = TaskRef { deal, index: 0 }.id();
	bob.tasks(1).await;
	let (account, data) = (bob.key.account(), b"for the contract");
	let digest = ResultDigest::of_callback(data);
	chain.change(|world| world.contribute_digest(id, &account, digest).unwrap());
	yards[0].until(id, |info| step_of(info, &bob) == Some(Step::Contributed)).await;
	drop(bob);
	let bob = yards[1].worker_with("Bob", vec![report(id, Step::Contributed)]).await.unwrap();
	let logs = Logs { stdout: "hello".into(), stderr: String::new() };
	WorkerRpcClient::logs(&*bob.client, bob.joined.session, id, logs.clone()).await.unwrap();
	let mut used = None;
	for yard in &yards {
		if let Some(used) = used.replace(logs_request("Ferdie", id, "Ferdie", bounds())) {
			let again = SchedulerRpcClient::logs(&yard.client().await, used).await;
			assert_eq!(code_of(again), code::WRONG_SIGNATURE, "it was used at the other instance");
		}
		let request = used.clone().expect("it was just signed");
		let read = SchedulerRpcClient::logs(&yard.client().await, request).await.unwrap();
		assert_eq!(
			read.into_iter().map(|one| one.logs).collect::<Vec<_>>(),
			std::slice::from_ref(&logs),
			"whichever instance is asked"
		);
	}

	chain.change(|world| world.reveal_digest(id, &account, digest).unwrap());
	let bring = |worker: &Worker, data: &[u8]| {
		let (client, session, data) = (worker.client.clone(), worker.joined.session, rlc_json::hex::write(data));
		async move { client.callback_data(session, id, data).await }
	};
	let charlie = yards[1].worker("Charlie").await;
	assert_eq!(code_of(bring(&charlie, data).await), code::UNKNOWN_TASK, "it has no part in it");
	assert_eq!(code_of(bring(&bob, b"lies").await), code::NOT_ALLOWED);
	bring(&bob, data).await.unwrap();
	let info = yards[0].until(id, |info| info.result.is_some()).await;
	assert_eq!(info.result, Some(Cid::of_keccak(digest.0 .0).to_string()));
	assert_eq!(chain.sent("finalize"), 1);
	drop((bob, charlie));
	for yard in yards {
		yard.scheduler.stop().await.unwrap();
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_task_accepts_late_logs_and_callback_data() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let id = TaskRef { deal: yard.deal(100, 1, 1, |deal| deal.callback = Some(Default::default())), index: 0 }.id();
	bob.tasks(1).await;
	let account = bob.key.account();
	let data: &[u8] = b"late";
	let digest = ResultDigest::of_callback(data);
	// Delivered with its data on chain, which are not in the store: nothing is left to do for the scheduler.
	yard.chain.change(|world| {
		let mut events = world.contribute_digest(id, &account, digest).unwrap();
		events.extend(world.reveal_digest(id, &account, digest).unwrap());
		events.extend(world.finalize(id, Some(data)).unwrap());
		events
	});
	for _ in 0..3 {
		yard.chain.change(|_| Vec::new());
	}
	let bring = |task: TaskId| bob.client.callback_data(bob.joined.session, task, rlc_json::hex::write(data));
	yard.until(id, |info| step_of(info, &bob) == Some(Step::Completed)).await;
	bring(id).await.unwrap();
	assert_eq!(code_of(bring(TaskId::default()).await), code::UNKNOWN_TASK);
	let logs = Logs { stdout: "hello".into(), stderr: String::new() };
	WorkerRpcClient::logs(&*bob.client, bob.joined.session, id, logs.clone()).await.unwrap();
	let Yard { dir, scheduler, .. } = yard;
	scheduler.stop().await.unwrap();
	let db = Db::open(&config(&dir).database).await.unwrap();
	assert_eq!(db.logs(id).await.unwrap()[0].logs, logs);
	assert_eq!(db.task(id).await.unwrap().0.unwrap().data, Some(data.to_vec()));
}

#[tokio::test(flavor = "multi_thread")]
async fn deal_that_no_block_tells_of_is_found_in_the_state() {
	// As over a node that has discarded the blocks of that time.
	let yard = Yard::new().await;
	let Yard { chain, dir, scheduler } = yard;
	scheduler.stop().await.unwrap();
	let deal = chain.open_untold(100, 1, 1);
	let scheduler = start(config(&dir), &chain).await;
	let yard = Yard { chain, dir, scheduler };
	let mut bob = yard.worker("Bob").await;
	assert_eq!(bob.tasks(1).await[0].task.deal, deal);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_database_loses_no_deal() {
	let yard = Yard::new().await;
	let deal = yard.deal(100, 1, 1, |_| ());
	yard.until(TaskRef { deal, index: 0 }.id(), |_| true).await;
	let Yard { chain, scheduler, .. } = yard;
	scheduler.stop().await.unwrap();
	(0..1_000).for_each(|_| chain.change(|_| Vec::new()));
	let dir = tempfile::tempdir().unwrap();
	let scheduler = start(config(&dir), &chain).await;
	let yard = Yard { chain, dir, scheduler };
	let mut bob = yard.worker("Bob").await;
	assert_eq!(bob.tasks(1).await[0].task.deal, deal);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_read_anew_when_blocks_were_missed() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let task = TaskRef { deal: yard.deal(100, 2, 1, |_| ()), index: 0 };
	bob.tasks(1).await;
	let account = bob.key.account();
	// A deal and a contribution in blocks that are passed over.
	yard.chain.world().contribute(task.id(), &account, 7).unwrap();
	let missed = yard.chain.open_untold(101, 1, 1);
	yard.chain.skip(10);
	yard.until(task.id(), |info| step_of(info, &bob) == Some(Step::Contributed)).await;
	assert_eq!(bob.tasks(1).await[0].task.deal, missed);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduler_catches_up_with_what_happened_while_it_was_down() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let old = TaskRef { deal: yard.deal(100, 1, 1, |_| ()), index: 0 };
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
