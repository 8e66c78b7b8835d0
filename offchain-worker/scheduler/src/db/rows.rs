//! How things are written in rows.

use codec::{Decode, Encode};
use rlc_json::FailureCause;
use rlc_primitives::{work, AccountId, DealId, Moment, TaskId};
use rlc_protocol::{
	worker::{Cause, Logs, Step},
	Account, TaskRef,
};
use sp_core::H256;

use super::DbError;
use crate::model::{Replicate, TaskState};

/// The longest words of a failure, in characters.
const MAX_WORDS: usize = 1_000;

/// The most that is kept of each stream of an app, in bytes.
const MAX_LOGS: usize = 64 * 1024;

/// A deal of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DealRow {
	/// The deal.
	pub deal: DealId,
	/// Index of the first task.
	pub first: u64,
	/// How many tasks there are.
	pub size: u64,
}

/// A worker's part in a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicateRow {
	/// The task.
	pub task: TaskRef,
	/// The worker.
	pub worker: AccountId,
	/// Its part.
	pub part: Replicate,
}

/// What is known of a task beside its replicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
	/// The task.
	pub task: TaskRef,
	/// Why it was given up, if it was.
	pub given_up: Option<String>,
	/// Size of its result in the store, in bytes.
	pub stored: Option<u64>,
	/// The result's CID.
	pub result: Option<String>,
	/// The data of its callback.
	pub data: Option<Vec<u8>>,
}

impl TaskRow {
	/// Returns the row of a task with this result.
	pub fn of(task: &TaskState, result: Option<String>) -> Self {
		Self {
			task: task.task_ref(),
			given_up: task.given_up.as_ref().map(|given_up| given_up.reason.clone()),
			stored: task.upload.stored,
			result,
			data: task.data.clone(),
		}
	}
}

/// A result that is in no store, though its task is completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomelessRow {
	/// The task.
	pub task: TaskRef,
	/// The result's CID.
	pub result: String,
	/// When one of its workers made its last step, in ms.
	pub since: Moment,
}

/// What a worker's app wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
	/// The task.
	pub task: TaskId,
	/// Its deal.
	pub deal: DealId,
	/// The worker.
	pub worker: AccountId,
	/// The text, at most 64 KiB of each stream.
	pub logs: Logs,
}

pub(super) type ReplicateText = (String, i64, String, String, String, i64, String, String, i64, i64);
pub(super) type TaskText = (String, i64, String, i64, String, String);

pub(super) fn hash(id: H256) -> String {
	hex::encode(id)
}

pub(super) fn account(account: &AccountId) -> String {
	hex::encode(account)
}

pub(super) fn number(number: u64) -> i64 {
	number.try_into().unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
	number.try_into().unwrap_or(0)
}

/// Returns a text without zero characters, which PostgreSQL does not allow in text.
fn clean(text: &str) -> String {
	text.replace('\0', "\u{fffd}")
}

/// Returns the end of a text, at most this many bytes.
pub(super) fn tail(text: &str) -> String {
	let mut start = text.len().saturating_sub(MAX_LOGS);
	while !text.is_char_boundary(start) {
		start += 1;
	}
	clean(&text[start..])
}

pub(super) fn words(text: &str) -> String {
	clean(&text.chars().take(MAX_WORDS).collect::<String>())
}

pub(super) fn step_name(step: Step) -> String {
	serde_json::to_value(step).ok().and_then(|value| value.as_str().map(String::from)).unwrap_or_default()
}

fn step(text: &str) -> Result<Step, DbError> {
	serde_json::from_value(text.into()).map_err(|_| DbError::Damaged(format!("no step is called {text:?}")))
}

pub(super) fn bytes32(text: &str) -> Result<[u8; 32], DbError> {
	let mut bytes = [0; 32];
	hex::decode_to_slice(text, &mut bytes).map_err(|_| DbError::Damaged(format!("{text:?} is not an id")))?;
	Ok(bytes)
}

pub(super) fn deal_id(text: &str) -> Result<DealId, DbError> {
	Ok(DealId(bytes32(text)?.into()))
}

pub(super) fn bytes(text: &str) -> Result<Vec<u8>, DbError> {
	hex::decode(text).map_err(|_| DbError::Damaged(format!("{text:?} is not hex")))
}

/// Reads the cause of a failure as it is stored: SCALE; nothing if it was the worker's own trouble. What cannot be read
/// is not evidence against a task either.
fn failure_cause(bytes: &[u8]) -> Option<FailureCause> {
	work::FailureCause::decode(&mut &bytes[..]).ok().map(FailureCause)
}

/// Returns the cause of a failure as it is stored.
pub(super) fn stored_cause(cause: &Cause) -> String {
	cause.cause.map(|cause| hex::encode(cause.0.encode())).unwrap_or_default()
}

pub(super) fn replicate(row: ReplicateText) -> Result<ReplicateRow, DbError> {
	let (deal, index, worker, voter, name, since, cause, words, output, expiry) = row;
	let step = step(&name)?;
	let has_cause = step == Step::Failed || !words.is_empty();
	let cause = if has_cause { Some(Cause { cause: failure_cause(&bytes(&cause)?), words }) } else { None };
	let part = Replicate {
		voter: bytes32(&voter)?.into(),
		step,
		since: unsigned(since) as Moment,
		cause,
		output: unsigned(output),
		expiry: unsigned(expiry),
	};
	let task = TaskRef { deal: deal_id(&deal)?, index: unsigned(index) };
	Ok(ReplicateRow { task, worker: bytes32(&worker)?.into(), part })
}

pub(super) fn task(row: TaskText) -> Result<TaskRow, DbError> {
	let (deal, index, given_up, stored, result, data) = row;
	Ok(TaskRow {
		task: TaskRef { deal: deal_id(&deal)?, index: unsigned(index) },
		given_up: Some(given_up).filter(|text| !text.is_empty()),
		stored: stored.try_into().ok(),
		result: Some(result).filter(|text| !text.is_empty()),
		data: if data.is_empty() { None } else { Some(bytes(&data)?) },
	})
}

pub(super) fn worker(text: &str) -> Result<Account, DbError> {
	Ok(Account(bytes32(text)?.into()))
}
