//! The runtime that recorded histories are replayed on: this chain's pallets, with iExec's rules and without deposits.
//!
//! What a live network does otherwise ([`Rules::LIVE`]) is a constant of its runtime, which cannot vary within it. So the
//! replay has a runtime of its own, of the same pallets: what replays is the code that live networks run.

use frame_support::{
	derive_impl, parameter_types,
	traits::{tokens::imbalance::ResolveTo, ConstBool, ConstU128, ConstU32, ConstU64},
	PalletId,
};
use frame_system::EnsureRoot;
use rlc_primitives::{
	orders::Member, AccountId, AppId, Balance, DatasetId, Deal, DealId, GroupId, Moment, Rules, Signature,
	SigningDomain, WorkerpoolId, MAX_SUPPLY,
};
use sp_core::H160;
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, IdentityLookup},
	BuildStorage,
};

#[frame_support::runtime]
mod construct {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeTask,
		RuntimeHoldReason,
		RuntimeFreezeReason,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(3)]
	pub type Rlc = pallet_rlc;
	#[runtime::pallet_index(4)]
	pub type Registry = pallet_registry;
	#[runtime::pallet_index(5)]
	pub type Marketplace = pallet_marketplace;
	#[runtime::pallet_index(6)]
	pub type Poco = pallet_poco;
}

type TxExtension = (frame_system::AuthorizeCall<Runtime>,);
type UncheckedExtrinsic = generic::UncheckedExtrinsic<AccountId, RuntimeCall, Signature, TxExtension>;
type Block = generic::Block<generic::Header<u64, BlakeTwo256>, UncheckedExtrinsic>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Runtime {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId>;
}

impl<Call> frame_system::offchain::CreateTransactionBase<Call> for Runtime
where
	RuntimeCall: From<Call>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<Call> frame_system::offchain::CreateTransaction<Call> for Runtime
where
	RuntimeCall: From<Call>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

impl<Call> frame_system::offchain::CreateAuthorizedTransaction<Call> for Runtime
where
	RuntimeCall: From<Call>,
{
	fn create_extension() -> TxExtension {
		(frame_system::AuthorizeCall::new(),)
	}
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Runtime {}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<1>;
}

parameter_types! {
	pub const MaxSupply: Balance = MAX_SUPPLY;
	pub const RlcPalletId: PalletId = PalletId(*b"rlc/rlc_");
	pub const Treasury: AccountId = AccountId::new([0xEE; 32]);
	pub const PocoRules: Rules = Rules::IEXEC;
	pub const Retention: Moment = 0;
	pub Keyless: Vec<AccountId> = Vec::new();
	pub VerifyingContract: H160 = H160::repeat_byte(0x3E);
	pub Domain: SigningDomain = Marketplace::signing_domain();
}

impl pallet_rlc::Config for Runtime {
	type Currency = Balances;
	type KeylessAccounts = Keyless;
	type MaxSupply = MaxSupply;
	type OpenLocks = (Marketplace, Poco);
	type PalletId = RlcPalletId;
	type ShareOrigin = EnsureRoot<AccountId>;
	type Treasury = ResolveTo<Treasury, Balances>;
	type WeightInfo = ();
}

impl pallet_registry::Config for Runtime {
	type ByteDeposit = ConstU128<0>;
	type Currency = Balances;
	type ItemDeposit = ConstU128<0>;
	type MaxBatch = ConstU32<100>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = ();
}

impl pallet_marketplace::Config for Runtime {
	type Assets = Registry;
	type BenchmarkHelper = NotMeasured;
	type ByteDeposit = ConstU128<0>;
	type CategoryOrigin = EnsureRoot<AccountId>;
	type ChainId = ConstU64<134>;
	type Currency = Balances;
	type DealDeposit = ConstU128<0>;
	type Escrow = Rlc;
	type EstimateCombinations = ConstU32<1>;
	type EstimateOffers = ConstU32<1>;
	type HasEnclaves = ConstBool<true>;
	type OnDealOpened = Poco;
	type OrderDeposit = ConstU128<0>;
	type PocoTime = Timestamp;
	type RecordDeposit = ConstU128<0>;
	type Retention = Retention;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SearchDepth = ConstU32<1>;
	type SearchRequests = ConstU32<1>;
	type SearchScan = ConstU32<1>;
	type SearchTime = ConstU64<1>;
	type StakeRate = ConstU128<0>;
	type Stops = ();
	type TaskCharge = ();
	type TaskDeposit = ();
	type Time = Timestamp;
	type TradeHistory = ConstU32<1>;
	type UnattendedMatches = ConstU32<1>;
	type VerifyingContract = VerifyingContract;
	type WeightInfo = ();
}

impl pallet_poco::Config for Runtime {
	type BenchmarkHelper = NotMeasured;
	type ChainTime = Timestamp;
	type Deals = Marketplace;
	type Enclaves = ();
	type Escrow = Rlc;
	type MaxBatch = ConstU32<100>;
	type MaxCallbacks = ConstU32<8>;
	type OnResult = ();
	type OnTaskClosed = ();
	type Proxies = ();
	type Rules = PocoRules;
	type SigningDomain = Domain;
	type Stops = ();
	type Time = Timestamp;
	type WeightInfo = ();
}

/// Nothing is measured on this runtime; its pallets are compiled with what measures them.
pub struct NotMeasured;

impl pallet_marketplace::BenchmarkHelper for NotMeasured {
	fn fund(_: &AccountId) {}
	fn app(_: &AccountId) -> AppId {
		AppId::default()
	}
	fn dataset(_: &AccountId) -> DatasetId {
		DatasetId::default()
	}
	fn workerpool(_: &AccountId) -> WorkerpoolId {
		WorkerpoolId::default()
	}
	fn group(_: &AccountId, _: Vec<Member>) -> GroupId {
		GroupId::default()
	}
	fn freeze(_: &AccountId, _: Balance) {}
}

impl pallet_poco::BenchmarkHelper for NotMeasured {
	fn open_deal(_: DealId, _: &Deal) {}
	fn allow_attempts(_: &Deal, _: Balance) {}
	fn endow(_: &AccountId, _: Balance) {}
	fn name_proxies(who: &AccountId) -> AccountId {
		who.clone()
	}
	fn set_time(_: Moment) {}
}

/// Returns a chain without accounts and categories.
pub fn chain() -> sp_io::TestExternalities {
	let genesis = RuntimeGenesisConfig {
		marketplace: pallet_marketplace::GenesisConfig { categories: Vec::new(), ..Default::default() },
		..Default::default()
	};
	sp_io::TestExternalities::new(genesis.build_storage().expect("the genesis builds"))
}
