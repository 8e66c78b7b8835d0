//! Random orders, mostly such that they can meet.

use codec::Encode;
use pallet_marketplace::{Authorization, SignedOrder, SignedOrders};
use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use rlc_primitives::{
	record::LeastRecord, traits::Assets, AccountId, AnyOrder, AppOrder, Balance, CallbackId, CategoryId, DatasetOrder,
	GroupId, Moment, Order, PoolRestriction, RequestOrder, Restriction, Tag, WorkerpoolOrder, NRLC, RLC,
};
use rlc_runtime::{Marketplace, Registry};
use sp_core::{H160, H256};

use super::world::World;
use crate::people::Person;

impl World {
	/// Returns the orders of a deal, each signed by its asset's owner, but for a few.
	pub fn deal(&mut self, random: &mut StdRng) -> Option<SignedOrders> {
		let app = self.app_order(random)?;
		let dataset = if random.gen_bool(0.3) { self.dataset_order(random) } else { None };
		let workerpool = self.workerpool_order(random)?;
		let requester = self.anyone(random).account();
		let request = self.request_order(&app, dataset.as_ref(), &workerpool, requester, random);
		Some(SignedOrders {
			app: self.signed(app.clone(), app.into(), random),
			dataset: dataset.map(|order| self.signed(order.clone(), order.into(), random)),
			workerpool: self.signed(workerpool.clone(), workerpool.into(), random),
			request: self.signed(request.clone(), request.into(), random),
		})
	}

	fn signed<O: Order>(&self, order: O, any: AnyOrder, random: &mut StdRng) -> SignedOrder<O> {
		let signer = self.mostly(any.owner::<Registry>(), random);
		let domain = Marketplace::signing_domain();
		let authorization = match random.gen_range(0..20) {
			0 => Authorization::OnChain,
			1..=18 if signer.account() == self.shared().account() => Authorization::OnChain,
			_ => Authorization::Signature(signer.sign_order(&order, &domain)),
		};
		SignedOrder { order, authorization }
	}

	/// Returns an order of any kind, and who mostly sends it.
	pub fn any_order(&mut self, random: &mut StdRng) -> Option<(Person, AnyOrder)> {
		let order: AnyOrder = match random.gen_range(0..4) {
			0 => self.app_order(random)?.into(),
			1 => self.dataset_order(random)?.into(),
			2 => self.workerpool_order(random)?.into(),
			_ => {
				let app = self.app_order(random)?;
				let workerpool = self.workerpool_order(random)?;
				let requester = self.anyone(random).account();
				self.request_order(&app, None, &workerpool, requester, random).into()
			}
		};
		Some((self.mostly(order.owner::<Registry>(), random), order))
	}

	pub fn app_order(&mut self, random: &mut StdRng) -> Option<AppOrder> {
		Some(AppOrder {
			app: *self.apps.choose(random)?,
			price: price(random),
			volume: volume(random),
			tag: tag(random),
			dataset_restrict: Restriction::Anyone,
			workerpool_restrict: self.restriction(&self.workerpools, random),
			requester_restrict: self.requesters(random),
			salt: self.some_salt(random),
		})
	}

	pub fn dataset_order(&mut self, random: &mut StdRng) -> Option<DatasetOrder> {
		Some(DatasetOrder {
			dataset: *self.datasets.choose(random)?,
			price: price(random),
			volume: volume(random),
			tag: tag(random),
			app_restrict: self.restriction(&self.apps, random),
			workerpool_restrict: Restriction::Anyone,
			requester_restrict: self.requesters(random),
			salt: self.some_salt(random),
		})
	}

	pub fn workerpool_order(&mut self, random: &mut StdRng) -> Option<WorkerpoolOrder> {
		Some(WorkerpoolOrder {
			workerpool: *self.workerpools.choose(random)?,
			price: price(random),
			volume: volume(random),
			tag: if random.gen_bool(0.9) { Tag::from_bits(0b1_0000) } else { Tag::NONE },
			category: CategoryId(u32::from(random.gen_ratio(1, 10))),
			trust: *[1, 1, 2, 5, 9, 1_000, u64::MAX].choose(random)?,
			app_restrict: self.restriction(&self.apps, random),
			dataset_restrict: Restriction::Anyone,
			requester_restrict: self.requesters(random),
			salt: self.some_salt(random),
		})
	}

