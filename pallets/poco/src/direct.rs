//! One worker delivers results of tasks of trust 1, which are closed at once.

use alloc::vec::Vec;

use frame_support::ensure;
use rlc_primitives::{count, ethereum::EthereumSignature, AccountId, Moment, ResultDigest};
use sp_core::H160;
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::{DealReader, Loaded},
	charge::{Met, MAX_SETTLED},
	settle::Money,
	CallbackData, Config, DelegateList, Delegates, DelegationProof, Error, Event, Pallet, ResultOf, TaskRef,
};

/// A result that is acceptable.
pub(crate) struct Accepted {
	/// Its task, completed.
	completed: Loaded,
	/// Who was delegated to it on chain.
	delegates: DelegateList,
	/// Whether the worker brought the scheduler's signature.
	signed: bool,
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

	/// Closes the tasks of one worker's results, and settles them; `data` is for the callback of the only one. Returns what
	/// it met.
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
		let (accepted, met) = Self::check_direct(worker, items, data.as_ref(), now)?;
		let mut money = Money::new::<T>();
		for one in accepted {
			Self::close_direct(worker, one, data.clone(), now, &mut money)?;
		}
		Ok((money, met))
	}

	/// Checks that [`do_direct`](Self::do_direct) would succeed.
	pub(crate) fn could_direct(worker: &AccountId, items: &[ResultOf], data: Option<&CallbackData>) -> DispatchResult {
		Self::check_direct(worker, items, data, Self::now()).map(drop)
	}

	fn check_direct(
		worker: &AccountId,
		items: &[ResultOf],
		data: Option<&CallbackData>,
		now: Moment,
	) -> Result<(Vec<Accepted>, Met), DispatchError> {
		Self::ensure_batch(items.iter().map(|one| &one.task))?;
		let mut deals = DealReader::default();
		let mut met = Met::default();
		let mut accepted = Vec::with_capacity(items.len());
		for item in items {
			let one = Self::check_result(deals.load::<T>(&item.task)?, worker, item, data, now)?;
			met.closed = met.closed.saturating_add(1);
			met.people = met.people.saturating_add(count(one.delegates.len()));
			accepted.push(one);
		}
		ensure!(met.people <= MAX_SETTLED, Error::<T>::BatchTooHeavy);
		Ok((accepted, met))
	}

	fn check_result(
		mut loaded: Loaded,
		worker: &AccountId,
		item: &ResultOf,
		data: Option<&CallbackData>,
		now: Moment,
	) -> Result<Accepted, DispatchError> {
		let ResultOf { digest, authorization, enclave, .. } = item;
		let Loaded { id, deal, task, .. } = &mut loaded;
		let (address, signature) = enclave.unzip();
		let bytes = data.map(|data| data.as_slice());
		task.contribute_and_finalize(deal, worker.clone(), *digest, address, bytes, now).map_err(Error::<T>::from)?;
		let delegates = Delegates::<T>::get(*id);
		Self::ensure_delegated(worker, *id, deal, address, authorization, &delegates)?;
		if let Some(contribution) = task.contribution(worker) {
			Self::ensure_enclave(deal, &contribution.commitment, signature.as_ref())?;
		}
		let signed = matches!(authorization, DelegationProof::Signed(_));
		Ok(Accepted { completed: loaded, delegates, signed })
	}

	/// Closes one of the tasks, and adds what it pays to `money`.
	fn close_direct(
		worker: &AccountId,
		accepted: Accepted,
		data: Option<CallbackData>,
		now: Moment,
		money: &mut Money,
	) -> DispatchResult {
		let Accepted { completed, delegates, signed } = accepted;
		let Loaded { id, deal, .. } = &completed;
		money.pay_one::<T>(deal, worker, *id)?;
		if signed {
			Self::deposit_event(Event::Delegated { task: *id, worker: worker.clone() });
		}
		Self::close(&completed, &delegates, data, now)
	}
}
