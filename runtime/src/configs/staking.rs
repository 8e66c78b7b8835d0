//! Who may validate: nominated proof of stake in RLC.

mod candidates;

use frame_election_provider_support::{
	bounds::{ElectionBounds, ElectionBoundsBuilder},
	onchain, SequentialPhragmen,
};
use frame_support::{
	parameter_types,
	traits::{tokens::imbalance::ResolveTo, ConstU32, EitherOf},
};
use frame_system::EnsureRoot;
use pallet_rlc::fees::SettleRewards;
use sp_runtime::Perbill;
use sp_staking::currency_to_vote::U128CurrencyToVote;

pub use candidates::CandidatesWithKeys;

use crate::{
	configs::money::TreasuryAccount,
	governance::origins::StakingAdmin,
	timing::{EraSessions, Eras},
	*,
};

/// The most validators of an era. The whole set is elected on chain, in one block.
pub type MaxValidators = ConstU32<100>;
/// Nominators that one validator's reward page lists.
pub type ExposurePage = ConstU32<64>;
/// Nominators that can stand behind one validator.
pub type MaxNominatorsPerValidator = ConstU32<512>;
/// Validators that one nominator can name.
pub const MAX_NOMINATIONS: u32 = 16;

/// Steps of stake, in nRLC halved, by which the voter list is kept in order: from 1 RLC to the whole supply, each half
/// as much again as the one before.
static BAGS: [u64; 46] = bags();

/// See [`BAGS`]: 46 steps of one half take 1 RLC beyond 87 million RLC.
#[allow(clippy::indexing_slicing)] // evaluated by the compiler only
const fn bags() -> [u64; 46] {
	let mut bags = [0; 46];
	let mut bag: u64 = 1_000_000_000;
	let mut at = 0;
	while at < bags.len() {
		bags[at] = bag;
		bag += bag / 2;
		at += 1;
	}
	bags
}

/// The most voters that an election looks at: nominators, and validators for themselves. It would leave out the
/// smallest of more.
pub const ELECTION_VOTERS: u32 = 1_000;
/// The most candidates that an election looks at. With more it fails, and no era ends: [`limits`] admits
/// fewer.
pub const ELECTION_CANDIDATES: u32 = 200;

parameter_types! {
	pub const BagThresholds: &'static [u64] = &BAGS;
	/// What an election looks at. It runs within one block, and takes time in proportion to winners times votes: these
	/// are some hundred milliseconds. The voter list brings the largest stakes first.
	pub Electing: ElectionBounds = ElectionBoundsBuilder::default()
		.voters_count(ELECTION_VOTERS.into())
		.targets_count(ELECTION_CANDIDATES.into())
		.build();
}

impl pallet_bags_list::Config<pallet_bags_list::Instance1> for Runtime {
	type BagThresholds = BagThresholds;
	type MaxAutoRebagPerBlock = ConstU32<0>;
	type RuntimeEvent = RuntimeEvent;
	type Score = u64;
	type ScoreProvider = Staking;
	type WeightInfo = weights::pallet_bags_list::WeightInfo<Runtime>;
}

/// Elects validators within the block that starts the election.
pub struct OnChainElection;
impl onchain::Config for OnChainElection {
	type Bounds = Electing;
	type DataProvider = Staking;
	type MaxBackersPerWinner = MaxNominatorsPerValidator;
	type MaxWinnersPerPage = MaxValidators;
	type Solver = SequentialPhragmen<AccountId, Perbill>;
	type Sort = frame_support::traits::ConstBool<true>;
	type System = Runtime;
	type WeightInfo = weights::frame_election_provider_support::WeightInfo<Runtime>;
}

/// Sizes for which staking's calls are measured.
pub struct BenchmarkSizes;
impl pallet_staking::BenchmarkingConfig for BenchmarkSizes {
	type MaxNominators = ConstU32<1000>;
	type MaxValidators = ConstU32<100>;
}

impl limits::Config for Runtime {}

impl pallet_staking::Config for Runtime {
	type AdminOrigin = EitherOf<EnsureRoot<AccountId>, StakingAdmin>;
	type BenchmarkingConfig = BenchmarkSizes;
	type BondingDuration = Eras<28>;
	type Currency = Balances;
	type CurrencyBalance = Balance;
	type CurrencyToVote = U128CurrencyToVote;
	type ElectionProvider = onchain::OnChainExecution<OnChainElection>;
	type EraPayout = Rlc;
	type EventListeners = ();
	type Filter = frame_support::traits::Nothing;
	type GenesisElectionProvider = onchain::OnChainExecution<OnChainElection>;
	type HistoryDepth = ConstU32<84>;
	type MaxControllersInDeprecationBatch = ConstU32<100>;
	type MaxExposurePageSize = ExposurePage;
	type MaxUnlockingChunks = ConstU32<32>;
	type MaxValidatorSet = MaxValidators;
	type NextNewSession = Session;
	type NominationsQuota = pallet_staking::FixedNominationsQuota<MAX_NOMINATIONS>;
	type OldCurrency = Balances;
	type Reward = SettleRewards<Runtime>;
	// `EraPayout` leaves no remainder.
	type RewardRemainder = ();
	type RuntimeEvent = RuntimeEvent;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SessionInterface = Self;
	type SessionsPerEra = EraSessions;
	type Slash = ResolveTo<TreasuryAccount, Balances>;
	// Time for governance to cancel a slash that a fault of the software caused.
	type SlashDeferDuration = SlashDefer;
	type TargetList = CandidatesWithKeys;
	type UnixTime = Timestamp;
	type VoterList = VoterList;
	type WeightInfo = weights::pallet_staking::WeightInfo<Runtime>;
}

/// Eras until a slash is applied: one less than stake stays bonded, so that it can always be applied.
pub struct SlashDefer;
impl frame_support::traits::Get<u32> for SlashDefer {
	fn get() -> u32 {
		<Eras<28> as frame_support::traits::Get<u32>>::get().saturating_sub(1)
	}
}
