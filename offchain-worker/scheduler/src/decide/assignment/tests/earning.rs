//! What workers that nobody vouches for have earned.

use std::collections::BTreeSet;

use rlc_protocol::Needs;

use super::*;
use crate::model::{Record, PROVEN, STRANGERS};

fn validated(count: u64) -> Record {
	Record { validated: count, ..Record::default() }
}

#[test]
fn stranger_gets_as_many_tasks_as_it_has_earned_whatever_it_declares() {
	for (count, given) in [(0, 1), (1, 1), (2, 2), (6, 4), (18, 10)] {
		let mut scene = Scene::new();
		let workers = [scene.worker(1, 100), scene.stranger_with(2, 64, validated(count))];
		scene.deal(100, 3, 30);
		assert_eq!(share(&scene.decide(), &workers), [30, given], "after {count}");
	}
}

#[test]
fn stranger_has_no_more_slots_than_it_declares() {
	let mut scene = Scene::new();
	let workers = [scene.worker(1, 100), scene.stranger_with(2, 3, validated(1_000))];
	scene.deal(100, 3, 30);
	assert_eq!(share(&scene.decide(), &workers), [30, 3]);
}

#[test]
fn stranger_gets_nothing_ahead_until_it_is_proven() {
	for (count, given) in [(PROVEN - 1, 10), (PROVEN, 111)] {
		let mut scene = Scene::new();
		let one = scene.worker(1, 300);
		let first = scene.deal(100, 1, 1);
		scene.decide();
		// A run takes 10 ms.
		scene.computed(&one, task(first, 0), 10);
		let stranger = scene.stranger_with(2, 64, validated(count));
		scene.deal(101, 3, 300);
		assert_eq!(share(&scene.decide(), &[stranger]), [given], "after {count}");
	}
}

#[test]
fn full_stranger_does_not_hide_workers_that_get_tasks_ahead() {
	let mut scene = Scene::new();
	let one = scene.worker(2, 1);
	let first = scene.deal(100, 1, 1);
	scene.decide();
	scene.computed(&one, task(first, 0), 10);
	// Of the lower account, and as loaded: it would be looked at first.
	scene.stranger_with(1, 1, validated(0));
	scene.deal(101, 3, 20);
	assert_eq!(share(&scene.decide(), &[account(1), one]), [1, 20]);
}

#[test]
fn it_does_not_matter_what_a_stranger_says_that_it_has_until_it_is_proven() {
	for (count, is_chosen) in [(PROVEN - 1, false), (PROVEN, true)] {
		let mut scene = Scene::new();
		let stranger = scene.stranger_with(1, 1, validated(count));
		let others = [scene.worker(2, 1), scene.worker(3, 1)];
		for worker in others.iter().chain([&stranger]) {
			beat(&mut scene, worker, |heartbeat| heartbeat.cached = Some(vec![crate::testing::scene::APP]));
		}
		let deal = scene.deal(100, 3, 1);
		assert_eq!(scene.computing(task(deal, 0)).contains(&stranger), is_chosen, "after {count}");
	}
}

#[test]
fn idle_stranger_gets_one_task_however_large() {
	let mut scene = Scene::new();
	let large = |resources: &mut rlc_protocol::worker::Resources| (resources.slots, resources.cores) = (8, 8);
	scene.join(1, None, large, Vec::new());
	let stranger = scene.stranger_with(2, 8, validated(0));
	let deal = scene.open(100, 3, 2, Needs { cores: 4, ..Needs::default() }, |_| ());
	let workers = [account(1), stranger];
	assert_eq!(share(&scene.decide(), &workers), [2, 1], "one that takes four slots");
	scene.computed(&workers[1], task(deal, 0), 10_000);
	assert_eq!(share(&scene.decide(), &workers), [0, 1], "and then the next");
}

#[test]
fn stranger_that_is_away_gets_nothing() {
	let mut scene = Scene::new();
	let away = Record { away: scene.now.local + 1_000, ..Record::default() };
	let workers = [scene.worker(1, 1), scene.stranger_with(2, 1, away)];
	scene.deal(100, 3, 1);
	assert_eq!(share(&scene.decide(), &workers), [1, 0]);
	scene.pass(1_000, &[]);
	assert_eq!(share(&scene.decide(), &workers), [0, 1]);
}

#[test]
fn worker_that_is_vouched_for_has_all_that_it_declares() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 64);
	scene.deal(100, 1, 100);
	assert_eq!(share(&scene.decide(), &[one]), [64]);
}

#[test]
fn proven_stranger_votes_as_itself_where_it_has_a_vote_and_with_the_strangers_where_not() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1_000);
	let proven = [2, 3].map(|n| scene.stranger_with(n, 1_000, validated(2_000)));
	let deal = scene.deal(100, 5, 600);
	scene.decide();
	let mut shared = 0;
	for index in 0..600 {
		let task = scene.task(task(deal, index));
		let voters = task.replicates.values().map(|part| &part.voter).collect::<BTreeSet<_>>();
		assert_eq!(voters.len(), task.replicates.len(), "each vote is given once");
		assert!(task.replicates.contains_key(&one));
		for (account, part) in task.replicates.iter().filter(|(account, _)| proven.contains(account)) {
			let has_vote = scene.known(account).has_vote(&task.chain().id());
			assert_eq!(part.voter, if has_vote { account.clone() } else { STRANGERS });
			shared += u32::from(!has_vote);
		}
	}
	assert!(shared < 10, "{shared} of 1,200, where one in 2,000 is expected");
}

#[test]
fn stranger_that_has_no_vote_of_its_own_leaves_the_task_to_another_worker() {
	let mut scene = Scene::new();
	scene.worker(1, 9);
	let proven = [2, 3].map(|n| scene.stranger_with(n, 9, validated(PROVEN)));
	// The first task on which neither has a vote of its own: 1 in 400 is.
	let deal = DealId(H256::repeat_byte(100));
	let has_vote = |index: u64| proven.iter().any(|one| scene.known(one).has_vote(&task(deal, index)));
	let index = (0..100_000).find(|index| !has_vote(*index)).expect("there is one");
	let id = task(scene.deal_with(100, 5, 1, |deal| deal.first = index), index);
	let given = scene.computing(id);
	assert_eq!(given.len(), 2, "both share one vote, and three are needed");
	let four = scene.worker(4, 1);
	assert_eq!(scene.computing(id), [four]);
}
