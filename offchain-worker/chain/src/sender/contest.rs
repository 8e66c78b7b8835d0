//! Numbers that several processes of one key want.
//!
//! Nothing is counted twice: a call is written again only if what was written before can be in no block, since the node
//! refused it, or since a final block has another transaction with its number: one that differs in more than what anyone
//! can rewrite of a signature.

use std::time::Duration;

use rlc_primitives::{Hash, Nonce};
use tokio::time::{sleep, Instant};

use super::{Sender, Verdict};
use crate::{
	calls::Call,
	receipt::{Receipt, Until},
	Error,
};

/// How long a call is written again while others are quicker.
const RACE: Duration = Duration::from_secs(30);
/// How long a number has to be free, as the node tells each time it is asked, before nobody is taken to have it. The node
/// that has just put a transaction into a block, or is about to take one, may not show it between two views of its pool.
const FREE: Duration = Duration::from_secs(2);
/// How often a call is written in all, if what it is tied to has changed.
const ATTEMPTS: u32 = 3;
/// What comes before the next attempt: up to so long for each one before.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest pause, in such steps.
const LONGEST: u32 = 5;
/// How often it is asked whether a number is used for good.
const LOOK: Duration = Duration::from_millis(500);

/// The attempts to get a call into a node's pool.
pub(super) struct Contest {
	begun: Instant,
	attempts: u32,
	free: Free,
}

impl Contest {
	/// Begins with the first attempt.
	pub(super) fn begin() -> Self {
		Self { begun: Instant::now(), attempts: 1, free: Free::default() }
	}

	/// Returns how long to wait before the call is written again, after the node did not take it; `None`: not at all.
	/// `is_taken`: another transaction has its number.
	pub(super) fn pause(&mut self, verdict: &Verdict, is_taken: bool) -> Option<Duration> {
		let (now, is_racing) = (Instant::now(), self.begun.elapsed() < RACE);
		let goes_on = match verdict {
			Verdict::Known | Verdict::NumberUsed(_) => is_racing,
			// Of a key whose signatures are always the same, another process may have written this very transaction.
			Verdict::Outranked | Verdict::Banned => is_racing && !self.free.looked(is_taken, now),
			Verdict::WriteAnew(_) => self.attempts < ATTEMPTS,
			Verdict::CannotPay | Verdict::TipTooHigh | Verdict::Refused(_) => false,
		};
		let longest = PAUSE * self.attempts.min(LONGEST);
		self.attempts = self.attempts.saturating_add(1);
		// Those that collided once would collide again if all waited as long.
		goes_on.then(|| longest.mul_f64(rand::random()))
	}
}

/// Since when a number has looked free.
#[derive(Debug, Default)]
struct Free {
	since: Option<Instant>,
}

impl Free {
	/// Takes in whether the number is taken, as the node says at `now`. Returns whether it has been free for long enough.
	fn looked(&mut self, is_taken: bool, now: Instant) -> bool {
		if is_taken {
			self.since = None;
			return false;
		}
		let since = *self.since.get_or_insert(now);
		now.saturating_duration_since(since) >= FREE
	}
}

impl Sender {
	/// Sends a call and waits. A transaction that left the pool is written again, but only once a final block has another
	/// one with its number: then no block will ever have both.
	pub(super) async fn send_until(&self, call: Call, until: Until) -> Result<Receipt, Error> {
		let begun = Instant::now();
		loop {
			let pending = self.submit(call.clone()).await?;
			let (extrinsic, nonce, since) = (pending.extrinsic.clone(), pending.nonce, pending.since);
			let lost = match pending.wait(until).await {
				Err(error @ Error::Dropped { .. }) if begun.elapsed() < RACE => error,
				outcome => return outcome,
			};
			let Some(last) = self.used_for_good(nonce).await else { return Err(lost) };
			if let Some(receipt) = self.chain().in_branch(&extrinsic, since, last).await? {
				return Ok(receipt);
			}
			log::debug!("transaction {:?} lost its number {nonce} to another one", extrinsic.hash);
		}
	}

