//! The smallest runtime around the pallet, with fakes of its neighbors that keep honest books in storage.

mod fakes;
mod units;

use std::collections::BTreeMap;

use frame_support::{parameter_types, traits::GetCallName, weights::Weight};
use pallet_testing::people::account_of_key;
pub use pallet_testing::{people::key, Clock};
use rlc_primitives::{
	deal::Resource,
	ethereum::{account_of, signed_message_hash, EthereumSignature},
	money::Score,
	rules::Standing,
	task::Commitment,
	traits::{Escrow, OnDealOpened, OpenLocks, Stops},
	AccountId, AppId, Balance, CallbackId, CategoryId, DatasetId, Deal, DealId, Delegation, Moment, ResultDigest,
	Rules, SchedulerSignature, Settlement, SigningDomain, Tag, Task, WorkerpoolId, RLC,
};
use sp_core::{ecdsa, Pair, H160, H256};
use sp_runtime::DispatchResult;

use crate::{ContributionOf, Delegate, DelegationProof, Scores, TaskRef, Tasks};

pub use fakes::*;
pub use units::*;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeTask,
		RuntimeHoldReason,
		RuntimeFreezeReason
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Poco = crate;
}

pallet_testing::system!(Test);

/// The rules of a test: iExec's, unless it asks for those of live networks.
pub struct ChainRules;

impl ChainRules {
	/// Applies the rules of live networks from now on.
	pub fn live() {
		Live::set(&true);
	}

	/// Applies iExec's rules from now on.
	pub fn iexec() {
		Live::set(&false);
	}
}

impl frame_support::traits::Get<Rules> for ChainRules {
	fn get() -> Rules {
		if Live::get() {
			Rules::LIVE
		} else {
			Rules::IEXEC
		}
	}
}

parameter_types! {
	pub storage Live: bool = false;
	pub const MaxBatch: u32 = 100;
	pub const MaxCallbacks: u32 = 3;
	pub Domain: SigningDomain = SigningDomain::new(H256::repeat_byte(9), 134, H160::zero());
}

impl crate::Config for Test {
	type Escrow = Books;
	type Deals = OpenDeals;
	type OnTaskClosed = Witness;
	type OnResult = Receiver;
	type Enclaves = Enclaves;
	type Proxies = HotKeys;
	type Stops = Brakes;
	type Time = Clock;
	type ChainTime = Clock;
	type Rules = ChainRules;
	type SigningDomain = Domain;
	type MaxBatch = MaxBatch;
	type MaxCallbacks = MaxCallbacks;
	type WeightInfo = Units;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = OpenDeals;
}

/// Calls that governance stopped, by names that calls have.
pub struct Brakes;

impl Brakes {
	/// Stops this call, and no other.
	pub fn stop(call: &str) {
		assert!(is_call(call), "there is no call {call}");
		pallet_testing::Brakes::stop(call);
	}

	/// Lets every call through again.
	pub fn release() {
		pallet_testing::Brakes::release();
	}
}

impl Stops for Brakes {
	fn is_stopped(call: &'static str) -> bool {
		assert!(is_call(call), "the pallet asks whether {call} is stopped, which is not a call");
		pallet_testing::Brakes::is_stopped(call)
	}
}

fn is_call(name: &str) -> bool {
	crate::Call::<Test>::get_call_names().contains(&name)
}

/// T of the tests' category, in ms.
pub const T: Moment = 1_000;
/// When the tests' deals are opened, in ms.
pub const START: Moment = 1_000_000;
/// How long closed deals are kept, in ms.
pub const RETENTION: Moment = 20 * T;

pub const PAYER: AccountId = AccountId::new([101; 32]);
pub const APP_OWNER: AccountId = AccountId::new([102; 32]);
pub const DATASET_OWNER: AccountId = AccountId::new([103; 32]);
pub const STRANGER: AccountId = AccountId::new([104; 32]);

/// Takes results.
pub const CALLBACK: CallbackId = CallbackId(H160::repeat_byte(1));
/// Writes to the state, and then refuses.
pub const REFUSING: CallbackId = CallbackId(H160::repeat_byte(2));
/// Nobody knows it.
pub const UNKNOWN: CallbackId = CallbackId(H160::repeat_byte(3));

/// The key of the enclave that is not accepted.
pub const BAD_ENCLAVE: u8 = 66;

/// The scheduler has a key of its own.
pub const SCHEDULER_KEY: u8 = 200;

pub fn scheduler() -> AccountId {
	account_of_key(SCHEDULER_KEY)
}

/// The key on the scheduler's machine, which can be named as the scheduler's proxy.
pub const PROXY_KEY: u8 = 201;

pub fn proxy() -> AccountId {
	account_of_key(PROXY_KEY)
}

/// Returns the worker with this number.
pub fn worker(n: u8) -> AccountId {
	AccountId::new([n; 32])
}

pub fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

