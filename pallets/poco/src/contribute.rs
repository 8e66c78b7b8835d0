//! Workers commit to results.

use alloc::vec::Vec;

use frame_support::traits::Get;
use rlc_primitives::{count, money, rules::Standing, task::Consensus, traits::Escrow, AccountId, Balance, Moment};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::{DealReader, Loaded},
	delegates::without,
	sifted::Sifted,
	Config, ContributionOf, DelegatedList, Delegates, Error, Event, Pallet, Scores, TaskRef, Tasks, Work,
};

/// Contributions of one worker.
pub(crate) struct Contributions<'a> {
	all: Sifted<Accepted<'a>>,
	/// How many contributions their tasks had before, in all.
	earlier: u32,
}

/// A contribution that is acceptable.
struct Accepted<'a> {
	item: &'a ContributionOf,
	/// Its task, after it.
	after: Loaded,
	reached: Option<Consensus>,
	/// The delegates without the worker, if it was one of them.
	delegates: Option<DelegatedList>,
}

impl<T: Config> Pallet<T> {
	/// Makes those contributions that count, and tells which do not. Returns how many contributions their tasks had before,
	/// in all.
	pub(crate) fn do_contribute(worker: &AccountId, items: &[ContributionOf]) -> Result<u32, DispatchError> {
		let Contributions { mut all, earlier } = Self::check_contributions(worker, items)?;
		Self::verify_contributions(worker, &mut all)?;
		Self::lock_stake(worker, Self::stake(&all)?)?;
		for (_, one) in all.accepted {
			Self::apply_contribution(worker, one);
		}
		Self::tell_refused(worker, all.refused);
		Ok(earlier)
	}

	/// Checks that contributions are free: that at least half of them would be made, with a lock that is taken back, within
	/// the tasks' budgets. Signatures come last, and no batch with a wrong one is free: the first wrong one ends the check.
	pub(crate) fn could_contribute(worker: &AccountId, items: &[ContributionOf]) -> DispatchResult {
		let Contributions { all, .. } = Self::check_contributions(worker, items)?;
		all.ensure_half()?;
		for (_, Accepted { item, after: Loaded { deal, task, .. }, .. }) in &all.accepted {
			Self::ensure_free_contribution(worker, deal, task)?;
			Self::ensure_free_enclave(deal, item.commitment.enclave)?;
		}
		Self::could_lock(worker, Self::stake(&all)?)?;
		all.accepted.iter().try_for_each(|(_, one)| Self::verify_contribution(worker, one))
	}

	/// Tells which contributions, or results, of a batch did not count.
	pub(crate) fn tell_refused(worker: &AccountId, refused: Vec<(TaskRef, DispatchError)>) {
		for (task, error) in refused {
			Self::deposit_event(Event::ContributionRefused { task: task.id(), worker: worker.clone(), error });
		}
	}

	/// Returns what the worker locks for those that count, in nRLC.
	fn stake(all: &Sifted<Accepted<'_>>) -> Result<Balance, Error<T>> {
		all.accepted.iter().try_fold(Balance::default(), |sum: Balance, (_, one)| {
			sum.checked_add(one.after.deal.worker_stake).ok_or(Error::BadAmounts)
		})
	}

	pub(crate) fn lock_stake(worker: &AccountId, stake: Balance) -> DispatchResult {
		if stake == 0 {
			return Ok(());
		}
		T::Escrow::lock(worker, stake)
	}

	/// Checks everything but signatures and the stake. Fails if none counts.
	fn check_contributions<'a>(
		worker: &AccountId,
		items: &'a [ContributionOf],
	) -> Result<Contributions<'a>, DispatchError> {
		Self::ensure_batch(items.iter().map(|one| &one.task))?;
		let now = Self::now();
		let Standing { score, .. } = Scores::<T>::get(worker);
		let mut deals = DealReader::default();
		let (mut all, mut earlier) = (Sifted::with_capacity(items.len()), 0u32);
		for item in items {
			let one = deals.load::<T>(&item.task).map_err(DispatchError::from).and_then(|before| {
				// Read whether it counts or not.
				earlier = earlier.saturating_add(count(before.task.contributions.len()));
				Self::check_contribution(before, worker, score, item, now)
			});
			all.push(item.task, one);
		}
		all.ensure_some()?;
		Ok(Contributions { all, earlier })
	}

	/// Verifies the signatures of contributions that are acceptable but for them. Fails if none counts.
	fn verify_contributions(worker: &AccountId, all: &mut Sifted<Accepted<'_>>) -> DispatchResult {
		all.check(|one| Self::verify_contribution(worker, one))
	}

	fn verify_contribution(worker: &AccountId, one: &Accepted<'_>) -> DispatchResult {
		let Accepted { item, after: Loaded { id, deal, .. }, .. } = one;
		let ContributionOf { commitment, authorization, enclave_signature, .. } = item;
		Self::verify_signatures(worker, *id, deal, commitment, authorization, enclave_signature.as_ref())
	}

	fn check_contribution<'a>(
		mut loaded: Loaded,
		worker: &AccountId,
		score: money::Score,
		item: &'a ContributionOf,
		now: Moment,
	) -> Result<Accepted<'a>, DispatchError> {
		let ContributionOf { commitment, authorization, .. } = item;
		let Loaded { id, deal, task, .. } = &mut loaded;
		let reached = task
			.contribute(deal, worker.clone(), score, *commitment, now, &T::Rules::get())
			.map_err(Error::<T>::from)?;
		let delegates = Delegates::<T>::get(*id);
		Self::ensure_delegated(worker, commitment.enclave, deal, authorization, &delegates, now)?;
		Ok(Accepted { item, after: loaded, reached, delegates: without(delegates, worker) })
	}

	fn apply_contribution(worker: &AccountId, accepted: Accepted<'_>) {
		let Accepted { item, after, reached, delegates } = accepted;
		let (task, result) = (after.id, item.commitment.result);
		Tasks::<T>::insert(task, &after.task);
		match delegates {
			// It is among the worker's work already.
			Some(left) => Self::put_delegates(task, &left),
			None => Work::<T>::insert(worker, task, after.task_ref()),
		}
		if item.authorization.is_signed() {
			Self::deposit_event(Event::Delegated { task, worker: worker.clone() });
		}
		Self::deposit_event(Event::Contributed { task, worker: worker.clone(), result });
		if let Some(Consensus { result, winners, reveal_deadline, .. }) = reached {
			Self::expect_reveals(task, &after.deal, reveal_deadline);
			Self::deposit_event(Event::ConsensusReached { task, result, winners, reveal_deadline });
		}
	}
}
