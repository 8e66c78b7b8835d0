//! Orders, and deals of them.

use frame_support::traits::{
	fungible::Inspect,
	tokens::{Fortitude, Preservation},
};
use pallet_marketplace::types::Consumption;
use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use rlc_primitives::{record::Recorded, AnyOrder, Balance, OrderHash, WorkerpoolOrder, RLC};
use rlc_runtime::{Balances, Marketplace, Runtime};

use super::{signed, Act};
use crate::fuzz::world::World;

/// What the one whose RLC vests keeps for its fees, in nRLC.
const KEPT: Balance = RLC;

impl World {
	/// Publishes, presigns and cancels orders, and tidies up.
	pub(super) fn offer(&mut self, random: &mut StdRng) -> Option<Act> {
		use pallet_marketplace::Call;
		if random.gen_ratio(1, 6) {
			return self.unfunded(random);
		}
		let old = self.published.choose(random).copied();
		let call = match random.gen_range(0..13) {
			0..=5 => {
				let (by, order) = self.any_order(random)?;
				self.published.push(order.hash(&Marketplace::signing_domain()));
				return signed(by, Call::publish_order { order: Box::new(order) });
			}
			6 => {
				let (by, order) = self.any_order(random)?;
				return signed(by, Call::presign_order { order: Box::new(order) });
			}
			7 | 8 => {
				let published = pallet_marketplace::Orders::<Runtime>::get(old?)?;
				let by = self.mostly(Some(published.owner), random);
				return signed(by, Call::cancel_order { order: Box::new(published.order) });
			}
			9 => {
				let is_expired = |hash: &&OrderHash| {
					let expiry = pallet_marketplace::Orders::<Runtime>::get(**hash).and_then(|one| one.order.expiry());
					expiry.is_some_and(|expiry| expiry <= self.now())
				};
				let expired: Vec<_> = self.published.iter().filter(is_expired).copied().collect();
				Call::remove_expired { order: expired.choose(random).copied().or(old)? }
			}
			10 => {
				let published = pallet_marketplace::Orders::<Runtime>::get(old?)?;
				let by = self.mostly(Some(published.owner), random);
				return signed(by, Call::unpublish_order { order: old? });
			}
			11 => {
				let records: Vec<_> = pallet_marketplace::Consumed::<Runtime>::iter().collect();
				let is_over = |record: &Consumption| record.expiry.is_some_and(|expiry| expiry <= self.now());
				let over: Vec<_> = records.iter().filter(|(_, record)| is_over(record)).collect();
				let order = match over.choose(random) {
					Some((order, _)) if random.gen_ratio(4, 5) => *order,
					_ => records.choose(random)?.0,
				};
				Call::prune_order { order }
			}
			_ => {
				let pools = pallet_marketplace::PoolRecords::<Runtime>::iter_keys().map(Recorded::Workerpool);
				let apps = pallet_marketplace::AppRecords::<Runtime>::iter_keys().map(Recorded::App);
				let of = *pools.chain(apps).collect::<Vec<_>>().choose(random)?;
				Call::prune_record { of }
			}
		};
		signed(self.anyone(random), call)
	}

	/// Has the one whose RLC vests publish an offer and then spend what it could stake for it, and removes such offers.
	///
	/// A bond is of RLC that vests, too, and brings it nothing to stake: of anybody else, the bond pays for one task.
	fn unfunded(&mut self, random: &mut StdRng) -> Option<Act> {
		use pallet_marketplace::Call;
		let by = self.vesting();
		let account = by.account();
		let free = Balances::reducible_balance(&account, Preservation::Expendable, Fortitude::Polite);
		if free < 2 * KEPT {
			if let Some(order) = self.offers_of_vesting(|bond| bond > free).choose(random) {
				if random.gen_ratio(3, 4) {
					return signed(self.anyone(random), Call::remove_unfunded { order: *order });
				}
			}
			let (dest, value) = (account.into(), random.gen_range(50 * KEPT..100 * KEPT));
			return signed(self.anyone(random), pallet_balances::Call::transfer_allow_death { dest, value });
		}
		if let Some(order) = self.offers_of_vesting(|_| true).choose(random) {
			if random.gen_ratio(1, 5) {
				return signed(self.anyone(random), Call::remove_unfunded { order: *order });
			}
			let dest = self.anyone(random).account().into();
			return signed(by, pallet_balances::Call::transfer_allow_death { dest, value: free - KEPT });
		}
		let own = self.workerpools.iter().find(|pool| self.scheduler_of(**pool).as_ref() == Some(&account)).copied();
		let Some(workerpool) = own else { return signed(by.clone(), self.new_workerpool(&by)) };
		// The bond, 30 % of the price, is a part of what is free, and more than what is kept.
		let order = WorkerpoolOrder { workerpool, price: 2 * free, ..self.workerpool_order(random)? };
		self.published.push(Marketplace::signing_domain().hash(&order));
		signed(by, Call::publish_order { order: Box::new(order.into()) })
	}

	/// Returns the offers in the book of the one whose RLC vests, of such bonds.
	fn offers_of_vesting(&self, is_meant: impl Fn(Balance) -> bool) -> Vec<OrderHash> {
		let owner = self.vesting().account();
		let orders = pallet_marketplace::Orders::<Runtime>::iter();
		let offers = orders.filter(|(_, one)| one.owner == owner && matches!(one.order, AnyOrder::Workerpool(_)));
		offers.filter(|(_, one)| is_meant(one.bond)).map(|(hash, _)| hash).collect()
	}

	/// Brings four orders, or the ids of published ones.
	pub(super) fn deal_or_match(&mut self, random: &mut StdRng) -> Option<Act> {
		use pallet_marketplace::Call;
		if random.gen_ratio(1, 5) {
			return self.match_published(random);
		}
		let orders = Box::new(self.deal(random)?);
		if random.gen_ratio(1, 4) {
			let by = self.mostly(orders.request.order.payer.clone(), random);
			return signed(by, Call::sponsor_match_orders { orders });
		}
		let by = self.mostly(Some(orders.request.order.requester.clone()), random);
		signed(by, Call::match_orders { orders })
	}

	/// Brings the ids of published orders, with or without a signature.
	fn match_published(&mut self, random: &mut StdRng) -> Option<Act> {
		let requests = self.published.iter().filter_map(|hash| {
			let published = pallet_marketplace::Orders::<Runtime>::get(hash)?;
			match published.order {
				AnyOrder::Request(order) => Some((*hash, order)),
				_ => None,
			}
		});
		let (request, order) = requests.collect::<Vec<_>>().choose(random)?.clone();
		let by = self.mostly(Some(order.payer.clone().unwrap_or(order.requester.clone())), random);
		let found = Marketplace::estimate(order).map(|estimate| estimate.orders);
		// Without offers that serve it, any orders will do, to be refused.
		let any = |random: &mut StdRng| self.published.choose(random).copied().unwrap_or(request);
		let call = match found {
			Some(orders) => pallet_marketplace::Call::match_published {
				request,
				app: orders.app,
				dataset: orders.dataset,
				workerpool: orders.workerpool,
			},
			None => pallet_marketplace::Call::match_published {
				request,
				app: any(random),
				dataset: None,
				workerpool: any(random),
			},
		};
		// What a validator's search submits.
		if random.gen_bool(0.5) {
			return Some(Act { by: None, call: call.into() });
		}
		signed(by, call)
	}
}
