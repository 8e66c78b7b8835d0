//! A deal of the pool.

use std::collections::BTreeMap;

use rlc_primitives::{assets::AppKind, Balance, Deal, Moment, Rules};
use rlc_protocol::{worker::Resources, Needs};
use sp_core::H256;

use super::{Hopeless, Now, Replicate};

/// How many tasks of a deal are taken into memory together, and owned by one instance of the scheduler.
pub const PART: u64 = 500;

/// What is known of a deal beside what was agreed on.
#[derive(Clone, Debug)]
pub struct DealState {
	/// What was agreed on.
	pub deal: Deal,
	/// What runs the app.
	pub kind: AppKind,
	/// What its request says that each of its tasks needs of a machine.
	pub asked: Needs,
	/// The same under its tag: what each of its tasks needs.
	pub needs: Needs,
	/// Why no worker can serve it, if that is so.
	pub hopeless: Option<Hopeless>,
	/// Whether it is served after others: its requester or its app has failed too often.
	pub is_last: bool,
	/// Checksums of what its workers fetch: app and dataset.
	pub content: Vec<H256>,
	/// How many tasks of each part are in memory.
	pub parts: BTreeMap<u64, u64>,
	/// Parts before this one were taken into memory.
	pub next_part: u64,
	/// Whether a part is being taken into memory.
	pub adopting: bool,
	/// Whether no part is left for this instance, for now.
	pub exhausted: bool,
	/// When the last task was closed, in ms.
	pub closed: Option<Moment>,
}

impl DealState {
	/// Returns a deal of which no task is in memory.
	pub fn new(deal: Deal, kind: AppKind, asked: Needs, content: Vec<H256>) -> Self {
		Self {
			needs: asked.under(deal.tag),
			deal,
			kind,
			asked,
			hopeless: None,
			is_last: false,
			content,
			parts: BTreeMap::new(),
			next_part: 0,
			adopting: false,
			exhausted: false,
			closed: None,
		}
	}

	/// Returns how many slots of a machine with these resources a part in one of its tasks takes: none once it is
	/// computed. A machine that cannot hold it, or is not known yet, counts as one slot: it says itself that it has too
	/// little.
	pub fn slots_taken(&self, part: &Replicate, resources: &Resources) -> u32 {
		if part.is_computing() {
			self.needs.slots(resources).unwrap_or(1)
		} else {
			0
		}
	}

	/// Returns what a task of it takes of a worker's funds while it is in hand, in nRLC. Where one worker decides alone, it
	/// delivers its result without a stake; only a failure of the app takes one.
	pub fn stake_taken(&self) -> Balance {
		if Rules::LIVE.least_contributors(self.deal.trust) > 1 {
			self.deal.worker_stake
		} else {
			0
		}
	}

	/// Returns whether its contribution deadline is nearer than the longest run.
	pub fn is_urgent(&self, now: Now) -> bool {
		now.chain.saturating_add(self.deal.reference_time) >= self.deal.contribution_deadline()
	}

	/// Returns how many tasks were not taken into memory yet.
	pub fn to_come(&self) -> u64 {
		if self.exhausted {
			return 0;
		}
		self.deal.size.saturating_sub(self.next_part.saturating_mul(PART))
	}

	/// Returns the part that a task is in.
	pub fn part_of(&self, index: u64) -> u64 {
		index.saturating_sub(self.deal.first) / PART
	}
}

/// Returns the first index, and how many tasks the part of a deal has that begins at `first` and has `size` tasks.
pub fn range(first: u64, size: u64, part: u64) -> (u64, u64) {
	let skipped = part.saturating_mul(PART).min(size);
	(first.saturating_add(skipped), (size - skipped).min(PART))
}
