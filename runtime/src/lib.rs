//! The state transition function of the RLC chain.
//!
//! | module | what is there |
//! |---|---|
//! | [`version`] | which runtime this is |
//! | [`configs`] | how each pallet is set up, by theme |
//! | [`free_calls`] | what calls pay that are free, and which comes first |
//! | [`timing`] | slot, session and era lengths of this network |
//! | [`limits`] | whom staking admits; the limits of upstream pallets |
//! | [`governance`] | tracks and origins of referenda, how far they go, and what is enacted |
//! | [`apis`] | what a node may ask |
//! | [`migrations`] | what an upgrade changes in storage |
//! | [`presets`] | the genesis states of the known networks |
#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "512"]
// Most items here are written by macros, which leave no place for docs.
#![allow(missing_docs)]
// Denied in the pallets (`cargo wasm-lints`); here nearly every one of them is written by a macro.
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions, clippy::expect_used)]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
pub mod free_calls;
pub mod governance;
pub mod limits;
pub mod migrations;
pub mod presets;
pub mod timing;
pub mod version;
mod weights;

use alloc::vec::Vec;

use sp_runtime::{generic, impl_opaque_keys, traits::BlakeTwo256};

pub use apis::RuntimeApi;
pub use rlc_primitives::{AccountId, Address, Balance, BlockNumber, Hash, Header, Moment, Nonce, Signature, RLC};
pub use version::VERSION;

/// The runtime's pallets. Indices are part of the encoding of calls, events and errors: they never change.
///
/// 0–9 system, time and money · 10–29 consensus and validators · 30–39 governance · 40–49 accounts · 50–59 safety ·
/// from 60 what this chain is for.
#[frame_support::runtime]
mod runtime {
	/// The runtime.
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timing = crate::timing;
	#[runtime::pallet_index(2)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(3)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(4)]
	pub type TransactionPayment = pallet_transaction_payment;
	// 5 was pallet_skip_feeless_payment: old blocks have its events.
	#[runtime::pallet_index(6)]
	pub type Vesting = pallet_vesting;
	#[runtime::pallet_index(7)]
	pub type FreeCalls = crate::free_calls;

	#[runtime::pallet_index(10)]
	pub type Babe = pallet_babe;
	#[runtime::pallet_index(11)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(12)]
	pub type Staking = pallet_staking;
	#[runtime::pallet_index(13)]
	pub type Offences = pallet_offences;
	#[runtime::pallet_index(14)]
	pub type Historical = pallet_session::historical;
	#[runtime::pallet_index(15)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(16)]
	pub type Grandpa = pallet_grandpa;
	#[runtime::pallet_index(17)]
	pub type AuthorityDiscovery = pallet_authority_discovery;
	#[runtime::pallet_index(18)]
	pub type VoterList = pallet_bags_list<Instance1>;
	#[runtime::pallet_index(19)]
	pub type Beefy = pallet_beefy;
	// After the session, so that a leaf names the next validators as of its own block.
	#[runtime::pallet_index(20)]
	pub type Mmr = pallet_mmr;
	#[runtime::pallet_index(21)]
	pub type BeefyMmrLeaf = pallet_beefy_mmr;

	// After staking and the voter list, whose genesis it completes.
	#[runtime::pallet_index(22)]
	pub type StakingLimits = crate::limits;

	#[runtime::pallet_index(30)]
	pub type Preimage = pallet_preimage;
	#[runtime::pallet_index(31)]
	pub type Scheduler = pallet_scheduler;
	#[runtime::pallet_index(32)]
	pub type ConvictionVoting = pallet_conviction_voting;
	#[runtime::pallet_index(33)]
	pub type Referenda = pallet_referenda;
	#[runtime::pallet_index(34)]
	pub type Origins = crate::governance::origins;
	#[runtime::pallet_index(35)]
	pub type Whitelist = pallet_whitelist;
	#[runtime::pallet_index(36)]
	pub type TechnicalCommittee = pallet_collective<Instance1>;
	#[runtime::pallet_index(37)]
	pub type Treasury = pallet_treasury;

	#[runtime::pallet_index(40)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(41)]
	pub type Multisig = pallet_multisig;
	#[runtime::pallet_index(42)]
	pub type Proxy = pallet_proxy;
	#[runtime::pallet_index(43)]
	pub type Identity = pallet_identity;

	#[runtime::pallet_index(50)]
	pub type SafeMode = pallet_safe_mode;
	#[runtime::pallet_index(51)]
	pub type TxPause = pallet_tx_pause;
	#[runtime::pallet_index(52)]
	pub type MultiBlockMigrations = pallet_migrations;
	// 53 was `pallet_sudo`. It stays unused, so that no earlier call comes to mean something else.

	#[runtime::pallet_index(60)]
	pub type Rlc = pallet_rlc;
	#[runtime::pallet_index(61)]
	pub type Parameters = pallet_parameters;
	#[runtime::pallet_index(62)]
	pub type Registry = pallet_registry;
	#[runtime::pallet_index(63)]
	pub type Marketplace = pallet_marketplace;
	#[runtime::pallet_index(64)]
	pub type Poco = pallet_poco;
	#[runtime::pallet_index(65)]
	pub type Clock = pallet_clock;
}

impl_opaque_keys! {
	/// The keys with which a validator takes part in each consensus protocol.
	pub struct SessionKeys {
		/// Votes on finality.
		pub grandpa: Grandpa,
		/// Authors blocks.
		pub babe: Babe,
		/// Signs the addresses at which the validator is reached.
		pub authority_discovery: AuthorityDiscovery,
		/// Signs finality for Ethereum.
		pub beefy: Beefy,
	}
}

/// What is checked and done around each call, in this order.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	free_calls::ChargeUnlessFree,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);

/// An extrinsic as it travels.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What the sender of an extrinsic signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// A block whose extrinsics are decoded.
pub type Block = generic::Block<generic::Header<BlockNumber, BlakeTwo256>, UncheckedExtrinsic>;

/// Runs blocks.
pub type Executive =
	frame_executive::Executive<Runtime, Block, frame_system::ChainContext<Runtime>, Runtime, AllPalletsWithSystem>;
