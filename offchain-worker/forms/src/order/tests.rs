//! Orders come back as they were, and malformed ones are refused.

use super::*;
use rlc_primitives::{
	record, AccountId, AppId, AppOrder, Balance, CallbackId, CategoryId, DatasetId, DatasetOrder, GroupId,
	PoolRestriction, RequestOrder, Restriction, Tag, WorkerpoolId, WorkerpoolOrder,
};
use serde_json::{from_value, json, to_value, Value};
use sp_core::{H160, H256};

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

const LEAST: record::LeastRecord = record::LeastRecord { completed: Balance::MAX, max_failed: 10 };

fn alice() -> AccountId {
	ALICE.parse::<crate::Account>().unwrap().0
}

fn id(byte: u8) -> H160 {
	H160::repeat_byte(byte)
}

pub(super) fn orders() -> [AnyOrder; 4] {
	let app = AppOrder {
		app: AppId(id(1)),
		price: 5,
		volume: u64::MAX,
		tag: Tag::from_bits(3),
		dataset_restrict: Restriction::Group(GroupId(id(2))),
		workerpool_restrict: Restriction::Exactly(WorkerpoolId(id(3))),
		requester_restrict: Restriction::Exactly(alice()),
		salt: H256::repeat_byte(4),
	};
	let dataset = DatasetOrder {
		dataset: DatasetId(id(5)),
		price: 6,
		volume: 7,
		tag: Tag::NONE,
		app_restrict: Restriction::Exactly(AppId(id(1))),
		workerpool_restrict: Restriction::Anyone,
		requester_restrict: Restriction::Group(GroupId(id(2))),
		salt: H256::zero(),
	};
	let workerpool = WorkerpoolOrder {
		workerpool: WorkerpoolId(id(3)),
		price: Balance::MAX,
		volume: 8,
		tag: Tag::NONE,
		category: CategoryId(4),
		trust: 9,
		app_restrict: Restriction::Anyone,
		dataset_restrict: Restriction::Exactly(DatasetId(id(5))),
		requester_restrict: Restriction::Anyone,
		salt: H256::zero(),
	};
	let request = RequestOrder {
		app: AppId(id(1)),
		app_max_price: 5,
		dataset: Some(DatasetId(id(5))),
		dataset_max_price: 6,
		workerpool: PoolRestriction::new(Restriction::Group(GroupId(id(2))), Some(LEAST)),
		workerpool_max_price: 10,
		requester: alice(),
		volume: 11,
		tag: Tag::NONE,
		category: CategoryId(4),
		trust: 2,
		beneficiary: Some(AccountId::new([2; 32])),
		callback: Some(CallbackId(id(6))),
		params: vec![0xFF, 0xFE].try_into().unwrap(),
		salt: H256::zero(),
		payer: Some(AccountId::new([2; 32])),
		expiry: Some(1_700_000_000_000),
	};
	[app.into(), dataset.into(), workerpool.into(), request.into()]
}

#[test]
fn each_kind_comes_back_as_it_was() {
	for (order, kind) in orders().into_iter().zip(["app", "dataset", "workerpool", "request"]) {
		let json = to_value(Order(order.clone())).unwrap();
		assert_eq!(json["kind"], kind);
		assert_eq!(from_value::<Order>(json).unwrap(), Order(order));
	}
}

#[test]
fn order_is_written_with_iexecs_names() {
	let [app, ..] = orders();
	let expected = json!({
		"kind": "app",
		"order": {
			"app": "0x0101010101010101010101010101010101010101",
			"price": "5",
			"volume": "18446744073709551615",
			"tag": "0x0000000000000000000000000000000000000000000000000000000000000003",
			"datasetRestrict": { "group": "0x0202020202020202020202020202020202020202" },
			"workerpoolRestrict": { "exactly": "0x0303030303030303030303030303030303030303" },
			"requesterRestrict": { "exactly": ALICE },
			"salt": "0x0404040404040404040404040404040404040404040404040404040404040404",
		},
	});
	assert_eq!(to_value(Order(app)).unwrap(), expected);
}

fn request() -> Value {
	json!({
		"app": id(1),
		"appMaxPrice": 5,
		"workerpoolMaxPrice": "10",
		"requester": ALICE,
		"volume": 1,
		"category": 0,
		"trust": 1,
	})
}

#[test]
fn absent_keys_mean_none_or_anyone() {
	let Request(read) = from_value(request()).unwrap();
	assert_eq!((read.dataset, read.dataset_max_price, read.workerpool), (None, 0, PoolRestriction::Anyone));
	assert_eq!((read.tag, read.salt, read.payer, read.expiry), (Tag::NONE, H256::zero(), None, None));
	assert!(read.params.is_empty() && read.beneficiary.is_none() && read.callback.is_none());
}

#[test]
fn least_record_stands_beside_the_workerpool_that_it_is_for() {
	let mut json = request();
	json["workerpool"] = json!({ "group": id(2) });
	json["leastRecord"] = json!({ "completed": 500, "maxFailed": 10 });
	let Request(read) = from_value(json).unwrap();
	let least = record::LeastRecord { completed: 500, max_failed: 10 };
	assert_eq!(read.workerpool, PoolRestriction::new(Restriction::Group(GroupId(id(2))), Some(least)));

	let written = to_value(Request(read)).unwrap();
	assert_eq!(written["workerpool"], json!({ "group": id(2) }));
	assert_eq!(written["leastRecord"], json!({ "completed": "500", "maxFailed": 10 }));
}

#[test]
fn bounds_of_a_least_record_that_are_left_out_allow_any() {
	let read = |least: Value| {
		let mut json = request();
		json["leastRecord"] = least;
		let Request(read) = from_value(json).unwrap();
		read.workerpool.least_record()
	};
	let least = |completed, max_failed| Some(record::LeastRecord { completed, max_failed });
	assert_eq!(read(json!({ "completed": "5" })), least(5, 100));
	assert_eq!(read(json!({ "maxFailed": 0 })), least(0, 0));
	assert_eq!(read(Value::Null), None);
}

#[test]
fn malformed_orders_are_refused() {
	for (key, wrong) in [
		("app", json!("0x01")),
		("app", Value::Null),
		("appMaxPrice", json!("-5")),
		("workerpool", json!("0x0101010101010101010101010101010101010101")),
		("workerpool", json!({ "only": id(1) })),
		("requester", json!("Alice")),
		("category", json!(-1)),
		("params", json!("x".repeat(8 * 1024 + 1))),
		("trusts", json!(1)),
		("leastRecord", json!({ "completed": "-5" })),
		("leastRecord", json!({ "maxFailed": 256 })),
		("leastRecord", json!({ "failed": 1 })),
	] {
		let mut order = request();
		order[key] = wrong.clone();
		assert!(from_value::<Request>(order).is_err(), "{key}: {wrong}");
	}
	assert!(from_value::<Order>(json!({ "kind": "order", "order": request() })).is_err());
	assert!(from_value::<Order>(json!({ "kind": "app", "order": request() })).is_err());
	assert!(from_value::<Order>(request()).is_err());
}
