//! What the stack is for, in each of its forms.

use std::{
	collections::BTreeSet,
	fs,
	path::Path,
	time::{Duration, Instant},
};

use rlc_chain::{Event, RlcEvent};
use rlc_primitives::{task::Stage, RLC};
use rlc_protocol::{
	requester::{PoolInfo, SchedulerRpcClient},
	version::SPOKEN,
};
use rlc_store::Cid;
use tokio::time::sleep;

use super::{
	has_containers, last_deal, play,
	postgres::Postgres,
	stack::{
		account, app_file,
		deals::Bought,
		eventually,
		process::{kill, runs},
		proxy_key, worker, worker_key, Seal, Stack, DEVELOPER, OTHER_SCHEDULER, REQUESTER,
	},
	PRICE,
};

#[test]
fn app_is_run_and_its_result_verified() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let workers = stack.new_workers(1, "").await;
			let (output, before) = (stack.room(), stack.spent().await);
			let answer = stack.run("hello.wasm", &["--args", "first 'and second'"], &output).await.unwrap();
			assert_eq!((&answer["completed"], &answer["failed"]), (&1.into(), &0.into()));
			let report = fs::read_to_string(output.join("hello.txt")).unwrap();
			assert!(report.contains("  1: first\n  2: and second\n"), "{report}");
			assert_eq!(stack.spent().await - before, PRICE);
			// It opens connections, and waits for none.
			assert_eq!(listening(stack.worker(workers[0]).pid()), Vec::<String>::new());
		})
	});
}

#[test]
fn nothing_is_spent_where_nobody_agreed() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(2, "").await;
			let app = stack.app("noop.wasm").await;
			let run = ["app", "run", &app, "--no-wait", "--account", REQUESTER];
			let send = ["account", "send", "//Bob", "all", "--account", REQUESTER];
			let before = stack.chain.funds(&account(REQUESTER)).await.unwrap();
			for (command, options, code) in [
				(&run[..], &[] as &[&str], "not-confirmed"),
				(&run[..], &["--max-cost", "1"], "cost.too-high"),
				(&run[..], &["--yes", "--max-cost", "1"], "cost.too-high"),
				(&send[..], &[], "not-confirmed"),
			] {
				let (exit, said) = stack.ended(&[command, options].concat()).await;
				let refused = said.unwrap_err();
				assert!(exit == Some(1) && refused.contains(code), "{command:?} {options:?}: {refused}");
			}
			assert_eq!(stack.chain.funds(&account(REQUESTER)).await.unwrap(), before);

			let file = app_file("noop.wasm");
			let deploy = ["app", "deploy", file.to_str().unwrap(), "--name", "a copy", "--account", DEVELOPER];
			let (exit, said) = stack.ended(&[&deploy[..], &["--price", "0.01", "--publish"]].concat()).await;
			assert_eq!(exit, Some(0), "small deposits come back: {said:?}");
			let (exit, said) = stack.ended(&["account", "send", "//Bob", "1", "--account", REQUESTER]).await;
			assert_eq!(exit, Some(0), "an amount is consent: {said:?}");
			let (exit, said) = stack.ended(&[&run[..], &["--max-price", "5"]].concat()).await;
			assert_eq!(exit, Some(0), "a highest price is consent: {said:?}");
			assert_eq!(stack.closed(last_deal(stack).await).await, 1);
			let (exit, said) = stack.ended(&[&run[..], &["--max-cost", "5"]].concat()).await;
			assert_eq!(exit, Some(0), "a limit is consent: {said:?}");
			let bought = last_deal(stack).await;
			let deal = stack.chain.deal(bought.deal).await.unwrap().unwrap().deal;
			assert_eq!(deal.trust, 3, "two have to agree unless the requester says otherwise");
			assert_eq!(stack.closed(bought).await, 1);
			let request = said.unwrap()["request"].as_str().unwrap().to_owned();
			let early = ["order", "prune", &request, "--account", REQUESTER];
			let refused = stack.rlc(&early).await.unwrap_err();
			assert!(refused.contains("still-valid"), "its expiry is to come: {refused}");
		})
	});
}

