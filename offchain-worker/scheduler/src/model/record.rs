//! What a stranger has earned: how its results turned out here.
//!
//! A worker for which the pool's operator does not vouch begins with one slot, whatever it declares, and earns more by
//! results that others confirm, as TCP's slow start does: each adds half a slot, so it doubles what it has in about two
//! rounds. After [`PROVEN`] of them it is *proven*: what it says that it has cached is believed, it is given tasks ahead, and it
//! has a vote of its own on most tasks ([`Record::has_vote`]), as in BOINC's adaptive replication.
//!
//! ```text
//!              validated                       validated                   PROVEN validated
//!  1 slot ────────────────► 1 + n/2 slots ────────────────► … ──────────────────────────────► proven
//!    ▲                           │ lost: away for a minute, twice as long each time, a day at most │
//!    └───────────────────────────┴───────────── refuted: banned for a day, … ──────────────────────┘
//! ```

use rlc_primitives::{Moment, TaskId};
use sha2::{Digest, Sha256};
use sp_core::H256;

use super::DAY;

/// How many results of a stranger have to be validated before it is proven. BOINC trusts a host after ten in a row; here, a
/// host is an account, which costs less.
pub const PROVEN: u64 = 20;

/// After how many validated results a stranger has one more slot.
const RESULTS_PER_SLOT: u64 = 2;

/// The first and the longest time, in ms, in which a stranger that lost a task gets nothing.
const BACK_OFF: Moment = 60_000;
const LONGEST_BACK_OFF: Moment = DAY;

/// The first and the longest time, in ms, in which a stranger may not join whose result was refuted.
const BAN: Moment = DAY;
const LONGEST_BAN: Moment = 64 * DAY;

/// For how long a record is kept in which nothing happens, in ms: longer than the longest ban.
pub const KEPT: Moment = 90 * DAY;

/// The most records that are kept.
pub const MAX_RECORDS: usize = 10_000;

/// What goes into a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
	/// A result is that of the task's consensus, together with somebody's who is believed.
	Validated,
	/// Somebody who is believed, and the consensus, say otherwise.
	Refuted,
	/// A task was lost, or failed for reasons of the worker's own though others computed it.
	Lost,
}

/// How a stranger's results turned out here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
	/// How many were validated, since one was refuted.
	pub validated: u64,
	/// How many were refuted.
	pub refuted: u64,
	/// How many tasks it lost, or failed for reasons of its own.
	pub lost: u64,
	/// How often it had to back off. Each validated result takes one of these back.
	pub setbacks: u64,
	/// How often it was banned.
	pub bans: u64,
	/// Until when it gets nothing, in ms; 0: it does.
	pub away: Moment,
	/// Until when it may not join, in ms; 0: it may.
	pub banned: Moment,
}

impl Record {
	/// Puts a mark on it, at this time in ms. What happens while it is away or banned counts, but does not add to that: tasks
	/// that it had in hand at the same time are one misfortune.
	pub fn mark(&mut self, mark: Mark, now: Moment) {
		match mark {
			Mark::Validated => {
				self.validated = self.validated.saturating_add(1);
				self.setbacks = self.setbacks.saturating_sub(1);
			}
			Mark::Refuted => {
				self.validated = 0;
				self.refuted = self.refuted.saturating_add(1);
				if !self.is_banned(now) {
					self.banned = now.saturating_add(doubled(BAN, self.bans, LONGEST_BAN));
					self.bans = self.bans.saturating_add(1);
				}
			}
			Mark::Lost => {
				self.lost = self.lost.saturating_add(1);
				if self.away_until() <= now {
					self.away = now.saturating_add(doubled(BACK_OFF, self.setbacks, LONGEST_BACK_OFF));
					self.setbacks = self.setbacks.saturating_add(1);
				}
			}
		}
	}

	/// Lets it come back at once. What it did still counts.
	pub fn lift(&mut self) {
		(self.setbacks, self.away, self.banned) = (0, 0, 0);
	}

	/// Returns how many slots it has earned.
	pub fn earned(&self) -> u32 {
		u32::try_from(self.validated / RESULTS_PER_SLOT).unwrap_or(u32::MAX).saturating_add(1)
	}

	/// Returns whether so many of its results were validated that it is believed.
	pub fn is_proven(&self) -> bool {
		self.validated >= PROVEN
	}

	/// Returns whether it may not join at this time, in ms.
	pub fn is_banned(&self, now: Moment) -> bool {
		self.banned > now
	}

	/// Returns until when it gets nothing, in ms.
	pub fn away_until(&self) -> Moment {
		self.away.max(self.banned)
	}

	/// Returns whether it has a vote of its own on a task: never before it is proven, and then with a probability of
	/// 1 − 1/validated. Otherwise it shares the vote of all strangers, so a worker that is independent of it is needed beside
	/// it. The task draws the lot, with the account's [`lot`]: nobody can tell in advance, and the answer stays the same.
	pub fn has_vote(&self, lot: H256, task: &TaskId) -> bool {
		self.is_proven() && hash(lot, task.0).to_low_u64_be() > u64::MAX / self.validated.max(1)
	}
}

/// Returns what decides, with each task, whether an account has a vote of its own; `secret` is the database's.
pub fn lot(secret: H256, account: H256) -> H256 {
	hash(secret, account)
}

/// Returns a hash of a value that only who has the key can tell. Both have one length, so that nothing can be appended.
fn hash(key: H256, value: H256) -> H256 {
	H256(Sha256::digest([key.0, value.0].concat()).into())
}

