//! Weights of the calls and of the hooks' steps. The runtime measures its own; `()` is for tests.

use frame_support::weights::Weight;

/// Weights of the pallet's calls, of the checks that say whether they are free, and of the steps of its hooks.
pub trait WeightInfo {
	/// Returns the weight of [`Pallet::delegate`](crate::Pallet::delegate) of one task to `w` workers.
	fn delegate(w: u32) -> Weight;
	/// Returns the weight of [`Pallet::undelegate`](crate::Pallet::undelegate) of one task from `w` workers.
	fn undelegate(w: u32) -> Weight;
	/// Returns the weight of [`Pallet::contribute`](crate::Pallet::contribute) to a task with `c` contributions,
	/// without its check for fees and without the verification of signatures.
	fn contribute(c: u32) -> Weight;
	/// Returns the weight of [`Pallet::contribute_batch`](crate::Pallet::contribute_batch) to `n` tasks that nobody
	/// touched.
	fn contribute_batch(n: u32) -> Weight;
	/// Returns the weight of the check that a contribution to a task with `c` of them is free.
	fn check_contribute(c: u32) -> Weight;
	/// Returns the weight of the check that contributions to `n` tasks that nobody touched are free.
	fn check_contribute_batch(n: u32) -> Weight;
	/// Returns the weight of the verification of a scheduler's native signature by an ed25519 key.
	fn verify_delegation_ed25519() -> Weight;
	/// Returns the weight of the same for an sr25519 key.
	fn verify_delegation_sr25519() -> Weight;
	/// Returns the weight of the same for an ecdsa key.
	fn verify_delegation_ecdsa() -> Weight;
	/// Returns the weight of the same for an Ethereum key.
	fn verify_delegation_eth() -> Weight;
	/// Returns the weight of the verification of a scheduler's message, which an Ethereum wallet signed.
	fn verify_delegation_message() -> Weight;
	/// Returns the weight of looking up whether the key that signed is a proxy of the scheduler.
	fn find_proxy() -> Weight;
	/// Returns the weight of the event that a worker brought a delegation.
	fn tell_delegated() -> Weight;
	/// Returns the weight of the verification of an enclave's signature of 65 bytes.
	fn verify_enclave_full() -> Weight;
	/// Returns the weight of the verification of an enclave's signature of 64 bytes.
	fn verify_enclave_compact() -> Weight;

	/// Returns the weight of the verification of a scheduler's signature, of the kind that takes longest.
	fn verify_delegation() -> Weight {
		Self::verify_delegation_ed25519()
			.max(Self::verify_delegation_sr25519())
			.max(Self::verify_delegation_ecdsa())
			.max(Self::verify_delegation_eth())
			.max(Self::verify_delegation_message())
	}

	/// Returns the weight of the verification of an enclave's signature, of the form that takes longer.
	fn verify_enclave() -> Weight {
		Self::verify_enclave_full().max(Self::verify_enclave_compact())
	}

	/// Returns the weight of [`Pallet::reveal`](crate::Pallet::reveal) for a task with `c` contributions that it does
	/// not close.
	fn reveal(c: u32) -> Weight;
	/// Returns the weight of [`Pallet::reveal_batch`](crate::Pallet::reveal_batch) for `n` tasks that it does not
	/// close.
	fn reveal_batch(n: u32) -> Weight;
	/// Returns the weight of the check that a reveal for a task with `c` contributions is free.
	fn check_reveal(c: u32) -> Weight;
	/// Returns the weight of the check that reveals for `n` tasks with one contribution are free.
	fn check_reveal_batch(n: u32) -> Weight;
	/// Returns the weight of [`Pallet::reveal_failure`](crate::Pallet::reveal_failure) for a task with `c` contributions
	/// that it does not close.
	fn reveal_failure(c: u32) -> Weight;
	/// Returns the weight of the check that such a call is free.
	fn check_reveal_failure(c: u32) -> Weight;
	/// Returns the weight of checking whether a reveal completes a task with `c` contributors and as many delegates, and of
	/// reading what closes with it.
	fn check_complete(c: u32) -> Weight;
	/// Returns the weight of the completion, with a result, of a task with `c` contributors and as many delegates that did
	/// not contribute, beside the movement of its money.
	fn complete_with_result(c: u32) -> Weight;
	/// Returns the weight of the same for a task with one contributor, and for `t` more tasks of its deal.
	fn complete_again_with_result(t: u32) -> Weight;
	/// Returns the weight of the completion of a task with a failure that its workers agree on, else as of
	/// [`complete_with_result`](Self::complete_with_result).
	fn complete_with_failure(c: u32) -> Weight;
	/// Returns the weight of the same for a task with one contributor, and for `t` more tasks of its deal.
	fn complete_again_with_failure(t: u32) -> Weight;

