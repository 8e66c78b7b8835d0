//! Brakes: stop calls, stop all but governance, migrate state over many blocks.

use core::marker::PhantomData;

use frame_support::{
	migrations::MultiStepMigrator,
	parameter_types,
	traits::{CallMetadata, ConstU32, Contains, EitherOf, EitherOfDiverse, Get, GetCallMetadata, PalletInfoAccess},
	weights::Weight,
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess, EnsureWithSuccess};
use pallet_tx_pause::{PausedCalls, RuntimeCallNameOf};
use rlc_primitives::traits::Stops;
use sp_runtime::Perbill;

use crate::{
	configs::{governance::Committee, system::Weights},
	governance::origins::EmergencyAdmin,
	timing::{Blocks, HOUR},
	*,
};

/// The pallets that go on while all else is stopped: the chain itself, and everything needed to end the stop.
const UNSTOPPABLE: [&str; 15] = [
	"System",
	"Timestamp",
	"Babe",
	"Grandpa",
	"Beefy",
	"Session",
	"Preimage",
	"Scheduler",
	"ConvictionVoting",
	"Referenda",
	"Whitelist",
	"TechnicalCommittee",
	"SafeMode",
	"TxPause",
	"MultiBlockMigrations",
];

/// The calls of the pallets that nobody can stop.
pub struct Unstoppable;

impl Contains<RuntimeCall> for Unstoppable {
	fn contains(call: &RuntimeCall) -> bool {
		UNSTOPPABLE.contains(&call.get_call_metadata().pallet_name)
	}
}

impl Contains<RuntimeCallNameOf<Runtime>> for Unstoppable {
	fn contains((pallet, _): &RuntimeCallNameOf<Runtime>) -> bool {
		UNSTOPPABLE.iter().any(|name| name.as_bytes() == pallet.as_slice())
	}
}

/// The calls of `Poco` that tasks need to end as they should. They are stopped together: a worker that cannot reveal must
/// not be late, and a pool whose workers cannot contribute must not be claimed from. So if one of them is paused, all are,
/// and PoCo time stands still.
const WORK: [&str; 15] = [
	"delegate",
	"undelegate",
	"contribute",
	"contribute_batch",
	"reveal",
	"reveal_batch",
	"reveal_failure",
	"contribute_and_finalize",
	"contribute_and_finalize_batch",
	"finalize",
	"reopen",
	"report_failure",
	"claim",
	"abandon",
	"release",
];

/// Returns whether tasks need this call.
fn is_work(pallet: &str, call: &str) -> bool {
	pallet == Poco::name() && WORK.contains(&call)
}

/// Returns whether workers and schedulers whose keys are proxies need this call for all of their work.
fn carries_work(pallet: &str, call: &str) -> bool {
	(pallet, call) == (Proxy::name(), "proxy")
}

/// Whether one of the calls that tasks need is paused, or what carries them.
pub struct WorkPaused;
impl Get<bool> for WorkPaused {
	fn get() -> bool {
		// One look tells that nothing is paused, as almost always: each free call asks twice. Benchmarks of tasks pause
		// something else, so that weights count what follows.
		if PausedCalls::<Runtime>::iter_keys().next().is_none() {
			return false;
		}
		let is_paused = |pallet: &str, call: &str| TxPause::is_paused_unbound(pallet.into(), call.into());
		WORK.iter().any(|call| is_paused(Poco::name(), call)) || is_paused(Proxy::name(), "proxy")
	}
}

/// Returns the storage keys of everything that says whether work is stopped, and of PoCo time. Each block reads them at its
/// end.
#[cfg(feature = "runtime-benchmarks")]
pub fn keys_of_stops() -> alloc::vec::Vec<alloc::vec::Vec<u8>> {
	use sp_runtime::BoundedVec;

	let key_of = |pallet: &str, call: &str| {
		let [pallet, call] = [pallet, call].map(|name| BoundedVec::truncate_from(name.as_bytes().to_vec()));
		PausedCalls::<Runtime>::hashed_key_for::<RuntimeCallNameOf<Runtime>>((pallet, call))
	};
	let pauses = WORK.iter().map(|call| key_of(Poco::name(), call)).chain([key_of(Proxy::name(), "proxy")]);
	let values = [
		pallet_safe_mode::EnteredUntil::<Runtime>::hashed_key(),
		pallet_migrations::Cursor::<Runtime>::hashed_key(),
		pallet_clock::PausedSince::<Runtime>::hashed_key(),
		pallet_clock::Reading::<Runtime>::hashed_key(),
	];
	pauses.chain(values.map(|key| key.to_vec())).collect()
}

