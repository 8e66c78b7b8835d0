//! Workers commit to results.

use alloc::vec::Vec;

use frame_support::storage::{with_transaction, TransactionOutcome};
use rlc_primitives::{money, task::Consensus, traits::Escrow, AccountId, Balance, Moment, ResultHash, TaskId};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::{DealReader, Loaded},
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

	/// Whether [`do_contribute`](Self::do_contribute) would succeed: what it checks, and a lock that is taken back.
	pub(crate) fn could_contribute(worker: &AccountId, items: &[ContributionOf]) -> DispatchResult {
		let accepted = Self::check_contributions(worker, items)?;
		with_transaction(|| TransactionOutcome::Rollback(Self::lock_stake(worker, accepted.stake)))
	}

	fn lock_stake(worker: &AccountId, stake: Balance) -> DispatchResult {
		match stake {
			0 => Ok(()),
			_ => T::Escrow::lock(worker, stake),
		}
	}

	pub(crate) fn check_contributions(
		worker: &AccountId,
		items: &[ContributionOf],
	) -> Result<Contributions, DispatchError> {
		Self::ensure_batch(items.iter().map(|one| &one.task))?;
		let (now, score, mut deals) = (Self::now(), Scores::<T>::get(worker), DealReader::default());
		let mut all = Contributions { stake: 0, earlier: 0, each: Vec::with_capacity(items.len()) };
		for item in items {
			let before = deals.load::<T>(&item.task)?;
			let (stake, earlier) = (before.deal.worker_stake, count(before.task.contributions.len()));
			all.stake = all.stake.checked_add(stake).ok_or(Error::<T>::BadAmounts)?;
			all.earlier = all.earlier.saturating_add(earlier);
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
			None => Work::<T>::insert(worker, task, after.place()),
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

	/// Store who may still contribute, or nothing.
	pub(crate) fn put_delegates(task: TaskId, delegates: &DelegateList) {
		match delegates.is_empty() {
			true => Delegates::<T>::remove(task),
			false => Delegates::<T>::insert(task, delegates),
		}
	}
}

/// The delegates without `worker`; `None` if it is not one of them.
pub(crate) fn without(mut delegates: DelegateList, worker: &AccountId) -> Option<DelegateList> {
	let before = delegates.len();
	delegates.retain(|one| one.worker != *worker);
	(delegates.len() < before).then_some(delegates)
}

/// The length of a list that is bounded well below 2³².
pub(crate) fn count(length: usize) -> u32 {
	length.try_into().unwrap_or(u32::MAX)
}
