//! Answers to the [runtime API](crate::api::OracleApi), for off-chain callers: nothing here runs in a block.

use alloc::vec::Vec;

use frame_support::traits::Get;
use rlc_primitives::{
	oracle::{aggregate::faults, Definition, Demand, Policy, ReadError, Reading},
	traits::Feeds as ReadFeeds,
	AccountId, Balance, FeedId, Hash, Moment,
};

use crate::{
	api::{CheckView, FeedEntry, FeedView, HistoryView, Past, RoundView, SeatView, MAX_PAGE},
	types::{Panel, Round, Seat, Update},
	Config, Definitions, Feeds, Pallet, Panels, Rounds, Seats, Values,
};

/// A day, in ms.
const DAY: Moment = 24 * 60 * 60 * 1_000;

impl<T: Config> Pallet<T> {
	/// See [`OracleApi::feed`](crate::api::OracleApi).
	pub fn feed_view(id: FeedId) -> Option<FeedView> {
		let feed = Feeds::<T>::get(id)?;
		let panel = Panels::<T>::get(id).unwrap_or_default();
		let seats = Seats::<T>::iter_prefix(id).map(|(account, seat)| seat_view(account, seat, &panel)).collect();
		Some(FeedView {
			definition: Definitions::<T>::get(id)?,
			owner: feed.owner,
			deposit: feed.deposit,
			prepaid: panel.prepaid,
			round_cost: feed.terms.round_cost(),
			seats,
			reading: Self::reading(&id),
		})
	}

	/// See [`OracleApi::feeds`](crate::api::OracleApi).
	pub fn feeds(after: Option<FeedId>, limit: u32) -> Vec<FeedEntry> {
		let all = match after {
			None => Definitions::<T>::iter(),
			Some(after) => Definitions::<T>::iter_from(Definitions::<T>::hashed_key_for(after)),
		};
		let limit = usize::try_from(limit.min(MAX_PAGE)).unwrap_or_default();
		let entry = |(feed, definition): (FeedId, Definition)| {
			let owner = Feeds::<T>::get(feed)?.owner;
			let (kind, oracle_ids) = (definition.kind(), oracle_ids(&definition));
			Some(FeedEntry { feed, owner, kind, oracle_ids, reading: Self::reading(&feed) })
		};
		all.take(limit).filter_map(entry).collect()
	}

	/// See [`OracleApi::read`](crate::api::OracleApi).
	pub fn read_feed(id: FeedId, demand: Demand) -> Result<Reading, ReadError> {
		<Self as ReadFeeds>::read(&id, &demand)
	}

	/// See [`OracleApi::history`](crate::api::OracleApi).
	pub fn history(id: FeedId) -> Option<HistoryView> {
		let history = Values::<T>::get(id)?;
		let past = |Update { round, date, value, .. }: Update| Past { round, date, value };
		let values = history.latest.map(past).into_iter().chain(history.past.into_iter().rev()).collect();
		Some(HistoryView { rounds: history.rounds, values, held: history.held.map(past), failure: history.failure })
	}

	/// See [`OracleApi::round`](crate::api::OracleApi).
	pub fn round(id: FeedId) -> Option<RoundView> {
		let panel = Panels::<T>::get(id)?;
		let round = Rounds::<T>::get(id)?;
		let is_open = Feeds::<T>::get(id)?.terms.is_open;
		let is_sealing = is_open && round.is_sealing(&panel, Self::now());
		let Round { number, opened, deadline, seals, reports, .. } = round;
		let committed = seals.into_iter().map(|sealed| sealed.reporter).collect();
		let reports = reports.into_iter().map(|report| (report.reporter, report.observation)).collect();
		Some(RoundView { number, opened, deadline, is_sealing, committed, reports })
	}

	/// See [`OracleApi::seat`](crate::api::OracleApi).
	pub fn seat(id: FeedId, account: AccountId) -> Option<SeatView> {
		let seat = Seats::<T>::get(id, &account)?;
		Some(seat_view(account, seat, &Panels::<T>::get(id).unwrap_or_default()))
	}

	/// See [`OracleApi::check`](crate::api::OracleApi).
	pub fn check(definition: Definition) -> CheckView {
		let feed = definition.feed_id();
		let round_cost = definition.round_cost();
		let rounds = DAY.checked_div(definition.heartbeat).unwrap_or_default();
		let bond = match &definition.policy {
			Policy::Panel(panel) => panel.bond.max(T::LeastBond::get()),
			Policy::Composite(_) => 0,
		};
		let cheapest = Balance::from(faults(definition.seats())).saturating_add(1);
		CheckView {
			feed,
			callback: feed.callback_id(),
			oracle_ids: oracle_ids(&definition),
			error: definition.check().err(),
			exists: Feeds::<T>::contains_key(feed),
			deposit: Self::feed_deposit(&definition),
			round_cost,
			day_cost: round_cost.saturating_mul(rounds.into()),
			security: bond.saturating_mul(cheapest),
		}
	}
}

fn oracle_ids(definition: &Definition) -> Vec<Hash> {
	definition.sources.iter().map(|source| source.oracle_id(Default::default())).collect()
}

fn seat_view(account: AccountId, seat: Seat, panel: &Panel) -> SeatView {
	let member = panel.member(&account);
	SeatView {
		key: seat.key,
		url: seat.url.into_inner(),
		bond: seat.bond,
		is_member: member.is_some(),
		misses: member.map_or(0, |member| member.misses),
		earned: member.map_or(0, |member| member.earned).saturating_add(seat.earned),
		leaving: seat.leaving,
		account,
	}
}
