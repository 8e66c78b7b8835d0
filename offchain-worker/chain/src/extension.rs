//! What extends transactions: the extensions that are known here, and what they send and sign.

use codec::{Compact, Encode};
use rlc_primitives::{Balance, Hash, Nonce};
use scale_info::{meta_type, MetaType, TypeInfo};
use sp_runtime::generic::Era;

/// Whether the chain's metadata is signed for, which only wallets that show what they sign need.
#[derive(Encode, TypeInfo)]
pub(crate) enum Mode {
	Disabled,
	#[allow(dead_code)]
	Enabled,
}

/// The mode, as the chain wraps it.
#[derive(Encode, TypeInfo)]
pub(crate) struct MetadataHash {
	pub(crate) mode: Mode,
}

/// An extension of transactions that is known here.
pub(crate) struct Extension {
	/// As the chain calls it.
	pub(crate) name: &'static str,
	/// What is sent.
	pub(crate) explicit: MetaType,
	/// What is signed beside it.
	pub(crate) implicit: MetaType,
}

/// Returns all that are known here.
pub(crate) fn extensions() -> Vec<Extension> {
	fn extension<Explicit: TypeInfo + 'static, Implicit: TypeInfo + 'static>(name: &'static str) -> Extension {
		Extension { name, explicit: meta_type::<Explicit>(), implicit: meta_type::<Implicit>() }
	}
	vec![
		extension::<(), ()>("AuthorizeCall"),
		extension::<(), ()>("CheckNonZeroSender"),
		extension::<(), u32>("CheckSpecVersion"),
		extension::<(), u32>("CheckTxVersion"),
		extension::<(), Hash>("CheckGenesis"),
		extension::<Era, Hash>("CheckMortality"),
		extension::<Compact<Nonce>, ()>("CheckNonce"),
		extension::<(), ()>("CheckWeight"),
		extension::<Compact<Balance>, ()>("ChargeTransactionPayment"),
		extension::<MetadataHash, Option<[u8; 32]>>("CheckMetadataHash"),
		extension::<(), ()>("WeightReclaim"),
	]
}
