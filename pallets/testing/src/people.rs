//! Accounts that tests give roles to.

use rlc_primitives::AccountId;
use sp_core::{sr25519, Pair};

/// Has what the test is about.
pub const ALICE: AccountId = AccountId::new([1; 32]);
/// Deals with Alice.
pub const BOB: AccountId = AccountId::new([2; 32]);
/// Stands by.
pub const CAROL: AccountId = AccountId::new([3; 32]);
/// Has no account.
pub const NOBODY: AccountId = AccountId::new([9; 32]);

/// Returns the key of a person that signs, by number.
pub fn key(number: u8) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[number; 32])
}

/// Returns the account of [`key`].
pub fn account_of_key(number: u8) -> AccountId {
	AccountId::new(key(number).public().0)
}
