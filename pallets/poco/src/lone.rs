//! One worker delivers the result of a task of trust 1, which is closed at once.

use rlc_primitives::{ethereum::EthereumSignature, AccountId, Moment, ResultDigest};
use sp_core::H160;
use sp_runtime::DispatchError;

use crate::{
	bag::Loaded, close::people, settle::Money, CallbackData, Config, DelegateList, Delegates, DelegationProof, Error,
	Event, Pallet, TaskRef,
};

impl<T: Config> Pallet<T> {
	/// Returns how many the closing concerned.
	pub(crate) fn do_lone(
		worker: &AccountId,
		place: TaskRef,
		digest: ResultDigest,
		authorization: &DelegationProof,
		enclave: Option<(H160, EthereumSignature)>,
		data: Option<CallbackData>,
	) -> Result<u32, DispatchError> {
		let now = Self::now();
		let (completed, delegates) =
			Self::check_lone(worker, &place, digest, authorization, enclave, data.as_ref(), now)?;
		let Loaded { id, deal, task, .. } = &completed;
		let mut money = Money::new::<T>();
		money.pay_one::<T>(deal, worker, *id)?;
		if matches!(authorization, DelegationProof::Signed(_)) {
			Self::deposit_event(Event::Delegated { task: *id, worker: worker.clone() });
		}
		Self::close(&completed, &delegates, now)?;
		Self::send_result(&completed, data);
		money.settle::<T>()?;
		Ok(people(task, &delegates))
	}

	/// The task, completed, and who was delegated to it.
	pub(crate) fn check_lone(
		worker: &AccountId,
		place: &TaskRef,
		digest: ResultDigest,
		authorization: &DelegationProof,
		enclave: Option<(H160, EthereumSignature)>,
		data: Option<&CallbackData>,
		now: Moment,
	) -> Result<(Loaded, DelegateList), DispatchError> {
		let mut loaded = Self::load(place)?;
		let Loaded { id, deal, task, .. } = &mut loaded;
		let (address, signature) = enclave.unzip();
		let bytes = data.map(|data| data.as_slice());
		task.contribute_and_finalize(deal, worker.clone(), digest, address, bytes, now).map_err(Error::<T>::from)?;
		let delegates = Delegates::<T>::get(*id);
		Self::ensure_delegated(worker, *id, deal, address, authorization, &delegates)?;
		if let Some(contribution) = task.contribution(worker) {
			Self::ensure_enclave(deal, &contribution.commitment, signature.as_ref())?;
		}
		Ok((loaded, delegates))
	}
}
