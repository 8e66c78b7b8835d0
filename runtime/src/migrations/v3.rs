//! Version 3 of the marketplace: each workerpool's deals with open tasks are listed.

use alloc::vec::Vec;

use codec::Decode;
use frame_support::ReversibleStorageHasher;
use pallet_marketplace::OpenDeals;
use rlc_primitives::{market::DealProgress, DealId};

use super::translate::{in_place, Translation};
pub use super::translate::{Finish, Translate};
use crate::{Marketplace, Runtime};

/// All of it, in order: nothing else runs until it is done.
pub type OfAllPallets = (Translate<Progress>, Finish<Marketplace, 2>);

/// What deals have come to stays as it is. Those with an open task enter the list of their workerpool.
pub struct Progress;
impl Translation for Progress {
	type Pallet = Marketplace;
	const FROM: u16 = 2;
	const ITEM: &'static str = "Progress";

	fn translate(key: &[u8], value: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
		let progress = DealProgress::decode(&mut &*value).ok()?;
		if progress.open > 0 {
			let mut hash = frame_support::Blake2_128Concat::reverse(key);
			let id = DealId::decode(&mut hash).ok()?;
			let deal = pallet_marketplace::Deals::<Runtime>::get(id)?;
			OpenDeals::<Runtime>::insert(deal.workerpool.id, id, ());
		}
		in_place(("Marketplace", Self::ITEM), key, progress)
	}
}
