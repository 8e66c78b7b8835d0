//! A settlement: all the movements of one task, or of a batch of them.

use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};
use rlc_primitives::{
	traits::{
		Escrow, Movement,
		MovementKind::{Reward, RewardFromKitty, Seize, SeizeForKitty, Unlock},
	},
	AccountId, Balance, TaskId,
};
use sp_core::H256;
use sp_runtime::{ArithmeticError, DispatchError, StateVersion};

use crate::{mock::*, Error, Event, Kitty, Locked};

const OTHER_TASK: TaskId = TaskId(H256::repeat_byte(8));

/// Alice pays 100 a task, Bob is the scheduler and stakes 30, Carol proves the result and staked 10, Dave does not.
const DAVE: AccountId = AccountId::new([5; 32]);

/// Returns a chain on which the locks of `tasks` such tasks are open, and the kitty has 100.
fn with_tasks(tasks: Balance) -> sp_io::TestExternalities {
	let mut chain = with_kitty(100);
	chain.execute_with(|| {
		for (who, amount) in [(ALICE, 100), (BOB, 30), (CAROL, 10), (DAVE, 10)] {
			assert_ok!(Balances::mint_into(&who, amount * tasks));
			lock(&who, amount * tasks);
		}
		System::reset_events();
	});
	chain
}

/// Returns a success: Carol gets half of Alice's price and of Dave's stake, Bob the rest and `kitty` from the kitty.
fn success(task: TaskId, kitty: Balance) -> Vec<Movement> {
	let moves = [
		(Seize, &ALICE, 100),
		(Unlock, &BOB, 30),
		(RewardFromKitty, &BOB, kitty),
		(Unlock, &CAROL, 10),
		(Reward, &CAROL, 55),
		(Seize, &DAVE, 10),
		(Reward, &BOB, 55),
	];
	movements(task, &moves)
}

fn failure(task: TaskId) -> Vec<Movement> {
	let moves = [(Unlock, &ALICE, 100), (SeizeForKitty, &BOB, 30), (Unlock, &CAROL, 10), (Unlock, &DAVE, 10)];
	movements(task, &moves)
}

/// Notes that nothing is locked any more, as far as the test knows.
fn close_books() {
	[ALICE, BOB, CAROL, DAVE].into_iter().for_each(|who| Books::set(who, 0));
}

/// Returns the root of the whole state, without the events.
fn state() -> Vec<u8> {
	System::reset_events();
	sp_io::storage::root(StateVersion::V1)
}

/// Returns the state after the settlements of a chain with two tasks.
fn state_after(settlements: &[Vec<Movement>]) -> Vec<u8> {
	let mut root = Vec::new();
	test(with_tasks(2), || {
		for movements in settlements {
			assert_ok!(Rlc::settle(movements));
		}
		close_books();
		root = state();
	});
	root
}

/// Returns how often the escrow paid somebody.
fn payments() -> usize {
	let is_payment =
		|event: &RuntimeEvent| matches!(event, RuntimeEvent::Balances(pallet_balances::Event::Transfer { .. }));
	System::events().iter().filter(|record| is_payment(&record.event)).count()
}

#[test]
fn batch_of_tasks_settles_like_one_after_the_other() {
	let [one, other] = [success(TASK, 7), success(OTHER_TASK, 6)];
	assert_eq!(state_after(&[[one.clone(), other.clone()].concat()]), state_after(&[one.clone(), other]));

	let other = failure(OTHER_TASK);
	assert_eq!(state_after(&[[one.clone(), other.clone()].concat()]), state_after(&[one.clone(), other.clone()]));
	assert_ne!(
		state_after(&[one.clone(), other.clone()]),
		state_after(&[one.clone(), one]),
		"the root is that of the state"
	);
}

#[test]
fn batch_of_tasks_pays_each_account_once() {
	test(with_tasks(50), || {
		let batch: Vec<_> = (0..50).flat_map(|n| success(TaskId(H256::repeat_byte(n)), 1)).collect();
		assert_ok!(Rlc::settle(&batch));
		close_books();
		assert_eq!(payments(), 2, "Bob and Carol");
		assert_eq!(account(&BOB), (50 * (30 + 1 + 55), 0));
		assert_eq!(account(&CAROL), (50 * (10 + 55), 0));
		assert_eq!(Rlc::kitty(), 50);
		let unlocked = |who, amount| System::assert_has_event(Event::Unlocked { who, amount }.into());
		unlocked(BOB, 50 * 30);
		unlocked(CAROL, 50 * 10);
	});
}

