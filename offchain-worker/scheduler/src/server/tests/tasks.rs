//! The life of tasks.

use rlc_primitives::deal::CONTRIBUTION_WINDOW;

use super::*;
use crate::testing::T;

#[tokio::test(flavor = "multi_thread")]
async fn task_is_delegated_agreed_on_uploaded_and_removed() {
	let yard = Yard::new().await;
	let mut workers = [yard.worker("Bob").await, yard.worker("Charlie").await, yard.worker("Dave").await];
	let content = b"the result".to_vec();
	let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
	let digest = ResultDigest(H256(cid.digest()));
	let deal = yard.deal(100, 5, 1, |_| ());
	let task = TaskRef { deal, index: 0 };
	let id = task.id();
	for worker in &mut workers {
		let assignment = worker.tasks(1).await.remove(0);
		assert_eq!((assignment.task, assignment.batched, assignment.signer), (task, false, None));
		let delegation =
			Delegation { worker: worker.key.account(), task: id, enclave: None, expiry: assignment.expiry };
		let signature: SchedulerSignature = codec::Decode::decode(&mut &assignment.delegation[..]).unwrap();
		assert_eq!(signature.verify(&delegation, &domain(), &key("Alice").account()), Ok(()));
		let opened = yard.chain.world().deals[&deal].opened;
		assert!(assignment.expiry > opened && assignment.expiry < opened + CONTRIBUTION_WINDOW * T);
		worker.report(id, Step::Started).await;
		worker.report(id, Step::Computed).await;
	}
	yard.until(id, |info| workers.iter().all(|worker| step_of(info, worker) == Some(Step::Computed))).await;
	for worker in &workers {
		let account = worker.key.account();
		yard.chain.change(|world| world.contribute_digest(id, &account, digest).unwrap());
	}
	for worker in &workers {
		let account = worker.key.account();
		yard.chain.change(|world| world.reveal_digest(id, &account, digest).unwrap());
	}
	assert!(yard.chain.world().is_completed(&id));
	let uploads = workers.iter_mut().map(|worker| Box::pin(worker.instruction()));
	let (instruction, winner, _) = futures::future::select_all(uploads).await;
	let Instruction::Upload { task: uploaded, token } = instruction else { panic!("{instruction:?}") };
	assert_eq!(uploaded, id);
	let url = format!("http://{}/store/{cid}", yard.scheduler.address);
	let http = reqwest::Client::new();
	let put = http.put(&url).bearer_auth(token).body(content.clone()).send().await.unwrap();
	assert!(put.status().is_success(), "{}", put.status());
	workers[winner].report(id, Step::Uploaded).await;
	let info = yard.until(id, |info| info.result.is_some()).await;
	assert_eq!((info.result, info.result_size), (Some(cid.to_string()), Some(content.len() as u64)));
	assert_eq!(http.get(&url).send().await.unwrap().bytes().await.unwrap(), content);
	// A block later the end is final, and the others need not keep it.
	yard.chain.change(|_| Vec::new());
	let loser = (winner + 1) % 3;
	assert!(matches!(workers[loser].instruction().await, Instruction::Stop { task, .. } if task == id));
	let info = yard.until(id, |info| step_of(info, &workers[loser]) == Some(Step::Completed)).await;
	assert_eq!(info.result, Some(cid.to_string()), "it is still known");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_is_assigned_in_few_instructions() {
	let yard = Yard::new().await;
	let mut worker = yard.worker("Bob").await;
	let deal = yard.deal(100, 1, 600, |_| ());
	let first = worker.tasks(4).await;
	assert!(first.iter().all(|assignment| assignment.batched));
	assert_eq!(worker.taken, 1, "one instruction for all slots");
	let reports = first.iter().map(|assignment| Report {
		usage: Some(rlc_protocol::worker::Usage { time: 1, ..Default::default() }),
		..report(assignment.task.id(), Step::Computed)
	});
	worker.client.report(worker.joined.session, reports.collect()).await.unwrap();
	let more = worker.tasks(100).await;
	assert_eq!((more.len(), worker.taken), (100, 2), "a hundred in one instruction");
	assert_eq!(more.iter().map(|assignment| assignment.task.deal).collect::<Vec<_>>(), vec![deal; more.len()]);
	let info = yard.client().await.info(Some(SPOKEN)).await.unwrap();
	assert_eq!((info.workers, info.waiting), (1, 600 - 4 - 104), "as many as fill the slots, and 100 ahead");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn task_of_a_silent_worker_goes_elsewhere() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let deal = yard.deal(100, 1, 1, |_| ());
	let id = bob.tasks(1).await[0].task.id();
	bob.beats.abort();
	let mut charlie = yard.worker("Charlie").await;
	assert_eq!(charlie.tasks(1).await[0].task, TaskRef { deal, index: 0 });
	let info = yard.until(id, |info| step_of(info, &bob) == Some(Step::Lost)).await;
	assert_eq!(step_of(&info, &charlie), Some(Step::Created));
	let heartbeat = Heartbeat { free_slots: 4, draining: false, cached: None };
	assert_eq!(code_of(bob.client.heartbeat(bob.joined.session, heartbeat).await), code::UNKNOWN_SESSION);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn hopeless_task_is_put_on_chain_and_released() {
	let yard = Yard::new().await;
	let mut workers = [yard.worker("Bob").await, yard.worker("Charlie").await, yard.worker("Dave").await];
	let cause = rlc_primitives::work::FailureCause::DatasetUnavailable;
	let task = TaskRef { deal: yard.deal(100, 5, 1, |_| ()), index: 0 };
	for worker in &mut workers {
		worker.tasks(1).await;
		worker.fail(task.id(), cause).await;
	}
	for worker in &mut workers {
		assert_eq!(worker.instruction().await, Instruction::ReportFailure { task });
		let account = worker.key.account();
		yard.chain.change(|world| world.report_failure(task.id(), &account, cause));
	}
	yard.chain.until_released(task.id()).await;
	assert_eq!((yard.chain.sent("delegate"), yard.chain.sent("release")), (1, 1));
	let reason = yard.until(task.id(), |info| info.given_up.is_some()).await.given_up.unwrap();
	assert!(reason.contains("it broke"), "{reason}");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn task_that_the_chain_does_not_delegate_keeps_no_other_from_its_release() {
	let yard = Yard::new().await;
	let mut workers = [yard.worker("Bob").await, yard.worker("Charlie").await, yard.worker("Dave").await];
	let deal = yard.deal(100, 5, 2, |_| ());
	let [agreed_on, other] = [0, 1].map(|index| TaskRef { deal, index });
	yard.chain.change(|world| {
		world.undelegatable.insert(agreed_on.id());
		Vec::new()
	});
	for worker in &mut workers {
		worker.tasks(2).await;
	}
	let cause = rlc_json::FailureCause(rlc_primitives::work::FailureCause::DatasetUnavailable);
	for worker in &workers {
		// In one message, so that both are decided at once.
		let failed = [agreed_on, other].map(|task| {
			let cause = Some(Cause { cause: Some(cause), words: "it broke".into() });
			Report { cause, ..report(task.id(), Step::Failed) }
		});
		worker.client.report(worker.joined.session, failed.to_vec()).await.unwrap();
	}
	for worker in &mut workers {
		assert_eq!(worker.instruction().await, Instruction::ReportFailure { task: other });
	}
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduler_pool_is_finalized_with_its_callback() {
	let yard = Yard::new().await;
	let mut bob = yard.worker("Bob").await;
	let data = vec![1, 2, 3];
	let digest = ResultDigest::of_callback(&data);
	let task = TaskRef { deal: yard.deal(100, 1, 1, |deal| deal.callback = Some(Default::default())), index: 0 };
	bob.tasks(1).await;
	let account = bob.key.account();
	yard.chain.change(|world| world.contribute_digest(task.id(), &account, digest).unwrap());
	yard.until(task.id(), |info| step_of(info, &bob) == Some(Step::Contributed)).await;
	let bring = |data: &[u8]| bob.client.callback_data(bob.joined.session, task.id(), rlc_json::hex::write(data));
	assert_eq!(code_of(bring(&[9]).await), code::NOT_ALLOWED);
	bring(&data).await.unwrap();
	yard.chain.change(|world| world.reveal_digest(task.id(), &account, digest).unwrap());
	let info = yard.until(task.id(), |info| info.result.is_some()).await;
	assert_eq!(info.result, Some(Cid::of_keccak(digest.0 .0).to_string()));
	assert_eq!(yard.chain.sent("finalize"), 1);
	yard.scheduler.stop().await.unwrap();
}
