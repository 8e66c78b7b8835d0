//! What attacks send, and what the programs of honest people do against them. All that depends on the form of calls,
//! parameters, and origins is here, so that an attack reads the same whatever the chain does against it.

use codec::Encode;
use frame_support::traits::{Get, Time};
use pallet_poco::{AppFault, Call as Poco, Delegate, FailureCause, TaskRef};
use rlc_primitives::{
	governance::{LEAST_COMMISSION, LEAST_REFERENCE_TIME, MOST_COMMISSION, MOST_TREASURY_SHARE},
	trace, AgreedFailure, Balance, DealId, Moment, ResultDigest, NRLC, RLC,
};
use rlc_runtime::{
	configs::computing::{
		parameters::marketplace::{ByteDeposit, ItemDeposit, Parameters, Retention, StakeRate},
		RuntimeParameters,
	},
	governance::origins::Origin,
	timing::DAY,
	Clock, Runtime, RuntimeCall,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{Perbill, Permill};

use super::chain::Chain;
pub use crate::work::{contribute, reveal};
use crate::{
	people::Person,
	work::{self, batch},
};

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

/// Returns what makes workers eligible on chain.
///
/// # Panics
///
/// If they are too many for one call.
pub fn delegate(tasks: &[TaskRef], workers: &[Person]) -> RuntimeCall {
	let workers = workers.iter().map(|one| Delegate { worker: one.account(), enclave: None });
	Poco::delegate { tasks: batch(tasks.to_vec()), workers: batch(workers) }.into()
}

/// Returns what takes delegations back.
///
/// # Panics
///
/// If they are too many for one call.
pub fn undelegate(tasks: &[TaskRef], workers: &[Person]) -> RuntimeCall {
	Poco::undelegate { tasks: batch(tasks.to_vec()), workers: batch(workers.iter().map(Person::account)) }.into()
}

/// Returns a worker's contributions to many tasks, of the right results.
///
/// # Panics
///
/// If they are too many for one call.
pub fn contribute_batch(scheduler: &Person, worker: &Person, tasks: &[TaskRef]) -> RuntimeCall {
	work::contribute_batch(tasks.iter().map(|task| work::contribution(scheduler, worker, *task, digest(*task, 0))))
}

/// Returns the reveals of many tasks' right results.
///
/// # Panics
///
/// If they are too many for one call.
pub fn reveal_batch(tasks: &[TaskRef]) -> RuntimeCall {
	work::reveal_batch(tasks.iter().map(|task| (*task, digest(*task, 0))))
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
		authorization: work::delegation(scheduler, &worker, *task),
		enclave: None,
	};
	Poco::contribute_and_finalize_batch { results: batch(tasks.iter().map(result)) }.into()
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

/// Does what workers and their scheduler do by themselves when clocks end the runs of tasks: as many workers as it takes
/// are delegated and report it, and the scheduler releases the tasks. If the chain refuses that, they fail at their
/// deadline.
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

/// Returns calls that would switch a protection off, each with the origin of the track that is meant for it: one for each
/// end of each bound, just beyond it.
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

/// Returns those that set a parameter of the marketplace.
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

/// Returns what this many things of this many bytes in all cost as a deposit, in nRLC.
pub fn deposit_for(items: u128, bytes: u128) -> Balance {
	items * <ItemDeposit as Get<Balance>>::get() + bytes * <ByteDeposit as Get<Balance>>::get()
}

/// Returns the names of calls that reveal, as the committee pauses them.
pub fn reveals() -> [pallet_tx_pause::RuntimeCallNameOf<Runtime>; 2] {
	["reveal", "reveal_batch"].map(|call| work::call_name("Poco", call))
}

/// Returns a worker's score.
pub fn score(worker: &Person) -> u64 {
	pallet_poco::Scores::<Runtime>::get(worker.account()).score
}

/// Returns whether a worker is delegated to a task on chain.
pub fn is_delegate(task: TaskRef, worker: &Person) -> bool {
	pallet_poco::Delegates::<Runtime>::get(task.id()).iter().any(|one| one.delegate.worker == worker.account())
}

/// Returns PoCo time, in which tasks have their deadlines, in ms.
pub fn clock() -> Moment {
	Clock::now()
}

/// The least that an account holds, in nRLC.
pub const DUST: Balance = NRLC;