/// Returns a time that was doubled so often, in ms.
fn doubled(time: Moment, times: u64, most: Moment) -> Moment {
	let times = u32::try_from(times).unwrap_or(u32::MAX).min(20);
	time.saturating_mul(1 << times).min(most)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const NOW: Moment = 1_000_000;

	fn validated(count: u64) -> Record {
		Record { validated: count, ..Record::default() }
	}

	#[test]
	fn slots_are_earned_by_validated_results() {
		assert_eq!([0, 1, 2, 3, 20, 126].map(|count| validated(count).earned()), [1, 1, 2, 2, 11, 64]);
		assert_eq!(validated(u64::MAX).earned(), u32::MAX);
	}

	#[test]
	fn lost_tasks_keep_a_stranger_away_for_twice_as_long_each_time_up_to_a_day() {
		let (mut record, mut now) = (Record::default(), NOW);
		for minutes in [1, 2, 4, 8] {
			record.mark(Mark::Lost, now);
			assert_eq!(record.away_until() - now, minutes * 60_000);
			record.mark(Mark::Lost, now + 1);
			assert_eq!(record.away_until() - now, minutes * 60_000, "what it loses meanwhile adds nothing");
			now = record.away_until();
		}
		assert_eq!((record.lost, record.setbacks), (8, 4));
		record.setbacks = u64::MAX;
		record.mark(Mark::Lost, now);
		assert_eq!(record.away_until() - now, DAY);
	}

	#[test]
	fn validated_results_make_up_for_lost_tasks() {
		let mut record = Record { setbacks: 3, ..Record::default() };
		for left in [2, 1, 0, 0] {
			record.mark(Mark::Validated, NOW);
			assert_eq!(record.setbacks, left);
		}
		record.mark(Mark::Lost, NOW);
		assert_eq!(record.away_until() - NOW, BACK_OFF);
	}

	#[test]
	fn refuted_result_takes_all_that_was_earned_and_bans_for_longer_each_time() {
		let (mut record, mut now) = (validated(100), NOW);
		for days in [1, 2, 4] {
			record.mark(Mark::Validated, now);
			record.mark(Mark::Refuted, now);
			record.mark(Mark::Refuted, now + 1);
			assert_eq!((record.validated, record.earned(), record.is_proven()), (0, 1, false));
			assert_eq!(record.banned - now, days * DAY, "two at the same time are one");
			assert!(record.is_banned(record.banned - 1) && !record.is_banned(record.banned));
			now = record.banned;
		}
		assert_eq!((record.refuted, record.bans), (6, 3));
		record.bans = 100;
		record.mark(Mark::Refuted, now);
		assert_eq!(record.banned - now, LONGEST_BAN);
	}

	#[test]
	fn lifted_ban_is_over_but_not_forgotten() {
		let mut record = validated(5);
		record.mark(Mark::Refuted, NOW);
		record.mark(Mark::Lost, NOW);
		record.lift();
		assert_eq!(record.away_until(), 0);
		assert_eq!((record.refuted, record.lost, record.bans), (1, 1, 1));
	}

	/// Returns on how many of so many tasks a record has a vote of its own.
	fn votes(record: &Record, lot: H256, tasks: u64) -> u64 {
		(0..tasks).filter(|n| record.has_vote(lot, &TaskId(H256::from_low_u64_be(*n)))).count() as u64
	}

	#[test]
	fn stranger_that_is_not_proven_never_has_a_vote_of_its_own() {
		for count in [0, 1, PROVEN - 1] {
			assert_eq!(votes(&validated(count), H256::repeat_byte(7), 1_000), 0, "{count}");
		}
	}

	#[test]
	fn proven_stranger_shares_its_vote_on_one_task_in_as_many_as_were_validated() {
		for (count, shared) in [(PROVEN, 300..=700), (100, 50..=160), (1_000, 1..=30)] {
			let own = votes(&validated(count), lot(H256::zero(), H256::repeat_byte(3)), 10_000);
			assert!(shared.contains(&(10_000 - own)), "{count}: {own}");
		}
	}

	proptest! {
		#[test]
		fn vote_that_a_stranger_has_once_stays_while_it_is_right(key in any::<[u8; 32]>(), task in any::<[u8; 32]>(), more in 0_u64..1_000) {
			let (key, task) = (H256(key), TaskId(H256(task)));
			let before = validated(PROVEN).has_vote(key, &task);
			prop_assert_eq!(before, validated(PROVEN).has_vote(key, &task));
			prop_assert!(!before || validated(PROVEN + more).has_vote(key, &task));
		}

		#[test]
		fn nobody_can_tell_the_lot_without_the_secret(one in any::<[u8; 32]>(), other in any::<[u8; 32]>(), account in any::<[u8; 32]>()) {
			prop_assume!(one != other);
			prop_assert_ne!(lot(H256(one), H256(account)), lot(H256(other), H256(account)));
		}

		#[test]
		fn no_sequence_of_marks_overflows_or_bans_for_longer_than_the_longest_ban(marks in proptest::collection::vec(0_u8..3, 0..200), start in any::<Moment>()) {
			let mut record = Record::default();
			for (n, mark) in (0..).zip(marks) {
				let now = start.saturating_add(n * DAY);
				record.mark([Mark::Validated, Mark::Refuted, Mark::Lost][usize::from(mark)], now);
				prop_assert!(record.away_until() <= now.saturating_add(LONGEST_BAN));
			}
		}
	}
}
