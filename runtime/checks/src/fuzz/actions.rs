//! Random calls.

use codec::Encode;
use frame_support::BoundedVec;
use pallet_poco::{Call as Poco, ContributionOf, Delegate, DelegationProof, FailureCause, ResultOf, TaskRef};
use pallet_registry::{AssetId, Call as Registry, Policy};
use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use rlc_primitives::{
	orders::Member, task::Commitment, traits::Assets as _, AccountId, AnyOrder, AppId, DatasetId, Deal, Delegation,
	GroupId, ResultDigest, ResultHash, ResultSeal, SchedulerSignature, Settlement, TaskId, WorkerpoolId,
};
use rlc_runtime::{Marketplace, Registry as Assets, Runtime, RuntimeCall};
use sp_core::H256;

use super::world::World;
use crate::{assets, people::Person};

/// How many results a task may have: the first is the right one.
const RESULTS: u8 = 3;

impl World {
	/// Returns who does what next.
	pub fn act(&mut self, random: &mut StdRng) -> (Person, RuntimeCall) {
		// What needs something that is not there yet gives way to something else.
		loop {
			let act = match random.gen_range(0..100) {
				0..=4 => self.own(random),
				5..=9 => self.offer(random),
				10..=21 => self.deal_or_match(random),
				22..=27 => self.delegate(random),
				28..=59 => self.contribute(random),
				60..=86 => self.reveal(random),
				_ => self.close(random),
			};
			if let Some(act) = act {
				return act;
			}
		}
	}

