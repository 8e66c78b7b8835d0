//! Who may contribute: those whom the scheduler chose, and where a task demands it, from within an enclave.
//!
//! A dishonest worker cannot make itself eligible, and cannot use another's delegation: it names the worker, the task
//! and, if the scheduler wants, the enclave. Nor can it copy an enclave's signature: that is over its own seal.

use frame_support::{ensure, traits::Get};
use rlc_primitives::{
	ethereum::{signed_message_hash, EthereumSignature},
	task::Commitment,
	traits::EnclaveRegistry,
	AccountId, Deal, Delegation, SchedulerSignature, SignatureError, TaskId,
};
use sp_core::H160;
use sp_runtime::DispatchResult;

use crate::{Config, Delegate, DelegationProof, Error, Pallet};

impl<T: Config> Pallet<T> {
	/// Checks that the scheduler chose this worker, for this enclave if it named one.
	pub(crate) fn ensure_delegated(
		worker: &AccountId,
		task: TaskId,
		deal: &Deal,
		enclave: Option<H160>,
		proof: &DelegationProof,
		delegates: &[Delegate],
	) -> Result<(), Error<T>> {
		match proof {
			DelegationProof::OnChain => {
				let delegate = delegates.iter().find(|one| one.worker == *worker).ok_or(Error::<T>::NotDelegated)?;
				ensure!(delegate.enclave.is_none() || delegate.enclave == enclave, Error::<T>::WrongEnclave);
				Ok(())
			}
			DelegationProof::Signed(signature) => {
				let delegation = Delegation { worker: worker.clone(), task, enclave };
				let refusal = match Self::verify(signature, &delegation, deal) {
					Ok(()) => return Ok(()),
					// The scheduler may not have minded which enclave.
					Err(SignatureError::WrongSigner) if enclave.is_some() => {
						Self::verify(signature, &Delegation { enclave: None, ..delegation }, deal)
					}
					Err(refusal) => Err(refusal),
				};
				refusal.map_err(|refusal| match refusal {
					SignatureError::Malformed(_) => Error::<T>::MalformedSchedulerSignature,
					SignatureError::WrongSigner | SignatureError::NotExpressible(_) => {
						Error::<T>::WrongSchedulerSignature
					}
				})
			}
		}
	}

	fn verify(signature: &SchedulerSignature, delegation: &Delegation, deal: &Deal) -> Result<(), SignatureError> {
		signature.verify(delegation, &T::SigningDomain::get(), deal.scheduler())
	}

	/// Checks that the enclave of a commitment, if it has one, signed it, and is one that this deal accepts.
	///
	/// That an enclave is named where the deal demands one is the task's to check.
	pub(crate) fn ensure_enclave(
		deal: &Deal,
		commitment: &Commitment,
		signature: Option<&EthereumSignature>,
	) -> DispatchResult {
		let (enclave, signature) = match (commitment.enclave, signature) {
			(None, None) => return Ok(()),
			(None, Some(_)) => return Err(Error::<T>::UnexpectedEnclaveSignature.into()),
			(Some(_), None) => return Err(Error::<T>::EnclaveSignatureMissing.into()),
			(Some(enclave), Some(signature)) => (enclave, signature),
		};
		if deal.tag.has_tee() {
			T::Enclaves::ensure_accepted(&enclave, &deal.tag)?;
		}
		let signer = signature.recover(signed_message_hash(commitment.enclave_payload()));
		ensure!(signer == Ok(enclave), Error::<T>::WrongEnclaveSignature);
		Ok(())
	}
}
