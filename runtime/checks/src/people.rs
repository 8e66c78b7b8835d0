//! Those who send extrinsics.

use codec::Encode;
use rlc_primitives::{
	ethereum::{account_of, signed_message_hash, EthereumSignature},
	AccountId, Balance, Delegation, Hash, Nonce, Order, OrderSignature, SchedulerSignature, Signature, SigningDomain,
};
use rlc_runtime::{
	free_calls::ChargeUnlessFree, presets::Founder, Runtime, RuntimeCall, SignedPayload, TxExtension,
	UncheckedExtrinsic, VERSION,
};
use sp_core::{ecdsa, sr25519, Pair, H256};
use sp_runtime::generic::Era;

/// Somebody with a key.
#[derive(Clone)]
pub struct Person {
	key: Key,
	account: AccountId,
}

#[derive(Clone)]
enum Key {
	Substrate(Box<sr25519::Pair>),
	Ethereum(Box<ecdsa::KeccakPair>),
}

impl Person {
	/// Returns the holder of a seed such as `//Alice`.
	///
	/// # Panics
	///
	/// If it is not a seed.
	pub fn new(seed: &str) -> Self {
		let pair = sr25519::Pair::from_string(seed, None).expect("a good seed");
		Self { account: pair.public().into(), key: Key::Substrate(Box::new(pair)) }
	}

	/// Returns the holder of an Ethereum key, made from a seed such as `//Alice`.
	///
	/// # Panics
	///
	/// If it is not a seed.
	pub fn with_ethereum_key(seed: &str) -> Self {
		let pair = ecdsa::KeccakPair::from_string(seed, None).expect("a good seed");
		let hash = H256::zero();
		let address = sign_hash(&pair, hash).recover(hash).expect("a signature shows its key");
		Self { account: account_of(address), key: Key::Ethereum(Box::new(pair)) }
	}

	/// Returns the same for another account, of which their key is not: what they sign is not valid for it.
	pub fn for_account(self, account: AccountId) -> Self {
		Self { account, ..self }
	}

	/// Returns their account.
	pub fn account(&self) -> AccountId {
		self.account.clone()
	}

	/// Returns their signature under any bytes.
	pub fn sign_bytes(&self, bytes: &[u8]) -> Signature {
		match &self.key {
			Key::Substrate(pair) => pair.sign(bytes).into(),
			Key::Ethereum(pair) => pair.sign(bytes).into(),
		}
	}

	/// Returns their signature under an order, as a wallet of their kind makes it; an Ethereum key signs natively what
	/// has no EIP-712 form.
	pub fn sign_order<O: Order>(&self, order: &O, domain: &SigningDomain) -> OrderSignature {
		match (&self.key, domain.eip712_digest(order)) {
			(Key::Ethereum(pair), Ok(digest)) => OrderSignature::Eip712(sign_hash(pair, digest)),
			_ => OrderSignature::Native(self.sign_bytes(&domain.native_payload(order))),
		}
	}

	/// Returns their signature under a delegation, as a wallet of their kind makes it.
	pub fn sign_delegation(&self, delegation: &Delegation, domain: &SigningDomain) -> SchedulerSignature {
		match &self.key {
			Key::Substrate(_) => SchedulerSignature::Native(self.sign_bytes(&delegation.native_payload(domain))),
			Key::Ethereum(pair) => {
				SchedulerSignature::Ethereum(sign_hash(pair, signed_message_hash(delegation.ethereum_payload())))
			}
		}
	}

	/// Returns a call that they sign, for the chain with this genesis block.
	pub fn sign(&self, genesis: Hash, nonce: Nonce, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
		self.sign_with_tip(genesis, nonce, 0, call)
	}

	/// Returns a call that they sign, with a tip in nRLC.
	pub fn sign_with_tip(
		&self,
		genesis: Hash,
		nonce: Nonce,
		tip: Balance,
		call: impl Into<RuntimeCall>,
	) -> UncheckedExtrinsic {
		let call = call.into();
		let extension: TxExtension = (
			frame_system::AuthorizeCall::new(),
			frame_system::CheckNonZeroSender::new(),
			frame_system::CheckSpecVersion::new(),
			frame_system::CheckTxVersion::new(),
			frame_system::CheckGenesis::new(),
			frame_system::CheckEra::from(Era::Immortal),
			frame_system::CheckNonce::from(nonce),
			frame_system::CheckWeight::new(),
			ChargeUnlessFree::with_tip(tip),
			frame_metadata_hash_extension::CheckMetadataHash::new(false),
			frame_system::WeightReclaim::new(),
		);
		let spec = VERSION.spec_version;
		let transaction = VERSION.transaction_version;
		let implicit = ((), (), spec, transaction, genesis, genesis, (), (), (), None, ());
		let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
		let signature = payload.using_encoded(|bytes| self.sign_bytes(bytes));
		UncheckedExtrinsic::new_signed(call, self.account().into(), signature, extension)
	}
}

/// Gives an account the session keys of a name, without the proof that somebody holds them.
pub fn give_session_keys(who: &AccountId, name: &str) {
	pallet_session::NextKeys::<Runtime>::insert(who, Founder::well_known(name).keys());
}

/// Returns an Ethereum key's signature under a hash, as wallets write it: `r ‖ s ‖ v` with `v` from 27 on.
fn sign_hash(pair: &ecdsa::KeccakPair, hash: H256) -> EthereumSignature {
	let mut signature = pair.sign_prehashed(&hash.0).0;
	if let Some(v) = signature.last_mut() {
		*v += 27;
	}
	EthereumSignature::Full(signature)
}
