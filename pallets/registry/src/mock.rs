//! The smallest runtime around the pallet.

use frame_support::traits::{
	fungible::{Inspect, InspectHold},
	ConstU128, ConstU32,
};
pub use pallet_testing::people::*;
use rlc_primitives::{AccountId, Balance};

use crate::{App, AppKind, Dataset, Description, HoldReason, Name};

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

pallet_testing::system_and_balances!(Test);

impl crate::Config for Test {
	type ByteDeposit = ConstU128<BYTE>;
	type Currency = Balances;
	type ItemDeposit = ConstU128<ITEM>;
	type MaxBatch = ConstU32<8>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = ();
}

/// Returns a chain on which Alice and Bob have RLC, and nothing is registered.
pub fn registry() -> sp_io::TestExternalities {
	let balances = vec![(ALICE, ENDOWMENT), (BOB, ENDOWMENT)];
	pallet_testing::new_chain::<Test>(RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	})
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

/// Returns the free nRLC of an account.
pub fn free(who: &AccountId) -> Balance {
	Balances::balance(who)
}

/// Returns what is held of an account, in nRLC.
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
