//! The calls of staking and of sessions: who validates, and who stands behind them.

use codec::{Decode, Encode};
use rlc_primitives::{AccountId, Address, Balance};
use scale_info::TypeInfo;
use sp_runtime::Perbill;

/// The calls that only those who stake make, by their pallets.
#[derive(Encode, TypeInfo)]
pub(crate) enum StakersCall {
	Staking(StakingCall),
	Session(SessionCall),
}

/// The calls of staking.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum StakingCall {
	/// Bonds RLC of an account that has nothing at stake.
	Bond {
		/// How much, in nRLC.
		#[codec(compact)]
		value: Balance,
		/// Where rewards go.
		payee: RewardDestination,
	},
	/// Bonds more.
	BondExtra {
		/// How much at most, in nRLC.
		#[codec(compact)]
		max_additional: Balance,
	},
	/// Takes RLC out of the stake; they are free once the wait is over and they are withdrawn.
	Unbond {
		/// How much, in nRLC.
		#[codec(compact)]
		value: Balance,
	},
	/// Frees what was unbonded, and for which the wait is over.
	WithdrawUnbonded {
		/// How many slashing spans the account has.
		num_slashing_spans: u32,
	},
	/// Makes the account a candidate from the next era on.
	Validate {
		/// On which terms.
		prefs: ValidatorPrefs,
	},
	/// Puts the stake behind these candidates from the next era on.
	Nominate {
		/// The candidates.
		targets: Vec<Address>,
	},
	/// Ends that the account validates or nominates. Its stake stays bonded.
	Chill,
	/// Pays the rewards of an era, to a validator and those behind it.
	PayoutStakers {
		/// The validator.
		validator_stash: AccountId,
		/// The era.
		era: u32,
	},
}

/// The calls of sessions.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum SessionCall {
	/// Says with which keys the sender's node takes part in consensus.
	SetKeys {
		/// The keys.
		keys: SessionKeys,
		/// That the node has them, and wants them to be the sender's.
		proof: Vec<u8>,
	},
}

/// The keys of a validator's node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SessionKeys {
	/// Votes on finality.
	pub grandpa: [u8; 32],
	/// Authors blocks.
	pub babe: [u8; 32],
	/// Signs the addresses at which the validator is reached.
	pub authority_discovery: [u8; 32],
	/// Signs finality for Ethereum.
	pub beefy: [u8; 33],
}

/// Where the rewards of a stake go.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum RewardDestination {
	/// Into the stake.
	Staked,
	/// To the account that has the stake, without adding to it.
	Stash,
	/// Nowhere: the chain no longer accepts it.
	Controller,
	/// To another account.
	Account(AccountId),
	/// Nowhere.
	None,
}

/// On which terms an account validates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ValidatorPrefs {
	/// The part of its nominators' rewards that it keeps.
	#[codec(compact)]
	pub commission: Perbill,
	/// Whether nobody new may nominate it.
	pub blocked: bool,
}
