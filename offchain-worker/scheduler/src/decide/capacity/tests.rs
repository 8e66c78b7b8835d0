use rlc_primitives::{CategoryId, Restriction};
use rlc_protocol::Needs;

use super::*;
use crate::{
	model::Record,
	testing::{account, Scene, T},
};

fn offer(trust: u64) -> Offer {
	Offer {
		price: 1,
		category: CategoryId(0),
		reference_time: T,
		trust,
		tag: Tag::NONE,
		app_restrict: Restriction::Anyone,
		dataset_restrict: Restriction::Anyone,
		requester_restrict: Restriction::Anyone,
		volume: None,
	}
}

fn open(scene: &Scene, id: DealId) -> OpenDeal {
	let deal = &scene.world.deals[&id];
	OpenDeal { id, scheduler: account(200), first: deal.first, size: deal.size, open: deal.size }
}

/// Returns the room for the one offer of this trust, beside these deals.
fn room_for(scene: &Scene, trust: u64, deals: &[DealId]) -> Room {
	let open: Vec<_> = deals.iter().map(|id| open(scene, *id)).collect();
	rooms(&scene.state, &[offer(trust)], &open)[0]
}

#[test]
fn pool_without_workers_sells_nothing() {
	let scene = Scene::new();
	assert_eq!(room_for(&scene, 1, &[]), Room::default());
	assert!(!has_workers(&scene.state));
}

#[test]
fn slot_sells_six_tasks() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	assert_eq!(room_for(&scene, 1, &[]), Room { trust: 1, volume: 6 });
	scene.worker(2, 3);
	assert_eq!(room_for(&scene, 1, &[]).volume, 24);
	assert!(has_workers(&scene.state));
}

#[test]
fn trust_takes_its_workers() {
	let mut scene = Scene::new();
	for n in 1..=3 {
		scene.worker(n, 2);
	}
	assert_eq!(room_for(&scene, 5, &[]), Room { trust: 5, volume: 12 }, "three workers a task");
	assert_eq!(room_for(&scene, 2, &[]), Room { trust: 2, volume: 18 }, "two");
}

#[test]
fn many_slots_of_one_operator_do_not_make_up_for_another() {
	let mut scene = Scene::new();
	scene.worker(1, 100);
	scene.worker(2, 1);
	assert_eq!(room_for(&scene, 2, &[]), Room { trust: 2, volume: 6 }, "each task needs both");
	assert_eq!(room_for(&scene, 1, &[]).volume, 606);
	// What is sold is spread over both.
	let deal = scene.deal(100, 1, 303);
	assert_eq!(room_for(&scene, 2, &[deal]).volume, 3);
}

#[test]
fn slots_that_a_stranger_has_not_earned_are_not_sold() {
	for (validated, volume) in [(0, 6), (18, 60), (1_000, 600)] {
		let mut scene = Scene::new();
		scene.worker(1, 100);
		scene.stranger_with(2, 100, Record { validated, ..Record::default() });
		assert_eq!(room_for(&scene, 2, &[]), Room { trust: 2, volume }, "after {validated}");
	}
}

#[test]
fn stranger_that_is_away_sells_nothing() {
	let mut scene = Scene::new();
	scene.worker(1, 100);
	let away = Record { away: scene.now.local + 1, ..Record::default() };
	scene.stranger_with(2, 100, away);
	assert_eq!(room_for(&scene, 2, &[]).trust, 1);
}

#[test]
fn nothing_is_lost_by_rounding() {
	let voters = vec![Voter { weight: 3, is_vouched: true, tries: 6 }; 100];
	let tasks = |workers: u64, vouched: u64, any: u64| tasks_for(&left(&voters, Taken { vouched, any }), workers);
	for (vouched, any) in [(0, 1), (1, 0)] {
		assert_eq!(tasks(1, vouched, any), 599);
	}
	assert_eq!((tasks(3, 0, 0), tasks(1, 7, 6)), (200, 587));
	assert_eq!((tasks(1, 0, 600), tasks(1, 600, 0), tasks(1, 0, u64::MAX), tasks(1, u64::MAX, u64::MAX)), (0, 0, 0, 0));
}

#[test]
fn trust_is_promised_that_the_workers_reach() {
	let mut scene = Scene::new();
	scene.worker(1, 4);
	assert_eq!(room_for(&scene, 100, &[]).trust, 1, "one worker cannot be checked");
	scene.worker(2, 4);
	assert_eq!(room_for(&scene, 100, &[]).trust, 4);
	scene.worker(3, 4);
	assert_eq!(room_for(&scene, 100, &[]).trust, 8);
	// A second worker of an operator adds none.
	scene.join(4, Some(3), |resources| resources.slots = 4, Vec::new());
	assert_eq!(room_for(&scene, 100, &[]).trust, 8);
}

#[test]
fn what_is_sold_takes_its_part() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	scene.worker(2, 1);
	let deal = scene.deal(100, 1, 5);
	assert_eq!(room_for(&scene, 1, &[deal]).volume, 7);
	let both = scene.deal(101, 2, 3);
	assert_eq!(room_for(&scene, 1, &[deal, both]).volume, 1, "five tries, and six for two workers each");
	let more = scene.deal(102, 1, 100);
	assert_eq!(room_for(&scene, 1, &[deal, both, more]).volume, 0);
}

