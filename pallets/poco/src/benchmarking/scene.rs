//! What benchmarks start from: deals, and tasks with contributors in a given state.

use alloc::vec::Vec;

use frame_benchmarking::v2::account;
use rlc_primitives::{
	consensus,
	deal::Resource,
	rules::Standing,
	task::{Commitment, Consensus, Contribution, ContributionStatus, Stage, MAX_CONTRIBUTORS},
	traits::{Escrow, Movement, MovementKind, OnDealOpened},
	AccountId, AppId, CallbackId, CategoryId, DatasetId, Deal, DealId, Moment, ResultDigest, ResultHash, ResultSeal,
	Settlement, Tag, Task, TaskId, WorkerpoolId, RLC,
};
use sp_core::{H160, H256, U256};

use crate::{settle::Money, BenchmarkHelper, *};

/// When deals are opened, in ms.
pub const NOW: Moment = 1_700_000_000_000;
/// T, in ms.
pub const REFERENCE_TIME: Moment = 300_000;
/// Longer than deals are kept: ten years, in ms.
pub const LONG: Moment = 10 * 365 * 24 * 60 * 60 * 1_000;
/// Nobody's, or that of the runtime's receiver.
pub const CALLBACK: CallbackId = CallbackId(H160::repeat_byte(7));

/// Returns the worker with this number.
pub fn worker(n: u32) -> AccountId {
	account("worker", n, 0)
}

/// Returns a worker beside the numbered ones.
pub fn me() -> AccountId {
	account("me", 0, 0)
}

pub fn scheduler() -> AccountId {
	account("scheduler", 0, 0)
}

pub fn deal_id(n: u32) -> DealId {
	DealId(H256(U256::from(u64::from(n) + 1).to_big_endian()))
}

/// Returns a deal of one task of trust 1, all of whose parties are different.
pub fn deal(settlement: Settlement) -> Deal {
	Deal {
		app: Resource { id: AppId::default(), owner: account("app", 0, 0), price: RLC },
		dataset: Some(Resource { id: DatasetId::default(), owner: account("dataset", 0, 0), price: RLC }),
		workerpool: Resource { id: WorkerpoolId::default(), owner: scheduler(), price: 100 * RLC },
		payer: account("payer", 0, 0),
		requester: account("payer", 0, 0),
		beneficiary: None,
		callback: None,
		category: CategoryId(0),
		reference_time: REFERENCE_TIME,
		trust: 1,
		tag: Tag::NONE,
		start: NOW,
		opened: NOW,
		first: 0,
		size: 1,
		worker_stake: RLC,
		charge: RLC,
		pool_stake: 30 * RLC,
		scheduler_ratio: 1,
		settlement,
	}
}

/// Opens the deal with this number, and returns its task.
pub fn open<T: Config>(n: u32, deal: Deal) -> TaskRef {
	T::BenchmarkHelper::set_time(NOW);
	T::BenchmarkHelper::open_deal(deal_id(n), &deal);
	Pallet::<T>::on_deal_opened(&deal_id(n), &deal);
	TaskRef { deal: deal_id(n), index: 0 }
}

/// Returns a result without a callback.
pub fn answer() -> ResultDigest {
	ResultDigest(H256::repeat_byte(1))
}

/// Returns the digest that wrong workers contributed.
fn other_answer() -> ResultDigest {
	ResultDigest(H256::repeat_byte(2))
}

pub fn commitment(worker: &AccountId, task: TaskId) -> Commitment {
	commitment_to(worker, task, answer())
}

fn commitment_to(worker: &AccountId, task: TaskId, digest: ResultDigest) -> Commitment {
	let (result, seal) = (ResultHash::of(task, digest), ResultSeal::of(worker, task, digest));
	Commitment { result, seal, enclave: None }
}

/// Delegates a task on chain.
pub fn delegate_to<T: Config>(task: TaskRef, workers: impl Iterator<Item = AccountId>) {
	let mut delegates = DelegatedList::new();
	for worker in workers {
		Work::<T>::insert(&worker, task.id(), task);
		let _ = delegates.try_push(Delegated { delegate: Delegate { worker, enclave: None }, since: NOW });
	}
	Pallet::<T>::put_delegates(task.id(), &delegates);
}

