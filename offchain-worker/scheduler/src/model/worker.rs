//! A worker, as its scheduler knows it.

use std::collections::{BTreeMap, BTreeSet};

use rlc_primitives::{assets::AppKind, consensus, money::Score, AccountId, Balance, Moment, Rules, Tag, TaskId};
use rlc_protocol::worker::{Heartbeat, Resources, Session};
use sp_core::H256;

use super::{voter, Mark, Record, Voice, STRANGERS};

/// Whether a worker can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
	/// It joined this instance of the scheduler, under this session.
	Here(Session),
	/// It joined another instance.
	Elsewhere,
	/// It has been silent since this time, in ms, or has not come back since the scheduler started.
	Away(Moment),
	/// It was silent for too long: what it was computing went elsewhere.
	Lost,
}

/// What a machine can run, and how far its worker is trusted: workers with the same are interchangeable, but for how much they
/// have of what tasks need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Profile {
	/// The tag's bits that it satisfies.
	pub tag: H256,
	/// Whether it runs WebAssembly modules.
	pub wasm: bool,
	/// Whether it runs container images.
	pub container: bool,
	/// Whether the pool vouches for the worker.
	pub is_vouched: bool,
	/// Whether the worker votes with all others that nobody vouches for.
	pub shares_vote: bool,
}

impl Profile {
	/// Returns what a machine with these resources can run, of a worker that is trusted so far.
	pub fn of(resources: &Resources, voice: &Voice) -> Self {
		let Resources { tag, wasm, container, .. } = *resources;
		Self { tag, wasm, container, is_vouched: voice.is_vouched, shares_vote: voice.voter == STRANGERS }
	}

	/// Returns whether the worker may have tasks of this trust: where one worker decides alone, it may only if the pool vouches
	/// for it. It would be paid whatever it answers.
	pub fn is_trusted_at(&self, trust: u64) -> bool {
		self.is_vouched || Rules::LIVE.least_contributors(trust) > 1
	}

	/// Returns whether it can run an app of this kind under this tag.
	pub fn serves(&self, kind: AppKind, tag: Tag) -> bool {
		let runs = match kind {
			AppKind::Wasm => self.wasm,
			AppKind::Container => self.container,
		};
		runs && Tag(self.tag).covers(tag)
	}
}

/// A worker.
#[derive(Clone, Debug)]
pub struct WorkerState {
	/// The operator that it shows, or itself. Anybody can show any: see [`voice`](Self::voice).
	pub operator: AccountId,
	/// Whether it showed an operator.
	pub has_operator: bool,
	/// Whether it has joined since the scheduler started: else nothing is known of it but as whom it votes.
	pub has_joined: bool,
	/// Whether the pool vouches for it. If not, it is a stranger, and has what it earned.
	pub is_vouched: bool,
	/// As whom it votes, where it has a vote of its own: see [`voter_on`](Self::voter_on).
	pub voter: AccountId,
	/// How a stranger's results turned out here.
	pub record: Record,
	/// What decides on which tasks it has a vote of its own, once it is proven.
	pub lot: H256,
	/// Until when a stranger gets nothing, since it lost tasks or is banned, in ms; `None`: it does.
	pub away: Option<Moment>,
	/// Whether it can be reached.
	pub presence: Presence,
	/// What it can do.
	pub resources: Resources,
	/// Its score on chain.
	pub score: Score,
	/// What its account could stake when the chain was last asked, in nRLC.
	funds: Balance,
	/// What of that the tasks in its hand take, in nRLC.
	staked: BTreeMap<TaskId, Balance>,
	/// The sum of that.
	at_stake: Balance,
	/// When it was last heard of, in ms.
	pub seen: Moment,
	/// When it last made progress with a task, or joined, in ms.
	pub progress: Moment,
	/// Whether it lost tasks because it made no progress, and has said nothing since: it gets nothing more until it does.
	pub stalled: bool,
	/// How many tasks in a row it failed for reasons of its own.
	pub troubles: u32,
	/// Until when it gets nothing for that, in ms; `None`: it does.
	pub unwell: Option<Moment>,
	/// Whether it takes nothing more.
	pub draining: bool,
	/// Whether the machine is needed for something else.
	pub resting: bool,
	/// What it need not fetch, by checksum.
	pub cached: BTreeSet<H256>,
	/// Tasks that it did not end.
	pub tasks: BTreeSet<TaskId>,
	/// Those of them that it computes, or is about to, and how many slots each takes.
	pub taken: BTreeMap<TaskId, u32>,
	/// The sum of these slots. More than it has, if tasks were given ahead.
	pub load: u32,
}

