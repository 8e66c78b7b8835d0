mod earning;
mod strangers;
mod trouble;

use super::*;
use crate::{
	decide::Action,
	model::Profile,
	testing::{
		account,
		scene::{given, MAX_RESULT},
		task, Scene, START, T,
	},
};
use rlc_primitives::{DealId, Tag};
use rlc_protocol::{
	worker::{Heartbeat, Step},
	Needs,
};
use sp_core::H256;

/// Returns how many tasks each of the workers is given.
fn share(actions: &[Action], workers: &[AccountId]) -> Vec<usize> {
	let is_for = |action: &Action, one: &AccountId| matches!(action, Action::Compute { worker, .. } if worker == one);
	workers.iter().map(|one| actions.iter().filter(|action| is_for(action, one)).count()).collect()
}

/// Returns how many tasks of each of the deals are given.
fn served(scene: &Scene, actions: &[Action], deals: &[DealId]) -> Vec<usize> {
	let of = |action: &Action| scene.task(action.task()).chain().deal;
	deals.iter().map(|deal| actions.iter().filter(|action| of(action) == *deal).count()).collect()
}

fn beat(scene: &mut Scene, worker: &AccountId, change: impl FnOnce(&mut Heartbeat)) {
	let mut heartbeat = Heartbeat { free_slots: 1, draining: false, cached: None };
	change(&mut heartbeat);
	scene.state.beat(worker, heartbeat, scene.now);
}

#[test]
fn trust_5_with_new_workers_gets_3_of_6() {
	let mut scene = Scene::new();
	for n in 1..=6 {
		scene.worker(n, 1);
	}
	let deal = scene.deal(100, 5, 1);
	assert_eq!(scene.computing(task(deal, 0)).len(), 3);
	assert_eq!(scene.decide(), [], "and then no more");
}

#[test]
fn batch_is_spread_over_the_workers() {
	let mut scene = Scene::new();
	let workers = [scene.worker(1, 2), scene.worker(2, 2), scene.worker(3, 2)];
	scene.deal(100, 1, 20);
	let actions = scene.decide();
	assert_eq!(share(&actions, &workers), [2, 2, 2]);
}

#[test]
fn one_operator_has_one_vote() {
	let mut scene = Scene::new();
	scene.join(1, Some(50), |_| (), Vec::new());
	scene.join(2, Some(50), |_| (), Vec::new());
	scene.worker(3, 1);
	let deal = scene.deal(100, 5, 1);
	let given = scene.computing(task(deal, 0));
	assert_eq!(given.len(), 2, "three are needed, two operators are there");
	assert!(given.contains(&account(3)));
	let four = scene.worker(4, 1);
	assert_eq!(scene.computing(task(deal, 0)), [four]);
}

#[test]
fn tag_and_kind_of_app_are_matched() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	let deal = scene.deal_with(100, 1, 1, |deal| deal.tag = Tag::from_bits(0b100));
	assert_eq!(scene.computing(task(deal, 0)), []);
	scene.join(2, None, |resources| resources.tag = Tag::from_bits(0b110).0, Vec::new());
	assert_eq!(scene.computing(task(deal, 0)), [account(2)]);
	let profile = Profile { tag: H256::zero(), wasm: true, container: false, is_vouched: true, shares_vote: false };
	assert!(profile.serves(rlc_primitives::assets::AppKind::Wasm, Tag::NONE));
	assert!(!profile.serves(rlc_primitives::assets::AppKind::Container, Tag::NONE));
}

#[test]
fn worker_that_has_the_app_is_preferred() {
	let mut scene = Scene::new();
	let (_, two) = (scene.worker(1, 1), scene.worker(2, 1));
	beat(&mut scene, &two, |heartbeat| heartbeat.cached = Some(vec![crate::testing::scene::APP]));
	let deal = scene.deal(100, 1, 1);
	assert_eq!(scene.computing(task(deal, 0)), [two]);
}

