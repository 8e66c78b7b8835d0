//! What the pallet tells the outside.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
	/// What the pallet tells the outside.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A feed exists.
		FeedCreated {
			/// The feed.
			feed: FeedId,
			/// Who created it.
			owner: AccountId,
		},
		/// A feed no longer exists. What was prepaid is its owner's again.
		FeedClosed {
			/// The feed.
			feed: FeedId,
		},
		/// A feed can pay for more rounds.
		FeedFunded {
			/// The feed.
			feed: FeedId,
			/// Who paid.
			by: AccountId,
			/// How much, in nRLC.
			amount: Balance,
		},
		/// An account has a seat.
		SeatTaken {
			/// The feed.
			feed: FeedId,
			/// Who.
			account: AccountId,
			/// Its bond, in nRLC.
			bond: Balance,
		},
		/// A seat has a higher bond.
		BondRaised {
			/// The feed.
			feed: FeedId,
			/// Whose seat.
			account: AccountId,
			/// The bond now, in nRLC.
			bond: Balance,
		},
		/// A seat was left or lost. Its bond is held for another week.
		SeatLeft {
			/// The feed.
			feed: FeedId,
			/// Whose seat.
			account: AccountId,
			/// From when on the bond can be paid back, in ms.
			until: Moment,
			/// Why.
			cause: LeaveCause,
		},
		/// A seat's bond, and what it earned, was paid to its account.
		SeatPruned {
			/// The feed.
			feed: FeedId,
			/// Whose seat.
			account: AccountId,
			/// How much, in nRLC.
			paid: Balance,
		},
		/// An open panel has members for a session.
		PanelElected {
			/// The feed.
			feed: FeedId,
			/// The session.
			session: u32,
		},
		/// A round is open.
		RoundOpened {
			/// The feed.
			feed: FeedId,
			/// Its number.
			round: u64,
			/// Until when, in ms.
			deadline: Moment,
		},
		/// A seat reported.
		Reported {
			/// The feed.
			feed: FeedId,
			/// The round.
			round: u64,
			/// Who.
			reporter: AccountId,
			/// What it saw.
			observation: Observation,
		},
		/// A seat committed to a report.
		Committed {
			/// The feed.
			feed: FeedId,
			/// The round.
			round: u64,
			/// Who.
			reporter: AccountId,
			/// To what.
			seal: Hash,
		},
		/// An item of a batch does not count.
		ItemRefused {
			/// The feed that it is for.
			feed: FeedId,
			/// Who brought it.
			who: AccountId,
			/// Why.
			error: DispatchError,
		},
		/// A feed has a new value.
		ValueUpdated {
			/// The feed.
			feed: FeedId,
			/// The value and what stands behind it.
			update: Update,
		},
		/// A feed's new value jumped: it is held until another round confirms it.
		ValueHeld {
			/// The feed.
			feed: FeedId,
			/// The value and what stands behind it.
			update: Update,
		},
		/// A round gave no value. Its payer has its RLC back.
		RoundFailed {
			/// The feed.
			feed: FeedId,
			/// Its number.
			round: u64,
			/// Why.
			cause: RoundFailure,
		},
		/// Rewards were paid.
		RewardsClaimed {
			/// The feed.
			feed: FeedId,
			/// To whom.
			account: AccountId,
			/// How much, in nRLC.
			amount: Balance,
		},
		/// A seat signed two values under one date. Its bond is lost.
		SeatConvicted {
			/// The feed.
			feed: FeedId,
			/// Whose seat.
			account: AccountId,
			/// Who proved it.
			by: AccountId,
			/// The part of the bond that the prover gets, in nRLC. The rest is the treasury's.
			reward: Balance,
		},
	}
}
