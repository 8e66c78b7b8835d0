//! What attacks send, and what the programs of honest people do against them. All that depends on the form of calls,
//! parameters, and origins is here, so that an attack reads the same whatever the chain does against it.

use codec::Encode;
use frame_support::traits::{Get, Time};
use pallet_poco::{AppFault, Call as Poco, ContributionOf, Delegate, DelegationProof, FailureCause, TaskRef};
use rlc_primitives::{
	task::Commitment, trace, AccountId, AgreedFailure, Balance, DealId, Delegation, Moment, ResultDigest, ResultHash,
	ResultSeal, NRLC, RLC,
};
use rlc_runtime::{
	configs::computing::{
		parameters::marketplace::{ByteDeposit, ItemDeposit, Parameters, Retention, StakeRate},
		RuntimeParameters,
	},
	governance::{
		bounds::{LEAST_COMMISSION, LEAST_REFERENCE_TIME, MOST_COMMISSION, MOST_TREASURY_SHARE},
		origins::Origin,
	},
	timing::DAY,
	Clock, Marketplace, Runtime, RuntimeCall,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{Perbill, Permill};

use super::chain::Chain;
use crate::people::Person;

/// What a point of score costs its worker, in nRLC.
pub const SCORE_PRICE: Balance = RLC / 100;

/// Returns the tasks of a deal whose first task has the index 0.
pub fn tasks(deal: DealId, count: u64) -> Vec<TaskRef> {
	(0..count).map(|index| TaskRef { deal, index }).collect()
}

/// Returns a digest that differs with the number: of the right result, or of any other.
pub fn digest(task: TaskRef, number: u64) -> ResultDigest {
	ResultDigest(H256(blake2_256(&(task, number).encode())))
}

/// Returns a scheduler's word, signed off chain, that a worker may work on a task.
pub fn delegation(scheduler: &Person, worker: &AccountId, task: TaskRef) -> DelegationProof {
	let delegation = Delegation { worker: worker.clone(), task: task.id(), enclave: None, expiry: Moment::MAX };
	let signature = scheduler.sign_delegation(&delegation, &Marketplace::signing_domain());
	DelegationProof::Signed { signature, expiry: delegation.expiry }
}

/// Returns the word of a key that says that it is a proxy of the scheduler's.
pub fn delegation_by_proxy(proxy: &Person, worker: &AccountId, task: TaskRef) -> DelegationProof {
	let delegation = Delegation { worker: worker.clone(), task: task.id(), enclave: None, expiry: Moment::MAX };
	let signature = proxy.sign_delegation(&delegation, &Marketplace::signing_domain());
	DelegationProof::SignedByProxy { proxy: proxy.account(), signature, expiry: delegation.expiry }
}

/// Returns what makes workers eligible on chain.
///
/// # Panics
///
/// If they are too many for one call.
pub fn delegate(tasks: &[TaskRef], workers: &[Person]) -> RuntimeCall {
	let workers: Vec<_> = workers.iter().map(|one| Delegate { worker: one.account(), enclave: None }).collect();
	let call = Poco::delegate {
		tasks: tasks.to_vec().try_into().expect("a batch of tasks"),
		workers: workers.try_into().expect("as many as a task can have"),
	};
	call.into()
}

/// Returns what takes delegations back.
///
/// # Panics
///
/// If they are too many for one call.
pub fn undelegate(tasks: &[TaskRef], workers: &[Person]) -> RuntimeCall {
	let workers: Vec<_> = workers.iter().map(Person::account).collect();
	let call = Poco::undelegate {
		tasks: tasks.to_vec().try_into().expect("a batch of tasks"),
		workers: workers.try_into().expect("as many as a task can have"),
	};
	call.into()
}

/// Returns a worker's commitment to a digest.
pub fn commitment(worker: &AccountId, task: TaskRef, digest: ResultDigest) -> Commitment {
	let id = task.id();
	Commitment { result: ResultHash::of(id, digest), seal: ResultSeal::of(worker, id, digest), enclave: None }
}

/// Returns a worker's contribution, with the scheduler's signature.
pub fn contribute(scheduler: &Person, worker: &Person, task: TaskRef, digest: ResultDigest) -> RuntimeCall {
	let worker = worker.account();
	let call = Poco::contribute {
		task,
		commitment: commitment(&worker, task, digest),
		authorization: delegation(scheduler, &worker, task),
		enclave_signature: None,
	};
	call.into()
}

/// Returns a worker's contributions to many tasks, of the right results.
///
/// # Panics
///
/// If they are too many for one call.
pub fn contribute_batch(scheduler: &Person, worker: &Person, tasks: &[TaskRef]) -> RuntimeCall {
	let worker = worker.account();
	let contribution = |task: &TaskRef| ContributionOf {
		task: *task,
		commitment: commitment(&worker, *task, digest(*task, 0)),
		authorization: delegation(scheduler, &worker, *task),
		enclave_signature: None,
	};
	let contributions: Vec<_> = tasks.iter().map(contribution).collect();
	Poco::contribute_batch { contributions: contributions.try_into().expect("a batch of tasks") }.into()
}

/// Returns a reveal.
pub fn reveal(task: TaskRef, digest: ResultDigest) -> RuntimeCall {
	Poco::reveal { task, digest }.into()
}

/// Returns the reveals of many tasks' right results.
///
/// # Panics
///
/// If they are too many for one call.
pub fn reveal_batch(tasks: &[TaskRef]) -> RuntimeCall {
	let reveals: Vec<_> = tasks.iter().map(|task| (*task, digest(*task, 0))).collect();
	Poco::reveal_batch { reveals: reveals.try_into().expect("a batch of tasks") }.into()
}

/// Returns one worker's results of tasks of trust 1.
///
/// # Panics
///
/// If they are too many for one call.
pub fn deliver_directly(scheduler: &Person, worker: &Person, tasks: &[TaskRef]) -> RuntimeCall {
	let worker = worker.account();
	let result = |task: &TaskRef| pallet_poco::ResultOf {
		task: *task,
		digest: digest(*task, 0),
		authorization: delegation(scheduler, &worker, *task),
		enclave: None,
	};
	let results: Vec<_> = tasks.iter().map(result).collect();
	Poco::contribute_and_finalize_batch { results: results.try_into().expect("a batch of tasks") }.into()
}

/// Does what a worker and its scheduler do by themselves when the app of tasks of trust 1 ends without success: the worker
/// commits to the failure and reveals it, and the scheduler ends what does not end by itself.
pub fn app_fails(chain: &mut Chain, scheduler: &Person, worker: &Person, tasks: &[TaskRef]) {
	let failure = AgreedFailure { cause: AppFault::AppFailed, code: 1, trace: H256::zero() };
	for task in tasks {
		chain.must(worker, contribute(scheduler, worker, *task, failure.digest(&task.id())));
		chain.must(worker, Poco::reveal_failure { task: *task, failure });
	}
	let finalize = |task: &TaskRef| RuntimeCall::from(Poco::finalize { task: *task, callback_data: None });
	chain.send_all(scheduler, tasks.iter().map(finalize));
}

/// Does what workers and their scheduler do by themselves when clocks end the runs of tasks: the workers are delegated and
/// report it, as many as have to, and the scheduler asks for the tasks' release. Without one they fail at their deadline.
pub fn app_never_ends(chain: &mut Chain, scheduler: &Person, workers: &[Person], tasks: &[TaskRef]) {
	let cause = FailureCause::TimedOut;
	chain.must(scheduler, delegate(tasks, workers));
	for task in tasks {
		for worker in workers {
			chain.must(worker, Poco::report_failure { task: *task, cause });
		}
	}
	let release = |task: &TaskRef| RuntimeCall::from(Poco::release { task: *task, cause });
	chain.send_all(scheduler, tasks.iter().map(release));
}

/// Returns the data that a worker delivers to a callback for a small answer. `trace` is what only a machine that computed
/// the task knows.
pub fn answer(value: u64, trace: H256) -> Vec<u8> {
	trace::append(&value.encode(), trace)
}

/// Returns calls that, as root, would make this one whatever it weighs.
pub fn nested(call: RuntimeCall) -> Vec<RuntimeCall> {
	use frame_support::weights::Weight;
	let light = Weight::from_parts(1, 0);
	let with_weight = |call: RuntimeCall| pallet_utility::Call::with_weight { call: Box::new(call), weight: light };
	let batch = pallet_utility::Call::batch_all { calls: vec![call.clone()] };
	vec![with_weight(call).into(), with_weight(batch.into()).into()]
}

/// Returns calls that would switch a protection off, each with the origin of the track that is for what it sets: one beyond
/// each end of each bound.
pub fn beyond_bounds() -> Vec<(Origin, RuntimeCall)> {
	let mut all = parameters_beyond_bounds();
	let share = MOST_TREASURY_SHARE + Permill::from_parts(1);
	all.push((Origin::TreasurySpender, pallet_rlc::Call::set_treasury_share { share }.into()));
	let little = Perbill::from_parts(1);
	for new in [LEAST_COMMISSION - little, MOST_COMMISSION + little] {
		all.push((Origin::StakingAdmin, pallet_staking::Call::set_min_commission { new }.into()));
	}
	let [validator_stash, stash] = [Alice, Bob].map(|who| who.to_account_id());
	let slash_fraction = Perbill::one();
	let slash = pallet_staking::Call::manual_slash { validator_stash, era: 0, slash_fraction };
	all.push((Origin::StakingAdmin, slash.into()));
	let restore = pallet_staking::Call::restore_ledger {
		stash,
		maybe_controller: None,
		maybe_total: None,
		maybe_unlocking: None,
	};
	all.push((Origin::StakingAdmin, restore.into()));
	let (name, reference_time) = (Default::default(), LEAST_REFERENCE_TIME - 1);
	all.push((Origin::MarketplaceAdmin, pallet_marketplace::Call::add_category { name, reference_time }.into()));
	all
}

/// Returns those of them that set a parameter of the marketplace.
fn parameters_beyond_bounds() -> Vec<(Origin, RuntimeCall)> {
	let all = [
		Parameters::ItemDeposit(ItemDeposit, Some(0)),
		Parameters::ItemDeposit(ItemDeposit, Some(RLC + 1)),
		Parameters::ByteDeposit(ByteDeposit, Some(0)),
		Parameters::ByteDeposit(ByteDeposit, Some(RLC / 100 + 1)),
		Parameters::StakeRate(StakeRate, Some(0)),
		Parameters::StakeRate(StakeRate, Some(100 * RLC + 1)),
		Parameters::Retention(Retention, Some(DAY - 1)),
		Parameters::Retention(Retention, Some(Moment::MAX)),
	];
	let set = |parameter| {
		let key_value = RuntimeParameters::Marketplace(parameter);
		(Origin::MarketplaceAdmin, RuntimeCall::from(pallet_parameters::Call::set_parameter { key_value }))
	};
	all.map(set).to_vec()
}

/// Returns what so many things of so many bytes in all cost as a deposit, in nRLC.
pub fn deposit_for(items: u128, bytes: u128) -> Balance {
	items * <ItemDeposit as Get<Balance>>::get() + bytes * <ByteDeposit as Get<Balance>>::get()
}

/// Returns the names of calls that reveal, as the committee pauses them.
pub fn reveals() -> [pallet_tx_pause::RuntimeCallNameOf<Runtime>; 2] {
	["reveal", "reveal_batch"].map(|call| {
		let name = |text: &str| text.as_bytes().to_vec().try_into().expect("a short name");
		(name("Poco"), name(call))
	})
}

/// Returns a worker's score.
pub fn score(worker: &Person) -> u64 {
	pallet_poco::Scores::<Runtime>::get(worker.account()).score
}

/// Returns whether a worker is delegated to a task on chain.
pub fn is_delegate(task: TaskRef, worker: &Person) -> bool {
	pallet_poco::Delegates::<Runtime>::get(task.id()).iter().any(|one| one.delegate.worker == worker.account())
}

/// Returns the time that deadlines of tasks are told in, in ms.
pub fn clock() -> Moment {
	Clock::now()
}

/// The least that an account holds, in nRLC.
pub const DUST: Balance = NRLC;
