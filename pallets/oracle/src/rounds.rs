//! Rounds: opened when a value is due or somebody pays, closed when all have reported or the time is over.
//!
//! A feed has one open round at most, and each ends. Whoever opens one in vain pays its fee only, and so cannot keep others
//! from a value for longer than a window: what is reported in an open round counts, whoever opened it.

use alloc::vec::Vec;

use frame_support::{ensure, storage::with_storage_layer, weights::Weight};
use rlc_primitives::{oracle::Observation, traits::Outbox, AccountId, FeedId, Moment};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	types::{DueKey, History, Panel, Payer, Report, ReportOf, Round, Terms, MAX_AHEAD},
	Agenda, Config, Error, Event, Pallet, Panels, Rounds, Values, WeightInfo,
};

/// What calls about a feed's rounds read of it.
pub(crate) struct Loaded {
	/// The feed.
	pub id: FeedId,
	/// What rounds need to know of its definition.
	pub terms: Terms,
	/// Its panel.
	pub panel: Panel,
	/// Its values.
	pub history: History,
}

impl<T: Config> Pallet<T> {
	/// Returns what reports weigh, of which so many close a round.
	pub(crate) fn report_weight(items: u32, closing: u32) -> Weight {
		let close = T::WeightInfo::report_and_close().saturating_add(T::Outbox::weight());
		T::WeightInfo::report_many(items).saturating_add(close.saturating_mul(closing.into()))
	}

	pub(crate) fn do_request(who: AccountId, id: FeedId) -> DispatchResult {
		let mut loaded = Self::load(&id)?;
		ensure!(!Rounds::<T>::contains_key(id), Error::<T>::RoundOpen);

		Self::elect(&id, &loaded.terms, &mut loaded.panel)?;
		let round = Self::open_round(&mut loaded, Payer::Requester(who))?;
		Self::store(loaded, Some(round));
		Ok(())
	}

	/// Takes in reports. Returns how many of them closed a round.
	pub(crate) fn do_report_many(who: AccountId, reports: Vec<ReportOf>) -> Result<u32, DispatchError> {
		let items = reports.into_iter().map(|report| (report.feed, report));
		let closed = Self::each(&who, items, |report| Self::report(&who, report))?;
		Ok(rlc_primitives::count(closed.into_iter().filter(|closed| *closed).count()))
	}

	/// Takes in a report. Returns whether it closed the round.
	fn report(who: &AccountId, report: ReportOf) -> Result<bool, DispatchError> {
		let ReportOf { feed: id, observation, claims } = report;
		let mut loaded = Self::load(&id)?;
		ensure!(!loaded.terms.is_open, Error::<T>::SealedFeed);
		ensure!(loaded.panel.member(who).is_some(), Error::<T>::NotSeated);
		Self::ensure_acceptable(&loaded, &observation)?;
		let open = Rounds::<T>::get(id);
		if let Some(round) = &open {
			ensure!(Self::now() < round.deadline, Error::<T>::RoundOver);
			ensure!(!round.has_report(who), Error::<T>::AlreadyReported);
		}

		let mut round = match open {
			Some(round) => round,
			None => {
				let claims = claims && loaded.history.deviates(&observation.value, loaded.terms.deviation);
				let payer = Self::payer(&loaded, claims.then_some(who))?;
				Self::open_round(&mut loaded, payer)?
			}
		};
		Self::add_report(&id, &mut round, who, observation)?;
		Self::store_or_close(loaded, round)
	}

	/// Adds a report to a round.
	pub(crate) fn add_report(
		id: &FeedId,
		round: &mut Round,
		who: &AccountId,
		observation: Observation,
	) -> DispatchResult {
		let report = Report { reporter: who.clone(), observation: observation.clone() };
		round.reports.try_push(report).map_err(|_| Error::<T>::AlreadyReported)?;
		Self::deposit_event(Event::Reported { feed: *id, round: round.number, reporter: who.clone(), observation });
		Ok(())
	}

	/// Stores a round, or closes it if all have reported that can. Returns whether it was closed.
	pub(crate) fn store_or_close(mut loaded: Loaded, round: Round) -> Result<bool, DispatchError> {
		let is_complete = round.is_complete(&loaded.panel, loaded.terms.is_open);
		if is_complete {
			Self::drop_round(&loaded.id, &round);
			Self::settle(&mut loaded, &round, true)?;
			Self::store(loaded, None);
		} else {
			Self::store(loaded, Some(round));
		}
		Ok(is_complete)
	}

	pub(crate) fn do_close_round(id: FeedId) -> DispatchResult {
		let round = Rounds::<T>::get(id).ok_or(Error::<T>::NoRound)?;
		ensure!(round.deadline <= Self::now(), Error::<T>::RoundNotOver);
		let mut loaded = Self::load(&id)?;

		Self::drop_round(&id, &round);
		Self::settle(&mut loaded, &round, true)?;
		Self::store(loaded, None);
		Ok(())
	}