#[test]
fn worker_that_rests_or_drains_gets_nothing() {
	let mut scene = Scene::new();
	let (one, two) = (scene.worker(1, 1), scene.worker(2, 1));
	beat(&mut scene, &one, |heartbeat| heartbeat.free_slots = 0);
	beat(&mut scene, &two, |heartbeat| heartbeat.draining = true);
	let deal = scene.deal(100, 1, 1);
	assert_eq!(scene.computing(task(deal, 0)), []);
	beat(&mut scene, &one, |_| ());
	assert_eq!(scene.computing(task(deal, 0)), [one]);
}

#[test]
fn busy_worker_does_not_rest() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let deal = scene.deal(100, 1, 2);
	assert_eq!(scene.computing(task(deal, 0)), vec![one.clone()]);
	beat(&mut scene, &one, |heartbeat| heartbeat.free_slots = 0);
	scene.computed(&one, task(deal, 0), 10_000);
	assert_eq!(scene.computing(task(deal, 1)), [one]);
}

#[test]
fn short_tasks_are_assigned_ahead() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let deal = scene.deal(100, 1, 300);
	assert_eq!(share(&scene.decide(), std::slice::from_ref(&one)), [1], "nothing is known of the app yet");
	scene.computed(&one, task(deal, 0), 10);
	assert_eq!(share(&scene.decide(), &[one]), [51], "500 ms of work, and one in hand");
}

#[test]
fn run_time_counts_once_and_is_bounded_by_the_deal() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 2);
	let deal = scene.deal(100, 1, 2);
	let brief = scene.deal_with(101, 3, 1, |deal| deal.reference_time = 1_000);
	scene.decide();
	let run_time = |scene: &Scene, deal: DealId| scene.state.run_time_in(scene.state.deal(&deal).unwrap());
	assert_eq!(run_time(&scene, deal), None);
	scene.computed(&one, task(deal, 0), u64::MAX);
	assert_eq!(run_time(&scene, deal), Some(crate::testing::T), "no run takes longer");
	assert_eq!(run_time(&scene, brief), Some(1_000), "nor than this deal allows");
	scene.computed(&one, task(deal, 0), 0);
	assert_eq!(run_time(&scene, deal), Some(crate::testing::T), "told twice, it counts once");
	let next = crate::decide::supervision::next(&scene.state, task(brief, 0), scene.now);
	assert!(next.needs_worker, "long runs elsewhere keep no short deal from its workers");
}

#[test]
fn half_a_second_of_work_is_assigned_ahead() {
	assert_eq!((ahead(4, None), ahead(4, Some(10_000))), (0, 0));
	assert_eq!((ahead(4, Some(1_000)), ahead(4, Some(100))), (4, 20));
	assert_eq!((ahead(1, Some(0)), ahead(8, Some(1)), ahead(u32::MAX, Some(1))), (100, 100, 100));
}

#[test]
fn deals_share_fairly() {
	let mut scene = Scene::new();
	scene.worker(1, 10);
	let deals = [scene.deal(100, 1, 50), scene.deal(101, 1, 50)];
	let actions = scene.decide();
	assert_eq!(served(&scene, &actions, &deals), [5, 5]);
}

#[test]
fn deal_whose_deadline_is_near_comes_first() {
	let mut scene = Scene::new();
	let old = scene.deal(100, 1, 50);
	scene.decide();
	scene.pass(6 * crate::testing::T, &[]);
	let deals = [old, scene.deal(101, 1, 50)];
	scene.decide();
	crate::decide::expedite_urgent(&mut scene.state, scene.now);
	scene.worker(1, 10);
	let actions = scene.decide();
	assert_eq!(served(&scene, &actions, &deals), [10, 0]);
}

#[test]
fn deal_without_a_worker_holds_up_no_other() {
	let mut scene = Scene::new();
	scene.worker(1, 4);
	let deals = [scene.deal_with(100, 1, 9, |deal| deal.tag = Tag::from_bits(8)), scene.deal(101, 1, 9)];
	let actions = scene.decide();
	assert_eq!(served(&scene, &actions, &deals), [0, 4]);
}