/// Returns how many of `c` contributors agree: all of them, or one, if those that agree have revealed. The others keep
/// their work until the task is closed, which takes more than to pay them.
fn winners(c: u32, status: ContributionStatus) -> u32 {
	match status {
		ContributionStatus::Proved => c.min(1),
		_ => c,
	}
}

/// Puts the contributions of the first `c` workers into a task that is not stored yet. The last are those that agree.
fn contributed<T: Config>(task: TaskRef, c: u32, status: ContributionStatus, digest: ResultDigest) -> Task {
	let mut stored = Task::new(task.deal, task.index);
	let others = c - winners(c, status);
	for n in 0..c {
		let worker = worker(n);
		let (digest, status) =
			if n < others { (other_answer(), ContributionStatus::Contributed) } else { (digest, status) };
		T::BenchmarkHelper::endow(&worker, 10 * RLC);
		assert!(T::Escrow::lock(&worker, RLC).is_ok());
		if status != ContributionStatus::Proved {
			Work::<T>::insert(&worker, task.id(), task);
		}
		let commitment = commitment_to(&worker, task.id(), digest);
		let _ = stored.contributions.try_push(Contribution { worker, commitment, weight: 2, status });
	}
	let group = |n: u32| consensus::group((0..n).map(|_| 2)).unwrap_or_default();
	stored.total = consensus::INITIAL_TOTAL + group(others) + group(c - others);
	stored
}

/// Returns a task with as many contributions as it can have, none of which agree enough, and `n` delegates.
pub fn delegated<T: Config>(n: u32) -> TaskRef {
	let task = open::<T>(0, deal(Settlement::Automatic));
	let full = contributed::<T>(task, MAX_CONTRIBUTORS, ContributionStatus::Contributed, answer());
	Tasks::<T>::insert(task.id(), full);
	delegate_to::<T>(task, (0..n).map(|n| worker(1_000 + n)));
	task
}

/// Returns what I can contribute to a task with `c` contributions to the same result, and as many delegates as can be.
pub fn contributable<T: Config>(n: u32, c: u32) -> ContributionOf {
	let task = open::<T>(n, deal(Settlement::Automatic));
	if c > 0 {
		Tasks::<T>::insert(task.id(), contributed::<T>(task, c, ContributionStatus::Contributed, answer()));
	}
	delegate_to::<T>(task, (0..MAX_CONTRIBUTORS - 1).map(|n| worker(1_000 + n)).chain([me()]));
	T::BenchmarkHelper::endow(&me(), 10 * RLC);
	ContributionOf {
		task,
		commitment: commitment(&me(), task.id()),
		authorization: DelegationProof::OnChain,
		enclave_signature: None,
	}
}

/// Returns a task with `c` contributors that agree, and as many delegates. `Proved`: only the last of them was right,
/// and revealed.
pub fn revealing<T: Config>(n: u32, deal: Deal, c: u32, status: ContributionStatus) -> TaskRef {
	revealing_to::<T>(n, deal, c, status, answer())
}

fn revealing_to<T: Config>(n: u32, deal: Deal, c: u32, status: ContributionStatus, digest: ResultDigest) -> TaskRef {
	let task = open::<T>(n, deal.clone());
	let id = task.id();
	let mut stored = contributed::<T>(task, c, status, digest);
	let winners = winners(c, status);
	let result = commitment_to(&me(), id, digest).result;
	let (reveals, digest) = match status {
		ContributionStatus::Proved => (winners, Some(digest)),
		_ => (0, None),
	};
	let reveal_deadline = deal.reveal_deadline(NOW);
	stored.stage = Stage::Revealing(Consensus { result, reveal_deadline, winners, reveals, digest });
	Tasks::<T>::insert(id, stored);
	Pallet::<T>::expect_reveals(id, &deal, reveal_deadline);
	delegate_to::<T>(task, (0..c).map(|n| worker(1_000 + n)));
	task
}

/// Returns a task with `c` contributors, the last of which alone was right, and revealed this data for its callback.
pub fn revealed_data<T: Config>(c: u32, data: &CallbackData) -> TaskRef {
	let deal = Deal { callback: Some(CALLBACK), ..deal(Settlement::Automatic) };
	revealing_to::<T>(0, deal, c, ContributionStatus::Proved, ResultDigest::of_callback(data))
}

/// Returns `d` bytes for a callback.
pub fn data(d: u32) -> CallbackData {
	CallbackData::truncate_from(alloc::vec![1; d as usize])
}

