//! The machine's clock is an hour ahead of the chain's time, or behind it.

use rlc_primitives::deal::{CONTRIBUTION_WINDOW, FINAL_WINDOW};

use super::*;
use crate::{model::HOUR, testing::T};

/// Returns by how many seconds the scheduler says that its machine's clock is ahead.
async fn ahead(yard: &Yard) -> i64 {
	let url = format!("http://{}/metrics", yard.scheduler.address);
	let metrics = reqwest::get(url).await.unwrap().text().await.unwrap();
	let ahead = metrics.lines().find_map(|line| line.strip_prefix("rlc_scheduler_clock_ahead_seconds "));
	ahead.expect("it is told").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_that_is_an_hour_wrong_is_told_of_and_moves_no_deadline() {
	let here = system_time();
	for (time, told) in [(here - HOUR, 3_600), (here + HOUR, -3_600)] {
		let yard = Yard::run_over(FakeChain::new(time), key("Alice"), |_| ()).await;
		let mut bob = yard.worker("Bob").await;
		let account = bob.key.account();
		let content = b"the result".to_vec();
		let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
		let digest = ResultDigest(H256(cid.digest()));

		// By a clock that is an hour ahead, its time is over.
		let deal = yard.deal(100, 1, 1, |_| ());
		let assignment = bob.tasks(1).await.remove(0);
		let (id, opened) = (assignment.task.id(), yard.chain.world().deals[&deal].opened);
		assert!(assignment.expiry > opened && assignment.expiry < opened + CONTRIBUTION_WINDOW * T);
		yard.chain.change(|world| world.contribute_digest(id, &account, digest).unwrap());
		yard.chain.change(|world| world.reveal_digest(id, &account, digest).unwrap());
		let Instruction::Upload { token, .. } = bob.instruction().await else { panic!("no upload") };
		let url = format!("http://{}/store/{cid}", yard.scheduler.address);
		let put = reqwest::Client::new().put(&url).bearer_auth(token).body(content).send().await.unwrap();
		assert!(put.status().is_success(), "{}", put.status());
		bob.report(id, Step::Uploaded).await;
		yard.until(id, |info| info.result.is_some()).await;
		assert_eq!(["release", "abandon", "reopen"].map(|name| yard.chain.sent(name)), [0; 3]);
		let seen = ahead(&yard).await;
		assert!((seen - told).abs() < 600, "{seen} s");

		// By a clock that is an hour behind, its time is not over.
		let missed = TaskRef { deal: yard.deal(101, 1, 1, |_| ()), index: 0 }.id();
		yard.until(missed, |_| true).await;
		yard.chain.change(|world| {
			world.now += FINAL_WINDOW * T + 1;
			Vec::new()
		});
		yard.chain.until("the task that nobody computed is abandoned", |chain| chain.world().has_failed(&missed)).await;
		assert_eq!((yard.chain.sent("abandon"), yard.chain.sent("release")), (1, 0));
		drop(bob);
		yard.scheduler.stop().await.unwrap();
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_that_is_ahead_makes_no_room_in_a_full_store() {
	let change = |config: &mut Config| (config.store_quota, config.retention) = (1_600, Duration::ZERO);
	let yard = Yard::run_over(FakeChain::new(system_time() - HOUR), key("Alice"), change).await;
	let client = yard.client().await;
	let mut uploads = Vec::new();
	for byte in *b"ab" {
		let content = vec![byte; 60];
		let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
		let token = client.upload(upload_request(cid.digest(), 60, bounds())).await.unwrap();
		uploads.push((format!("http://{}/store/{cid}", yard.scheduler.address), token, content));
	}
	let status = |(url, token, content): (String, String, Vec<u8>)| async move {
		reqwest::Client::new().put(url).bearer_auth(token).body(content).send().await.unwrap().status().as_u16()
	};
	let (second, first) = (uploads.pop().unwrap(), uploads.pop().unwrap());
	assert_eq!(status(first.clone()).await, 201);
	assert_eq!(status(second.clone()).await, 507, "by the chain's time, the first may stay for an hour");
	assert_eq!(reqwest::get(&first.0).await.unwrap().bytes().await.unwrap(), first.2);
	yard.chain.change(|world| {
		world.now += 2 * HOUR;
		Vec::new()
	});
	let wait = async {
		while status(second.clone()).await != 201 {
			sleep(Duration::from_millis(500)).await;
		}
	};
	timeout(LONG, wait).await.expect("its time is over by both clocks");
	yard.scheduler.stop().await.unwrap();
}
