//! Bags whose tasks differ, deals that go on with the results of others, and what requesters read along.

use std::{
	fs,
	path::{Path, PathBuf},
	process::Stdio,
};

use rlc_store::{Cid, HashKind};

use super::{
	inputs::{released_at_no_stake, serve},
	last_deal, play,
	stack::{rlc, Seal, Stack, DEVELOPER, FLASH, PATIENCE, REQUESTER},
	PRICE,
};

/// Writes files into a new directory, and returns it.
fn files(stack: &Stack, files: &[(&str, &str)]) -> PathBuf {
	let dir = stack.room();
	fs::create_dir_all(&dir).unwrap();
	for (name, text) in files {
		fs::write(dir.join(name), text).unwrap();
	}
	dir
}

/// Returns the report of the hello app in a directory.
fn report(dir: &Path) -> String {
	fs::read_to_string(dir.join("hello.txt")).unwrap()
}

#[test]
fn rows_of_a_table_are_tasks_of_one_deal_and_name_their_results() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(3, "").await;
			let dir = files(stack, &[("a.txt", "of Ann"), ("b.txt", "of both of them"), ("all.txt", "of all")]);
			let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
			let csv = format!("name,who,input\nann,Ann 'A' Lee,{}\nb/b,Bob,{}\n", path("a.txt"), path("b.txt"));
			fs::write(dir.join("tasks.csv"), csv).unwrap();
			let (output, before) = (stack.room(), stack.spent().await);
			let (table, all) = (path("tasks.csv"), path("all.txt"));
			let each = ["--each", table.as_str(), "--args", "--who {who}", "--input", &all, "--trust", "3"];
			let answer = stack.run("hello.wasm", &each, &output).await.unwrap();
			assert_eq!((&answer["completed"], &answer["failed"]), (&2.into(), &0.into()));
			let bought = last_deal(stack).await;
			assert_eq!((bought.tasks, stack.spent().await - before), (2, 2 * PRICE), "one deal");
			for (name, who, file) in [("ann", "Ann 'A' Lee", "a.txt: 6 bytes"), ("b_b", "Bob", "b.txt: 15 bytes")] {
				let report = report(&output.join(name));
				assert!(report.contains(&format!("  1: --who\n  2: {who}\nvariables:")), "{report}");
				assert!(
					report.contains("IEXEC_INPUT_FILES_NUMBER=2") && report.contains("all.txt: 6 bytes"),
					"{report}"
				);
				assert!(report.contains(file), "{report}");
			}
			// A download that is resumed finds the names again.
			fs::remove_dir_all(output.join("ann")).unwrap();
			stack.download(bought, &output).await;
			assert!(report(&output.join("ann")).contains("Ann 'A' Lee"));
		})
	});
}

#[test]
fn files_are_tasks_and_another_deal_goes_on_with_their_results() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(1, "").await;
			let dir = files(stack, &[("b.csv", "bb"), ("a.csv", "a"), (".c.csv", "c"), ("d.txt", "d")]);
			let pattern = dir.join("*.csv").to_str().unwrap().to_owned();
			let output = stack.room();
			let answer = stack.run("hello.wasm", &["--input-each", &pattern], &output).await.unwrap();
			assert_eq!(answer["completed"], 2);
			for (name, file) in [("a.csv", "a.csv: 1 bytes"), ("b.csv", "b.csv: 2 bytes")] {
				assert!(report(&output.join(name)).contains(file));
			}
			let deal = answer["deal"].as_str().unwrap().to_owned();
			let gathered = stack.room();
			stack.run("hello.wasm", &["--after", &deal], &gathered).await.unwrap();
			for index in 0..2 {
				let archive = format!("result-{}-{index}.tar: ", &deal[2..10]);
				assert!(report(&gathered).contains(&archive), "{archive} in {}", report(&gathered));
			}
		})
	});
}

#[test]
fn nothing_is_bought_after_a_deal_that_failed() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(1, "").await;
			let failed = stack.buy("misbehave.wasm", 1, &["--args", "exit1"]).await;
			assert_eq!(stack.closed(failed).await, 0);
			let before = stack.spent().await;
			let deal = format!("{:?}", failed.deal.0);
			let refused = stack.run("hello.wasm", &["--after", &deal], &stack.room()).await.unwrap_err();
			assert!(refused.contains("after.failed") && refused.contains(&deal), "{refused}");
			assert_eq!((last_deal(stack).await.deal, stack.spent().await), (failed.deal, before));
		})
	});
}

#[test]
fn list_on_which_workers_could_not_agree_is_released_and_costs_no_stake() {
	// A single worker's task is the first, which reads none of that.
	released_at_no_stake(|| {
		let list = r#"[{"args": "a"}, {"inputs": ["https://example.org/unpinned"]}]"#;
		let digest = Cid::of(HashKind::Sha256, list.as_bytes()).digest();
		format!(r#"{{"rlc_each": "{}#sha256={}"}}"#, serve(list), hex::encode(digest))
	});
}

/// Returns a module that writes a line, and then never ends.
fn talkative() -> Vec<u8> {
	let module = r#"(module
		(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
		(memory (export "memory") 1)
		(data (i32.const 0) "\08\00\00\00\0b\00\00\00at work \1b[\0a")
		(func (export "_start")
			(drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
			(loop $again (br $again))))"#;
	wat::parse_str(module).unwrap()
}

#[test]
fn requester_reads_along_while_an_app_runs() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(3, "--slots 1").await;
			let dir = files(stack, &[]);
			let file = dir.join("talkative.wasm");
			fs::write(&file, talkative()).unwrap();
			let deploy =
				["app", "deploy", file.to_str().unwrap(), "--name", "talkative", "--price", "0.01", "--publish"];
			let deployed = stack.rlc(&[&deploy[..], &["--account", DEVELOPER]].concat()).await.unwrap();
			let app = deployed["app"].as_str().unwrap();
			let run = ["app", "run", app, "--follow", "--yes", "--trust", "1", "--category", FLASH.0];
			let mut command = tokio::process::Command::new(rlc());
			command.args(run).args(["--account", REQUESTER]).env("RLC_NODE", &stack.node_url).stdin(Stdio::null());
			let ended = tokio::time::timeout(PATIENCE, command.output()).await.unwrap().unwrap();
			let said = String::from_utf8(ended.stderr).unwrap();
			let line = said.lines().find(|line| line.contains("at work")).unwrap_or_else(|| panic!("{said}"));
			assert!(line.starts_with("task 0, ") && !line.contains('\u{1b}'), "{line:?}");
			assert!(said.contains("task.released"), "it never ends: {said}");
		})
	});
}
