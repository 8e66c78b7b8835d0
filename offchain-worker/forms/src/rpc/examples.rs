//! What the examples of several methods are about: one deal of three tasks, and how it came to be.

use serde_json::{json, Value};

/// The developer of the app.
pub(super) const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
/// The scheduler.
pub(super) const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
/// A worker.
pub(super) const CHARLIE: &str = "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y";
/// The requester.
pub(super) const DAVE: &str = "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy";
/// Another worker.
pub(super) const EVE: &str = "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw";

/// When the deal began, in ms.
pub(super) const START: u64 = 1_795_392_000_000;

/// Returns 20 bytes.
fn id(digits: &str) -> String {
	format!("0x{}", digits.repeat(20))
}

/// Returns 32 bytes.
fn hash(digits: &str) -> String {
	format!("0x{}", digits.repeat(32))
}

pub(super) fn app() -> String {
	id("01")
}

pub(super) fn workerpool() -> String {
	id("7a")
}

pub(super) fn app_order() -> String {
	hash("9c")
}

pub(super) fn workerpool_order() -> String {
	hash("5d")
}

pub(super) fn request_order() -> String {
	hash("e1")
}

pub(super) fn genesis() -> String {
	hash("1f")
}

pub(super) fn contract() -> String {
	id("8b")
}

pub(super) fn deal_id() -> String {
	hash("d3")
}

pub(super) fn task_id() -> String {
	hash("8f")
}

fn digest() -> String {
	hash("6e")
}

/// Returns no demands, or no salt.
fn zero() -> String {
	hash("00")
}

/// Returns what the app's developer offers.
pub(super) fn app_offer() -> Value {
	json!({
		"kind": "app",
		"order": {
			"app": app(), "price": "5", "volume": "10", "tag": zero(), "datasetRestrict": null,
			"workerpoolRestrict": null, "requesterRestrict": null, "salt": zero(),
		},
	})
}

/// Returns what the scheduler offers: its kind and its terms.
fn pool_offer() -> Value {
	json!({
		"workerpool": workerpool(), "price": "1000000000", "volume": "100", "tag": zero(), "category": 0,
		"trust": "10", "appRestrict": null, "datasetRestrict": null, "requesterRestrict": { "group": id("33") },
		"salt": zero(),
	})
}

/// Returns the scheduler's offer in the book.
pub(super) fn entry() -> Value {
	json!({
		"hash": workerpool_order(), "kind": "workerpool", "order": pool_offer(), "owner": BOB,
		"price": "1000000000", "remaining": "99", "published": START,
	})
}

/// Returns what is known of the scheduler's offer.
pub(super) fn known_order() -> Value {
	json!({
		"published": {
			"kind": "workerpool", "order": pool_offer(), "owner": BOB, "deposit": "4560000", "bond": "300000000",
			"published": START, "sequence": "7",
		},
		"presignedBy": null, "consumed": "1", "remaining": "99",
	})
}

/// Returns what the requester asks for.
pub(super) fn request() -> Value {
	json!({
		"app": app(), "appMaxPrice": "0", "dataset": null, "datasetMaxPrice": "0", "workerpool": null,
		"workerpoolMaxPrice": "2000000000", "requester": DAVE, "volume": "3", "tag": zero(), "category": 0,
		"trust": "1", "beneficiary": null, "callback": null, "params": "{\"iexec_args\": \"1\"}", "salt": zero(),
		"payer": null, "expiry": null, "leastRecord": { "completed": "50000000", "maxFailed": 10 },
	})
}

/// Returns the deal, of which this many tasks are open.
pub(super) fn deal(open: u64, closed_at: Option<u64>) -> Value {
	json!({
		"id": deal_id(), "app": { "id": app(), "owner": ALICE, "price": "0" }, "dataset": null,
		"workerpool": { "id": workerpool(), "owner": BOB, "price": "1000000000" }, "payer": DAVE, "requester": DAVE,
		"beneficiary": null, "callback": null, "category": 0, "referenceTime": 300_000, "trust": "1", "tag": zero(),
		"params": "{\"iexec_args\": \"1\"}", "start": START, "contributionDeadline": START + 2_100_000,
		"contributionDeadlineEarliest": closed_at.is_none().then_some(START + 2_100_000),
		"finalDeadline": START + 3_000_000,
		"finalDeadlineEarliest": closed_at.is_none().then_some(START + 3_000_000), "first": "0", "size": "3", "workerStake": "300000000",
		"poolStake": "300000000", "charge": "7000000", "schedulerRatio": 1, "settlement": "automatic",
		"open": open.to_string(), "kept": "3", "closedAt": closed_at,
		"depositor": DAVE, "deposit": "14000000",
	})
}

/// Returns the deal's first task: one worker contributed, another one could not compute it.
pub(super) fn task() -> Value {
	json!({
		"id": task_id(), "deal": deal_id(), "index": "0", "stage": "revealing",
		"contributionDeadline": START + 2_100_000, "contributionDeadlineEarliest": START + 2_100_000,
		"finalDeadline": START + 3_000_000, "finalDeadlineEarliest": START + 3_000_000,
		"consensus": {
			"result": hash("4b"), "revealDeadline": START + 660_000, "revealDeadlineEarliest": START + 660_000,
			"winners": 1, "reveals": 0, "digest": null,
		},
		"contributions": [{
			"worker": CHARLIE, "result": hash("4b"), "seal": hash("aa"), "enclave": null, "weight": 2,
			"status": "contributed",
		}],
		"total": "3", "delegates": [{ "worker": EVE, "enclave": null }],
		"failures": [{ "worker": EVE, "cause": { "kind": "appFailed", "code": 1 }, "at": START + 50_000 }],
		"delivery": null, "failure": null,
	})
}

/// Returns the same task in brief, once it is completed.
pub(super) fn completed() -> Value {
	json!({
		"id": task_id(), "index": "0", "stage": "completed", "contributions": 1, "digest": digest(), "failure": null,
	})
}

/// Returns what a worker has to do for it.
pub(super) fn work_item() -> Value {
	json!({
		"id": task_id(), "deal": deal_id(), "index": "0", "what": "reveal", "deadline": START + 660_000,
		"deadlineEarliest": START + 660_000, "enclave": null,
	})
}
