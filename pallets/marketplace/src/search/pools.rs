//! The offers of workerpools: whether they could be made now, and how they rank.

use alloc::{
	boxed::Box,
	collections::{BTreeMap, BTreeSet},
	rc::Rc,
};
use core::marker::PhantomData;

use rlc_primitives::{
	money,
	record::{PoolRecord, Tally},
	traits::TaskCharge,
	AccountId, Balance, OrderHash, WorkerpoolId, WorkerpoolOrder,
};

use crate::{funds, types::Published, Config, Pallet};

/// A workerpool offer that could be made now.
pub(crate) struct PoolOffer {
	/// Its hash.
	pub hash: OrderHash,
	/// Its number in the order of publication.
	pub sequence: u64,
	/// Its scheduler.
	pub scheduler: AccountId,
	/// How many tasks it can be met for now. Of an offer for a match that somebody brings: how many are left, and
	/// `stakeable` says for how many there is a stake.
	pub left: u64,
	/// For how many tasks its scheduler can stake.
	pub stakeable: u64,
	/// What it is compared by, in nRLC.
	pub rank: Balance,
	/// The order.
	pub order: WorkerpoolOrder,
}

/// What was learned of schedulers and their pools.
pub(crate) struct Pools<T> {
	/// Whether nobody signs the match.
	pub unattended: bool,
	/// What accounts can lock.
	purses: BTreeMap<AccountId, Balance>,
	/// Schedulers whose bonds cannot be staked.
	unable: BTreeSet<AccountId>,
	records: BTreeMap<WorkerpoolId, PoolRecord>,
	/// What a task is charged at least, in nRLC: with what records weigh it.
	charge: Balance,
	shunned: Box<dyn Fn(&OrderHash) -> bool>,
	runtime: PhantomData<T>,
}

impl<T: Config> Pools<T> {
	pub fn new(unattended: bool) -> Self {
		Self {
			unattended,
			purses: BTreeMap::new(),
			unable: BTreeSet::new(),
			records: BTreeMap::new(),
			charge: T::TaskCharge::per_task(1, false),
			shunned: Box::new(|_| false),
			runtime: PhantomData,
		}
	}

	pub fn shun(&mut self, shunned: impl Fn(&OrderHash) -> bool + 'static) {
		self.shunned = Box::new(shunned);
	}

	/// Returns what an account can lock now, in nRLC.
	pub fn purse(&mut self, who: &AccountId) -> Balance {
		match self.purses.get(who) {
			Some(free) => *free,
			None => {
				let free = Pallet::<T>::lockable(who);
				self.purses.insert(who.clone(), free);
				free
			}
		}
	}

	/// Returns the offer, if it could be made now.
	pub fn offer(&mut self, hash: &OrderHash, order: &WorkerpoolOrder, published: &Published) -> Option<Rc<PoolOffer>> {
		if (self.shunned)(hash) {
			return None;
		}
		let stake = Pallet::<T>::stake_for(order).ok()?;
		let stakeable = self.stakeable(&published.owner, published.bond, stake);
		if stakeable == 0 {
			return None;
		}
		let left = Pallet::<T>::remainder_of(*hash, &published.order).left();
		if left == 0 || !Pallet::<T>::is_owners(published) {
			return None;
		}
		let record = self.record(&order.workerpool, &published.owner);
		let left = if self.unattended { left.min(stakeable).min(record.room()) } else { left };
		let price = order.price.max(money::price_of_stake(stake));
		(left > 0).then(|| {
			Rc::new(PoolOffer {
				hash: *hash,
				sequence: published.sequence,
				scheduler: published.owner.clone(),
				left,
				stakeable,
				rank: record.tally.rank(price, self.charge),
				order: order.clone(),
			})
		})
	}

	/// Returns how the tasks of a pool under this owner ended, as of now.
	pub fn tally(&mut self, pool: &WorkerpoolId, owner: &AccountId) -> Tally {
		self.record(pool, owner).tally
	}

	fn record(&mut self, pool: &WorkerpoolId, owner: &AccountId) -> PoolRecord {
		let known = self.records.get(pool).filter(|record| record.owner == *owner);
		if let Some(record) = known {
			return record.clone();
		}
		let record = Pallet::<T>::pool_record(pool, owner);
		self.records.insert(*pool, record.clone());
		record
	}

	/// Returns for how many tasks a scheduler can stake, with the bond of this order. One whose bonds turned out to be
	/// of no use is not asked again.
	fn stakeable(&mut self, scheduler: &AccountId, bond: Balance, stake: Balance) -> u64 {
		let free = self.purse(scheduler);
		let unable = &mut self.unable;
		funds::stakeable(stake, bond, free, || {
			if unable.contains(scheduler) {
				return 0;
			}
			let lockable = Pallet::<T>::lockable_with(scheduler, bond);
			if lockable < free.saturating_add(bond) {
				unable.insert(scheduler.clone());
			}
			lockable
		})
	}
}
