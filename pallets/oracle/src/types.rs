//! What the pallet's storage holds, and what calls carry. State moves here, in functions that know no `T`.

// SCALE's derives number the variants of an enum with `as`.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::cast_possible_truncation))]

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use rlc_primitives::{
	oracle::{
		aggregate::{self, Agreed},
		definition::MAX_SEATS,
		Composite, Definition, Observation, Policy, Quality, RoundFailure, Seating, Status, Value, ValueKind,
	},
	AccountId, Balance, FeedId, Hash, Moment,
};
use scale_info::TypeInfo;
use sp_core::{ed25519, ConstU32, H256};
use sp_runtime::BoundedVec;

/// How far ahead of the chain a date may be, in ms.
pub const MAX_AHEAD: Moment = 2_000;

/// How many rounds in a row a seat may miss, or report an outlier in: with the last of them it is lost.
pub const MAX_MISSES: u8 = 3;

/// How many past values are kept of a feed.
pub const MAX_PAST: u32 = 16;

/// The longest address of a reporter, in bytes.
pub const MAX_REPORTER_URL: u32 = 128;

/// Where a reporter shows its observations and evidence.
pub type ReporterUrl = BoundedVec<u8, ConstU32<MAX_REPORTER_URL>>;

/// Observations of a panel, each signed by its seat.
pub type SignedObservations = BoundedVec<SignedObservation, ConstU32<MAX_SEATS>>;

/// What rounds need to know of a definition: a short copy, since a definition may be long.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Terms {
	/// What kind of values there are.
	pub kind: ValueKind,
	/// How many seats the panel has; 0 for a composite feed.
	pub seats: u8,
	/// Whether the panel is open: its reports are sealed.
	pub is_open: bool,
	/// The least bond of a seat, in nRLC.
	pub bond: Balance,
	/// After how many ms the value is due again; 0: never by itself.
	pub heartbeat: Moment,
	/// By how many basis points a value has to differ to be due; 0: it never is for that.
	pub deviation: u32,
	/// How old a value may be, in ms.
	pub max_age: Moment,
	/// How many sources each report is made of at least.
	pub sources: u8,
	/// What a report is paid, in nRLC.
	pub reward: Balance,
	/// How long a round is open, in ms.
	pub window: Moment,
	/// The least number that is accepted.
	pub min: Option<i128>,
	/// The highest number that is accepted.
	pub max: Option<i128>,
	/// By how many basis points a number may differ from the last without being held.
	pub max_jump: Option<u32>,
	/// Whether values are sent to Ethereum.
	pub ethereum: bool,
}

impl Terms {
	/// Returns those of a definition.
	pub fn of(definition: &Definition) -> Self {
		let (is_open, bond) = match &definition.policy {
			Policy::Panel(panel) => (matches!(panel.seating, Seating::Open(_)), panel.bond),
			Policy::Composite(_) => (false, 0),
		};
		Self {
			kind: definition.kind(),
			seats: definition.seats(),
			is_open,
			bond,
			heartbeat: definition.heartbeat,
			deviation: definition.deviation,
			max_age: definition.max_age,
			sources: definition.min_sources,
			reward: definition.reward,
			window: definition.window,
			min: definition.min,
			max: definition.max,
			max_jump: definition.max_jump,
			ethereum: definition.ethereum,
		}
	}

	/// Returns what a round costs at most, in nRLC: a reward for each seat.
	pub fn round_cost(&self) -> Balance {
		self.reward.saturating_mul(self.seats.into())
	}

	/// Returns whether a number is neither too low nor too high. Anything else is accepted.
	pub fn accepts(&self, value: &Value) -> bool {
		value
			.number()
			.is_none_or(|number| self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max))
	}
}

/// A feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Feed {
	/// Who created it, and may close it.
	pub owner: AccountId,
	/// What is held for it, in nRLC.
	pub deposit: Balance,
	/// What rounds need to know of its definition.
	pub terms: Terms,
	/// What it is made of, if it is a composite feed.
	pub composite: Option<Composite>,
	/// How deep feeds of feeds are below it: 0 for a panel's.
	pub depth: u8,
}

/// A seat: an account that reports for a feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Seat {
	/// What it loses if it is convicted, in nRLC.
	pub bond: Balance,
	/// What its observations are signed with.
	pub key: ed25519::Public,
	/// Where its reporter is reached.
	pub url: ReporterUrl,
	/// From when on its bond can be paid back, in ms, if it is leaving.
	pub leaving: Option<Moment>,
	/// Rewards of panels that it no longer sits on, in nRLC.
	pub earned: Balance,
}

/// An account that would sit on an open panel.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Candidate {
	/// Who.
	pub account: AccountId,
	/// What its observations are signed with.
	pub key: ed25519::Public,
	/// Its bond, in nRLC.
	pub bond: Balance,
}