#[test]
fn development_keys_sign_nothing_on_a_live_network() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let (_live, url) = stack.start_node_of("Live").await;
			let dir = stack.room();
			let dir = dir.to_str().unwrap();
			for command in [
				&["account", "send", "//Bob", "1", "--account", "//Alice"] as &[_],
				&["worker", "run", "--scheduler", &stack.scheduler_url, "--dir", dir, "--account", "//Alice"],
				&["scheduler", "run", "--name", "live", "--dir", dir, "--account", "//Alice"],
				&["worker", "vouch", "//Bob", "--account", "//Alice"],
			] {
				let refused = stack.rlc(&[command, &["--node", &url]].concat()).await.unwrap_err();
				assert!(refused.contains("key.development"), "{command:?}: {refused}");
			}
			let shown = stack.rlc(&["account", "show", "//Alice", "--node", &url]).await;
			assert!(shown.is_ok(), "to look is no signature: {shown:?}");
		})
	});
}

#[test]
fn roles_wait_for_a_node_that_is_behind() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let (_live, url) = stack.start_node_of("Live").await;
			let create = ["account", "create", "waits", "--password-file", &stack.password_file()];
			stack.rlc(&create).await.unwrap();
			let dir = stack.room();
			for role in [
				&["worker", "run", "--scheduler", &stack.scheduler_url] as &[_],
				&["scheduler", "run", "--name", "waits", "--listen", "127.0.0.1:0"],
			] {
				let mut waiting = stack.start_role(role, &url, "waits", &dir);
				eventually("it says that it waits", || async {
					waiting.tail().contains("the node has no block yet but the first; waiting for it").then_some(())
				})
				.await;
				waiting.must_run();
				waiting.kill();
			}
		})
	});
}

#[test]
fn container_is_run_and_its_result_verified() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			if !has_containers().await {
				return;
			}
			stack.new_workers(1, "").await;
			let output = stack.room();
			stack.run("container-hello.tar", &["--args", "in a box"], &output).await.unwrap();
			let report = hello(&output);
			assert!(report.contains("  1: in\n  2: a\n  3: box\n"), "{report}");
		})
	});
}

#[test]
fn machines_without_keys_of_stakes_run_a_pool_and_compute() {
	play(Seal::Slots, |stack| {
		Box::pin(async move {
			let proxy = "//Proxy//scheduler";
			let init = ["workerpool", "init", "--name", "proxied", "--account", OTHER_SCHEDULER];
			let pool = stack.rlc(&init).await.unwrap()["workerpool"].as_str().unwrap().to_owned();
			let add = ["account", "proxy", "add", proxy, "--type", "scheduler", "--account", OTHER_SCHEDULER];
			stack.rlc(&add).await.unwrap();
			stack.rlc(&["account", "send", proxy, "10", "--account", OTHER_SCHEDULER]).await.unwrap();
			let listed = stack.rlc(&["account", "proxy", "list", OTHER_SCHEDULER]).await.unwrap();
			assert_eq!((&listed[0]["type"], &listed[0]["delay"]), (&"scheduler".into(), &0.into()));
			let register = ["scheduler", "run", "--name", "another", "--listen", "127.0.0.1:0", "--account", proxy];
			let refused = stack.rlc(&[&register[..], &["--on-behalf-of", OTHER_SCHEDULER]].concat()).await.unwrap_err();
			assert!(refused.contains("its proxy cannot register one"), "{refused}");
			// Dearer than the other pool: nobody else buys here.
			let sale = ["--publish-price", "3", "--volume", "100"];
			let options = [&sale[..], &["--workerpool", &pool, "--on-behalf-of", OTHER_SCHEDULER]].concat();
			let (scheduler, url) = stack.start_scheduler("proxied", proxy, &options);
			let workers = [stack.new_proxied_worker(&url, &pool).await, stack.new_proxied_worker(&url, &pool).await];

			for trust in ["1", "2"] {
				let bought = stack.buy("noop.wasm", 4, &["--workerpool", &pool, "--trust", trust]).await;
				assert_eq!(stack.closed(bought).await, 4, "trust {trust}");
				let paid: Vec<_> = stack.rewards(bought.task(0)).await.into_iter().map(|(who, _)| who).collect();
				assert!(workers.iter().any(|number| paid.contains(&worker(*number))), "{paid:?}");
			}
			for number in workers {
				let left = stack.chain.funds(&account(&proxy_key(number))).await.unwrap().free;
				assert_eq!(left, RLC / 1_000, "its proxy neither paid nor earned");
			}
			scheduler.must_run();
		})
	});
}

