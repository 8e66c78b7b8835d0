//! The calls of balances: payments.

use codec::Encode;
use rlc_primitives::{Address, Balance};
use scale_info::TypeInfo;

/// The calls of balances: payments.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum BalancesCall {
	/// Pays an account; refused if the sender's own would end.
	TransferKeepAlive {
		/// The receiver.
		dest: Address,
		/// The amount, in nRLC.
		#[codec(compact)]
		value: Balance,
	},
	/// Pays an account, even if the sender's own ends.
	TransferAllowDeath {
		/// The receiver.
		dest: Address,
		/// The amount, in nRLC.
		#[codec(compact)]
		value: Balance,
	},
	/// Pays an account all that the sender can spend once it has paid the fee.
	TransferAll {
		/// The receiver.
		dest: Address,
		/// Whether what the sender's account must have stays. Otherwise the account ends, unless something is held or staked
		/// there.
		keep_alive: bool,
	},
}
