//! The four kinds of orders, with iExec's fields.

use rlc_primitives::{
	AccountId, AnyOrder, AppId, AppOrder, Balance, CallbackId, CategoryId, DatasetId, DatasetOrder, Moment, Params,
	RequestOrder, Restriction, Tag, WorkerpoolId, WorkerpoolOrder,
};
use serde::{Deserialize, Serialize};
use sp_core::H256;

/// An order of any kind: `{"kind": "app" | "dataset" | "workerpool" | "request", "order": {…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Tagged", into = "Tagged")]
pub struct Order(pub AnyOrder);

/// A request, without its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Request(#[serde(with = "RequestForm")] pub RequestOrder);

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct App(#[serde(with = "AppForm")] AppOrder);

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Dataset(#[serde(with = "DatasetForm")] DatasetOrder);

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Workerpool(#[serde(with = "WorkerpoolForm")] WorkerpoolOrder);

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", content = "order", rename_all = "camelCase", deny_unknown_fields)]
#[allow(clippy::large_enum_variant, reason = "as the type that it describes")]
enum Tagged {
	App(App),
	Dataset(Dataset),
	Workerpool(Workerpool),
	Request(Request),
}

impl From<Tagged> for Order {
	fn from(order: Tagged) -> Self {
		Self(match order {
			Tagged::App(order) => order.0.into(),
			Tagged::Dataset(order) => order.0.into(),
			Tagged::Workerpool(order) => order.0.into(),
			Tagged::Request(order) => order.0.into(),
		})
	}
}

impl From<Order> for Tagged {
	fn from(order: Order) -> Self {
		match order.0 {
			AnyOrder::App(order) => Self::App(App(order)),
			AnyOrder::Dataset(order) => Self::Dataset(Dataset(order)),
			AnyOrder::Workerpool(order) => Self::Workerpool(Workerpool(order)),
			AnyOrder::Request(order) => Self::Request(Request(order)),
		}
	}
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "AppOrder", rename_all = "camelCase", deny_unknown_fields)]
struct AppForm {
	app: AppId,
	#[serde(with = "super::decimal")]
	price: Balance,
	#[serde(with = "super::decimal")]
	volume: u64,
	#[serde(default)]
	tag: Tag,
	#[serde(with = "super::restriction", default)]
	dataset_restrict: Restriction<DatasetId>,
	#[serde(with = "super::restriction", default)]
	workerpool_restrict: Restriction<WorkerpoolId>,
	#[serde(with = "super::restriction::accounts", default)]
	requester_restrict: Restriction<AccountId>,
	#[serde(default)]
	salt: H256,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "DatasetOrder", rename_all = "camelCase", deny_unknown_fields)]
struct DatasetForm {
	dataset: DatasetId,
	#[serde(with = "super::decimal")]
	price: Balance,
	#[serde(with = "super::decimal")]
	volume: u64,
	#[serde(default)]
	tag: Tag,
	#[serde(with = "super::restriction", default)]
	app_restrict: Restriction<AppId>,
	#[serde(with = "super::restriction", default)]
	workerpool_restrict: Restriction<WorkerpoolId>,
	#[serde(with = "super::restriction::accounts", default)]
	requester_restrict: Restriction<AccountId>,
	#[serde(default)]
	salt: H256,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "WorkerpoolOrder", rename_all = "camelCase", deny_unknown_fields)]
struct WorkerpoolForm {
	workerpool: WorkerpoolId,
	#[serde(with = "super::decimal")]
	price: Balance,
	#[serde(with = "super::decimal")]
	volume: u64,
	#[serde(default)]
	tag: Tag,
	category: CategoryId,
	#[serde(with = "super::decimal")]
	trust: u64,
	#[serde(with = "super::restriction", default)]
	app_restrict: Restriction<AppId>,
	#[serde(with = "super::restriction", default)]
	dataset_restrict: Restriction<DatasetId>,
	#[serde(with = "super::restriction::accounts", default)]
	requester_restrict: Restriction<AccountId>,
	#[serde(default)]
	salt: H256,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RequestOrder", rename_all = "camelCase", deny_unknown_fields)]
struct RequestForm {
	app: AppId,
	#[serde(with = "super::decimal")]
	app_max_price: Balance,
	#[serde(default)]
	dataset: Option<DatasetId>,
	#[serde(with = "super::decimal", default)]
	dataset_max_price: Balance,
	#[serde(with = "super::restriction", default)]
	workerpool: Restriction<WorkerpoolId>,
	#[serde(with = "super::decimal")]
	workerpool_max_price: Balance,
	#[serde(with = "super::account")]
	requester: AccountId,
	#[serde(with = "super::decimal")]
	volume: u64,
	#[serde(default)]
	tag: Tag,
	category: CategoryId,
	#[serde(with = "super::decimal")]
	trust: u64,
	#[serde(with = "super::account::optional", default)]
	beneficiary: Option<AccountId>,
	#[serde(default)]
	callback: Option<CallbackId>,
	#[serde(with = "super::text", default)]
	params: Params,
	#[serde(default)]
	salt: H256,
	#[serde(with = "super::account::optional", default)]
	payer: Option<AccountId>,
	#[serde(default)]
	expiry: Option<Moment>,
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::GroupId;
	use serde_json::{from_value, json, to_value, Value};
	use sp_core::H160;
	use sp_keyring::Sr25519Keyring::{Alice, Bob};

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	fn id(byte: u8) -> H160 {
		H160::repeat_byte(byte)
	}

	fn orders() -> [AnyOrder; 4] {
		let app = AppOrder {
			app: AppId(id(1)),
			price: 5,
			volume: u64::MAX,
			tag: Tag::from_bits(3),
			dataset_restrict: Restriction::Group(GroupId(id(2))),
			workerpool_restrict: Restriction::Exactly(WorkerpoolId(id(3))),
			requester_restrict: Restriction::Exactly(Alice.to_account_id()),
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
			workerpool: Restriction::Group(GroupId(id(2))),
			workerpool_max_price: 10,
			requester: Alice.to_account_id(),
			volume: 11,
			tag: Tag::NONE,
			category: CategoryId(4),
			trust: 2,
			beneficiary: Some(Bob.to_account_id()),
			callback: Some(CallbackId(id(6))),
			params: vec![0xFF, 0xFE].try_into().unwrap(),
			salt: H256::zero(),
			payer: Some(Bob.to_account_id()),
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
	fn an_order_is_written_with_iexecs_names() {
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
	fn what_is_absent_is_none_or_anyone() {
		let Request(read) = from_value(request()).unwrap();
		assert_eq!((read.dataset, read.dataset_max_price, read.workerpool), (None, 0, Restriction::Anyone));
		assert_eq!((read.tag, read.salt, read.payer, read.expiry), (Tag::NONE, H256::zero(), None, None));
		assert!(read.params.is_empty() && read.beneficiary.is_none() && read.callback.is_none());
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
		] {
			let mut order = request();
			order[key] = wrong.clone();
			assert!(from_value::<Request>(order).is_err(), "{key}: {wrong}");
		}
		assert!(from_value::<Order>(json!({ "kind": "order", "order": request() })).is_err());
		assert!(from_value::<Order>(json!({ "kind": "app", "order": request() })).is_err());
		assert!(from_value::<Order>(request()).is_err());
	}
}
