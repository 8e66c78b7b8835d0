//! Weights of the tests.

use frame_support::weights::Weight;

use crate::WeightInfo;

/// Returns a step's weight: a number of units, each of another size, so that mistakes show.
pub fn units(number: u64) -> Weight {
	Weight::from_parts(1_000 * number, number)
}

/// Each step's weight is another, so that one taken for another shows.
pub struct Units;

impl WeightInfo for Units {
	fn delegate(w: u32) -> Weight {
		units(10 + u64::from(w))
	}
	fn undelegate(w: u32) -> Weight {
		units(47 + u64::from(w))
	}
	fn contribute(c: u32) -> Weight {
		units(11 + u64::from(c))
	}
	fn contribute_batch(n: u32) -> Weight {
		units(12 + u64::from(n))
	}
	fn check_contribute(c: u32) -> Weight {
		units(13 + u64::from(c))
	}
	fn verify_delegation_ed25519() -> Weight {
		units(2)
	}
	fn verify_delegation_sr25519() -> Weight {
		units(3)
	}
	fn verify_delegation_ecdsa() -> Weight {
		units(4)
	}
	fn verify_delegation_eth() -> Weight {
		units(14)
	}
	fn verify_delegation_message() -> Weight {
		units(6)
	}
	fn find_proxy() -> Weight {
		units(52)
	}
	fn tell_delegated() -> Weight {
		units(53)
	}
	fn verify_enclave_full() -> Weight {
		units(7)
	}
	fn verify_enclave_compact() -> Weight {
		units(15)
	}
	fn reveal(c: u32) -> Weight {
		units(16 + u64::from(c))
	}
	fn reveal_batch(n: u32) -> Weight {
		units(17 + u64::from(n))
	}
	fn check_reveal(c: u32) -> Weight {
		units(18 + u64::from(c))
	}
	fn check_complete(c: u32) -> Weight {
		units(51 + u64::from(c))
	}
	fn complete_with_result(c: u32) -> Weight {
		units(19 + u64::from(c))
	}
	fn complete_again_with_result(t: u32) -> Weight {
		units(54 + 3 * u64::from(t))
	}
	fn complete_with_failure(c: u32) -> Weight {
		units(8 + u64::from(c))
	}
	fn complete_again_with_failure(t: u32) -> Weight {
		units(55 + 2 * u64::from(t))
	}
	fn contribute_and_finalize(c: u32, d: u32) -> Weight {
		units(20 + u64::from(c) + u64::from(d) / 64)
	}
	fn check_contribute_and_finalize(c: u32, d: u32) -> Weight {
		units(21 + u64::from(c) + u64::from(d) / 64)
	}
	fn reveal_failure(c: u32) -> Weight {
		units(48 + u64::from(c))
	}
	fn check_reveal_failure(c: u32) -> Weight {
		units(49 + u64::from(c))
	}
	fn release(c: u32) -> Weight {
		units(50 + u64::from(c))
	}
	fn check_contribute_batch(n: u32) -> Weight {
		units(41 + u64::from(n))
	}
	fn check_reveal_batch(n: u32) -> Weight {
		units(45 + u64::from(n))
	}
	fn settle(a: u32) -> Weight {
		units(42 + 2 * u64::from(a))
	}
	fn settle_again(m: u32) -> Weight {
		units(46 + u64::from(m))
	}
	fn contribute_and_finalize_batch(n: u32) -> Weight {
		units(43 + 2 * u64::from(n))
	}
	fn contribute_and_finalize_again(t: u32) -> Weight {
		units(56 + u64::from(t))
	}
	fn check_contribute_and_finalize_batch(n: u32) -> Weight {
		units(44 + u64::from(n))
	}
	fn finalize_with_result(c: u32, d: u32) -> Weight {
		units(22 + u64::from(c) + u64::from(d) / 64)
	}
	fn finalize_with_failure(c: u32) -> Weight {
		units(9 + u64::from(c))
	}
	fn check_finalize(c: u32, d: u32) -> Weight {
		units(23 + u64::from(c) + u64::from(d) / 64)
	}
	fn reopen(c: u32) -> Weight {
		units(24 + u64::from(c))
	}
	fn check_reopen(c: u32) -> Weight {
		units(25 + u64::from(c))
	}
	fn claim(c: u32) -> Weight {
		units(26 + u64::from(c))
	}
	fn abandon(c: u32) -> Weight {
		units(27 + u64::from(c))
	}
	fn report_failure() -> Weight {
		units(28)
	}
	fn check_report_failure() -> Weight {
		units(29)
	}
	fn prune(n: u32) -> Weight {
		units(30 + 2 * u64::from(n))
	}
	fn prune_again(t: u32) -> Weight {
		units(57 + u64::from(t))
	}
	fn deliver(d: u32) -> Weight {
		units(31 + u64::from(d) / 64)
	}
	fn on_deal_opened() -> Weight {
		units(32)
	}
	fn due_next() -> Weight {
		units(33)
	}
	fn due_deal() -> Weight {
		units(34)
	}
	fn due_skip() -> Weight {
		units(35)
	}
	fn due_finalize_with_result(c: u32) -> Weight {
		units(36 + u64::from(c))
	}
	fn due_finalize_with_failure(c: u32) -> Weight {
		units(1 + u64::from(c))
	}
	fn due_reopen(c: u32) -> Weight {
		units(37 + u64::from(c))
	}
	fn due_claim(c: u32) -> Weight {
		units(38 + u64::from(c))
	}
	fn callback_next() -> Weight {
		units(39)
	}
	fn callback_run(d: u32) -> Weight {
		units(40 + u64::from(d) / 64)
	}
}
