//! Root's calls neither create RLC nor destroy it.

use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::Mutate,
		tokens::{Fortitude, Precision, Preservation},
	},
};
use pallet_balances::AdjustmentDirection::{Decrease, Increase};
use rlc_primitives::RLC;
use sp_runtime::{traits::Dispatchable, DispatchError};

use crate::{mock::*, Error, TreasuryShare};

#[test]
fn guard_undoes_what_creates_or_destroys_rlc() {
	test(rlc(), || {
		let set = |new_free| pallet_balances::Call::force_set_balance { who: BOB, new_free };
		let adjust = |direction| pallet_balances::Call::force_adjust_total_issuance { direction, delta: RLC };
		let burn = || -> Result<(), DispatchError> {
			Balances::burn_from(&ALICE, 1, Preservation::Expendable, Precision::Exact, Fortitude::Force).map(drop)
		};
		let changed = DispatchError::from(Error::<Test>::IssuanceChanged);
		for call in [RuntimeCall::from(set(1)), adjust(Increase).into(), adjust(Decrease).into()] {
			assert_noop!(Rlc::conserving(|| call.dispatch(RuntimeOrigin::root()).map_err(|e| e.error)), changed);
		}
		assert_noop!(Rlc::conserving(burn), changed);
		assert_noop!(Rlc::conserving(|| Rlc::mint(&BOB, 1)), changed);
	});
}

#[test]
fn guard_lets_pass_what_moves_rlc() {
	test(rlc(), || {
		let call = pallet_balances::Call::force_transfer { source: ALICE, dest: BOB, value: RLC };
		let call = RuntimeCall::from(call);
		assert_ok!(Rlc::conserving(|| call.dispatch(RuntimeOrigin::root())));
		assert_eq!(free(&BOB), RLC);
	});
}

#[test]
fn guard_hands_on_the_error_and_undoes_what_came_before_it() {
	test(rlc(), || {
		let failing = || -> Result<(), DispatchError> {
			TreasuryShare::<Test>::kill();
			Err(DispatchError::Other("of its own"))
		};
		assert_noop!(Rlc::conserving(failing), DispatchError::Other("of its own"));
	});
}
