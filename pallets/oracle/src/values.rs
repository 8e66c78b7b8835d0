//! What a round comes to: a value, and who is paid for it; or nothing, and nobody pays (O5).

use alloc::vec::Vec;

use rlc_primitives::{
	oracle::{Reading, Status},
	traits::Outbox,
	AccountId, Balance,
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	rounds::Loaded,
	types::{LeaveCause, Outcome, Panel, Payer, Round, Update, MAX_MISSES},
	Config, Event, Pallet,
};

impl<T: Config> Pallet<T> {
	/// Closes a round that is no longer stored. `counts`: whether members that did not report have missed it; of observations
	/// that somebody else chose, they have not.
	pub(crate) fn settle(loaded: &mut Loaded, round: &Round, counts: bool) -> DispatchResult {
		let outcome = round.outcome(&loaded.panel, &loaded.terms);
		match outcome {
			Ok(outcome) => Self::complete(loaded, round, outcome, counts),
			Err(cause) => {
				Self::repay(&mut loaded.panel, round)?;
				loaded.history.failure = Some(cause);
				Self::deposit_event(Event::RoundFailed { feed: loaded.id, round: round.number, cause });
				Ok(())
			}
		}
	}

	/// Gives back what was put down for a round that gave no value.
	pub(crate) fn repay(panel: &mut Panel, round: &Round) -> DispatchResult {
		match &round.payer {
			Payer::Requester(who) => Self::pay_out(who, round.funds),
			Payer::Feed => {
				panel.prepaid = Self::sum(panel.prepaid, round.funds)?;
				Ok(())
			}
			Payer::Claimant(who) => {
				panel.prepaid = Self::sum(panel.prepaid, round.funds)?;
				Self::pay_out(who, round.funds)
			}
		}
	}

	fn complete(loaded: &mut Loaded, round: &Round, outcome: Outcome, counts: bool) -> DispatchResult {
		let Outcome { update, right } = outcome;
		let paid = Self::reward(loaded, &right, round, counts)?;
		let has_moved = loaded.history.has_moved(&update.value, loaded.terms.deviation);
		Self::charge(&mut loaded.panel, round, paid, has_moved)?;
		let is_latest = loaded.history.take(update.clone(), loaded.terms.max_jump);
		let feed = loaded.id;
		if !is_latest {
			Self::deposit_event(Event::ValueHeld { feed, update });
			return Ok(());
		}
		if loaded.terms.ethereum {
			T::Outbox::send(&feed, &reading(&update, Status::Fresh));
		}
		Self::deposit_event(Event::ValueUpdated { feed, update });
		Ok(())
	}

	/// Pays the members that were right, and counts the others' misses. One with too many loses its seat. Returns what was
	/// paid, in nRLC: never more than was put down, since there are no more members than seats.
	fn reward(loaded: &mut Loaded, right: &[AccountId], round: &Round, counts: bool) -> Result<Balance, DispatchError> {
		let (id, reward) = (loaded.id, loaded.terms.reward);
		let mut paid: Balance = 0;
		for member in loaded.panel.members.iter_mut() {
			if right.contains(&member.account) {
				member.earned = Self::sum(member.earned, reward)?;
				member.misses = 0;
				paid = Self::sum(paid, reward)?;
			} else if counts || round.has_report(&member.account) {
				member.misses = member.misses.saturating_add(1);
			}
		}
		let has_lost = |misses: u8| misses >= MAX_MISSES;
		let lost: Vec<_> = loaded.panel.members.iter().filter(|one| has_lost(one.misses)).cloned().collect();
		loaded.panel.members.retain(|member| !has_lost(member.misses));
		for member in lost {
			Self::keep_earned(&id, &member);
			Self::retire(&id, &member.account, LeaveCause::Missed);
		}
		Ok(paid)
	}

	/// Takes what rewards cost from what was put down, and gives the rest back. A seat that claimed a deviation pays, unless
	/// the value has moved by half of it.
	fn charge(panel: &mut Panel, round: &Round, paid: Balance, has_moved: bool) -> DispatchResult {
		let rest = round.funds.saturating_sub(paid);
		match &round.payer {
			Payer::Requester(who) => Self::pay_out(who, rest),
			Payer::Feed => {
				panel.prepaid = Self::sum(panel.prepaid, rest)?;
				Ok(())
			}
			Payer::Claimant(who) => {
				let (to_feed, to_claimant) = if has_moved { (rest, round.funds) } else { (round.funds, rest) };
				panel.prepaid = Self::sum(panel.prepaid, to_feed)?;
				Self::pay_out(who, to_claimant)
			}
		}
	}
}

/// Returns a value as readers get it.
pub(crate) fn reading(update: &Update, status: Status) -> Reading {
	let Update { round, date, value, quality, .. } = update.clone();
	Reading { value, date, round, quality, status }
}
