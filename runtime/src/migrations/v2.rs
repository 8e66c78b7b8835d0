//! Version 2 of the marketplace and of PoCo: deals know when they were made in PoCo time, what their scheduler stakes and
//! how long they are kept; offers have a bond and lists for the search; workers' scores know the day, delegations know
//! since when they hold, and reveals have an agenda of their own.

use alloc::vec::Vec;

use codec::Decode;
use frame_support::{
	traits::{Get, OnRuntimeUpgrade},
	weights::Weight,
	ReversibleStorageHasher,
};
use pallet_clock::{MaxGap, Reading};
use pallet_marketplace::types::{self, Listed, OfferKey, Published};
use pallet_poco::{Delegate, Delegated, DueKey};
use rlc_primitives::{market::DealProgress, money, rules::Standing, AnyOrder, Deal, DealId, Moment, OrderHash, TaskId};

use super::translate::{in_place, Translation};
pub use super::translate::{Finish, Translate};
use crate::{presets::MAX_GAP, timing::NetworkLengths, Clock, Marketplace, Poco, Runtime};

/// All of it, in order: nothing else runs until it is done.
pub type OfAllPallets = (
	Translate<Deals>,
	Translate<Progress>,
	Translate<Orders>,
	Finish<Marketplace, 1>,
	Translate<Scores>,
	Translate<Delegates>,
	Translate<Due>,
	Finish<Poco, 1>,
);

/// Bounds the gaps that count on networks that make blocks all the time, as their genesis does now.
pub struct StartClock;
impl OnRuntimeUpgrade for StartClock {
	fn on_runtime_upgrade() -> Weight {
		let is_live = NetworkLengths::<Runtime>::get().speedup == 1;
		if is_live && !Reading::<Runtime>::exists() {
			MaxGap::<Runtime>::put(MAX_GAP);
		}
		<Runtime as frame_system::Config>::DbWeight::get().reads_writes(2, 1)
	}
}

/// Deals begin in PoCo time when they began in chain time: the two were the same.
pub struct Deals;
impl Translation for Deals {
	type Pallet = Marketplace;
	const FROM: u16 = 1;
	const ITEM: &'static str = "Deals";

	fn translate(key: &[u8], value: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
		in_place(("Marketplace", Self::ITEM), key, before::deal(value)?)
	}
}

/// Deals that were made before are kept for as long as governance has it today.
pub struct Progress;
impl Translation for Progress {
	type Pallet = Marketplace;
	const FROM: u16 = 1;
	const ITEM: &'static str = "Progress";

	fn translate(key: &[u8], mut value: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
		let (open, kept, closed_at, depositor, deposit) = Decode::decode(&mut value).ok()?;
		let retention = <Runtime as pallet_marketplace::Config>::Retention::get();
		let progress = DealProgress { open, kept, closed_at, depositor, deposit, retention, unattended: false };
		in_place(("Marketplace", Self::ITEM), key, progress)
	}
}

/// Earlier orders have no bond, and enter the lists that the search walks. A workerpool order whose scheduler cannot
/// stake for a task of it can be removed by anyone.
pub struct Orders;
impl Translation for Orders {
	type Pallet = Marketplace;
	const FROM: u16 = 1;
	const ITEM: &'static str = "Orders";

	fn translate(key: &[u8], mut value: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
		let (order, owner, deposit, published, sequence): (AnyOrder, _, _, _, _) = Decode::decode(&mut value).ok()?;
		if let Some(list) = OfferKey::of(&order) {
			let mut hash = frame_support::Blake2_128Concat::reverse(key);
			let rank = types::rank(false, order.price().unwrap_or_default(), sequence);
			let listed = Listed::new(OrderHash::decode(&mut hash).ok()?, &order);
			pallet_marketplace::Offers::<Runtime>::insert(list, rank, listed);
		}
		in_place(("Marketplace", Self::ITEM), key, Published { order, owner, deposit, published, sequence, bond: 0 })
	}
}

