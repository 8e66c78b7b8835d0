//! Seats: bonds, and who sits on a panel.
//!
//! A seat that is left, lost or outbid keeps its bond at stake for [`Config::Notice`]: what it has signed can convict it
//! until then. Only a conviction or that time ends it.

use frame_support::{ensure, traits::Get};
use rlc_primitives::{
	oracle::{value::seat_payload, Observation, Policy, Seating},
	AccountId, Balance, FeedId,
};
use sp_core::ed25519;
use sp_io::crypto::ed25519_verify;
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	types::{Candidate, LeaveCause, Member, Panel, Seat, SignedObservation, Terms},
	Candidates, Config, Definitions, Error, Event, Pallet, Panels, Seats,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_take_seat(who: AccountId, id: FeedId, seat: Seat, proof: ed25519::Signature) -> DispatchResult {
		let feed = Self::feed(&id)?;
		let mut panel = Self::panel(&id)?;
		ensure!(!Seats::<T>::contains_key(id, &who), Error::<T>::AlreadySeated);
		ensure!(seat.bond >= feed.terms.bond.max(T::LeastBond::get()), Error::<T>::BondTooLow);
		ensure!(is_reporter_url(&seat.url), Error::<T>::InvalidReporterUrl);
		ensure!(feed.terms.is_open || Self::is_named(&id, &who), Error::<T>::NotNamed);
		let payload = seat_payload(T::Genesis::get(), id, &who);
		ensure!(ed25519_verify(&proof, payload.as_bytes(), &seat.key), Error::<T>::WrongKeyProof);
		let bond = seat.bond;
		let outbid = if feed.terms.is_open { Self::outbid(&id, bond)? } else { None };

		Self::put_down(&who, bond)?;
		let candidate = Candidate { account: who.clone(), key: seat.key, bond };
		if feed.terms.is_open {
			if let Some(lowest) = outbid {
				Self::retire(&id, &lowest, LeaveCause::Outbid);
			}
			Candidates::<T>::try_append(id, candidate).map_err(|()| Error::<T>::Outbid)?;
		} else {
			panel.members.try_push(candidate.into()).map_err(|_| Error::<T>::NotNamed)?;
			Panels::<T>::insert(id, panel);
		}
		Seats::<T>::insert(id, &who, seat);

		Self::deposit_event(Event::SeatTaken { feed: id, account: who, bond });
		Ok(())
	}

	pub(crate) fn do_raise_bond(who: AccountId, id: FeedId, amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::NothingToPay);
		let mut seat = Seats::<T>::get(id, &who).ok_or(Error::<T>::NotSeated)?;
		ensure!(seat.leaving.is_none(), Error::<T>::AlreadyLeaving);
		seat.bond = Self::sum(seat.bond, amount)?;
		let bond = seat.bond;

		Self::put_down(&who, amount)?;
		Seats::<T>::insert(id, &who, seat);
		Candidates::<T>::mutate_extant(id, |candidates| {
			candidates.iter_mut().filter(|candidate| candidate.account == who).for_each(|one| one.bond = bond);
		});
		Panels::<T>::mutate_extant(id, |panel| {
			panel.members.iter_mut().filter(|member| member.account == who).for_each(|one| one.bond = bond);
		});

		Self::deposit_event(Event::BondRaised { feed: id, account: who, bond });
		Ok(())
	}

	pub(crate) fn do_leave_seat(who: AccountId, id: FeedId) -> DispatchResult {
		let seat = Seats::<T>::get(id, &who).ok_or(Error::<T>::NotSeated)?;
		ensure!(seat.leaving.is_none(), Error::<T>::AlreadyLeaving);

		if let Some(mut panel) = Panels::<T>::get(id) {
			if let Some(member) = panel.remove(&who) {
				Self::keep_earned(&id, &member);
				Panels::<T>::insert(id, panel);
			}
		}
		Self::retire(&id, &who, LeaveCause::Left);
		Ok(())
	}

	pub(crate) fn do_prune_seat(id: FeedId, account: AccountId) -> DispatchResult {
		let seat = Seats::<T>::get(id, &account).ok_or(Error::<T>::NotSeated)?;
		ensure!(seat.leaving.is_some_and(|until| until <= Self::now()), Error::<T>::StillBonded);

		let earned = Self::remove_seat(&id, &account, &seat)?;
		let paid = Self::sum(seat.bond, earned)?;
		Self::pay_out(&account, paid)?;

		Self::deposit_event(Event::SeatPruned { feed: id, account, paid });
		Ok(())
	}

	/// Seizes the bond of a seat that signed two values under one date. It cannot know which of them a reader gets, so it lied
	/// to one of them; what it signed can be shown by anyone who has both.
	pub(crate) fn do_prove_equivocation(
		who: AccountId,
		id: FeedId,
		one: SignedObservation,
		other: SignedObservation,
	) -> DispatchResult {
		ensure!(one.reporter == other.reporter, Error::<T>::NotEquivocal);
		let account = one.reporter.clone();
		let seat = Seats::<T>::get(id, &account).ok_or(Error::<T>::NotSeated)?;
		let (first, second) = (&one.observation, &other.observation);
		ensure!(first.date == second.date && first.value != second.value, Error::<T>::NotEquivocal);
		Self::ensure_signed_by(&seat.key, &id, first, &one.signature)?;
		Self::ensure_signed_by(&seat.key, &id, second, &other.signature)?;

		let reward = seat.bond / 2;
		let earned = Self::remove_seat(&id, &account, &seat)?;
		Self::pay_out(&who, reward)?;
		Self::pay_out(&account, earned)?;
		Self::seize(seat.bond.saturating_sub(reward))?;

		Self::deposit_event(Event::SeatConvicted { feed: id, account, by: who, reward });
		Ok(())
	}

	/// Checks that a key signed an observation for this chain and feed.
	pub(crate) fn ensure_signed_by(
		key: &ed25519::Public,
		id: &FeedId,
		observation: &Observation,
		signature: &ed25519::Signature,
	) -> DispatchResult {
		let payload = observation.payload(T::Genesis::get(), *id);
		ensure!(ed25519_verify(signature, payload.as_bytes(), key), Error::<T>::WrongSignature);
		Ok(())
	}

	/// Chooses an open panel's members, if the session is another than the last time: those with the highest bonds. Whoever
	/// has `f + 1` of them has the feed, and pays for that by [`security`](Panel::security), which readers see. A lottery
	/// would be cheaper to win for anyone who tries often. Returns whether it chose.
	pub(crate) fn elect(id: &FeedId, terms: &Terms, panel: &mut Panel) -> Result<bool, Error<T>> {
		let session = T::Session::get();
		if !terms.is_open || (panel.session == session && !panel.members.is_empty()) {
			return Ok(false);
		}
		let candidates = Candidates::<T>::get(id).into_inner();
		let gone = panel.elect(terms.seats, session, candidates).ok_or(Error::<T>::PanelNotFull)?;
		gone.iter().for_each(|member| Self::keep_earned(id, member));
		Self::deposit_event(Event::PanelElected { feed: *id, session });
		Ok(true)
	}

	/// Notes what a member earned with its seat: it sits on the panel no longer.
	pub(crate) fn keep_earned(id: &FeedId, member: &Member) {
		if member.earned > 0 {
			Seats::<T>::mutate(id, &member.account, |seat| {
				if let Some(seat) = seat {
					seat.earned = seat.earned.saturating_add(member.earned);
				}
			});
		}
	}

	/// Takes a seat out of the candidates, and has its bond end after the notice.
	pub(crate) fn retire(id: &FeedId, account: &AccountId, cause: LeaveCause) {
		let until = Self::now().saturating_add(T::Notice::get());
		Self::remove_candidate(id, account);
		Seats::<T>::mutate(id, account, |seat| {
			if let Some(seat) = seat {
				seat.leaving = Some(until);
			}
		});
		Self::deposit_event(Event::SeatLeft { feed: *id, account: account.clone(), until, cause });
	}

	/// Removes a seat wherever it is. Returns what it earned and has not claimed, in nRLC.
	fn remove_seat(id: &FeedId, account: &AccountId, seat: &Seat) -> Result<Balance, DispatchError> {
		let mut earned = seat.earned;
		if let Some(mut panel) = Panels::<T>::get(id) {
			if let Some(member) = panel.remove(account) {
				earned = Self::sum(earned, member.earned)?;
				Panels::<T>::insert(id, panel);
			}
		}
		Self::remove_candidate(id, account);
		Seats::<T>::remove(id, account);
		Ok(earned)
	}

	/// Returns which candidate makes room for another with this bond: none if there is room, and otherwise the last of those
	/// with the lowest bond.
	fn outbid(id: &FeedId, bond: Balance) -> Result<Option<AccountId>, Error<T>> {
		let candidates = Candidates::<T>::get(id);
		if !candidates.is_full() {
			return Ok(None);
		}
		let lowest = candidates.iter().rev().min_by_key(|one| one.bond).filter(|one| one.bond < bond);
		lowest.map(|one| Some(one.account.clone())).ok_or(Error::<T>::Outbid)
	}

	fn remove_candidate(id: &FeedId, account: &AccountId) {
		let mut candidates = Candidates::<T>::get(id);
		let before = candidates.len();
		candidates.retain(|candidate| candidate.account != *account);
		if candidates.len() < before {
			Candidates::<T>::insert(id, candidates);
		}
	}

	/// Returns whether a named panel has a seat for this account.
	fn is_named(id: &FeedId, account: &AccountId) -> bool {
		Definitions::<T>::get(id).is_some_and(|definition| match definition.policy {
			Policy::Panel(panel) => match panel.seating {
				Seating::Named(accounts) => accounts.contains(account),
				Seating::Open(_) => false,
			},
			Policy::Composite(_) => false,
		})
	}
}

/// Returns whether a reporter can be reached there: at a printable URL.
fn is_reporter_url(url: &[u8]) -> bool {
	let rest = url.strip_prefix(b"https://").or_else(|| url.strip_prefix(b"http://"));
	rest.is_some_and(|rest| !rest.is_empty()) && url.iter().all(u8::is_ascii_graphic)
}
