//! The genesis states of the known networks.
//!
//! | preset | for | validators | RLC at the start |
//! |---|---|---|---|
//! | `development` | one developer | Alice | six well-known accounts, 10 million each |
//! | `local` | networks on one machine | Alice, Bob, Charlie, Dave | the same |
//! | `sovereign` | a network whose RLC lives here only | the founders | the original distribution of all 87 million |
//! | `bridged` | a network beside Ethereum | the founders | what the founders locked in the Ethereum gateway |
//!
//! The last two have no validator, and so make no block, until [`founded`] names some: their keys belong to people.

use alloc::{string::ToString, vec, vec::Vec};

use frame_support::PalletId;
use rlc_primitives::{MAX_SUPPLY, NRLC};
use serde_json::{json, Value};
use sp_core::crypto::get_public_from_string_or_panic as well_known;
use sp_genesis_builder::PresetId;
use sp_runtime::traits::AccountIdConversion;

use crate::{
	configs::{
		governance::TreasuryId,
		money::{CONTINGENCY, SALE},
	},
	limits::{fewest_validators, Limits},
	timing::{Lengths, DAY, MINUTE},
	AccountId, Balance, BlockNumber, Moment, SessionKeys, RLC,
};

/// One developer's chain.
pub const DEVELOPMENT: &str = "development";
/// A network of four on one machine.
pub const LOCAL: &str = "local";
/// A network whose RLC lives on it alone.
pub const SOVEREIGN: &str = "sovereign";
/// A network beside Ethereum.
pub const BRIDGED: &str = "bridged";

/// How slots are won: a quarter of them by lot, the others in turn by verifiable random function.
pub const BABE_GENESIS_EPOCH_CONFIG: sp_consensus_babe::BabeEpochConfiguration =
	sp_consensus_babe::BabeEpochConfiguration {
		c: (1, 4),
		allowed_slots: sp_consensus_babe::AllowedSlots::PrimaryAndSecondaryVRFSlots,
	};

/// What each well-known account of a test network has.
const TEST_ENDOWMENT: Balance = 10_000_000 * RLC;
/// What each validator of a test network has at stake.
const TEST_STAKE: Balance = 100_000 * RLC;
/// What each founder of a `bridged` network locked in the gateway before the start.
const FOUNDER_LOCK: Balance = 250_000 * RLC;
/// What each founder has at stake at the start.
const FOUNDER_STAKE: Balance = 100_000 * RLC;
/// The well-known accounts of test networks.
const TEST_ACCOUNTS: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];
/// The longest time between two blocks that counts for tasks' deadlines, in ms: when the chain stands still, nobody can
/// meet one.
pub const MAX_GAP: Moment = MINUTE;
/// The treasury's part of each fee, in millionths.
const TREASURY_SHARE: u32 = 200_000;

/// A validator of the first block.
#[derive(Clone)]
#[cfg_attr(feature = "std", derive(serde::Deserialize))]
#[cfg_attr(feature = "std", serde(deny_unknown_fields))]
pub struct Founder {
	/// Account that holds the stake and gets the rewards.
	pub account: AccountId,
	/// Authors blocks.
	pub babe: sp_consensus_babe::AuthorityId,
	/// Votes on finality.
	pub grandpa: sp_consensus_grandpa::AuthorityId,
	/// Signs the validator's network addresses.
	pub authority_discovery: sp_authority_discovery::AuthorityId,
	/// Signs finality for Ethereum.
	pub beefy: sp_consensus_beefy::ecdsa_crypto::AuthorityId,
}

impl Founder {
	/// Returns a validator whose keys everybody knows.
	pub fn well_known(name: &str) -> Self {
		Self {
			account: account(name),
			babe: well_known::<sp_consensus_babe::AuthorityId>(name),
			grandpa: well_known::<sp_consensus_grandpa::AuthorityId>(name),
			authority_discovery: well_known::<sp_authority_discovery::AuthorityId>(name),
			beefy: well_known::<sp_consensus_beefy::ecdsa_crypto::AuthorityId>(name),
		}
	}

	/// Returns its keys for all protocols.
	pub fn keys(&self) -> SessionKeys {
		SessionKeys {
			grandpa: self.grandpa.clone(),
			babe: self.babe.clone(),
			authority_discovery: self.authority_discovery.clone(),
			beefy: self.beefy.clone(),
		}
	}
}

fn account(name: &str) -> AccountId {
	sp_runtime::traits::IdentifyAccount::into_account(sp_runtime::MultiSigner::from(well_known::<
		sp_core::sr25519::Public,
	>(name)))
}

/// Returns what is the same for every network: time, who validates with how much, who may call the committee to order.
fn network(lengths: Lengths, founders: &[Founder], stake: Balance) -> Value {
	let accounts = || founders.iter().map(|founder| founder.account.clone());
	json!({
		"timing": { "lengths": lengths },
		"clock": { "maxGap": MAX_GAP },
		"babe": { "epochConfig": BABE_GENESIS_EPOCH_CONFIG },
		"session": {
			"keys": founders
				.iter()
				.map(|founder| (founder.account.clone(), founder.account.clone(), founder.keys()))
				.collect::<Vec<_>>(),
		},
		"staking": {
			"validatorCount": founders.len().max(1),
			"minimumValidatorCount": fewest_validators(founders.len().try_into().unwrap_or(u32::MAX)),
			"slashRewardFraction": sp_runtime::Perbill::from_percent(10),
			"stakers": accounts().map(|who| (who.clone(), who, stake, "Validator")).collect::<Vec<_>>(),
		},
		"stakingLimits": { "limits": Limits::default() },
		"technicalCommittee": { "members": accounts().take(25).collect::<Vec<_>>() },
		"rlc": { "treasuryShare": TREASURY_SHARE },
	})
}