#[test]
fn tasks_that_lack_an_operator_hold_up_no_other_of_their_deal() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 3);
	let deal = scene.deal(100, 3, 9);
	let actions = scene.decide();
	assert_eq!(share(&actions, &[one]), [3], "the first vote of three tasks");
	let two = scene.worker(2, 3);
	let actions = scene.decide();
	assert_eq!(share(&actions, std::slice::from_ref(&two)), [3]);
	assert!((0..3).any(|index| given(&actions, task(deal, index)) == [two.clone()]));
}

const GIB: u64 = 1 << 30;

/// Lets a worker join with this many slots and cores, and this much memory.
fn machine(scene: &mut Scene, n: u8, slots: u32, memory: u64) -> AccountId {
	scene.join(n, None, |one| (one.slots, one.cores, one.memory) = (slots, slots, memory), Vec::new());
	account(n)
}

fn cores(cores: u32) -> Needs {
	Needs { cores, ..Needs::default() }
}

fn load(scene: &Scene, worker: &AccountId) -> u32 {
	scene.known(worker).load
}

#[test]
fn big_task_goes_only_to_a_worker_that_can_hold_it() {
	let mut scene = Scene::new();
	let (small, big) = (machine(&mut scene, 1, 4, 4 * GIB), machine(&mut scene, 2, 4, 16 * GIB));
	let deal = scene.deal_needing(100, 3, Needs { memory: 8 * GIB, ..Needs::default() });
	let actions = scene.decide();
	assert_eq!(share(&actions, &[small.clone(), big.clone()]), [0, 2], "each takes two of four slots");
	assert_eq!((load(&scene, &small), load(&scene, &big)), (0, 4));
	assert_eq!(scene.known(&big).running(), 2);
	assert_eq!(scene.state.ready().free_slots(), 4);
	scene.computed(&big, task(deal, 0), 10_000);
	assert_eq!(load(&scene, &big), 2);
	assert_eq!(scene.computing(task(deal, 2)), [big]);
}

#[test]
fn loads_are_sums_of_slots_and_small_tasks_fill_what_is_left() {
	let mut scene = Scene::new();
	let one = machine(&mut scene, 1, 4, 0);
	scene.deal_needing(100, 1, cores(3));
	scene.deal(101, 1, 5);
	let actions = scene.decide();
	assert_eq!(share(&actions, std::slice::from_ref(&one)), [2]);
	assert_eq!((load(&scene, &one), scene.known(&one).free_slots()), (4, 0));
}

#[test]
fn tasks_that_need_the_only_graphics_processor_run_one_after_the_other() {
	let mut scene = Scene::new();
	let gpu = Tag::from_bits(Tag::GPU);
	let mut join = |n, gpus| {
		scene.join(n, None, |one| (one.slots, one.tag, one.gpus) = (4, gpu.0, gpus), Vec::new());
	};
	join(1, 0);
	join(2, 1);
	let two = account(2);
	let deal = scene.deal_with(100, 1, 2, |deal| deal.tag = gpu);
	let actions = scene.decide();
	assert_eq!(share(&actions, &[account(1), two.clone()]), [0, 1], "a tag without a processor is not enough");
	assert_eq!(scene.decide(), []);
	scene.computed(&two, task(deal, 0), 10_000);
	assert_eq!(scene.computing(task(deal, 1)), [two]);
}

#[test]
fn big_tasks_are_assigned_ahead_too() {
	let mut scene = Scene::new();
	let one = machine(&mut scene, 1, 4, 0);
	let deal = scene.deal_needing(100, 9, cores(4));
	assert_eq!(share(&scene.decide(), std::slice::from_ref(&one)), [1], "nothing is known of the app yet");
	scene.computed(&one, task(deal, 0), 250);
	assert_eq!(
		share(&scene.decide(), std::slice::from_ref(&one)),
		[3],
		"500 ms of work for each slot, and one in hand"
	);
	assert_eq!(load(&scene, &one), 12);
}