/// Returns a deal of one task that trusts a result this much: app 100, dataset 50, workerpool 1,000 nRLC, stake 300
/// nRLC.
pub fn deal(trust: u64) -> Deal {
	Deal {
		app: Resource { id: AppId::default(), owner: APP_OWNER, price: 100 },
		dataset: Some(Resource { id: DatasetId::default(), owner: DATASET_OWNER, price: 50 }),
		workerpool: Resource { id: WorkerpoolId::default(), owner: scheduler(), price: 1_000 },
		payer: PAYER,
		requester: PAYER,
		beneficiary: None,
		callback: None,
		category: CategoryId(0),
		reference_time: T,
		trust,
		tag: Tag::NONE,
		start: START,
		opened: START,
		first: 3,
		size: 1,
		worker_stake: 300,
		charge: 0,
		pool_stake: 300,
		scheduler_ratio: 10,
		settlement: Settlement::Automatic,
	}
}

/// Returns the same, closed by its scheduler, as in PoCo.
pub fn manual(trust: u64) -> Deal {
	Deal { settlement: Settlement::Scheduler, ..deal(trust) }
}

/// Returns the same, with a callback.
pub fn with_callback(callback: CallbackId) -> Deal {
	Deal { callback: Some(callback), ..deal(1) }
}

fn lock_for(deal: &Deal) {
	let (price, stake) = (deal.task_price().unwrap(), deal.pool_stake);
	for (who, amount) in [(&deal.payer, price), (deal.scheduler(), stake)] {
		let amount = amount * Balance::from(deal.size);
		Free::mutate(who, |free| *free += amount);
		Books::lock(who, amount).unwrap();
	}
}

/// Opens a deal as the marketplace does. `n` tells deals apart.
pub fn open_as(n: u8, deal: Deal) -> TaskRef {
	let id = DealId(H256::repeat_byte(n));
	lock_for(&deal);
	Poco::on_deal_opened(&id, &deal);
	let first = TaskRef { deal: id, index: deal.first };
	Opened::insert(id, (deal, Progress::default()));
	first
}

/// Opens a deal, and returns its first task.
pub fn open(deal: Deal) -> TaskRef {
	open_as(1, deal)
}

/// Returns the task `n` places further.
pub fn nth(task: TaskRef, n: u64) -> TaskRef {
	TaskRef { index: task.index + n, ..task }
}

pub fn digest(result: u8) -> ResultDigest {
	ResultDigest(H256::repeat_byte(result))
}

/// Returns how often a worker was recently right.
pub fn score(who: &AccountId) -> Score {
	Scores::<Test>::get(who).score
}

/// Gives a worker a score.
pub fn set_score(who: &AccountId, score: Score) {
	Scores::<Test>::insert(who, Standing { score, ..Default::default() });
}

/// Returns what a worker commits to if it has this result.
pub fn commitment(who: &AccountId, task: TaskRef, digest: ResultDigest) -> Commitment {
	Commitment::of(who, task.id(), digest)
}

/// Delegates a task to workers.
pub fn delegate(task: TaskRef, workers: &[u8]) -> DispatchResult {
	let workers: Vec<_> = workers.iter().map(|n| Delegate { worker: worker(*n), enclave: None }).collect();
	Poco::delegate(signed(&scheduler()), vec![task].try_into().unwrap(), workers.try_into().unwrap())
}

/// Returns a scheduler's signature under a delegation that never expires.
pub fn signature(seed: u8, worker: &AccountId, task: TaskRef, enclave: Option<H160>) -> DelegationProof {
	let delegation = Delegation { worker: worker.clone(), task: task.id(), enclave, expiry: Moment::MAX };
	signed_by(seed, &delegation)
}

/// Returns the signature of the key with this seed under a delegation.
pub fn signed_by(seed: u8, delegation: &Delegation) -> DelegationProof {
	let signature = key(seed).sign(&delegation.native_payload(&Domain::get()));
	DelegationProof::Signed { signature: SchedulerSignature::Native(signature.into()), expiry: delegation.expiry }
}

/// Returns the same, as signed by a proxy.
pub fn signed_as_proxy(seed: u8, delegation: &Delegation) -> DelegationProof {
	let signature = key(seed).sign(&delegation.native_payload(&Domain::get()));
	DelegationProof::SignedByProxy {
		proxy: account_of_key(seed),
		signature: SchedulerSignature::Native(signature.into()),
		expiry: delegation.expiry,
	}
}

/// Returns a worker's contribution, with a delegation that the scheduler's proxy signed and that never expires.
pub fn proxied_contribution(n: u8, task: TaskRef) -> ContributionOf {
	let delegation = Delegation { worker: worker(n), task: task.id(), enclave: None, expiry: Moment::MAX };
	ContributionOf { authorization: signed_as_proxy(PROXY_KEY, &delegation), ..contribution(n, task, 1) }
}