/// How many tasks in a row a worker may fail for reasons of its own before it rests.
const PARDONED: u32 = 3;

/// The first and the longest rest of a worker that fails by itself, in ms. Tasks may cause such trouble on purpose, so it
/// is short.
const REST: Moment = 1_000;
const LONGEST_REST: Moment = 60_000;

/// The most checksums that are remembered of a worker.
pub const MAX_CACHED: usize = 1_000;

impl WorkerState {
	/// Returns a worker of which only the account is known: a stranger.
	pub fn unknown(account: AccountId, since: Moment) -> Self {
		Self {
			operator: account,
			has_operator: false,
			has_joined: false,
			is_vouched: false,
			voter: STRANGERS,
			record: Record::default(),
			lot: H256::zero(),
			away: None,
			presence: Presence::Away(since),
			resources: Resources::default(),
			score: 0,
			funds: 0,
			staked: BTreeMap::new(),
			at_stake: 0,
			seen: since,
			progress: since,
			stalled: false,
			troubles: 0,
			unwell: None,
			draining: false,
			resting: false,
			cached: BTreeSet::new(),
			tasks: BTreeSet::new(),
			taken: BTreeMap::new(),
			load: 0,
		}
	}

	/// Returns what its word counts.
	pub fn weight(&self) -> u64 {
		consensus::weight(self.score)
	}

	/// Returns what it can run.
	pub fn profile(&self) -> Profile {
		Profile::of(&self.resources, &self.voice())
	}

	/// Returns as whom it votes, and how far it is trusted.
	pub fn voice(&self) -> Voice {
		Voice { voter: self.voter.clone(), is_vouched: self.is_vouched }
	}

	/// Decides again as whom it votes, where it has a vote of its own.
	pub fn choose_voter(&mut self, account: &AccountId) {
		let operator = self.has_operator.then_some(&self.operator);
		self.voter = if self.is_vouched || !self.record.is_proven() {
			voter(account, operator, self.is_vouched)
		} else {
			// Who its operator is, it only says.
			account.clone()
		};
	}

	/// Returns as whom it votes on a task: with all other strangers, if it has no vote of its own.
	pub fn voter_on(&self, task: impl FnOnce() -> TaskId) -> &AccountId {
		let is_known = self.has_joined && !self.is_vouched && self.voter != STRANGERS;
		if is_known && !self.has_vote(&task()) {
			&STRANGERS
		} else {
			&self.voter
		}
	}

	/// Returns what its account can still stake, in nRLC.
	pub fn free_funds(&self) -> Balance {
		self.funds.saturating_sub(self.at_stake)
	}

	/// Records what its account can stake, in nRLC, beyond what it has staked on these tasks and others.
	pub fn set_funds(&mut self, funds: Balance, is_staked: impl Fn(&TaskId) -> bool) {
		self.funds = funds;
		self.staked.retain(|task, _| !is_staked(task));
		self.at_stake = self.staked.values().copied().fold(0, Balance::saturating_add);
	}

	/// Records that it has a task in hand, which takes this stake, in nRLC, of what it has.
	pub fn take(&mut self, task: TaskId, stake: Balance) {
		if self.tasks.insert(task) && stake > 0 {
			self.staked.insert(task, stake);
			self.at_stake = self.at_stake.saturating_add(stake);
		}
	}

	/// Records that it has nothing to do for a task any more.
	pub fn let_go(&mut self, task: &TaskId) {
		self.tasks.remove(task);
		if let Some(stake) = self.staked.remove(task) {
			self.at_stake = self.at_stake.saturating_sub(stake);
		}
		self.occupy(*task, 0);
	}

	/// Returns whether it joined this instance.
	pub fn is_here(&self) -> bool {
		matches!(self.presence, Presence::Here(_))
	}

	/// Returns whether instructions get to it.
	pub fn is_reachable(&self) -> bool {
		matches!(self.presence, Presence::Here(_) | Presence::Elsewhere)
	}

	/// Returns whether it is vouched for, or has proven itself: what it says of itself is believed.
	pub fn is_believed(&self) -> bool {
		self.is_vouched || self.record.is_proven()
	}