#[test]
fn big_task_is_not_starved_by_small_ones() {
	let mut scene = Scene::new();
	let one = machine(&mut scene, 1, 4, 0);
	// Its deadline is the earlier one, and there is always more of it.
	let small = scene.deal(100, 1, 50);
	assert_eq!(share(&scene.decide(), std::slice::from_ref(&one)), [4]);
	scene.pass(1_000, &[]);
	let big = scene.deal_needing(101, 1, cores(4));
	scene.decide();
	let mut next = 4;
	// One ends at a time. A round of turns may go to the small ones, and then no more.
	for ended in 0..8 {
		scene.computed(&one, task(small, ended), 10_000);
		let actions = scene.decide();
		if given(&actions, task(big, 0)) == [one.clone()] {
			assert_eq!(load(&scene, &one), 4, "all its slots");
			return;
		}
		next += actions.len();
		if ended as usize + 1 == next {
			break;
		}
	}
	panic!("the big task never had its turn; {next} small ones had theirs");
}

#[test]
fn one_worker_is_kept_for_a_big_task_and_the_others_go_on() {
	let mut scene = Scene::new();
	let workers = [machine(&mut scene, 1, 2, 0), machine(&mut scene, 2, 2, 0)];
	let small = scene.deal(100, 1, 50);
	assert_eq!(share(&scene.decide(), &workers), [2, 2]);
	let at =
		|scene: &Scene, index: u64, worker: &AccountId| scene.task(task(small, index)).replicates.contains_key(worker);
	let of = |scene: &Scene, worker: &AccountId| (0..4).filter(|n| at(scene, *n, worker)).collect::<Vec<_>>();
	let (first, second) = (of(&scene, &workers[0]), of(&scene, &workers[1]));
	let big = scene.deal_needing(101, 1, cores(2));
	scene.decide();
	scene.computed(&workers[0], task(small, first[0]), 10_000);
	assert_eq!(share(&scene.decide(), &workers), [1, 0], "both had as many turns, and the small one was first");
	scene.computed(&workers[0], task(small, first[1]), 10_000);
	assert_eq!(scene.decide(), [], "half of it is free, and stays so");
	scene.computed(&workers[1], task(small, second[0]), 10_000);
	assert_eq!(share(&scene.decide(), &workers), [0, 1], "the other one goes on with small tasks");
	scene.computed(&workers[0], task(small, 4), 10_000);
	assert_eq!(scene.computing(task(big, 0)), [workers[0].clone()]);
}

#[test]
fn worker_that_is_too_small_is_not_a_candidate() {
	let mut scene = Scene::new();
	machine(&mut scene, 1, 2, 0);
	let id = task(scene.deal_needing(100, 1, cores(3)), 0);
	assert_eq!(scene.computing(id), []);
	let left = |scene: &Scene| {
		let known = &scene.task(id);
		let deal = scene.state.deal(&known.chain().deal).unwrap();
		has_candidate(&scene.state, deal, known, scene.now, WorkerState::is_reachable)
	};
	assert!(!left(&scene));
	let two = machine(&mut scene, 2, 3, 0);
	assert!(left(&scene));
	assert_eq!(scene.computing(id), [two]);
}

