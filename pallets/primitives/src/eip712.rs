//! EIP-712: orders as Ethereum wallets sign them, byte for byte as iExec's contracts hash them.
//!
//! Sources: EIP-712; `IexecLibOrders_v5.sol` of iExec's PoCo for the types; `vectors/eip712/` for proof, written by an
//! independent implementation (ethers).

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H160, H256, U256};
use sp_io::hashing::keccak_256;

use crate::{
	ethereum::{address_of, word},
	ids::keccak,
	orders::{Member, Restriction},
	AccountId,
};

/// The domain's name.
pub const DOMAIN_NAME: &str = "iExecODB";

/// The domain's version.
pub const DOMAIN_VERSION: &str = "5.0.0";

/// The type of the domain.
pub const DOMAIN_TYPE: &str = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

/// The type of an app order.
pub const APP_ORDER_TYPE: &str = "AppOrder(address app,uint256 appprice,uint256 volume,bytes32 tag,\
	address datasetrestrict,address workerpoolrestrict,address requesterrestrict,bytes32 salt)";

/// The type of a dataset order.
pub const DATASET_ORDER_TYPE: &str = "DatasetOrder(address dataset,uint256 datasetprice,uint256 volume,bytes32 tag,\
	address apprestrict,address workerpoolrestrict,address requesterrestrict,bytes32 salt)";

/// The type of a workerpool order.
pub const WORKERPOOL_ORDER_TYPE: &str = "WorkerpoolOrder(address workerpool,uint256 workerpoolprice,uint256 volume,\
	bytes32 tag,uint256 category,uint256 trust,address apprestrict,address datasetrestrict,\
	address requesterrestrict,bytes32 salt)";

/// The type of a request order.
pub const REQUEST_ORDER_TYPE: &str = "RequestOrder(address app,uint256 appmaxprice,address dataset,\
	uint256 datasetmaxprice,address workerpool,uint256 workerpoolmaxprice,address requester,uint256 volume,\
	bytes32 tag,uint256 category,uint256 trust,address beneficiary,address callback,string params,bytes32 salt)";

/// Why an order has no EIP-712 form. Such an order can still be signed natively, presigned or published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum NotExpressible {
	/// It names an account that no Ethereum key owns, and which therefore has no 20-byte address.
	ForeignAccount,
	/// It names the address zero, which means "anyone" or "none" in iExec's structures.
	ZeroAddress,
	/// It names a payer.
	Payer,
	/// It expires.
	Expiry,
	/// It names the least record of a workerpool.
	LeastRecord,
}

/// Returns `keccak(type ‖ keccak(name) ‖ keccak(version) ‖ chain id ‖ verifying contract)`.
pub fn domain_separator(chain_id: u64, verifying_contract: H160) -> H256 {
	let mut hasher = StructHasher::new(DOMAIN_TYPE);
	hasher.string(DOMAIN_NAME.as_bytes());
	hasher.string(DOMAIN_VERSION.as_bytes());
	hasher.number(chain_id.into());
	hasher.id(verifying_contract);
	hasher.finish()
}

/// Returns what is signed: `keccak(0x19 0x01 ‖ domain separator ‖ struct hash)`.
pub fn digest(domain_separator: H256, struct_hash: H256) -> H256 {
	keccak(&[&[0x19, 0x01], domain_separator.as_bytes(), struct_hash.as_bytes()])
}

/// Hashes a structure, field after field, in its type's order. Each field becomes a 32-byte word.
pub(crate) struct StructHasher(Vec<u8>);

impl StructHasher {
	/// Returns a structure of the given EIP-712 type.
	pub(crate) fn new(type_: &str) -> Self {
		Self(keccak_256(type_.as_bytes()).to_vec())
	}

	/// Appends a `uint256`.
	pub(crate) fn number(&mut self, number: u128) {
		self.0.extend(word(number));
	}

	/// Appends a `bytes32`.
	pub(crate) fn bytes32(&mut self, bytes: H256) {
		self.0.extend(bytes.0);
	}

	/// Appends a `string`, of any length.
	pub(crate) fn string(&mut self, bytes: &[u8]) {
		self.0.extend(keccak_256(bytes));
	}

	/// Appends an `address` that is an asset's id.
	pub(crate) fn id(&mut self, id: H160) {
		self.0.extend(U256::from_big_endian(id.as_bytes()).to_big_endian());
	}

	/// Appends an `address` that is an id, or zero for none.
	pub(crate) fn optional_id(&mut self, id: Option<H160>) -> Result<(), NotExpressible> {
		if id.is_some_and(|id| id.is_zero()) {
			return Err(NotExpressible::ZeroAddress);
		}
		self.id(id.unwrap_or_default());
		Ok(())
	}

	/// Appends an `address` that is an account.
	pub(crate) fn account(&mut self, account: &AccountId) -> Result<(), NotExpressible> {
		self.optional_account(Some(account))
	}

	/// Appends an `address` that is an account, or zero for none.
	pub(crate) fn optional_account(&mut self, account: Option<&AccountId>) -> Result<(), NotExpressible> {
		let address = match account {
			Some(account) => Some(address_of(account).ok_or(NotExpressible::ForeignAccount)?),
			None => None,
		};
		self.optional_id(address)
	}

	/// Appends an `address` that restricts: zero for anyone.
	pub(crate) fn restriction<Id: Clone + Into<Member>>(
		&mut self,
		restriction: &Restriction<Id>,
	) -> Result<(), NotExpressible> {
		let id = match restriction {
			Restriction::Anyone => None,
			Restriction::Group(group) => Some(group.0),
			Restriction::Exactly(id) => match id.clone().into() {
				Member::Account(account) => return self.account(&account),
				Member::App(id) => Some(id.0),
				Member::Dataset(id) => Some(id.0),
				Member::Workerpool(id) => Some(id.0),
			},
		};
		self.optional_id(id)
	}

	/// Returns the struct hash.
	pub(crate) fn finish(self) -> H256 {
		H256(keccak_256(&self.0))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::bytes::from_hex;

	/// Source: the constants of `IexecLibOrders_v5.sol`.
	#[test]
	fn types_hash_as_in_iexecs_contracts() {
		for (type_, hash) in [
			(DOMAIN_TYPE, "0x8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f"),
			(APP_ORDER_TYPE, "0x60815a0eeec47dddf1615fe53b31d016c31444e01b9d796db365443a6445d008"),
			(DATASET_ORDER_TYPE, "0x6cfc932a5a3d22c4359295b9f433edff52b60703fa47690a04a83e40933dd47c"),
			(WORKERPOOL_ORDER_TYPE, "0xaa3429fb281b34691803133d3d978a75bb77c617ed6bc9aa162b9b30920022bb"),
			(REQUEST_ORDER_TYPE, "0xf24e853034a3a450aba845a82914fbb564ad85accca6cf62be112a154520fae0"),
		] {
			assert_eq!(keccak_256(type_.as_bytes()).to_vec(), from_hex(hash).unwrap(), "{type_}");
		}
	}
}
