//! The smallest runtime around the pallet.

use std::{cell::RefCell, collections::BTreeMap};

use frame_support::{
	assert_ok, parameter_types,
	traits::fungible::{Inspect, Mutate},
	PalletId,
};
use frame_system::EnsureRoot;
pub use pallet_testing::people::*;
use rlc_primitives::{
	traits::{
		Escrow, Movement,
		MovementKind::{self, Reward, Seize, SeizeForKitty, Unlock},
		OpenLocks,
	},
	AccountId, Balance, TaskId, MAX_SUPPLY, RLC,
};
use sp_core::H256;
use sp_runtime::{DispatchResult, Permill};

pub const TREASURY: AccountId = AccountId::new([20; 32]);
/// An account without a key.
pub const RESERVE: AccountId = AccountId::new([21; 32]);
pub const TASK: TaskId = TaskId(H256::repeat_byte(7));

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
	pub type Rlc = crate;
}

pallet_testing::system_and_balances!(Test);

parameter_types! {
	pub const MaxSupply: Balance = MAX_SUPPLY;
	pub const RlcPalletId: PalletId = PalletId(*b"rlc/rlc_");
	pub Treasury: AccountId = TREASURY;
	pub Keyless: Vec<AccountId> = vec![RESERVE];
}

thread_local! {
	static BOOKS: RefCell<BTreeMap<AccountId, Balance>> = const { RefCell::new(BTreeMap::new()) };
}

/// What the test says is locked.
pub struct Books;

impl Books {
	/// Notes that `who` has `amount` nRLC locked, as far as the test knows.
	pub fn set(who: AccountId, amount: Balance) {
		BOOKS.with_borrow_mut(|books| books.insert(who, amount));
	}
}

impl OpenLocks for Books {
	fn open_locks() -> BTreeMap<AccountId, Balance> {
		BOOKS.with_borrow(Clone::clone)
	}
}

impl crate::Config for Test {
	type Currency = Balances;
	type KeylessAccounts = Keyless;
	type MaxSupply = MaxSupply;
	type OpenLocks = Books;
	type PalletId = RlcPalletId;
	type ShareOrigin = EnsureRoot<AccountId>;
	type Treasury = frame_support::traits::tokens::imbalance::ResolveTo<Treasury, Balances>;
	type WeightInfo = ();
}

/// Returns a chain on which Alice has 1,000 RLC and the treasury takes a fifth of the fees.
pub fn rlc() -> sp_io::TestExternalities {
	endowed(1_000 * RLC)
}

/// Returns the same, with another endowment of Alice, in nRLC.
pub fn endowed(alice: Balance) -> sp_io::TestExternalities {
	distributed(vec![(ALICE, alice)])
}

/// Returns a chain that starts with these balances, in nRLC.
pub fn distributed(balances: Vec<(AccountId, Balance)>) -> sp_io::TestExternalities {
	BOOKS.take();
	pallet_testing::new_chain::<Test>(RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		rlc: crate::GenesisConfig { treasury_share: Permill::from_percent(20), ..Default::default() },
		..Default::default()
	})
}

/// Runs `test` and checks the invariants after it.
pub fn test(chain: sp_io::TestExternalities, test: impl FnOnce()) {
	let mut chain = chain;
	chain.execute_with(|| {
		test();
		Rlc::do_try_state().expect("the invariants hold after every test");
		let owed: Balance = crate::Locked::<Test>::iter_values().sum();
		let held = Balances::total_balance(&Rlc::escrow_account());
		assert_eq!(held, owed + crate::Kitty::<Test>::get(), "I3, to the nRLC");
	});
}

/// Returns the free nRLC of an account.
pub fn free(who: &AccountId) -> Balance {
	Balances::balance(who)
}

/// Returns the free and locked nRLC of an account, as the recorded scenarios show them.
pub fn account(who: &AccountId) -> (Balance, Balance) {
	(free(who), Rlc::locked(who.clone()))
}

/// What happens, to whom, to how many nRLC.
pub type Move<'a> = (MovementKind, &'a AccountId, Balance);

/// Returns the movements of a task.
pub fn movements(task: TaskId, moves: &[Move]) -> Vec<Movement> {
	moves.iter().map(|&(kind, who, amount)| Movement { task, who: who.clone(), amount, kind }).collect()
}

/// Settles one task, if that is accepted.
pub fn try_settle<const N: usize>(moves: [Move; N]) -> DispatchResult {
	Rlc::settle(&movements(TASK, &moves)).map(drop)
}

/// Settles one task, and notes it in the test's books.
pub fn settle<const N: usize>(moves: [Move; N]) {
	assert_ok!(try_settle(moves));
	moves.iter().for_each(|(_, who, _)| note(who));
}

/// Locks, and notes it in the test's books.
pub fn lock(who: &AccountId, amount: Balance) {
	assert_ok!(Rlc::lock(who, amount));
	note(who);
}

pub fn unlock(who: &AccountId, amount: Balance) {
	settle([(Unlock, who, amount)]);
}

/// Pays an account with what another has locked.
pub fn seize_for(payee: &AccountId, who: &AccountId, amount: Balance) {
	settle([(Seize, who, amount), (Reward, payee, amount)]);
}

fn note(who: &AccountId) {
	Books::set(who.clone(), Rlc::locked(who.clone()));
}

/// Returns a chain on which Bob was a scheduler that failed: the kitty has his stake.
pub fn with_kitty(amount: Balance) -> sp_io::TestExternalities {
	let mut chain = rlc();
	chain.execute_with(|| {
		assert_ok!(Balances::mint_into(&BOB, amount));
		lock(&BOB, amount);
		settle([(SeizeForKitty, &BOB, amount)]);
	});
	chain
}
