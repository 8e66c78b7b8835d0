//! Trust that a pool's workers cannot give.

use std::process::Stdio;

use serde_json::Value;
use tokio::{
	io::{AsyncBufReadExt, BufReader, Lines},
	process::ChildStderr,
	time::timeout,
};

use super::{
	play_alone,
	stack::{rlc, Seal, PATIENCE, REQUESTER},
};

/// Returns the next line with these words.
async fn until(lines: &mut Lines<BufReader<ChildStderr>>, words: &str) -> String {
	let found = async {
		loop {
			let line = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("it ends without {words:?}"));
			if line.contains(words) {
				return line;
			}
		}
	};
	timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("it does not say {words:?}"))
}

#[test]
fn buyer_is_told_that_too_few_can_agree_before_and_while_the_tasks_wait() {
	play_alone(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(1, "").await;
			let app = stack.app("noop.wasm").await;
			let begins = |estimate: Value| estimate["begins"].as_str().unwrap().to_owned();
			let told = begins(stack.rlc(&["estimate", &app]).await.unwrap());
			assert!(told.contains("workers of 1 operator now"), "{told}");
			let told = begins(stack.rlc(&["estimate", &app, "--trust", "1"]).await.unwrap());
			assert_eq!(told, "at once");

			let output = stack.room();
			let mut command = tokio::process::Command::new(rlc());
			command.args(["app", "run", &app, "--yes", "--account", REQUESTER, "--output"]).arg(&output);
			command.env("RLC_NODE", &stack.node_url).stdin(Stdio::null()).stdout(Stdio::null());
			let mut run = command.stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
			let mut said = BufReader::new(run.stderr.take().unwrap()).lines();
			let warning = until(&mut said, "warning: ").await;
			assert!(warning.contains("workers of 1 operator now") && warning.contains("--workerpool"), "{warning}");
			until(&mut said, "tasks wait for other workers: ").await;

			stack.new_workers(1, "").await;
			let ended = timeout(PATIENCE, run.wait()).await.expect("they agree").unwrap();
			assert!(ended.success());
		})
	});
}
