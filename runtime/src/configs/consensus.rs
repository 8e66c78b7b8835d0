//! Who makes blocks, who finalizes them, and the proofs of it.

use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64, KeyOwnerProofSystem},
};
use pallet_session::historical as pallet_session_historical;
use sp_consensus_beefy::{
	ecdsa_crypto::AuthorityId as BeefyId,
	mmr::{BeefyDataProvider, MmrLeafVersion},
};
use sp_core::crypto::KeyTypeId;
use sp_runtime::traits::{ConvertInto, Keccak256, OpaqueKeys};

use crate::{
	configs::{deposits::KeyDeposit, staking::MaxNominatorsPerValidator},
	timing::{EraSessions, Eras, SessionSlots, SlotMs},
	*,
};

/// The most validators that consensus can have.
pub type MaxAuthorities = ConstU32<1_000>;

/// Proof that a consensus key belonged to a validator in a session.
type KeyOwnerProof<Id> = <Historical as KeyOwnerProofSystem<(KeyTypeId, Id)>>::Proof;

/// How long an offence can be reported, in slots or sessions: while the stake behind it is still bonded.
pub struct ReportLongevity;
impl frame_support::traits::Get<u64> for ReportLongevity {
	fn get() -> u64 {
		let sessions = u64::from(<Eras<28>>::get()).saturating_mul(EraSessions::get().into());
		sessions.saturating_mul(SessionSlots::get())
	}
}

impl pallet_babe::Config for Runtime {
	type DisabledValidators = Session;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type EpochDuration = SessionSlots;
	type EquivocationReportSystem = pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
	type ExpectedBlockTime = SlotMs;
	type KeyOwnerProof = KeyOwnerProof<pallet_babe::AuthorityId>;
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = MaxNominatorsPerValidator;
	type WeightInfo = ();
}

impl pallet_authorship::Config for Runtime {
	type EventHandler = Staking;
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
}

impl pallet_offences::Config for Runtime {
	type IdentificationTuple = pallet_session_historical::IdentificationTuple<Self>;
	type OnOffenceHandler = Staking;
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_session_historical::Config for Runtime {
	type FullIdentification = ();
	type FullIdentificationOf = pallet_staking::UnitIdentificationOf<Self>;
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_session::Config for Runtime {
	type Currency = Balances;
	type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
	type KeyDeposit = KeyDeposit;
	type Keys = SessionKeys;
	type NextSessionRotation = Babe;
	type RuntimeEvent = RuntimeEvent;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type SessionManager = pallet_session_historical::NoteHistoricalRoot<Self, Staking>;
	type ShouldEndSession = Babe;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type WeightInfo = weights::pallet_session::WeightInfo<Runtime>;
}

impl pallet_grandpa::Config for Runtime {
	type EquivocationReportSystem =
		pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
	type KeyOwnerProof = KeyOwnerProof<pallet_grandpa::AuthorityId>;
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = MaxNominatorsPerValidator;
	// One for each session in which an offence can still be reported: 28 eras of 6 sessions.
	type MaxSetIdSessionEntries = ConstU64<168>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
}

impl pallet_authority_discovery::Config for Runtime {
	type MaxAuthorities = MaxAuthorities;
}

impl pallet_beefy::Config for Runtime {
	type AncestryHelper = BeefyMmrLeaf;
	type BeefyId = BeefyId;
	type EquivocationReportSystem = pallet_beefy::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
	type KeyOwnerProof = KeyOwnerProof<BeefyId>;
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = MaxNominatorsPerValidator;
	type MaxSetIdSessionEntries = ConstU64<168>;
	type OnNewValidatorSet = BeefyMmrLeaf;
	type WeightInfo = ();
}

impl pallet_mmr::Config for Runtime {
	const INDEXING_PREFIX: &'static [u8] = sp_mmr_primitives::INDEXING_PREFIX;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = benchmarks::MmrSetup;
	type BlockHashProvider = pallet_mmr::DefaultBlockHashProvider<Runtime>;
	type Hashing = Keccak256;
	type LeafData = BeefyMmrLeaf;
	type OnNewRoot = pallet_beefy_mmr::DepositBeefyDigest<Runtime>;
	type WeightInfo = weights::pallet_mmr::WeightInfo<Runtime>;
}

parameter_types! {
	pub LeafVersion: MmrLeafVersion = MmrLeafVersion::new(0, 0);
}

/// The root of the messages that a block sends to Ethereum, 32 bytes. Zero: there are none yet.
pub struct MessageRoot;
impl BeefyDataProvider<Hash> for MessageRoot {
	fn extra_data() -> Hash {
		Hash::zero()
	}
}

impl pallet_beefy_mmr::Config for Runtime {
	type BeefyAuthorityToMerkleLeaf = pallet_beefy_mmr::BeefyEcdsaToEthereum;
	type BeefyDataProvider = MessageRoot;
	type LeafExtra = Hash;
	type LeafVersion = LeafVersion;
	type WeightInfo = weights::pallet_beefy_mmr::WeightInfo<Runtime>;
}
