//! The smallest runtime around the pallet, and the people of its tests.

use frame_support::{
	parameter_types, storage_alias,
	traits::{
		fungible::{Inspect, InspectHold},
		tokens::Preservation,
		ConstU32, ConstU64, GetCallName,
	},
	Blake2_128Concat,
};
use frame_system::EnsureRoot;
pub use pallet_testing::Clock;
use rlc_primitives::{
	deal::Settlement,
	orders::Member,
	traits::{Assets, Escrow, Movement, OnDealOpened, OpenLocks, Stops, TaskCharge, WorkerpoolPolicy},
	AccountId, AppId, Balance, CategoryId, DatasetId, Deal, DealId, GroupId, Moment, Signature, WorkerpoolId, RLC,
};
use sp_core::{sr25519, H160};
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, Convert},
	DispatchError, DispatchResult, TokenError,
};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeTask,
		RuntimeHoldReason,
		RuntimeFreezeReason
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Market = crate;
}

pub type TxExtension = (frame_system::AuthorizeCall<Test>,);
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<AccountId, RuntimeCall, Signature, TxExtension>;
pub type Block = generic::Block<generic::Header<u64, BlakeTwo256>, UncheckedExtrinsic>;

pallet_testing::system_and_balances!(Test, Block);

impl<Call> frame_system::offchain::CreateTransactionBase<Call> for Test
where
	RuntimeCall: From<Call>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<Call> frame_system::offchain::CreateTransaction<Call> for Test
where
	RuntimeCall: From<Call>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

impl<Call> frame_system::offchain::CreateAuthorizedTransaction<Call> for Test
where
	RuntimeCall: From<Call>,
{
	fn create_extension() -> TxExtension {
		(frame_system::AuthorizeCall::new(),)
	}
}

/// When the tests begin, in ms.
pub const START: Moment = 1_000_000;

/// How long deals are kept, in ms.
pub const RETENTION: Moment = 5_000;

parameter_types! {
	pub storage OrderDeposit: Balance = 1_000;
	pub storage ByteDeposit: Balance = 1;
	pub storage RecordDeposit: Balance = 500;
	pub storage DealDeposit: Balance = 2_000;
	pub storage TaskDeposit: Balance = 10;
	pub storage StakeRate: Balance = 0;
	pub storage HasEnclaves: bool = true;
	pub storage SearchRequests: u32 = 100;
	pub storage EstimateOffers: u32 = 100;
	pub storage EstimateCombinations: u32 = 10;
	/// What a task is charged for each unit of its trust, in nRLC. Nothing unless a test says so.
	pub storage Charge: Balance = 0;
	pub storage Moderate: bool = true;
	pub storage Opened: Vec<DealId> = Vec::new();
	pub storage Retention: Moment = RETENTION;
	pub VerifyingContract: H160 = H160::repeat_byte(0x3e);
}

/// Held for a task of any trust.
pub struct ForEachTask;

impl Convert<u64, Balance> for ForEachTask {
	fn convert(_: u64) -> Balance {
		TaskDeposit::get()
	}
}

impl crate::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Escrow = Safe;
	type Assets = Registry;
	type TaskCharge = Charges;
	type OnDealOpened = Listener;
	type Stops = Brakes;
	type Time = Clock;
	type PocoTime = Clock;
	type ChainId = ConstU64<134>;
	type VerifyingContract = VerifyingContract;
	type CategoryOrigin = EnsureRoot<AccountId>;
	type OrderDeposit = OrderDeposit;
	type ByteDeposit = ByteDeposit;
	type RecordDeposit = RecordDeposit;
	type DealDeposit = DealDeposit;
	type TaskDeposit = ForEachTask;
	type Retention = Retention;
	type TradeHistory = ConstU32<3>;
	type StakeRate = StakeRate;
	type HasEnclaves = HasEnclaves;
	type SearchDepth = ConstU32<3>;
	type SearchScan = ConstU32<6>;
	type SearchRequests = SearchRequests;
	type SearchTime = ConstU64<200>;
	type EstimateOffers = EstimateOffers;
	type EstimateCombinations = EstimateCombinations;
	type UnattendedMatches = ConstU32<2>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Helper;
}

/// Calls that governance stopped, by names that calls have.
pub struct Brakes;

