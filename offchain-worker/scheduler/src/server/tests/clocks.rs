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
