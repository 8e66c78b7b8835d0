//! Work on tasks: delegations, contributions, reports, reveals.

use frame_support::BoundedVec;
use pallet_poco::{Call as Poco, ContributionOf, Delegate, DelegationProof, FailureCause, ResultOf, TaskRef};
use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use rlc_primitives::{AccountId, Deal, ResultHash, Task};
use rlc_runtime::Runtime;

use super::{commitment, data, digest, failure, is_ill_fated, result, signed, Act, RESULTS, UNAVAILABLE, UNREVEALED};
use crate::{fuzz::world::World, people::Person, work};

impl World {
	/// Delegates tasks on chain.
	pub(super) fn delegate(&mut self, random: &mut StdRng) -> Option<Act> {
		let (task, deal) = self.task(random)?;
		let tasks = (0..random.gen_range(1..6)).map(|more| TaskRef { index: task.index + more, ..task });
		let tasks: Vec<_> = tasks.filter(|task| task.index < deal.first + deal.size).collect();
		let workers: Vec<_> = (0..random.gen_range(1..4))
			.map(|_| Delegate { worker: self.anyone(random).account(), enclave: None })
			.collect();
		let call = Poco::delegate { tasks: tasks.try_into().ok()?, workers: workers.try_into().ok()? };
		signed(self.mostly(Some(deal.scheduler().clone()), random), call)
	}

	/// Takes delegations back.
	pub(super) fn undelegate(&mut self, random: &mut StdRng) -> Option<Act> {
		let (task, deal) = self.task(random)?;
		let delegated = pallet_poco::Delegates::<Runtime>::get(task.id());
		let worker = delegated.choose(random).map(|one| one.delegate.worker.clone());
		let worker = self.mostly(worker, random);
		let (tasks, workers) = (vec![task].try_into().ok()?, vec![worker.account()].try_into().ok()?);
		signed(self.mostly(Some(deal.scheduler().clone()), random), Poco::undelegate { tasks, workers })
	}

	/// Contributes, delivers directly, or reports a failure.
	pub(super) fn contribute(&mut self, random: &mut StdRng) -> Option<Act> {
		let (task, deal) = self.task(random)?;
		let delegated = pallet_poco::Delegates::<Runtime>::get(task.id());
		let delegate = delegated.choose(random).map(|one| one.delegate.worker.clone());
		let by = if random.gen_bool(0.5) { self.mostly(delegate, random) } else { self.anyone(random) };
		if is_ill_fated(task.id(), UNAVAILABLE) && random.gen_ratio(2, 3) {
			let by = self.mostly(silent(&task, random), random);
			// One cause for each task, so that some tasks have enough reports.
			let cause = if task.id().0[31] & 1 == 0 { FailureCause::AppUnavailable } else { FailureCause::TimedOut };
			return signed(by, Poco::report_failure { task, cause });
		}
		match random.gen_range(0..10) {
			0 => {
				let result = result(task.id(), random);
				let authorization = self.proof(&by, task, &deal, random);
				let call = Poco::contribute_and_finalize {
					task,
					digest: digest(&deal, task.id(), result),
					authorization,
					enclave: None,
					callback_data: deal.callback.map(|_| data(task.id(), result)),
				};
				signed(by, call)
			}
			1 => self.deliver_batch(by, task, &deal, random),
			2 => self.contribute_batch(by, task, &deal, random),
			3 => {
				let cause = match random.gen_range(0..5) {
					0 => FailureCause::AppFailed { code: random.gen() },
					1 => FailureCause::TimedOut,
					2 => FailureCause::ResourcesExceeded,
					_ => FailureCause::AppUnavailable,
				};
				signed(by, Poco::report_failure { task, cause })
			}
			_ => {
				let commitment = commitment(&by.account(), &deal, task, result(task.id(), random));
				let authorization = self.proof(&by, task, &deal, random);
				let call = Poco::contribute { task, commitment, authorization, enclave_signature: None };
				signed(by, call)
			}
		}
	}

	/// Delivers some tasks directly, from this one on.
	fn deliver_batch(&self, by: Person, first: TaskRef, deal: &Deal, random: &mut StdRng) -> Option<Act> {
		let results: Vec<_> = (first.index..deal.first + deal.size)
			.take(random.gen_range(1..4))
			.map(|index| {
				let task = TaskRef { index, ..first };
				let digest = digest(deal, task.id(), result(task.id(), random));
				ResultOf { task, digest, authorization: self.proof(&by, task, deal, random), enclave: None }
			})
			.collect();
		signed(by, Poco::contribute_and_finalize_batch { results: results.try_into().ok()? })
	}