#[test]
fn long_task_takes_its_slot_and_no_more() {
	let mut scene = Scene::new();
	scene.worker(1, 2);
	let long = scene.deal_with(100, 1, 1, |deal| deal.reference_time = 100 * T);
	assert_eq!(room_for(&scene, 1, &[long]).volume, 6, "one of two slots");
	let short = scene.deal_with(101, 1, 3, |deal| deal.reference_time = T / 10);
	assert_eq!(room_for(&scene, 1, &[long, short]).volume, 3, "a try is a try");
}

#[test]
fn task_of_several_slots_takes_several() {
	let mut scene = Scene::new();
	scene.join(1, None, |resources| (resources.slots, resources.cores) = (4, 4), Vec::new());
	let deal = scene.deal_needing(100, 3, Needs { cores: 2, ..Default::default() });
	assert_eq!(room_for(&scene, 1, &[deal]).volume, 24 - 6);
}

#[test]
fn hopeless_deal_takes_nothing() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	let deal = scene.hopeless_deal(100, 1, 50);
	assert_eq!(room_for(&scene, 1, &[deal]).volume, 6);
}

#[test]
fn offers_share_what_is_free() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	let volumes = |count: usize| {
		let offers = vec![offer(1); count];
		rooms(&scene.state, &offers, &[]).into_iter().map(|room| room.volume).collect::<Vec<_>>()
	};
	assert_eq!(volumes(3), [2, 2, 2]);
	assert_eq!(volumes(7), [1; 7], "none is left out while there is room for a task");
}

#[test]
fn tag_that_no_worker_has_is_not_sold() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	let tagged = Offer { tag: Tag::from_bits(0x10), ..offer(1) };
	assert_eq!(rooms(&scene.state, std::slice::from_ref(&tagged), &[]), [Room::default()]);
	scene.join(2, None, |resources| resources.tag = Tag::from_bits(0x10).0, Vec::new());
	assert_eq!(rooms(&scene.state, &[tagged], &[])[0].volume, 6);
}

#[test]
fn worker_that_takes_nothing_more_does_not_count() {
	let mut scene = Scene::new();
	let worker = scene.worker(1, 1);
	let draining = rlc_protocol::worker::Heartbeat { free_slots: 1, draining: true, cached: None };
	scene.state.beat(&worker, draining, scene.now);
	assert_eq!(room_for(&scene, 1, &[]), Room::default());
}

#[test]
fn chosen_volume_is_sold_whatever_workers_can_do() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	let fixed = Offer { volume: Some(1_000), ..offer(100) };
	assert_eq!(rooms(&scene.state, &[fixed], &[]), [Room { trust: 100, volume: 1_000 }]);
}

#[test]
fn pool_of_strangers_sells_nothing() {
	let mut scene = Scene::new();
	for n in 1..=5 {
		scene.stranger(n, 10);
	}
	for trust in [1, 2, 10] {
		assert_eq!(room_for(&scene, trust, &[]), Room::default(), "a task of trust 1 could be bought");
	}
	assert!(!has_workers(&scene.state), "orders that were published by hand are withdrawn");
}

#[test]
fn strangers_add_one_vote_and_no_task_that_one_worker_decides() {
	let mut scene = Scene::new();
	for n in 1..=5 {
		scene.stranger(n, 100);
	}
	scene.worker(6, 1);
	assert_eq!(room_for(&scene, 100, &[]), Room { trust: 4, volume: 6 }, "two votes, and one try each of the one");
	assert_eq!(room_for(&scene, 1, &[]), Room { trust: 1, volume: 6 }, "the strangers' slots are not for sale");
	let alone = scene.deal(100, 1, 5);
	assert_eq!(room_for(&scene, 100, &[alone]).volume, 1, "strangers take nothing of it off the one");
	let checked = scene.deal(101, 3, 4);
	assert_eq!(room_for(&scene, 100, &[checked]).volume, 1, "nor of what it has to do with one of them");
	scene.worker(7, 1);
	assert_eq!(room_for(&scene, 100, &[]), Room { trust: 8, volume: 6 });
}

#[test]
fn workers_of_another_instance_vote_as_they_do_there() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	let resources = || rlc_protocol::worker::Resources { slots: 1, wasm: true, ..Default::default() };
	let machine = |is_vouched| crate::model::Machine { resources: resources(), is_vouched, seen: scene.now.local };
	let machines = vec![(account(2), machine(false)), (account(3), machine(false)), (account(4), machine(true))];
	scene.state.recall_machines(machines, scene.now);
	let voice = |voter: AccountId, is_vouched| crate::model::Voice { voter, is_vouched };
	let stranger = || voice(crate::model::STRANGERS, false);
	let elsewhere = [(account(2), stranger()), (account(3), stranger())];
	scene.state.locate(elsewhere.clone().into(), scene.now);
	assert_eq!(room_for(&scene, 100, &[]).trust, 4, "both strangers have one vote");
	let [two, three] = elsewhere;
	scene.state.locate([two, three, (account(4), voice(account(1), true))].into(), scene.now);
	assert_eq!(room_for(&scene, 100, &[]).trust, 4, "it has the operator of the one here");
	scene.state.locate([(account(4), voice(account(4), true))].into(), scene.now);
	assert_eq!(room_for(&scene, 1, &[]).volume, 12);
}
