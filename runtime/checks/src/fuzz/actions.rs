//! Random calls.

mod assets;
mod close;
mod govern;
mod market;
mod stake;
mod work;
mod wrap;

use codec::Encode;
use pallet_poco::{AgreedFailure, AppFault, CallbackData, TaskRef};
use rand::{rngs::StdRng, Rng};
use rlc_primitives::{task::Commitment, AccountId, Deal, ResultDigest, ResultHash, TaskId};
use rlc_runtime::RuntimeCall;
use sp_core::H256;
use sp_io::hashing::blake2_256;

use super::world::World;
use crate::people::Person;

/// How many results a task may have: two of them, and then failures of the app.
const RESULTS: u8 = 4;

/// The first result that is a failure.
const FAILURE: u8 = 2;

/// Where in a task's id it is written that nobody can compute it, and that nobody reveals what it came to.
const UNAVAILABLE: usize = 1;
const UNREVEALED: usize = 2;

/// Who does what next.
pub struct Act {
	/// Who signs; nobody, for a call that says itself when it is authorized.
	pub by: Option<Person>,
	/// What is called.
	pub call: RuntimeCall,
}

/// Returns what somebody signs.
fn signed(by: Person, call: impl Into<RuntimeCall>) -> Option<Act> {
	Some(Act { by: Some(by), call: call.into() })
}

impl World {
	/// Returns who does what next.
	pub fn act(&mut self, random: &mut StdRng) -> Act {
		let act = match self.postponed.pop() {
			Some(postponed) => postponed,
			None => {
				let act = self.plain_act(random);
				self.batch(act, random)
			}
		};
		self.represent(act, random)
	}

	fn plain_act(&mut self, random: &mut StdRng) -> Act {
		// What needs something that is not there yet gives way to something else.
		loop {
			let act = match random.gen_range(0..102) {
				0..=4 => self.own(random),
				5..=9 => self.offer(random),
				10..=21 => self.deal_or_match(random),
				22..=26 => self.delegate(random),
				27 => self.undelegate(random),
				28..=59 => self.contribute(random),
				60..=86 => self.reveal(random),
				87..=99 => self.close(random),
				_ => self.stake(random),
			};
			if let Some(act) = act {
				return act;
			}
		}
	}
}

/// Returns which result a worker has: mostly the right one. Of one task in four, that is a failure.
fn result(task: TaskId, random: &mut StdRng) -> u8 {
	if !random.gen_ratio(3, 4) {
		return random.gen_range(0..RESULTS);
	}
	let fails = task.0.as_bytes().first().is_some_and(|byte| byte % 4 == 0);
	if fails {
		FAILURE
	} else {
		0
	}
}

/// Returns whether something happens to a task that happens to one in eight.
fn is_ill_fated(task: TaskId, how: usize) -> bool {
	task.0.as_bytes().get(how).is_some_and(|byte| byte % 8 == 0)
}

/// Returns the failure that a result is, if it is one.
fn failure(result: u8) -> Option<AgreedFailure> {
	let trace = H256::repeat_byte(result);
	(result >= FAILURE).then(|| AgreedFailure { cause: AppFault::AppFailed, code: result.into(), trace })
}

/// Returns what a callback gets of a result.
fn data(task: TaskId, result: u8) -> CallbackData {
	(task, result).encode().try_into().unwrap_or_default()
}

/// Returns the digest of a result: of its callback's data, if its deal has one.
fn digest(deal: &Deal, task: TaskId, result: u8) -> ResultDigest {
	match (failure(result), deal.callback) {
		(Some(failure), _) => failure.digest(&task),
		(None, Some(_)) => ResultDigest::of_callback(&data(task, result)),
		(None, None) => ResultDigest(H256(blake2_256(&(task, result).encode()))),
	}
}

/// Returns whether a commitment of somebody here stands for a failure of the app.
pub(super) fn is_failure(task: TaskId, committed: ResultHash) -> bool {
	let failures = (FAILURE..RESULTS).filter_map(failure);
	failures.map(|failure| ResultHash::of(task, failure.digest(&task))).any(|hash| hash == committed)
}

fn commitment(worker: &AccountId, deal: &Deal, task: TaskRef, result: u8) -> Commitment {
	Commitment::of(worker, task.id(), digest(deal, task.id(), result))
}
