//! Deals, and work on their tasks, for tests of calls that may be free.

use codec::Encode;
use frame_support::{
	dispatch::GetDispatchInfo,
	storage::{with_transaction, TransactionOutcome},
};
use pallet_poco::{AgreedFailure, AppFault, ContributionOf, TaskRef};
use pallet_transaction_payment::ChargeTransactionPayment;
use rlc_checks::{
	assets,
	people::Person,
	work::{self, call_name},
};
use rlc_primitives::{AppId, AppOrder, DealId, RequestOrder, ResultDigest, WorkerpoolId, WorkerpoolOrder};
use rlc_runtime::{presets::DEVELOPMENT, *};
use sp_core::H256;
use sp_runtime::{
	transaction_validity::{TransactionPriority, TransactionSource, TransactionValidity, ValidTransaction},
	DispatchError,
};

use crate::common::*;

/// What a task pays the workerpool, in nRLC. A worker stakes 30 % of it.
pub const PRICE: Balance = 1_000;
pub const STAKE: Balance = 300;
/// The first category's reference time, in ms.
pub const T: Moment = 300_000;

pub fn developer() -> Person {
	Person::new("//Bob")
}

pub fn scheduler() -> Person {
	Person::new("//Charlie")
}

pub fn requester() -> Person {
	Person::new("//Dave")
}

pub fn worker() -> Person {
	Person::new("//Eve")
}

/// Makes a block in which everything succeeds.
pub fn succeed(extrinsics: Vec<UncheckedExtrinsic>) {
	for result in block(extrinsics) {
		result.expect("it is valid").expect("it succeeds");
	}
}

/// Returns a call that somebody signs, this many transactions after their last one.
pub fn sign(by: &Person, later: Nonce, tip: Balance, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	by.sign_with_tip(System::block_hash(0), System::account_nonce(by.account()) + later, tip, call)
}

/// Opens a deal of tasks of trust 1, and returns the first.
pub fn open(size: u64) -> TaskRef {
	register();
	open_another(0, 1, PRICE, size)
}

/// Registers an app and a workerpool.
pub fn register() {
	let app = pallet_registry::Call::register_app { app: assets::app(1) };
	let pool = pallet_registry::Call::register_workerpool { description: assets::description(1) };
	succeed(vec![sign(&developer(), 0, 0, app), sign(&scheduler(), 0, 0, pool)]);
}

/// Opens a deal of tasks of this trust and price, and returns the first. Deals differ by their salts.
pub fn open_another(salt: u64, trust: u64, price: Balance, size: u64) -> TaskRef {
	use pallet_marketplace::Call::{match_published, publish_order};
	let app = AppId::derive(&developer().account(), &assets::app(1));
	let workerpool = WorkerpoolId::derive(&scheduler().account(), &assets::description(1));
	let salt = H256::from_low_u64_be(salt);
	let app = AppOrder { salt, ..assets::app_order(app, 0, size) };
	let workerpool = WorkerpoolOrder { salt, ..assets::workerpool_order(workerpool, price, trust, size) };
	let request = assets::request_order(&app, &workerpool, requester().account(), trust, size);
	let request = RequestOrder { salt, ..request };
	let domain = Marketplace::signing_domain();
	let matched = match_published {
		request: domain.hash(&request),
		app: domain.hash(&app),
		dataset: None,
		workerpool: domain.hash(&workerpool),
	};
	let deal = DealId::of(domain.hash(&request), 0);
	succeed(vec![
		sign(&developer(), 0, 0, publish_order { order: Box::new(app.into()) }),
		sign(&scheduler(), 0, 0, publish_order { order: Box::new(workerpool.into()) }),
		sign(&requester(), 0, 0, publish_order { order: Box::new(request.into()) }),
	]);
	succeed(vec![sign(&requester(), 0, 0, matched)]);
	assert!(pallet_marketplace::Deals::<Runtime>::contains_key(deal));
	TaskRef { deal, index: 0 }
}

pub fn nth(first: TaskRef, n: u64) -> TaskRef {
	TaskRef { index: first.index + n, ..first }
}

pub fn digest() -> ResultDigest {
	ResultDigest(H256::repeat_byte(1))
}

/// Returns a worker's contribution of the digest, with the scheduler's signature.
pub fn contribution(worker: &Person, task: TaskRef) -> ContributionOf {
	work::contribution(&scheduler(), worker, task, digest())
}

pub fn contribute(worker: &Person, task: TaskRef) -> RuntimeCall {
	commit(worker, task, digest())
}

/// Returns a worker's contribution of anything, with the scheduler's signature.
pub fn commit(worker: &Person, task: TaskRef, digest: ResultDigest) -> RuntimeCall {
	work::contribute(&scheduler(), worker, task, digest)
}

/// Returns how an app fails.
pub fn exit(code: u32) -> AgreedFailure {
	AgreedFailure { cause: AppFault::AppFailed, code, trace: H256::repeat_byte(7) }
}

pub fn reveal_failure(task: TaskRef, failure: AgreedFailure) -> RuntimeCall {
	pallet_poco::Call::reveal_failure { task, failure }.into()
}

/// Returns whether a transaction is free: then a pool knows what it does, beside its number.
pub fn is_free(extrinsic: &UncheckedExtrinsic) -> bool {
	valid(extrinsic).provides.len() > 1
}

/// Pauses a call, or resumes it.
pub fn pause(pallet: &str, call: &str) {
	frame_support::assert_ok!(root(pallet_tx_pause::Call::pause { full_name: call_name(pallet, call) }));
}

pub fn resume(pallet: &str, call: &str) {
	frame_support::assert_ok!(root(pallet_tx_pause::Call::unpause { ident: call_name(pallet, call) }));
}

pub fn contribute_batch(worker: &Person, tasks: impl Iterator<Item = TaskRef>) -> RuntimeCall {
	work::contribute_batch(tasks.map(|task| contribution(worker, task)))
}

pub fn reveal(task: TaskRef) -> RuntimeCall {
	work::reveal(task, digest())
}

/// Returns what the transaction pool learns about a transaction. Changes nothing.
pub fn validate(extrinsic: &UncheckedExtrinsic) -> TransactionValidity {
	let validated: Result<TransactionValidity, DispatchError> = with_transaction(|| {
		let at = System::parent_hash();
		let validity = Executive::validate_transaction(TransactionSource::External, extrinsic.clone(), at);
		TransactionOutcome::Rollback(Ok(validity))
	});
	validated.expect("transactions can be nested")
}

pub fn valid(extrinsic: &UncheckedExtrinsic) -> ValidTransaction {
	validate(extrinsic).expect("it is valid")
}

/// Returns the priority of a paying call with a tip, of this weight and length.
pub fn paying(extrinsic: &UncheckedExtrinsic, tip: Balance) -> TransactionPriority {
	let info = extrinsic.get_dispatch_info();
	ChargeTransactionPayment::<Runtime>::get_priority(&info, extrinsic.encoded_size(), tip, tip)
}

pub fn test(test: impl FnOnce()) {
	chain(DEVELOPMENT).execute_with(test);
}

/// Returns somebody new who has this many nRLC.
pub fn newcomer(balance: Balance) -> Person {
	let person = Person::new("//newcomer");
	let dest = person.account().into();
	let call = pallet_balances::Call::transfer_keep_alive { dest, value: balance };
	succeed(vec![sign(&requester(), 0, 0, call)]);
	person
}