/// A seat that is on the panel now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Member {
	/// Who.
	pub account: AccountId,
	/// What its observations are signed with.
	pub key: ed25519::Public,
	/// Its bond, in nRLC.
	pub bond: Balance,
	/// In how many rounds in a row it was missing, or an outlier.
	pub misses: u8,
	/// Rewards that it has not claimed, in nRLC.
	pub earned: Balance,
}

impl From<Candidate> for Member {
	fn from(Candidate { account, key, bond }: Candidate) -> Self {
		Self { account, key, bond, misses: 0, earned: 0 }
	}
}

/// A feed's panel, and what it is paid from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Panel {
	/// What the feed can pay for rounds, in nRLC.
	pub prepaid: Balance,
	/// The session for which the members of an open panel were chosen.
	pub session: u32,
	/// Who sits on it.
	pub members: BoundedVec<Member, ConstU32<MAX_SEATS>>,
}

impl Panel {
	/// Returns a member.
	pub fn member(&self, account: &AccountId) -> Option<&Member> {
		self.members.iter().find(|member| member.account == *account)
	}

	/// Returns whether as many sit on it as a value needs.
	pub fn has_quorum(&self, seats: u8) -> bool {
		self.members.len() >= usize::from(aggregate::quorum(seats))
	}

	/// Removes a member, and returns it.
	pub fn remove(&mut self, account: &AccountId) -> Option<Member> {
		let index = self.members.iter().position(|member| member.account == *account)?;
		Some(self.members.remove(index))
	}

	/// Takes what a member has earned; `None` if it does not sit on the panel.
	pub fn take_earned(&mut self, account: &AccountId) -> Option<Balance> {
		let member = self.members.iter_mut().find(|member| member.account == *account)?;
		Some(core::mem::take(&mut member.earned))
	}

	/// Chooses the members of an open panel of this size for a session: the highest bonds, earlier candidates first. Members
	/// that stay keep what they have; those that go are returned. `None`, and no change, if there are too few candidates.
	pub fn elect(&mut self, seats: u8, session: u32, mut candidates: Vec<Candidate>) -> Option<Vec<Member>> {
		candidates.sort_by_key(|candidate| core::cmp::Reverse(candidate.bond));
		candidates.truncate(usize::from(seats));
		if candidates.len() < usize::from(seats) {
			return None;
		}
		let stays = |member: &Member| candidates.iter().any(|candidate| candidate.account == member.account);
		let (mut stayed, gone): (Vec<_>, Vec<_>) = self.members.iter().cloned().partition(stays);
		let chosen: Vec<_> = candidates
			.into_iter()
			.map(|candidate| {
				let bond = candidate.bond;
				match stayed.iter().position(|member| member.account == candidate.account) {
					Some(index) => Member { bond, ..stayed.swap_remove(index) },
					None => candidate.into(),
				}
			})
			.collect();
		self.members = chosen.try_into().ok()?;
		self.session = session;
		Some(gone)
	}

	/// Returns what it costs to corrupt it, in nRLC.
	pub fn security(&self, seats: u8) -> Balance {
		aggregate::security(seats, self.members.iter().map(|member| member.bond).collect())
	}
}

/// Why a seat was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum LeaveCause {
	/// Its account wanted to.
	#[codec(index = 0)]
	Left,
	/// It was one candidate too many, with the lowest bond. It sits on the panel until the next is elected.
	#[codec(index = 1)]
	Outbid,
	/// It missed as many rounds in a row as it may, or was an outlier in them.
	#[codec(index = 2)]
	Missed,
}

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

/// A value, with what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Update {
	/// The number of its round.
	pub round: u64,
	/// When it was observed, in ms.
	pub date: Moment,
	/// The value.
	pub value: Value,
	/// What stands behind it.
	pub quality: Quality,
	/// The quartiles of numbers.
	pub quartiles: Option<(i128, i128)>,
}

/// A value that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Past {
	/// The number of its round.
	pub round: u64,
	/// When it was observed, in ms.
	pub date: Moment,
	/// The value.
	pub value: Value,
}

/// A feed's values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct History {
	/// How many rounds there were.
	pub rounds: u64,
	/// After which date, in ms, the next value must be: that of the last value, held or not.
	pub date: Moment,
	/// The value.
	pub latest: Option<Update>,
	/// A value that jumped and is not confirmed.
	pub held: Option<Update>,
	/// Why the last round failed, if it did.
	pub failure: Option<RoundFailure>,
	/// The values before, the oldest first.
	pub past: BoundedVec<Past, ConstU32<MAX_PAST>>,
}