	/// Contributes to some tasks, from this one on.
	fn contribute_batch(&self, by: Person, first: TaskRef, deal: &Deal, random: &mut StdRng) -> Option<Act> {
		let contributions: Vec<_> = (first.index..deal.first + deal.size)
			.take(random.gen_range(1..4))
			.map(|index| {
				let task = TaskRef { index, ..first };
				ContributionOf {
					task,
					commitment: commitment(&by.account(), deal, task, result(task.id(), random)),
					authorization: self.proof(&by, task, deal, random),
					enclave_signature: None,
				}
			})
			.collect();
		signed(by, Poco::contribute_batch { contributions: contributions.try_into().ok()? })
	}

	/// Returns the scheduler's signature, mostly, or that of one of its proxies, of whatever type.
	fn proof(&self, worker: &Person, task: TaskRef, deal: &Deal, random: &mut StdRng) -> DelegationProof {
		if random.gen_ratio(1, 4) {
			return DelegationProof::OnChain;
		}
		let scheduler = self.mostly(Some(deal.scheduler().clone()), random);
		if scheduler.account() == self.shared().account() && random.gen_ratio(9, 10) {
			return DelegationProof::OnChain;
		}
		if scheduler.account() == self.principal().account() && random.gen_ratio(1, 3) {
			if let Some((proxy, _)) = self.proxies().choose(random) {
				return work::delegation_by_proxy(proxy, &worker.account(), task);
			}
		}
		work::delegation(&scheduler, &worker.account(), task)
	}

	/// Returns a worker's reveal of what it contributed, mostly.
	pub(super) fn reveal(&mut self, random: &mut StdRng) -> Option<Act> {
		// Mostly where there is something to reveal.
		let revealing: Vec<_> = self.revealing.iter().filter(|task| !self.is_kept_silent(task)).collect();
		let stored = match revealing.choose(random) {
			Some(task) if random.gen_ratio(9, 10) => (*task).clone(),
			_ => pallet_poco::Tasks::<Runtime>::get(self.task(random)?.0.id())?,
		};
		if self.is_kept_silent(&stored) {
			return None;
		}
		let task = TaskRef { deal: stored.deal, index: stored.index };
		let deal = pallet_marketplace::Deals::<Runtime>::get(task.deal)?;
		let contribution = stored.contributions.to_vec().choose(random)?.clone();
		let by = self.mostly(Some(contribution.worker.clone()), random);
		let right = (0..RESULTS).find(|number| {
			let digest = digest(&deal, task.id(), *number);
			ResultHash::of(task.id(), digest) == contribution.commitment.result
		});
		let number = match right {
			Some(right) if random.gen_ratio(19, 20) => right,
			_ => result(task.id(), random),
		};
		// Now and then as a result, which nobody can tell from one.
		if let Some(failure) = failure(number).filter(|_| random.gen_ratio(9, 10)) {
			return signed(by, Poco::reveal_failure { task, failure });
		}
		let digest = digest(&deal, task.id(), number);
		if random.gen_ratio(1, 8) {
			let reveals: BoundedVec<_, _> = vec![(task, digest)].try_into().ok()?;
			return signed(by, Poco::reveal_batch { reveals });
		}
		signed(by, Poco::reveal { task, digest })
	}

	/// Returns whether nobody reveals a task as long as it counts: somebody has to give up its consensus.
	fn is_kept_silent(&self, task: &Task) -> bool {
		is_ill_fated(task.id(), UNREVEALED) && task.consensus().is_some_and(|one| self.coming < one.reveal_deadline)
	}
}

/// Returns a worker that was given a task, or contributed to it, and reported nothing of it.
fn silent(task: &TaskRef, random: &mut StdRng) -> Option<AccountId> {
	let id = task.id();
	let reports = pallet_poco::Failures::<Runtime>::get(id);
	let delegates = pallet_poco::Delegates::<Runtime>::get(id).into_iter().map(|one| one.delegate.worker);
	let stored = pallet_poco::Tasks::<Runtime>::get(id);
	let contributors = stored.into_iter().flat_map(|task| task.contributions).map(|one| one.worker);
	let silent = delegates.chain(contributors).filter(|who| reports.iter().all(|report| report.worker != *who));
	silent.collect::<Vec<_>>().choose(random).cloned()
}
