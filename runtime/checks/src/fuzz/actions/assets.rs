//! Assets and groups, and RLC that changes hands.

use pallet_registry::{AssetId, Call as Registry, Policy};
use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use rlc_primitives::{orders::Member, traits::Assets as _, AppId, DatasetId, GroupId, Settlement, WorkerpoolId};
use rlc_runtime::{Registry as Assets, Runtime, RuntimeCall};

use super::{signed, Act};
use crate::{assets, fuzz::world::World, people::Person};

impl World {
	/// Registers, transfers and manages assets and groups; moves RLC.
	pub(super) fn own(&mut self, random: &mut StdRng) -> Option<Act> {
		let by = self.anyone(random);
		let account = by.account();
		let few = |count: usize| count < 6;
		let call: RuntimeCall = match random.gen_range(0..15) {
			0 | 1 if few(self.apps.len()) => {
				let app = assets::app(self.next_salt());
				self.apps.push(AppId::derive(&account, &app));
				Registry::register_app { app }.into()
			}
			2 if few(self.datasets.len()) => {
				let dataset = assets::dataset(self.next_salt());
				self.datasets.push(DatasetId::derive(&account, &dataset));
				Registry::register_dataset { dataset }.into()
			}
			3 | 4 if few(self.workerpools.len()) => {
				// More for those who act through others, so that these run pools, too.
				let by = match random.gen_range(0..8) {
					0 | 1 => self.principal(),
					2 => self.shared(),
					_ => by,
				};
				return signed(by.clone(), self.new_workerpool(&by));
			}
			5 if few(self.groups.len()) => {
				let name = assets::group_name(self.next_salt());
				self.groups.push(GroupId::derive(&account, &name));
				Registry::create_group { name }.into()
			}
			6 | 7 => {
				let workerpool = *self.workerpools.choose(random)?;
				let policy = Policy {
					worker_stake_ratio: *[0, 30, 100, 250].choose(random)?,
					scheduler_ratio: *[0, 1, 50, 100, 101].choose(random)?,
					settlement: if random.gen_bool(0.7) { Settlement::Automatic } else { Settlement::Scheduler },
				};
				let call = Registry::set_policy { workerpool, policy };
				return signed(self.mostly(self.scheduler_of(workerpool), random), call);
			}
			8..=10 => return self.manage_group(random),
			11 => return self.hand_over(random),
			12 => {
				let dest = self.anyone(random).account().into();
				let value = random.gen_range(0..100 * rlc_primitives::RLC);
				pallet_balances::Call::transfer_allow_death { dest, value }.into()
			}
			13 => {
				let workerpool = *self.workerpools.choose(random)?;
				let description = assets::description(self.next_salt());
				let call = Registry::set_description { workerpool, description };
				return signed(self.mostly(self.scheduler_of(workerpool), random), call);
			}
			_ => return None,
		};
		signed(by, call)
	}

	/// Registers another workerpool of somebody.
	pub(super) fn new_workerpool(&mut self, owner: &Person) -> Registry<Runtime> {
		let description = assets::description(self.next_salt());
		self.workerpools.push(WorkerpoolId::derive(&owner.account(), &description));
		Registry::register_workerpool { description }
	}

	fn manage_group(&mut self, random: &mut StdRng) -> Option<Act> {
		let group = *self.groups.choose(random)?;
		let owner = pallet_registry::Groups::<Runtime>::get(group).map(|group| group.owner);
		let by = self.mostly(owner, random);
		let adds = random.gen_bool(0.5);
		let count = random.gen_range(1..4);
		let members: Vec<Member> = if adds {
			let newcomers = (0..count).filter_map(|_| match random.gen_range(0..4) {
				0 => self.apps.choose(random).map(|id| Member::App(*id)),
				1 => self.workerpools.choose(random).map(|id| Member::Workerpool(*id)),
				_ => Some(Member::Account(self.anyone(random).account())),
			});
			newcomers.collect()
		} else {
			pallet_registry::Members::<Runtime>::iter_key_prefix(group).take(count).collect()
		};
		let members = members.try_into().ok()?;
		let call =
			if adds { Registry::add_members { group, members } } else { Registry::remove_members { group, members } };
		signed(by, call)
	}

	/// Gives an asset to somebody else, or gives it up.
	fn hand_over(&mut self, random: &mut StdRng) -> Option<Act> {
		let asset = match random.gen_range(0..4) {
			0 => AssetId::App(*self.apps.choose(random)?),
			1 => AssetId::Dataset(*self.datasets.choose(random)?),
			2 => AssetId::Workerpool(*self.workerpools.choose(random)?),
			_ => AssetId::Group(*self.groups.choose(random)?),
		};
		let owner = match &asset {
			AssetId::App(id) => Assets::app_owner(id),
			AssetId::Dataset(id) => Assets::dataset_owner(id),
			AssetId::Workerpool(id) => Assets::workerpool(id).map(|policy| policy.owner),
			AssetId::Group(id) => pallet_registry::Groups::<Runtime>::get(id).map(|group| group.owner),
		};
		let by = self.mostly(owner, random);
		if random.gen_ratio(2, 3) {
			let to = self.anyone(random).account();
			return signed(by, Registry::transfer { asset, to });
		}
		match &asset {
			AssetId::App(gone) => self.apps.retain(|id| id != gone),
			AssetId::Dataset(gone) => self.datasets.retain(|id| id != gone),
			AssetId::Workerpool(gone) => self.workerpools.retain(|id| id != gone),
			AssetId::Group(gone) => self.groups.retain(|id| id != gone),
		}
		signed(by, Registry::deregister { asset })
	}
}
