//! What accounts can do together: batches, multisigs, proxies, identities.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	parameter_types,
	traits::{ConstU32, InstanceFilter},
};
use frame_system::EnsureRoot;
use pallet_identity::legacy::IdentityInfo;
use sp_runtime::traits::BlakeTwo256;
use sp_runtime::{MultiSignature, MultiSigner};

use crate::{
	configs::deposit,
	timing::{Blocks, DAY},
	*,
};

impl pallet_utility::Config for Runtime {
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_utility::WeightInfo<Runtime>;
}

parameter_types! {
	pub const MultisigBase: Balance = deposit(1, 88);
	pub const MultisigMember: Balance = deposit(0, 32);
	pub const ProxyBase: Balance = deposit(1, 8);
	pub const ProxyEntry: Balance = deposit(0, 33);
	pub const AnnouncementBase: Balance = deposit(1, 8);
	pub const AnnouncementEntry: Balance = deposit(0, 68);
	pub const IdentityBase: Balance = deposit(1, 258);
	pub const IdentityByte: Balance = deposit(0, 1);
	pub const SubIdentity: Balance = deposit(1, 53);
	pub const UsernameDeposit: Balance = deposit(2, 64);
}

impl pallet_multisig::Config for Runtime {
	type BlockNumberProvider = System;
	type Currency = Balances;
	type DepositBase = MultisigBase;
	type DepositFactor = MultisigMember;
	type MaxSignatories = ConstU32<100>;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_multisig::WeightInfo<Runtime>;
}

/// What a proxy may do for the account that named it.
#[derive(
	Clone,
	Copy,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	scale_info::TypeInfo,
)]
pub enum ProxyType {
	/// Everything.
	#[default]
	Any,
	/// Everything but moving RLC.
	NonTransfer,
	/// Vote and take part in referenda, the treasury and the committee.
	Governance,
	/// Stake, and set session keys.
	Staking,
	/// Stop announced calls of other proxies.
	CancelProxy,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		match self {
			Self::Any => true,
			Self::NonTransfer => !matches!(
				call,
				// Deals and work lock RLC and pay it to others, and what is registered earns it.
				RuntimeCall::Balances(_)
					| RuntimeCall::Marketplace(_)
					| RuntimeCall::Poco(_)
					| RuntimeCall::Registry(pallet_registry::Call::transfer { .. })
					| RuntimeCall::Vesting(pallet_vesting::Call::vested_transfer { .. })
					| RuntimeCall::Sudo(_)
			),
			Self::Governance => matches!(
				call,
				RuntimeCall::ConvictionVoting(_)
					| RuntimeCall::Referenda(_)
					| RuntimeCall::Treasury(_)
					| RuntimeCall::TechnicalCommittee(_)
					| RuntimeCall::Whitelist(_)
					| RuntimeCall::Preimage(_)
					| RuntimeCall::Utility(_)
			),
			Self::Staking => matches!(
				call,
				RuntimeCall::Staking(_) | RuntimeCall::Session(_) | RuntimeCall::VoterList(_) | RuntimeCall::Utility(_)
			),
			Self::CancelProxy => {
				matches!(call, RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. }))
			}
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(Self::Any, _) => true,
			(_, Self::Any) => false,
			(Self::NonTransfer, _) => true,
			(this, other) => this == other,
		}
	}
}

impl pallet_proxy::Config for Runtime {
	type AnnouncementDepositBase = AnnouncementBase;
	type AnnouncementDepositFactor = AnnouncementEntry;
	type BlockNumberProvider = System;
	type CallHasher = BlakeTwo256;
	type Currency = Balances;
	type MaxPending = ConstU32<32>;
	type MaxProxies = ConstU32<32>;
	type ProxyDepositBase = ProxyBase;
	type ProxyDepositFactor = ProxyEntry;
	type ProxyType = ProxyType;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_proxy::WeightInfo<Runtime>;
}

impl pallet_identity::Config for Runtime {
	type BasicDeposit = IdentityBase;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type ByteDeposit = IdentityByte;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId>;
	type IdentityInformation = IdentityInfo<ConstU32<16>>;
	type MaxRegistrars = ConstU32<20>;
	type MaxSubAccounts = ConstU32<100>;
	type MaxSuffixLength = ConstU32<7>;
	type MaxUsernameLength = ConstU32<32>;
	type OffchainSignature = MultiSignature;
	type PendingUsernameExpiration = Blocks<{ 7 * DAY }>;
	type RegistrarOrigin = EnsureRoot<AccountId>;
	type RuntimeEvent = RuntimeEvent;
	type SigningPublicKey = MultiSigner;
	type Slashed = Treasury;
	type SubAccountDeposit = SubIdentity;
	type UsernameAuthorityOrigin = EnsureRoot<AccountId>;
	type UsernameDeposit = UsernameDeposit;
	type UsernameGracePeriod = Blocks<{ 30 * DAY }>;
	type WeightInfo = weights::pallet_identity::WeightInfo<Runtime>;
}
