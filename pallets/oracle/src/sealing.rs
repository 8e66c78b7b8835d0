//! Sealed rounds, of open panels: seats commit to what they saw before any of them shows it. Nobody is paid for copying, as
//! nobody can: a commitment names its reporter and hides the value.

use alloc::vec::Vec;

use frame_support::{ensure, traits::Get, weights::Weight};
use rlc_primitives::{count, oracle::value::sealed, traits::Outbox, AccountId};
use sp_runtime::DispatchError;

use crate::{
	types::{RevealOf, SealOf, Sealed},
	Config, Error, Event, Pallet, Rounds, WeightInfo,
};

impl<T: Config> Pallet<T> {
	/// Returns what commitments weigh, at so many of which a panel is elected.
	pub(crate) fn commit_weight(items: u32, elections: u32) -> Weight {
		T::WeightInfo::commit_many(items).saturating_add(T::WeightInfo::elect().saturating_mul(elections.into()))
	}

	/// Returns what reveals weigh, of which so many close a round.
	pub(crate) fn reveal_weight(items: u32, closing: u32) -> Weight {
		let close = T::WeightInfo::reveal_and_close().saturating_add(T::Outbox::weight());
		T::WeightInfo::reveal_many(items).saturating_add(close.saturating_mul(closing.into()))
	}

	/// Takes in commitments. Returns at how many of them a panel was elected.
	pub(crate) fn do_commit_many(who: AccountId, seals: Vec<SealOf>) -> Result<u32, DispatchError> {
		let items = seals.into_iter().map(|seal| (seal.feed, seal));
		let elected = Self::each(&who, items, |seal| Self::commit(&who, seal))?;
		Ok(count(elected.into_iter().filter(|elected| *elected).count()))
	}

	/// Takes in a commitment. Returns whether the panel was elected for it.
	fn commit(who: &AccountId, seal: SealOf) -> Result<bool, DispatchError> {
		let SealOf { feed: id, seal, claims } = seal;
		let mut loaded = Self::load(&id)?;
		ensure!(loaded.terms.is_open, Error::<T>::NotSealedFeed);
		let open = Rounds::<T>::get(id);
		let elected = open.is_none() && Self::elect(&id, &loaded.terms, &mut loaded.panel)?;
		ensure!(loaded.panel.member(who).is_some(), Error::<T>::NotSeated);
		if let Some(round) = &open {
			ensure!(round.seal(who).is_none(), Error::<T>::AlreadyReported);
			ensure!(round.is_sealing(&loaded.panel, Self::now()), Error::<T>::SealingOver);
		}

		let mut round = match open {
			Some(round) => round,
			None => {
				let payer = Self::payer(&loaded, claims.then_some(who))?;
				Self::open_round(&mut loaded, payer)?
			}
		};
		let reporter = who.clone();
		let pushed = round.seals.try_push(Sealed { reporter: reporter.clone(), seal });
		pushed.map_err(|_| Error::<T>::SealingOver)?;
		Self::deposit_event(Event::Committed { feed: id, round: round.number, reporter, seal });
		Self::store(loaded, Some(round));
		Ok(elected)
	}

	/// Takes in what was committed to. Returns how many reveals closed a round.
	pub(crate) fn do_reveal_many(who: AccountId, reveals: Vec<RevealOf>) -> Result<u32, DispatchError> {
		let items = reveals.into_iter().map(|reveal| (reveal.feed, reveal));
		let closed = Self::each(&who, items, |reveal| Self::reveal(&who, reveal))?;
		Ok(count(closed.into_iter().filter(|closed| *closed).count()))
	}

	/// Takes in what was committed to. Returns whether it closed the round.
	fn reveal(who: &AccountId, reveal: RevealOf) -> Result<bool, DispatchError> {
		let RevealOf { feed: id, observation, salt } = reveal;
		let loaded = Self::load(&id)?;
		ensure!(loaded.panel.member(who).is_some(), Error::<T>::NotSeated);
		let mut round = Rounds::<T>::get(id).ok_or(Error::<T>::NoRound)?;
		let now = Self::now();
		ensure!(now < round.deadline, Error::<T>::RoundOver);
		ensure!(!round.is_sealing(&loaded.panel, now), Error::<T>::StillSealing);
		ensure!(!round.has_report(who), Error::<T>::AlreadyReported);
		let payload = observation.payload(T::Genesis::get(), id);
		let seal = sealed(payload, who, round.number, salt);
		ensure!(round.seal(who) == Some(seal), Error::<T>::WrongSeal);
		Self::ensure_acceptable(&loaded, &observation)?;

		Self::add_report(&id, &mut round, who, observation)?;
		Self::store_or_close(loaded, round)
	}
}