impl Brakes {
	/// Stops this call, and no other.
	pub fn stop(call: &str) {
		assert!(is_call(call), "there is no call {call}");
		pallet_testing::Brakes::stop(call);
	}

	/// Stops every call.
	pub fn stop_all() {
		pallet_testing::Brakes::stop_all();
	}

	/// Lets every call through again.
	pub fn release() {
		pallet_testing::Brakes::release();
	}
}

impl Stops for Brakes {
	fn is_stopped(call: &'static str) -> bool {
		assert!(is_call(call), "the pallet asks whether {call} is stopped, which is not a call");
		pallet_testing::Brakes::is_stopped(call)
	}
}

fn is_call(name: &str) -> bool {
	crate::Call::<Test>::get_call_names().contains(&name)
}

/// Takes a charge for each task, of which nothing is left.
pub struct Charges;

impl TaskCharge for Charges {
	fn per_task(trust: u64, _: bool) -> Balance {
		Charge::get().saturating_mul(trust.into())
	}

	fn take(who: &AccountId, amount: Balance) -> DispatchResult {
		use frame_support::traits::{
			fungible::Mutate,
			tokens::{Fortitude, Precision},
		};
		Balances::burn_from(who, amount, Preservation::Expendable, Precision::Exact, Fortitude::Polite).map(drop)
	}

	fn is_moderate() -> bool {
		Moderate::get()
	}
}

/// Hears of deals.
pub struct Listener;

impl OnDealOpened for Listener {
	fn on_deal_opened(id: &DealId, deal: &Deal) {
		assert_eq!(Market::deal_view(*id).map(|view| view.deal).as_ref(), Some(deal), "the deal is there by now");
		Opened::set(&[Opened::get(), vec![*id]].concat());
	}

	fn weight() -> frame_support::weights::Weight {
		frame_support::weights::Weight::from_parts(7, 0)
	}
}

/// What is registered.
pub struct Registry;

#[storage_alias]
pub type Apps = StorageMap<TestAssets, Blake2_128Concat, AppId, AccountId>;
#[storage_alias]
pub type Datasets = StorageMap<TestAssets, Blake2_128Concat, DatasetId, AccountId>;
#[storage_alias]
pub type Workerpools = StorageMap<TestAssets, Blake2_128Concat, WorkerpoolId, (AccountId, u32, u8, Settlement)>;
#[storage_alias]
pub type Members = StorageDoubleMap<TestAssets, Blake2_128Concat, GroupId, Blake2_128Concat, Member, ()>;

impl Assets for Registry {
	fn app_owner(app: &AppId) -> Option<AccountId> {
		Apps::get(app)
	}

	fn dataset_owner(dataset: &DatasetId) -> Option<AccountId> {
		Datasets::get(dataset)
	}

	fn workerpool(workerpool: &WorkerpoolId) -> Option<WorkerpoolPolicy> {
		let (owner, worker_stake_ratio, scheduler_ratio, settlement) = Workerpools::get(workerpool)?;
		Some(WorkerpoolPolicy { owner, worker_stake_ratio, scheduler_ratio, settlement })
	}

	fn is_member(group: &GroupId, member: &Member) -> bool {
		Members::contains_key(group, member)
	}
}

/// Where locked RLC is.
pub struct Safe;

const SAFE: AccountId = AccountId::new([0x5A; 32]);

#[storage_alias]
pub type Locked =
	StorageMap<TestEscrow, Blake2_128Concat, AccountId, Balance, frame_support::pallet_prelude::ValueQuery>;

impl Safe {
	/// Unlocks, as a closed task does.
	pub fn unlock(who: &AccountId, amount: Balance) -> DispatchResult {
		use frame_support::traits::fungible::Mutate;
		if amount > 0 {
			let left = Locked::get(who).checked_sub(amount).ok_or(TokenError::FundsUnavailable)?;
			Locked::insert(who, left);
			Balances::transfer(&SAFE, who, amount, Preservation::Expendable)?;
		}
		Ok(())
	}
}

impl Escrow for Safe {
	fn lock(who: &AccountId, amount: Balance) -> DispatchResult {
		use frame_support::traits::fungible::Mutate;
		if amount > 0 {
			Balances::transfer(who, &SAFE, amount, Preservation::Expendable)?;
			Locked::mutate(who, |locked| *locked += amount);
		}
		Ok(())
	}

	fn settle(_: &[Movement]) -> Result<u32, DispatchError> {
		Err(DispatchError::Other("no task ends here"))
	}

