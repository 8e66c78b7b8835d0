#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agenda;
pub mod api;
mod errors;
mod events;
mod feeds;
mod money;
mod publish;
mod queries;
mod reading;
mod rounds;
mod sealing;
mod seats;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod types;
mod values;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

use frame_support::{pallet_macros::import_section, traits::fungible::Credit};
use frame_system::Config as SystemConfig;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use weights::WeightInfo;

/// RLC taken out of the pallet's account and not yet put anywhere.
pub type CreditOf<T> = Credit<<T as SystemConfig>::AccountId, <T as Config>::Currency>;

/// The pallet.
// What FRAME's macros write converts with `as` and expects.
#[cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::expect_used))]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use alloc::boxed::Box;

	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{hold, Balanced, Mutate},
			OnUnbalanced, Time,
		},
		weights::WeightMeter,
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use rlc_primitives::{
		count,
		oracle::{Definition, Observation, RoundFailure},
		traits::{Outbox, Stops},
		AccountId, Balance, CallbackId, FeedId, Hash, Moment,
	};
	use sp_core::ed25519;

	use crate::{
		types::{
			Candidate, DueKey, Feed, History, LeaveCause, Panel, Publication, ReportOf, ReporterUrl, RevealOf, Round,
			SealOf, Seat, SignedObservation, Update,
		},
		CreditOf, WeightInfo,
	};

	/// What the pallet needs from the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, RuntimeEvent: From<Event<Self>>> {
		/// The runtime's reasons to hold RLC.
		type RuntimeHoldReason: From<HoldReason>;

		/// The RLC token. Its existential deposit is 1 nRLC: any amount can be paid to any account.
		type Currency: Balanced<AccountId, Balance = Balance>
			+ Mutate<AccountId>
			+ hold::Mutate<AccountId, Reason = Self::RuntimeHoldReason>;

		/// Where what is seized goes, but for the prover's part.
		type Treasury: OnUnbalanced<CreditOf<Self>>;

		/// Carries values of flagged feeds to Ethereum.
		type Outbox: Outbox;

		/// Knows which calls are stopped for now.
		type Stops: Stops;

		/// The chain's clock, in ms.
		type Time: Time<Moment = Moment>;

		/// The number of the session: open panels change with it.
		type Session: Get<u32>;

		/// The hash of the first block, which observations are signed for.
		type Genesis: Get<Hash>;

		/// Names the pallet's account, which holds what is prepaid, bonds, and rewards that are not claimed.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Held for a feed, in nRLC.
		#[pallet::constant]
		type FeedDeposit: Get<Balance>;

		/// Held for each byte of a definition, in nRLC.
		#[pallet::constant]
		type ByteDeposit: Get<Balance>;

		/// The least bond of a seat, in nRLC.
		#[pallet::constant]
		type LeastBond: Get<Balance>;

		/// For how long the bond of a seat that was left can still be seized, in ms.
		#[pallet::constant]
		type Notice: Get<Moment>;

		/// The most candidates for an open panel. At least as many as a panel has seats.
		#[pallet::constant]
		type MaxCandidates: Get<u32>;

		/// The most items of a batch.
		#[pallet::constant]
		type MaxBatch: Get<u32>;

		/// Weights of the calls and of the hooks' steps.
		type WeightInfo: WeightInfo;

		/// Sets up what benchmarks need of other pallets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::BenchmarkHelper;
	}

	/// Why RLC is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For a feed that is stored.
		Feed,
	}

	/// The layout of storage that this code reads and writes. A change of it needs a migration.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet's handle.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Feeds' definitions, for reporters and readers. Paid for by the owner's deposit; removed when the feed is closed.
	#[pallet::storage]
	pub type Definitions<T> = StorageMap<_, Identity, FeedId, Definition>;

	/// Feeds. Comes, goes and is paid for with the definition.
	#[pallet::storage]
	pub type Feeds<T> = StorageMap<_, Identity, FeedId, Feed>;

	/// Which feed a callback is. Comes, goes and is paid for with the definition.
	#[pallet::storage]
	pub type Callbacks<T> = StorageMap<_, Identity, CallbackId, FeedId>;

	/// Feeds' panels, and what they are paid from; composite feeds have none. Comes, goes and is paid for with the definition.
	#[pallet::storage]
	pub type Panels<T> = StorageMap<_, Identity, FeedId, Panel>;

	/// Who would sit on open panels, in the order of their coming. Each is paid for by its bond; removed when it leaves, and
	/// when the feed is closed.
	#[pallet::storage]
	pub type Candidates<T: Config> =
		StorageMap<_, Identity, FeedId, BoundedVec<Candidate, T::MaxCandidates>, ValueQuery>;

	/// Seats. Each is paid for by its bond; removed a week after it was left or lost, and when it is convicted.
	#[pallet::storage]
	pub type Seats<T> = StorageDoubleMap<_, Identity, FeedId, Blake2_128Concat, AccountId, Seat>;

	/// Open rounds, one a feed at most. Each is paid for by the fee of the call that opened it; removed when it is closed, by
	/// its deadline at the latest.
	#[pallet::storage]
	pub type Rounds<T> = StorageMap<_, Identity, FeedId, Round>;

	/// Feeds' values; composite feeds store none. Comes, goes and is paid for with the definition.
	#[pallet::storage]
	pub type Values<T> = StorageMap<_, Identity, FeedId, History>;

	/// The agenda: each open round at its deadline, the earliest first. Comes and goes with the round.
	#[pallet::storage]
	pub type Agenda<T> = StorageMap<_, Identity, DueKey, ()>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// Closes rounds that are over, the earliest first: as many as `remaining` allows.
		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining);
			Self::run_due(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			let most = rlc_primitives::oracle::definition::MAX_SEATS;
			assert!(T::MaxBatch::get() > 0 && T::MaxCandidates::get() >= most, "nothing would be possible");
			let block = T::BlockWeights::get().max_block;
			assert!(Self::due_weight().all_lte(block), "a step of on_idle would never fit into a block");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	/// Where an account has too little free RLC, the currency's own error says so.
	///
	/// Of a batch, the acceptable items count; [`Event::ItemRefused`] tells of the others. If none counts, the batch is
	/// refused with the error of the first. Signatures are paid for whether they are right or not.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Creates a feed. Holds a deposit, and takes `prepaid` nRLC for rounds: at least what one costs. Emits
		/// [`Event::FeedCreated`].
		///
		/// # Errors
		///
		/// [`Error::AlreadyExists`], [`Error::PrepaidTooLow`]; those of [`Definition::check`]; for a composite feed
		/// [`Error::WrongLeg`], [`Error::TooDeep`], and [`Error::NoPanel`] if something is prepaid.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::create_feed())]
		pub fn create_feed(origin: OriginFor<T>, definition: Box<Definition>, prepaid: Balance) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_create_feed(owner, *definition, prepaid)
		}

		/// Closes a feed that the caller owns. An open round fails. The deposit, and what is left of what was prepaid, whoever
		/// prepaid it, is the caller's again; seats keep what they earned, and can leave. Emits [`Event::FeedClosed`].
		///
		/// # Errors
		///
		/// [`Error::UnknownFeed`], [`Error::NotOwner`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::close_feed())]
		pub fn close_feed(origin: OriginFor<T>, feed: FeedId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_close_feed(who, feed)
		}

		/// Prepays rounds of a feed, of anyone's. Emits [`Event::FeedFunded`].
		///
		/// # Errors
		///
		/// [`Error::NothingToPay`], [`Error::UnknownFeed`], [`Error::NoPanel`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::fund())]
		pub fn fund(origin: OriginFor<T>, feed: FeedId, amount: Balance) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_fund(who, feed, amount)
		}

		/// Takes a seat, with a bond in nRLC that is lost if the seat is convicted. `proof` is the key's signature over
		/// [`seat_payload`](rlc_primitives::oracle::value::seat_payload). A named account sits on the panel at once. On an open
		/// panel sit those who have the highest bonds when the first round of a session is opened. Emits
		/// [`Event::SeatTaken`].
		///
		/// # Errors
		///
		/// [`Error::UnknownFeed`], [`Error::NoPanel`], [`Error::AlreadySeated`], [`Error::BondTooLow`],
		/// [`Error::InvalidReporterUrl`], [`Error::NotNamed`], [`Error::Outbid`], [`Error::WrongKeyProof`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::take_seat())]
		pub fn take_seat(
			origin: OriginFor<T>,
			feed: FeedId,
			bond: Balance,
			url: ReporterUrl,
			key: ed25519::Public,
			proof: ed25519::Signature,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_take_seat(who, feed, Seat { bond, key, url, leaving: None, earned: 0 }, proof)
		}

		/// Raises the bond of the caller's seat, by an amount in nRLC. Emits [`Event::BondRaised`].
		///
		/// # Errors
		///
		/// [`Error::NothingToPay`], [`Error::NotSeated`], [`Error::AlreadyLeaving`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::raise_bond())]
		pub fn raise_bond(origin: OriginFor<T>, feed: FeedId, amount: Balance) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_raise_bond(who, feed, amount)
		}

		/// Leaves the caller's seat, and the panel at once. The bond stays for [`Config::Notice`]: until then what the seat
		/// signed can convict it. Emits [`Event::SeatLeft`].
		///
		/// # Errors
		///
		/// [`Error::NotSeated`], [`Error::AlreadyLeaving`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::leave_seat())]
		pub fn leave_seat(origin: OriginFor<T>, feed: FeedId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_leave_seat(who, feed)
		}

		/// Opens a round that the caller pays for. If it fails, the caller has its RLC back. Emits [`Event::RoundOpened`].
		///
		/// # Errors
		///
		/// [`Error::UnknownFeed`], [`Error::NoPanel`], [`Error::RoundOpen`], [`Error::PanelNotFull`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::request().saturating_add(T::WeightInfo::elect()))]
		pub fn request(origin: OriginFor<T>, feed: FeedId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_request(who, feed)
		}

		/// Reports for feeds with named panels on which the caller sits. The first report opens a round, if a value is due or a
		/// deviation is claimed; the last closes it. Emits [`Event::Reported`], perhaps [`Event::RoundOpened`], and what closing
		/// a round emits.
		///
		/// # Errors
		///
		/// [`Error::EmptyBatch`], [`Error::UnknownFeed`], [`Error::NoPanel`], [`Error::SealedFeed`], [`Error::NotSeated`],
		/// [`Error::WrongKind`], [`Error::DateInFuture`], [`Error::DateTooOld`], [`Error::DateNotLater`],
		/// [`Error::RoundOver`], [`Error::AlreadyReported`], [`Error::NotDue`], [`Error::PanelNotFull`],
		/// [`Error::Unfunded`].
		#[pallet::call_index(7)]
		#[pallet::weight(Pallet::<T>::report_weight(count(reports.len()), count(reports.len())))]
		pub fn report_many(
			origin: OriginFor<T>,
			reports: BoundedVec<ReportOf, T::MaxBatch>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let items = count(reports.len());
			let closed = Self::do_report_many(who, reports.into_inner())?;
			Ok(Some(Self::report_weight(items, closed)).into())
		}

		/// Brings observations that seats of named panels signed, at least `2f + 1` for each feed: each makes a value at once.
		/// Anyone may. The feed pays the rewards if a value is due or deviates, the payer of an open round if the observations
		/// are newer than it, and the caller otherwise, if it wants to. Which seats it brings is up to it: that moves a value
		/// within the honest range only, and costs seats that it leaves out nothing but the reward. Emits what closing a round
		/// emits.
		///
		/// # Errors
		///
		/// [`Error::EmptyBatch`], [`Error::UnknownFeed`], [`Error::NoPanel`], [`Error::SealedFeed`],
		/// [`Error::TooFewObservations`], [`Error::DuplicateObservation`], [`Error::NotSeated`], [`Error::WrongKind`],
		/// [`Error::DateInFuture`], [`Error::DateTooOld`], [`Error::DateNotLater`], [`Error::DatesDiffer`],
		/// [`Error::PredatesRound`], [`Error::NotDue`], [`Error::Unfunded`], [`Error::WrongSignature`].
		#[pallet::call_index(8)]
		#[pallet::weight(Pallet::<T>::publish_weight(publications))]
		pub fn publish_many(
			origin: OriginFor<T>,
			publications: BoundedVec<Publication, T::MaxBatch>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_publish_many(who, publications.into_inner())
		}

		/// Commits to reports for feeds with open panels. The first commitment opens a round, as a report does for a named
		/// panel. Emits [`Event::Committed`], perhaps [`Event::PanelElected`] and [`Event::RoundOpened`].
		///
		/// # Errors
		///
		/// [`Error::EmptyBatch`], [`Error::UnknownFeed`], [`Error::NoPanel`], [`Error::NotSealedFeed`], [`Error::NotSeated`],
		/// [`Error::SealingOver`], [`Error::AlreadyReported`], [`Error::NotDue`], [`Error::PanelNotFull`],
		/// [`Error::Unfunded`].
		#[pallet::call_index(9)]
		#[pallet::weight(Pallet::<T>::commit_weight(count(seals.len()), count(seals.len())))]
		pub fn commit_many(origin: OriginFor<T>, seals: BoundedVec<SealOf, T::MaxBatch>) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let items = count(seals.len());
			let elected = Self::do_commit_many(who, seals.into_inner())?;
			Ok(Some(Self::commit_weight(items, elected)).into())
		}

		/// Shows what the caller committed to. The last one closes the round. Emits [`Event::Reported`], and what closing a
		/// round emits.
		///
		/// # Errors
		///
		/// [`Error::EmptyBatch`], [`Error::UnknownFeed`], [`Error::NoPanel`], [`Error::NotSeated`], [`Error::NoRound`],
		/// [`Error::RoundOver`], [`Error::StillSealing`], [`Error::AlreadyReported`], [`Error::WrongSeal`],
		/// [`Error::WrongKind`], [`Error::DateInFuture`], [`Error::DateTooOld`], [`Error::DateNotLater`].
		#[pallet::call_index(10)]
		#[pallet::weight(Pallet::<T>::reveal_weight(count(reveals.len()), count(reveals.len())))]
		pub fn reveal_many(
			origin: OriginFor<T>,
			reveals: BoundedVec<RevealOf, T::MaxBatch>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let items = count(reveals.len());
			let closed = Self::do_reveal_many(who, reveals.into_inner())?;
			Ok(Some(Self::reveal_weight(items, closed)).into())
		}

		/// Closes a round that is over. The chain does the same by itself in blocks that have room. Emits
		/// [`Event::ValueUpdated`], [`Event::ValueHeld`] or [`Event::RoundFailed`], and [`Event::SeatLeft`] for each seat
		/// that has missed too much.
		///
		/// # Errors
		///
		/// [`Error::NoRound`], [`Error::RoundNotOver`].
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::close_round().saturating_add(T::Outbox::weight()))]
		pub fn close_round(origin: OriginFor<T>, feed: FeedId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_close_round(feed)
		}

		/// Pays the caller what its seat has earned. Emits [`Event::RewardsClaimed`].
		///
		/// # Errors
		///
		/// [`Error::NothingToClaim`].
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::claim())]
		pub fn claim(origin: OriginFor<T>, feed: FeedId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_claim(who, feed)
		}

		/// Shows that a seat signed two values under one date. Half of its bond is the caller's, half the treasury's; what the
		/// seat earned is paid to it. Emits [`Event::SeatConvicted`].
		///
		/// # Errors
		///
		/// [`Error::NotSeated`], [`Error::NotEquivocal`], [`Error::WrongSignature`].
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::prove_equivocation())]
		pub fn prove_equivocation(
			origin: OriginFor<T>,
			feed: FeedId,
			one: Box<SignedObservation>,
			other: Box<SignedObservation>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_prove_equivocation(who, feed, *one, *other)
		}

		/// Removes a seat that was left or lost [`Config::Notice`] ago, and pays its account the bond and what it earned.
		/// Anyone may. Emits [`Event::SeatPruned`].
		///
		/// # Errors
		///
		/// [`Error::NotSeated`], [`Error::StillBonded`].
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::prune_seat())]
		pub fn prune_seat(origin: OriginFor<T>, feed: FeedId, account: AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune_seat(feed, account)
		}
	}
}
