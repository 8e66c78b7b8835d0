//! What those who act know of the chain.

use std::collections::BTreeMap;

use frame_support::traits::{Get, Time};
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_poco::TaskRef;
use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use rlc_primitives::{
	task::Stage, AccountId, AppId, Category, CategoryId, DatasetId, Deal, DealId, GroupId, Moment, Nonce, OrderHash,
	Task, WorkerpoolId,
};
use rlc_runtime::{
	configs::{
		accounts::ProxyType,
		computing::{parameters::marketplace, RuntimeParameters},
	},
	timing::SlotMs,
	Clock, Runtime, RuntimeCall, System, UncheckedExtrinsic,
};
use sp_runtime::traits::Dispatchable;

use super::{actions::Act, population};
use crate::people::Person;

/// A category of tasks so short that deadlines pass within a few blocks, in ms.
const SHORT: Moment = 6_000;

/// How long deals stay after their end, in ms.
const RETENTION: Moment = 20_000;

/// The last deals are the ones that something happens to.
const RECENT: usize = 12;

/// Of a large deal only the first tasks.
const FIRST_TASKS: u64 = 3;

/// What can be known from outside.
pub struct World {
	/// Those who act.
	pub people: Vec<Person>,
	/// Assets and groups that were registered at some time.
	pub apps: Vec<AppId>,
	/// As above.
	pub datasets: Vec<DatasetId>,
	/// As above.
	pub workerpools: Vec<WorkerpoolId>,
	/// As above.
	pub groups: Vec<GroupId>,
	/// Orders that were published.
	pub published: Vec<OrderHash>,
	/// Deals that were made, the last ones.
	pub deals: Vec<(DealId, Deal)>,
	/// Tasks that somebody has to reveal or to close.
	pub revealing: Vec<Task>,
	/// Deals with tasks that are open.
	pub open: Vec<(DealId, Deal)>,
	/// Deals all of whose tasks are closed.
	pub closed: Vec<(DealId, Deal)>,
	/// PoCo time in the next block, in ms, unless it stands still.
	pub coming: Moment,
	/// What was made up while something else was looked for.
	pub postponed: Vec<Act>,
	/// Tells things apart that are otherwise equal.
	pub salt: u64,
	born: Moment,
	nonces: BTreeMap<AccountId, Nonce>,
}

impl World {
	/// Returns a world of people, with RLC from the preset's rich.
	pub fn new() -> Self {
		let people = population::people();
		population::settle(&people);
		let retention = marketplace::Parameters::Retention(marketplace::Retention, Some(RETENTION));
		let key_value = RuntimeParameters::Marketplace(retention);
		let call = RuntimeCall::from(pallet_parameters::Call::set_parameter { key_value });
		call.dispatch(rlc_runtime::RuntimeOrigin::root()).expect("root sets parameters");
		let category = Category { name: Default::default(), reference_time: SHORT };
		pallet_marketplace::Categories::<Runtime>::insert(CategoryId(0), category);
		Self {
			people,
			apps: Vec::new(),
			datasets: Vec::new(),
			workerpools: Vec::new(),
			groups: Vec::new(),
			published: Vec::new(),
			deals: Vec::new(),
			revealing: Vec::new(),
			open: Vec::new(),
			closed: Vec::new(),
			coming: 0,
			postponed: Vec::new(),
			salt: 0,
			born: 0,
			nonces: BTreeMap::new(),
		}
	}

	/// Returns anyone.
	pub fn anyone(&self, random: &mut StdRng) -> Person {
		self.people.choose(random).expect("there are people").clone()
	}

	/// Returns the one with this account, mostly; somebody else now and then, and where nobody here has it.
	pub fn mostly(&self, account: Option<AccountId>, random: &mut StdRng) -> Person {
		let right = self.people.iter().find(|person| Some(person.account()) == account);
		match right {
			Some(person) if random.gen_ratio(19, 20) => person.clone(),
			_ => self.anyone(random),
		}
	}

	/// Returns the one for whom others act as proxies.
	pub fn principal(&self) -> Person {
		population::principal(&self.people).clone()
	}

	/// Returns those that act for the principal, and as what.
	pub fn proxies(&self) -> Vec<(&Person, ProxyType)> {
		population::proxies(&self.people)
	}

	/// Returns the account that several share: it signs nothing.
	pub fn shared(&self) -> Person {
		population::shared(&self.people).clone()
	}

