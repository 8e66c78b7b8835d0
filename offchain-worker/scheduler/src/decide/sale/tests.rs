use rlc_primitives::{Restriction, Tag};
use sp_core::H256;

use super::*;
use crate::{model::DAY, testing::pool_order};

const LIMITS: Limits = Limits { max_loss: Some(100), quiet: Some(6 * HOUR) };
const ON_SALE: Selling = Selling { withdrawn: None, paused: None, changed: 0 };

/// Returns standings with these losses, each at an hour.
fn lost(losses: &[(u64, Balance)]) -> Standings {
	Standings::new(Vec::new(), losses.to_vec())
}

/// Orders were withdrawn in the hour 20.
fn withdrawn() -> Selling {
	ON_SALE.stopped(20 * HOUR + 7)
}

fn judged(losses: &[(u64, Balance)], selling: Selling, now: Moment) -> Option<Selling> {
	judge_losses(LIMITS, &lost(losses), selling, now)
}

#[test]
fn pool_stops_to_sell_once_more_than_the_limit_was_lost_in_a_day() {
	let losses = [(1, 50), (20, 50), (22, 1)];
	assert_eq!(judged(&losses[..2], ON_SALE, 22 * HOUR), None, "no more than the limit");
	assert_eq!(judged(&losses, ON_SALE, 22 * HOUR), Some(ON_SALE.stopped(22 * HOUR)));
	assert_eq!(judged(&losses, ON_SALE, DAY + 2 * HOUR), None, "the first is more than a day ago");
	let any = Limits { max_loss: None, ..LIMITS };
	assert_eq!(judge_losses(any, &lost(&losses), ON_SALE, 22 * HOUR), None);
}

#[test]
fn pool_sells_again_after_a_quiet_time() {
	let losses = [(20, 200), (23, 1)];
	assert_eq!(judged(&losses, withdrawn(), 30 * HOUR - 1), None, "the last loss was in the hour 23");
	let again = judged(&losses, withdrawn(), 30 * HOUR).unwrap();
	assert_eq!(again, Selling { withdrawn: None, paused: None, changed: 30 * HOUR });
	let by_hand = Limits { quiet: None, ..LIMITS };
	assert_eq!(judge_losses(by_hand, &lost(&losses), withdrawn(), 90 * DAY), None);
	let paused = withdrawn().paused(21 * HOUR);
	assert_eq!(judged(&losses, paused, 30 * HOUR).unwrap().paused, Some(21 * HOUR), "the operator's pause stays");
}

#[test]
fn losses_of_before_do_not_count_once_the_pool_sells_again() {
	let again = Selling::resumed(26 * HOUR + 7);
	assert_eq!(judged(&[(20, 200), (27, 100)], again, 28 * HOUR), None);
	assert!(judged(&[(20, 200), (27, 101)], again, 28 * HOUR).is_some());
}

#[test]
fn nothing_is_on_sale_while_there_is_a_reason() {
	assert_eq!(halt(ON_SALE, 0, false), None);
	assert_eq!(halt(ON_SALE, GRACE - 1, false), None, "a worker may be reconnecting");
	assert_eq!(halt(ON_SALE, GRACE, false), Some(Halt::NoWorkers));
	assert_eq!(halt(withdrawn(), 0, false), Some(Halt::Losses));
	assert_eq!(halt(ON_SALE.paused(1), 0, false), Some(Halt::Paused));
	assert_eq!(halt(ON_SALE, 0, true), Some(Halt::StoreFull));
	assert_eq!(halt(Selling::resumed(9), 0, false), None);
}

#[test]
fn full_store_is_full_until_there_is_more_room() {
	assert!(!is_full(6, 100, false) && is_full(5, 100, false));
	assert!(is_full(10, 100, true) && !is_full(11, 100, true));
}

#[test]
fn tasks_are_not_sold_that_would_last_into_a_maintenance_window() {
	let time = 300_000;
	assert!(ends_before(time, 10 * time + 1));
	assert!(!ends_before(time, 10 * time) && !ends_before(time, 0), "it is on");
}

fn order(price: Balance, trust: u64, volume: u64, salt: u8) -> WorkerpoolOrder {
	WorkerpoolOrder { price, trust, ..pool_order(salt, volume) }
}

fn hash(n: u8) -> OrderHash {
	OrderHash(H256::repeat_byte(n))
}

/// Returns a book with these orders; each has its salt as its hash.
fn book(orders: &[WorkerpoolOrder]) -> Vec<(OrderHash, WorkerpoolOrder)> {
	orders.iter().map(|order| (OrderHash(order.salt), order.clone())).collect()
}

#[test]
fn order_whose_terms_change_is_replaced() {
	let old = book(&[order(5, 10, 60, 1)]);
	assert_eq!(plan(&old, vec![order(5, 10, 60, 2)]), Plan::default(), "it is as it is to be");
	let mut restricted = order(5, 10, 60, 2);
	restricted.requester_restrict = Restriction::Exactly(rlc_primitives::AccountId::new([1; 32]));
	let mut tagged = order(5, 10, 60, 2);
	tagged.tag = Tag::from_bits(1);
	for new in [order(6, 10, 60, 2), order(4, 10, 60, 2), restricted, tagged] {
		assert_eq!(plan(&old, vec![new.clone()]), Plan { withdraw: vec![hash(1)], publish: vec![new] });
	}
}

#[test]
fn what_is_not_wanted_leaves_the_book() {
	let both = book(&[order(5, 10, 60, 1), order(5, 10, 60, 2), order(7, 10, 60, 3)]);
	let twice = plan(&both, vec![order(5, 10, 60, 9)]);
	assert_eq!(twice, Plan { withdraw: vec![hash(2), hash(3)], publish: Vec::new() }, "one of the same is enough");
	assert_eq!(plan(&both, Vec::new()).withdraw, [hash(1), hash(2), hash(3)]);
	assert_eq!(plan(&both, vec![order(5, 10, 0, 9)]).publish, [], "there is room for no task");
}

#[test]
fn order_follows_the_room_for_tasks_but_not_each_of_them() {
	let replaced =
		|left: u64, wanted: u64| !plan(&book(&[order(5, 10, left, 1)]), vec![order(5, 10, wanted, 2)]).is_empty();
	assert!(!replaced(60, 60) && !replaced(60, 48) && !replaced(30, 60) && !replaced(1, 1) && !replaced(1, 2));
	assert!(replaced(61, 48), "it promises too much");
	assert!(replaced(29, 60), "more than half of it is sold");
	assert!(replaced(1, 0) && replaced(0, 1));
}

#[test]
fn order_promises_no_more_trust_than_workers_can_reach() {
	let replaced =
		|known: u64, wanted: u64| !plan(&book(&[order(5, known, 60, 1)]), vec![order(5, wanted, 60, 2)]).is_empty();
	assert!(!replaced(8, 8) && !replaced(8, 16));
	assert!(replaced(9, 8) && replaced(8, 17));
}

#[test]
fn withdrawn_orders_come_back_once() {
	let in_book = book(&[order(5, 10, 60, 1)]);
	let back = put_back(&in_book, vec![order(5, 10, 7, 2), order(6, 10, 60, 3)]);
	assert_eq!(back, Plan { withdraw: Vec::new(), publish: vec![order(6, 10, 60, 3)] });
	assert_eq!(put_back(&[], vec![order(5, 10, 7, 2)]).publish, [order(5, 10, 7, 2)], "with what was left of it");
}
