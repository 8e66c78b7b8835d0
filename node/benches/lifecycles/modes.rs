//! The ways in which tasks come to their end, and what their parties send for it.

use pallet_poco::{Call, ContributionOf, Delegate, DelegationProof, ResultOf, TaskRef};
use rlc_checks::people::Person;
use rlc_primitives::{
	task::{Commitment, Stage},
	Delegation, Moment, ResultDigest, SchedulerSignature, Task, RLC,
};
use rlc_runtime::Runtime;
use sp_core::H256;
use sp_runtime::OpaqueExtrinsic;

use crate::{chain::Chain, parties::Parties, Failure};

/// Workers that work side by side.
const WORKERS: u32 = 100;
/// Tasks in a batch.
const BATCH: usize = 50;
/// With this trust three new workers have to agree.
const TRUST_OF_THREE: u64 = 6;
/// A worker keeps the weight of a new one for this many tasks, and one more does no harm to any.
const TASKS_OF_A_NEW_WORKER: u32 = 8;

/// What is measured.
#[derive(Clone, Copy)]
pub enum Mode {
	/// No task, a transfer.
	Transfer,
	/// The scheduler delegates by signature, one worker contributes and reveals, the chain settles.
	One,
	/// The same with three workers that have to agree.
	Three,
	/// One worker contributes and finalizes at once.
	AtOnce,
	/// Three workers that have to agree, on batches of tasks: one extrinsic a batch, worker and step.
	Batches,
	/// One worker contributes and finalizes batches of tasks at once: one extrinsic a batch.
	BatchesAtOnce,
}

impl Mode {
	/// All of them; transfers first, since the others are compared with them.
	pub const ALL: [Mode; 6] =
		[Mode::Transfer, Mode::One, Mode::Three, Mode::AtOnce, Mode::Batches, Mode::BatchesAtOnce];

	/// Returns whether others are compared with it.
	pub fn is_base(self) -> bool {
		matches!(self, Self::Transfer)
	}

	/// Describes it in a few words.
	pub fn describe(self) -> &'static str {
		match self {
			Self::Transfer => "transfers",
			Self::One => "one worker",
			Self::Three => "three workers",
			Self::AtOnce => "one worker, contribute_and_finalize",
			Self::Batches => "three workers, batches of 50",
			Self::BatchesAtOnce => "one worker, contribute_and_finalize, batches of 50",
		}
	}

	/// Signs all extrinsics of `tasks` tasks, after making the deal that they are of. Those of a phase depend on those of
	/// the phase before.
	pub fn prepare(
		self,
		parties: &mut Parties,
		chain: &mut Chain,
		tasks: u32,
	) -> Result<Vec<Vec<OpaqueExtrinsic>>, Failure> {
		match self {
			Self::Transfer => {
				let senders = parties.workers(chain, WORKERS)?;
				let to = Person::new("//sink").account();
				let transfer = |sender: &Person| {
					let call =
						pallet_balances::Call::transfer_keep_alive { dest: to.clone().into(), value: RLC / 1_000 };
					chain.sign(sender, call)
				};
				Ok(vec![senders.iter().cycle().take(tasks as usize).map(transfer).collect()])
			}
			Self::One => each_task(parties, chain, tasks, 1, WORKERS, 1),
			Self::Three => {
				let workers = 3 * tasks.div_ceil(TASKS_OF_A_NEW_WORKER);
				each_task(parties, chain, tasks, TRUST_OF_THREE, workers, 3)
			}
			Self::AtOnce => {
				parties.deal(chain, 1, tasks)?;
				let workers = parties.workers(chain, WORKERS)?;
				let mut extrinsics = Vec::new();
				for (task, worker) in parties.tasks.iter().zip(workers.iter().cycle()) {
					let call = Call::contribute_and_finalize {
						task: *task,
						digest: digest(task),
						authorization: delegation(parties, task, worker),
						enclave: None,
						callback_data: None,
					};
					extrinsics.push(chain.sign(worker, call));
				}
				Ok(vec![extrinsics])
			}
			Self::Batches => batches(parties, chain, tasks),
			Self::BatchesAtOnce => {
				parties.deal(chain, 1, tasks)?;
				let batches: Vec<_> = parties.tasks.chunks(BATCH).map(<[_]>::to_vec).collect();
				let workers = parties.workers(chain, u32::try_from(batches.len())?)?;
				let mut extrinsics = Vec::new();
				for (batch, worker) in batches.iter().zip(&workers) {
					let result = |task: &TaskRef| {
						let authorization = delegation(parties, task, worker);
						ResultOf { task: *task, digest: digest(task), authorization, enclave: None }
					};
					let results: Vec<_> = batch.iter().map(result).collect();
					let results = results.try_into().map_err(|_| "a batch is not too large")?;
					extrinsics.push(chain.sign(worker, Call::contribute_and_finalize_batch { results }));
				}
				Ok(vec![extrinsics])
			}
		}
	}

	/// Makes sure that all tasks of the run are completed: a refused call would be fast.
	pub fn check(self, chain: &Chain, parties: &Parties, tasks: u32) -> Result<(), Failure> {
		if matches!(self, Self::Transfer) {
			return Ok(());
		}
		let mut completed = 0;
		for task in &parties.tasks {
			let key = pallet_poco::Tasks::<Runtime>::hashed_key_for(task.id());
			let stored: Option<Task> = chain.storage(key)?;
			completed += u32::from(stored.is_some_and(|task| matches!(task.stage, Stage::Completed(_))));
		}
		if completed == tasks {
			Ok(())
		} else {
			Err(format!("{}: {completed} of {tasks} tasks completed", self.describe()).into())
		}
	}
}

