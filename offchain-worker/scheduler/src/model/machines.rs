//! Machines that the pool's workers had lately, those that are gone too: a task that none of them could hold is hopeless,
//! one that waits for a machine which is off for the night is not.

use std::collections::HashMap;

use rlc_primitives::{AccountId, Moment};
use rlc_protocol::worker::Resources;

use super::{DealState, Profile, Voice, STRANGERS};

/// How long, in ms, a machine counts that has gone.
pub const RECENT: Moment = 24 * 3_600_000;

/// After how long, in ms, it is written down again that a machine is here.
const REFRESH: Moment = 3_600_000;

/// The most machines that are remembered; of more, those that were seen last.
pub const MAX_MACHINES: usize = 10_000;

/// A worker's machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
	/// What it can do; of a stranger's, with as many slots as the stranger has earned.
	pub resources: Resources,
	/// Whether the pool vouches for its worker: what others say that they have keeps no task from being judged.
	pub is_vouched: bool,
	/// When its worker was last known to be here, in ms.
	pub seen: Moment,
}

impl Machine {
	fn profile(&self) -> Profile {
		Profile::of(&self.resources, &Voice { voter: STRANGERS, is_vouched: self.is_vouched })
	}
}

/// Machines that the pool's workers had lately.
#[derive(Debug, Default)]
pub struct Machines {
	known: HashMap<AccountId, Machine>,
	/// Since when they have been watched, in ms.
	since: Option<Moment>,
}

impl Machines {
	/// Returns a worker's machine, if it was seen lately.
	pub fn of(&self, worker: &AccountId) -> Option<&Machine> {
		self.known.get(worker)
	}

	/// Returns since when machines have been watched, in ms.
	pub fn since(&self) -> Option<Moment> {
		self.since
	}

	/// Records that a worker is here, with this machine.
	pub fn see(&mut self, worker: AccountId, resources: Resources, is_vouched: bool, now: Moment) {
		let is_full = self.known.len() >= MAX_MACHINES && !self.known.contains_key(&worker);
		if is_full {
			let oldest = self.known.iter().min_by_key(|(_, machine)| machine.seen).map(|(worker, _)| worker.clone());
			if let Some(oldest) = oldest {
				self.known.remove(&oldest);
			}
		}
		self.known.insert(worker, Machine { resources, is_vouched, seen: now });
	}

	/// Takes in machines that were written down, by this instance before or by another. What is known here is newer.
	pub fn recall(&mut self, written: Vec<(AccountId, Machine)>, now: Moment) {
		self.since.get_or_insert(now);
		for (worker, machine) in written {
			if self.known.get(&worker).is_none_or(|known| known.seen < machine.seen) {
				self.see(worker, machine.resources, machine.is_vouched, machine.seen);
			}
		}
	}

	/// Returns whether it is to be written down again that this worker is here.
	pub(super) fn is_stale(&self, worker: &AccountId, now: Moment) -> bool {
		self.known.get(worker).is_none_or(|machine| machine.seen.saturating_add(REFRESH) <= now)
	}

	/// Forgets machines that have been gone for too long.
	pub fn forget(&mut self, now: Moment) {
		self.known.retain(|_, machine| machine.seen.saturating_add(RECENT) > now);
	}

	/// Returns whether none of them could hold a task of a deal, though some run such apps. If there are none of those, it is
	/// the pool that offered what it does not have. Machines of strangers do not count: they say what they like, and cannot
	/// serve a deal among themselves.
	pub fn are_too_small_for(&self, deal: &DealState) -> bool {
		let serves = |machine: &&Machine| machine.profile().serves(deal.kind, deal.deal.tag);
		let mut serving = self.known.values().filter(|machine| machine.is_vouched).filter(serves).peekable();
		serving.peek().is_some() && serving.all(|machine| deal.asked.slots(&machine.resources).is_none())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::{account, World};
	use rlc_primitives::assets::AppKind;
	use rlc_protocol::Needs;

	fn machine(cores: u32) -> Resources {
		Resources { slots: 1, cores, wasm: true, ..Default::default() }
	}

	/// Returns a deal of a module that needs so many cores.
	fn deal(cores: u32) -> DealState {
		let mut world = World::default();
		let id = world.open(1, 1, 1, |_| ());
		DealState::new(world.deals[&id].clone(), AppKind::Wasm, Needs { cores, ..Default::default() }, Vec::new())
	}

	#[test]
	fn machine_that_is_gone_counts_for_a_day() {
		let mut machines = Machines::default();
		machines.see(account(1), machine(8), true, 1_000);
		machines.see(account(2), machine(2), true, 1_000 + RECENT);
		assert!(!machines.are_too_small_for(&deal(8)));
		machines.forget(1_000 + RECENT);
		assert!(machines.are_too_small_for(&deal(8)));
		assert!(!machines.are_too_small_for(&deal(2)));
	}

	#[test]
	fn pool_without_such_machines_is_not_too_small_for_a_deal() {
		let mut machines = Machines::default();
		assert!(!machines.are_too_small_for(&deal(8)), "nothing is known");
		machines.see(account(1), Resources { wasm: false, container: true, ..machine(1) }, true, 1_000);
		assert!(!machines.are_too_small_for(&deal(8)), "it is the pool that sold what it cannot run");
		machines.see(account(2), machine(1), true, 1_000);
		assert!(machines.are_too_small_for(&deal(8)));
	}

	#[test]
	fn machine_that_a_stranger_claims_keeps_no_deal_from_being_judged() {
		let mut machines = Machines::default();
		machines.see(account(1), machine(2), true, 1_000);
		machines.see(account(2), machine(64), false, 1_000);
		assert!(machines.are_too_small_for(&deal(8)));
		machines.see(account(2), machine(64), true, 1_000);
		assert!(!machines.are_too_small_for(&deal(8)));
	}

	#[test]
	fn newest_sight_of_a_machine_counts() {
		let mut machines = Machines::default();
		machines.see(account(1), machine(4), true, 2_000);
		let written = |cores, seen| Machine { resources: machine(cores), is_vouched: true, seen };
		machines.recall(vec![(account(1), written(8, 1_000)), (account(2), written(2, 9))], 3_000);
		assert_eq!(machines.of(&account(1)).unwrap().resources.cores, 4);
		assert_eq!((machines.of(&account(2)).unwrap().seen, machines.since()), (9, Some(3_000)));
	}

	#[test]
	fn machines_are_bounded() {
		let mut machines = Machines::default();
		for n in 0..=MAX_MACHINES as u64 {
			let mut bytes = [0; 32];
			bytes[..8].copy_from_slice(&n.to_le_bytes());
			machines.see(AccountId::new(bytes), machine(1), true, n);
		}
		assert_eq!(machines.known.len(), MAX_MACHINES);
		assert!(machines.of(&AccountId::new([0; 32])).is_none(), "the oldest is forgotten");
	}
}
