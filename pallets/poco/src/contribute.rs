//! Workers commit to results.

use alloc::vec::Vec;

use frame_support::storage::{with_transaction, TransactionOutcome};
use rlc_primitives::{count, money, task::Consensus, traits::Escrow, AccountId, Balance, Moment, ResultHash};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::{DealReader, Loaded},
	delegates::without,
	Config, ContributionOf, DelegateList, Delegates, DelegationProof, Error, Event, Pallet, Scores, Tasks, Work,
};

/// Contributions that are acceptable.
pub(crate) struct Contributions {
	/// What the worker locks for them all, in nRLC.
	stake: Balance,
	/// How many contributions their tasks had before, in all.
	earlier: u32,
	each: Vec<Accepted>,
}

/// One of them.
struct Accepted {
	/// Its task, after it.
	after: Loaded,
	result: ResultHash,
	reached: Option<Consensus>,
	/// The delegates without the worker, if it was one of them.
	delegates: Option<DelegateList>,
	/// Whether the worker brought the scheduler's signature.
	signed: bool,
}

impl<T: Config> Pallet<T> {
	/// Returns how many contributions the tasks had before, in all.
	pub(crate) fn do_contribute(worker: &AccountId, items: &[ContributionOf]) -> Result<u32, DispatchError> {
		let accepted = Self::check_contributions(worker, items)?;
		Self::lock_stake(worker, accepted.stake)?;
		for one in accepted.each {
			Self::apply_contribution(worker, one);
		}
		Ok(accepted.earlier)
	}

	/// Checks that [`do_contribute`](Self::do_contribute) would succeed: what it checks, and a lock that is taken back.
	pub(crate) fn could_contribute(worker: &AccountId, items: &[ContributionOf]) -> DispatchResult {
		let accepted = Self::check_contributions(worker, items)?;
		with_transaction(|| TransactionOutcome::Rollback(Self::lock_stake(worker, accepted.stake)))
	}

	fn lock_stake(worker: &AccountId, stake: Balance) -> DispatchResult {
		if stake == 0 {
			return Ok(());
		}
		T::Escrow::lock(worker, stake)
	}

	pub(crate) fn check_contributions(
		worker: &AccountId,
		items: &[ContributionOf],
	) -> Result<Contributions, DispatchError> {
		Self::ensure_batch(items.iter().map(|one| &one.task))?;
		let now = Self::now();
		let score = Scores::<T>::get(worker);
		let mut deals = DealReader::default();
		let mut all = Contributions { stake: 0, earlier: 0, each: Vec::with_capacity(items.len()) };
		for item in items {
			let before = deals.load::<T>(&item.task)?;
			all.stake = all.stake.checked_add(before.deal.worker_stake).ok_or(Error::<T>::BadAmounts)?;
			all.earlier = all.earlier.saturating_add(count(before.task.contributions.len()));
			all.each.push(Self::check_contribution(before, worker, score, item, now)?);
		}
		Ok(all)
	}

	fn check_contribution(
		mut loaded: Loaded,
		worker: &AccountId,
		score: money::Score,
		item: &ContributionOf,
		now: Moment,
	) -> Result<Accepted, DispatchError> {
		let ContributionOf { commitment, authorization, enclave_signature, .. } = item;
		let Loaded { id, deal, task, .. } = &mut loaded;
		let reached = task.contribute(deal, worker.clone(), score, *commitment, now).map_err(Error::<T>::from)?;
		let delegates = Delegates::<T>::get(*id);
		Self::ensure_delegated(worker, *id, deal, commitment.enclave, authorization, &delegates)?;
		Self::ensure_enclave(deal, commitment, enclave_signature.as_ref())?;
		Ok(Accepted {
			after: loaded,
			result: commitment.result,
			reached,
			delegates: without(delegates, worker),
			signed: matches!(authorization, DelegationProof::Signed(_)),
		})
	}

	fn apply_contribution(worker: &AccountId, accepted: Accepted) {
		let Accepted { after, result, reached, delegates, signed } = accepted;
		let task = after.id;
		Tasks::<T>::insert(task, &after.task);
		match delegates {
			// It is among the worker's work already.
			Some(left) => Self::put_delegates(task, &left),
			None => Work::<T>::insert(worker, task, after.task_ref()),
		}
		if signed {
			Self::deposit_event(Event::Delegated { task, worker: worker.clone() });
		}
		Self::deposit_event(Event::Contributed { task, worker: worker.clone(), result });
		if let Some(Consensus { result, winners, reveal_deadline, .. }) = reached {
			Self::expect_reveals(task, &after.deal, reveal_deadline);
			Self::deposit_event(Event::ConsensusReached { task, result, winners, reveal_deadline });
		}
	}
}