/// Contributions by `replicas` workers to each task, then their reveals.
fn each_task(
	parties: &mut Parties,
	chain: &mut Chain,
	tasks: u32,
	trust: u64,
	workers: u32,
	replicas: usize,
) -> Result<Vec<Vec<OpaqueExtrinsic>>, Failure> {
	parties.deal(chain, trust, tasks)?;
	let workers = parties.workers(chain, workers)?;
	let mut turns = workers.iter().cycle();
	let mut contributions = Vec::new();
	let mut reveals = Vec::new();
	for task in &parties.tasks {
		for worker in turns.by_ref().take(replicas) {
			let contribute = Call::contribute {
				task: *task,
				commitment: commitment(task, worker),
				authorization: delegation(parties, task, worker),
				enclave_signature: None,
			};
			contributions.push((worker, contribute));
			reveals.push((worker, Call::reveal { task: *task, digest: digest(task) }));
		}
	}
	let mut sign = |calls: Vec<(&Person, Call<Runtime>)>| -> Vec<OpaqueExtrinsic> {
		calls.into_iter().map(|(worker, call)| chain.sign(worker, call)).collect()
	};
	Ok(vec![sign(contributions), sign(reveals)])
}

/// Makes delegation, contributions and reveals of one batch after another.
fn batches(parties: &mut Parties, chain: &mut Chain, tasks: u32) -> Result<Vec<Vec<OpaqueExtrinsic>>, Failure> {
	parties.deal(chain, TRUST_OF_THREE, tasks)?;
	let batches: Vec<Vec<TaskRef>> = parties.tasks.chunks(BATCH).map(<[_]>::to_vec).collect();
	let workers = parties.workers(chain, 3 * u32::try_from(batches.len())?)?;
	let full = "a batch is not too large";
	let mut delegations = Vec::new();
	let mut contributions = Vec::new();
	let mut reveals = Vec::new();
	for (batch, workers) in batches.iter().zip(workers.chunks(3)) {
		let delegates: Vec<_> =
			workers.iter().map(|worker| Delegate { worker: worker.account(), enclave: None }).collect();
		let call = Call::delegate {
			tasks: batch.clone().try_into().map_err(|_| full)?,
			workers: delegates.try_into().map_err(|_| full)?,
		};
		delegations.push(chain.sign(&parties.scheduler, call));
		for worker in workers {
			let made: Vec<_> = batch
				.iter()
				.map(|task| ContributionOf {
					task: *task,
					commitment: commitment(task, worker),
					authorization: DelegationProof::OnChain,
					enclave_signature: None,
				})
				.collect();
			let call = Call::contribute_batch { contributions: made.try_into().map_err(|_| full)? };
			contributions.push(chain.sign(worker, call));
		}
		for worker in workers {
			let shown: Vec<_> = batch.iter().map(|task| (*task, digest(task))).collect();
			let call = Call::reveal_batch { reveals: shown.try_into().map_err(|_| full)? };
			reveals.push(chain.sign(worker, call));
		}
	}
	Ok(vec![delegations, contributions, reveals])
}

/// Returns the result of a task: any will do.
fn digest(task: &TaskRef) -> ResultDigest {
	ResultDigest(H256::from_low_u64_be(task.index + 1))
}

fn commitment(task: &TaskRef, worker: &Person) -> Commitment {
	Commitment::of(&worker.account(), task.id(), digest(task))
}

fn delegation(parties: &Parties, task: &TaskRef, worker: &Person) -> DelegationProof {
	let delegation = Delegation { worker: worker.account(), task: task.id(), enclave: None, expiry: Moment::MAX };
	let signature = parties.scheduler.sign_bytes(&delegation.native_payload(parties.domain()));
	DelegationProof::Signed { signature: SchedulerSignature::Native(signature), expiry: Moment::MAX }
}