	/// Returns whether it has a vote of its own on a task. All others share one.
	pub fn has_vote(&self, task: &TaskId) -> bool {
		self.is_vouched || self.record.has_vote(self.lot, task)
	}

	/// Returns how many of its slots are used: all, or as many as a stranger has earned.
	pub fn usable_slots(&self) -> u32 {
		if self.is_vouched {
			self.resources.slots
		} else {
			self.resources.slots.min(self.record.earned())
		}
	}

	/// Returns its machine as far as it is used: no more slots than it has earned.
	pub fn usable(&self) -> Resources {
		Resources { slots: self.usable_slots(), ..self.resources.clone() }
	}

	/// Puts a mark on its record.
	pub fn mark(&mut self, mark: Mark, now: Moment) {
		self.record.mark(mark, now);
		self.see_record(now);
	}

	/// Takes note of until when its record keeps it away.
	pub fn see_record(&mut self, now: Moment) {
		self.away = Some(self.record.away_until()).filter(|until| !self.is_vouched && *until > now);
	}

	/// Returns whether tasks may be given to it.
	pub fn is_willing(&self) -> bool {
		let is_fit = !self.stalled && self.unwell.is_none() && self.away.is_none();
		self.is_here() && !self.draining && !self.resting && is_fit && self.resources.slots > 0
	}

	/// Returns how many slots could be filled now.
	pub fn free_slots(&self) -> u32 {
		if self.is_willing() {
			self.usable_slots().saturating_sub(self.load)
		} else {
			0
		}
	}

	/// Records that it failed a task for reasons of its own. One that does so again and again, and fast, would be given task
	/// after task, as it always has room: it rests, twice as long each time.
	pub fn fail_by_itself(&mut self, now: Moment) {
		self.troubles = self.troubles.saturating_add(1);
		if let Some(more) = self.troubles.checked_sub(PARDONED) {
			let rest = REST.saturating_mul(1 << more.min(16)).min(LONGEST_REST);
			self.unwell = Some(now.saturating_add(rest));
		}
	}

	/// Records that it computed a task: what troubled it is over.
	pub fn recover(&mut self) {
		self.troubles = 0;
		self.unwell = None;
	}

	/// Records how many of its slots the task takes from now on; 0: none.
	pub fn occupy(&mut self, task: TaskId, slots: u32) {
		let before = if slots == 0 { self.taken.remove(&task) } else { self.taken.insert(task, slots) };
		self.load = self.load.saturating_sub(before.unwrap_or(0)).saturating_add(slots);
	}

	/// Returns how many tasks it computes, or is about to.
	pub fn running(&self) -> u32 {
		self.taken.len().try_into().unwrap_or(u32::MAX)
	}

	/// Returns how loaded it is, in thousandths of its slots. One that has no free slot, and gets nothing ahead, is more loaded
	/// than all others.
	pub fn load_ratio(&self) -> u32 {
		let slots = self.usable_slots();
		if self.load >= slots && !self.is_believed() {
			return u32::MAX;
		}
		self.load.saturating_mul(1_000) / slots.max(1)
	}

	/// Records a sign of life.
	pub fn beat(&mut self, heartbeat: Heartbeat, now: Moment) {
		self.seen = now;
		self.unwell = self.unwell.filter(|until| *until > now);
		self.away = self.away.filter(|until| *until > now);
		self.draining = heartbeat.draining;
		// With less in hand than it has slots, a worker that has none free wants none filled.
		self.resting = heartbeat.free_slots == 0 && self.load < self.resources.slots;
		if let Some(cached) = heartbeat.cached {
			self.cached = cached.into_iter().take(MAX_CACHED).collect();
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::account;

	fn id(n: u64) -> TaskId {
		TaskId(H256::from_low_u64_be(n))
	}

	#[test]
	fn tasks_in_hand_take_their_stakes_of_what_the_account_has() {
		let mut worker = WorkerState::unknown(account(1), 0);
		worker.set_funds(10, |_| false);
		worker.take(id(1), 4);
		worker.take(id(2), 4);
		worker.take(id(2), 4);
		assert_eq!(worker.free_funds(), 2, "a task counts once");
		worker.let_go(&id(1));
		assert_eq!(worker.free_funds(), 6);
		worker.set_funds(3, |task| *task == id(2));
		assert_eq!(worker.free_funds(), 3, "what is locked on the chain is not in its account any more");
		worker.take(id(3), 9);
		assert_eq!(worker.free_funds(), 0);
	}
}
