//! Weights of `pallet_referenda`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_referenda`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_referenda::WeightInfo for WeightInfo<T> {
	fn submit() -> Weight {
		Weight::from_parts(35_043_000, 13928)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn place_decision_deposit_preparing() -> Weight {
		Weight::from_parts(51_818_000, 26866)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn place_decision_deposit_queued() -> Weight {
		Weight::from_parts(69_574_000, 13928)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn place_decision_deposit_not_queued() -> Weight {
		Weight::from_parts(76_195_000, 13928)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn place_decision_deposit_passing() -> Weight {
		Weight::from_parts(60_591_000, 26866)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn place_decision_deposit_failing() -> Weight {
		Weight::from_parts(59_530_000, 26866)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn refund_decision_deposit() -> Weight {
		Weight::from_parts(25_619_000, 3831)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn refund_submission_deposit() -> Weight {
		Weight::from_parts(25_368_000, 3831)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn cancel() -> Weight {
		Weight::from_parts(26_470_000, 13928)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn kill() -> Weight {
		Weight::from_parts(81_212_000, 13928)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn one_fewer_deciding_queue_empty() -> Weight {
		Weight::from_parts(17_186_000, 5477)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn one_fewer_deciding_failing() -> Weight {
		Weight::from_parts(50_636_000, 13928)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn one_fewer_deciding_passing() -> Weight {
		Weight::from_parts(53_901_000, 13928)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn nudge_referendum_requeued_insertion() -> Weight {
		Weight::from_parts(29_594_000, 5477)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn nudge_referendum_requeued_slide() -> Weight {
		Weight::from_parts(28_352_000, 5477)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn nudge_referendum_queued() -> Weight {
		Weight::from_parts(33_951_000, 5477)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn nudge_referendum_not_queued() -> Weight {
		Weight::from_parts(34_702_000, 5477)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn nudge_referendum_no_deposit() -> Weight {
		Weight::from_parts(25_899_000, 13928)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn nudge_referendum_preparing() -> Weight {
		Weight::from_parts(26_670_000, 13928)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn nudge_referendum_timed_out() -> Weight {
		Weight::from_parts(18_047_000, 3831)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn nudge_referendum_begin_deciding_failing() -> Weight {
		Weight::from_parts(32_599_000, 13928)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn nudge_referendum_begin_deciding_passing() -> Weight {
		Weight::from_parts(33_961_000, 13928)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn nudge_referendum_begin_confirming() -> Weight {
		Weight::from_parts(29_124_000, 13928)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn nudge_referendum_end_confirming() -> Weight {
		Weight::from_parts(29_525_000, 13928)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn nudge_referendum_continue_not_confirming() -> Weight {
		Weight::from_parts(28_463_000, 13928)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn nudge_referendum_continue_confirming() -> Weight {
		Weight::from_parts(27_412_000, 13928)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn nudge_referendum_approved() -> Weight {
		Weight::from_parts(39_379_000, 26866)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn nudge_referendum_rejected() -> Weight {
		Weight::from_parts(29_154_000, 13928)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn set_some_metadata() -> Weight {
		Weight::from_parts(18_478_000, 3831)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn clear_metadata() -> Weight {
		Weight::from_parts(15_243_000, 3831)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
