//! `rlc staking validate`: a validator of one's own.

use clap::Args;
use codec::DecodeAll;
use rlc_chain::{Call, Perbill, ProxyType, SessionCall, SessionKeys, StakingCall, ValidatorPrefs};
use serde_json::json;

use crate::{
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	proxy::OnBehalf,
	say, stake,
};

/// Become a candidate: validate from one of the next eras on, if elected
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc staking validate --commission 5 --account me

The first time, give --keys and --proof: the session keys of the node, and its proof of them. The node has to run before. Ask
it for both on its own machine, by author_rotateKeysWithOwner (docs/operators/validator.md). Without them, the keys that the
chain knows stay.

It takes a stake of at least 10,000 RLC: `rlc staking bond` first. To end it, run `rlc staking stop`, and keep the node
running until the next era begins; the stake comes back with `rlc staking unbond all`, 28 eras later.")]
pub(crate) struct Validate {
	/// The part of its nominators' rewards that the validator keeps, in percent
	#[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100))]
	pub commission: u8,
	/// The node's session keys, in hex
	#[arg(long, value_name = "HEX", value_parser = session_keys, requires = "proof")]
	pub keys: Option<SessionKeys>,
	/// The proof that the node made with them, in hex
	#[arg(long, value_name = "HEX", value_parser = hexadecimal, requires = "keys")]
	pub proof: Option<Proof>,
	/// Admit no new nominators
	#[arg(long)]
	pub blocked: bool,
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

/// A node's proof of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof(Vec<u8>);

fn bytes(text: &str) -> Option<Vec<u8>> {
	hex::decode(text.strip_prefix("0x")?).ok()
}

fn hexadecimal(text: &str) -> std::result::Result<Proof, String> {
	bytes(text).map(Proof).ok_or_else(|| "not a proof; write 0x and hex digits".into())
}

fn session_keys(text: &str) -> std::result::Result<SessionKeys, String> {
	let keys = bytes(text).and_then(|bytes| SessionKeys::decode_all(&mut bytes.as_slice()).ok());
	keys.ok_or_else(|| "not the session keys of a node; write 0x and 258 hex digits, as the node answers".into())
}

/// Sets the keys if they are given, and makes the account a candidate.
pub(crate) async fn run(validate: Validate, context: &Context) -> Result<Answer> {
	let (key, chain) = validate.on_behalf.signer(context, ProxyType::Staking).await?;
	let terms = chain.staking_terms().await?;
	let stake = stake::of(&chain, &key.account()).await?;
	stake::suffices(&stake, terms.least_to_validate, "validate")?;
	let commission = Perbill::from_percent(validate.commission.into());
	if commission < terms.least_commission {
		let least = say::staking::percent(terms.least_commission);
		return Err(
			failure!(CommissionLow, "a commission of {} % is too low", validate.commission; "give at least {least}"),
		);
	}
	let keys = validate.keys.zip(validate.proof);
	let mut calls: Vec<Call> = Vec::new();
	let has_keys = keys.is_some();
	calls.extend(keys.map(|(keys, Proof(proof))| Call::Session(SessionCall::SetKeys { keys, proof })));
	if !has_keys && !chain.has_session_keys(&key.account()).await? {
		return Err(
			failure!(KeysMissing, "the chain knows no session keys of the account, so it could not be elected";
			"give --keys and --proof, which the node makes"),
		);
	}
	let prefs = ValidatorPrefs { commission, blocked: validate.blocked };
	calls.push(Call::Staking(StakingCall::Validate { prefs }));
	context.send_as(&chain, key, Call::BatchAll(calls), "asking to validate").await?;
	let text = format!(
		"a candidate from the next era on; an era is about {}. Keep the node in sync: `rlc staking status` shows the stake",
		say::staking::era(&terms)
	);
	Ok(Answer::new(text, json!({ "commission": say::staking::in_percent(commission), "keys": has_keys })))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn session_keys_are_read_as_the_node_writes_them() {
		let keys =
			session_keys(&format!("0x{}{}{}{}", "11".repeat(32), "22".repeat(32), "33".repeat(32), "44".repeat(33)));
		let keys = keys.unwrap();
		assert_eq!((keys.grandpa, keys.babe), ([0x11; 32], [0x22; 32]));
		assert_eq!((keys.authority_discovery, keys.beefy), ([0x33; 32], [0x44; 33]));
		for wrong in ["", "0x", "11", &format!("0x{}", "11".repeat(128)), &format!("0x{}", "11".repeat(130))] {
			assert!(session_keys(wrong).is_err(), "{wrong}");
		}
		assert_eq!(hexadecimal("0x0a0b"), Ok(Proof(vec![10, 11])));
		assert!(hexadecimal("0a").is_err());
	}
}