pub fn queued(d: u32) -> QueuedDelivery {
	QueuedDelivery { callback: CALLBACK, deal: deal_id(0), task: TaskId::default(), data: data(d) }
}

/// Returns what the first `n` workers reported.
pub fn reports(n: u32) -> FailureList {
	let report = |n| FailureReport { worker: worker(n), cause: FailureCause::InputUnavailable { file: n }, at: NOW };
	FailureList::truncate_from((0..n).map(report).collect::<Vec<_>>())
}

/// Returns the failure that workers commit to.
pub fn failure() -> AgreedFailure {
	AgreedFailure { cause: AppFault::AppFailed, code: 1, trace: H256::repeat_byte(1) }
}

/// Returns a task with `c` contributors that agree on that failure, and as many delegates.
pub fn failing<T: Config>(c: u32) -> TaskRef {
	let digest = failure().digest(&TaskRef { deal: deal_id(0), index: 0 }.id());
	revealing_to::<T>(0, deal(Settlement::Scheduler), c, ContributionStatus::Contributed, digest)
}

/// Returns a task with `c` contributors that do not agree, and as many delegates, of whom all reported one cause.
pub fn releasable<T: Config>(c: u32) -> TaskRef {
	let task = open::<T>(0, deal(Settlement::Automatic));
	let full = contributed::<T>(task, c, ContributionStatus::Contributed, answer());
	Tasks::<T>::insert(task.id(), full);
	delegate_to::<T>(task, (0..c).map(|n| worker(1_000 + n)));
	let report = |n| FailureReport { worker: worker(n), cause: FailureCause::AppUnavailable, at: NOW };
	Failures::<T>::insert(task.id(), FailureList::truncate_from((0..c).map(report).collect::<Vec<_>>()));
	task
}

/// Returns a task with 64 contributors and delegates, all but one of which reported.
pub fn reportable<T: Config>() -> TaskRef {
	let task = revealing::<T>(0, deal(Settlement::Automatic), 64, ContributionStatus::Contributed);
	Failures::<T>::insert(task.id(), reports(63));
	task
}

/// Returns a result of mine of the only task of a deal.
pub fn deliverable<T: Config>(n: u32) -> ResultOf {
	let task = open::<T>(n, deal(Settlement::Automatic));
	delegate_to::<T>(task, [me()].into_iter());
	ResultOf { task, digest: answer(), authorization: DelegationProof::OnChain, enclave: None }
}

/// Returns `m` movements of each of `a` accounts, which get all back that they have locked; with their scores. The
/// treasury gets something too.
pub fn money<T: Config>(a: u32, m: u32) -> Money {
	fill_kitty::<T>();
	let mut money = Money::new::<T>();
	let task = TaskId::default();
	for who in (0..a).map(worker) {
		T::BenchmarkHelper::endow(&who, RLC);
		assert!(T::Escrow::lock(&who, RLC).is_ok());
		money.standings.insert(who.clone(), Standing { score: 1, ..Default::default() });
		money.movements.push(Movement { task, who: who.clone(), amount: RLC, kind: MovementKind::Unlock });
		let reward = Movement { task, who, amount: 1, kind: MovementKind::RewardFromKitty };
		money.movements.extend((1..m).map(|_| reward.clone()));
	}
	let donor = account("donor", 1, 0);
	T::BenchmarkHelper::endow(&donor, RLC);
	assert!(T::Escrow::lock(&donor, 1).is_ok());
	for kind in [MovementKind::Seize, MovementKind::ToTreasury] {
		money.movements.push(Movement { task, who: donor.clone(), amount: 1, kind });
	}
	money
}

/// Fills the kitty with the stake of a failed task.
pub fn fill_kitty<T: Config>() {
	let donor = account("donor", 0, 0);
	T::BenchmarkHelper::endow(&donor, 200 * RLC);
	assert!(T::Escrow::lock(&donor, 100 * RLC).is_ok());
	let kind = MovementKind::SeizeForKitty;
	let given = Movement { task: TaskId::default(), who: donor, amount: 100 * RLC, kind };
	assert!(T::Escrow::settle(&[given]).is_ok());
}

/// Returns a task as it is stored.
pub fn stored<T: Config>(task: TaskRef) -> Task {
	Tasks::<T>::get(task.id()).unwrap_or_else(|| Task::new(task.deal, task.index))
}
