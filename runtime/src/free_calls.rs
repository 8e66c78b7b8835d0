//! Fees of free calls: what workers and schedulers must do for tasks costs nothing, and can still outbid calls that can
//! wait.
//!
//! | call | pays | priority in pools | tags |
//! |---|---|---|---|
//! | any other | fee and tip | by the tip | none |
//! | free | nothing | as a paying call without tip | what it does, for whom, to which task |
//! | free, in the last fifth of its window | nothing | twice that, or as with a tip of 1 nRLC if that is less | the same |
//! | free, with a tip | the tip | by the tip | the same |
//!
//! Twice the priority without a tip is that of a tip of 1 nRLC, or a little more, since a call with a tip weighs more. So a
//! free call never comes before the same call with a tip. Pools hold one transaction for each tag, so copies of a call
//! exclude each other.
//!
//! Free calls take at most half of a block's room for ordinary calls. One that would exceed it waits for the next block,
//! whether it would have been free or not: that check comes later, and takes longer. A call with a tip comes before those
//! without, so it finds the half empty.
//!
//! What a proxy does for an account is free as if the account did it (`work`).
//!
//! Wallets see `ChargeTransactionPayment`, whose name, encoding and description this extension has.

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod charge;
mod work;

use frame_support::{
	dispatch::{DispatchClass, DispatchInfo},
	pallet_prelude::Weight,
	traits::Get,
};
use pallet_proxy::WeightInfo as _;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

use crate::{configs::system::Weights, Runtime};

pub use charge::{ChargeUnlessFree, TIP_TOO_HIGH};
pub use pallet::*;

/// The part of a block's room for ordinary calls that free ones can take: one in this many.
const SHARE: u64 = 2;

/// Weights of what the extension does around a call that may be free. The check that it is free is not among them: that is
/// part of what the call itself weighs.
pub trait WeightInfo {
	/// Returns the weight for a call without a tip.
	fn free_call() -> Weight;
	/// Returns the weight for a call with a tip, which locks `n` stakes.
	fn tipped_free_call(n: u32) -> Weight;
	/// Returns the weight of looking up whether a proxy may make the call.
	fn proxied_call() -> Weight;
}

/// What free calls of a block weigh.
#[frame_support::pallet]
pub mod pallet {
	use frame_support::{pallet_prelude::*, traits::Get};
	use frame_system::pallet_prelude::*;

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// What the extension weighs.
		type WeightInfo: super::WeightInfo;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// What the free calls of this block weigh so far. There is none between blocks, so nobody pays for it.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type Consumed<T> = StorageValue<_, Weight, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// Books the removal at the end of the block.
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			T::DbWeight::get().writes(1)
		}

		fn on_finalize(_: BlockNumberFor<T>) {
			Consumed::<T>::kill();
		}
	}
}

/// Returns the most that free calls of a block may weigh.
pub fn most() -> Weight {
	let ordinary = Weights::get().get(DispatchClass::Normal).max_total;
	ordinary.unwrap_or(Weights::get().max_block) / SHARE
}

/// Returns the most that a free call without a tip weighs beside its work: as much as one that a proxy sends.
pub fn overhead() -> Weight {
	let proxies = <Runtime as pallet_proxy::Config>::MaxProxies::get();
	<Runtime as Config>::WeightInfo::free_call()
		.saturating_add(<Runtime as Config>::WeightInfo::proxied_call())
		.saturating_add(<Runtime as pallet_proxy::Config>::WeightInfo::proxy(proxies))
		.saturating_add(Weights::get().get(DispatchClass::Normal).base_extrinsic)
}

/// Returns what a call takes of a block, with what every extrinsic takes.
fn weight_of(info: &DispatchInfo) -> Weight {
	info.total_weight().saturating_add(Weights::get().get(info.class).base_extrinsic)
}

/// Refuses a call for now if free ones take their part of the block already.
fn ensure_room(info: &DispatchInfo) -> Result<(), TransactionValidityError> {
	let after = Consumed::<Runtime>::get().saturating_add(weight_of(info));
	if after.any_gt(most()) {
		return Err(InvalidTransaction::ExhaustsResources.into());
	}
	Ok(())
}