/// Whether everything is stopped: by safe mode, or for a migration that goes on over several blocks.
pub struct Halted;
impl Get<bool> for Halted {
	fn get() -> bool {
		SafeMode::is_entered() || <MultiBlockMigrations as MultiStepMigrator>::ongoing()
	}
}

/// The calls that no pause stops.
pub struct NotPaused;
impl Contains<RuntimeCall> for NotPaused {
	fn contains(call: &RuntimeCall) -> bool {
		let CallMetadata { pallet_name, function_name } = call.get_call_metadata();
		if is_work(pallet_name, function_name) {
			!Clock::is_work_stopped()
		} else if carries_work(pallet_name, function_name) {
			// Not stopped by the pause of another, and no longer than work can be.
			TxPause::contains(call) || !Clock::is_work_stopped()
		} else {
			TxPause::contains(call)
		}
	}
}

/// Says which calls of the pallet `P` are stopped, by safe mode or by a pause.
pub struct Brakes<P>(PhantomData<P>);

impl<P: PalletInfoAccess> Stops for Brakes<P> {
	fn is_stopped(call: &'static str) -> bool {
		if is_work(P::name(), call) {
			Clock::is_work_stopped()
		} else {
			SafeMode::is_entered() || TxPause::is_paused_unbound(P::name().into(), call.into())
		}
	}
}

/// The technical committee, two thirds of it.
type TwoThirds = Committee<2, 3>;

parameter_types! {
	pub StopFor: BlockNumber = timing::blocks(6 * HOUR);
	/// Nobody can buy a stop of the chain.
	pub const NotForSale: Option<Balance> = None;
}

/// The committee may stop the chain's business for six hours at a time. It ends by itself, or earlier by governance.
impl pallet_safe_mode::Config for Runtime {
	type Currency = Balances;
	type EnterDepositAmount = NotForSale;
	type EnterDuration = StopFor;
	type ExtendDepositAmount = NotForSale;
	type ExtendDuration = StopFor;
	type ForceDepositOrigin = EnsureRoot<AccountId>;
	type ForceEnterOrigin =
		EitherOf<EnsureRootWithSuccess<AccountId, StopFor>, EnsureWithSuccess<TwoThirds, AccountId, StopFor>>;
	type ForceExitOrigin = EitherOf<EnsureRoot<AccountId>, EmergencyAdmin>;
	type ForceExtendOrigin =
		EitherOf<EnsureRootWithSuccess<AccountId, StopFor>, EnsureWithSuccess<EmergencyAdmin, AccountId, StopFor>>;
	type Notify = ();
	type ReleaseDelay = Blocks<HOUR>;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = weights::pallet_safe_mode::WeightInfo<Runtime>;
	type WhitelistedCalls = Unstoppable;
}

/// The committee may pause single calls; only governance resumes them.
impl pallet_tx_pause::Config for Runtime {
	type MaxNameLen = ConstU32<256>;
	type PauseOrigin = EitherOfDiverse<EnsureRoot<AccountId>, TwoThirds>;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type UnpauseOrigin = EitherOf<EnsureRoot<AccountId>, EmergencyAdmin>;
	type WeightInfo = weights::pallet_tx_pause::WeightInfo<Runtime>;
	type WhitelistedCalls = Unstoppable;
}

parameter_types! {
	pub MigrationWeight: Weight = Perbill::from_percent(50) * Weights::get().max_block;
}

impl pallet_migrations::Config for Runtime {
	type CursorMaxLen = ConstU32<65_536>;
	type FailedMigrationHandler = frame_support::migrations::EnterSafeModeOnFailedMigration<SafeMode, StopOnFailure>;
	type IdentifierMaxLen = ConstU32<256>;
	type MaxServiceWeight = MigrationWeight;
	// Nothing outside the runtime has to know of them.
	type MigrationStatusHandler = ();
	type Migrations = migrations::MultiBlock;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_migrations::WeightInfo<Runtime>;
}

/// A migration that fails must not leave the chain running on half-migrated state.
pub type StopOnFailure = frame_support::migrations::FreezeChainOnFailedMigration;

#[cfg(test)]
mod tests {
	use frame_support::traits::PalletsInfoAccess;

	use super::*;

	/// A misspelt name would be stopped by nobody, and its call go on while PoCo time stands still.
	#[test]
	fn names_of_work_are_names_of_calls() {
		let calls = RuntimeCall::get_call_names(Poco::name());
		for name in WORK {
			assert!(calls.contains(&name), "Poco has no call {name}");
		}
	}

	#[test]
	fn names_of_pallets_that_nobody_can_stop_are_names_of_pallets() {
		let pallets = AllPalletsWithSystem::infos();
		for name in UNSTOPPABLE {
			assert!(pallets.iter().any(|pallet| pallet.name == name), "there is no pallet {name}");
		}
	}
}
