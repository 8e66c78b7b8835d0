//! The smallest runtime around the pallet.

use frame_support::{
	derive_impl,
	traits::{
		fungible::{Inspect, InspectHold},
		ConstU128, ConstU32,
	},
};
use rlc_primitives::{AccountId, Balance};
use sp_runtime::BuildStorage;

use crate::{App, AppKind, Dataset, Description, HoldReason, Name};

pub const ALICE: AccountId = AccountId::new([1; 32]);
pub const BOB: AccountId = AccountId::new([2; 32]);
/// Has no account.
pub const NOBODY: AccountId = AccountId::new([9; 32]);

/// What Alice and Bob have at first, in nRLC.
pub const ENDOWMENT: Balance = 10_000;
pub const ITEM: Balance = 100;
pub const BYTE: Balance = 1;

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
		RuntimeFreezeReason,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Registry = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type Block = frame_system::mocking::MockBlock<Test>;
	type Lookup = sp_runtime::traits::IdentityLookup<AccountId>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<1>;
}

impl crate::Config for Test {
	type ByteDeposit = ConstU128<BYTE>;
	type Currency = Balances;
	type ItemDeposit = ConstU128<ITEM>;
	type MaxBatch = ConstU32<8>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = ();
}

/// A chain on which Alice and Bob have RLC, and nothing is registered.
pub fn registry() -> sp_io::TestExternalities {
	let balances = vec![(ALICE, ENDOWMENT), (BOB, ENDOWMENT)];
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	}
	.build_storage();
	let mut ext = sp_io::TestExternalities::from(storage.expect("the storage of a valid genesis builds"));
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs `test` on a new chain and checks the invariants after it.
pub fn test(test: impl FnOnce()) {
	registry().execute_with(|| {
		test();
		Registry::do_try_state().expect("the invariants hold after every test");
	});
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// Free nRLC of an account.
pub fn free(who: &AccountId) -> Balance {
	Balances::balance(who)
}

/// What is held of an account, in nRLC.
pub fn held(reason: HoldReason, who: &AccountId) -> Balance {
	Balances::balance_on_hold(&reason.into(), who)
}

pub fn name(text: &str) -> Name {
	text.as_bytes().to_vec().try_into().expect("names in tests are short")
}

pub fn description(text: &str) -> Description {
	text.as_bytes().to_vec().try_into().expect("descriptions in tests are short")
}

pub fn blender() -> App {
	App { name: name("blender"), kind: AppKind::Container, ..Default::default() }
}

pub fn weather() -> Dataset {
	Dataset { name: name("weather"), ..Default::default() }
}
