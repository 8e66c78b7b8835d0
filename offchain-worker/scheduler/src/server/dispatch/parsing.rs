//! Calls as strangers write them.

use jsonrpsee::RpcModule;
use proptest::prelude::*;
use rlc_protocol::worker::Join;
use rlc_testing::spoiled_text;
use serde_json::{from_str, json, to_value, Value};
use tokio::{runtime::Builder, sync::mpsc};

use super::*;
use crate::metrics::Metrics;

/// Returns what answers calls of three methods.
fn answering() -> Call {
	let mut methods = RpcModule::new(());
	methods.register_method("scheduler_sum", |params, _, _| params.parse::<Vec<u32>>().map(|all| all.len())).unwrap();
	let later =
		methods.register_async_method("scheduler_later", |params, _, _| async move { params.one::<Option<u64>>() });
	later.unwrap();
	let join = methods.register_async_method("worker_join", |params, _, _| async move {
		params.one::<Join>().map(|join| join.held.len())
	});
	join.unwrap();
	Call {
		methods: methods.into(),
		gate: Arc::new(Gate::new(u32::MAX, Arc::new(Metrics::new().unwrap()))),
		sink: MethodSink::new(mpsc::channel(1).0),
		subscriptions: BoundedSubscriptions::new(1),
		connection: 1,
	}
}

fn calls() -> impl Strategy<Value = String> {
	let (id, account) = (format!("0x{}", "5a".repeat(32)), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
	let join = json!([{
		"protocol": 5, "account": account, "challenge": id, "signature": "0x00", "operator": null, "version": "1", "held": [],
		"resources": {
			"slots": 1, "cores": 1, "memory": 1, "disk": 1, "gpus": 0, "tag": id, "wasm": true, "container": false, "speed": 0,
		},
	}]);
	prop::sample::select(vec![
		json!({ "jsonrpc": "2.0", "id": 1, "method": "scheduler_sum", "params": [1, 2] }),
		json!({ "jsonrpc": "2.0", "id": "a", "method": "scheduler_later", "params": [null] }),
		json!({ "jsonrpc": "2.0", "id": null, "method": "worker_join", "params": join }),
		json!({ "jsonrpc": "2.0", "method": "scheduler_sum", "params": {} }),
		json!([{ "jsonrpc": "2.0", "id": 1, "method": "scheduler_sum" }]),
	])
	.prop_map(|call| call.to_string())
}

#[test]
fn each_text_has_one_answer_to_its_id() {
	let runtime = Builder::new_current_thread().enable_all().build().unwrap();
	let answering = answering();
	proptest!(|(text in spoiled_text(calls()))| {
		let asked = from_str::<Request<'_>>(&text).ok().filter(|_| !text.trim_start().starts_with('['));
		let Some(answer) = runtime.block_on(answering.answer(&text)) else {
			prop_assert!(asked.is_none() && from_str::<Notification>(&text).is_ok(), "only what has no id wants no answer");
			return Ok(());
		};
		let answer: Value = from_str(&answer).unwrap();
		prop_assert!(answer["jsonrpc"] == "2.0" && answer.get("id").is_some(), "{answer}");
		prop_assert!(answer.get("result").is_some() != answer.get("error").is_some(), "{answer}");
		match asked {
			Some(asked) => {
				prop_assert_eq!(&answer["id"], &to_value(&asked.id).unwrap());
				prop_assert_eq!(id_of(&text), asked.id, "a refusal names it, too");
			}
			None => prop_assert!(answer.get("error").is_some(), "{answer}"),
		}
	});
}

#[tokio::test(start_paused = true)]
async fn call_that_hangs_is_answered_and_keeps_nobody_out() {
	let mut methods = RpcModule::new(());
	let never = methods
		.register_async_method("scheduler_never", |_, _, _| std::future::pending::<Result<u64, ErrorObjectOwned>>());
	never.unwrap();
	let call = Call { methods: methods.into(), ..answering() };
	let text = json!({ "jsonrpc": "2.0", "id": 7, "method": "scheduler_never" }).to_string();
	let answer = timeout(2 * LONGEST, call.answer(&text)).await.expect("in time").unwrap();
	let answer: Value = from_str(&answer).unwrap();
	assert_eq!((&answer["id"], &answer["error"]["message"]), (&json!(7), &json!(not_yet().message())));
}

#[test]
fn batches_are_refused_as_a_whole() {
	let runtime = Builder::new_current_thread().enable_all().build().unwrap();
	let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "scheduler_sum", "params": [1, 2] });
	let fields = json!(["2.0", 1, "scheduler_sum", [1, 2]]);
	for batch in [json!([call]), json!([call, call]), json!([]), fields] {
		let answer = runtime.block_on(answering().answer(&batch.to_string())).unwrap();
		assert_eq!(from_str::<Value>(&answer).unwrap()["error"]["code"], ErrorCode::InvalidRequest.code());
	}
	let deep = "[".repeat(200_000);
	assert!(runtime.block_on(answering().answer(&deep)).unwrap().contains("batches"));
}
