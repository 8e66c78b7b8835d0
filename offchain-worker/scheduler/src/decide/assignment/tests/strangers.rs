//! Workers that nobody vouches for, and workers without a stake.

use super::*;
use crate::model::STRANGERS;

#[test]
fn strangers_have_one_vote_together() {
	let mut scene = Scene::new();
	for n in 1..=3 {
		scene.stranger(n, 1);
	}
	// An operator that nobody vouches for signs for its workers too.
	for n in 4..=5 {
		scene.join_with(n, |member| (member.is_vouched, member.operator) = (false, Some(account(50))));
	}
	let id = task(scene.deal(100, 5, 1), 0);
	let given = scene.computing(id);
	assert_eq!(given.len(), 1, "{given:?}");
	assert_eq!(scene.task(id).replicates[&given[0]].voter, STRANGERS);
	let known = [scene.worker(6, 1), scene.worker(7, 1)];
	let mut more = scene.computing(id);
	more.sort();
	assert_eq!(more, known, "three votes are needed");
}

#[test]
fn stranger_s_vote_is_free_again_once_its_delegation_expired() {
	let mut scene = Scene::new();
	let one = scene.stranger(1, 1);
	let two = scene.stranger(2, 1);
	let id = task(scene.deal(100, 3, 1), 0);
	let first = scene.computing(id);
	assert_eq!(first.len(), 1);
	let other = if first[0] == one { two } else { one };
	let n = if first[0] == account(1) { 1 } else { 2 };
	scene.pass(4_000, &[n]);
	assert_eq!(scene.computing(id), [], "the lost one could contribute still");
	scene.pass(2 * T + ALLOWANCE, &[]);
	assert_eq!(scene.computing(id), [other]);
}

#[test]
fn task_on_which_one_worker_decides_is_for_workers_that_are_vouched_for() {
	let mut scene = Scene::new();
	scene.stranger(1, 9);
	let ids = [0, 1].map(|trust| task(scene.deal(100 + trust as u8, trust, 1), 0));
	for id in ids {
		assert_eq!(scene.computing(id), []);
		let deal = scene.task(id).chain().deal;
		assert_eq!(scene.state.lacks().get(&deal), Some(&Lack::Vouching));
		let facts = scene.state.deal(&deal).unwrap();
		assert!(!has_candidate(&scene.state, facts, scene.task(id), scene.now, WorkerState::is_here));
	}
	let two = scene.worker(2, 2);
	let actions = scene.decide();
	assert!(ids.iter().all(|id| given(&actions, *id) == [two.clone()]), "{actions:?}");
	assert!(scene.state.lacks().is_empty());
}

#[test]
fn worker_that_is_vouched_for_is_waited_for_while_strangers_are_free() {
	let mut scene = Scene::new();
	scene.stranger(1, 9);
	let two = scene.worker(2, 1);
	let deal = scene.deal(100, 1, 2);
	assert_eq!(share(&scene.decide(), &[account(1), two]), [0, 1]);
	assert!(scene.state.lacks().is_empty(), "it is there, and busy");
	assert_eq!(scene.state.queue().len_of(&deal), 1);
}

#[test]
fn worker_that_is_no_longer_vouched_for_votes_with_the_strangers() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 5, 1), 0);
	assert_eq!(scene.computing(id), std::slice::from_ref(&one));
	let held = || vec![crate::testing::scene::report(id, Step::Computing).into()];
	scene.join_with(1, |member| (member.is_vouched, member.held) = (false, held()));
	assert_eq!(scene.task(id).replicates[&one].voter, STRANGERS, "it goes on");
	scene.stranger(2, 1);
	assert_eq!(scene.computing(id), [], "the vote is given away");
	scene.join_with(1, |member| member.held = held());
	assert_eq!(scene.task(id).replicates[&one].voter, one);
	assert_eq!(scene.computing(id), [account(2)]);
}

#[test]
fn worker_gets_no_task_that_its_account_cannot_stake_for() {
	let mut scene = Scene::new();
	scene.join_with(1, |member| (member.funds, member.resources.slots) = (10, 9));
	let dear = scene.deal_with(100, 1, 1, |deal| deal.worker_stake = 11);
	assert_eq!(scene.computing(task(dear, 0)), []);
	assert_eq!(scene.state.lacks().get(&dear), Some(&Lack::Stake));
	assert_eq!(without_stake(&scene.state).collect::<Vec<_>>(), [&account(1)]);
	scene.state.set_funds(&account(1), 11);
	assert_eq!(scene.computing(task(dear, 0)), [account(1)]);
	assert_eq!(without_stake(&scene.state).count(), 0, "at this trust, nothing is staked unless the app fails");
}

#[test]
fn tasks_in_hand_take_their_stakes() {
	let mut scene = Scene::new();
	for n in 1..=2 {
		scene.join_with(n, |member| (member.funds, member.resources.slots) = (10, 9));
	}
	let deal = scene.deal_with(100, 3, 3, |deal| deal.worker_stake = 4);
	let workers = [account(1), account(2)];
	assert_eq!(share(&scene.decide(), &workers), [2, 2], "twice 4 of 10");
	let id = |index| task(deal, index);
	assert_eq!(scene.known(&workers[0]).free_funds(), 2);
	scene.contributes(&workers[0], id(0), 7);
	assert_eq!(scene.known(&workers[0]).free_funds(), 2, "its stake is locked now");
	// As the chain has it: 10 less 4.
	scene.state.set_funds(&workers[0], 6);
	assert_eq!(scene.known(&workers[0]).free_funds(), 2, "it counts once");
	scene.contributes(&workers[1], id(0), 7);
	for worker in &workers {
		scene.reveals(worker, id(0), 7);
	}
	scene.decide();
	for worker in &workers {
		scene.state.set_funds(worker, 10);
		assert_eq!(scene.known(worker).free_funds(), 6, "the task is over but for its result");
	}
}
