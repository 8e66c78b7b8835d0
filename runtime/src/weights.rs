//! What each call and hook of this runtime weighs, as measured by `make weights` on this code.

pub mod frame_system;
pub mod frame_system_extensions;
pub mod pallet_balances;
pub mod pallet_beefy_mmr;
pub mod pallet_marketplace;
pub mod pallet_mmr;
pub mod pallet_parameters;
pub mod pallet_poco;
pub mod pallet_registry;
pub mod pallet_rlc;
pub mod pallet_session;
pub mod pallet_timestamp;
pub mod pallet_transaction_payment;

// Not measured here yet: the weights that the SDK ships, which its authors measured on their reference machine.
pub mod frame_election_provider_support {
	pub use ::frame_election_provider_support::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_bags_list {
	pub use ::pallet_bags_list::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_collective {
	pub use ::pallet_collective::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_conviction_voting {
	pub use ::pallet_conviction_voting::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_identity {
	pub use ::pallet_identity::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_migrations {
	pub use ::pallet_migrations::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_multisig {
	pub use ::pallet_multisig::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_preimage {
	pub use ::pallet_preimage::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_proxy {
	pub use ::pallet_proxy::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_referenda {
	pub use ::pallet_referenda::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_safe_mode {
	pub use ::pallet_safe_mode::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_scheduler {
	pub use ::pallet_scheduler::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_staking {
	pub use ::pallet_staking::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_sudo {
	pub use ::pallet_sudo::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_treasury {
	pub use ::pallet_treasury::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_tx_pause {
	pub use ::pallet_tx_pause::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_utility {
	pub use ::pallet_utility::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_vesting {
	pub use ::pallet_vesting::weights::SubstrateWeight as WeightInfo;
}
pub mod pallet_whitelist {
	pub use ::pallet_whitelist::weights::SubstrateWeight as WeightInfo;
}
