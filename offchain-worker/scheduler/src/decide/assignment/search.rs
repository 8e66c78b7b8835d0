//! The search for the best worker.

use std::collections::BTreeSet;

use rlc_primitives::AccountId;

use super::{ahead, can_stake, may_try, missing, Choice, NoWorker};
use crate::model::{DealState, Lack, Now, Profile, State, TaskState};

/// How many workers of one kind are compared for a task.
const COMPARED: usize = 16;

/// What makes a worker a better choice than another: that it did not try before, that it begins at once, how little it has
/// to fetch, how little it has to do.
type Rank<'a> = (bool, bool, usize, u32, &'a AccountId);

/// Returns the worker for a task; never one that is `reserved` for another deal.
///
/// # Errors
///
/// [`NoWorker`].
pub fn choose(
	state: &State,
	deal: &DealState,
	task: &TaskState,
	reserved: &BTreeSet<AccountId>,
	now: Now,
) -> Result<Choice, NoWorker> {
	let run_time = state.run_time_in(deal);
	let mut search = Search { state, deal, task, reserved, now, run_time, found: Found::default() };
	for (profile, workers) in state.ready().by_profile().filter(|(profile, _)| profile.serves(deal.kind, deal.deal.tag))
	{
		if profile.is_trusted_at(deal.deal.trust) {
			search.among(profile, workers);
		} else {
			search.found.note(Lack::Vouching);
		}
	}
	search.found.choice()
}

struct Search<'a> {
	state: &'a State,
	deal: &'a DealState,
	task: &'a TaskState,
	reserved: &'a BTreeSet<AccountId>,
	now: Now,
	/// How long a run takes, in ms, if that is known.
	run_time: Option<u64>,
	found: Found<'a>,
}

/// What was found so far.
#[derive(Default)]
struct Found<'a> {
	/// The best worker, and how many of its slots the task takes.
	best: Option<(Rank<'a>, u32)>,
	/// The worker that has room for several slots first.
	awaited: Option<(u32, &'a AccountId)>,
	/// Whether a worker could run the task.
	exists: bool,
	/// Whether one of them has room.
	has_room: bool,
	/// What those lack that could run it otherwise.
	lack: Option<Lack>,
}

impl<'a> Search<'a> {
	/// Looks among workers of one kind, the least loaded first; each with its load in thousandths of its slots.
	fn among(&mut self, profile: &Profile, workers: &'a BTreeSet<(u32, AccountId)>) {
		let Self { state, deal, task, reserved, now, run_time, .. } = *self;
		let found = &mut self.found;
		let mut compared = 0;
		for (ratio, account) in workers {
			let Some(worker) = state.worker(account) else { continue };
			// A worker that is too small is passed over; a task that needs no more than a slot fits all.
			let Some(slots) = deal.needs.slots(&worker.resources) else { continue };
			if !can_stake(deal, worker) {
				found.note(Lack::Stake);
				continue;
			}
			found.exists = true;
			// One that has nothing in hand gets one task, however large: else it could never earn the slots for it.
			let all = worker.usable_slots().max(slots);
			let limit = if worker.is_believed() { all.saturating_add(ahead(all, run_time)) } else { all };
			if worker.load >= limit && (slots == 1 || found.awaited.is_some()) {
				// Those that follow have no less to do: they have no room either, nor have it sooner.
				break;
			}
			if reserved.contains(account) {
				continue;
			}
			let after = worker.load.saturating_add(slots);
			found.has_room |= after <= limit;
			let has_tried = task.replicates.contains_key(account);
			if !may_try(task, account, worker, now) {
				if profile.shares_vote && !has_tried {
					// Their one vote is given away: the others of this kind have none either, and there may be very many.
					break;
				}
				continue;
			}
			if after > limit {
				found.wait_for(*ratio, account);
				continue;
			}
			found.compare((has_tried, after > all, missing(deal, worker), *ratio, account), slots);
			compared += 1;
			if compared == COMPARED {
				break;
			}
		}
	}
}

impl<'a> Found<'a> {
	fn note(&mut self, lack: Lack) {
		self.lack = self.lack.max(Some(lack));
	}

	fn wait_for(&mut self, ratio: u32, account: &'a AccountId) {
		if self.awaited.is_none_or(|other| (ratio, account) < other) {
			self.awaited = Some((ratio, account));
		}
	}

	fn compare(&mut self, rank: Rank<'a>, slots: u32) {
		if self.best.is_none_or(|(other, _)| rank < other) {
			self.best = Some((rank, slots));
		}
	}

	fn choice(self) -> Result<Choice, NoWorker> {
		if let Some(((_, _, _, _, account), slots)) = self.best {
			return Ok(Choice { worker: account.clone(), slots });
		}
		let awaited = self.awaited.map(|(_, account)| account.clone());
		Err(match (self.exists, self.has_room) {
			(_, true) => NoWorker::Taken(awaited),
			(true, false) => NoWorker::Busy(awaited),
			(false, false) => self.lack.map_or(NoWorker::Absent, NoWorker::Lacking),
		})
	}
}
