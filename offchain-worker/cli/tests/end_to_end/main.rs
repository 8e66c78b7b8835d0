//! The whole stack, as people run it: a node, a scheduler, workers, and the requester's commands. Each part is killed and
//! lied to, and in the end every task is closed, nobody was paid twice, and nothing is left in the escrow.
//!
//! Scenarios play on stacks that seal at once, or on stacks with slots, for what needs time to pass: each has a stack of
//! its own while it plays. The programs are those beside `rlc`, the apps those of scripts/apps.sh. What is tried out in a
//! container needs no stack.

mod absence;
mod bags;
mod deploys;
mod governance;
mod inputs;
mod kills;
mod money;
#[path = "../../../scheduler/src/testing/postgres.rs"]
mod postgres;
mod reference;
mod roles;
#[path = "../stack/mod.rs"]
mod stack;
mod staking;
mod trial;
mod trouble;
mod trust;
mod wallets;
mod work;

use std::{
	future::Future,
	pin::Pin,
	sync::{Mutex, PoisonError},
};

use rlc_chain::{BalancesCall, Call, Event, Key, MarketplaceEvent, Sender};
use rlc_primitives::{Address, Balance, Moment, RLC};
use rlc_testing::skip;
use stack::{account, deals::Bought, Seal, Stack, DEVELOPER, OTHER_SCHEDULER, RUNTIME, SCHEDULER};
use tokio::sync::{Semaphore, SemaphorePermit};

/// What a task costs: the pool's price and the app's.
const PRICE: Balance = RLC + RLC / 100;

/// A scenario on a stack.
type Scenario<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// How many scenarios play at a time. Most of each is waiting, but they share the machine.
const AT_ONCE: usize = 2;

/// Waits until there is room for another scenario: as long as this is held.
async fn turn() -> SemaphorePermit<'static> {
	static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);
	TURNS.acquire().await.expect("nobody closes it")
}

/// The stacks that no scenario uses now.
static FREE: Mutex<Vec<(Seal, Stack)>> = Mutex::new(Vec::new());

/// Plays a scenario on a stack that others may have used, then checks what has to hold after each.
fn play(seal: Seal, scenario: impl for<'a> FnOnce(&'a mut Stack) -> Scenario<'a>) {
	RUNTIME.block_on(async {
		let _turn = turn().await;
		let free = {
			let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
			let same = free.iter().position(|(its, _)| *its == seal);
			same.map(|index| free.swap_remove(index).1)
		};
		let stack = match free {
			Some(stack) => stack,
			None => Stack::start(seal).await,
		};
		play_on(stack, seal, scenario).await;
	});
}

/// Does the same on a new stack. Others leave deals at theirs: workers go as soon as the chain has what a scenario asks for,
/// also with a result that they did not upload.
fn play_alone(seal: Seal, scenario: impl for<'a> FnOnce(&'a mut Stack) -> Scenario<'a>) {
	RUNTIME.block_on(async {
		let _turn = turn().await;
		play_on(Stack::start(seal).await, seal, scenario).await;
	});
}

async fn play_on(mut stack: Stack, seal: Seal, scenario: impl for<'a> FnOnce(&'a mut Stack) -> Scenario<'a>) {
	scenario(&mut stack).await;
	stack.dismiss_workers();
	stack.audit().await;
	// A scenario that fails takes its stack along.
	FREE.lock().unwrap_or_else(PoisonError::into_inner).push((seal, stack));
}

/// Returns the deal that was made last.
async fn last_deal(stack: &Stack) -> Bought {
	let mut deals = stack.history().await.into_iter().filter_map(|event| match event {
		Event::Marketplace(MarketplaceEvent::DealOpened { deal, size, .. }) => Some(Bought { deal, tasks: size }),
		_ => None,
	});
	deals.next_back().expect("there was one")
}

/// Lets chain time pass, in ms. With instant seal, each block takes a slot of it.
async fn pass(stack: &Stack, time: Moment) {
	let end = stack.chain.clock().await.unwrap().chain + time;
	let make_blocks = |payer: &'static str| async move {
		let sender = Sender::new(stack.chain.clone(), Key::from_suri(payer).unwrap());
		while stack.chain.clock().await.unwrap().chain < end {
			for _ in 0..5 {
				let dest = Address::Id(account(SCHEDULER));
				let transfer = BalancesCall::TransferKeepAlive { dest, value: RLC / 1_000 };
				sender.send(Call::Balances(transfer)).await.unwrap();
			}
		}
	};
	// Several, so that the node has something to put into the next block while the last one is told of.
	tokio::join!(make_blocks("//Alice"), make_blocks(DEVELOPER), make_blocks(OTHER_SCHEDULER));
}

/// Returns whether this machine runs containers.
async fn has_containers() -> bool {
	let dir = tempfile::tempdir().unwrap();
	match rlc_sandbox::ContainerTier::probe(dir.path()).await {
		Ok(_) => true,
		Err(why) => skip!("needs runc: {why}" => false),
	}
}
