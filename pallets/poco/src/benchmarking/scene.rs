//! What benchmarks start from: deals, and tasks with contributors in a given state.

use alloc::vec::Vec;

use frame_benchmarking::v2::account;
use frame_support::{traits::Get, weights::WeightMeter};
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
use sp_runtime::BoundedVec;

use crate::{batch::Loaded, close::Closing, settle::Money, BenchmarkHelper, *};

/// When deals are opened, in ms.
pub const NOW: Moment = 1_700_000_000_000;
/// T, in ms.
pub const REFERENCE_TIME: Moment = 300_000;
/// Longer than deals are kept: ten years, in ms.
pub const LONG: Moment = 10 * 365 * 24 * 60 * 60 * 1_000;
/// The enclave of all workers but me.
pub const ENCLAVE: H160 = H160::repeat_byte(1);
/// Nobody's, or that of the runtime's receiver.
pub const CALLBACK: CallbackId = CallbackId(H160::repeat_byte(7));

/// Returns the worker with this number.
pub fn worker(n: u32) -> AccountId {
	account("worker", n, 0)
}

/// Returns the delegate with this number. It has not contributed.
pub fn nth_delegate(n: u32) -> AccountId {
	worker(1_000 + n)
}

/// Returns the worker with this number that can be delegated beside them.
pub fn fresh_delegate(n: u32) -> Delegate {
	Delegate { worker: worker(2_000 + n), enclave: Some(ENCLAVE) }
}

