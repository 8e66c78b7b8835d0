//! Who can be elected: candidates with session keys.
//!
//! Staking admits candidates without keys, and an election would seat them. Their seats then stay empty, since the
//! session has nobody to put there: with enough at stake, and nothing of it at risk, one party could leave few
//! validators to finalize blocks, or none to make them. So an election does not look at such candidates. A candidate that
//! purges its keys once it is elected leaves a seat empty for one era, as a machine does that is switched off.
//!
//! Where nobody has keys, as in benchmarks of staking, everybody is looked at: no choice could make a difference.

use alloc::boxed::Box;

use frame_election_provider_support::SortedListProvider;
use pallet_session::NextKeys;
use pallet_staking::UseValidatorsMap;

use crate::{AccountId, Balance, Runtime};

type All = UseValidatorsMap<Runtime>;
type Error = <All as SortedListProvider<AccountId>>::Error;

/// The candidates, in no order. All of them count; those that have session keys are listed.
pub struct CandidatesWithKeys;

fn has_keys(who: &AccountId) -> bool {
	NextKeys::<Runtime>::contains_key(who)
}

impl SortedListProvider<AccountId> for CandidatesWithKeys {
	type Error = Error;
	type Score = Balance;

	fn iter() -> Box<dyn Iterator<Item = AccountId>> {
		if All::iter().any(|who| has_keys(&who)) {
			Box::new(All::iter().filter(has_keys))
		} else {
			Box::new(All::iter())
		}
	}

	fn iter_from(start: &AccountId) -> Result<Box<dyn Iterator<Item = AccountId>>, Error> {
		Ok(Box::new(All::iter_from(start)?.filter(has_keys)))
	}

	fn lock() {
		All::lock();
	}

	fn unlock() {
		All::unlock();
	}

	fn count() -> u32 {
		All::count()
	}

	fn contains(id: &AccountId) -> bool {
		All::contains(id)
	}

	fn on_insert(id: AccountId, score: Balance) -> Result<(), Error> {
		All::on_insert(id, score)
	}

	fn on_update(id: &AccountId, score: Balance) -> Result<(), Error> {
		All::on_update(id, score)
	}

	fn get_score(id: &AccountId) -> Result<Balance, Error> {
		All::get_score(id)
	}

	fn on_remove(id: &AccountId) -> Result<(), Error> {
		All::on_remove(id)
	}

	fn unsafe_regenerate(
		all: impl IntoIterator<Item = AccountId>,
		score_of: Box<dyn Fn(&AccountId) -> Option<Balance>>,
	) -> u32 {
		All::unsafe_regenerate(all, score_of)
	}

	fn unsafe_clear() {
		All::unsafe_clear();
	}

	#[cfg(feature = "try-runtime")]
	fn try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		All::try_state()
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn score_update_worst_case(who: &AccountId, is_increase: bool) -> Balance {
		All::score_update_worst_case(who, is_increase)
	}
}
