//! What the chain knows of stakes.

use codec::Decode;
use rlc_primitives::{AccountId, Balance, Moment};
use sp_runtime::Perbill;

use crate::{calls::ValidatorPrefs, questions, rpc::decode_all, Chain, Error};

/// How many candidates are looked at: more than the chain admits.
const CANDIDATES: usize = 1_000;

/// What the chain asks of those who stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakingTerms {
	/// The least stake of an account that validates, in nRLC.
	pub least_to_validate: Balance,
	/// The least stake of an account that nominates, in nRLC.
	pub least_to_nominate: Balance,
	/// The least part of its nominators' rewards that a validator keeps.
	pub least_commission: Perbill,
	/// The era that is planned or under way.
	pub era: u32,
	/// For how many eras an unbonded stake waits.
	pub wait: u32,
	/// For how many eras rewards can be paid.
	pub history: u32,
	/// How long an era takes, in ms, if no slot is missed.
	pub era_length: Moment,
}

/// What an account has at stake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stake {
	/// All that is bonded, what was unbonded and not withdrawn included, in nRLC.
	pub total: Balance,
	/// What is at stake, in nRLC.
	pub active: Balance,
	/// What was unbonded, in nRLC, and the era from which on it can be withdrawn: the earliest first.
	pub unlocking: Vec<(Balance, u32)>,
	/// On which terms it validates, if it does.
	pub validates: Option<ValidatorPrefs>,
	/// Whom it nominates.
	pub nominates: Vec<AccountId>,
	/// How many slashing spans it has, as a withdrawal has to tell.
	pub slashing_spans: u32,
}

// Errors are those of every question, and `Error::Mismatch` if stakes of the chain are not as they are read here.
#[allow(clippy::missing_errors_doc)]
impl Chain {
	/// Returns what the chain asks of those who stake.
	pub async fn staking_terms(&self) -> Result<StakingTerms, Error> {
		self.check_staking().await?;
		let sessions: u32 = self.constant("Staking", "SessionsPerEra").await?;
		let slots: u64 = self.constant("Babe", "EpochDuration").await?;
		let slot: Moment = self.constant("Babe", "ExpectedBlockTime").await?;
		Ok(StakingTerms {
			least_to_validate: self.value(&questions::MIN_VALIDATOR_BOND).await?.unwrap_or_default(),
			least_to_nominate: self.value(&questions::MIN_NOMINATOR_BOND).await?.unwrap_or_default(),
			least_commission: self.value(&questions::MIN_COMMISSION).await?.unwrap_or_default(),
			era: self.value(&questions::CURRENT_ERA).await?.unwrap_or_default(),
			wait: self.constant("Staking", "BondingDuration").await?,
			history: self.constant("Staking", "HistoryDepth").await?,
			era_length: slot.saturating_mul(slots).saturating_mul(sessions.into()),
		})
	}

	/// Returns what an account has at stake; `None` if it has bonded nothing.
	pub async fn stake(&self, who: &AccountId) -> Result<Option<Stake>, Error> {
		self.check_staking().await?;
		let (ledger, validates, nominations, spans) = futures::try_join!(
			self.entry(&questions::LEDGER, who),
			self.entry(&questions::VALIDATORS, who),
			self.entry(&questions::NOMINATORS, who),
			self.entry(&questions::SLASHING_SPANS, who),
		)?;
		let spans = spans.map_or(0, |spans| u32::try_from(spans.prior.len()).unwrap_or(u32::MAX).saturating_add(1));
		Ok(ledger.map(|ledger| Stake {
			total: ledger.total,
			active: ledger.active,
			unlocking: ledger.unlocking.iter().map(|part| (part.value, part.era)).collect(),
			validates,
			nominates: nominations.map(|nominations| nominations.targets).unwrap_or_default(),
			slashing_spans: spans,
		}))
	}

	/// Returns the accounts that want to validate, elected or not, with their terms.
	pub async fn candidates(&self) -> Result<Vec<(AccountId, ValidatorPrefs)>, Error> {
		self.check_staking().await?;
		let (_, at) = self.best().await?;
		let all = self.walk(&questions::VALIDATORS, at, CANDIDATES, |who, prefs| Some((who, prefs))).await?;
		Ok(all.found)
	}

	/// Returns whether the chain knows with which keys the node of an account takes part in consensus.
	pub async fn has_session_keys(&self, who: &AccountId) -> Result<bool, Error> {
		self.check_staking().await?;
		Ok(self.entry(&questions::NEXT_KEYS, who).await?.is_some())
	}

	/// Returns whether rewards of an era wait to be paid to a validator and those behind it. Those of an era that has not
	/// ended cannot be paid yet.
	pub async fn has_pending_rewards(&self, era: u32, validator: &AccountId) -> Result<bool, Error> {
		self.check_staking().await?;
		// The runtime looks at what was paid, not at whether the era has ended.
		let is_unpaid = self.question(&questions::PENDING_REWARDS, &(era, validator.clone())).await?;
		Ok(is_unpaid && self.entry(&questions::ERA_REWARD, &era).await?.is_some())
	}

	/// Checks that the chain's stakes are as they are read here.
	async fn check_staking(&self) -> Result<(), Error> {
		self.runtime(None).await?.check_staking()
	}

	/// Returns a constant of a pallet.
	async fn constant<T: Decode>(&self, pallet: &str, name: &str) -> Result<T, Error> {
		let runtime = self.runtime(None).await?;
		let value = runtime.constant(pallet, name).ok_or_else(|| {
			let difference = format!("it has no constant {pallet}.{name}");
			Error::Mismatch { version: runtime.version.spec_version, difference }
		})?;
		decode_all(name, value)
	}
}
