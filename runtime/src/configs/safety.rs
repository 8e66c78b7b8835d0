//! Brakes: stop calls, stop all but governance, migrate state over many blocks.

use core::marker::PhantomData;

use frame_support::{
	derive_impl, parameter_types,
	traits::{Contains, EitherOf, EitherOfDiverse, GetCallMetadata, PalletInfoAccess},
	weights::Weight,
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess, EnsureWithSuccess};
use pallet_tx_pause::RuntimeCallNameOf;
use rlc_primitives::traits::Stops;
use sp_runtime::Perbill;

use crate::{
	configs::{governance::Committee, system::Weights},
	governance::origins::EmergencyAdmin,
	timing::{Blocks, HOUR},
	*,
};

/// Everything but letting root's call weigh what root says: calls that are made to never fit into a block (see
/// [`CappedBalances`](super::money::CappedBalances)) are to stay so on development chains too.
pub struct Callable;
impl Contains<RuntimeCall> for Callable {
	fn contains(call: &RuntimeCall) -> bool {
		!matches!(call, RuntimeCall::Sudo(pallet_sudo::Call::sudo_unchecked_weight { .. }))
	}
}

/// The pallets that go on while all else is stopped: the chain itself, and everything needed to end the stop.
const UNSTOPPABLE: [&str; 16] = [
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
	"Sudo",
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

/// Says which calls of the pallet `P` are stopped, by safe mode or by a pause of their own.
pub struct Brakes<P>(PhantomData<P>);

impl<P: PalletInfoAccess> Stops for Brakes<P> {
	fn is_stopped(call: &'static str) -> bool {
		SafeMode::is_entered() || TxPause::is_paused_unbound(P::name().into(), call.into())
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
	type MaxNameLen = frame_support::traits::ConstU32<256>;
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

#[derive_impl(pallet_migrations::config_preludes::TestDefaultConfig)]
impl pallet_migrations::Config for Runtime {
	type FailedMigrationHandler = frame_support::migrations::EnterSafeModeOnFailedMigration<SafeMode, StopOnFailure>;
	type MaxServiceWeight = MigrationWeight;
	type Migrations = migrations::MultiBlock;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_migrations::WeightInfo<Runtime>;
}

/// A migration that fails must not leave the chain running on half-migrated state.
pub type StopOnFailure = frame_support::migrations::FreezeChainOnFailedMigration;

impl pallet_sudo::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_sudo::WeightInfo<Runtime>;
}
