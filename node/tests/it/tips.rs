//! Free work on tasks in a node's pool: copies exclude each other, and tips rise while it waits.

use std::time::Duration;

use crate::common::{
	genesis, hex,
	people::{digest, pay, sender, People},
};
use rlc_chain::{Bid, Call, PocoCall, Sender};
use rlc_checks::people::Person;
use rlc_node::embedded::{Node, NodeBuilder};
use rlc_primitives::{
	work::{Delegate, DelegationProof, TaskRef},
	Balance, RLC,
};
use serde_json::{json, Value};

/// What a worker gets for a task: the scheduler's part is a hundredth.
const REWARD: Balance = RLC * 99 / 100;

/// Opens a deal of some tasks, each delegated to a worker, and returns them.
async fn delegated(people: &People, worker: &Sender, size: u64) -> Vec<TaskRef> {
	people.register().await;
	let deal = people.match_signed(people.requester.key(), size, 1).await;
	let tasks: Vec<_> = (0..size).map(|index| TaskRef { deal, index }).collect();
	let workers = vec![Delegate { worker: worker.account(), enclave: None }];
	people.scheduler.send(Call::Poco(PocoCall::Delegate { tasks: tasks.clone(), workers })).await.expect("delegates");
	tasks
}

/// Returns the result of a task.
fn result(task: TaskRef) -> Call {
	Call::Poco(PocoCall::ContributeAndFinalize {
		task,
		digest: digest(1),
		authorization: DelegationProof::OnChain,
		enclave: None,
		callback_data: None,
	})
}

fn bids<const N: usize>(all: [(u64, Balance); N]) -> [Bid; N] {
	all.map(|(after, tip)| Bid { after: Duration::from_millis(after), tip })
}

async fn free(worker: &Sender) -> Balance {
	worker.chain().funds(&worker.account()).await.expect("an answer").free
}

/// Returns a worker with this many nRLC.
async fn newcomer(people: &People, balance: Balance) -> Sender {
	let worker = sender(&people.chain, "//newcomer");
	people.requester.send(pay(&worker.account(), balance)).await.expect("pays");
	worker
}

#[tokio::test]
async fn copy_of_free_work_gets_no_place_in_the_pool() {
	let node = NodeBuilder::dev().start().await.expect("starts");
	let people = People::on(&node).await;
	let (worker, who) = (newcomer(&people, RLC).await, Person::new("//newcomer"));
	let (mut refused, mut number) = (None, 0);
	for task in delegated(&people, &worker, 10).await {
		let first = worker.submit(result(task)).await.expect("the node takes it");
		let copy = submit(&node, &who, task, (number + 1, 0)).await;
		first.included().await.expect("accepted");
		// Once a block has the first, its copy is not free any more: then the next task shows it.
		number += 1 + u32::from(copy.is_ok());
		refused = copy.err();
		if refused.is_some() {
			break;
		}
	}
	let refused = refused.expect("ten copies were taken");
	assert!(refused.contains("riority"), "{refused}");
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn one_of_the_tips_is_paid_that_were_offered() {
	let node = NodeBuilder::dev().start().await.expect("starts");
	let people = People::on(&node).await;
	let tasks = delegated(&people, &people.worker, 5).await;
	let offers = bids([(0, 1_000), (50, 2_000), (100, 4_000), (60_000, 8_000)]);
	let mut paid = Vec::new();
	for task in tasks {
		let before = free(&people.worker).await;
		people.worker.send_bidding(result(task), &offers).await.expect("accepted");
		paid.push(before + REWARD - free(&people.worker).await);
	}
	assert!(paid.iter().all(|tip| [1_000, 2_000, 4_000].contains(tip)), "{paid:?}");
	assert!(paid.iter().any(|tip| *tip > 1_000), "blocks are a second apart, bids less: {paid:?}");
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn work_sent_before_is_raised_with_what_follows_it() {
	let node = NodeBuilder::dev().start().await.expect("starts");
	let people = People::on(&node).await;
	let tasks = delegated(&people, &people.worker, 2).await;
	let before = free(&people.worker).await;
	let (none, high) = ([], bids([(0, 7_000)]));
	let late = async {
		tokio::time::sleep(Duration::from_millis(50)).await;
		people.worker.send_bidding(result(tasks[1]), &high).await
	};
	let (first, second) = tokio::join!(people.worker.send_bidding(result(tasks[0]), &none), late);
	let (first, second) = (first.expect("accepted"), second.expect("accepted"));
	let paid = before + 2 * REWARD - free(&people.worker).await;
	// A block may come between them; then nothing has to be raised.
	let expected = if first.number == second.number { vec![14_000, 7_000] } else { vec![7_000] };
	assert!(expected.contains(&paid), "{paid}");
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn who_cannot_pay_a_tip_works_without_one() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	let worker = newcomer(&people, 100).await;
	let tasks = delegated(&people, &worker, 1).await;
	worker.send_bidding(result(tasks[0]), &bids([(0, 1_000)])).await.expect("accepted");
	assert_eq!(free(&worker).await, 100 + REWARD);
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn tip_above_the_balance_is_refused_with_a_number_of_its_own() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	let worker = newcomer(&people, 100).await;
	let tasks = delegated(&people, &worker, 1).await;
	let taken = submit(&node, &Person::new("//newcomer"), tasks[0], (0, 101)).await;
	let refused = taken.expect_err("it is refused");
	assert!(refused.contains("Custom error: 1"), "{refused}");
	assert_eq!(free(&worker).await, 100, "nothing is lost");
	node.stop().await.expect("stops");
}

/// Submits a result in a transaction of this number and with this tip.
///
/// # Errors
///
/// Why the node refuses it.
async fn submit(node: &Node, who: &Person, task: TaskRef, (number, tip): (u32, Balance)) -> Result<(), String> {
	let call = pallet_poco::Call::contribute_and_finalize {
		task,
		digest: digest(1),
		authorization: DelegationProof::OnChain,
		enclave: None,
		callback_data: None,
	};
	let extrinsic = who.sign_with_tip(genesis(node).await, number, tip, call);
	let answer = node.call::<Value>("author_submitExtrinsic", json!([hex(&extrinsic)])).await;
	answer.map(drop).map_err(|refused| refused.one_line())
}
