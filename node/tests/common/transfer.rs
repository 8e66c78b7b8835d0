//! Signed transfers, made with the runtime's own types.

use codec::Encode;
use rlc_primitives::{AccountId, Balance, Hash, Nonce, Signature};
use rlc_runtime::{Runtime, RuntimeCall, SignedPayload, TxExtension, UncheckedExtrinsic, VERSION};
use sp_core::{sr25519, Pair};
use sp_runtime::generic::Era;

/// Somebody who sends.
pub struct Sender {
	pair: sr25519::Pair,
	genesis: Hash,
}

impl Sender {
	/// The holder of a seed such as `//Alice`, on the chain with that genesis block.
	pub fn new(seed: &str, genesis: Hash) -> Self {
		Self { pair: sr25519::Pair::from_string(seed, None).expect("a good seed"), genesis }
	}

	/// Account that the transfers are from.
	pub fn account(&self) -> AccountId {
		self.pair.public().into()
	}

	/// A signed transfer, as bytes for `author_submitExtrinsic`.
	pub fn transfer(&self, nonce: Nonce, to: AccountId, amount: Balance) -> Vec<u8> {
		self.sign(nonce, pallet_balances::Call::transfer_keep_alive { dest: to.into(), value: amount }.into())
	}

	/// A signed call.
	pub fn sign(&self, nonce: Nonce, call: RuntimeCall) -> Vec<u8> {
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
		let implicit = (
			(),
			(),
			VERSION.spec_version,
			VERSION.transaction_version,
			self.genesis,
			self.genesis,
			(),
			(),
			(),
			None,
			(),
		);
		let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
		let signature = Signature::Sr25519(payload.using_encoded(|bytes| self.pair.sign(bytes)));
		UncheckedExtrinsic::new_signed(call, self.account().into(), signature, extension).encode()
	}
}

/// As JSON-RPC writes bytes.
pub fn hex(bytes: &[u8]) -> String {
	sp_core::bytes::to_hex(bytes, false)
}
