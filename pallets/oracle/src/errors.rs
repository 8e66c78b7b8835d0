//! Why calls are refused: the pallet's own reasons, and after them those of [`DefinitionError`], taken from its list.

use rlc_primitives::oracle::DefinitionError;

use crate::Error;

macro_rules! define {
	($($(#[$($doc:tt)*])* $name:ident,)*) => {
		#[frame_support::pallet_macros::pallet_section]
		mod errors {
			/// Why a call is refused.
			#[pallet::error]
			pub enum Error<T> {
				/// Nothing has this id: there never was such a feed, or it was closed. Check the id.
				UnknownFeed,
				/// The feed, or its callback, exists already. Use it, or change the definition.
				AlreadyExists,
				/// The feed belongs to someone else. Ask its owner.
				NotOwner,
				/// A composite feed has no panel. Ask for its feeds.
				NoPanel,
				/// A composite feed would be made of feeds of feeds more than three deep.
				TooDeep,
				/// A composite feed would be made of a feed that has no numbers, or does not exist.
				WrongLeg,
				/// Less is prepaid than a round costs. Prepay more.
				PrepaidTooLow,
				/// The feed cannot pay for a round. Fund it, or pay for the round yourself.
				Unfunded,
				/// The amount is 0.
				NothingToPay,
				/// The bond is lower than the feed's or the chain's least. Put down more.
				BondTooLow,
				/// All places of candidates are taken by bonds as high. Put down more.
				Outbid,
				/// The address is not a printable one of `http://` or `https://`.
				InvalidReporterUrl,
				/// The report key did not sign for this account's seat. Sign with the key that is brought.
				WrongKeyProof,
				/// The account has this seat already.
				AlreadySeated,
				/// The account is not one of those that the panel names.
				NotNamed,
				/// The account has no seat for this feed, or does not sit on its panel now.
				NotSeated,
				/// The seat was left, or lost, before.
				AlreadyLeaving,
				/// The seat's bond is held for a week after it was left. Wait.
				StillBonded,
				/// All rewards of the seat are claimed, or it has earned none.
				NothingToClaim,
				/// Fewer sit on the panel than a value needs: no round is opened.
				PanelNotFull,
				/// The feed has an open round. Report for it.
				RoundOpen,
				/// The feed has no open round.
				NoRound,
				/// The round's time is over. Close it, and report for the next.
				RoundOver,
				/// The round can still get reports. Wait until it ends.
				RoundNotOver,
				/// No value is due, and none that deviates is claimed. Wait, or pay for the round.
				NotDue,
				/// The seat has reported, or committed, in this round.
				AlreadyReported,
				/// The panel is open, so reports are sealed. Commit, then reveal.
				SealedFeed,
				/// The panel is named, so reports are not sealed. Report.
				NotSealedFeed,
				/// The round takes no commitments: its first half is over, or all have committed.
				SealingOver,
				/// The round takes commitments. Reveal in its second half, or when all have committed.
				StillSealing,
				/// What is shown is not what was committed to, or nothing was.
				WrongSeal,
				/// The value is of another kind than the feed's, or is a text that is not UTF-8.
				WrongKind,
				/// The date is not later than that of the last value.
				DateNotLater,
				/// The date is older than the feed's maximum age.
				DateTooOld,
				/// The date is more than two seconds ahead of the chain.
				DateInFuture,
				/// The dates of the observations are more than five seconds apart.
				DatesDiffer,
				/// The observations are older than the open round, whose payer wants newer ones.
				PredatesRound,
				/// Fewer observations are brought than a value needs.
				TooFewObservations,
				/// A seat's observation is brought twice.
				DuplicateObservation,
				/// An observation is not signed by its seat's key, for this chain and feed.
				WrongSignature,
				/// The observations do not convict: they have different dates, or the same value.
				NotEquivocal,
				/// A batch is empty. Bring at least one item.
				EmptyBatch,
				$($(#[$($doc)*])* $name,)*
			}
		}

		/// One to one.
		impl<T> From<DefinitionError> for Error<T> {
			fn from(error: DefinitionError) -> Self {
				match error {
					$(DefinitionError::$name => Self::$name,)*
				}
			}
		}
	};
}

rlc_primitives::definition_errors!(define);
