//! Scenarios as they stand in the files.

use rlc_primitives::{Balance, Moment};
use serde_json::Value;

/// One history.
pub struct Scenario {
	/// What it is called.
	pub name: String,
	/// Reference times of the categories by their number, in ms.
	pub categories: Vec<Moment>,
	/// What a worker stakes, in percent of the workerpool's price.
	pub worker_stake_ratio: u32,
	/// The scheduler's part of rewards, in percent.
	pub scheduler_ratio: u8,
	/// What each account has at first, in nRLC.
	pub deposits: Vec<(String, Balance)>,
	/// The orders; steps name them by their `id`.
	pub orders: Vec<Value>,
	/// What was done.
	pub steps: Vec<Step>,
}

/// One thing that was tried.
pub struct Step {
	/// When, in ms from the start.
	pub time: Moment,
	/// What.
	pub operation: String,
	/// With what; the keys depend on the operation.
	pub arguments: Value,
	/// Whether it was accepted.
	pub accepted: bool,
	/// What it changed.
	pub changed: Value,
}

/// Returns the scenarios of a file.
///
/// # Errors
///
/// What is missing or malformed.
pub fn all(file: &Value) -> Result<Vec<Scenario>, String> {
	let categories = list(file, "categories")?
		.iter()
		.map(|category| category[1].as_u64().map(|seconds| seconds * 1_000).ok_or("a category without a time".into()))
		.collect::<Result<Vec<_>, String>>()?;
	list(file, "scenarios")?.iter().map(|one| scenario(one, &categories)).collect()
}

fn scenario(scenario: &Value, categories: &[Moment]) -> Result<Scenario, String> {
	let policy = &scenario["policy"];
	let deposits = scenario["deposits"].as_object().ok_or("a scenario without deposits")?;
	Ok(Scenario {
		name: text(scenario, "name")?.into(),
		categories: categories.to_vec(),
		worker_stake_ratio: number(policy, "worker_stake_ratio")?,
		scheduler_ratio: number(policy, "scheduler_reward_ratio")?,
		deposits: deposits
			.keys()
			.map(|name| Ok((name.clone(), amount(&scenario["deposits"], name)?)))
			.collect::<Result<_, String>>()?,
		orders: list(scenario, "orders")?.clone(),
		steps: list(scenario, "steps")?.iter().map(step).collect::<Result<_, _>>()?,
	})
}

fn step(step: &Value) -> Result<Step, String> {
	Ok(Step {
		time: number::<Moment>(step, "time")? * 1_000,
		operation: text(step, "op")?.into(),
		arguments: step.clone(),
		accepted: step["ok"].as_bool().ok_or("a step without `ok`")?,
		changed: step["changed"].clone(),
	})
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>, String> {
	value[key].as_array().ok_or(format!("`{key}` is not a list"))
}

/// Returns a text.
pub fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
	value[key].as_str().ok_or(format!("`{key}` is not a text"))
}

/// Returns a number, which fits its type.
pub fn number<N: TryFrom<u64>>(value: &Value, key: &str) -> Result<N, String> {
	value[key].as_u64().and_then(|number| N::try_from(number).ok()).ok_or(format!("`{key}` is not a number in range"))
}

/// Returns an amount in nRLC: a number, or a text of digits.
pub fn amount(value: &Value, key: &str) -> Result<Balance, String> {
	let amount = &value[key];
	let digits = amount.as_str().and_then(|digits| digits.parse().ok());
	digits.or(amount.as_u64().map(Balance::from)).ok_or(format!("`{key}` is not an amount"))
}
