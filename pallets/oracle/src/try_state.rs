//! The invariants, each a check of its own.

use alloc::{collections::BTreeMap, vec::Vec};

use frame_support::{
	ensure,
	traits::fungible::{Inspect, InspectHold},
};
use rlc_primitives::{AccountId, Balance};
use sp_runtime::TryRuntimeError;

use crate::{
	types::DueKey, Agenda, Callbacks, Candidates, Config, Definitions, Feeds, HoldReason, Pallet, Panels, Rounds,
	Seats, Values,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::feeds_are_whole()?;
		Self::members_have_seats()?;
		Self::candidates_have_seats()?;
		Self::rounds_will_end()?;
		Self::values_rise()?;
		Self::account_holds_what_is_promised()?;
		Self::deposits_are_held()
	}

	/// Checks that each feed has what belongs to it, and that nothing belongs to none (I7).
	fn feeds_are_whole() -> Result<(), TryRuntimeError> {
		let mut panels: usize = 0;
		for (id, feed) in Feeds::<T>::iter() {
			let definition = Definitions::<T>::get(id).ok_or("a feed has no definition")?;
			ensure!(definition.feed_id() == id, "a feed is stored under another's id");
			ensure!(Callbacks::<T>::get(id.callback_id()) == Some(id), "a feed's callback is another's");
			let has_panel = feed.composite.is_none();
			ensure!(Panels::<T>::contains_key(id) == has_panel, "a feed has a panel, or is composite");
			ensure!(Values::<T>::contains_key(id) == has_panel, "a feed has values, or is composite");
			panels = panels.saturating_add(usize::from(has_panel));
		}
		let feeds = Feeds::<T>::iter_keys().count();
		ensure!(Definitions::<T>::iter_keys().count() == feeds, "I7: a definition of no feed is kept");
		ensure!(Callbacks::<T>::iter_keys().count() == feeds, "I7: a callback of no feed is kept");
		ensure!(Panels::<T>::iter_keys().count() == panels, "I7: a panel of no feed is kept");
		ensure!(Values::<T>::iter_keys().count() == panels, "I7: values of no feed are kept");
		Ok(())
	}

	/// Checks that each member has its seat, with this key and bond, and that there are no more members than seats.
	fn members_have_seats() -> Result<(), TryRuntimeError> {
		for (id, panel) in Panels::<T>::iter() {
			let feed = Feeds::<T>::get(id).ok_or("a panel has no feed")?;
			ensure!(panel.members.len() <= usize::from(feed.terms.seats), "a panel has more members than seats");
			for member in &panel.members {
				let seat = Seats::<T>::get(id, &member.account).ok_or("a member has no seat")?;
				ensure!(seat.key == member.key && seat.bond == member.bond, "a member differs from its seat");
				ensure!(feed.terms.is_open || seat.leaving.is_none(), "a member has left");
			}
		}
		Ok(())
	}

	/// Checks that each candidate has a seat that it has not left.
	fn candidates_have_seats() -> Result<(), TryRuntimeError> {
		for (id, candidates) in Candidates::<T>::iter() {
			ensure!(Feeds::<T>::get(id).is_some_and(|feed| feed.terms.is_open), "candidates are of no open panel");
			for candidate in candidates {
				let seat = Seats::<T>::get(id, &candidate.account).ok_or("a candidate has no seat")?;
				let same = seat.key == candidate.key && seat.bond == candidate.bond && seat.leaving.is_none();
				ensure!(same, "a candidate differs from its seat");
			}
		}
		Ok(())
	}

	/// Checks that the agenda has each open round, and nothing else.
	fn rounds_will_end() -> Result<(), TryRuntimeError> {
		for (id, round) in Rounds::<T>::iter() {
			ensure!(Panels::<T>::contains_key(id), "a round is of no feed");
			ensure!(Agenda::<T>::contains_key(DueKey::new(round.deadline, id)), "an open round is not on the agenda");
		}
		let rounds = Rounds::<T>::iter_keys().count();
		ensure!(Agenda::<T>::iter_keys().count() == rounds, "I7: the agenda has something that is not an open round");
		Ok(())
	}

	/// Checks O7: rounds and dates rise from value to value.
	fn values_rise() -> Result<(), TryRuntimeError> {
		for history in Values::<T>::iter_values() {
			let past = history.past.iter().map(|past| (past.round, past.date));
			let latest = history.latest.iter().chain(history.held.iter()).map(|update| (update.round, update.date));
			let all: Vec<_> = past.chain(latest).collect();
			let rises = all.windows(2).all(|pair| match pair {
				[(round, date), (next_round, next_date)] => round < next_round && date < next_date,
				_ => true,
			});
			ensure!(rises, "O7: a value is older than the one before it");
			let last = all.last().copied().unwrap_or_default();
			ensure!(last.0 <= history.rounds && last.1 <= history.date, "O7: an older value could follow");
		}
		Ok(())
	}

	/// Checks O8: the account holds what is prepaid, put down for rounds, bonded, and earned. It may hold more: anyone can
	/// send it RLC.
	fn account_holds_what_is_promised() -> Result<(), TryRuntimeError> {
		let promised = Self::promised();
		ensure!(T::Currency::total_balance(&Self::account()) >= promised, "O8: less is held than was promised");
		Ok(())
	}

	/// Returns what the account has to hold, in nRLC.
	pub(crate) fn promised() -> Balance {
		let panels = Panels::<T>::iter_values()
			.map(|panel| panel.members.iter().map(|one| one.earned).fold(panel.prepaid, Balance::saturating_add));
		let rounds = Rounds::<T>::iter_values().map(|round| round.held());
		let seats = Seats::<T>::iter_values().map(|seat| seat.bond.saturating_add(seat.earned));
		panels.chain(rounds).chain(seats).fold(0, Balance::saturating_add)
	}

	/// Checks that each owner's deposits are held, and no more.
	fn deposits_are_held() -> Result<(), TryRuntimeError> {
		let mut due = BTreeMap::<AccountId, Balance>::new();
		for feed in Feeds::<T>::iter_values() {
			let sum = due.entry(feed.owner).or_default();
			*sum = sum.saturating_add(feed.deposit);
		}
		for (who, amount) in due {
			let held = T::Currency::balance_on_hold(&HoldReason::Feed.into(), &who);
			ensure!(held == amount, "more or less is held than the deposits of feeds");
		}
		Ok(())
	}
}
