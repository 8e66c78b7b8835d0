//! What requesters, operators and workers may do and ask.

use super::*;
use crate::testing::scene::APP;
use rlc_primitives::Tag;
use rlc_protocol::{
	requester::WorkerShown,
	version::Protocols,
	worker::{Shown, Usage, MAX_SHOWN_TASKS},
};

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_a_task_are_streamed() {
	let yard = Yard::new().await;
	let id = TaskRef { deal: yard.deal(100, 1, 1, |_| ()), index: 0 }.id();
	yard.until(id, |info| info.queue_position == Some(0)).await;
	let client = yard.client().await;
	let mut changes = client.subscribe_task(id).await.unwrap();
	assert_eq!(changes.next().await.unwrap().unwrap().replicates, []);
	let bob = yard.worker("Bob").await;
	let wait = async { while changes.next().await.unwrap().unwrap().replicates.is_empty() {} };
	timeout(LONG, wait).await.expect("it is told");
	assert!(client.subscribe_task(TaskId::default()).await.is_err());
	drop(bob);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn run_times_are_known_once_they_are_measured() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	yard.deal(100, 1, 1, |_| ());
	let task = bob.tasks(1).await[0].task.id();
	let client = yard.client().await;
	assert_eq!(client.run_time(APP).await.unwrap(), None);
	let usage = Some(Usage { time: 1_000, ..Usage::default() });
	let computed = Report { usage, ..report(task, Step::Computed) };
	bob.client.report(bob.joined.session, vec![computed]).await.unwrap();
	assert_eq!(client.run_time(APP).await.unwrap(), Some(1_000));
	assert_eq!(client.run_time(H256::zero()).await.unwrap(), None);
	assert_eq!(client.info(Some(SPOKEN)).await.unwrap().slots, 4);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_for_the_requester_and_the_beneficiary() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let beneficiary = key("Eve").account();
	let requester = key("Ferdie").account();
	yard.deal(100, 1, 1, |deal| (deal.requester, deal.beneficiary) = (requester, Some(beneficiary)));
	let task = bob.tasks(1).await[0].task.id();
	let logs = Logs { stdout: "hello".into(), stderr: String::new() };
	WorkerRpcClient::logs(&*bob.client, bob.joined.session, task, logs.clone()).await.unwrap();
	let client = yard.client().await;
	let read = |who: &str, signer: &str, bounds: Bounds| {
		SchedulerRpcClient::logs(&client, logs_request(who, task, signer, bounds))
	};
	for reader in ["Eve", "Ferdie"] {
		assert_eq!(read(reader, reader, bounds()).await.unwrap()[0].logs, logs);
	}
	assert_eq!(code_of(read("Bob", "Bob", bounds()).await), code::NOT_ALLOWED);
	assert_eq!(code_of(read("Eve", "Bob", bounds()).await), code::WRONG_SIGNATURE);
	let expired = Bounds { not_after: system_time() - 120_000, ..bounds() };
	let for_good = Bounds { not_after: system_time() + 3_600_000, ..bounds() };
	let elsewhere = Bounds { workerpool: WorkerpoolId(H160::repeat_byte(5)), ..bounds() };
	for wrong in [expired, for_good, elsewhere] {
		assert_eq!(code_of(read("Eve", "Eve", wrong).await), code::WRONG_SIGNATURE, "{wrong:?}");
	}
	let once = bounds();
	read("Eve", "Eve", once).await.unwrap();
	assert_eq!(code_of(read("Eve", "Eve", once).await), code::WRONG_SIGNATURE, "somebody heard it");
	read("Ferdie", "Ferdie", once).await.expect("the same number of somebody else");
	let older = Bounds { not_after: 0, ..bounds() };
	assert_eq!(code_of(read("Eve", "Eve", older).await), code::OTHER_PROTOCOL);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_apps_write_is_shown_while_they_run_to_those_who_may_read_it() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let requester = key("Ferdie").account();
	yard.deal(100, 1, 1, |deal| deal.requester = requester);
	let task = bob.tasks(1).await[0].task.id();
	let charlie = yard.worker("Charlie").await;
	let client = yard.client().await;
	let follow = |who: &str, bounds: Bounds| client.subscribe_logs(logs_request(who, task, who, bounds));
	assert_eq!(code_of(follow("Eve", bounds()).await), code::NOT_ALLOWED);
	let once = bounds();
	let mut told = follow("Ferdie", once).await.unwrap();
	assert_eq!(code_of(follow("Ferdie", once).await), code::WRONG_SIGNATURE, "somebody heard it");
	let Instruction::Show { task: asked, time } = bob.instruction().await else { panic!("it is asked to show") };
	assert!(asked == task && time > 0);
	let written = |text: &str| {
		let logs = Logs { stdout: text.into(), stderr: String::new() };
		vec![Shown { task, logs, missed: 3 }]
	};
	charlie.client.shown(charlie.joined.session, written("not of its own task")).await.unwrap();
	bob.client.shown(bob.joined.session, written("step 1")).await.unwrap();
	let shown = timeout(LONG, told.next()).await.unwrap().unwrap().unwrap();
	assert_eq!(shown, WorkerShown { worker: Account(bob.key.account()), shown: written("step 1").remove(0) });
	let too_many = vec![written("x").remove(0); MAX_SHOWN_TASKS + 1];
	assert_eq!(code_of(bob.client.shown(bob.joined.session, too_many).await), code::NOT_ALLOWED);
	assert_eq!(code_of(bob.client.shown(charlie.joined.session, written("x")).await), code::UNKNOWN_SESSION);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_apps_of_a_deal_with_an_enclave_write_is_not_shown() {
	let yard = Yard::new().await;
	let requester = key("Ferdie").account();
	let deal = yard.deal(100, 1, 1, |deal| (deal.requester, deal.tag) = (requester, Tag::from_bits(1)));
	let task = TaskRef { deal, index: 0 }.id();
	yard.until(task, |_| true).await;
	let client = yard.client().await;
	let refused = client.subscribe_logs(logs_request("Ferdie", task, "Ferdie", bounds())).await;
	assert_eq!(code_of(refused), code::NOT_ALLOWED);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn account_that_owns_something_stores_files() {
	let yard = Yard::with(|config| config.store_quota = 2_000).await;
	let client = yard.client().await;
	let content = vec![7; 100];
	let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
	let ask = |size: u64, bounds: Bounds| client.upload(upload_request(cid.digest(), size, bounds));
	let once = bounds();
	let token = ask(100, once).await.unwrap();
	assert_eq!(code_of(ask(100, once).await), code::WRONG_SIGNATURE, "somebody heard it");
	let url = format!("http://{}/store/{cid}", yard.scheduler.address);
	let put = reqwest::Client::new().put(&url).bearer_auth(token).body(content).send().await.unwrap();
	assert!(put.status().is_success(), "{}", put.status());
	assert_eq!(code_of(ask(2_000, bounds()).await), code::QUOTA_EXCEEDED);
	let elsewhere = Bounds { workerpool: WorkerpoolId(H160::repeat_byte(5)), ..bounds() };
	for wrong in [Bounds { not_after: system_time() - 120_000, ..bounds() }, elsewhere] {
		assert_eq!(code_of(ask(100, wrong).await), code::WRONG_SIGNATURE, "{wrong:?}");
	}
	yard.scheduler.stop().await.unwrap();
}

/// Returns the answer to Eve's request to store this many bytes.
async fn ask_to_store(yard: &Yard, size: u64) -> Result<String, ClientError> {
	yard.client().await.upload(upload_request([5; 32], size, bounds())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn account_stores_more_once_it_has_paid() {
	let yard = Yard::new().await;
	let much = 300 << 20;
	assert!(ask_to_store(&yard, 256 << 20).await.is_ok(), "a trial");
	assert_eq!(code_of(ask_to_store(&yard, much).await), code::QUOTA_EXCEEDED);
	let mut bob = yard.worker("Bob").await;
	let content = b"the result".to_vec();
	let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
	let digest = ResultDigest(H256(cid.digest()));
	let requester = key("Eve").account();
	let change = |deal: &mut Deal| (deal.requester, deal.workerpool.price) = (requester, rlc_primitives::RLC / 2);
	let task = TaskRef { deal: yard.deal(100, 1, 1, change), index: 0 }.id();
	bob.tasks(1).await;
	let account = bob.key.account();
	yard.chain.change(|world| world.contribute_digest(task, &account, digest).unwrap());
	yard.chain.change(|world| world.reveal_digest(task, &account, digest).unwrap());
	assert_eq!(code_of(ask_to_store(&yard, much).await), code::QUOTA_EXCEEDED, "nothing was delivered yet");
	let Instruction::Upload { token, .. } = bob.instruction().await else { panic!("nobody asks for the result") };
	let url = format!("http://{}/store/{cid}", yard.scheduler.address);
	let put = reqwest::Client::new().put(&url).bearer_auth(token).body(content).send().await.unwrap();
	assert!(put.status().is_success(), "{}", put.status());
	for _ in 0..2 {
		bob.report(task, Step::Uploaded).await;
	}
	yard.until(task, |info| info.result.is_some()).await;
	let yard = yard.restart().await;
	assert!(ask_to_store(&yard, much).await.is_ok(), "half a GiB and the trial");
	assert_eq!(code_of(ask_to_store(&yard, 800 << 20).await), code::QUOTA_EXCEEDED, "it counts once");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_wait_while_the_store_has_no_room_for_their_results() {
	let yard = Yard::with(|config| config.store_quota = 10_000).await;
	let mut bob = yard.worker("Bob").await;
	yard.deal(100, 1, 1, |_| ());
	let metrics = || async {
		let url = format!("http://{}/metrics", yard.scheduler.address);
		reqwest::get(url).await.unwrap().text().await.unwrap()
	};
	let wait = async {
		while !metrics().await.contains("rlc_scheduler_deals_without_room 1") {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, wait).await.expect("it is told");
	assert!(metrics().await.contains("rlc_scheduler_store_results_left_bytes 7500"));
	let info = yard.client().await.info(Some(SPOKEN)).await.unwrap();
	assert_eq!((info.waiting, info.room, info.homeless), (1, Some(7_500), 0));
	assert!(timeout(Duration::from_millis(500), bob.instructions.next()).await.is_err(), "nobody computes it");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn result_without_a_home_is_told_and_is_asked_for_again() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let digest = ResultDigest(H256::repeat_byte(3));
	let task = TaskRef { deal: yard.deal(100, 1, 1, |_| ()), index: 0 }.id();
	bob.tasks(1).await;
	let account = bob.key.account();
	yard.chain.change(|world| world.contribute_digest(task, &account, digest).unwrap());
	yard.chain.change(|world| world.reveal_digest(task, &account, digest).unwrap());
	for _ in 0..3 {
		assert!(matches!(bob.instruction().await, Instruction::Upload { task: asked, .. } if asked == task));
		bob.report(task, Step::Failed).await;
	}
	let client = yard.client().await;
	let wait = async {
		while client.info(Some(SPOKEN)).await.unwrap().homeless != 1 {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, wait).await.expect("it is told");
	// Also after a restart.
	drop(client);
	let yard = yard.restart().await;
	let mut bob = yard.worker_with("Bob", vec![report(task, Step::Revealed)]).await.unwrap();
	assert!(matches!(bob.instruction().await, Instruction::Upload { task: asked, .. } if asked == task));
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_do_not_wait_for_an_ipfs_node_that_is_away() {
	// Nothing listens there.
	let yard = Yard::with(|config| config.ipfs = Some("http://127.0.0.1:1".parse().unwrap())).await;
	let client = yard.client().await;
	let content = b"served from the disk".to_vec();
	let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
	let size = content.len() as u64;
	let token = client.upload(upload_request(cid.digest(), size, bounds())).await.unwrap();
	let url = |path: &str| format!("http://{}/{path}", yard.scheduler.address);
	let at_store = url(&format!("store/{cid}"));
	let put = reqwest::Client::new().put(&at_store).bearer_auth(token).body(content.clone()).send().await.unwrap();
	assert!(put.status().is_success(), "{}", put.status());
	assert_eq!(reqwest::get(&at_store).await.unwrap().bytes().await.unwrap(), content);
	let metrics = reqwest::get(url("metrics")).await.unwrap().text().await.unwrap();
	for line in ["rlc_scheduler_store_unmirrored 1", &format!("rlc_scheduler_store_bytes {size}")] {
		assert!(metrics.contains(line), "{metrics}");
	}
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_admitted_workers_join() {
	let yard = Yard::with(|config| config.admission = Admission::Listed([key("Bob").account()].into())).await;
	yard.worker("Bob").await;
	assert_eq!(code_of(yard.worker_with("Charlie", Vec::new()).await.map(|_| ())), code::NOT_ALLOWED);
	let client = yard.client().await;
	let dave = Account(key("Dave").account());
	let join = Join {
		protocol: PROTOCOL,
		account: dave.clone(),
		challenge: H256::zero(),
		not_after: 0,
		signature: Vec::new(),
		signer: None,
		operator: Some(Operator { account: dave, signature: Vec::new() }),
		resources: Resources::default(),
		version: String::new(),
		held: Vec::new(),
		standby: false,
	};
	let older = Join { protocol: 1, ..join.clone() };
	assert_eq!(code_of(WorkerRpcClient::join(&client, join).await), code::NOT_ALLOWED, "no such challenge");
	let refusal = WorkerRpcClient::join(&client, older).await.unwrap_err().to_string();
	assert!(refusal.contains("upgrade the worker"), "{refusal}");
	let report = client.report(H256::zero(), vec![report(TaskId::default(), Step::Started)]).await;
	assert_eq!(code_of(report), code::UNKNOWN_SESSION);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_machines_with_one_key_do_not_take_turns() {
	let yard = Yard::new().await;
	let mut first = yard.worker("Bob").await;
	let mut second = yard.worker("Bob").await;
	assert_eq!(first.instruction().await, Instruction::Replaced);
	let stand_by = || async { yard.worker_as(yard.client().await, key("Bob"), |join| join.standby = true).await };
	assert_eq!(code_of(stand_by().await.map(|_| ())), code::ELSEWHERE);
	yard.deal(1, 1, 1, |_| ());
	assert_eq!(second.tasks(1).await.len(), 1, "it is served as before");
	// Once it is gone, the other takes its place.
	drop(second);
	let back = async {
		while stand_by().await.is_err() {
			sleep(Duration::from_millis(500)).await;
		}
	};
	timeout(LONG, back).await.expect("it is admitted");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_compute_otherwise_are_kept_apart() {
	let yard = Yard::new().await;
	let client = yard.client().await;
	// Those of protocol 3 name no versions.
	for older in [None, Some(Protocols { oldest: 3, newest: 4 })] {
		assert_eq!(client.info(older).await.unwrap().protocol, PROTOCOL, "which they refuse");
		let challenge = client.challenge(Account(key("Bob").account()), older).await.unwrap();
		assert_eq!(challenge.protocol, PROTOCOL);
		let claimed = Challenge { protocol: 4, ..challenge };
		let refused = WorkerRpcClient::join(&client, join(&key("Bob"), claimed, Vec::new())).await.unwrap_err();
		assert!(refused.to_string().contains("upgrade the worker"), "{refused}");
		assert_eq!(code_of(Err::<Joined, _>(refused)), code::OTHER_PROTOCOL);
	}
	let newer = Protocols { oldest: 3, newest: 9 };
	assert_eq!(client.info(Some(newer)).await.unwrap().protocol, PROTOCOL);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_s_claim_is_for_the_pool_that_gave_the_challenge() {
	let yard = Yard::new().await;
	let client = yard.client().await;
	let challenge = || client.challenge(Account(key("Bob").account()), Some(SPOKEN));
	let changed: [fn(&mut Challenge); 3] = [
		|challenge| challenge.workerpool = WorkerpoolId(H160::repeat_byte(5)),
		|challenge| challenge.genesis = H256::zero(),
		|challenge| challenge.not_after = system_time() + 3_600_000,
	];
	for change in changed {
		let mut given = challenge().await.unwrap();
		change(&mut given);
		let refused = WorkerRpcClient::join(&client, join(&key("Bob"), given, Vec::new())).await;
		assert_eq!(code_of(refused), code::WRONG_SIGNATURE);
	}
	let given = challenge().await.unwrap();
	WorkerRpcClient::join(&client, join(&key("Bob"), given, Vec::new())).await.expect("as it was given");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_joins_for_an_account_that_named_it_and_until_it_is_removed() {
	let (bob, dave) = (key("Bob").account(), key("Dave"));
	let proxy = || dave.clone().on_behalf_of(bob.clone());
	let yard = Yard::with(|config| config.admission = Admission::Listed([bob.clone()].into())).await;
	let refused = yard.worker_by(proxy(), Vec::new()).await.map(|_| ()).unwrap_err().to_string();
	assert!(refused.contains("rlc account proxy add"), "{refused}");
	yard.chain.world().proxies.insert((bob.clone(), dave.account()));
	let worker = yard.worker_by(proxy(), Vec::new()).await.expect("it is a proxy now");
	let workers = yard.client().await.workers().await.unwrap();
	assert_eq!(workers[0].account, Account(bob.clone()), "the pool knows the account");
	yard.chain.world().proxies.clear();
	assert_eq!(code_of(yard.worker_by(proxy(), Vec::new()).await.map(|_| ())), code::NOT_ALLOWED);
	drop(worker);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduler_that_is_a_proxy_signs_delegations_and_names_itself() {
	let account = rlc_primitives::AccountId::new([1; 32]);
	let hot = key("Alice").on_behalf_of(account.clone());
	let yard = Yard::run_by(hot.clone(), |_| ()).await;
	assert_eq!(yard.client().await.info(Some(SPOKEN)).await.unwrap().scheduler, Account(account));
	let mut bob = yard.worker("Bob").await;
	let worker = bob.key.account();
	yard.deal(100, 1, 3, |_| ());
	for given in bob.tasks(3).await {
		assert_eq!(given.signer, Some(Account(hot.signer())));
		let (worker, expiry) = (worker.clone(), given.expiry);
		let delegation = Delegation { worker, task: given.task.id(), enclave: None, expiry };
		let signature: SchedulerSignature = codec::Decode::decode(&mut &given.delegation[..]).unwrap();
		assert_eq!(signature.verify(&delegation, &domain(), &hot.signer()), Ok(()));
	}
	assert_eq!(yard.chain.sent("delegate"), 0, "it costs no fee");
	drop(bob);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_that_left_the_group_is_refused_the_next_time() {
	let (group, member) = (GroupId(H160::repeat_byte(5)), key("Bob").account());
	let yard = Yard::with(|config| config.admission = Admission::Group(group)).await;
	let refused = yard.worker_with("Bob", Vec::new()).await.map(|_| ());
	assert_eq!(code_of(refused), code::NOT_ALLOWED, "it is not a member yet");
	yard.chain.world().members.insert((group, member.clone()));
	let bob = yard.worker("Bob").await;
	yard.chain.world().members.remove(&(group, member));
	let heartbeat = Heartbeat { free_slots: 4, draining: false, cached: None };
	bob.client.heartbeat(bob.joined.session, heartbeat).await.expect("its session goes on");
	assert_eq!(code_of(yard.worker_with("Bob", Vec::new()).await.map(|_| ())), code::NOT_ALLOWED);
	drop(bob);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_and_health_are_served() {
	let yard = Yard::new().await;
	let bob = yard.worker("Bob").await;
	let get = |path: &str| reqwest::get(format!("http://{}{path}", yard.scheduler.address));
	let health = get("/healthz").await.unwrap();
	assert_eq!(health.status(), 200);
	assert!(health.text().await.unwrap().contains("\"workers\":1"));
	yard.deal(100, 1, 1, |_| ());
	let wait = async {
		while !get("/metrics").await.unwrap().text().await.unwrap().contains("rlc_scheduler_tasks_assigned_total 1") {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, wait).await.expect("the task is counted");
	let workers = yard.client().await.workers().await.unwrap();
	assert_eq!((workers.len(), &workers[0].account, workers[0].alive), (1, &Account(bob.key.account()), true));
	drop(bob);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_has_one_session() {
	let yard = Yard::new().await;
	let bob = yard.worker("Bob").await;
	let again = yard.worker("Bob").await;
	let heartbeat = Heartbeat { free_slots: 4, draining: false, cached: None };
	let old = bob.client.heartbeat(bob.joined.session, heartbeat.clone()).await;
	assert_eq!(code_of(old), code::UNKNOWN_SESSION);
	again.client.heartbeat(again.joined.session, heartbeat).await.unwrap();
	yard.scheduler.stop().await.unwrap();
}
