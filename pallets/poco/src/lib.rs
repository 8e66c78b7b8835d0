#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agreed;
pub mod api;
mod authorize;
mod batch;
mod budget;
mod callbacks;
mod charge;
mod close;
mod contribute;
mod delegates;
mod direct;
mod due;
mod errors;
mod events;
mod failures;
mod feeless;
mod prune;
mod queries;
mod release;
mod reveal;
mod settle;
mod sifted;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

use frame_support::pallet_macros::import_section;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::{free_batch, BenchmarkHelper};
pub use charge::MAX_SETTLED;
pub use feeless::{FreeCall, FreeKind};
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

/// The pallet.
// What FRAME's macros write converts with `as`, expects and counts.
#[cfg_attr(
	not(feature = "std"),
	allow(clippy::as_conversions, clippy::expect_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)
)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use crate::{charge::bytes, types::*, WeightInfo};
	use frame_support::{pallet_prelude::*, traits::Time, weights::WeightMeter};
	use frame_system::pallet_prelude::*;
	use rlc_primitives::{
		count,
		ethereum::EthereumSignature,
		rules::{Rules, Standing},
		task::{Commitment, MAX_CONTRIBUTORS},
		traits::{Deals, EnclaveRegistry, Escrow, OnResult, OnTaskClosed, Proxies, Stops},
		AccountId, DealId, Moment, ResultDigest, ResultHash, SigningDomain, Task, TaskId,
	};
	use sp_core::H160;

	/// What the pallet needs from the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, RuntimeEvent: From<Event<Self>>> {
		/// Holds what is locked for deals and contributions.
		type Escrow: Escrow;

		/// Knows the deals, and counts their closed tasks.
		type Deals: Deals;

		/// Is told of each task that closes.
		type OnTaskClosed: OnTaskClosed;

		/// Receives the results that deals have callbacks for.
		type OnResult: OnResult;

		/// Knows the enclaves that may work on tasks that demand one.
		type Enclaves: EnclaveRegistry;

		/// Knows which keys may sign delegations for schedulers.
		type Proxies: Proxies;

		/// Knows which calls are stopped for now.
		type Stops: Stops;

		/// PoCo time, in ms: chain time, but that it stands still while nobody can work.
		type Time: Time<Moment = Moment>;

		/// Chain time, in ms.
		type ChainTime: Time<Moment = Moment>;

		/// What this chain does otherwise than iExec's contracts.
		type Rules: Get<Rules>;

		/// Where signed delegations are valid.
		type SigningDomain: Get<SigningDomain>;

		/// The most tasks that one call can bring.
		#[pallet::constant]
		type MaxBatch: Get<u32>;

		/// The most results that can wait for their delivery.
		#[pallet::constant]
		type MaxCallbacks: Get<u32>;

		/// Weights of the calls and of the hooks' steps.
		type WeightInfo: WeightInfo;

		/// Opens deals for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::BenchmarkHelper;
	}

	/// The layout of storage that this code reads and writes. A change of it needs a migration.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

	/// The pallet's handle.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Tasks that someone contributed to or that are closed. The deal's payer has paid for each; removed by `prune`.
	///
	/// Keys are keccak hashes, so they are not hashed again: an attacker that wants keys that share one more nibble has to
	/// try sixteen times as many orders.
	#[pallet::storage]
	pub type Tasks<T> = StorageMap<_, Identity, TaskId, Task>;

	/// How each worker stands. Each point is paid for with a part of a reward; removed when the score falls to 0.
	#[pallet::storage]
	pub type Scores<T> = StorageMap<_, Blake2_128Concat, AccountId, Standing, ValueQuery>;

	/// Workers that were delegated on chain and have not contributed, by open task. The scheduler pays for the call;
	/// removed when they contribute and when the task closes.
	#[pallet::storage]
	pub type Delegates<T> = StorageMap<_, Identity, TaskId, DelegatedList, ValueQuery>;

	/// The open tasks that concern a worker: delegated to it on chain, or contributed to and not revealed. Paid for as
	/// what it follows; removed at the reveal, and when the task closes.
	#[pallet::storage]
	pub type Work<T> = StorageDoubleMap<_, Blake2_128Concat, AccountId, Identity, TaskId, TaskRef>;

	/// The agenda of consensuses in `Automatic` deals: each task at its reveal deadline, the earliest first.
	///
	/// Paid for with the deal; removed when it was done, and when the task closes or reopens.
	#[pallet::storage]
	pub type DueReveals<T> = StorageMap<_, Identity, DueKey<TaskId>, ()>;

	/// The agenda of deals: each at its final deadline, and at its end of grace if a task waits for that. The earliest
	/// first; a deal that had its turn is behind all others that are due. The value is the index of the first task that
	/// was not looked at.
	///
	/// Paid for with the deal; removed when its tasks were looked at.
	#[pallet::storage]
	pub type DueDeals<T> = StorageMap<_, Identity, DueKey<DealId>, u64>;

	/// Results that wait for their delivery, by number. At most `MaxCallbacks`; removed when they are delivered.
	#[pallet::storage]
	pub type CallbackQueue<T> = StorageMap<_, Twox64Concat, u64, QueuedDelivery>;

	/// Where the queue of deliveries begins and ends.
	#[pallet::storage]
	pub type CallbackEnds<T> = StorageValue<_, QueueEnds, ValueQuery>;

	/// What became of the results that deals have callbacks for. Removed with the task.
	#[pallet::storage]
	pub type Deliveries<T> = StorageMap<_, Identity, TaskId, DeliveryOutcome>;

	/// What workers reported of tasks that they could not compute. One report of each worker; removed with the task.
	#[pallet::storage]
	pub type Failures<T> = StorageMap<_, Identity, TaskId, FailureList, ValueQuery>;

	/// Why tasks have no result, where that is nobody's fault who worked on them: the failure that a winner showed, and
	/// what its scheduler released it for. Paid for as the task; removed with it, and if it is claimed or abandoned.
	#[pallet::storage]
	pub type TaskFailures<T> = StorageMap<_, Identity, TaskId, TaskFailure>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// Does what came due, the earliest first, then delivers results: as much as `remaining` allows.
		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining);
			Self::run_due(&mut meter);
			Self::run_callbacks(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(T::MaxBatch::get() > 0 && T::MaxCallbacks::get() > 0, "nothing would be possible");
			let block = T::BlockWeights::get().max_block;
			assert!(Self::heaviest_step().all_lte(block), "a step of on_idle would never fit into a block");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Makes each of these workers eligible for each of these tasks.
		///
		/// For the scheduler of all of them, while they accept contributions. A worker that is eligible already or that
		/// contributed is passed over; one that is eligible in another enclave is from now on in this one.
		/// Emits [`Event::Delegated`] for each that is new.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::delegate_weight(tasks.len(), workers.len()))]
		pub fn delegate(
			origin: OriginFor<T>,
			tasks: BoundedVec<TaskRef, T::MaxBatch>,
			workers: DelegateList,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_delegate(&who, &tasks, &workers)
		}

		/// Commits to a result of a task. Locks the deal's worker stake. Free if accepted.
		///
		/// Emits [`Event::Contributed`], before it [`Event::Delegated`] if the scheduler's signature was brought, and
		/// after it [`Event::ConsensusReached`] if enough workers agree now.
		#[pallet::call_index(1)]
		#[pallet::weight(
			Pallet::<T>::contribute_weight(authorization, commitment.enclave.is_some(), MAX_CONTRIBUTORS)
		)]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			task: &TaskRef,
			commitment: &Commitment,
			authorization: &DelegationProof,
			enclave_signature: &Option<EthereumSignature>,
		| -> bool {
			Pallet::<T>::accepts("contribute", origin, |who| {
				let one = ContributionOf {
					task: *task,
					commitment: *commitment,
					authorization: authorization.clone(),
					enclave_signature: *enclave_signature,
				};
				Pallet::<T>::could_contribute(who, &[one])
			})
		})]
		pub fn contribute(
			origin: OriginFor<T>,
			task: TaskRef,
			commitment: Commitment,
			authorization: DelegationProof,
			enclave_signature: Option<EthereumSignature>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let one = ContributionOf { task, commitment, authorization, enclave_signature };
			let earlier = Self::do_contribute(&who, core::slice::from_ref(&one))?;
			let enclave = one.commitment.enclave.is_some();
			Ok(Some(Self::contribute_weight(&one.authorization, enclave, earlier)).into())
		}

		/// Commits to results of many tasks. Locks the worker stakes of those that count. Free if at least half of them do.
		///
		/// Those that do not count are passed over, and told by [`Event::ContributionRefused`]: a task that others
		/// agreed on before a block has the batch does not cost the others theirs. Refused if none counts, or if not
		/// all that count can be staked for. Other events as of [`contribute`](Self::contribute).
		#[pallet::call_index(2)]
		#[pallet::weight(Pallet::<T>::contribute_batch_weight(contributions, None))]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			contributions: &BoundedVec<ContributionOf, T::MaxBatch>,
		| -> bool {
			Pallet::<T>::accepts("contribute_batch", origin, |who| Pallet::<T>::could_contribute(who, contributions))
		})]
		pub fn contribute_batch(
			origin: OriginFor<T>,
			contributions: BoundedVec<ContributionOf, T::MaxBatch>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let earlier = Self::do_contribute(&who, &contributions)?;
			Ok(Some(Self::contribute_batch_weight(&contributions, Some(earlier))).into())
		}

		/// Shows the digest of the result that has consensus. Free if accepted.
		///
		/// In an `Automatic` deal without a callback the last winner's reveal closes the task, and pays for it.
		/// Emits [`Event::Revealed`], and then [`Event::TaskClosed`].
		#[pallet::call_index(3)]
		#[pallet::weight(Pallet::<T>::reveal_weight(None))]
		#[pallet::feeless_if(|origin: &OriginFor<T>, task: &TaskRef, digest: &ResultDigest| -> bool {
			Pallet::<T>::accepts("reveal", origin, |who| Pallet::<T>::could_reveal(who, &[(*task, *digest)]))
		})]
		pub fn reveal(origin: OriginFor<T>, task: TaskRef, digest: ResultDigest) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let met = Self::do_reveal(&who, &[(task, digest)])?;
			Ok(Some(Self::reveal_weight(Some(met))).into())
		}

		/// Shows the digests of many tasks' results. Free if at least half of them count.
		///
		/// Those that do not count are passed over, and told by [`Event::RevealRefused`]: a task that closes or runs out of
		/// time before a block has the batch does not cost the others theirs. Refused if none counts. Other events as of
		/// [`reveal`](Self::reveal). The tasks that it closes have at most [`MAX_SETTLED`](crate::MAX_SETTLED) contributors
		/// in all.
		#[pallet::call_index(4)]
		#[pallet::weight(Pallet::<T>::reveal_batch_weight(reveals, None))]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			reveals: &BoundedVec<(TaskRef, ResultDigest), T::MaxBatch>,
		| -> bool {
			Pallet::<T>::accepts("reveal_batch", origin, |who| Pallet::<T>::could_reveal(who, reveals))
		})]
		pub fn reveal_batch(
			origin: OriginFor<T>,
			reveals: BoundedVec<(TaskRef, ResultDigest), T::MaxBatch>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let met = Self::do_reveal(&who, &reveals)?;
			Ok(Some(Self::reveal_batch_weight(&reveals, Some(met))).into())
		}

		/// Delivers the result of a task of trust 1 at once, and closes it. Locks nothing. Free if accepted.
		///
		/// Emits [`Event::Delegated`] if the scheduler's signature was brought, then [`Event::TaskClosed`].
		#[pallet::call_index(5)]
		#[pallet::weight({
			let item = Pallet::<T>::result_of(task, digest, authorization, enclave);
			Pallet::<T>::direct_weight(&[item], bytes(callback_data), None)
		})]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			task: &TaskRef,
			digest: &ResultDigest,
			authorization: &DelegationProof,
			enclave: &Option<(H160, EthereumSignature)>,
			callback_data: &Option<CallbackData>,
		| -> bool {
			Pallet::<T>::accepts("contribute_and_finalize", origin, |who| {
				let item = Pallet::<T>::result_of(task, digest, authorization, enclave);
				Pallet::<T>::could_direct(who, &[item], callback_data.as_ref())
			})
		})]
		pub fn contribute_and_finalize(
			origin: OriginFor<T>,
			task: TaskRef,
			digest: ResultDigest,
			authorization: DelegationProof,
			enclave: Option<(H160, EthereumSignature)>,
			callback_data: Option<CallbackData>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let item = [ResultOf { task, digest, authorization, enclave }];
			let bytes = bytes(&callback_data);
			let met = Self::do_direct(&who, &item, callback_data)?;
			Ok(Some(Self::direct_weight(&item, bytes, Some(met))).into())
		}

		/// Delivers the results of many tasks of trust 1, of deals without a callback. Locks nothing. Free if at least half
		/// of them count.
		///
		/// Those that do not count are passed over, and told by [`Event::ContributionRefused`]. Refused if none counts.
		/// Other events as of [`contribute_and_finalize`](Self::contribute_and_finalize). The tasks have at most
		/// [`MAX_SETTLED`](crate::MAX_SETTLED) delegates in all.
		#[pallet::call_index(13)]
		#[pallet::weight(Pallet::<T>::direct_weight(results, None, None))]
		#[pallet::feeless_if(|origin: &OriginFor<T>, results: &BoundedVec<ResultOf, T::MaxBatch>| -> bool {
			Pallet::<T>::accepts("contribute_and_finalize_batch", origin, |who| Pallet::<T>::could_direct(who, results, None))
		})]
		pub fn contribute_and_finalize_batch(
			origin: OriginFor<T>,
			results: BoundedVec<ResultOf, T::MaxBatch>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let met = Self::do_direct(&who, &results, None)?;
			Ok(Some(Self::direct_weight(&results, None, Some(met))).into())
		}

		/// Closes a task that has its result, and pays for it. Free for the scheduler and for a worker that proved it.
		///
		/// For the scheduler; in an `Automatic` deal for anyone, since the data proves itself.
		/// Emits [`Event::TaskClosed`].
		#[pallet::call_index(6)]
		#[pallet::weight(Pallet::<T>::finalize_weight(bytes(callback_data), MAX_CONTRIBUTORS))]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			task: &TaskRef,
			callback_data: &Option<CallbackData>,
		| -> bool {
			Pallet::<T>::accepts("finalize", origin, |who| Pallet::<T>::could_finalize_free(who, task, callback_data.as_ref()))
		})]
		pub fn finalize(
			origin: OriginFor<T>,
			task: TaskRef,
			callback_data: Option<CallbackData>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let bytes = bytes(&callback_data);
			let people = Self::do_finalize(&who, &task, callback_data)?;
			Ok(Some(Self::finalize_weight(bytes, people)).into())
		}

		/// Gives up a consensus that nobody revealed in time. For the scheduler. Free if accepted.
		///
		/// Emits [`Event::Reopened`].
		#[pallet::call_index(7)]
		#[pallet::weight(Pallet::<T>::reopen_weight(MAX_CONTRIBUTORS))]
		#[pallet::feeless_if(|origin: &OriginFor<T>, task: &TaskRef| -> bool {
			Pallet::<T>::accepts("reopen", origin, |who| Pallet::<T>::could_reopen(who, task))
		})]
		pub fn reopen(origin: OriginFor<T>, task: TaskRef) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let people = Self::do_reopen(&who, &task)?;
			Ok(Some(Self::reopen_weight(people)).into())
		}

		/// Closes an overdue task as failed. For anyone. Emits [`Event::TaskClosed`].
		#[pallet::call_index(8)]
		#[pallet::weight(Pallet::<T>::claim_weight(MAX_CONTRIBUTORS))]
		pub fn claim(origin: OriginFor<T>, task: TaskRef) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let people = Self::do_claim(&task)?;
			Ok(Some(Self::claim_weight(people)).into())
		}

		/// Closes a task as failed before its time: the same money as a claim. For the scheduler, as long as no winner
		/// revealed. Emits [`Event::TaskClosed`].
		#[pallet::call_index(9)]
		#[pallet::weight(Pallet::<T>::abandon_weight(MAX_CONTRIBUTORS))]
		pub fn abandon(origin: OriginFor<T>, task: TaskRef) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let people = Self::do_abandon(&who, &task)?;
			Ok(Some(Self::abandon_weight(people)).into())
		}

		/// Says that an open task cannot be computed, and why. For a worker that was delegated on chain or contributed,
		/// once for each task. Free if accepted. Emits [`Event::FailureReported`].
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::report_failure().saturating_add(T::WeightInfo::check_report_failure()))]
		#[pallet::feeless_if(|origin: &OriginFor<T>, task: &TaskRef, _cause: &FailureCause| -> bool {
			Pallet::<T>::accepts("report_failure", origin, |who| Pallet::<T>::could_report(who, task))
		})]
		pub fn report_failure(origin: OriginFor<T>, task: TaskRef, cause: FailureCause) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_report(who, &task, cause)
		}

		/// Removes closed tasks of deals whose tasks can be pruned and whose final deadline has passed. For anyone.
		/// Emits [`Event::Pruned`] for each.
		#[pallet::call_index(11)]
		#[pallet::weight(Pallet::<T>::prune_weight(tasks))]
		pub fn prune(origin: OriginFor<T>, tasks: BoundedVec<TaskRef, T::MaxBatch>) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune(&tasks)
		}

		/// Takes back that these workers may contribute to each of these tasks.
		///
		/// For the scheduler of all of them, as soon as a worker had the category's reference time to do the work: one
		/// that was given less is not sent away with it. A worker that is not eligible on chain, or that contributed, is
		/// passed over. Emits [`Event::Undelegated`] for each other one.
		#[pallet::call_index(14)]
		#[pallet::weight(Pallet::<T>::undelegate_weight(tasks.len(), workers.len()))]
		pub fn undelegate(
			origin: OriginFor<T>,
			tasks: BoundedVec<TaskRef, T::MaxBatch>,
			workers: WorkerList,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_undelegate(&who, &tasks, &workers)
		}

		/// Shows that the app failed, and that the caller committed to that. Free if accepted.
		///
		/// A winner shows that its consensus stands for a failure, as [`reveal`](Self::reveal) shows a result. After
		/// that, a worker outside the consensus can show that it committed to another failure, and keeps its stake. The
		/// task then ends without a result: by the last of them in an `Automatic` deal, even if it has a callback.
		/// Emits [`Event::FailureRevealed`], before it [`Event::Revealed`] for a winner, and after it
		/// [`Event::TaskFailed`] and [`Event::TaskClosed`] if it closes the task.
		#[pallet::call_index(15)]
		#[pallet::weight(Pallet::<T>::reveal_failure_weight(None))]
		#[pallet::feeless_if(|origin: &OriginFor<T>, task: &TaskRef, failure: &AgreedFailure| -> bool {
			Pallet::<T>::accepts("reveal_failure", origin, |who| Pallet::<T>::could_reveal_failure(who, task, failure))
		})]
		pub fn reveal_failure(
			origin: OriginFor<T>,
			task: TaskRef,
			failure: AgreedFailure,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let met = Self::do_reveal_failure(&who, &task, &failure)?;
			Ok(Some(Self::reveal_failure_weight(Some(met))).into())
		}

		/// Closes a task that has no consensus, because something outside of it is missing, or because machines ended its
		/// runs: unlocks everything, and pays nobody. For the scheduler, before the final deadline, once as many workers
		/// have reported this cause as the deal's trust needs new workers. Emits [`Event::TaskFailed`] and
		/// [`Event::TaskClosed`].
		#[pallet::call_index(16)]
		#[pallet::weight(Pallet::<T>::release_weight(MAX_CONTRIBUTORS))]
		pub fn release(origin: OriginFor<T>, task: TaskRef, cause: FailureCause) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let people = Self::do_release(&who, &task, cause)?;
			Ok(Some(Self::release_weight(people)).into())
		}

		/// Queues a result again whose delivery failed, or which found the queue full. For anyone.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::deliver(count(data.len())))]
		pub fn deliver(origin: OriginFor<T>, task: TaskRef, data: CallbackData) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_deliver(&task, data)
		}
	}
}
