//! `reopen`: a consensus that nobody revealed is given up.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{
	task::{ContributionStatus, Stage},
	AccountId, RLC,
};
use sp_runtime::DispatchResult;

use crate::{mock::*, Error, Event, TaskRef};

fn reopen(who: &AccountId, task: TaskRef) -> DispatchResult {
	Poco::reopen(signed(who), task).map(drop).map_err(|refusal| refusal.error)
}

#[test]
fn winners_are_rejected_and_others_take_over() {
	test(|| {
		let task = agreed(manual(3), 2);
		at(2 * T);
		assert_ok!(reopen(&scheduler(), task));
		System::assert_last_event(Event::Reopened { task: task.id() }.into());
		let after = stored(task);
		assert_eq!((after.stage, after.total), (Stage::Active, 1.into()));
		assert!(after.contributions.iter().all(|one| one.status == ContributionStatus::Rejected));
		assert_eq!(books(&worker(1)), (RLC - 300, 300), "locked until the task closes");
		assert_noop!(contribute(1, task, 1), Error::<Test>::AlreadyContributed);

		for n in [3, 4] {
			assert_ok!(contribute(n, task, 1));
		}
		for n in [3, 4] {
			assert_ok!(reveal(n, task, 1));
		}
		assert_noop!(reveal(1, task, 1), Error::<Test>::NotOpen);
		assert_ok!(Poco::finalize(signed(&scheduler()), task, None));
		// R = 1,000 + 2 · 300, of which 90 % are shared by two.
		assert_eq!((books(&worker(3)), books(&worker(1))), ((RLC + 720, 0), (RLC - 300, 0)));
	});
}

#[test]
fn only_after_the_reveal_window_and_before_the_final_deadline() {
	test(|| {
		let (task, other) = (agreed(manual(1), 1), open_as(2, manual(1)));
		assert_ok!(contribute(1, other, 1));
		at(2 * T - 1);
		assert_noop!(reopen(&scheduler(), task), Error::<Test>::ReopenTooEarly);
		at(10 * T - 1);
		assert_ok!(reopen(&scheduler(), task));
		at(10 * T);
		assert_noop!(reopen(&scheduler(), other), Error::<Test>::FinalTooLate);
	});
}

#[test]
fn what_someone_revealed_is_not_reopened() {
	test(|| {
		let task = agreed(manual(3), 2);
		assert_ok!(reveal(1, task, 1));
		at(2 * T);
		assert_noop!(reopen(&scheduler(), task), Error::<Test>::AlreadyRevealed);
	});
}

#[test]
fn only_the_scheduler_reopens_what_has_a_consensus() {
	test(|| {
		let task = open(deal(1));
		assert_noop!(reopen(&scheduler(), task), Error::<Test>::NotRevealing);
		assert_ok!(contribute(1, task, 1));
		at(2 * T);
		assert_noop!(reopen(&STRANGER, task), Error::<Test>::NotScheduler);
		assert_noop!(reopen(&scheduler(), nth(task, 1)), Error::<Test>::NotFound);
		assert_ok!(reopen(&scheduler(), task));
	});
}