/// Scores stay, and the day's points begin at none.
pub struct Scores;
impl Translation for Scores {
	type Pallet = Poco;
	const FROM: u16 = 1;
	const ITEM: &'static str = "Scores";

	fn translate(key: &[u8], mut value: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
		let standing = Standing { score: Decode::decode(&mut value).ok()?, ..Default::default() };
		in_place(("Poco", Self::ITEM), key, standing)
	}
}

/// Delegations hold since now: a worker has a reference time from here on.
pub struct Delegates;
impl Translation for Delegates {
	type Pallet = Poco;
	const FROM: u16 = 1;
	const ITEM: &'static str = "Delegates";

	fn translate(key: &[u8], mut value: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
		let since = <Clock as frame_support::traits::Time>::now();
		let delegates = Vec::<Delegate>::decode(&mut value).ok()?;
		let delegates: Vec<_> = delegates.into_iter().map(|delegate| Delegated { delegate, since }).collect();
		in_place(("Poco", Self::ITEM), key, delegates)
	}
}

/// Each entry of the one agenda goes to one of the two.
pub struct Due;
impl Translation for Due {
	type Pallet = Poco;
	const FROM: u16 = 1;
	const ITEM: &'static str = "Due";

	fn translate(key: &[u8], value: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
		// The map's keys are not hashed.
		let mut key = frame_support::Identity::reverse(key);
		let at = Moment::from_be_bytes(Decode::decode(&mut key).ok()?);
		Some(match before::Due::decode(&mut key).ok()? {
			before::Due::Task(task) => {
				(pallet_poco::DueReveals::<Runtime>::hashed_key_for(DueKey::new(at, task)), Vec::new())
			}
			before::Due::Deal(deal) => {
				(pallet_poco::DueDeals::<Runtime>::hashed_key_for(DueKey::new(at, deal)), value.to_vec())
			}
		})
	}
}

/// What the code before wrote.
mod before {
	use super::*;
	use rlc_primitives::{
		deal::Resource, AccountId, AppId, Balance, CallbackId, CategoryId, DatasetId, Settlement, Tag, WorkerpoolId,
	};

	/// An entry of the agenda, after its time.
	#[derive(Decode)]
	pub enum Due {
		Task(TaskId),
		Deal(DealId),
	}

	#[derive(Decode)]
	struct DealBefore {
		app: Resource<AppId>,
		dataset: Option<Resource<DatasetId>>,
		workerpool: Resource<WorkerpoolId>,
		payer: AccountId,
		requester: AccountId,
		beneficiary: Option<AccountId>,
		callback: Option<CallbackId>,
		category: CategoryId,
		reference_time: Moment,
		trust: u64,
		tag: Tag,
		start: Moment,
		first: u64,
		size: u64,
		worker_stake: Balance,
		scheduler_ratio: u8,
		settlement: Settlement,
	}

	/// Returns a deal as it is stored now.
	pub fn deal(mut value: &[u8]) -> Option<Deal> {
		let deal = DealBefore::decode(&mut value).ok()?;
		Some(Deal {
			app: deal.app,
			dataset: deal.dataset,
			workerpool: deal.workerpool.clone(),
			payer: deal.payer,
			requester: deal.requester,
			beneficiary: deal.beneficiary,
			callback: deal.callback,
			category: deal.category,
			reference_time: deal.reference_time,
			trust: deal.trust,
			tag: deal.tag,
			start: deal.start,
			opened: deal.start,
			first: deal.first,
			size: deal.size,
			// What the code before computed of the price, and locked.
			pool_stake: money::pool_stake(deal.workerpool.price, 0).ok()?,
			worker_stake: deal.worker_stake,
			// Its free calls were not paid for.
			charge: 0,
			scheduler_ratio: deal.scheduler_ratio,
			settlement: deal.settlement,
		})
	}
}