	/// Returns the weight of the movement of money that touches `a` accounts twice, and their scores.
	fn settle(a: u32) -> Weight;
	/// Returns the weight of the movement of money that touches an account `m` times.
	fn settle_again(m: u32) -> Weight;
	/// Returns the weight of [`Pallet::contribute_and_finalize`](crate::Pallet::contribute_and_finalize) for a task
	/// with `c` delegates, and with `d` bytes for its callback.
	fn contribute_and_finalize(c: u32, d: u32) -> Weight;
	/// Returns the weight of the check that such a call is free.
	fn check_contribute_and_finalize(c: u32, d: u32) -> Weight;
	/// Returns the weight of [`Pallet::contribute_and_finalize_batch`](crate::Pallet::contribute_and_finalize_batch)
	/// for a task of each of `n` deals, with one delegate each, beside the movement of their money.
	fn contribute_and_finalize_batch(n: u32) -> Weight;
	/// Returns the weight of the same for one task, and for `t` more tasks of its deal.
	fn contribute_and_finalize_again(t: u32) -> Weight;
	/// Returns the weight of the check that such a call with `n` results is free.
	fn check_contribute_and_finalize_batch(n: u32) -> Weight;
	/// Returns the weight of [`Pallet::finalize`](crate::Pallet::finalize) for a task with a result, `c` contributors, and as
	/// many delegates, and with `d` bytes for its callback.
	fn finalize_with_result(c: u32, d: u32) -> Weight;
	/// Returns the weight of the same for a task whose workers agree on a failure, for which a callback gets nothing.
	fn finalize_with_failure(c: u32) -> Weight;

	/// Returns the weight of the same, of the kind that takes longer.
	fn finalize(c: u32, d: u32) -> Weight {
		Self::finalize_with_result(c, d).max(Self::finalize_with_failure(c))
	}

	/// Returns the weight of the check that such a call is free.
	fn check_finalize(c: u32, d: u32) -> Weight;
	/// Returns the weight of [`Pallet::reopen`](crate::Pallet::reopen) for a task with `c` contributions.
	fn reopen(c: u32) -> Weight;
	/// Returns the weight of the check that such a call is free.
	fn check_reopen(c: u32) -> Weight;
	/// Returns the weight of [`Pallet::claim`](crate::Pallet::claim) for a task with `c` contributors and as many
	/// delegates.
	fn claim(c: u32) -> Weight;
	/// Returns the weight of [`Pallet::abandon`](crate::Pallet::abandon) for such a task.
	fn abandon(c: u32) -> Weight;
	/// Returns the weight of [`Pallet::release`](crate::Pallet::release) for a task with `c` contributors and as many
	/// delegates and reports.
	fn release(c: u32) -> Weight;
	/// Returns the weight of [`Pallet::report_failure`](crate::Pallet::report_failure).
	fn report_failure() -> Weight;
	/// Returns the weight of the check that such a call is free.
	fn check_report_failure() -> Weight;
	/// Returns the weight of [`Pallet::prune`](crate::Pallet::prune) of a task of each of `n` deals.
	fn prune(n: u32) -> Weight;
	/// Returns the weight of the same of one task, and of `t` more tasks of its deal.
	fn prune_again(t: u32) -> Weight;
	/// Returns the weight of [`Pallet::deliver`](crate::Pallet::deliver) with `d` bytes.
	fn deliver(d: u32) -> Weight;
	/// Returns the weight of the hook for a new deal.
	fn on_deal_opened() -> Weight;
	/// Returns the weight of looking up the agenda.
	fn due_next() -> Weight;
	/// Returns the weight of an overdue deal, beside its tasks.
	fn due_deal() -> Weight;
	/// Returns the weight of a due task that needs nothing.
	fn due_skip() -> Weight;
	/// Returns the weight of the finalization, with a result, of a due task with `c` contributors and as many delegates.
	fn due_finalize_with_result(c: u32) -> Weight;
	/// Returns the weight of the same with a failure that workers agree on.
	fn due_finalize_with_failure(c: u32) -> Weight;

	/// Returns the weight of the same, of the kind that takes longer.
	fn due_finalize(c: u32) -> Weight {
		Self::due_finalize_with_result(c).max(Self::due_finalize_with_failure(c))
	}

	/// Returns the weight of the reopening of a due task with `c` contributions.
	fn due_reopen(c: u32) -> Weight;
	/// Returns the weight of the claim of an overdue task with `c` contributors and as many delegates.
	fn due_claim(c: u32) -> Weight;
	/// Returns the weight of looking up the queue of results.
	fn callback_next() -> Weight;
	/// Returns the weight of a delivery of `d` bytes, beside what the receiver does.
	fn callback_run(d: u32) -> Weight;
}

