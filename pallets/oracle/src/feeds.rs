//! Feeds: made of a definition, and closed by their owner.

use alloc::vec::Vec;

use codec::Encode;
use frame_support::{
	ensure,
	traits::{Get, Time},
};
use rlc_primitives::{
	oracle::{composite::MAX_DEPTH, Composite, Definition, Policy, RoundFailure, ValueKind},
	AccountId, Balance, FeedId, Moment,
};
use sp_runtime::DispatchResult;

use crate::{
	types::{Feed, History, Panel, Terms},
	Callbacks, Candidates, Config, Definitions, Error, Event, Feeds, Pallet, Panels, Rounds, Values,
};

impl<T: Config> Pallet<T> {
	/// Returns chain time, in ms.
	pub(crate) fn now() -> Moment {
		T::Time::now()
	}

	/// Returns what is held for a feed of this definition, in nRLC. One that does not fit into 128 bits becomes one that nobody
	/// has.
	pub fn feed_deposit(definition: &Definition) -> Balance {
		let bytes = Balance::try_from(definition.encoded_size()).unwrap_or(Balance::MAX);
		T::FeedDeposit::get().saturating_add(T::ByteDeposit::get().saturating_mul(bytes))
	}

	pub(crate) fn do_create_feed(owner: AccountId, definition: Definition, prepaid: Balance) -> DispatchResult {
		definition.check().map_err(Error::<T>::from)?;
		let feed = definition.feed_id();
		let taken = Feeds::<T>::contains_key(feed) || Callbacks::<T>::contains_key(feed.callback_id());
		ensure!(!taken, Error::<T>::AlreadyExists);
		let terms = Terms::of(&definition);
		let (composite, depth) = match &definition.policy {
			Policy::Panel(_) => (None, 0),
			Policy::Composite(composite) => (Some(*composite), Self::depth(composite)?),
		};
		ensure!(composite.is_none() || prepaid == 0, Error::<T>::NoPanel);
		ensure!(prepaid >= terms.round_cost(), Error::<T>::PrepaidTooLow);
		let deposit = Self::feed_deposit(&definition);

		Self::hold_deposit(&owner, deposit)?;
		Self::put_down(&owner, prepaid)?;
		if composite.is_none() {
			Panels::<T>::insert(feed, Panel { prepaid, ..Panel::default() });
			Values::<T>::insert(feed, History::new(Self::now()));
		}
		Feeds::<T>::insert(feed, Feed { owner: owner.clone(), deposit, terms, composite, depth });
		Definitions::<T>::insert(feed, definition);
		Callbacks::<T>::insert(feed.callback_id(), feed);

		Self::deposit_event(Event::FeedCreated { feed, owner });
		Ok(())
	}

	pub(crate) fn do_close_feed(who: AccountId, id: FeedId) -> DispatchResult {
		let feed = Self::feed(&id)?;
		ensure!(who == feed.owner, Error::<T>::NotOwner);

		if let Some(mut panel) = Panels::<T>::take(id) {
			if let Some(round) = Rounds::<T>::get(id) {
				Self::drop_round(&id, &round);
				Self::repay(&mut panel, &round)?;
				let cause = RoundFailure::TooFewReports;
				Self::deposit_event(Event::RoundFailed { feed: id, round: round.number, cause });
			}
			panel.members.iter().for_each(|member| Self::keep_earned(&id, member));
			Self::pay_out(&who, panel.prepaid)?;
		}
		Self::return_deposit(&who, feed.deposit)?;
		Candidates::<T>::remove(id);
		Values::<T>::remove(id);
		Callbacks::<T>::remove(id.callback_id());
		Definitions::<T>::remove(id);
		Feeds::<T>::remove(id);

		Self::deposit_event(Event::FeedClosed { feed: id });
		Ok(())
	}

	/// Reads a feed.
	pub(crate) fn feed(id: &FeedId) -> Result<Feed, Error<T>> {
		Feeds::<T>::get(id).ok_or(Error::<T>::UnknownFeed)
	}

	/// Returns why a feed has no panel.
	pub(crate) fn without_panel(id: &FeedId) -> Error<T> {
		if Feeds::<T>::contains_key(id) {
			Error::<T>::NoPanel
		} else {
			Error::<T>::UnknownFeed
		}
	}

	/// Returns how deep feeds of feeds are below a composite feed, itself included. No feed can be below itself: its id is a
	/// hash of theirs, and they are there before it.
	fn depth(composite: &Composite) -> Result<u8, Error<T>> {
		let legs: Vec<_> = composite.legs().iter().map(Feeds::<T>::get).collect();
		let mut deepest: u8 = 0;
		for leg in legs {
			let leg = leg.filter(|leg| leg.terms.kind == ValueKind::Number).ok_or(Error::<T>::WrongLeg)?;
			deepest = deepest.max(leg.depth);
		}
		let depth = deepest.saturating_add(1);
		ensure!(depth <= MAX_DEPTH, Error::<T>::TooDeep);
		Ok(depth)
	}
}
