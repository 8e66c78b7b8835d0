//! Where signatures are valid.

use rlc_primitives::{
	eip712::{DOMAIN_NAME, DOMAIN_VERSION},
	market::DomainView,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sp_core::{H160, H256};

use crate::described::As;

/// Where signatures are valid: EIP-712's domain, for Ethereum wallets, and the genesis hash, for native keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SigningDomain {
	/// The hash of the chain's first block.
	#[schemars(with = "As<H256>")]
	pub genesis: H256,
	/// EIP-712's name.
	pub name: String,
	/// EIP-712's version.
	pub version: String,
	/// EIP-712's chain id.
	pub chain_id: u64,
	/// EIP-712's verifying address.
	#[schemars(with = "As<H160>")]
	pub verifying_contract: H160,
}

impl From<DomainView> for SigningDomain {
	fn from(DomainView { genesis, chain_id, verifying_contract }: DomainView) -> Self {
		Self { genesis, name: DOMAIN_NAME.into(), version: DOMAIN_VERSION.into(), chain_id, verifying_contract }
	}
}