/// Returns a batch of one.
pub fn alone<Most: Get<u32>>(task: TaskRef) -> BoundedVec<TaskRef, Most> {
	BoundedVec::truncate_from(alloc::vec![task])
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

/// The highest trust: a task with it has free calls for as many workers as there can be.
pub const MOST_TRUST: u64 = u64::MAX;

/// Returns a deal of one task of trust 1, all of whose parties are different.
pub fn deal(settlement: Settlement) -> Deal {
	Deal {
		app: Resource { id: AppId::default(), owner: account("app", 0, 0), price: RLC },
		dataset: Some(Resource { id: DatasetId::default(), owner: account("dataset", 0, 0), price: RLC }),
		workerpool: Resource { id: WorkerpoolId::default(), owner: scheduler(), price: 100 * RLC },
		payer: account("payer", 0, 0),
		requester: account("payer", 0, 0),
		beneficiary: Some(account("beneficiary", 0, 0)),
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

/// Delegates a task on chain. All workers but me get an enclave, which makes the list as long as it can be.
pub fn delegate_to<T: Config>(task: TaskRef, workers: impl Iterator<Item = AccountId>) {
	let mut delegates = DelegatedList::new();
	for worker in workers {
		Work::<T>::insert(&worker, task.id(), task);
		let enclave = (worker != me()).then_some(ENCLAVE);
		let _ = delegates.try_push(Delegated { delegate: Delegate { worker, enclave }, since: NOW });
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

/// Puts the contributions of the first `c` workers into a task that is not stored yet, as from an enclave. The last ones
/// agree. Each worker has a score of which it can lose a part, and no RLC but its stake: its account exists afterwards
/// only if the stake comes back.
fn contributed<T: Config>(task: TaskRef, c: u32, status: ContributionStatus, digest: ResultDigest) -> Task {
	let mut stored = Task::new(task.deal, task.index);
	let others = c - winners(c, status);
	for n in 0..c {
		let worker = worker(n);
		let (digest, status) =
			if n < others { (other_answer(), ContributionStatus::Contributed) } else { (digest, status) };
		T::BenchmarkHelper::endow(&worker, RLC);
		assert!(T::Escrow::lock(&worker, RLC).is_ok());
		Scores::<T>::insert(&worker, Standing { score: 3, ..Default::default() });
		if status != ContributionStatus::Proved {
			Work::<T>::insert(&worker, task.id(), task);
		}
		let commitment = Commitment { enclave: Some(ENCLAVE), ..commitment_to(&worker, task.id(), digest) };
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
	delegate_to::<T>(task, (0..n).map(nth_delegate));
	task
}

/// Returns what I can contribute, with all my RLC, to a task of this trust with `c` contributions of the same result, and as
/// many delegates as there can be.
pub fn contributable<T: Config>(n: u32, c: u32, trust: u64) -> ContributionOf {
	let task = open::<T>(n, Deal { trust, ..deal(Settlement::Automatic) });
	if c > 0 {
		Tasks::<T>::insert(task.id(), contributed::<T>(task, c, ContributionStatus::Contributed, answer()));
	}
	delegate_to::<T>(task, (0..MAX_CONTRIBUTORS - 1).map(nth_delegate).chain([me()]));
	T::BenchmarkHelper::endow(&me(), RLC);
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
	reach_consensus::<T>(task, &deal, c, status, digest);
	delegate_to::<T>(task, (0..c).map(nth_delegate));
	task
}

/// Gives a task `c` contributors that agree, as above.
fn reach_consensus<T: Config>(task: TaskRef, deal: &Deal, c: u32, status: ContributionStatus, digest: ResultDigest) {
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
	Pallet::<T>::expect_reveals(id, deal, reveal_deadline);
}

/// Returns the task with this index of the first deal.
fn nth(index: u32) -> TaskRef {
	TaskRef { deal: deal_id(0), index: index.into() }
}

/// Opens the first deal, with `t` tasks more, and has workers reveal these digests of its tasks: of the first one the last of
/// `c` contributors, beside as many delegates, and of the others their only one.
fn proved<T: Config>(deal: &Deal, c: u32, t: u32, digest: impl Fn(TaskId) -> ResultDigest) {
	let deal = Deal { size: u64::from(t) + 1, ..deal.clone() };
	revealing_to::<T>(0, deal.clone(), c, ContributionStatus::Proved, digest(nth(0).id()));
	for task in (1..=t).map(nth) {
		reach_consensus::<T>(task, &deal, 1, ContributionStatus::Proved, digest(task.id()));
	}
}

/// Returns a task that has its result, with `c` contributors and as many delegates, and `t` more of its deal with one
/// contributor each.
pub fn completed<T: Config>(c: u32, t: u32) -> Vec<(Loaded, Closing)> {
	proved::<T>(&deal(Settlement::Automatic), c, t, |_| answer());
	// All contributors but one, and the delegates.
	assert_eq!(Work::<T>::iter().count() as u32, 2 * c - 1);
	let close = |task| {
		let mut loaded = load::<T>(task);
		let closing = finalized::<T>(&mut loaded);
		(loaded, closing)
	};
	(0..=t).map(nth).map(close).collect()
}

/// Completes a task, but stores nothing. Returns what closes with it.
pub fn finalized<T: Config>(loaded: &mut Loaded) -> Closing {
	assert!(loaded.task.finalize(&loaded.deal, None, NOW, &T::Rules::get()).is_ok());
	Closing { delegates: Delegates::<T>::get(loaded.id), failure: None }
}

/// Returns the same of tasks whose workers agree on a failure. Each attempt is paid.
pub fn failed<T: Config>(c: u32, t: u32) -> Vec<(Loaded, Closing)> {
	attempts::<T>(c, t);
	let close = |task| {
		let mut loaded = load::<T>(task);
		assert!(loaded.task.agree_to_fail(&loaded.deal, Pallet::<T>::now(), &T::Rules::get()).is_ok());
		let delegates = Delegates::<T>::get(loaded.id);
		(loaded, Closing { delegates, failure: Some(agreed()) })
	};
	(0..=t).map(nth).map(close).collect()
}

/// Completes tasks, as one call does. Returns how many rewards they pay.
pub fn complete_all<T: Config>(tasks: &[(Loaded, Closing)]) -> u32 {
	let mut money = Money::new::<T>();
	for (loaded, closing) in tasks {
		assert!(Pallet::<T>::complete(loaded, closing, None, &mut money).is_ok());
	}
	money.movements.iter().filter(|one| one.kind == MovementKind::Reward).count() as u32
}

/// Returns a task with `c` contributors, the last of which alone was right, and revealed this data for its callback.
pub fn revealed_data<T: Config>(c: u32, data: &CallbackData) -> TaskRef {
	let deal = Deal { callback: Some(CALLBACK), ..deal(Settlement::Automatic) };
	revealing_to::<T>(0, deal, c, ContributionStatus::Proved, ResultDigest::of_callback(data))
}

/// Returns such a task, with the `d` bytes for its callback, and a kitty that pays for it too.
pub fn finalizable<T: Config>(c: u32, d: u32) -> (TaskRef, CallbackData) {
	fill_kitty::<T>();
	let data = data(d);
	(revealed_data::<T>(c, &data), data)
}

/// Returns a task with `c` contributors that agree, all but the last of which have revealed, and as many delegates. The last
/// reveal checks whether they agree on a failure. It does not close the task, since the deal has a callback.
pub fn revealed_but_one<T: Config>(n: u32, c: u32) -> TaskRef {
	let deal = Deal { callback: Some(CALLBACK), trust: MOST_TRUST, ..deal(Settlement::Automatic) };
	let task = revealing::<T>(n, deal, c, ContributionStatus::Contributed);
	Tasks::<T>::mutate(task.id(), |stored| {
		let Some(Task { stage: Stage::Revealing(consensus), contributions, .. }) = stored else { return };
		for one in contributions.iter_mut().take(c as usize - 1) {
			one.status = ContributionStatus::Proved;
			Work::<T>::remove(&one.worker, task.id());
			consensus.reveals += 1;
			consensus.digest = Some(answer());
		}
	});
	task
}

/// Returns a task with `c` contributors that agree, none of which revealed in time, and as many delegates.
pub fn reopenable<T: Config>(c: u32) -> TaskRef {
	let task = revealing::<T>(0, deal(Settlement::Automatic), c, ContributionStatus::Contributed);
	T::BenchmarkHelper::set_time(NOW + 2 * REFERENCE_TIME);
	task
}

/// Returns a task that nobody closed in time, with `c` contributors, only the last of which revealed, and as many
/// delegates. All get their stakes back, which costs more than seizing those of workers that withheld a consensus. The
/// treasury gets something either way: the pool's stake.
pub fn overdue<T: Config>(c: u32) -> TaskRef {
	let deal = deal(Settlement::Automatic);
	let task = revealing::<T>(0, deal.clone(), c, ContributionStatus::Proved);
	TaskFailures::<T>::insert(task.id(), agreed());
	T::BenchmarkHelper::set_time(deal.final_deadline_with_grace(&T::Rules::get()));
	task
}

/// Returns closed tasks whose retention is over: one of each of `d` deals, and `t` more of the first one.
pub fn prunable<T: Config>(d: u32, t: u32) -> Vec<TaskRef> {
	let mut batch = Vec::new();
	for n in 0..d {
		let more = if n == 0 { t } else { 0 };
		let deal = Deal { callback: Some(CALLBACK), size: u64::from(more) + 1, ..deal(Settlement::Automatic) };
		let first = open::<T>(n, deal.clone());
		for index in 0..=more {
			let task = TaskRef { index: index.into(), ..first };
			fill_and_fail::<T>(task, &deal);
			batch.push(task);
		}
	}
	T::BenchmarkHelper::set_time(NOW + LONG);
	batch
}

/// Closes a task as failed, and stores all about it that can be stored.
fn fill_and_fail<T: Config>(task: TaskRef, deal: &Deal) {
	reach_consensus::<T>(task, deal, MAX_CONTRIBUTORS, ContributionStatus::Proved, answer());
	let mut loaded = load::<T>(task);
	loaded.task.stage = Stage::Failed(loaded.task.consensus().copied());
	assert!(Pallet::<T>::fail(&loaded).is_ok());
	TaskFailures::<T>::insert(task.id(), agreed());
	Deliveries::<T>::insert(task.id(), DeliveryOutcome::QueueFull);
	Failures::<T>::insert(task.id(), reports(MAX_CONTRIBUTORS));
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

/// Returns another failure.
pub fn other_failure() -> AgreedFailure {
	AgreedFailure { code: 2, ..failure() }
}

/// Returns what is stored about a task once a winner has shown the first failure.
pub fn agreed() -> TaskFailure {
	TaskFailure::Agreed { cause: AppFault::AppFailed, code: 1 }
}

/// Returns the digest of a failure of the only task of the first deal.
fn digest_of(failure: AgreedFailure) -> ResultDigest {
	failure.digest(&TaskRef { deal: deal_id(0), index: 0 }.id())
}

/// Returns a task with `c` contributors that agree on that failure, and as many delegates.
pub fn failing<T: Config>(c: u32) -> TaskRef {
	let deal = deal(Settlement::Scheduler);
	revealing_to::<T>(0, deal, c, ContributionStatus::Contributed, digest_of(failure()))
}

/// Returns a task with `c` contributors that can show that they committed to another failure than the one with consensus,
/// which is known already, and as many delegates.
pub fn excusable<T: Config>(c: u32) -> TaskRef {
	let deal = Deal { trust: MOST_TRUST, ..deal(Settlement::Scheduler) };
	let task = revealing_to::<T>(0, deal, c, ContributionStatus::Contributed, digest_of(other_failure()));
	Tasks::<T>::mutate(task.id(), |stored| {
		let Some(Task { stage: Stage::Revealing(consensus), .. }) = stored else { return };
		let digest = digest_of(failure());
		*consensus =
			Consensus { result: ResultHash::of(task.id(), digest), reveals: 1, digest: Some(digest), ..*consensus };
	});
	TaskFailures::<T>::insert(task.id(), agreed());
	task
}

/// Returns a task with `c` contributors, only the last of which revealed the failure, and as many delegates. The reveal
/// window is over, and the attempt is paid.
pub fn attempted<T: Config>(c: u32) -> TaskRef {
	attempts::<T>(c, 0);
	nth(0)
}

/// Makes such a task, and `t` more of its deal with one contributor each.
fn attempts<T: Config>(c: u32, t: u32) {
	let deal = Deal { trust: 2, ..deal(Settlement::Automatic) };
	proved::<T>(&deal, c, t, |task| failure().digest(&task));
	for task in (0..=t).map(nth) {
		TaskFailures::<T>::insert(task.id(), agreed());
	}
	T::BenchmarkHelper::allow_attempts(&deal, 100 * RLC * (u128::from(t) + 1));
	T::BenchmarkHelper::set_time(deal.reveal_deadline(NOW));
}

/// Returns a task with `c` contributors that do not agree, and as many delegates. The first one has withheld a consensus, so
/// the treasury gets its stake. As many workers as possible have reported one cause.
pub fn releasable<T: Config>(c: u32) -> TaskRef {
	let task = open::<T>(0, deal(Settlement::Automatic));
	let mut full = contributed::<T>(task, c, ContributionStatus::Contributed, answer());
	if let Some(first) = full.contributions.iter_mut().next() {
		first.status = ContributionStatus::Rejected;
	}
	Tasks::<T>::insert(task.id(), full);
	delegate_to::<T>(task, (0..c).map(nth_delegate));
	let report = |n| FailureReport { worker: worker(n), cause: FailureCause::AppUnavailable, at: NOW };
	Failures::<T>::insert(task.id(), FailureList::truncate_from((0..MAX_CONTRIBUTORS).map(report).collect::<Vec<_>>()));
	task
}

/// Returns a task with 64 contributors and 64 delegates, of which 63 have reported, and the one that is to report: a
/// delegate, since delegates are searched last.
pub fn reportable<T: Config>() -> (TaskRef, AccountId) {
	let deal = Deal { trust: MOST_TRUST, ..deal(Settlement::Automatic) };
	let task = revealing::<T>(0, deal, MAX_CONTRIBUTORS, ContributionStatus::Contributed);
	Failures::<T>::insert(task.id(), reports(MAX_CONTRIBUTORS - 1));
	(task, nth_delegate(MAX_CONTRIBUTORS - 1))
}

/// Returns a task of a deal with a callback, whose result `c` workers may deliver directly, me last; the digest of that
/// result, and its `d` bytes for the callback. The kitty pays for it too.
pub fn direct<T: Config>(c: u32, d: u32) -> (TaskRef, ResultDigest, CallbackData) {
	fill_kitty::<T>();
	let task = open::<T>(0, Deal { callback: Some(CALLBACK), ..deal(Settlement::Automatic) });
	delegate_to::<T>(task, (0..c - 1).map(worker).chain([me()]));
	let data = data(d);
	(task, ResultDigest::of_callback(&data), data)
}

/// Returns a completed task with 64 contributors, whose result met a full queue, and that result.
pub fn undelivered<T: Config>(d: u32) -> (TaskRef, CallbackData) {
	let data = data(d);
	let task = revealed_data::<T>(MAX_CONTRIBUTORS, &data);
	assert!(Pallet::<T>::do_finalize(&scheduler(), &task, Some(data.clone())).is_ok());
	CallbackEnds::<T>::kill();
	Deliveries::<T>::insert(task.id(), DeliveryOutcome::QueueFull);
	(task, data)
}

/// The end of a task's reveal window.
pub struct Due {
	/// The task.
	pub task: TaskRef,
	/// Its entry in the agenda.
	pub key: DueKey<TaskId>,
	/// When the window ends, in ms.
	at: Moment,
}

impl Due {
	/// Does what is due, as a block does.
	pub fn run<T: Config>(&self) {
		Pallet::<T>::run_due_reveal(self.key, self.at, &mut WeightMeter::new());
	}
}

/// Waits until the reveal window of a task is over that had its consensus at [`NOW`].
pub fn window_over<T: Config>(task: TaskRef) -> Due {
	let at = deal(Settlement::Automatic).reveal_deadline(NOW);
	T::BenchmarkHelper::set_time(at);
	Due { task, key: DueKey::new(at, task.id()), at }
}

/// Returns a task that was just made, with its deal.
pub fn load<T: Config>(task: TaskRef) -> Loaded {
	Pallet::<T>::load(&task).unwrap_or_else(|_| unreachable!("its deal was just opened"))
}

/// Returns a result of mine of the only task of a deal.
pub fn deliverable<T: Config>(n: u32) -> ResultOf {
	result_of::<T>(open::<T>(n, deal(Settlement::Automatic)))
}

/// Returns results of mine of one task of each of `d` deals, and of `t` more tasks of the first one. The kitty pays for them
/// too.
pub fn deliverables<T: Config>(d: u32, t: u32) -> Vec<ResultOf> {
	fill_kitty::<T>();
	open::<T>(0, Deal { size: u64::from(t) + 1, ..deal(Settlement::Automatic) });
	(0..=t).map(nth).map(result_of::<T>).chain((1..d).map(deliverable::<T>)).collect()
}

/// Returns a result of mine of a task that I am the only delegate of.
fn result_of<T: Config>(task: TaskRef) -> ResultOf {
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

/// Asserts that a task is closed, and that nobody works on any task.
pub fn assert_closed<T: Config>(task: TaskRef) {
	assert!(stored::<T>(task).is_closed());
	assert_eq!(Work::<T>::iter().count(), 0);
}

/// Returns a task as it is stored.
pub fn stored<T: Config>(task: TaskRef) -> Task {
	Tasks::<T>::get(task.id()).unwrap_or_else(|| Task::new(task.deal, task.index))
}
