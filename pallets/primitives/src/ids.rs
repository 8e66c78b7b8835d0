//! The names of things, each a type of its own.
//!
//! A deal's id is not a task's, though both are 32 bytes:
//!
//! ```compile_fail
//! use rlc_primitives::{DealId, ResultDigest, ResultHash};
//! let deal = DealId::default();
//! let hash = ResultHash::of(deal, ResultDigest::default()); // expected `TaskId`, found `DealId`
//! ```
//!
//! Hashes are keccak-256 over packed bytes, integers as 32 big-endian bytes, so that iExec's tools can recompute them
//! (`abi.encodePacked` in `IexecPoco1Facet` and `IexecPoco2Facet`).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H160, H256};
use sp_io::hashing::keccak_256;

use crate::{ethereum::word, AccountId};

/// Declares newtypes around a fixed number of bytes, and nothing but that.
macro_rules! newtypes {
	($($(#[$doc:meta])* $name:ident($inner:ty);)*) => { $(
		$(#[$doc])*
		#[derive(
			Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
		)]
		#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
		pub struct $name(pub $inner);
	)* };
}

newtypes! {
	/// An app, 20 bytes, as iExec's order structures name it.
	AppId(H160);
	/// A dataset, 20 bytes.
	DatasetId(H160);
	/// A workerpool, 20 bytes.
	WorkerpoolId(H160);
	/// A list of accounts or assets that its owner manages, 20 bytes. Usable wherever a restriction is.
	GroupId(H160);
	/// Who receives the result of a task beside its beneficiary, 20 bytes: an oracle feed, or a contract on Ethereum.
	CallbackId(H160);
	/// An order: its EIP-712 digest where it has one, see [`SigningDomain::hash`](crate::SigningDomain::hash).
	OrderHash(H256);
	/// A deal: an app, a dataset, a workerpool and a request that matched.
	DealId(H256);
	/// One run of a deal's app.
	TaskId(H256);
	/// Digest of a result's content, known to those that have the result.
	ResultDigest(H256);
	/// What a worker commits to: equal for equal results of the same task. It hides the digest as long as nobody can
	/// try all that the result could be: see [`trace`](crate::trace).
	ResultHash(H256);
	/// Binds a commitment to its worker, so that nobody can copy a [`ResultHash`] seen on chain and reveal it.
	ResultSeal(H256);
	/// A category of tasks by run time: 0 is XS.
	CategoryId(u32);
	/// A feed: the hash of its [definition](crate::oracle::Definition).
	FeedId(H256);
}

/// What an asset's id stands for. The byte is part of the id's derivation: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum AssetKind {
	/// A program.
	#[codec(index = 0)]
	App,
	/// Data that a program reads.
	#[codec(index = 1)]
	Dataset,
	/// Workers under one scheduler.
	#[codec(index = 2)]
	Workerpool,
	/// A list of accounts or assets.
	#[codec(index = 3)]
	Group,
}

/// Starts every asset id's preimage, so that no other hash of this chain can be one.
const ASSET_DOMAIN: &[u8] = b"rlc/asset/v1";

/// Returns the last 20 bytes of `keccak("rlc/asset/v1" ‖ kind ‖ owner ‖ keccak(SCALE(content)))`.
///
/// Known before the asset exists. Two assets of one kind, owner and content would have one id, so the registry refuses
/// the second, as iExec's registries do (`CREATE2`).
fn asset_id(kind: AssetKind, owner: &AccountId, content: &impl Encode) -> H160 {
	let content = keccak(&[&content.encode()]);
	keccak(&[ASSET_DOMAIN, &kind.encode(), owner.as_ref(), content.as_bytes()]).into()
}

macro_rules! derived_from_owner {
	($($name:ident is $kind:ident),*) => { $(
		impl $name {
			#[doc = concat!("The id that `owner` gets for `content`: `keccak(\"rlc/asset/v1\" ‖ kind ‖ owner ‖ ")]
			/// keccak(SCALE(content)))`, its last 20 bytes. `content` is what the thing is made of at first.
			pub fn derive(owner: &AccountId, content: &impl Encode) -> Self {
				Self(asset_id(AssetKind::$kind, owner, content))
			}
		}
	)* };
}