	fn kitty() -> Balance {
		0
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Helper {
	fn fund(who: &AccountId) {
		use frame_support::traits::fungible::Mutate;
		Balances::set_balance(who, 1_000 * RLC);
	}

	fn app(owner: &AccountId) -> AppId {
		let app = AppId::derive(owner, &());
		Apps::insert(app, owner);
		app
	}

	fn dataset(owner: &AccountId) -> DatasetId {
		let dataset = DatasetId::derive(owner, &());
		Datasets::insert(dataset, owner);
		dataset
	}

	fn workerpool(owner: &AccountId) -> WorkerpoolId {
		let workerpool = WorkerpoolId::derive(owner, &());
		Workerpools::insert(workerpool, (owner, 30, 1, Settlement::Automatic));
		workerpool
	}

	fn group(owner: &AccountId, members: Vec<Member>) -> GroupId {
		let group = GroupId::derive(owner, &());
		members.into_iter().for_each(|member| Members::insert(group, member, ()));
		group
	}

	fn freeze(who: &AccountId, amount: Balance) {
		use frame_support::traits::{LockableCurrency, WithdrawReasons};
		Balances::set_lock(*b"vesting ", who, amount, WithdrawReasons::all());
	}
}

/// The people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
	AppOwner = 1,
	DatasetOwner,
	Scheduler,
	Requester,
	Sponsor,
	/// Brings orders of others.
	Broker,
	/// Buys an asset.
	Heir,
}

impl Who {
	pub const ALL: [Self; 7] =
		[Self::AppOwner, Self::DatasetOwner, Self::Scheduler, Self::Requester, Self::Sponsor, Self::Broker, Self::Heir];

	pub fn pair(self) -> sr25519::Pair {
		pallet_testing::people::key(self as u8)
	}

	pub fn id(self) -> AccountId {
		pallet_testing::people::account_of_key(self as u8)
	}

	pub fn origin(self) -> RuntimeOrigin {
		RuntimeOrigin::signed(self.id())
	}
}

pub const APP: AppId = AppId(H160::repeat_byte(1));
pub const DATASET: DatasetId = DatasetId(H160::repeat_byte(2));
pub const POOL: WorkerpoolId = WorkerpoolId(H160::repeat_byte(3));
pub const GROUP: GroupId = GroupId(H160::repeat_byte(4));
pub const XS: CategoryId = CategoryId(0);

/// Returns a chain with one app, one dataset, one workerpool, and everybody with 1 RLC.
pub fn market() -> sp_io::TestExternalities {
	let balances = Who::ALL.iter().map(|who| (who.id(), RLC)).collect();
	let mut ext = pallet_testing::new_chain::<Test>(RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	});
	ext.execute_with(|| {
		Clock::set(START);
		Apps::insert(APP, Who::AppOwner.id());
		Datasets::insert(DATASET, Who::DatasetOwner.id());
		Workerpools::insert(POOL, (Who::Scheduler.id(), 30, 5, Settlement::Scheduler));
	});
	ext
}

/// Returns the same, with a keystore.
#[cfg(feature = "runtime-benchmarks")]
pub fn with_keystore() -> sp_io::TestExternalities {
	use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
	let mut ext = market();
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext
}

/// Runs `test` in the market and checks the invariants after it.
pub fn test(test: impl FnOnce()) {
	market().execute_with(|| {
		test();
		check_invariants();
	});
}

/// Checks the pallet's invariants, and I2: what is locked is locked for an open deal.
pub fn check_invariants() {
	Market::do_try_state().expect("the invariants hold after every test");
	let mut open = Market::open_locks();
	open.retain(|_, amount| *amount > 0);
	let locked = Locked::iter().filter(|(_, amount)| *amount > 0).collect();
	assert_eq!(open, locked, "I2");
}

/// Returns the free nRLC.
pub fn free(who: Who) -> Balance {
	Balances::balance(&who.id())
}

/// Returns the nRLC held as bonds.
pub fn bonds(who: Who) -> Balance {
	Balances::balance_on_hold(&crate::HoldReason::Bond.into(), &who.id())
}

/// Returns the nRLC held as deposits.
pub fn deposits(who: Who) -> Balance {
	Balances::balance_on_hold(&crate::HoldReason::Deposit.into(), &who.id())
}
