//! What was approved is enacted, however full the blocks are.

use crate::common::*;
use frame_support::{
	assert_ok,
	traits::{
		schedule::{
			v3::{Anon, Named},
			DispatchTime,
		},
		Get, StorePreimage,
	},
};
use rlc_runtime::{
	governance::enacting::{Enacted, Enacting},
	presets::*,
	*,
};
use sp_runtime::DispatchError;

/// Blocks that are tried after the one that was asked for.
const POSTPONED: BlockNumber = 16;

fn remark() -> RuntimeCall {
	frame_system::Call::remark { remark: vec![7] }.into()
}

/// Fills the agenda of a block.
fn fill(when: BlockNumber) {
	for _ in 0..<Runtime as pallet_scheduler::Config>::MaxScheduledPerBlock::get() {
		let call = Box::new(Enacted(remark()));
		assert_ok!(root(pallet_scheduler::Call::schedule { when, maybe_periodic: None, priority: 255, call }));
	}
}

fn enact_at(when: BlockNumber, id: u8) -> Result<BlockNumber, DispatchError> {
	let call = Preimage::bound(remark()).unwrap();
	let when = DispatchTime::At(when);
	let origin = frame_system::RawOrigin::Root.into();
	Enacting::schedule_named([id; 32], when, None, 63, origin, call).map(|(block, _)| block)
}

#[test]
fn what_finds_its_block_full_is_enacted_in_the_next_one_with_room() {
	chain(LOCAL).execute_with(|| {
		blocks(1);
		assert_eq!(enact_at(5, 1), Ok(5));
		fill(6);
		fill(7);
		assert_eq!(enact_at(6, 2), Ok(8));
		assert_eq!(<Enacting as Named<_, RuntimeCall, OriginCaller>>::next_dispatch_time([2; 32]), Ok(8));

		let call = Preimage::bound(remark()).unwrap();
		let origin = frame_system::RawOrigin::Root.into();
		let alarm = <Enacting as Anon<_, _, OriginCaller>>::schedule(DispatchTime::At(7), None, 128, origin, call);
		assert_eq!(alarm, Ok((8, 1)), "alarms of referenda too");
	});
}

#[test]
fn nothing_is_postponed_for_ever() {
	chain(LOCAL).execute_with(|| {
		blocks(1);
		(5..=5 + POSTPONED).for_each(fill);
		assert_eq!(enact_at(5, 1), Err(DispatchError::Exhausted));
		assert_eq!(enact_at(6, 1), Ok(6 + POSTPONED));
	});
}

#[test]
fn mistake_is_not_taken_for_a_full_block() {
	chain(LOCAL).execute_with(|| {
		blocks(3);
		assert_eq!(enact_at(5, 1), Ok(5));
		let taken = pallet_scheduler::Error::<Runtime>::FailedToSchedule;
		assert_eq!(enact_at(6, 1), Err(taken.into()), "the name is taken");
		let past = pallet_scheduler::Error::<Runtime>::TargetBlockNumberInPast;
		assert_eq!(enact_at(2, 2), Err(past.into()));
	});
}

#[test]
fn scheduled_call_is_encoded_as_any_other() {
	use codec::{Decode, Encode};
	let (call, enacted) = (remark(), Enacted(remark()));
	assert_eq!(call.encode(), enacted.encode());
	assert_eq!(Enacted::decode(&mut &call.encode()[..]), Ok(enacted));
	assert_eq!(scale_info::meta_type::<Enacted>(), scale_info::meta_type::<RuntimeCall>());
}
