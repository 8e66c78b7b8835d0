//! A scheduler and its database are killed again and again while they work.

use std::env;

use rlc_primitives::work::MAX_PAGE;
use rlc_protocol::{requester::SchedulerRpcClient, version::SPOKEN};

use super::{
	play,
	postgres::Postgres,
	stack::{deals::Bought, Seal, Stack, OTHER_SCHEDULER},
};

/// How often each is killed, unless `RLC_KILLS` tells otherwise: `make kills` does.
const KILLS: u32 = 3;

/// Tasks of a deal that goes on while they are killed.
const TASKS: u64 = 1_000;

/// Tasks of another, on which two workers have to agree.
const CHECKED: u64 = 30;

#[test]
fn scheduler_and_database_that_are_killed_again_and_again_lose_nothing_and_do_nothing_twice() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let Some(mut postgres) = Postgres::start() else { return };
			let kills = env::var("RLC_KILLS").map_or(KILLS, |kills| kills.parse().expect("RLC_KILLS is a number"));
			// Dearer than the other pool: nobody else buys here.
			let sale = ["--name", "killed", "--publish-price", "2", "--volume", "1000000", "--trust", "3"];
			let options = [&sale[..], &["--database", &postgres.url]].concat();
			let (mut scheduler, url) = stack.start_scheduler("killed", OTHER_SCHEDULER, &options);
			let info = stack.connect_to(&url).await.info(Some(SPOKEN)).await.unwrap();
			let pool = format!("{:?}", info.workerpool.0);
			stack.new_workers_at(&url, 3, "").await;
			for kill in 1..=kills {
				let bought = stack.buy("noop.wasm", TASKS, &["--workerpool", &pool]).await;
				let checked = stack.buy("noop.wasm", CHECKED, &["--workerpool", &pool, "--trust", "3"]).await;
				stack.until_open(bought, TASKS - 100).await;
				assert!(stack.open(bought).await > 0, "it was in the middle");
				scheduler.kill();
				scheduler.start_again();

				stack.until_open(bought, TASKS / 2).await;
				assert!(stack.open(bought).await > 0, "it was in the middle");
				postgres.kill();
				postgres.start_again();
				for (bought, workers) in [(bought, 1), (checked, 2)] {
					assert_eq!(stack.closed(bought).await, bought.tasks, "kill {kill}: all of them have a result");
					assert_computed_by(stack, &postgres, bought, workers).await;
				}
				scheduler.must_run();
				println!("each killed {kill} times: {} tasks, all completed, none twice", TASKS + CHECKED);
			}
		})
	});
}

/// Checks that no task of a deal went to more workers than these, unless one of them was lost or failed.
async fn assert_computed_by(stack: &Stack, postgres: &Postgres, bought: Bought, workers: usize) {
	let deal = format!("{:?}", bought.deal.0);
	let sql = format!(
		"SELECT count(*) FROM (SELECT task FROM replicates WHERE deal = '{}' \
		 AND step NOT IN ('failed', 'aborted', 'lost') GROUP BY task HAVING count(*) > {workers}) AS too_many",
		deal.trim_start_matches("0x")
	);
	assert_eq!(postgres.ask(&sql), "0", "more than {workers} workers were given a task of {deal}");
	let mut from = 0;
	while from < bought.tasks {
		let page = stack.chain.tasks_of(bought.deal, from, MAX_PAGE).await.unwrap();
		from = page.last().expect("it has so many").task.index + 1;
		for view in page {
			let contributions = view.task.contributions.len();
			assert!(contributions <= workers, "task {} of {deal} has {contributions}", view.task.index);
		}
	}
}