/// Adds a part to a genesis.
fn with(mut genesis: Value, part: Value) -> Value {
	json_merge(&mut genesis, part);
	genesis
}

fn json_merge(into: &mut Value, from: Value) {
	match (into, from) {
		(Value::Object(into), Value::Object(from)) => {
			for (key, value) in from {
				json_merge(into.entry(key).or_insert(Value::Null), value);
			}
		}
		(into, from) => *into = from,
	}
}

/// Returns a network for tests: known keys, short slots and sessions, long waits shortened so that a day takes six
/// seconds.
fn test_network(session_slots: u64, validators: &[&str]) -> Value {
	let founders: Vec<_> = validators.iter().map(|name| Founder::well_known(name)).collect();
	let lengths = Lengths { slot_ms: 1_000, session_slots, era_sessions: 3, speedup: 14_400 };
	let balances: Vec<_> = TEST_ACCOUNTS.iter().map(|name| (account(name), TEST_ENDOWMENT)).collect();
	with(network(lengths, &founders, TEST_STAKE), json!({ "balances": { "balances": balances } }))
}

/// Returns the original distribution of RLC: 69 % sold to the crowd, 17.2 % for founders and early investors, 6.9 % for
/// bounties and research, 6.9 % for contingencies.
///
/// Bounties and research are the treasury's. What was sold to the crowd and what is for contingencies lies in accounts
/// without a key, out of which referenda pay. Until it is paid out, all of this is inactive: no turnout counts it. The
/// founders' part vests over four years, nothing of it in the first.
fn sovereign(founders: &[Founder]) -> Value {
	const YEAR: BlockNumber = 365 * blocks_of(DAY);
	let part = |permille: Balance| MAX_SUPPLY / 1_000 * permille;
	let keyless = |id: PalletId| -> AccountId { id.into_account_truncating() };

	let (mut for_founders, each): (Vec<AccountId>, Balance) = match founders.len() {
		0 => (vec![keyless(PalletId(*b"rlc/fndr"))], part(172)),
		count => (founders.iter().map(|founder| founder.account.clone()).collect(), part(172) / count as Balance),
	};
	for_founders.sort();
	let rest = part(172) - each * for_founders.len() as Balance;

	let mut balances = vec![
		(keyless(SALE), part(690)),
		(keyless(TreasuryId::get()), part(69)),
		(keyless(CONTINGENCY), part(69) + rest),
	];
	balances.extend(for_founders.iter().map(|who| (who.clone(), each)));
	let vesting: Vec<_> = for_founders.iter().map(|who| (who, YEAR, 3 * YEAR, 0 as Balance)).collect();
	with(
		network(Lengths::default(), founders, FOUNDER_STAKE),
		json!({ "balances": { "balances": balances }, "vesting": { "vesting": vesting } }),
	)
}

/// Returns the genesis beside Ethereum: nothing exists here but what is locked there. The bridge mints the rest as it is
/// locked.
fn bridged(founders: &[Founder]) -> Value {
	let mut balances: Vec<_> = founders.iter().map(|founder| (founder.account.clone(), FOUNDER_LOCK)).collect();
	if let Some((_, first)) = balances.first_mut() {
		// The treasury must exist; without this, its existential deposit would be minted, and nothing locked for it.
		*first -= NRLC;
		balances.push((TreasuryId::get().into_account_truncating(), NRLC));
	}
	with(network(Lengths::default(), founders, FOUNDER_STAKE), json!({ "balances": { "balances": balances } }))
}

/// Returns how many blocks of a live network there are in `ms` milliseconds.
const fn blocks_of(ms: rlc_primitives::Moment) -> BlockNumber {
	(ms / 2_000) as BlockNumber
}

/// Returns the genesis patch of a preset, or nothing if there is none of that name.
pub fn preset(id: &str) -> Option<Value> {
	Some(match id {
		// Its blocks can be made on demand, hours after each other.
		DEVELOPMENT => with(test_network(60, &["Alice"]), json!({ "clock": { "maxGap": null } })),
		LOCAL => test_network(15, &["Alice", "Bob", "Charlie", "Dave"]),
		SOVEREIGN => sovereign(&[]),
		BRIDGED => bridged(&[]),
		_ => return None,
	})
}

/// Returns the genesis patch of a live network with its first validators.
///
/// # Errors
///
/// If the preset is not a live one, or the founders are none, too many or not different from each other.
#[cfg(feature = "std")]
pub fn founded(preset: &str, founders: &[Founder]) -> Result<Value, String> {
	let most = <crate::configs::staking::MaxValidators as frame_support::traits::Get<u32>>::get() as usize;
	if founders.is_empty() || founders.len() > most {
		return Err(format!("a network needs 1 to {most} founders, not {}", founders.len()));
	}
	for (at, founder) in founders.iter().enumerate() {
		let same = |other: &Founder| {
			other.account == founder.account
				|| other.babe == founder.babe
				|| other.grandpa == founder.grandpa
				|| other.authority_discovery == founder.authority_discovery
				|| other.beefy == founder.beefy
		};
		if founders.iter().take(at).any(same) {
			return Err(format!("founder {} has an account or a key of another founder", at + 1));
		}
	}
	match preset {
		SOVEREIGN => Ok(sovereign(founders)),
		BRIDGED => Ok(bridged(founders)),
		other => Err(format!("preset {other} has its validators already")),
	}
}

/// Returns the presets' names.
pub fn names() -> Vec<PresetId> {
	[DEVELOPMENT, LOCAL, SOVEREIGN, BRIDGED].into_iter().map(PresetId::from).collect()
}

/// Returns a preset as the bytes that a node asks for.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	preset(id.as_ref()).map(|patch| patch.to_string().into_bytes())
}