derived_from_owner!(AppId is App, DatasetId is Dataset, WorkerpoolId is Workerpool, GroupId is Group);

impl DealId {
	/// Returns `keccak(request order's hash ‖ consumed)`, where `consumed` is how much of the request's volume earlier deals
	/// took. It is also the index of the deal's first task. Source: `IexecPoco1Facet._matchOrders`.
	pub fn of(request: OrderHash, consumed: u64) -> Self {
		Self(keccak(&[request.0.as_bytes(), &word(consumed.into())]))
	}
}

impl TaskId {
	/// Returns `keccak(deal ‖ index)`; the index runs from the deal's first to its first plus its size, and so is unique in a
	/// request. Source: `IexecPoco2Facet.initialize`.
	pub fn of(deal: DealId, index: u64) -> Self {
		Self(keccak(&[deal.0.as_bytes(), &word(index.into())]))
	}
}

impl ResultDigest {
	/// Returns the digest of a callback's data: its keccak-256. Source: `IexecPoco2Facet.finalize`.
	pub fn of_callback(data: &[u8]) -> Self {
		Self(keccak(&[data]))
	}
}

impl ResultHash {
	/// Returns `keccak(task ‖ digest)`.
	pub fn of(task: TaskId, digest: ResultDigest) -> Self {
		Self(keccak(&[task.0.as_bytes(), digest.0.as_bytes()]))
	}
}

impl ResultSeal {
	/// Returns `keccak(worker ‖ task ‖ digest)`, the worker as its 32-byte account.
	///
	/// iExec packs a 20-byte address there. An account is 32 bytes here, an Ethereum key's too (address ‖ 12 × `0xEE`),
	/// and one rule for all of them leaves no two workers with one seal.
	pub fn of(worker: &AccountId, task: TaskId, digest: ResultDigest) -> Self {
		Self(keccak(&[worker.as_ref(), task.0.as_bytes(), digest.0.as_bytes()]))
	}
}

/// Returns the keccak-256 of the parts, one after another.
pub(crate) fn keccak(parts: &[&[u8]]) -> H256 {
	H256(keccak_256(&parts.concat()))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn kind_owner_and_content_make_an_asset() {
		let (alice, bob) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		let app = AppId::derive(&alice, &"blender");
		assert_eq!(app, AppId::derive(&alice, &"blender"), "predictable");
		assert_ne!(app, AppId::derive(&bob, &"blender"));
		assert_ne!(app, AppId::derive(&alice, &"vanity"));
		let ids = [
			app.0,
			DatasetId::derive(&alice, &"blender").0,
			WorkerpoolId::derive(&alice, &"blender").0,
			GroupId::derive(&alice, &"blender").0,
		];
		for (i, id) in ids.iter().enumerate() {
			assert!(ids.iter().skip(i + 1).all(|other| other != id), "kinds have ids of their own");
		}
	}

	#[test]
	fn ids_are_solidity_s_packed_hashes() {
		let hash = H256::repeat_byte(0x11);
		let deal = DealId::of(OrderHash(hash), 3);
		let mut preimage = [0x11; 64];
		preimage[32..].fill(0);
		preimage[63] = 3;
		assert_eq!(deal.0, H256(keccak_256(&preimage)));
		assert_ne!(TaskId::of(deal, 0), TaskId::of(deal, 1));
		let big = TaskId::of(DealId(hash), u64::MAX);
		preimage[56..].fill(0xFF);
		assert_eq!(big.0, H256(keccak_256(&preimage)));
	}

	#[test]
	fn result_hash_is_common_and_seal_is_not() {
		let task = TaskId(H256::repeat_byte(1));
		let digest = ResultDigest(H256::repeat_byte(2));
		let (alice, bob) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		assert_ne!(ResultSeal::of(&alice, task, digest), ResultSeal::of(&bob, task, digest));
		assert_ne!(ResultHash::of(task, digest), ResultHash::of(TaskId::default(), digest));
		let packed = [[1; 32], [1; 32], [2; 32]].concat();
		assert_eq!(ResultSeal::of(&alice, task, digest).0, H256(keccak_256(&packed)));
	}
}
