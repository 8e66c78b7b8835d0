//! The smallest runtime around the pallet.

use frame_support::{derive_impl, parameter_types, traits::fungible::Inspect, PalletId};
use frame_system::EnsureRoot;
use rlc_primitives::{Balance, MAX_SUPPLY, RLC};
use sp_runtime::{AccountId32, BuildStorage, Permill};

pub const TREASURY: AccountId32 = AccountId32::new([1; 32]);
pub const ALICE: AccountId32 = AccountId32::new([2; 32]);
pub const BOB: AccountId32 = AccountId32::new([3; 32]);

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
	pub type Rlc = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId32;
	type Block = frame_system::mocking::MockBlock<Test>;
	type Lookup = sp_runtime::traits::IdentityLookup<AccountId32>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = frame_support::traits::ConstU128<1>;
}

parameter_types! {
	pub const MaxSupply: Balance = MAX_SUPPLY;
	pub const RlcPalletId: PalletId = PalletId(*b"rlc/rlc_");
	pub Treasury: AccountId32 = TREASURY;
}

impl crate::Config for Test {
	type Currency = Balances;
	type MaxSupply = MaxSupply;
	type PalletId = RlcPalletId;
	type ShareOrigin = EnsureRoot<AccountId32>;
	type Treasury = frame_support::traits::tokens::imbalance::ResolveTo<Treasury, Balances>;
	type WeightInfo = ();
}

/// A chain on which Alice has 1,000 RLC and the treasury takes a fifth of the fees.
pub fn rlc() -> sp_io::TestExternalities {
	endowed(1_000 * RLC)
}

/// The same, with another endowment of Alice, in nRLC.
pub fn endowed(alice: Balance) -> sp_io::TestExternalities {
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances: vec![(ALICE, alice)], ..Default::default() },
		rlc: crate::GenesisConfig { treasury_share: Permill::from_percent(20), ..Default::default() },
		..Default::default()
	}
	.build_storage();
	let mut ext = sp_io::TestExternalities::from(storage.expect("the storage of a valid genesis builds"));
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs `test` and checks the invariants after it.
pub fn test(chain: sp_io::TestExternalities, test: impl FnOnce()) {
	let mut chain = chain;
	chain.execute_with(|| {
		test();
		Rlc::do_try_state().expect("the invariants hold after every test");
	});
}

/// Free nRLC of an account.
pub fn free(who: &AccountId32) -> Balance {
	Balances::balance(who)
}
