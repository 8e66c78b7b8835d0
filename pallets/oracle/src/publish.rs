//! Observations that seats signed off the chain, brought by anyone: a value in one call, and no cost while nobody asks.
//!
//! Whoever brings them chooses among those at hand. Any `2f + 1` of them have their lower median in the honest range (O6), so
//! that is as far as a choice moves a value. They pay for each signature's verification, wrong or right, and signatures are
//! verified last.

use alloc::vec::Vec;

use frame_support::{ensure, weights::Weight};
use rlc_primitives::{
	count,
	oracle::aggregate::{busiest_span, median_date, quorum, MAX_DATE_SPAN},
	traits::Outbox,
	AccountId, Moment,
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	rounds::Loaded,
	types::{Payer, Publication, Report, Round, SignedObservation},
	Config, Error, Pallet, Rounds, WeightInfo,
};

impl<T: Config> Pallet<T> {
	/// Returns what publications weigh: linear in their number and in their signatures. Half of `2f + 1` signatures, and of
	/// `3f + 1` too, are those of a panel in which at least `f` seats may be bad.
	pub(crate) fn publish_weight(publications: &[Publication]) -> Weight {
		let items = count(publications.len());
		let faults = publications.iter().map(|one| one.observations.len() / 2).fold(0, usize::saturating_add);
		T::WeightInfo::publish_many(items, count(faults))
			.saturating_add(T::Outbox::weight().saturating_mul(items.into()))
	}

	pub(crate) fn do_publish_many(who: AccountId, publications: Vec<Publication>) -> DispatchResult {
		let items = publications.into_iter().map(|publication| (publication.feed, publication));
		Self::each(&who, items, |publication| Self::publish(&who, publication)).map(|_| ())
	}

	fn publish(who: &AccountId, publication: Publication) -> DispatchResult {
		let Publication { feed: id, observations, pays } = publication;
		let mut loaded = Self::load(&id)?;
		ensure!(!loaded.terms.is_open, Error::<T>::SealedFeed);
		let date = Self::ensure_publishable(&loaded, &observations)?;
		let open = Rounds::<T>::get(id);
		if let Some(round) = &open {
			ensure!(date >= round.opened, Error::<T>::PredatesRound);
		}
		for one in &observations {
			let key = loaded.panel.member(&one.reporter).ok_or(Error::<T>::NotSeated)?.key;
			Self::ensure_signed_by(&key, &id, &one.observation, &one.signature)?;
		}

		let to_report = |SignedObservation { reporter, observation, .. }| Report { reporter, observation };
		let reports: Vec<_> = observations.into_iter().map(to_report).collect();
		let round = match open {
			Some(round) => {
				Self::drop_round(&id, &round);
				round
			}
			None => {
				let payer = Self::publication_payer(&loaded, &reports, pays.then_some(who))?;
				Self::new_round(&mut loaded, payer, 0)?
			}
		};
		let reports = reports.try_into().map_err(|_| Error::<T>::DuplicateObservation)?;
		Self::settle(&mut loaded, &Round { reports, ..round }, false)?;
		Self::store(loaded, None);
		Ok(())
	}

	/// Checks all of a publication but its signatures: enough members' observations, each once, each acceptable, of one time.
	/// Returns the date that the value would have, in ms.
	fn ensure_publishable(loaded: &Loaded, observations: &[SignedObservation]) -> Result<Moment, DispatchError> {
		let enough = observations.len() >= usize::from(quorum(loaded.terms.seats));
		ensure!(enough, Error::<T>::TooFewObservations);
		let mut reporters: Vec<_> = observations.iter().map(|one| &one.reporter).collect();
		reporters.sort_unstable();
		let twice = reporters.windows(2).any(|pair| pair.first() == pair.last());
		ensure!(!twice, Error::<T>::DuplicateObservation);
		for one in observations {
			ensure!(loaded.panel.member(&one.reporter).is_some(), Error::<T>::NotSeated);
			Self::ensure_acceptable(loaded, &one.observation)?;
		}
		let dates: Vec<_> = observations.iter().map(|one| one.observation.date).collect();
		let first = busiest_span(dates.clone()).ok_or(Error::<T>::TooFewObservations)?;
		let span = first..=first.saturating_add(MAX_DATE_SPAN);
		ensure!(dates.iter().all(|date| span.contains(date)), Error::<T>::DatesDiffer);
		median_date(dates).ok_or_else(|| Error::<T>::TooFewObservations.into())
	}

	/// Returns who pays for a value: the feed if it is due or deviates, which `2f + 1` signatures prove; otherwise the account
	/// that would.
	fn publication_payer(
		loaded: &Loaded,
		reports: &[Report],
		payer: Option<&AccountId>,
	) -> Result<Payer, DispatchError> {
		let terms = &loaded.terms;
		let round = Round {
			reports: reports.to_vec().try_into().map_err(|_| Error::<T>::DuplicateObservation)?,
			..Round::new(0, 0, 0, Payer::Feed, 0)
		};
		let outcome = round.outcome(&loaded.panel, terms);
		let deviates = outcome.is_ok_and(|outcome| loaded.history.deviates(&outcome.update.value, terms.deviation));
		if deviates || loaded.history.is_due(terms.heartbeat, Self::now()) {
			return Ok(Payer::Feed);
		}
		payer.map(|who| Payer::Requester(who.clone())).ok_or_else(|| Error::<T>::NotDue.into())
	}
}