#[test]
fn key_that_is_not_a_proxy_is_refused_at_the_start() {
	play(Seal::Slots, |stack| {
		Box::pin(async move {
			let url = stack.scheduler_url.clone();
			let worker = ["worker", "run", "--scheduler", &url];
			let scheduler = ["scheduler", "run", "--name", "stolen"];
			for run in [&worker[..], &scheduler[..]] {
				let stranger = ["--account", "//Stranger", "--on-behalf-of", "//Eve"];
				let refused = stack.rlc(&[run, &stranger[..]].concat()).await.unwrap_err();
				assert!(refused.contains("proxy.missing") && refused.contains("rlc account proxy add"), "{refused}");
			}
		})
	});
}

#[test]
fn callback_s_data_is_the_result() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(2, "").await;
			let callback = format!("0x{}", "c0".repeat(20));
			// Revealed and finalized apart, and at once.
			for trust in ["2", "1"] {
				let (output, before) = (stack.room(), stack.spent().await);
				let arguments = ["--args", "callback", "--callback", &callback, "--trust", trust];
				stack.run("misbehave.wasm", &arguments, &output).await.unwrap();
				let data = fs::read(output.join("callback-data")).unwrap();
				assert_eq!((data.len(), data[0]), (33, 0x2a), "trust {trust}: what the app left, and a trace");
				assert_eq!(stack.spent().await - before, PRICE, "trust {trust}");
			}
		})
	});
}

#[test]
fn node_computes_too() {
	play(Seal::Slots, |stack| {
		Box::pin(async move {
			let (number, url) = (stack.new_number(), stack.scheduler_url.clone());
			stack.node.kill();
			stack.node.start_with(&["--worker", &url, "--worker-key", &worker_key(number), "--worker-slots", "2"]);
			stack.node_answers().await;
			stack.joined(&url, &[number]).await;
			let output = stack.room();
			// For a moment, the pool may still withdraw its orders: it was without a node, and without workers.
			for _ in 0..30 {
				match stack.run("hello.wasm", &["--args", "from the node"], &output).await {
					Ok(_) => break,
					Err(refused) => assert!(refused.contains("offers.none"), "{refused}"),
				}
				sleep(Duration::from_secs(1)).await;
			}
			let report = hello(&output);
			assert!(report.contains("  3: node\n"), "{report}");
			assert_paid(stack, last_deal(stack).await, number).await;

			// Two have to agree, and there is one.
			let bought = stack.buy("hello.wasm", 1, &["--args", "twice", "--trust", "3"]).await;
			eventually("it contributes", || async {
				(!stack.task(bought, 0).await.task.contributions.is_empty()).then_some(())
			})
			.await;
			let killed = stack.node.child().expect("its worker is a process of its own");
			kill(killed);
			let back = eventually("it is back", || async { stack.node.child().filter(|pid| *pid != killed) }).await;
			stack.new_workers(1, "").await;
			assert_eq!(stack.closed(bought).await, 1);
			assert_paid(stack, bought, number).await;

			stack.node.kill();
			let begin = Instant::now();
			while runs(back) {
				// 2 s, and as much again for a machine that is busy.
				assert!(begin.elapsed() < Duration::from_secs(4), "it outlives its node");
				sleep(Duration::from_millis(20)).await;
			}
			stack.node.start_again();
			stack.node_answers().await;
		})
	});
}

