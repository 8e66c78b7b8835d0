//! What this chain is for: assets, orders, deals, tasks. And what governance sets for them.

use frame_support::{
	dynamic_params::{dynamic_pallet_params, dynamic_params},
	parameter_types,
	traits::{
		fungible::Balanced,
		tokens::{Fortitude, Precision, Preservation},
		AsEnsureOriginWithArg, ConstU32, ConstU64, EitherOfDiverse, OnUnbalanced,
	},
};
use frame_system::EnsureRoot;
use pallet_rlc::fees::CollectFees;
use pallet_transaction_payment::Multiplier;
use rlc_primitives::{
	governance::{BYTE_DEPOSIT, ITEM_DEPOSIT, RETENTION, STAKE_RATE},
	traits::{EnclaveRegistry, TaskCharge},
	work::MAX_CALLBACK_DATA,
	Moment, Rules, SigningDomain,
};
use sp_core::{H160, H256};
use sp_runtime::{DispatchResult, FixedPointNumber};

use self::parameters::marketplace;
use super::{
	accounts::SchedulerProxies,
	deposits::{AssetDeposit, DealDeposit, OrderDeposit, RecordDeposit, TaskDeposit},
	safety::{Brakes, Halted, WorkPaused},
};
use crate::{
	governance::origins::MarketplaceAdmin,
	timing::{SlotMs, DAY, HOUR},
	*,
};

/// Governance of the marketplace: root, or a referendum on its track.
type Admin = EitherOfDiverse<EnsureRoot<AccountId>, MarketplaceAdmin>;

/// What a referendum on the marketplace's track can set.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod parameters {
	use super::*;

	/// Prices of storage (see [`deposits`](super::super::deposits)), and the times and stakes of tasks. Deposits that are
	/// held already stay as they are.
	#[dynamic_pallet_params]
	#[codec(index = 0)]
	pub mod marketplace {
		use super::*;

		/// Held for each thing that is stored, in nRLC.
		#[codec(index = 0)]
		pub static ItemDeposit: Balance = RLC / 1_000;

		/// Held for each byte of it, in nRLC.
		#[codec(index = 1)]
		pub static ByteDeposit: Balance = RLC / 100_000;

		/// How long a deal stays after its last task was closed, in ms: a week. A deal keeps the value of its match.
		#[codec(index = 2)]
		pub static Retention: Moment = 7 * DAY;

		/// What a scheduler stakes for a task at least, in nRLC for each hour of the category's reference time. A deal, and
		/// the bond of an order, keep the value of their day.
		#[codec(index = 3)]
		pub static StakeRate: Balance = 6 * RLC / 10;
	}
}

/// Returns whether a parameter is within its bounds: no vote but root's sets it to anything else.
pub fn is_within_bounds(parameters: &RuntimeParameters) -> bool {
	use marketplace::Parameters;
	let RuntimeParameters::Marketplace(parameter) = parameters;
	match parameter {
		Parameters::ItemDeposit(_, value) => value.is_none_or(|deposit| ITEM_DEPOSIT.contain(deposit)),
		Parameters::ByteDeposit(_, value) => value.is_none_or(|deposit| BYTE_DEPOSIT.contain(deposit)),
		Parameters::Retention(_, value) => value.is_none_or(|time| RETENTION.contain(time.into())),
		Parameters::StakeRate(_, value) => value.is_none_or(|rate| STAKE_RATE.contain(rate)),
	}
}

/// Any parameter will do to measure how long setting one takes.
#[cfg(feature = "runtime-benchmarks")]
impl Default for RuntimeParameters {
	fn default() -> Self {
		Self::Marketplace(marketplace::Parameters::ItemDeposit(marketplace::ItemDeposit, Some(RLC)))
	}
}

impl pallet_parameters::Config for Runtime {
	type AdminOrigin = AsEnsureOriginWithArg<Admin>;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeParameters = RuntimeParameters;
	type WeightInfo = weights::pallet_parameters::WeightInfo<Runtime>;
}

/// The chain id in Ethereum's signatures for this chain.
pub const ETHEREUM_CHAIN_ID: u64 = 134_087;

/// Returns the address in Ethereum's signatures for the chain with this genesis block, where iExec's tools expect their
/// contract: the last 20 bytes of `keccak(genesis hash)`. Nobody has its key, and no two networks have the same one, so
/// that an order signed for a test network is worth nothing on another.
pub fn verifying_address(genesis: H256) -> H160 {
	H256(sp_io::hashing::keccak_256(genesis.as_bytes())).into()
}

/// Returns where signatures are valid: on the chain with this genesis block.
pub fn signing_domain_of(genesis: H256) -> SigningDomain {
	SigningDomain::new(genesis, ETHEREUM_CHAIN_ID, verifying_address(genesis))
}

/// Returns the hash of the first block, which is never forgotten.
fn genesis() -> H256 {
	System::block_hash(0)
}

