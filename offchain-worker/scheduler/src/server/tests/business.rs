//! What the pool does about requesters and stakes that it loses.

use super::*;
use crate::testing::{pool_order, HOPELESS};

impl Yard {
	/// Lets a task of a deal of this stake fail on chain: one that no worker can serve, and none is here to say so.
	async fn lose(&self, n: u8, stake: rlc_primitives::Balance) {
		let task =
			TaskRef { deal: self.deal(n, 1, 1, |deal| (deal.pool_stake, deal.app.id) = (stake, HOPELESS)), index: 0 };
		self.until(task.id(), |_| true).await;
		self.chain.change(|world| world.abandon(task.id()).unwrap());
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn deal_that_no_worker_can_serve_is_released_and_nobody_computes() {
	let yard = Yard::new().await;
	let mut workers = [yard.worker("Bob").await, yard.worker("Charlie").await];
	let deal = yard.deal(100, 3, 1, |deal| deal.app.id = HOPELESS);
	let task = TaskRef { deal, index: 0 };
	let cause = FailureCause::InvalidParams;
	for worker in &mut workers {
		assert_eq!(worker.instruction().await, Instruction::ReportFailure { task }, "it is given nothing to compute");
		let account = worker.key.account();
		yard.chain.change(|world| world.report_failure(task.id(), &account, cause));
	}
	yard.chain.until_released(task.id()).await;
	let sent = ["delegate", "release", "abandon"].map(|name| yard.chain.sent(name));
	assert_eq!(sent, [1, 1, 0]);
	let info = yard.until(task.id(), |info| info.given_up.is_some()).await;
	assert!(info.given_up.unwrap().contains("no worker can serve it"));
	assert!(info.replicates.is_empty());
	drop(workers);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_withdrawn_when_too_much_stake_is_lost_and_sold_again_by_hand() {
	let yard = Yard::with(|config| config.max_loss = Some(10)).await;
	yard.chain.world().orders.push(pool_order(1, 10));
	for n in [100, 101, 102] {
		yard.lose(n, 5).await;
	}
	let client = yard.client().await;
	let wait = async {
		loop {
			let status = SchedulerRpcClient::status(&client).await.unwrap();
			if status.withdrawn.is_some() {
				break status;
			}
			sleep(Duration::from_millis(50)).await;
		}
	};
	let status = timeout(LONG, wait).await.expect("15 nRLC of 10 are lost");
	yard.until_book(|book| book.is_empty()).await;
	assert_eq!(status.max_loss, Some(rlc_json::Decimal(10)));
	let worst = &status.served_last[0];
	assert_eq!(worst.failure_rate, 54, "three tasks cost their stakes: {status:?}");
	let metrics =
		reqwest::get(format!("http://{}/metrics", yard.scheduler.address)).await.unwrap().text().await.unwrap();
	assert!(metrics.contains("rlc_scheduler_orders_withdrawn 1"), "{metrics}");
	drop(client);

	let yard = yard.restart().await;
	assert!(yard.scheduler.withdrawn.is_some(), "a restart alone sells nothing");
	yard.scheduler.stop().await.unwrap();
	let by_hand = Config { resume: true, max_loss: Some(10), ..config(&yard.dir) };
	let scheduler = start(by_hand, &yard.chain).await;
	assert_eq!(scheduler.withdrawn, None);
	// Longer than the scheduler takes to look.
	sleep(Duration::from_secs(6)).await;
	assert_eq!(yard.chain.world().orders, [pool_order(1, 10)], "what was lost before does not count any more");
	scheduler.stop().await.unwrap();
}