/// Returns a delegated worker's contribution, with the scheduler's signature.
pub fn contribution(n: u8, task: TaskRef, result: u8) -> ContributionOf {
	let who = worker(n);
	ContributionOf {
		task,
		commitment: commitment(&who, task, digest(result)),
		authorization: signature(SCHEDULER_KEY, &who, task, None),
		enclave_signature: None,
	}
}

/// Commits a worker to this result, with the scheduler's signature.
pub fn contribute(n: u8, task: TaskRef, result: u8) -> DispatchResult {
	submit(n, contribution(n, task, result))
}

/// Submits a worker's contribution.
pub fn submit(n: u8, one: ContributionOf) -> DispatchResult {
	let ContributionOf { task, commitment, authorization, enclave_signature } = one;
	Poco::contribute(signed(&worker(n)), task, commitment, authorization, enclave_signature)
		.map(drop)
		.map_err(|refusal| refusal.error)
}

pub fn reveal(n: u8, task: TaskRef, result: u8) -> DispatchResult {
	Poco::reveal(signed(&worker(n)), task, digest(result)).map(drop).map_err(|refusal| refusal.error)
}

/// Returns an enclave's key.
pub fn enclave_key(n: u8) -> ecdsa::KeccakPair {
	ecdsa::KeccakPair::from_seed(&[n; 32])
}

/// Returns an enclave's address.
pub fn enclave_of(n: u8) -> H160 {
	let hash = H256::repeat_byte(1);
	sign_with(n, hash).recover(hash).unwrap()
}

/// Returns an enclave's signature under a commitment.
pub fn enclave_signature(n: u8, commitment: &Commitment) -> EthereumSignature {
	sign_with(n, signed_message_hash(commitment.enclave_payload()))
}

/// Returns an Ethereum key's signature under a hash.
pub fn sign_with(n: u8, hash: H256) -> EthereumSignature {
	let mut bytes = enclave_key(n).sign_prehashed(&hash.0).0;
	bytes[64] += 27;
	EthereumSignature::Full(bytes)
}

/// Returns the account of an Ethereum key.
pub fn wallet(n: u8) -> AccountId {
	account_of(enclave_of(n))
}

/// Sets the time, in ms since the deals' start.
pub fn at(since: Moment) {
	Clock::set(START + since);
}

/// Runs `on_idle` with all the weight there can be.
pub fn idle() {
	use frame_support::traits::Hooks;
	Poco::on_idle(1, Weight::MAX);
}

/// Opens `deal`, and has the workers 1 to `n` agree on the result 1.
pub fn agreed(deal: Deal, n: u8) -> TaskRef {
	let task = open(deal);
	for one in 1..=n {
		contribute(one, task, 1).unwrap();
	}
	task
}

/// Returns a task as it is stored.
pub fn stored(task: TaskRef) -> Task {
	Tasks::<Test>::get(task.id()).expect("the task is stored")
}

/// Returns an account's free and locked nRLC.
pub fn books(who: &AccountId) -> (Balance, Balance) {
	(Free::get(who), Locked::get(who))
}

/// Returns the pallet's events of this test so far.
pub fn events() -> Vec<crate::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Poco(event) => Some(event),
			_ => None,
		})
		.collect()
}

/// Returns a chain at the deals' start, on which the workers 1 to 99 have 1 RLC each.
pub fn chain() -> sp_io::TestExternalities {
	let mut chain = pallet_testing::new_chain::<Test>(frame_system::GenesisConfig::<Test>::default());
	chain.execute_with(|| {
		at(0);
		(1..100).for_each(|n| Free::insert(worker(n), RLC));
	});
	chain
}

/// Returns the same, with a keystore, and under the rules of live networks, for which weights are measured.
#[cfg(feature = "runtime-benchmarks")]
pub fn with_keystore() -> sp_io::TestExternalities {
	use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
	let mut chain = chain();
	chain.execute_with(ChainRules::live);
	chain.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	chain
}

/// Runs `test` on such a chain, and checks the invariants after it.
pub fn test(test: impl FnOnce()) {
	chain().execute_with(|| {
		test();
		check();
	});
}

/// Checks the invariants, and that what is locked is what the deals and the contributions say (I2).
pub fn check() {
	Poco::do_try_state().expect("the invariants hold");
	let mut expected = Poco::open_locks();
	for (deal, progress) in Opened::iter_values() {
		let open = Balance::from(deal.size - progress.closed);
		*expected.entry(deal.payer.clone()).or_default() += open * deal.task_price().unwrap();
		*expected.entry(deal.scheduler().clone()).or_default() += open * deal.pool_stake;
	}
	expected.retain(|_, amount| *amount > 0);
	let locked: BTreeMap<_, _> = Locked::iter().filter(|(_, amount)| *amount > 0).collect();
	assert_eq!(expected, locked, "I2: what is locked is what the books say");
}
