//! A scheduler's word that a worker may work on a task: nobody else can make a worker eligible.
//!
//! Given on chain for many tasks and workers at once, or signed off chain and carried by the worker. What was given on
//! chain can be taken back; a signature cannot, so it names an expiry.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H160, H256, U256};

use crate::{
	ethereum::{account_of, signed_message_hash, EthereumSignature},
	ids::keccak,
	signature::{verify_native, SignatureError},
	AccountId, Moment, Signature, SigningDomain, TaskId,
};

/// Starts what a scheduler signs natively.
const NATIVE_DOMAIN: &[u8; 17] = b"rlc/delegation/v2";

/// What a scheduler allows.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Delegation {
	/// Who may work.
	pub worker: AccountId,
	/// On what.
	pub task: TaskId,
	/// In which enclave: the address of its key. `None`: in any, or in none if the task demands none.
	pub enclave: Option<H160>,
	/// From this time on, in ms of PoCo time, it allows nothing. A time after the task's contribution deadline is as good
	/// as that deadline: nobody contributes later.
	pub expiry: Moment,
}

impl Delegation {
	/// Returns what a Substrate key signs: SCALE of `("rlc/delegation/v2", genesis hash, delegation)`.
	pub fn native_payload(&self, domain: &SigningDomain) -> Vec<u8> {
		(NATIVE_DOMAIN, domain.genesis, self).encode()
	}

	/// Returns what an Ethereum key signs, by `personal_sign`: `keccak(worker ‖ task ‖ enclave ‖ expiry)`, the worker as
	/// its 32-byte account, the enclave zero if there is none, the expiry as 32 bytes, big-endian.
	///
	/// The task's id is a hash over an order's, which is valid on one chain only. Source: `IexecPoco2Facet.contribute`,
	/// whose delegations do not expire.
	pub fn ethereum_payload(&self) -> H256 {
		let enclave = self.enclave.unwrap_or_default();
		let expiry = U256::from(self.expiry).to_big_endian();
		keccak(&[self.worker.as_ref(), self.task.0.as_bytes(), enclave.as_bytes(), &expiry])
	}
}

/// A signature under a [`Delegation`], by a scheduler or by its proxy. What is signed names no scheduler. It need not: it
/// names the task, whose deal names the scheduler, so a proxy of several schedulers cannot be quoted for the wrong one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum SchedulerSignature {
	/// By a key of this chain over the [native payload](Delegation::native_payload), plain or between `<Bytes>` and
	/// `</Bytes>`.
	Native(Signature),
	/// By an Ethereum key, which signs a [message](Delegation::ethereum_payload).
	Ethereum(EthereumSignature),
}

impl SchedulerSignature {
	/// Checks that `signer` signed `delegation` for `domain`: the scheduler, or a proxy that may act for it.
	///
	/// # Errors
	///
	/// [`SignatureError`], which says what is wrong with it.
	pub fn verify(
		&self,
		delegation: &Delegation,
		domain: &SigningDomain,
		signer: &AccountId,
	) -> Result<(), SignatureError> {
		let authentic = match self {
			Self::Native(signature) => verify_native(signature, &delegation.native_payload(domain), signer),
			Self::Ethereum(signature) => {
				let hash = signed_message_hash(delegation.ethereum_payload());
				account_of(signature.recover(hash).map_err(SignatureError::Malformed)?) == *signer
			}
		};
		authentic.then_some(()).ok_or(SignatureError::WrongSigner)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::ethereum::EthereumSignatureError;
	use sp_core::{ecdsa, sr25519, Pair};

	fn domain(genesis: u8) -> SigningDomain {
		SigningDomain::new(H256::repeat_byte(genesis), 1, H160::zero())
	}

	fn delegation(worker: u8) -> Delegation {
		let (worker, task) = (AccountId::new([worker; 32]), TaskId(H256::repeat_byte(7)));
		Delegation { worker, task, enclave: None, expiry: 1_000 }
	}

	#[test]
	fn native_delegation_is_for_one_worker_task_enclave_time_and_chain() {
		let scheduler = sr25519::Pair::from_seed(&[1; 32]);
		let account = AccountId::new(scheduler.public().0);
		let signed = delegation(2);
		let signature = SchedulerSignature::Native(scheduler.sign(&signed.native_payload(&domain(9))).into());
		assert_eq!(signature.verify(&signed, &domain(9), &account), Ok(()));
		let wrong = Err(SignatureError::WrongSigner);
		assert_eq!(signature.verify(&delegation(3), &domain(9), &account), wrong);
		assert_eq!(signature.verify(&signed, &domain(8), &account), wrong);
		assert_eq!(signature.verify(&signed, &domain(9), &AccountId::new([0; 32])), wrong);
		let enclave = Delegation { enclave: Some(H160::zero()), ..signed.clone() };
		assert_eq!(signature.verify(&enclave, &domain(9), &account), wrong);
		let other = Delegation { task: TaskId(H256::repeat_byte(8)), ..signed.clone() };
		assert_eq!(signature.verify(&other, &domain(9), &account), wrong);
		let longer = Delegation { expiry: 1_001, ..signed };
		assert_eq!(signature.verify(&longer, &domain(9), &account), wrong);
	}

	#[test]
	fn wallet_delegates_by_a_signed_message() {
		let scheduler = ecdsa::Pair::from_seed(&[1; 32]);
		let signed = delegation(2);
		let hash = signed_message_hash(signed.ethereum_payload());
		let mut bytes: [u8; 65] = scheduler.sign_prehashed(&hash.0).0;
		bytes[64] += 27;
		let signature = SchedulerSignature::Ethereum(EthereumSignature::Full(bytes));
		let EthereumSignature::Full(full) = EthereumSignature::try_from(bytes.as_slice()).unwrap() else { panic!() };
		let account = account_of(EthereumSignature::Full(full).recover(hash).unwrap());
		assert_eq!(signature.verify(&signed, &domain(9), &account), Ok(()));
		assert_eq!(signature.verify(&delegation(3), &domain(9), &account), Err(SignatureError::WrongSigner));
		let longer = Delegation { expiry: 1_001, ..signed.clone() };
		assert_eq!(signature.verify(&longer, &domain(9), &account), Err(SignatureError::WrongSigner));
		bytes[64] = 29;
		let malformed = SchedulerSignature::Ethereum(EthereumSignature::Full(bytes));
		let error = SignatureError::Malformed(EthereumSignatureError::InvalidV);
		assert_eq!(malformed.verify(&signed, &domain(9), &account), Err(error));
	}
}
