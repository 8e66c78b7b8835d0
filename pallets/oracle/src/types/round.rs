//! Open rounds, and what they come to.

// SCALE's derives number the variants of an enum with `as`.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::cast_possible_truncation))]

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use rlc_primitives::{
	oracle::{
		aggregate::{self, Agreed},
		definition::MAX_SEATS,
		Observation, Quality, RoundFailure,
	},
	AccountId, Balance, Hash, Moment,
};
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_runtime::BoundedVec;

use super::{Panel, Terms, Update};

/// Who pays for a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Payer {
	/// The feed.
	#[codec(index = 0)]
	Feed,
	/// An account that asked for it, and put the round's cost down.
	#[codec(index = 1)]
	Requester(AccountId),
	/// The feed, if the value has moved; otherwise the seat that claimed so, which put the round's cost down too.
	#[codec(index = 2)]
	Claimant(AccountId),
}

/// A report of an open round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Report {
	/// Who reports.
	pub reporter: AccountId,
	/// What it saw.
	pub observation: Observation,
}

/// A commitment of an open round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Sealed {
	/// Who committed.
	pub reporter: AccountId,
	/// To what: see [`sealed`](rlc_primitives::oracle::value::sealed).
	pub seal: Hash,
}

/// An open round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Round {
	/// Its number, from 1.
	pub number: u64,
	/// When it was opened, in ms.
	pub opened: Moment,
	/// When it ends, in ms.
	pub deadline: Moment,
	/// Who pays for it.
	pub payer: Payer,
	/// What was put down for rewards, in nRLC. A claimant has put down as much again.
	pub funds: Balance,
	/// What seats committed to, if the panel is open.
	pub seals: BoundedVec<Sealed, ConstU32<MAX_SEATS>>,
	/// What they reported.
	pub reports: BoundedVec<Report, ConstU32<MAX_SEATS>>,
}

impl Round {
	/// Returns a round without reports.
	pub fn new(number: u64, opened: Moment, window: Moment, payer: Payer, funds: Balance) -> Self {
		let deadline = opened.saturating_add(window);
		Self { number, opened, deadline, payer, funds, seals: Default::default(), reports: Default::default() }
	}

	/// Returns what the pallet's account holds for it, in nRLC.
	pub fn held(&self) -> Balance {
		match self.payer {
			Payer::Claimant(_) => self.funds.saturating_mul(2),
			Payer::Feed | Payer::Requester(_) => self.funds,
		}
	}

	/// Returns whether an account has reported.
	pub fn has_report(&self, of: &AccountId) -> bool {
		self.reports.iter().any(|report| report.reporter == *of)
	}

	/// Returns what an account committed to.
	pub fn seal(&self, of: &AccountId) -> Option<Hash> {
		self.seals.iter().find(|sealed| sealed.reporter == *of).map(|sealed| sealed.seal)
	}

	/// Returns whether seats commit, and do not show yet: in the first half of the window, until all have committed.
	pub fn is_sealing(&self, panel: &Panel, now: Moment) -> bool {
		let half = self.deadline.saturating_sub(self.opened) / 2;
		now < self.opened.saturating_add(half)
			&& panel.members.iter().any(|member| self.seal(&member.account).is_none())
	}

	/// Returns whether all have reported that can: all members, or all members that have committed.
	pub fn is_complete(&self, panel: &Panel, is_open: bool) -> bool {
		panel
			.members
			.iter()
			.all(|member| self.has_report(&member.account) || (is_open && self.seal(&member.account).is_none()))
	}

	/// Returns what the reports of the panel's members come to.
	///
	/// # Errors
	///
	/// Why they come to nothing.
	pub fn outcome(&self, panel: &Panel, terms: &Terms) -> Result<Outcome, RoundFailure> {
		let quorum = usize::from(aggregate::quorum(terms.seats));
		let reports = self.reports.iter().filter(|report| panel.member(&report.reporter).is_some());
		let all: Vec<&Report> = reports.collect();
		if all.len() < quorum {
			return Err(RoundFailure::TooFewReports);
		}
		let dates = all.iter().map(|report| report.observation.date).collect();
		let first = aggregate::busiest_span(dates).ok_or(RoundFailure::TooFewReports)?;
		let span = first..=first.saturating_add(aggregate::MAX_DATE_SPAN);
		let near: Vec<_> = all.into_iter().filter(|report| span.contains(&report.observation.date)).collect();
		if near.len() < quorum {
			return Err(RoundFailure::DatesDiffer);
		}
		let values: Vec<_> = near.iter().map(|report| &report.observation.value).collect();
		let agreed = Agreed::of(&values, terms.seats)?;
		if !terms.accepts(&agreed.value) {
			return Err(RoundFailure::OutOfBounds);
		}
		let dates = || near.iter().map(|report| report.observation.date);
		let date = aggregate::median_date(dates().collect()).ok_or(RoundFailure::TooFewReports)?;
		let oldest = dates().min().unwrap_or(date);
		let quality = Quality {
			reports: u8::try_from(near.len()).unwrap_or(u8::MAX),
			seats: terms.seats,
			sources: terms.sources,
			spread_bp: agreed.quartiles.map_or(0, |quartiles| quartiles.spread_bp()),
			source_age: u32::try_from(date.saturating_sub(oldest)).unwrap_or(u32::MAX),
			security: panel.security(terms.seats),
		};
		let quartiles = agreed.quartiles.map(|quartiles| (quartiles.low, quartiles.high));
		let right = near.iter().filter(|report| !agreed.is_outlier(&report.observation.value));
		let right = right.map(|report| report.reporter.clone()).collect();
		let update = Update { round: self.number, date, value: agreed.value, quality, quartiles };
		Ok(Outcome { update, right })
	}
}

/// What a round comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
	/// The value.
	pub update: Update,
	/// Who is paid for it.
	pub right: Vec<AccountId>,
}
