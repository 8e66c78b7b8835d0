//! Those who send extrinsics.

use codec::Encode;
use rlc_primitives::{AccountId, Hash, Nonce, Signature};
use rlc_runtime::{Runtime, RuntimeCall, SignedPayload, TxExtension, UncheckedExtrinsic, VERSION};
use sp_core::{sr25519, Pair};
use sp_runtime::generic::Era;

/// Somebody with a key.
#[derive(Clone)]
pub struct Person {
	pair: sr25519::Pair,
}

impl Person {
	/// Returns the holder of a seed such as `//Alice`.
	///
	/// # Panics
	///
	/// If it is not a seed.
	pub fn new(seed: &str) -> Self {
		Self { pair: sr25519::Pair::from_string(seed, None).expect("a good seed") }
	}

	/// Returns their account.
	pub fn account(&self) -> AccountId {
		self.pair.public().into()
	}

	/// Returns their signature under any bytes.
	pub fn sign_bytes(&self, bytes: &[u8]) -> Signature {
		self.pair.sign(bytes).into()
	}

	/// Returns a call that they sign, for the chain with this genesis block.
	pub fn sign(&self, genesis: Hash, nonce: Nonce, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
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
			pallet_skip_feeless_payment::SkipCheckIfFeeless::from(
				pallet_transaction_payment::ChargeTransactionPayment::<Runtime>::from(0),
			),
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
