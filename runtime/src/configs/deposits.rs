//! The price list of storage: every deposit of every pallet is worked out here, from two prices that governance sets.
//!
//! ```text
//! deposit = items · ItemDeposit + bytes · ByteDeposit
//! bytes   = for each entry: prefix, hash of the key, key, and the longest value that its type can have
//! ```
//!
//! What is kept apart from the rest, because it varies, is paid for beside it, by the byte: orders, params, assets, calls,
//! and identities. A deposit that is held stays as it is when a price changes: every pallet stores what it holds.
//!
//! A task is paid for by its trust. Its free calls leave as many contributions and reports as it has free calls
//! (`pallet_poco`'s budget), and as many delegates beside them are paid for. What goes beyond those is brought by calls
//! that pay their fee for good, and ends with the task.
//!
//! `tests/chain/deposits.rs` compares each deposit with what the storage items that it is for can take. A new item of the
//! market's pallets has to be assigned to one there.

use codec::MaxEncodedLen;
use frame_support::{parameter_types, traits::Get};
use pallet_identity::{Data, Judgement, RegistrarIndex};
use pallet_marketplace::types::{BookKey, Consumption, DealProgress, Listed, OfferKey, Published, Rank};
use pallet_multisig::Multisig;
use pallet_poco::{Delegated, DeliveryOutcome, DueKey, FailureReport, TaskFailure, TaskRef};
use pallet_proxy::{Announcement, ProxyDefinition};
use rlc_primitives::{
	orders::Member,
	task::{Contribution, MAX_CONTRIBUTORS},
	AnyOrder, Deal, DealId, GroupId, OrderHash, Task, TaskId, WorkerpoolId,
};
use sp_core::{ConstU32, H160};
use sp_runtime::traits::Convert;

use super::{
	accounts::{ProxyType, MAX_REGISTRARS},
	computing::{parameters::marketplace, PocoRules},
};
use crate::*;

/// The hash of the pallet's name and of the item's, before each key.
const PREFIX: usize = 32;
/// The hash of a key, before the key itself. An item has at most two keys.
const HASH: usize = 16;
/// A list's length.
const LENGTH: usize = 4;
/// The name of a person, with its length.
const USERNAME: usize = 33;

parameter_types! {
	/// An app, a dataset, a workerpool, a group, or a member of one. The bytes of what it is are paid for beside it.
	pub AssetDeposit: Balance = stored(1, &[asset().max(member())]);

	/// An order, and its entries in the book's lists. The bytes of the order itself are paid for beside it.
	pub OrderDeposit: Balance = stored(4, &[
		entry::<OrderHash, Published>().saturating_sub(AnyOrder::max_encoded_len()),
		entry::<(BookKey, Rank), OrderHash>(),
		entry::<(BookKey, Rank), OrderHash>(),
		entry::<(OfferKey, Rank), Listed>(),
	]);
	pub RecordDeposit: Balance = stored(1, &[entry::<OrderHash, Consumption>()]);
	/// A deal, its progress, its entries in the agenda and in its workerpool's list, and its params, whose bytes are paid for
	/// beside it.
	pub DealDeposit: Balance = stored(5, &[
		entry::<DealId, Deal>(),
		entry::<DealId, DealProgress>(),
		entry::<DealId, ()>() + LENGTH,
		entry::<DueKey<DealId>, u64>(),
		entry::<(WorkerpoolId, DealId), ()>(),
	]);

	/// An approval that waits for others.
	pub MultisigBase: Balance =
		stored(1, &[entry::<(AccountId, Hash), Multisig<BlockNumber, Balance, AccountId, ConstU32<0>>>()]);
	pub MultisigMember: Balance = stored(0, &[AccountId::max_encoded_len()]);
	pub ProxyBase: Balance = stored(1, &[entry::<AccountId, Balance>() + LENGTH]);
	pub ProxyEntry: Balance = stored(0, &[ProxyDefinition::<AccountId, ProxyType, BlockNumber>::max_encoded_len()]);
	pub AnnouncementBase: Balance = stored(1, &[entry::<AccountId, Balance>() + LENGTH]);
	pub AnnouncementEntry: Balance = stored(0, &[Announcement::<AccountId, Hash, BlockNumber>::max_encoded_len()]);

	/// An identity with the word of every registrar. The bytes of what it says are paid for beside it.
	pub IdentityBase: Balance = stored(1, &[
		entry::<AccountId, Balance>() + LENGTH,
		MAX_REGISTRARS as usize * <(RegistrarIndex, Judgement<Balance>)>::max_encoded_len(),
	]);
	pub IdentityByte: Balance = stored(0, &[1]);
	/// The name of an account below another's, and its place in that one's list, which the first of them begins.
	pub SubIdentity: Balance = stored(2, &[
		entry::<AccountId, (AccountId, Data)>(),
		entry::<AccountId, Balance>() + LENGTH + AccountId::max_encoded_len(),
	]);
	/// A username and its owner, each found by the other.
	pub UsernameDeposit: Balance =
		stored(2, &[entry::<(), (AccountId, Balance, u8)>() + USERNAME, entry::<AccountId, ()>() + USERNAME]);

	/// What is known of a call that is to be made later. Its bytes are paid for beside it.
	pub PreimageBase: Balance =
		stored(2, &[entry::<(Hash, u32), ()>() + LENGTH, entry::<Hash, (u8, AccountId, Balance, u32, u32)>()]);
	pub PreimageByte: Balance = stored(0, &[1]);

	/// The four public keys of a validator, and the entries that name their owner.
	pub KeyDeposit: Balance = stored(5, &[
		entry::<AccountId, [u8; 4 * LONGEST_KEY]>(),
		4 * entry::<([u8; 4], u8, [u8; LONGEST_KEY]), AccountId>(),
	]);
}

