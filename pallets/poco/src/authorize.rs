//! Who may contribute: those whom the scheduler chose, and where a task demands it, from within an enclave.
//!
//! Signatures are verified last, when nothing else refuses a call: that is expensive, and a pool that asks whether a call
//! is free is not paid for it. Whether the signer is a proxy of the scheduler is looked up before.
//!
//! A dishonest worker cannot make itself eligible, and cannot use another's delegation: it names the worker, the task, its
//! expiry and, if the scheduler wants, the enclave. Nor can it copy an enclave's signature: that is over the worker's own
//! seal. A thief of a proxy's key can delegate by signatures as well as by calls, until the scheduler removes the proxy:
//! from then on, signatures that the thief made before are worthless too.

use frame_support::{ensure, traits::Get};
use rlc_primitives::{
	ethereum::{signed_message_hash, EthereumSignature},
	task::Commitment,
	traits::{EnclaveRegistry, Proxies},
	AccountId, Deal, Delegation, Moment, SchedulerSignature, SignatureError, TaskId,
};
use sp_core::H160;
use sp_runtime::DispatchResult;

use crate::{Config, Delegated, DelegationProof, Error, Pallet};

impl<T: Config> Pallet<T> {
	/// Checks that the scheduler chose this worker, for this enclave if it named one: on chain, or by a delegation that the
	/// scheduler or one of its proxies signed, and that has not expired at `now`. The signature itself is left to
	/// [`verify_signatures`](Self::verify_signatures).
	pub(crate) fn ensure_delegated(
		worker: &AccountId,
		enclave: Option<H160>,
		deal: &Deal,
		proof: &DelegationProof,
		delegates: &[Delegated],
		now: Moment,
	) -> Result<(), Error<T>> {
		if let Some(expiry) = proof.expiry() {
			ensure!(now < expiry, Error::<T>::DelegationExpired);
			let may_sign = proof.proxy().is_none_or(|proxy| T::Proxies::may_delegate(proxy, deal.scheduler()));
			ensure!(may_sign, Error::<T>::NotProxy);
			return Ok(());
		}
		let delegate = delegates.iter().map(|one| &one.delegate).find(|one| one.worker == *worker);
		let delegate = delegate.ok_or(Error::<T>::NotDelegated)?;
		ensure!(delegate.enclave.is_none() || delegate.enclave == enclave, Error::<T>::WrongEnclave);
		Ok(())
	}

	/// Verifies the signatures of this worker's commitment: that of the scheduler or its proxy, if the worker brought one, and
	/// the enclave's. Whether the proxy may act for the scheduler is left to [`ensure_delegated`](Self::ensure_delegated).
	pub(crate) fn verify_signatures(
		worker: &AccountId,
		task: TaskId,
		deal: &Deal,
		commitment: &Commitment,
		proof: &DelegationProof,
		enclave: Option<&EthereumSignature>,
	) -> DispatchResult {
		let signed = match proof {
			DelegationProof::OnChain => None,
			DelegationProof::Signed { signature, expiry } => Some((deal.scheduler(), signature, *expiry)),
			DelegationProof::SignedByProxy { proxy, signature, expiry } => Some((proxy, signature, *expiry)),
		};
		if let Some((signer, signature, expiry)) = signed {
			let delegation = Delegation { worker: worker.clone(), task, enclave: commitment.enclave, expiry };
			Self::ensure_signed(delegation, signer, signature)?;
		}
		Self::ensure_enclave(deal, commitment, enclave)
	}

	/// Checks that this account signed this delegation, or the same for any enclave.
	fn ensure_signed(
		delegation: Delegation,
		signer: &AccountId,
		signature: &SchedulerSignature,
	) -> Result<(), Error<T>> {
		let refusal = match Self::verify(signature, &delegation, signer) {
			Ok(()) => return Ok(()),
			// The delegation may be for any enclave.
			Err(SignatureError::WrongSigner) if delegation.enclave.is_some() => {
				Self::verify(signature, &Delegation { enclave: None, ..delegation }, signer)
			}
			Err(refusal) => Err(refusal),
		};
		refusal.map_err(|refusal| match refusal {
			SignatureError::Malformed(_) => Error::<T>::MalformedSchedulerSignature,
			SignatureError::WrongSigner | SignatureError::NotExpressible(_) => Error::<T>::WrongSchedulerSignature,
		})
	}

	fn verify(
		signature: &SchedulerSignature,
		delegation: &Delegation,
		signer: &AccountId,
	) -> Result<(), SignatureError> {
		signature.verify(delegation, &T::SigningDomain::get(), signer)
	}

	/// Checks that the enclave of a commitment, if it has one, signed it, and is one that this deal accepts.
	///
	/// That an enclave is named where the deal demands one is the task's to check.
	fn ensure_enclave(deal: &Deal, commitment: &Commitment, signature: Option<&EthereumSignature>) -> DispatchResult {
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