	/// Registers, transfers and manages assets and groups; moves RLC.
	fn own(&mut self, random: &mut StdRng) -> Option<(Person, RuntimeCall)> {
		let by = self.anyone(random);
		let account = by.account();
		let few = |count: usize| count < 6;
		let call: RuntimeCall = match random.gen_range(0..14) {
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
				let description = assets::description(self.next_salt());
				self.workerpools.push(WorkerpoolId::derive(&account, &description));
				Registry::register_workerpool { description }.into()
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
				return Some((self.mostly(self.scheduler_of(workerpool), random), call.into()));
			}
			8..=10 => return self.manage_group(random),
			11 => return self.hand_over(random),
			12 => {
				let dest = self.anyone(random).account().into();
				let value = random.gen_range(0..100 * rlc_primitives::RLC);
				pallet_balances::Call::transfer_allow_death { dest, value }.into()
			}
			_ => return None,
		};
		Some((by, call))
	}

	fn manage_group(&mut self, random: &mut StdRng) -> Option<(Person, RuntimeCall)> {
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
		Some((by, call.into()))
	}

	/// Gives an asset to somebody else, or gives it up.
	fn hand_over(&mut self, random: &mut StdRng) -> Option<(Person, RuntimeCall)> {
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
			return Some((by, Registry::transfer { asset, to }.into()));
		}
		match &asset {
			AssetId::App(gone) => self.apps.retain(|id| id != gone),
			AssetId::Dataset(gone) => self.datasets.retain(|id| id != gone),
			AssetId::Workerpool(gone) => self.workerpools.retain(|id| id != gone),
			AssetId::Group(gone) => self.groups.retain(|id| id != gone),
		}
		Some((by, Registry::deregister { asset }.into()))
	}

	/// Publishes, presigns and cancels orders, and tidies up.
	fn offer(&mut self, random: &mut StdRng) -> Option<(Person, RuntimeCall)> {
		use pallet_marketplace::Call;
		let old = self.published.choose(random).copied();
		let call = match random.gen_range(0..12) {
			0..=5 => {
				let (by, order) = self.any_order(random)?;
				self.published.push(order.hash(&Marketplace::signing_domain()));
				return Some((by, Call::publish_order { order: Box::new(order) }.into()));
			}
			6 => {
				let (by, order) = self.any_order(random)?;
				return Some((by, Call::presign_order { order: Box::new(order) }.into()));
			}
			7 | 8 => {
				let published = pallet_marketplace::Orders::<Runtime>::get(old?)?;
				let by = self.mostly(Some(published.owner), random);
				return Some((by, Call::cancel_order { order: Box::new(published.order) }.into()));
			}
			9 => Call::remove_expired { order: old? },
			10 => {
				let published = pallet_marketplace::Orders::<Runtime>::get(old?)?;
				let by = self.mostly(Some(published.owner), random);
				return Some((by, Call::unpublish_order { order: old? }.into()));
			}
			_ => {
				let order = pallet_marketplace::Consumed::<Runtime>::iter_keys().nth(random.gen_range(0..20))?;
				Call::prune_order { order }
			}
		};
		Some((self.anyone(random), call.into()))
	}

	/// Brings four orders, or the ids of published ones.
	fn deal_or_match(&mut self, random: &mut StdRng) -> Option<(Person, RuntimeCall)> {
		use pallet_marketplace::Call;
		if random.gen_ratio(1, 5) {
			return self.match_published(random);
		}
		let orders = Box::new(self.deal(random)?);
		if random.gen_ratio(1, 4) {
			let by = self.mostly(orders.request.order.payer.clone(), random);
			return Some((by, Call::sponsor_match_orders { orders }.into()));
		}
		let by = self.mostly(Some(orders.request.order.requester.clone()), random);
		Some((by, Call::match_orders { orders }.into()))
	}

	fn match_published(&mut self, random: &mut StdRng) -> Option<(Person, RuntimeCall)> {
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
		Some((by, call.into()))
	}

	fn delegate(&mut self, random: &mut StdRng) -> Option<(Person, RuntimeCall)> {
		let (task, deal) = self.task(random)?;
		let tasks = (0..random.gen_range(1..6)).map(|more| TaskRef { index: task.index + more, ..task });
		let tasks: Vec<_> = tasks.filter(|task| task.index < deal.first + deal.size).collect();
		let workers: Vec<_> = (0..random.gen_range(1..4))
			.map(|_| Delegate { worker: self.anyone(random).account(), enclave: None })
			.collect();
		let call = Poco::delegate { tasks: tasks.try_into().ok()?, workers: workers.try_into().ok()? };
		Some((self.mostly(Some(deal.scheduler().clone()), random), call.into()))
	}

	fn contribute(&mut self, random: &mut StdRng) -> Option<(Person, RuntimeCall)> {
		let (task, deal) = self.task(random)?;
		let delegated = pallet_poco::Delegates::<Runtime>::get(task.id());
		let delegate = delegated.choose(random).map(|delegate| delegate.worker.clone());
		let by = if random.gen_bool(0.5) { self.mostly(delegate, random) } else { self.anyone(random) };
		match random.gen_range(0..10) {
			0 => {
				let digest = digest(task.id(), result(random));
				let authorization = self.proof(&by, task, &deal, random);
				let call =
					Poco::contribute_and_finalize { task, digest, authorization, enclave: None, callback_data: None };
				Some((by, call.into()))
			}
			1 => {
				let results: Vec<_> = (task.index..deal.first + deal.size)
					.take(random.gen_range(1..4))
					.map(|index| {
						let task = TaskRef { index, ..task };
						let digest = digest(task.id(), result(random));
						ResultOf { task, digest, authorization: self.proof(&by, task, &deal, random), enclave: None }
					})
					.collect();
				Some((by, Poco::contribute_and_finalize_batch { results: results.try_into().ok()? }.into()))
			}
			2 => {
				let contributions: Vec<_> = (task.index..deal.first + deal.size)
					.take(random.gen_range(1..4))
					.map(|index| {
						let task = TaskRef { index, ..task };
						ContributionOf {
							task,
							commitment: commitment(&by.account(), task.id(), result(random)),
							authorization: self.proof(&by, task, &deal, random),
							enclave_signature: None,
						}
					})
					.collect();
				Some((by, Poco::contribute_batch { contributions: contributions.try_into().ok()? }.into()))
			}
			3 => {
				let call = Poco::report_failure { task, cause: FailureCause::AppFailed { code: random.gen() } };
				Some((by, call.into()))
			}
			_ => {
				let commitment = commitment(&by.account(), task.id(), result(random));
				let authorization = self.proof(&by, task, &deal, random);
				let call = Poco::contribute { task, commitment, authorization, enclave_signature: None };
				Some((by, call.into()))
			}
		}
	}

	/// Returns the scheduler's signature, mostly.
	fn proof(&self, worker: &Person, task: TaskRef, deal: &Deal, random: &mut StdRng) -> DelegationProof {
		if random.gen_ratio(1, 4) {
			return DelegationProof::OnChain;
		}
		let scheduler = self.mostly(Some(deal.scheduler().clone()), random);
		let delegation = Delegation { worker: worker.account(), task: task.id(), enclave: None };
		let payload = delegation.native_payload(&Marketplace::signing_domain());
		DelegationProof::Signed(SchedulerSignature::Native(scheduler.sign_bytes(&payload)))
	}

	/// Returns a worker's reveal of what it contributed, mostly.
	fn reveal(&mut self, random: &mut StdRng) -> Option<(Person, RuntimeCall)> {
		// Mostly where there is something to reveal.
		let stored = match self.revealing.choose(random) {
			Some(task) if random.gen_ratio(9, 10) => task.clone(),
			_ => pallet_poco::Tasks::<Runtime>::get(self.task(random)?.0.id())?,
		};
		let task = TaskRef { deal: stored.deal, index: stored.index };
		let contribution = stored.contributions.to_vec().choose(random)?.clone();
		let by = self.mostly(Some(contribution.worker.clone()), random);
		let right = (0..RESULTS)
			.map(|number| digest(task.id(), number))
			.find(|digest| ResultHash::of(task.id(), *digest) == contribution.commitment.result);
		let digest = match right {
			Some(right) if random.gen_ratio(19, 20) => right,
			_ => digest(task.id(), result(random)),
		};
		if random.gen_ratio(1, 8) {
			let reveals: BoundedVec<_, _> = vec![(task, digest)].try_into().ok()?;
			return Some((by, Poco::reveal_batch { reveals }.into()));
		}
		Some((by, Poco::reveal { task, digest }.into()))
	}

	/// Finalizes, reopens, claims, abandons, prunes.
	fn close(&mut self, random: &mut StdRng) -> Option<(Person, RuntimeCall)> {
		if random.gen_ratio(1, 6) {
			let (id, deal) = self.closed.choose(random)?;
			let indices = deal.first..deal.first + deal.size.min(20);
			let tasks: Vec<_> = indices.map(|index| TaskRef { deal: *id, index }).collect();
			return Some((self.anyone(random), Poco::prune { tasks: tasks.try_into().ok()? }.into()));
		}
		let (task, deal) = match self.revealing.choose(random) {
			Some(task) if random.gen_ratio(2, 3) => {
				let deal = pallet_marketplace::Deals::<Runtime>::get(task.deal)?;
				(TaskRef { deal: task.deal, index: task.index }, deal)
			}
			_ => self.task(random)?,
		};
		let by = self.mostly(Some(deal.scheduler().clone()), random);
		let call = match random.gen_range(0..10) {
			0..=3 => Poco::finalize { task, callback_data: None },
			4 | 5 => Poco::reopen { task },
			6..=8 => Poco::claim { task },
			_ => Poco::abandon { task },
		};
		Some((by, call.into()))
	}
}

/// Returns which result a worker has: mostly the right one.
fn result(random: &mut StdRng) -> u8 {
	if random.gen_ratio(3, 4) {
		0
	} else {
		random.gen_range(0..RESULTS)
	}
}

fn digest(task: TaskId, result: u8) -> ResultDigest {
	ResultDigest(H256(sp_io::hashing::blake2_256(&(task, result).encode())))
}

fn commitment(worker: &AccountId, task: TaskId, result: u8) -> Commitment {
	let digest = digest(task, result);
	Commitment { result: ResultHash::of(task, digest), seal: ResultSeal::of(worker, task, digest), enclave: None }
}