/// BEEFY's, in bytes; the others are a byte shorter.
const LONGEST_KEY: usize = 33;

/// A task of this trust, with what its free calls leave.
pub struct TaskDeposit;

impl Convert<u64, Balance> for TaskDeposit {
	fn convert(trust: u64) -> Balance {
		let rules = PocoRules::get();
		let workers = rules.free_contributions(trust).min(MAX_CONTRIBUTORS);
		let reports = rules.free_reports(trust).min(MAX_CONTRIBUTORS);
		let each = |number: u32, bytes: usize| bytes.saturating_mul(number as usize);
		let unused = each(MAX_CONTRIBUTORS.saturating_sub(workers), Contribution::max_encoded_len());
		stored(
			workers.saturating_mul(2).saturating_add(6),
			&[
				entry::<TaskId, Task>().saturating_sub(unused),
				entry::<TaskId, ()>() + LENGTH + each(workers, Delegated::max_encoded_len()),
				// Of workers that contributed, and of others that were delegated.
				each(workers.saturating_mul(2), entry::<(AccountId, TaskId), TaskRef>()),
				entry::<TaskId, ()>() + LENGTH + each(reports, FailureReport::max_encoded_len()),
				entry::<DueKey<TaskId>, ()>(),
				entry::<TaskId, DeliveryOutcome>(),
				entry::<TaskId, TaskFailure>(),
			],
		)
	}
}

/// Returns what an asset takes beside its content.
fn asset() -> usize {
	entry::<H160, (AccountId, Balance)>()
}

/// Returns what a member takes beside itself.
fn member() -> usize {
	entry::<(GroupId, Member), Balance>().saturating_sub(Member::max_encoded_len())
}

/// Returns the bytes of an entry with this key and value, at most.
fn entry<Key: MaxEncodedLen, Value: MaxEncodedLen>() -> usize {
	let parts = [PREFIX, HASH, Key::max_encoded_len(), HASH, Value::max_encoded_len()];
	parts.into_iter().fold(0, usize::saturating_add)
}

/// Returns the price of this many entries of this many bytes in all, in nRLC.
fn stored(items: u32, bytes: &[usize]) -> Balance {
	let (item, byte): (Balance, Balance) = (marketplace::ItemDeposit::get(), marketplace::ByteDeposit::get());
	let bytes = bytes.iter().map(|bytes| u32::try_from(*bytes).unwrap_or(u32::MAX)).fold(0, u32::saturating_add);
	item.saturating_mul(items.into()).saturating_add(byte.saturating_mul(bytes.into()))
}
