//! What nobody can vote with is not counted as if somebody could.

use frame_support::{
	assert_ok,
	traits::{
		fungible::{Inspect, Mutate, Unbalanced},
		tokens::Preservation::Expendable,
		Hooks,
	},
};
use rlc_primitives::{AccountId, Balance};
use sp_runtime::DispatchError;

use crate::{mock::*, Deactivated};

fn pay(from: &AccountId, to: &AccountId, amount: Balance) {
	assert_ok!(<Balances as Mutate<_>>::transfer(from, to, amount, Expendable));
}

fn end_block() {
	Rlc::on_finalize(System::block_number());
}

fn active() -> Balance {
	<Balances as Inspect<_>>::active_issuance()
}

#[test]
fn keyless_rlc_is_inactive_from_the_start() {
	test(distributed(vec![(ALICE, 300), (RESERVE, 700)]), || {
		assert_eq!((active(), Deactivated::<Test>::get()), (300, 700));
	});
}

#[test]
fn what_is_paid_out_is_active_at_the_end_of_the_block() {
	test(distributed(vec![(ALICE, 300), (RESERVE, 700)]), || {
		pay(&RESERVE, &BOB, 200);
		end_block();
		assert_eq!(active(), 500);

		pay(&ALICE, &RESERVE, 100);
		end_block();
		assert_eq!(active(), 400, "a gift to nobody is out of the vote");
		assert_eq!(Balances::total_issuance(), 1_000);
	});
}

#[test]
fn what_other_pallets_deactivated_stays_inactive() {
	test(distributed(vec![(ALICE, 300), (RESERVE, 700)]), || {
		<Balances as Unbalanced<_>>::deactivate(50);
		pay(&RESERVE, &BOB, 700);
		end_block();
		assert_eq!((Balances::inactive_issuance(), Deactivated::<Test>::get()), (50, 0));
	});
}

#[test]
fn active_keyless_rlc_is_seen_by_try_state() {
	distributed(vec![(ALICE, 300), (RESERVE, 700)]).execute_with(|| {
		assert_ok!(Rlc::do_try_state());
		<Balances as Unbalanced<_>>::reactivate(1);
		assert_eq!(Rlc::do_try_state(), Err(DispatchError::Other("RLC of keyless accounts is active")));
	});
	distributed(vec![(ALICE, 300), (RESERVE, 700)]).execute_with(|| {
		pay(&RESERVE, &ALICE, 1);
		let other = "keyless accounts hold another sum than was deactivated";
		assert_eq!(Rlc::do_try_state(), Err(DispatchError::Other(other)));
	});
}
