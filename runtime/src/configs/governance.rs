//! RLC's holders decide: referenda, and who may act for them.

use frame_support::{
	parameter_types,
	traits::{
		fungible::HoldConsideration,
		tokens::{pay::PayFromAccount, UnityAssetBalanceConversion},
		ConstU32, EitherOf, EitherOfDiverse, EqualPrivilegeOnly, LinearStoragePrice,
	},
	weights::Weight,
	PalletId,
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess, EnsureSigned, EnsureWithSuccess};
use rlc_primitives::governance::MOST_SPEND;
use sp_runtime::{traits::IdentityLookup, Perbill, Permill};

use crate::{
	configs::{
		deposits::{PreimageBase, PreimageByte},
		money::TreasuryAccount,
		system::Weights,
	},
	governance::{
		enacting::{Enacted, Enacting},
		origins::{EmergencyAdmin, TreasurySpender, WhitelistedCaller},
		tracks::Tracks,
	},
	timing::{Blocks, DAY},
	*,
};

/// The technical committee, by `part` of `whole` of its members.
pub type Committee<const PART: u32, const WHOLE: u32> =
	pallet_collective::EnsureProportionAtLeast<AccountId, pallet_collective::Instance1, PART, WHOLE>;

parameter_types! {
	pub const PreimageDeposit: RuntimeHoldReason = RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
	/// What enacted referenda may take of a block.
	pub ScheduledWeight: Weight = Perbill::from_percent(80) * Weights::get().max_block;
	pub CommitteeWeight: Weight = Perbill::from_percent(50) * Weights::get().max_block;
	pub const SubmissionDeposit: Balance = RLC;
	pub const TreasuryId: PalletId = PalletId(*b"rlc/trsy");
	pub const NoBurn: Permill = Permill::zero();
	pub const MostSpend: Balance = MOST_SPEND;
}

impl pallet_preimage::Config for Runtime {
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		PreimageDeposit,
		LinearStoragePrice<PreimageBase, PreimageByte, Balance>,
	>;
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<AccountId>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_preimage::WeightInfo<Runtime>;
}

impl pallet_scheduler::Config for Runtime {
	type BlockNumberProvider = System;
	type MaxScheduledPerBlock = ConstU32<50>;
	type MaximumWeight = ScheduledWeight;
	type OriginPrivilegeCmp = EqualPrivilegeOnly;
	type PalletsOrigin = OriginCaller;
	type Preimages = Preimage;
	type RuntimeCall = Enacted;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type ScheduleOrigin = EnsureRoot<AccountId>;
	type WeightInfo = weights::pallet_scheduler::WeightInfo<Runtime>;
}

impl pallet_conviction_voting::Config for Runtime {
	type BlockNumberProvider = System;
	type Currency = Balances;
	// Without the RLC of accounts that nobody has a key to (`KeylessAccounts`, and the treasury).
	type MaxTurnout = frame_support::traits::ActiveIssuanceOf<Balances, AccountId>;
	type MaxVotes = ConstU32<512>;
	type Polls = Referenda;
	type RuntimeEvent = RuntimeEvent;
	type VoteLockingPeriod = Blocks<{ 7 * DAY }>;
	type VotingHooks = ();
	type WeightInfo = weights::pallet_conviction_voting::WeightInfo<Runtime>;
}

impl pallet_referenda::Config for Runtime {
	type AlarmInterval = ConstU32<1>;
	type BlockNumberProvider = System;
	type CancelOrigin = EitherOf<EnsureRoot<AccountId>, EmergencyAdmin>;
	type Currency = Balances;
	type KillOrigin = EitherOf<EnsureRoot<AccountId>, EmergencyAdmin>;
	type MaxQueued = ConstU32<100>;
	type Preimages = Preimage;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type Scheduler = Enacting;
	type Slash = Treasury;
	type SubmissionDeposit = SubmissionDeposit;
	type SubmitOrigin = frame_support::traits::AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
	type Tally = pallet_conviction_voting::TallyOf<Runtime>;
	type Tracks = Tracks;
	type UndecidingTimeout = Blocks<{ 14 * DAY }>;
	type Votes = pallet_conviction_voting::VotesOf<Runtime>;
	type WeightInfo = weights::pallet_referenda::WeightInfo<Runtime>;
}

impl governance::origins::Config for Runtime {
	type CallByteDeposit = PreimageByte;
	type CallDeposit = PreimageBase;
}

/// How many blocks a call that was approved before it was whitelisted waits for anyone to make it: none. The scheduler
/// makes root's calls, and nobody else (see [`Enacted`]).
pub struct NothingDeferred;
impl frame_support::traits::Get<BlockNumber> for NothingDeferred {
	fn get() -> BlockNumber {
		// FRAME's benchmarks, which run as Wasm, measure a call that waited.
		BlockNumber::from(cfg!(all(feature = "runtime-benchmarks", not(feature = "std"))))
	}
}

impl pallet_whitelist::Config for Runtime {
	type BlockNumberProvider = System;
	type DeferredDispatchExpiration = NothingDeferred;
	type DispatchWhitelistedOrigin = EitherOf<EnsureRoot<AccountId>, WhitelistedCaller>;
	type Preimages = Preimage;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_whitelist::WeightInfo<Runtime>;
	type WhitelistOrigin = EitherOfDiverse<EnsureRoot<AccountId>, Committee<2, 3>>;
}

impl pallet_collective::Config<pallet_collective::Instance1> for Runtime {
	type Consideration = ();
	type DefaultVote = pallet_collective::MoreThanMajorityThenPrimeDefaultVote;
	type DisapproveOrigin = EnsureRoot<AccountId>;
	type KillOrigin = EnsureRoot<AccountId>;
	type MaxMembers = ConstU32<25>;
	type MaxProposalWeight = CommitteeWeight;
	type MaxProposals = ConstU32<50>;
	type MotionDuration = Blocks<{ 3 * DAY }>;
	type Proposal = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type SetMembersOrigin = EnsureRoot<AccountId>;
	type WeightInfo = weights::pallet_collective::WeightInfo<Runtime>;
}

impl pallet_treasury::Config for Runtime {
	type AssetKind = ();
	type BalanceConverter = UnityAssetBalanceConversion;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = benchmarks::TreasuryArguments;
	type Beneficiary = AccountId;
	type BeneficiaryLookup = IdentityLookup<AccountId>;
	type BlockNumberProvider = System;
	type Burn = NoBurn;
	type BurnDestination = ();
	type Currency = Balances;
	type MaxApprovals = ConstU32<100>;
	type PalletId = TreasuryId;
	type Paymaster = PayFromAccount<Balances, TreasuryAccount>;
	type PayoutPeriod = Blocks<{ 30 * DAY }>;
	type RejectOrigin = EitherOf<EnsureRoot<AccountId>, TreasurySpender>;
	type RuntimeEvent = RuntimeEvent;
	type SpendFunds = ();
	type SpendOrigin =
		EitherOf<EnsureRootWithSuccess<AccountId, MostSpend>, EnsureWithSuccess<TreasurySpender, AccountId, MostSpend>>;
	type SpendPeriod = Blocks<{ 7 * DAY }>;
	type WeightInfo = weights::pallet_treasury::WeightInfo<Runtime>;
}
