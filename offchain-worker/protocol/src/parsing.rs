//! Messages as strangers write them.

use proptest::prelude::*;
use rlc_testing::spoiled_text;
use serde::{de::DeserializeOwned, Serialize};
use serde_json::{from_str, from_value, json, to_value, Value};

use crate::{
	requester::{LogsRequest, TaskInfo, UploadRequest, WorkerShown},
	version::PROTOCOL,
	worker::{Challenge, Heartbeat, Instruction, Join, Joined, Logs, Report, Shown},
};

/// A kind of messages. Returns whether a text is one; if so, checks that its one form is read as the same.
type Kind = fn(&str) -> Result<bool, TestCaseError>;

fn has_one_form<T: Serialize + DeserializeOwned>(text: &str) -> Result<bool, TestCaseError> {
	let Ok(message) = from_str::<T>(text) else { return Ok(false) };
	let form = to_value(&message).unwrap();
	let again = from_value::<T>(form.clone()).map_err(|error| TestCaseError::fail(format!("{form}: {error}")))?;
	prop_assert_eq!(to_value(again).unwrap(), form);
	Ok(true)
}

fn of<T: Serialize + DeserializeOwned>(message: Value) -> (Kind, Value) {
	(has_one_form::<T>, message)
}

/// Returns a message of each kind, with all that it may have.
fn messages() -> Vec<(Kind, Value)> {
	let (id, account) = (format!("0x{}", "5a".repeat(32)), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
	let task = json!({ "deal": id, "index": "3" });
	let cause = json!({ "cause": { "kind": "appFailed", "code": -1 }, "words": "exit code -1" });
	let usage = json!({ "time": 1, "fuel": 2, "memory": 3, "output": 4 });
	let report = json!({ "task": id, "step": "failed", "at": 5, "cause": cause, "digest": id, "usage": usage });
	let resources = json!({
		"slots": 4, "cores": 8, "memory": 1_u64 << 34, "disk": 1_u64 << 40, "gpus": 0, "tag": id, "wasm": true, "container": false,
		"speed": 1_000_000,
	});
	let mut shown = report.clone();
	shown["delegation"] = json!({ "signature": "0x0001", "signer": account, "expiry": 10 });
	let assignment = json!({ "task": task, "delegation": "0x0001", "signer": account, "expiry": 10, "batched": true });
	vec![
		of::<Join>(json!({
			"protocol": PROTOCOL, "account": account, "challenge": id, "notAfter": 9, "signature": "0x0102",
			"signer": account, "operator": { "account": account, "signature": "0x" }, "resources": resources,
			"version": "0.1.0", "held": [report, shown], "standby": true,
		})),
		of::<Heartbeat>(json!({ "freeSlots": 1, "draining": false, "cached": [id] })),
		of::<Vec<Report>>(json!([report])),
		of::<Logs>(json!({ "stdout": "a\n\u{1b}[0m", "stderr": "\u{e9}" })),
		of::<UploadRequest>(json!({
			"account": account, "content": id, "size": 5, "at": 9, "notAfter": 9, "nonce": id, "signature": "0x00",
		})),
		of::<LogsRequest>(json!({
			"account": account, "task": id, "at": 9, "notAfter": 9, "nonce": id, "signature": "0x00",
		})),
		of::<Challenge>(json!({
			"protocol": PROTOCOL, "challenge": id, "notAfter": 9, "workerpool": format!("0x{}", "11".repeat(20)),
			"genesis": id,
		})),
		of::<Joined>(json!({ "session": id, "heartbeat": 1_000, "forget": [id], "maxResult": 7, "retention": 8 })),
		of::<Instruction>(json!({ "instruction": "compute", "tasks": [assignment] })),
		of::<Instruction>(json!({ "instruction": "upload", "task": id, "token": "00.00" })),
		of::<Instruction>(json!({ "instruction": "stop", "task": id, "reason": "done" })),
		of::<Instruction>(json!({ "instruction": "reportFailure", "task": task })),
		of::<Instruction>(json!({ "instruction": "show", "task": id, "time": 9 })),
		of::<Instruction>(json!({ "instruction": "drain" })),
		of::<Instruction>(json!({ "instruction": "replaced" })),
		of::<Vec<Shown>>(json!([{ "task": id, "stdout": "a", "stderr": "\u{e9}", "missed": 7 }])),
		of::<WorkerShown>(json!({ "worker": account, "task": id, "stdout": "", "stderr": "b", "missed": 0 })),
		of::<TaskInfo>(json!({
			"task": task, "queuePosition": 1, "result": "bafk", "resultSize": 2, "givenUp": "no",
			"replicates": [{ "worker": account, "step": "computing", "since": 1, "cause": cause }],
		})),
	]
}

#[test]
fn each_message_is_of_its_kind() {
	for (kind, message) in messages() {
		assert!(kind(&message.to_string()).unwrap(), "{message}");
		assert!(!kind(&format!("{message} 0")).unwrap(), "nothing may follow {message}");
	}
}

#[test]
fn deep_text_takes_no_stack() {
	let deep = ["[", "{\"a\":"].map(|open| open.repeat(100_000));
	for (kind, _) in messages() {
		assert!(deep.iter().all(|text| !kind(text).unwrap()));
	}
}

proptest! {
	#[test]
	fn message_has_one_form(
		(kind, text) in prop::sample::select(messages())
			.prop_flat_map(|(kind, message)| (Just(kind), spoiled_text(Just(message.to_string())))),
	) {
		kind(&text)?;
	}
}