impl WeightInfo for () {
	fn reveal_failure(_: u32) -> Weight {
		Weight::zero()
	}

	fn check_reveal_failure(_: u32) -> Weight {
		Weight::zero()
	}

	fn release(_: u32) -> Weight {
		Weight::zero()
	}

	fn delegate(_: u32) -> Weight {
		Weight::zero()
	}

	fn undelegate(_: u32) -> Weight {
		Weight::zero()
	}

	fn contribute(_: u32) -> Weight {
		Weight::zero()
	}

	fn contribute_batch(_: u32) -> Weight {
		Weight::zero()
	}

	fn check_contribute(_: u32) -> Weight {
		Weight::zero()
	}

	fn check_contribute_batch(_: u32) -> Weight {
		Weight::zero()
	}

	fn verify_delegation_ed25519() -> Weight {
		Weight::zero()
	}

	fn verify_delegation_sr25519() -> Weight {
		Weight::zero()
	}

	fn verify_delegation_ecdsa() -> Weight {
		Weight::zero()
	}

	fn verify_delegation_eth() -> Weight {
		Weight::zero()
	}

	fn verify_delegation_message() -> Weight {
		Weight::zero()
	}

	fn find_proxy() -> Weight {
		Weight::zero()
	}

	fn tell_delegated() -> Weight {
		Weight::zero()
	}

	fn verify_enclave_full() -> Weight {
		Weight::zero()
	}

	fn verify_enclave_compact() -> Weight {
		Weight::zero()
	}

	fn reveal(_: u32) -> Weight {
		Weight::zero()
	}

	fn reveal_batch(_: u32) -> Weight {
		Weight::zero()
	}

	fn check_reveal(_: u32) -> Weight {
		Weight::zero()
	}

	fn check_complete(_: u32) -> Weight {
		Weight::zero()
	}

	fn complete_with_result(_: u32) -> Weight {
		Weight::zero()
	}

	fn complete_again_with_result(_: u32) -> Weight {
		Weight::zero()
	}

	fn complete_with_failure(_: u32) -> Weight {
		Weight::zero()
	}

	fn complete_again_with_failure(_: u32) -> Weight {
		Weight::zero()
	}

	fn settle(_: u32) -> Weight {
		Weight::zero()
	}
	fn settle_again(_: u32) -> Weight {
		Weight::zero()
	}
	fn check_reveal_batch(_: u32) -> Weight {
		Weight::zero()
	}

	fn contribute_and_finalize(_: u32, _: u32) -> Weight {
		Weight::zero()
	}

	fn check_contribute_and_finalize(_: u32, _: u32) -> Weight {
		Weight::zero()
	}

	fn contribute_and_finalize_batch(_: u32) -> Weight {
		Weight::zero()
	}

	fn contribute_and_finalize_again(_: u32) -> Weight {
		Weight::zero()
	}

	fn check_contribute_and_finalize_batch(_: u32) -> Weight {
		Weight::zero()
	}

	fn finalize_with_result(_: u32, _: u32) -> Weight {
		Weight::zero()
	}

	fn finalize_with_failure(_: u32) -> Weight {
		Weight::zero()
	}

	fn check_finalize(_: u32, _: u32) -> Weight {
		Weight::zero()
	}

	fn reopen(_: u32) -> Weight {
		Weight::zero()
	}

	fn check_reopen(_: u32) -> Weight {
		Weight::zero()
	}

	fn claim(_: u32) -> Weight {
		Weight::zero()
	}

	fn abandon(_: u32) -> Weight {
		Weight::zero()
	}

	fn report_failure() -> Weight {
		Weight::zero()
	}

	fn check_report_failure() -> Weight {
		Weight::zero()
	}

	fn prune(_: u32) -> Weight {
		Weight::zero()
	}

	fn prune_again(_: u32) -> Weight {
		Weight::zero()
	}

	fn deliver(_: u32) -> Weight {
		Weight::zero()
	}

	fn on_deal_opened() -> Weight {
		Weight::zero()
	}

	fn due_next() -> Weight {
		Weight::zero()
	}

	fn due_deal() -> Weight {
		Weight::zero()
	}

	fn due_skip() -> Weight {
		Weight::zero()
	}

	fn due_finalize_with_result(_: u32) -> Weight {
		Weight::zero()
	}

	fn due_finalize_with_failure(_: u32) -> Weight {
		Weight::zero()
	}

	fn due_reopen(_: u32) -> Weight {
		Weight::zero()
	}

	fn due_claim(_: u32) -> Weight {
		Weight::zero()
	}

	fn callback_next() -> Weight {
		Weight::zero()
	}

	fn callback_run(_: u32) -> Weight {
		Weight::zero()
	}
}