parameter_types! {
	pub const PocoRules: Rules = Rules::LIVE;
	pub const EthereumChainId: u64 = ETHEREUM_CHAIN_ID;
	pub VerifyingAddress: H160 = verifying_address(genesis());
	pub HasEnclaves: bool = <Enclaves as EnclaveRegistry>::is_open();
	pub Domain: SigningDomain = signing_domain_of(genesis());
}

/// Nobody registers enclaves yet, so none is accepted.
type Enclaves = ();

impl pallet_registry::Config for Runtime {
	type ByteDeposit = marketplace::ByteDeposit;
	type Currency = Balances;
	type ItemDeposit = AssetDeposit;
	type MaxBatch = ConstU32<100>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = weights::pallet_registry::WeightInfo<Runtime>;
}

/// Beyond this many times the usual fees, nobody is charged for a match that it did not sign.
const MODERATE: u32 = 4;

/// Half of what a task's free calls would cost as paid ones. If its trust needs `n` new workers, those are `n + 1`
/// contributions and reveals, one end, and `n` reports of failure, each at its longest and heaviest, and sent by a proxy.
/// The end of a task with a callback brings the data.
pub struct ChargeForTasks;

impl ChargeForTasks {
	/// Returns that without today's multiplier.
	fn base(trust: u64, has_callback: bool) -> Balance {
		let workers = PocoRules::get().new_workers(trust);
		let (weight, calls, bytes) = Poco::free_calls(workers);
		let bytes = bytes.saturating_add(if has_callback { MAX_CALLBACK_DATA } else { 0 });
		let weight = weight.saturating_add(free_calls::overhead().saturating_mul(calls.into()));
		let fee = TransactionPayment::weight_to_fee(weight).saturating_add(TransactionPayment::length_to_fee(bytes));
		fee / 2
	}
}

impl TaskCharge for ChargeForTasks {
	fn per_task(trust: u64, has_callback: bool) -> Balance {
		let multiplier = pallet_transaction_payment::NextFeeMultiplier::<Runtime>::get();
		multiplier.saturating_mul_int(Self::base(trust, has_callback))
	}

	fn take(who: &AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		let fee = <Balances as Balanced<AccountId>>::withdraw(
			who,
			amount,
			Precision::Exact,
			Preservation::Expendable,
			Fortitude::Polite,
		)?;
		CollectFees::<Runtime>::on_unbalanced(fee);
		Ok(())
	}

	fn is_moderate() -> bool {
		pallet_transaction_payment::NextFeeMultiplier::<Runtime>::get() <= Multiplier::saturating_from_integer(MODERATE)
	}
}

impl pallet_marketplace::Config for Runtime {
	type Assets = Registry;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = benchmarks::Computing;
	type ByteDeposit = marketplace::ByteDeposit;
	type CategoryOrigin = Admin;
	type ChainId = EthereumChainId;
	type Currency = Balances;
	type DealDeposit = DealDeposit;
	type Escrow = Rlc;
	type EstimateCombinations = ConstU32<200>;
	type EstimateOffers = ConstU32<2_000>;
	type HasEnclaves = HasEnclaves;
	type OnDealOpened = Poco;
	type OrderDeposit = OrderDeposit;
	type PocoTime = Clock;
	type RecordDeposit = RecordDeposit;
	type Retention = marketplace::Retention;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SearchDepth = ConstU32<8>;
	type SearchRequests = ConstU32<2_048>;
	type SearchScan = ConstU32<32>;
	type SearchTime = ConstU64<200>;
	type StakeRate = marketplace::StakeRate;
	type Stops = Brakes<Marketplace>;
	type TaskCharge = ChargeForTasks;
	type TaskDeposit = TaskDeposit;
	type Time = Timestamp;
	type TradeHistory = ConstU32<256>;
	type UnattendedMatches = ConstU32<32>;
	type VerifyingContract = VerifyingAddress;
	type WeightInfo = weights::pallet_marketplace::WeightInfo<Runtime>;
}

parameter_types! {
	/// A pause of work ends after six hours, as a stop of everything does.
	pub const MaxPause: Moment = 6 * HOUR;
}

impl pallet_clock::Config for Runtime {
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = benchmarks::Computing;
	type ChainTime = Timestamp;
	type Halted = Halted;
	type LeastGap = SlotMs;
	type MaxPause = MaxPause;
	type Paused = WorkPaused;
	type WeightInfo = weights::pallet_clock::WeightInfo<Runtime>;
}

impl pallet_poco::Config for Runtime {
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = benchmarks::Computing;
	type ChainTime = Timestamp;
	type Deals = Marketplace;
	// No enclave is accepted until their registry exists.
	type Enclaves = Enclaves;
	type Escrow = Rlc;
	type MaxBatch = ConstU32<100>;
	type MaxCallbacks = ConstU32<1_024>;
	// Nobody takes results yet: the oracle will.
	type OnResult = ();
	type OnTaskClosed = Marketplace;
	type Proxies = SchedulerProxies;
	type Rules = PocoRules;
	type SigningDomain = Domain;
	type Stops = Brakes<Poco>;
	type Time = Clock;
	type WeightInfo = weights::pallet_poco::WeightInfo<Runtime>;
}
