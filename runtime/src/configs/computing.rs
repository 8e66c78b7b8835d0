//! What this chain is for: assets, orders, deals, tasks. And what governance sets for them.

use frame_support::{
	dynamic_params::{dynamic_pallet_params, dynamic_params},
	parameter_types,
	traits::{AsEnsureOriginWithArg, ConstU32, EitherOfDiverse, Get},
};
use frame_system::EnsureRoot;
use rlc_primitives::{Moment, SigningDomain};
use sp_core::{H160, H256};

use self::parameters::marketplace;
use super::safety::Brakes;
use crate::{governance::origins::MarketplaceAdmin, *};

/// Governance of the marketplace: root, or a referendum on its track.
type Admin = EitherOfDiverse<EnsureRoot<AccountId>, MarketplaceAdmin>;

/// What a referendum on the marketplace's track can set.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod parameters {
	use super::*;

	/// Deposits and times of assets, orders, deals and tasks. Deposits that are held already stay as they are.
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

		/// How long a deal stays after its last task was closed, in ms: a week.
		#[codec(index = 2)]
		pub static Retention: Moment = 7 * 24 * 60 * 60 * 1_000;
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
	pub const EthereumChainId: u64 = ETHEREUM_CHAIN_ID;
	pub VerifyingAddress: H160 = verifying_address(genesis());
	pub Domain: SigningDomain = signing_domain_of(genesis());
	/// An order or a record of consumption has a few hundred bytes, whatever it says.
	pub OrderDeposit: Balance = stored(2, 256);
	pub RecordDeposit: Balance = stored(1, 128);
	/// A deal and its progress.
	pub DealDeposit: Balance = stored(3, 640);
	/// A task with a few contributions, and what it leaves in the agenda.
	pub TaskDeposit: Balance = stored(2, 640);
}

/// Returns the deposit for so many things of so many bytes in all, in nRLC.
fn stored(items: u32, bytes: u32) -> Balance {
	let (item, byte): (Balance, Balance) = (marketplace::ItemDeposit::get(), marketplace::ByteDeposit::get());
	item.saturating_mul(items.into()).saturating_add(byte.saturating_mul(bytes.into()))
}

impl pallet_registry::Config for Runtime {
	type ByteDeposit = marketplace::ByteDeposit;
	type Currency = Balances;
	type ItemDeposit = marketplace::ItemDeposit;
	type MaxBatch = ConstU32<100>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = weights::pallet_registry::WeightInfo<Runtime>;
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
	type OnDealOpened = Poco;
	type OrderDeposit = OrderDeposit;
	type RecordDeposit = RecordDeposit;
	type Retention = marketplace::Retention;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SearchDepth = ConstU32<8>;
	type SearchRequests = ConstU32<16>;
	type SearchScan = ConstU32<64>;
	type Stops = Brakes<Marketplace>;
	type TaskDeposit = TaskDeposit;
	type Time = Timestamp;
	type TradeHistory = ConstU32<256>;
	type VerifyingContract = VerifyingAddress;
	type WeightInfo = weights::pallet_marketplace::WeightInfo<Runtime>;
}

impl pallet_poco::Config for Runtime {
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = benchmarks::Computing;
	type Deals = Marketplace;
	// No enclave is accepted until their registry exists.
	type Enclaves = ();
	type Escrow = Rlc;
	type MaxBatch = ConstU32<100>;
	type MaxCallbacks = ConstU32<1_024>;
	// Nobody takes results yet: the oracle will.
	type OnResult = ();
	type OnTaskClosed = ();
	type SigningDomain = Domain;
	type Stops = Brakes<Poco>;
	type Time = Timestamp;
	type WeightInfo = weights::pallet_poco::WeightInfo<Runtime>;
}