	/// Returns those who share it: each of them can act for it alone.
	pub fn signatories(&self) -> &[Person] {
		population::signatories(&self.people)
	}

	/// Returns the others that somebody names to act for it.
	pub fn cosigners(&self, person: &Person) -> Vec<AccountId> {
		let all = self.signatories().iter().map(Person::account);
		population::sorted(all.filter(|one| *one != person.account()).collect())
	}

	/// Returns the one whose RLC vests.
	pub fn vesting(&self) -> Person {
		population::vesting(&self.people).clone()
	}

	/// Returns a number that was not there before.
	pub fn next_salt(&mut self) -> u64 {
		self.salt += 1;
		self.salt
	}

	/// Returns a task of a recent deal; rarely one that does not exist.
	pub fn task(&self, random: &mut StdRng) -> Option<(TaskRef, Deal)> {
		let (id, deal) = self.deals.choose(random)?.clone();
		let index = match random.gen_range(0..50) {
			0 => deal.first.saturating_add(deal.size),
			_ => deal.first + random.gen_range(0..deal.size.min(FIRST_TASKS)),
		};
		Some((TaskRef { deal: id, index }, deal))
	}

	/// Signs a call with its sender's next nonce, those of this block included; nobody signs what has no sender.
	pub fn sign(&mut self, act: Act) -> UncheckedExtrinsic {
		let Act { by: Some(by), call } = act else {
			return <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(act.call);
		};
		let account = by.account();
		let nonce = self.nonces.entry(account.clone()).or_insert_with(|| System::account_nonce(account));
		let signed = by.sign(System::block_hash(0), *nonce, call);
		*nonce += 1;
		signed
	}

	/// Slots to leave empty before the next block: mostly none, sometimes so many that deadlines pass, or that one is
	/// just met.
	pub fn empty_slots(&self, random: &mut StdRng) -> u64 {
		match random.gen_range(0..100) {
			0..=84 => 0,
			85..=91 => random.gen_range(1..6),
			92..=98 => {
				let finals = self.deals.iter().map(|(_, deal)| deal.final_deadline());
				let reveals = self.revealing.iter().filter_map(|task| Some(task.consensus()?.reveal_deadline));
				let next = finals.chain(reveals).filter(|deadline| *deadline > Clock::now()).min();
				let slots = next.unwrap_or_default().saturating_sub(Clock::now()) / SlotMs::get();
				slots.saturating_sub(1)
			}
			_ => random.gen_range(40..2_000),
		}
	}

	/// Notes after how many empty slots the next block comes, so that those who act know what will be due.
	pub fn look_ahead(&mut self, empty_slots: u64) {
		self.coming = Clock::now() + (empty_slots + 1) * SlotMs::get();
	}

	/// Learns from the last block what deals were made, and forgets the oldest.
	pub fn look(&mut self) {
		self.nonces.clear();
		if self.born == 0 {
			self.born = pallet_timestamp::Now::<Runtime>::get();
		}
		for record in System::events() {
			let rlc_runtime::RuntimeEvent::Marketplace(pallet_marketplace::Event::DealOpened { deal, .. }) =
				record.event
			else {
				continue;
			};
			if let Some(found) = pallet_marketplace::Deals::<Runtime>::get(deal) {
				self.deals.push((deal, found));
			}
		}
		self.deals.drain(..self.deals.len().saturating_sub(RECENT));
		self.published.drain(..self.published.len().saturating_sub(RECENT * 3));
		self.revealing = pallet_poco::Tasks::<Runtime>::iter_values()
			.filter(|task| matches!(task.stage, Stage::Revealing(_)))
			.collect();
		self.open.clear();
		self.closed.clear();
		for (id, progress) in pallet_marketplace::Progress::<Runtime>::iter() {
			if let Some(deal) = pallet_marketplace::Deals::<Runtime>::get(id) {
				let deals = if progress.open > 0 { &mut self.open } else { &mut self.closed };
				deals.push((id, deal));
			}
		}
	}

	/// Returns chain time since the first block, in ms.
	pub fn age(&self) -> Moment {
		pallet_timestamp::Now::<Runtime>::get().saturating_sub(self.born)
	}

	/// Returns chain time, in ms.
	pub fn now(&self) -> Moment {
		pallet_timestamp::Now::<Runtime>::get()
	}
}