impl History {
	/// Returns that of a feed that is created `now`, in ms. Its values have later dates than those that a feed of the same
	/// definition, closed before, could have had.
	pub fn new(now: Moment) -> Self {
		Self { date: now.saturating_add(MAX_AHEAD), ..Self::default() }
	}

	/// Returns whether a value is due `now`, in ms: there is none, or the last is as old as the heartbeat.
	pub fn is_due(&self, heartbeat: Moment, now: Moment) -> bool {
		self.latest.is_none() || (heartbeat > 0 && now >= self.date.saturating_add(heartbeat))
	}

	/// Returns whether a value deviates from the last by what makes it due.
	pub fn deviates(&self, new: &Value, bp: u32) -> bool {
		self.latest.as_ref().is_some_and(|latest| aggregate::deviates(&latest.value, new, bp))
	}

	/// Returns whether some value could: there is one, which is not 0.
	pub fn can_deviate(&self, bp: u32) -> bool {
		bp > 0 && self.latest.as_ref().is_some_and(|latest| latest.value != Value::Number(0))
	}

	/// Returns whether a value has moved by half of that.
	pub fn has_moved(&self, new: &Value, bp: u32) -> bool {
		self.latest.as_ref().is_some_and(|latest| aggregate::deviates_half(&latest.value, new, bp))
	}

	/// Takes in a round's value. One that jumps is held, unless it confirms one that is held: returns whether it became the
	/// latest.
	pub fn take(&mut self, update: Update, max_jump: Option<u32>) -> bool {
		let jumps = |from: &Option<Update>| {
			let bp = max_jump?;
			from.as_ref().map(|from| aggregate::jumps(&from.value, &update.value, bp))
		};
		let confirms = jumps(&self.held) == Some(false);
		self.date = update.date;
		self.failure = None;
		if jumps(&self.latest) == Some(true) && !confirms {
			self.held = Some(update);
			return false;
		}
		self.held = None;
		if let Some(Update { round, date, value, .. }) = self.latest.replace(update) {
			if self.past.is_full() {
				self.past.remove(0);
			}
			// There is room: one was removed if there was none.
			let _ = self.past.try_push(Past { round, date, value });
		}
		true
	}

	/// Returns how good the value is `now`, in ms, if the feed can pay a round or not.
	pub fn status(&self, max_age: Moment, is_funded: bool, now: Moment) -> Status {
		let Some(latest) = &self.latest else { return Status::Empty };
		if self.held.is_some() {
			return Status::Held;
		}
		match self.failure {
			Some(failure @ RoundFailure::OutOfBounds) => Status::Failed(failure),
			_ if now.saturating_sub(latest.date) <= max_age => Status::Fresh,
			_ if !is_funded => Status::Unfunded,
			Some(failure) => Status::Failed(failure),
			None => Status::Stale,
		}
	}
}

/// When an open round ends. Encoded, keys sort by time: the earliest is the first in storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct DueKey {
	/// When, in ms, as big-endian bytes.
	at: [u8; 8],
	/// Whose round.
	pub feed: FeedId,
}

impl DueKey {
	/// Returns the entry of a round that ends at `at`.
	pub fn new(at: Moment, feed: FeedId) -> Self {
		Self { at: at.to_be_bytes(), feed }
	}

	/// Returns when, in ms.
	pub fn at(&self) -> Moment {
		Moment::from_be_bytes(self.at)
	}
}

/// A seat's report for a feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct ReportOf {
	/// The feed.
	pub feed: FeedId,
	/// What the seat saw.
	pub observation: Observation,
	/// Whether it claims that the value deviates, to open a round before the heartbeat. It pays for the round if the value
	/// turns out to have moved less than half of the feed's deviation.
	pub claims: bool,
}

/// A seat's commitment for a feed with an open panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SealOf {
	/// The feed.
	pub feed: FeedId,
	/// What it commits to: see [`sealed`](rlc_primitives::oracle::value::sealed).
	pub seal: Hash,
	/// As of [`ReportOf`].
	pub claims: bool,
}

/// What a seat committed to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct RevealOf {
	/// The feed.
	pub feed: FeedId,
	/// What the seat saw.
	pub observation: Observation,
	/// What hid it.
	pub salt: H256,
}

/// An observation with its seat's signature.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SignedObservation {
	/// Whose it is.
	pub reporter: AccountId,
	/// What it saw.
	pub observation: Observation,
	/// The signature of its key over [the payload](Observation::payload).
	pub signature: ed25519::Signature,
}

/// Signed observations that make a feed's value.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Publication {
	/// The feed.
	pub feed: FeedId,
	/// At least `2f + 1` of the panel.
	pub observations: SignedObservations,
	/// Whether the caller pays the rewards if no value is due.
	pub pays: bool,
}
