//! A scheduler is away for longer than its node remembers.

use futures::StreamExt;
use rlc_chain::{At, Error};
use rlc_primitives::Moment;

use super::{
	pass,
	stack::{account, Seal, Stack, RUNTIME, SCHEDULER},
	turn,
};

/// What the node remembers: far less than the blocks of that time.
const PRUNING: &str = "--state-pruning 64 --blocks-pruning 64";

/// How long the scheduler is away, in ms of chain time. Contributions to tasks of the category XS are taken a little longer.
const AWAY: Moment = 30 * 60_000;

/// How many deals are opened meanwhile.
const DEALS: u64 = 3;

#[test]
fn deals_of_half_an_hour_without_a_scheduler_are_found_though_the_node_has_pruned_their_blocks() {
	RUNTIME.block_on(async {
		let _turn = turn().await;
		let mut stack = Stack::start_over(Seal::Instant, PRUNING).await;
		let number = stack.new_workers(1, "").await[0];
		// Else it may wait long before it tries to join again.
		stack.worker(number).kill();
		stack.scheduler.kill();
		let mut bought = Vec::new();
		let (left, _) = stack.chain.best().await.unwrap();
		for _ in 0..DEALS {
			bought.push(stack.buy_unchecked("noop.wasm", 1, "{}").await);
			pass(&stack, AWAY / DEALS).await;
		}
		let told = stack.chain.follow(Some(left + 1), At::Best).next().await;
		assert!(
			matches!(told, Some(Err(Error::Discarded { .. }))),
			"no block tells of the first deal any more: {told:?}"
		);

		stack.scheduler.start_again();
		stack.worker(number).start_again();
		for bought in bought {
			assert_eq!(stack.closed(bought).await, bought.tasks, "it is found, and has its result");
		}
		assert_eq!(stack.chain.funds(&account(SCHEDULER)).await.unwrap().locked, 0);
	});
}