	/// Returns a request that the others meet, but for a few.
	pub fn request_order(
		&mut self,
		app: &AppOrder,
		dataset: Option<&DatasetOrder>,
		workerpool: &WorkerpoolOrder,
		requester: AccountId,
		random: &mut StdRng,
	) -> RequestOrder {
		let mut most = |price: Balance| if random.gen_ratio(1, 30) { price.saturating_sub(1) } else { price };
		let app_max_price = most(app.price);
		let workerpool_max_price = most(workerpool.price);
		let dataset_max_price = dataset.map_or(0, |dataset| most(dataset.price));
		RequestOrder {
			app: app.app,
			app_max_price,
			dataset: dataset.map(|dataset| dataset.dataset),
			dataset_max_price,
			workerpool: PoolRestriction::new(self.restriction(&self.workerpools, random), least_record(random)),
			workerpool_max_price,
			requester,
			volume: volume(random),
			tag: tag(random),
			category: workerpool.category,
			trust: workerpool.trust.saturating_add(u64::from(random.gen_ratio(1, 30))),
			beneficiary: None,
			callback: random.gen_ratio(1, 6).then(|| CallbackId(H160::repeat_byte(1))),
			params: random.gen::<u64>().encode().try_into().unwrap_or_default(),
			salt: self.some_salt(random),
			// A request that names one of them, or a least record, has no EIP-712 form.
			payer: random.gen_ratio(1, 20).then(|| self.anyone(random).account()),
			expiry: random.gen_ratio(1, 3).then(|| self.now().saturating_add(random.gen_range(0..100_000) as Moment)),
		}
	}

	/// Returns a salt, mostly a new one; sometimes one that an order may have had before.
	fn some_salt(&mut self, random: &mut StdRng) -> H256 {
		let salt = self.next_salt();
		H256::from_low_u64_be(if random.gen_ratio(1, 5) { salt % 5 } else { salt })
	}

	fn restriction<Id: Copy>(&self, ids: &[Id], random: &mut StdRng) -> Restriction<Id> {
		match random.gen_range(0..30) {
			0 => ids.choose(random).map_or(Restriction::Anyone, |id| Restriction::Exactly(*id)),
			1 => self.group(random),
			_ => Restriction::Anyone,
		}
	}

	fn requesters(&self, random: &mut StdRng) -> Restriction<AccountId> {
		match random.gen_range(0..30) {
			0 => Restriction::Exactly(self.anyone(random).account()),
			1 => self.group(random),
			_ => Restriction::Anyone,
		}
	}

	fn group<Id>(&self, random: &mut StdRng) -> Restriction<Id> {
		Restriction::Group(self.groups.choose(random).copied().unwrap_or_else(GroupId::default))
	}

	/// Returns the owner of an asset or group, if it has one now.
	pub fn scheduler_of(&self, pool: rlc_primitives::WorkerpoolId) -> Option<AccountId> {
		Registry::workerpool(&pool).map(|policy| policy.owner)
	}
}

fn price(random: &mut StdRng) -> Balance {
	match random.gen_range(0..20) {
		0 => 0,
		1 => NRLC,
		2 => Balance::MAX,
		3 => 100_000 * RLC,
		_ => random.gen_range(1..10 * RLC),
	}
}

/// Returns the least record that a request demands, if any: mostly one that some pools meet.
fn least_record(random: &mut StdRng) -> Option<LeastRecord> {
	random.gen_ratio(1, 10).then(|| LeastRecord {
		completed: if random.gen_bool(0.5) { random.gen_range(0..RLC / 10) } else { 0 },
		max_failed: *[0, 10, 50, 100, u8::MAX].choose(random).unwrap_or(&100),
	})
}

fn volume(random: &mut StdRng) -> u64 {
	match random.gen_range(0..40) {
		0 => 0,
		1 => u64::MAX,
		2 => 1_000,
		_ => random.gen_range(1..8),
	}
}

fn tag(random: &mut StdRng) -> Tag {
	if random.gen_ratio(1, 30) {
		Tag::from_bits(random.gen())
	} else {
		Tag::NONE
	}
}
