//! One worker delivers results of tasks of trust 1, which are closed at once.

use frame_support::ensure;
use rlc_primitives::{count, ethereum::EthereumSignature, AccountId, Moment, ResultDigest};
use sp_core::H160;
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::{DealReader, Loaded},
	charge::{Met, MAX_SETTLED},
	close::{removed, Closing},
	settle::Money,
	sifted::Sifted,
	CallbackData, Config, DelegatedList, Delegates, DelegationProof, Error, Event, Pallet, ResultOf, TaskRef,
};

/// A result that is acceptable.
pub(crate) struct Accepted<'a> {
	item: &'a ResultOf,
	/// Its task, completed.
	completed: Loaded,
	/// Who was delegated to it on chain.
	delegates: DelegatedList,
}

impl<T: Config> Pallet<T> {
	/// Returns what a call with one result brings.
	pub(crate) fn result_of(
		task: &TaskRef,
		digest: &ResultDigest,
		authorization: &DelegationProof,
		enclave: &Option<(H160, EthereumSignature)>,
	) -> ResultOf {
		ResultOf { task: *task, digest: *digest, authorization: authorization.clone(), enclave: *enclave }
	}

	/// Closes the tasks of those of one worker's results that count, settles them, and tells which do not; `data` is
	/// for the callback of the only one. Returns what it met.
	pub(crate) fn do_direct(
		worker: &AccountId,
		items: &[ResultOf],
		data: Option<CallbackData>,
	) -> Result<Met, DispatchError> {
		let (money, met) = Self::deliver_direct(worker, items, data)?;
		Ok(Met { moved: money.settle::<T>()?, ..met })
	}

	/// Does all of it but the movement of money.
	pub(crate) fn deliver_direct(
		worker: &AccountId,
		items: &[ResultOf],
		data: Option<CallbackData>,
	) -> Result<(Money, Met), DispatchError> {
		let now = Self::now();
		let (mut all, mut met) = Self::check_direct(worker, items, data.as_ref(), now)?;
		Self::verify_results(worker, &mut all)?;
		met.closed = count(all.accepted.len());
		let mut money = Money::new::<T>();
		for (_, one) in all.accepted {
			met.removed = met.removed.saturating_add(removed(&one.completed.task, &one.delegates));
			Self::close_direct(worker, one, data.clone(), &mut money)?;
		}
		Self::tell_refused(worker, all.refused);
		Ok((money, met))
	}

	/// Checks that results are free: at least half of them would count. Signatures come last.
	pub(crate) fn could_direct(worker: &AccountId, items: &[ResultOf], data: Option<&CallbackData>) -> DispatchResult {
		let (all, _) = Self::check_direct(worker, items, data, Self::now())?;
		all.ensure_half()?;
		for (_, Accepted { completed: Loaded { deal, .. }, item, .. }) in &all.accepted {
			Self::ensure_free_enclave(deal, item.enclave.map(|(address, _)| address))?;
		}
		all.accepted.iter().try_for_each(|(_, one)| Self::verify_result(worker, one))
	}

	/// Checks everything but signatures. Fails if none counts.
	fn check_direct<'a>(
		worker: &AccountId,
		items: &'a [ResultOf],
		data: Option<&CallbackData>,
		now: Moment,
	) -> Result<(Sifted<Accepted<'a>>, Met), DispatchError> {
		Self::ensure_batch(items.iter().map(|one| &one.task))?;
		let mut deals = DealReader::default();
		let (mut all, mut met) = (Sifted::with_capacity(items.len()), Met::default());
		for item in items {
			let loaded = deals.load::<T>(&item.task).map_err(DispatchError::from);
			let one = loaded.and_then(|loaded| Self::check_result(loaded, worker, item, data, now, &mut met));
			all.push(item.task, one);
		}
		ensure!(met.people <= MAX_SETTLED, Error::<T>::BatchTooHeavy);
		all.ensure_some()?;
		Ok((all, met))
	}

	/// Verifies the signatures of results that are acceptable but for them. Fails if none counts.
	fn verify_results(worker: &AccountId, all: &mut Sifted<Accepted<'_>>) -> DispatchResult {
		all.check(|one| Self::verify_result(worker, one))
	}

	fn verify_result(worker: &AccountId, one: &Accepted<'_>) -> DispatchResult {
		let Accepted { item, completed: Loaded { id, deal, task, .. }, .. } = one;
		let contribution = task.contribution(worker).ok_or(Error::<T>::NotContributor)?;
		let signature = item.enclave.map(|(_, signature)| signature);
		let commitment = &contribution.commitment;
		Self::verify_signatures(worker, *id, deal, commitment, &item.authorization, signature.as_ref())
	}

	/// Checks one of them, and adds to what they meet.
	fn check_result<'a>(
		mut loaded: Loaded,
		worker: &AccountId,
		item: &'a ResultOf,
		data: Option<&CallbackData>,
		now: Moment,
		met: &mut Met,
	) -> Result<Accepted<'a>, DispatchError> {
		let ResultOf { digest, authorization, enclave, .. } = item;
		let Loaded { id, deal, task, .. } = &mut loaded;
		let address = enclave.map(|(address, _)| address);
		let bytes = data.map(|data| data.as_slice());
		task.contribute_and_finalize(deal, worker.clone(), *digest, address, bytes, now).map_err(Error::<T>::from)?;
		let delegates = Delegates::<T>::get(*id);
		// Read whether it counts or not.
		met.people = met.people.saturating_add(count(delegates.len()));
		Self::ensure_delegated(worker, address, deal, authorization, &delegates, now)?;
		Ok(Accepted { item, completed: loaded, delegates })
	}

	/// Closes one of the tasks, and adds what it pays to `money`.
	fn close_direct(
		worker: &AccountId,
		accepted: Accepted<'_>,
		data: Option<CallbackData>,
		money: &mut Money,
	) -> DispatchResult {
		let Accepted { item, completed, delegates } = accepted;
		let Loaded { id, deal, .. } = &completed;
		money.pay_one::<T>(deal, worker, *id)?;
		if item.authorization.is_signed() {
			Self::deposit_event(Event::Delegated { task: *id, worker: worker.clone() });
		}
		Self::close(&completed, &Closing { delegates, failure: None }, data)
	}
}
