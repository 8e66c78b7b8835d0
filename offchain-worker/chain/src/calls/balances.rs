//! The calls of balances: payments.

use codec::Encode;
use rlc_primitives::{Address, Balance};
use scale_info::TypeInfo;

/// The calls of balances: payments.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum BalancesCall {
	/// Pays somebody, as long as one's account stays alive.
	TransferKeepAlive {
		/// Whom.
		dest: Address,
		/// How much, in nRLC.
		#[codec(compact)]
		value: Balance,
	},
	/// Pays somebody, even if one's account ends.
	TransferAllowDeath {
		/// Whom.
		dest: Address,
		/// How much, in nRLC.
		#[codec(compact)]
		value: Balance,
	},
}