	/// Does something for each item of a batch; those that fail change nothing. Fails with the error of the first if all do.
	pub(crate) fn each<Item, Done>(
		who: &AccountId,
		items: impl Iterator<Item = (FeedId, Item)>,
		mut act: impl FnMut(Item) -> Result<Done, DispatchError>,
	) -> Result<Vec<Done>, DispatchError> {
		let (mut done, mut refused) = (Vec::new(), Vec::new());
		for (feed, item) in items {
			match with_storage_layer(|| act(item)) {
				Ok(one) => done.push(one),
				Err(error) => refused.push((feed, error)),
			}
		}
		match refused.first() {
			Some((_, error)) if done.is_empty() => return Err(*error),
			None if done.is_empty() => return Err(Error::<T>::EmptyBatch.into()),
			_ => {}
		}
		for (feed, error) in refused {
			Self::deposit_event(Event::ItemRefused { feed, who: who.clone(), error });
		}
		Ok(done)
	}

	/// Reads what rounds of a feed are about. Fails without a panel.
	pub(crate) fn load(id: &FeedId) -> Result<Loaded, DispatchError> {
		let feed = Self::feed(id)?;
		let panel = Self::panel(id)?;
		let history = Values::<T>::get(id).ok_or(Error::<T>::NoPanel)?;
		Ok(Loaded { id: *id, terms: feed.terms, panel, history })
	}

	/// Writes what has changed of a feed, with the round that is open now.
	pub(crate) fn store(loaded: Loaded, round: Option<Round>) {
		let Loaded { id, panel, history, .. } = loaded;
		Panels::<T>::insert(id, panel);
		Values::<T>::insert(id, history);
		if let Some(round) = round {
			Rounds::<T>::insert(id, round);
		}
	}

	/// Removes a round, also from the agenda.
	pub(crate) fn drop_round(id: &FeedId, round: &Round) {
		Rounds::<T>::remove(id);
		Agenda::<T>::remove(DueKey::new(round.deadline, *id));
	}

	/// Checks that a feed can have an observation of this kind and date: later than its last value (O7), not older than its
	/// values may be, and not of the future.
	pub(crate) fn ensure_acceptable(loaded: &Loaded, observation: &Observation) -> DispatchResult {
		let (terms, date, now) = (&loaded.terms, observation.date, Self::now());
		ensure!(observation.value.is_of(terms.kind), Error::<T>::WrongKind);
		ensure!(date <= now.saturating_add(MAX_AHEAD), Error::<T>::DateInFuture);
		ensure!(date >= now.saturating_sub(terms.max_age), Error::<T>::DateTooOld);
		ensure!(date > loaded.history.date, Error::<T>::DateNotLater);
		Ok(())
	}

	/// Returns who pays for a round that is opened now: the feed if a value is due, and the feed or the claimant if a value is
	/// claimed to deviate.
	pub(crate) fn payer(loaded: &Loaded, claimant: Option<&AccountId>) -> Result<Payer, Error<T>> {
		if loaded.history.is_due(loaded.terms.heartbeat, Self::now()) {
			return Ok(Payer::Feed);
		}
		let claimant = claimant.filter(|_| loaded.history.can_deviate(loaded.terms.deviation));
		claimant.map(|who| Payer::Claimant(who.clone())).ok_or(Error::<T>::NotDue)
	}

	/// Opens a round: takes a number, puts its cost down, and notes its end on the agenda.
	pub(crate) fn open_round(loaded: &mut Loaded, payer: Payer) -> Result<Round, DispatchError> {
		let window = loaded.terms.window;
		let round = Self::new_round(loaded, payer, window)?;
		Agenda::<T>::insert(DueKey::new(round.deadline, loaded.id), ());
		let (feed, number, deadline) = (loaded.id, round.number, round.deadline);
		Self::deposit_event(Event::RoundOpened { feed, round: number, deadline });
		Ok(round)
	}

	/// Returns a round with the next number, for which its cost was put down.
	pub(crate) fn new_round(loaded: &mut Loaded, payer: Payer, window: Moment) -> Result<Round, DispatchError> {
		let Loaded { terms, panel, history, .. } = loaded;
		ensure!(panel.has_quorum(terms.seats), Error::<T>::PanelNotFull);
		let cost = terms.round_cost();
		match &payer {
			Payer::Feed => {}
			Payer::Requester(who) | Payer::Claimant(who) => Self::put_down(who, cost)?,
		}
		if !matches!(payer, Payer::Requester(_)) {
			panel.prepaid = panel.prepaid.checked_sub(cost).ok_or(Error::<T>::Unfunded)?;
		}
		history.rounds = history.rounds.saturating_add(1);
		Ok(Round::new(history.rounds, Self::now(), window, payer, cost))
	}
}
