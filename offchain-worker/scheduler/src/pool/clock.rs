//! The time, by the system and by the chain.
//!
//! Between blocks, PoCo time is what the next block would say if it were made now: deadlines that stand still, because
//! the chain does or work is stopped, do not pass here either. Only how long ago a block was seen is measured here: what
//! the machine's own clock says decides nothing about deadlines and money. A clock that is an hour ahead would give every
//! task up. Contents of the store expire once both clocks say so.

use std::{
	sync::LazyLock,
	time::{self, Duration, SystemTime, UNIX_EPOCH},
};

use rlc_primitives::Moment;
use tokio::time::Instant;

use crate::model::Now;

/// By how much the machine's clock may differ from chain time, in ms, before that is told.
const TOLERANCE: u64 = 30_000;

/// How often it is told.
const TOLD_EVERY: Duration = Duration::from_secs(600);

/// The time, by the system and by the chain.
pub(super) struct Clock {
	/// The times of the last block.
	block: rlc_chain::Clock,
	/// When it was seen.
	at: Instant,
	/// When it was last told that the machine's clock is wrong.
	told: Option<Instant>,
}

impl Clock {
	/// Returns a clock that has seen no block.
	pub fn new() -> Self {
		Self { block: rlc_chain::Clock::default(), at: Instant::now(), told: None }
	}

	/// Returns the time.
	pub fn now(&self) -> Now {
		let date = self.block.chain.saturating_add(self.at.elapsed().as_millis() as Moment);
		Now { local: local_time(), chain: self.block.at(date), date }
	}

	/// Sets the chain's time by a block that was just seen.
	pub fn set(&mut self, block: rlc_chain::Clock) {
		self.block = block;
		self.at = Instant::now();
	}

	/// Does the same with a block that follows the last one. Returns by how much the machine's clock, at `local` in ms, is
	/// ahead of the chain, in ms; `None` if the block is not new: blocks that are caught up with come faster than time
	/// passes. And of a chain's first block, which has no time.
	pub fn follow(&mut self, block: rlc_chain::Clock, local: Moment) -> Option<i64> {
		let passed = block.chain.saturating_sub(self.block.chain);
		let is_new = passed <= (self.at.elapsed().as_millis() as Moment).saturating_add(1_000);
		self.set(block);
		(is_new && block.chain > 0).then(|| local as i64 - block.chain as i64)
	}

	/// Returns whether it is time to tell that the machine's clock is ahead of the chain by so much, in ms, or behind it.
	pub fn is_to_tell(&mut self, ahead: i64) -> bool {
		let is_due = ahead.unsigned_abs() > TOLERANCE && self.told.is_none_or(|told| told.elapsed() >= TOLD_EVERY);
		if is_due {
			self.told = Some(Instant::now());
		}
		is_due
	}
}

/// Returns the time by this machine, in ms since the Unix epoch: what its clock said when this program first asked, and what
/// has passed since. When somebody sets the clock, no worker seems to have been silent, and none that is silent seems alive.
pub(crate) fn local_time() -> Moment {
	static BEGIN: LazyLock<(time::Instant, Moment)> = LazyLock::new(|| (time::Instant::now(), system_time()));
	let (at, begin) = *BEGIN;
	begin.saturating_add(at.elapsed().as_millis() as Moment)
}

/// Returns the system's time, in ms since the Unix epoch: for what is signed, and for what other programs read. It jumps when
/// somebody sets the clock.
pub(crate) fn system_time() -> Moment {
	SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as Moment)
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::time::advance;

	#[tokio::test(start_paused = true)]
	async fn deadlines_do_not_pass_while_poco_time_stands_still() {
		let mut clock = Clock::new();
		let (hour, start) = (3_600_000, 1_000_000_000);
		let block = rlc_chain::Clock::from(start);
		let pass = || advance(Duration::from_millis(hour));
		clock.set(block);
		pass().await;
		assert_eq!(clock.now().chain, start + hour, "a chain that makes no blocks until there is something to do");
		clock.set(rlc_chain::Clock { max_gap: Some(60_000), ..block });
		pass().await;
		assert_eq!(clock.now().chain, start + 60_000, "a chain that was stopped");
		clock.set(rlc_chain::Clock { stands_still: true, ..block });
		pass().await;
		assert_eq!(clock.now().chain, start, "work that is paused");
		clock.set(rlc_chain::Clock { poco: 1_000, max_gap: Some(60_000), ..block });
		assert_eq!(clock.now().chain, 1_000, "time that was lost before stays lost");
	}

	#[tokio::test(start_paused = true)]
	async fn machine_s_clock_decides_nothing() {
		let hour = 3_600_000;
		for block in [system_time() - hour, system_time() + hour] {
			let mut clock = Clock::new();
			clock.set(block.into());
			assert_eq!((clock.now().chain, clock.now().date), (block, block));
		}
	}

	#[tokio::test(start_paused = true)]
	async fn wrong_clock_is_told_of_once_in_a_while_and_not_while_blocks_are_caught_up_with() {
		let mut clock = Clock::new();
		let start: Moment = 1_000_000_000;
		assert_eq!(clock.follow(start.into(), start + 90_000), None, "the first block");
		assert_eq!(clock.follow((start + 60_000).into(), start + 90_000), None, "an old one: no minute has passed");
		advance(Duration::from_secs(2)).await;
		assert_eq!(clock.follow((start + 62_000).into(), start + 92_000), Some(30_000));
		advance(Duration::from_secs(2)).await;
		assert_eq!(clock.follow((start + 64_000).into(), start), Some(-64_000));
		assert!(!clock.is_to_tell(30_000) && clock.is_to_tell(-30_001));
		assert!(!clock.is_to_tell(90_000), "it was told just now");
		advance(TOLD_EVERY).await;
		assert!(clock.is_to_tell(90_000));
	}
}
