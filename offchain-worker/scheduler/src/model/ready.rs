//! Workers that take tasks, in the order in which they are considered.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rlc_primitives::AccountId;

use super::{Profile, WorkerState};

/// Workers that take tasks, by what they can run and how loaded they are.
#[derive(Debug, Default)]
pub struct Ready {
	by_load: BTreeMap<Profile, BTreeSet<(u32, AccountId)>>,
	known: HashMap<AccountId, Entry>,
	free: u32,
}

/// Where a worker stands in the index.
#[derive(Debug)]
struct Entry {
	profile: Profile,
	load_ratio: u32,
	free_slots: u32,
}

impl Ready {
	/// Records how a worker stands now; `None` if it is gone.
	pub fn update(&mut self, account: &AccountId, worker: Option<&WorkerState>) {
		if let Some(Entry { profile, load_ratio, free_slots }) = self.known.remove(account) {
			if let Some(workers) = self.by_load.get_mut(&profile) {
				workers.remove(&(load_ratio, account.clone()));
				if workers.is_empty() {
					self.by_load.remove(&profile);
				}
			}
			self.free -= free_slots;
		}
		let Some(worker) = worker.filter(|worker| worker.is_willing()) else { return };
		let entry =
			Entry { profile: worker.profile(), load_ratio: worker.load_ratio(), free_slots: worker.free_slots() };
		self.by_load.entry(entry.profile).or_default().insert((entry.load_ratio, account.clone()));
		self.free += entry.free_slots;
		self.known.insert(account.clone(), entry);
	}

	/// Returns whether no worker takes tasks.
	pub fn is_empty(&self) -> bool {
		self.by_load.is_empty()
	}

	/// Returns how many slots could be filled at once.
	pub fn free_slots(&self) -> u32 {
		self.free
	}

	/// Returns the workers of each kind, the least loaded first; each with its load in thousandths of its slots.
	pub fn by_profile(&self) -> impl Iterator<Item = (&Profile, &BTreeSet<(u32, AccountId)>)> {
		self.by_load.iter()
	}
}
