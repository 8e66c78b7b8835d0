//! What accounts can do together: batches, multisigs, proxies, identities.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{ConstU32, InstanceFilter};
use frame_system::EnsureRoot;
use pallet_identity::legacy::IdentityInfo;
use rlc_primitives::{traits::Proxies, AnyOrder};
use sp_runtime::traits::BlakeTwo256;
use sp_runtime::{MultiSignature, MultiSigner};

use crate::{
	configs::deposits::{
		AnnouncementBase, AnnouncementEntry, IdentityBase, IdentityByte, MultisigBase, MultisigMember, ProxyBase,
		ProxyEntry, SubIdentity, UsernameDeposit,
	},
	timing::{Blocks, DAY},
	*,
};

impl pallet_utility::Config for Runtime {
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_utility::WeightInfo<Runtime>;
}

/// How many registrars can judge identities.
pub const MAX_REGISTRARS: u32 = 20;

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
	/// Work on tasks: contribute, reveal, report. A worker's machine needs no more. A thief of its key cannot take any
	/// RLC, but can lose it: a wrong result costs the task's stake, and with a workerpool the thief can give the account
	/// tasks of any stake.
	Worker,
	/// Run a workerpool: offer its work, choose workers, end tasks. A thief of the key on a scheduler's machine can take
	/// neither RLC nor the pool, but can lose what the account has free, by selling tasks at any price, buying them,
	/// and abandoning them.
	Scheduler,
}

/// Who makes a call of PoCo as a part of its work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
	Workers,
	Schedulers,
	Both,
	Nobodys,
}

impl Part {
	/// Every call is decided on here: a new one does not compile before it is.
	fn of(call: &pallet_poco::Call<Runtime>) -> Self {
		use pallet_poco::Call::*;
		match call {
			contribute { .. }
			| contribute_batch { .. }
			| contribute_and_finalize { .. }
			| contribute_and_finalize_batch { .. }
			| reveal { .. }
			| reveal_batch { .. }
			| reveal_failure { .. }
			| report_failure { .. } => Self::Workers,
			delegate { .. } | undelegate { .. } | reopen { .. } | abandon { .. } | release { .. } => Self::Schedulers,
			finalize { .. } => Self::Both,
			// Anyone's, which schedulers look after.
			claim { .. } | prune { .. } | deliver { .. } => Self::Schedulers,
			__Ignore(..) => Self::Nobodys,
		}
	}

	fn is_workers(self) -> bool {
		matches!(self, Self::Workers | Self::Both)
	}

	fn is_schedulers(self) -> bool {
		matches!(self, Self::Schedulers | Self::Both)
	}
}

/// Returns whether schedulers make this call for their offers.
fn is_offer(call: &pallet_marketplace::Call<Runtime>) -> bool {
	use pallet_marketplace::Call::*;
	match call {
		// Not a request, which would spend the account's RLC, nor what else it sells.
		publish_order { order } | presign_order { order } | cancel_order { order } => match **order {
			AnyOrder::Workerpool(_) => true,
			AnyOrder::App(_) | AnyOrder::Dataset(_) | AnyOrder::Request(_) => false,
		},
		// Takes an order out of the book whatever it is, which gives its deposit back.
		unpublish_order { .. } => true,
		// The caller of a match pays its deposits and charges, if not all of it.
		match_orders { .. } | sponsor_match_orders { .. } | match_published { .. } => false,
		// Anyone's, for which nobody needs the account.
		remove_expired { .. } | remove_unfunded { .. } | prune_order { .. } | prune_record { .. } => false,
		add_category { .. } | __Ignore(..) => false,
	}
}

/// Returns whether a batch holds nothing but what this proxy may do. The calls in it are asked about once more when they
/// are made; this keeps batches of anything else out.
fn batches(proxy: ProxyType, call: &pallet_utility::Call<Runtime>) -> bool {
	use pallet_utility::Call::*;
	match call {
		batch { calls } | batch_all { calls } | force_batch { calls } => calls.iter().all(|call| proxy.filter(call)),
		// Calls in another's name, or in root's.
		as_derivative { .. }
		| dispatch_as { .. }
		| dispatch_as_fallible { .. }
		| with_weight { .. }
		| if_else { .. } => false,
		__Ignore(..) => false,
	}
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
			Self::Worker => match call {
				RuntimeCall::Poco(call) => Part::of(call).is_workers(),
				RuntimeCall::Utility(call) => batches(*self, call),
				_ => false,
			},
			Self::Scheduler => match call {
				RuntimeCall::Poco(call) => Part::of(call).is_schedulers(),
				RuntimeCall::Marketplace(call) => is_offer(call),
				// Where the scheduler is reached, which moves with its machine.
				RuntimeCall::Registry(pallet_registry::Call::set_description { .. }) => true,
				RuntimeCall::Utility(call) => batches(*self, call),
				_ => false,
			},
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(Self::Any, _) => true,
			(_, Self::Any) => false,
			// It may do nothing on the market or for tasks.
			(Self::NonTransfer, Self::Worker | Self::Scheduler) => false,
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

/// Knows which keys may sign delegations for schedulers: those that may also make them by calls, without a delay.
pub struct SchedulerProxies;

impl Proxies for SchedulerProxies {
	fn may_delegate(proxy: &AccountId, scheduler: &AccountId) -> bool {
		let (proxies, _) = pallet_proxy::Proxies::<Runtime>::get(scheduler);
		// A key can be a proxy of several types, so the first match does not decide.
		let may = |kind: ProxyType| kind.is_superset(&ProxyType::Scheduler);
		proxies.iter().any(|one| one.delegate == *proxy && one.delay == 0 && may(one.proxy_type))
	}
}

impl pallet_identity::Config for Runtime {
	type BasicDeposit = IdentityBase;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type ByteDeposit = IdentityByte;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId>;
	type IdentityInformation = IdentityInfo<ConstU32<16>>;
	type MaxRegistrars = ConstU32<MAX_REGISTRARS>;
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