#[test]
fn each_movement_is_told_with_its_task() {
	test(with_tasks(2), || {
		assert_ok!(Rlc::settle(&[success(TASK, 7), failure(OTHER_TASK)].concat()));
		close_books();
		let told: Vec<_> = System::events()
			.into_iter()
			.filter_map(|record| match record.event {
				RuntimeEvent::Rlc(event) => Some(event),
				_ => None,
			})
			.collect();
		let seized = |who, amount, task| Event::Seized { who, amount, task };
		let rewarded = |who, amount, task| Event::Rewarded { who, amount, task };
		let expected = [
			seized(ALICE, 100, TASK),
			rewarded(BOB, 7, TASK),
			rewarded(CAROL, 55, TASK),
			seized(DAVE, 10, TASK),
			rewarded(BOB, 55, TASK),
			seized(BOB, 30, OTHER_TASK),
			Event::KittyFilled { amount: 30, task: OTHER_TASK },
			Event::Unlocked { who: ALICE, amount: 100 },
			Event::Unlocked { who: BOB, amount: 30 },
			Event::Unlocked { who: CAROL, amount: 20 },
			Event::Unlocked { who: DAVE, amount: 10 },
		];
		assert_eq!(told, expected);
	});
}

#[test]
fn unbalanced_settlement_is_refused() {
	test(endowed(100), || {
		lock(&ALICE, 60);
		let unbalanced = DispatchError::from(Error::<Test>::Unbalanced);
		assert_noop!(try_settle([(Seize, &ALICE, 50)]), unbalanced);
		assert_noop!(try_settle([(Reward, &BOB, 50)]), unbalanced);
		assert_noop!(try_settle([(Seize, &ALICE, 50), (Reward, &BOB, 49)]), unbalanced);
		assert_noop!(try_settle([(Unlock, &ALICE, 5), (Seize, &ALICE, 50), (Reward, &BOB, 51)]), unbalanced);
	});
}

#[test]
fn one_lock_too_few_and_nothing_is_settled() {
	test(with_tasks(1), || {
		let mut moves = success(TASK, 1);
		moves.extend(movements(OTHER_TASK, &[(Unlock, &DAVE, 1)]));
		assert_noop!(Rlc::settle(&moves), Error::<Test>::InsufficientLocked);
	});
}

#[test]
fn unlocks_and_seizures_of_an_account_count_together() {
	test(endowed(100), || {
		lock(&ALICE, 10);
		let moves = [(Unlock, &ALICE, 6), (Seize, &ALICE, 5), (Reward, &BOB, 5)];
		assert_noop!(try_settle(moves), Error::<Test>::InsufficientLocked);
		settle([(Unlock, &ALICE, 5), (Seize, &ALICE, 4), (Reward, &BOB, 4), (SeizeForKitty, &ALICE, 1)]);
		assert_eq!((account(&ALICE), free(&BOB), Rlc::kitty()), ((95, 0), 4, 1));
	});
}

#[test]
fn kitty_too_small_and_nothing_is_settled() {
	test(with_tasks(2), || {
		let batch = [success(TASK, 60), success(OTHER_TASK, 41)].concat();
		assert_noop!(Rlc::settle(&batch), Error::<Test>::InsufficientKitty);
	});
}

#[test]
fn kitty_is_filled_before_it_pays() {
	test(rlc(), || {
		lock(&ALICE, 10);
		settle([(RewardFromKitty, &BOB, 10), (SeizeForKitty, &ALICE, 10)]);
		assert_eq!((free(&BOB), Rlc::kitty()), (10, 0));
		assert!(!Kitty::<Test>::exists(), "what it keeps is not written");
	});
}

#[test]
fn account_that_is_seized_and_rewarded_lives_on() {
	test(endowed(10), || {
		System::inc_account_nonce(&ALICE);
		lock(&ALICE, 10);
		settle([(Seize, &ALICE, 10), (Reward, &ALICE, 3), (Reward, &BOB, 7)]);
		assert_eq!((account(&ALICE), account(&BOB)), ((3, 0), (7, 0)));
		assert!(!Locked::<Test>::contains_key(&ALICE));
		assert_eq!((System::account_nonce(&ALICE), System::providers(&ALICE)), (1, 1), "it is the same account");
	});
}

#[test]
fn more_than_can_be_counted_is_refused() {
	test(endowed(10), || {
		lock(&ALICE, 10);
		let max = Balance::MAX;
		for kind in [Unlock, Seize, SeizeForKitty, Reward, RewardFromKitty] {
			assert_noop!(try_settle([(kind, &ALICE, max), (kind, &ALICE, 1)]), ArithmeticError::Overflow);
		}
		for kind in [Seize, SeizeForKitty, Reward, RewardFromKitty] {
			assert_noop!(try_settle([(kind, &ALICE, max), (kind, &BOB, 1)]), ArithmeticError::Overflow);
		}
		assert_noop!(try_settle([(Seize, &ALICE, 11), (Reward, &ALICE, 11)]), Error::<Test>::InsufficientLocked);
	});
}

#[test]
fn settlement_changes_no_issuance() {
	test(with_tasks(2), || {
		let before = Balances::total_issuance();
		assert_ok!(Rlc::settle(&[success(TASK, 7), failure(OTHER_TASK)].concat()));
		close_books();
		assert_eq!(Balances::total_issuance(), before);
		assert_eq!(Rlc::kitty(), 100 - 7 + 30);
	});
}