#[test]
fn worker_of_before_a_restart_has_its_load_again_when_it_says_what_it_has() {
	let mut before = Scene::new();
	let one = machine(&mut before, 1, 4, 0);
	let deal = before.deal_needing(100, 2, cores(3));
	let id = task(deal, 0);
	assert_eq!(before.computing(id), vec![one.clone()]);
	let part = before.task(id).replicates[&one].clone();
	let mut scene = Scene::new();
	scene.world.open(100, 1, 2, |_| ());
	scene.know_deal(deal, before.state.deal(&deal).unwrap());
	let mut restored = TaskState::new(scene.world.tasks[&id].clone());
	restored.replicates.insert(one.clone(), part);
	scene.adopt(id, restored);
	assert_eq!(load(&scene, &one), 1, "it is not known yet what it has");
	let held = vec![crate::testing::scene::report(id, Step::Computing)];
	scene.join(1, None, |one| (one.slots, one.cores) = (4, 4), held.clone());
	assert_eq!(load(&scene, &one), 3);
	scene.join(1, None, |one| (one.slots, one.cores) = (6, 3), held);
	assert_eq!(load(&scene, &one), 6, "three cores are six slots now");
	scene.computed(&one, id, 10_000);
	assert_eq!((load(&scene, &one), scene.known(&one).running()), (0, 0));
}

#[test]
fn delegation_is_good_for_two_runs_but_no_longer_than_contributions_are_accepted() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	scene.decide();
	let assigned = scene.task(id).replicates[&one].expiry;
	assert_eq!(assigned, START + 2 * T + ALLOWANCE);
	let deal = &scene.state.deal(&scene.task(id).chain().deal).unwrap().deal;
	let late = Now { chain: deal.contribution_deadline() - T, ..scene.now };
	assert_eq!(expiry(deal, late), deal.contribution_deadline());
}

#[test]
fn tasks_wait_until_there_is_room_for_their_results() {
	let mut scene = Scene::new();
	scene.worker(1, 4);
	scene.state.room_mut().set_left(2 * MAX_RESULT + 1);
	let deal = scene.deal(100, 1, 4);
	let other = scene.deal(101, 1, 1);
	let first = scene.decide();
	assert_eq!((served(&scene, &first, &[deal]), first.len()), (vec![1], 2), "one of each deal, and no more");
	assert_eq!((scene.state.room().total(), scene.state.room().count_short()), (2 * MAX_RESULT, 1));
	assert_eq!(scene.decide(), []);
	// A task that is over gives its room back.
	scene.state.remove_task(&first[0].task());
	let more = scene.decide();
	assert_eq!((served(&scene, &more, &[deal, other]), more.len()), (vec![1, 0], 1));
	scene.state.room_mut().set_left(u64::MAX);
	assert_eq!(scene.decide().len(), 2);
	assert_eq!(scene.state.room().count_short(), 0);
}

#[test]
fn one_requesters_results_do_not_take_all_the_room() {
	let mut scene = Scene::new();
	scene.worker(1, 8);
	scene.state.room_mut().set_held([(account(60), 1)].into(), 2 * MAX_RESULT);
	let by = |n: u8| move |deal: &mut rlc_primitives::Deal| deal.requester = account(n);
	let [one, two] = [scene.deal_with(100, 1, 4, by(60)), scene.deal_with(101, 1, 4, by(61))];
	let actions = scene.decide();
	assert_eq!(served(&scene, &actions, &[one, two]), [1, 2], "what the store has of the first counts");
}

#[test]
fn room_of_a_task_that_was_begun_before_a_restart_is_set_aside_again() {
	let mut before = Scene::new();
	let one = before.worker(1, 1);
	let deal = before.deal(100, 1, 1);
	let id = task(deal, 0);
	before.decide();
	let mut scene = Scene::new();
	scene.world.open(100, 1, 1, |_| ());
	scene.know_deal(deal, before.state.deal(&deal).unwrap());
	let mut restored = TaskState::new(scene.world.tasks[&id].clone());
	restored.replicates.insert(one.clone(), before.task(id).replicates[&one].clone());
	scene.state.room_mut().set_left(0);
	scene.adopt(id, restored);
	assert_eq!((scene.state.room().total(), scene.task(id).room()), (MAX_RESULT, MAX_RESULT));
	scene.state.remove_task(&id);
	assert_eq!(scene.state.room().total(), 0);
}