#[test]
fn schedulers_that_share_a_pool_do_each_other_s_work() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let Some(postgres) = Postgres::start() else { return };
			// Dearer than the other pool: nobody else buys here.
			let shared = ["--database", &postgres.url, "--publish-price", "2", "--volume", "1000000"];
			let first = [&shared[..], &["--name", "shared"]].concat();
			let (_first, first_url) = stack.start_scheduler("first", OTHER_SCHEDULER, &first);
			let workerpool = format!("{:?}", info(stack, &first_url).await.workerpool.0);
			let pool = [&shared[..], &["--workerpool", &workerpool]].concat();
			let (mut second, second_url) = stack.start_scheduler("second", OTHER_SCHEDULER, &pool);
			let near = stack.new_workers_at(&first_url, 1, "").await[0];
			// The chain names the first one only.
			let far = stack.new_workers_at(&second_url, 1, &format!("--workerpool {workerpool}")).await[0];

			let before = stack.spent().await;
			// More than one instance takes at a time.
			let bought = stack.buy("noop.wasm", 2_000, &["--workerpool", &workerpool]).await;
			stack.until_open(bought, 1_500).await;
			second.kill();
			stack.until_open(bought, 0).await;
			assert_eq!(stack.closed(bought).await, bought.tasks);
			assert_eq!(stack.spent().await - before, u128::from(bought.tasks) * (2 * RLC + RLC / 100));
			let tasks: BTreeSet<_> = (0..bought.tasks).map(|index| bought.task(index)).collect();
			let paid: BTreeSet<_> = stack
				.history()
				.await
				.into_iter()
				.filter_map(|event| match event {
					Event::Rlc(RlcEvent::Rewarded { who, task, .. }) if tasks.contains(&task) => Some(who),
					_ => None,
				})
				.collect();
			assert!(paid.contains(&worker(near)) && paid.contains(&worker(far)), "both had a part: {paid:?}");
			// What only the second one has is found through the first one, whose URL is the pool's on the chain.
			second.start_again();
			stack.joined(&second_url, &[far]).await;
			stack.worker(near).kill();
			let bought = stack.buy("hello.wasm", 1, &["--workerpool", &workerpool, "--args", "from afar"]).await;
			assert_eq!(stack.closed(bought).await, 1);
			let Stage::Completed(consensus) = stack.task(bought, 0).await.task.stage else { panic!("it failed") };
			let result = Cid::of_sha256(consensus.digest.unwrap().0 .0);
			eventually("it is uploaded", || async { stack.is_stored_at("second", &result).then_some(()) }).await;
			assert!(!stack.is_stored_at("first", &result));
			let output = stack.room();
			stack.download(bought, &output).await;
			let report = hello(&output);
			assert!(report.contains("  1: from\n  2: afar\n"), "{report}");
		})
	});
}

/// Fails unless the worker with this number was paid for the first task of a deal.
async fn assert_paid(stack: &Stack, bought: Bought, number: u32) {
	let paid = stack.rewards(bought.task(0)).await;
	assert!(paid.iter().any(|(who, _)| *who == worker(number)), "{paid:?}");
}

/// Returns what a scheduler says of its pool.
async fn info(stack: &Stack, url: &str) -> PoolInfo {
	stack.connect_to(url).await.info(Some(SPOKEN)).await.unwrap()
}

/// Returns the report of the hello app.
fn hello(output: &Path) -> String {
	fs::read_to_string(output.join("hello.txt")).unwrap()
}

/// Returns the sockets at which a process and what it started wait for connections.
fn listening(pid: u32) -> Vec<String> {
	const LISTEN: &str = "0A";
	let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
	let links = descriptors.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
	let sockets: BTreeSet<_> =
		links.filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())).collect();
	assert!(!sockets.is_empty(), "it has connections");
	let mut found = Vec::new();
	for table in ["tcp", "tcp6"] {
		let text = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("net").join(table)).unwrap();
		for line in text.lines().skip(1) {
			let fields: Vec<_> = line.split_whitespace().collect();
			if fields[3] == LISTEN && sockets.contains(fields[9]) {
				found.push(fields[1].to_owned());
			}
		}
	}
	found
}