	/// Returns whether a transaction with this number is in a block, or in the node's pool.
	pub(super) async fn is_taken(&self, nonce: Nonce) -> bool {
		let next = self.chain().rpc().next_nonce(&self.key().signer().to_string()).await;
		next.is_ok_and(|next| next > nonce)
	}

	/// Waits for a final block after which this number is used, and returns it; `None` if there is none soon, or if no
	/// transaction has had the number for a while: then the one that left the pool may still come from another node's.
	async fn used_for_good(&self, nonce: Nonce) -> Option<Hash> {
		// However short the patience with a transaction is, others can be quicker for as long as that.
		let (deadline, mut free) = (Instant::now() + RACE, Free::default());
		while Instant::now() < deadline {
			let is_taken = self.is_taken(nonce).await;
			if free.looked(is_taken, Instant::now()) {
				return None;
			}
			match self.final_nonce().await {
				Ok((next, last)) if is_taken && next > nonce => return Some(last),
				_ => sleep(LOOK).await,
			}
		}
		None
	}

	/// Returns the number that follows those in final blocks, and the last of these.
	async fn final_nonce(&self) -> Result<(Nonce, Hash), Error> {
		let (_, last) = self.chain().finalized().await?;
		let next = self.chain().call_api("AccountNonceApi_account_nonce", &self.key().signer(), Some(last)).await?;
		Ok((next, last))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::time::advance;

	fn refused(words: &str) -> Error {
		Error::Invalid(words.into())
	}

	#[test]
	fn call_is_written_again_while_others_are_quicker() {
		let mut contest = Contest::begin();
		for _ in 0..20 {
			for verdict in [Verdict::Known, Verdict::NumberUsed(refused("used")), Verdict::Outranked, Verdict::Banned] {
				let pause = contest.pause(&verdict, true);
				assert!(pause.is_some_and(|pause| pause <= PAUSE * LONGEST), "{verdict:?}");
			}
		}
	}

	#[test]
	fn no_contest_goes_on_for_ever() {
		let Some(begun) = Instant::now().checked_sub(RACE) else { panic!("clocks start earlier") };
		let mut contest = Contest { begun, ..Contest::begin() };
		for verdict in [Verdict::Known, Verdict::NumberUsed(refused("used")), Verdict::Outranked, Verdict::Banned] {
			assert_eq!(contest.pause(&verdict, true), None);
		}
	}

	#[test]
	fn what_is_written_anew_is_so_a_few_times() {
		let (mut contest, verdict) = (Contest::begin(), Verdict::WriteAnew(refused("old")));
		let pauses = [(); 4].map(|()| contest.pause(&verdict, false).is_some());
		assert_eq!(pauses, [true, true, false, false]);
	}

	#[tokio::test(start_paused = true)]
	async fn number_that_looks_free_for_a_moment_ends_no_contest() {
		for verdict in [Verdict::Outranked, Verdict::Banned] {
			let mut contest = Contest::begin();
			for _ in 0..3 {
				assert!(contest.pause(&verdict, false).is_some(), "{verdict:?}");
				advance(FREE * 2 / 3).await;
				assert!(contest.pause(&verdict, false).is_some(), "{verdict:?}");
				assert!(contest.pause(&verdict, true).is_some(), "{verdict:?}: it is taken after all");
				advance(FREE).await;
			}
			assert!(contest.pause(&verdict, false).is_some(), "{verdict:?}");
			advance(FREE).await;
			assert_eq!(contest.pause(&verdict, false), None, "{verdict:?}: nobody has it");
		}
	}

	#[test]
	fn what_is_refused_for_good_is_not_written_again() {
		for verdict in [Verdict::CannotPay, Verdict::TipTooHigh, Verdict::Refused(refused("no"))] {
			assert_eq!(Contest::begin().pause(&verdict, true), None);
		}
	}
}
