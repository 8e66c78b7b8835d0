//! What goes wrong: parts that lie, fail, or are killed.

use std::{fs, time::Duration};

use rlc_primitives::{
	task::Stage,
	work::{AppFault, FailureCause, TaskFailure},
	Balance, RLC,
};
use rlc_protocol::worker::Step;

use super::{
	has_containers, last_deal, play, play_alone,
	stack::{account, deals::Bought, worker, Seal, Stack, BLINK, FLASH, REQUESTER, SCHEDULER},
	PRICE,
};

/// What the pool's stake is for a task of 1 RLC: 30 percent.
const POOL_STAKE: Balance = RLC * 30 / 100;

/// What an attempt is paid at most: 20 percent of the pool's price.
const MOST_OF_AN_ATTEMPT: Balance = RLC * 20 / 100;

#[test]
fn liar_changes_no_result_and_loses_its_stake_and_score() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			// It is honest until it has a score to lose: trust 3 asks two, who both are there.
			let mut honest = stack.new_workers(2, "--slots 1").await;
			let liar = honest.pop().unwrap();
			stack.run("hello.wasm", &["--trust", "3"], &stack.room()).await.unwrap();
			assert!(stack.chain.worker(&worker(liar)).await.unwrap().score > 0);
			stack.worker(liar).kill();
			// Else it seems to be there before it is back.
			stack.left(liar).await;
			stack.worker(liar).start_with(&["--lie"]);
			honest.extend(stack.new_workers(2, "--slots 1").await);
			let url = stack.scheduler_url.clone();
			stack.joined(&url, &[liar]).await;
			let output = stack.room();
			let arguments = ["--tasks", "8", "--trust", "3", "--args", "the truth"];
			let answer = stack.run("hello.wasm", &arguments, &output).await.unwrap();
			assert_eq!(answer["completed"], 8);
			for index in 0..8 {
				let report = fs::read_to_string(output.join(index.to_string()).join("hello.txt")).unwrap();
				assert!(report.contains("  1: the\n  2: truth\n"), "{report}");
				assert!(report.contains(&format!("  IEXEC_TASK_INDEX={index}\n")), "{report}");
			}
			assert!(stack.seized(&worker(liar)).await > 0, "the liar was asked and caught");
			assert_eq!(stack.chain.worker(&worker(liar)).await.unwrap().score, 0);
			for number in honest {
				assert_eq!(stack.seized(&worker(number)).await, 0, "honest workers lose nothing");
			}
		})
	});
}

#[test]
fn worker_that_is_killed_at_any_step_goes_on_and_is_paid_once() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let pair = stack.new_workers(2, "").await;
			let (number, partner) = (pair[0], pair[1]);
			let steps = [
				Step::Started,
				Step::AppFetched,
				Step::DataFetched,
				Step::Computing,
				Step::Computed,
				Step::Contributed,
				Step::Revealed,
				Step::Uploaded,
			];
			for step in steps {
				// It is away until somebody watches.
				stack.worker(number).kill();
				// A stake is locked, and a result revealed, from trust 2 on. Only one of two would be asked to upload.
				let trust = if step == Step::Uploaded { "1" } else { "2" };
				if trust == "1" {
					stack.worker(partner).kill();
				}
				let bought = stack.buy("hello.wasm", 1, &["--trust", trust, "--args", &format!("{step:?}")]).await;
				let mut watch = stack.follow(bought.task(0)).await;
				stack.worker(number).start_again();
				watch.step(&worker(number), step).await;
				stack.worker(number).kill();
				stack.worker(number).start_again();
				assert_eq!(stack.closed(bought).await, 1, "killed at {step:?}");
				let paid = stack.rewards(bought.task(0)).await;
				let paid = paid.iter().filter(|(who, _)| *who == worker(number)).count();
				assert_eq!(paid, 1, "killed at {step:?}");
				let output = stack.room();
				stack.download(bought, &output).await;
				let report = fs::read_to_string(output.join("hello.txt")).unwrap();
				assert!(report.contains(&format!("  1: {step:?}\n")), "{report}");
			}
		})
	});
}

#[test]
fn scheduler_that_is_killed_in_the_middle_of_a_bag_finishes_it() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(2, "").await;
			let bought = stack.buy("noop.wasm", 1_000, &[]).await;
			for open in [900, 500] {
				stack.until_open(bought, open).await;
				assert!(stack.open(bought).await > 0, "it was in the middle");
				stack.scheduler.kill();
				stack.scheduler.start_again();
			}
			assert_eq!(stack.closed(bought).await, 1_000);
		})
	});
}

#[test]
fn scheduler_that_lost_its_database_finds_its_deals_in_the_state() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let number = stack.new_workers(1, "").await[0];
			stack.worker(number).pause();
			let bought = stack.buy("noop.wasm", 3, &[]).await;
			stack.scheduler.kill();
			stack.remove_database();
			// The deal is in none of the blocks that it looks at when it starts.
			for _ in 0..3 {
				let send = ["account", "send", "//Bob", "0.001", "--account", REQUESTER];
				stack.rlc(&send).await.unwrap();
			}
			stack.scheduler.start_again();
			stack.worker(number).resume();
			assert_eq!(stack.closed(bought).await, 3);
		})
	});
}

#[test]
fn paused_pool_sells_nothing_until_it_is_resumed() {
	play_alone(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(1, "").await;
			let here = stack.scheduler_dir();
			let steer = |command| ["scheduler", command, "--dir", &here];
			stack.rlc(&steer("pause")).await.unwrap();
			stack.until_offered(false).await;
			stack.rlc(&steer("resume")).await.unwrap();
			stack.until_offered(true).await;
			let answer = stack.run("hello.wasm", &[], &stack.room()).await.unwrap();
			assert_eq!(answer["completed"], 1);
			let drained = stack.rlc(&steer("drain")).await.unwrap();
			assert_eq!((&drained["paused"], &drained["deals"]), (&true.into(), &0.into()));
			stack.until_offered(false).await;
			stack.rlc(&steer("resume")).await.unwrap();
			stack.until_offered(true).await;
		})
	});
}

#[test]
fn node_that_is_killed_in_the_middle_of_a_bag_is_waited_for() {
	play(Seal::Slots, |stack| {
		Box::pin(async move {
			stack.new_workers(2, "").await;
			// Far more than one block closes.
			let bought = stack.buy("noop.wasm", 3_000, &["--trust", "2"]).await;
			stack.until_open(bought, bought.tasks - 1).await;
			assert!(stack.open(bought).await > 0, "it was in the middle");
			stack.node.kill();
			// Long enough for everybody to notice.
			tokio::time::sleep(Duration::from_secs(3)).await;
			stack.node.start_again();
			stack.node_answers().await;
			assert!(stack.open(bought).await > 0, "nobody went on without it");
			assert_eq!(stack.closed(bought).await, bought.tasks);
			// All have the same result.
			let (last, output) = (format!("{:?}:{}", bought.deal.0, bought.tasks - 1), stack.room());
			let download = ["task", "download", &last, "--output", output.to_str().unwrap()];
			stack.rlc(&download).await.unwrap();
		})
	});
}

#[test]
fn result_outlives_its_store_s_absence() {
	play(Seal::Slots, |stack| {
		Box::pin(async move {
			let workers: Vec<_> = stack.new_workers(2, "").await.into_iter().map(worker).collect();
			let mut attempts = 0;
			let bought = loop {
				let bought = stack.buy("hello.wasm", 1, &["--trust", "2", "--args", "still there"]).await;
				let mut watch = stack.follow(bought.task(0)).await;
				// The next block has the reveal; until then nobody is asked to upload.
				watch.steps(&workers, Step::Contributed).await;
				stack.scheduler.kill();
				if stack.open(bought).await > 0 {
					break bought;
				}
				// That block was faster.
				attempts += 1;
				assert!(attempts < 5, "the scheduler is never killed before the reveal");
				stack.scheduler.start_again();
			};
			assert_eq!(stack.closed(bought).await, 1, "the chain needs no scheduler to close a task");
			tokio::time::sleep(Duration::from_secs(2)).await;
			stack.scheduler.start_again();
			let output = stack.room();
			stack.download(bought, &output).await;
			let report = fs::read_to_string(output.join("hello.txt")).unwrap();
			assert!(report.contains("  1: still\n  2: there\n"), "{report}");
		})
	});
}

#[test]
fn apps_that_misbehave_end_as_agreed_failures_with_their_cause_and_cost_nothing_at_trust_1() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(3, "--slots 1").await;
			let before = stack.spent().await;
			let lost = stack.seized(&account(SCHEDULER)).await;
			let mut cases = vec![
				("misbehave.wasm", "exit1", "XS", agreed(AppFault::AppFailed, 1)),
				("misbehave.wasm", "memory", "XS", agreed(AppFault::ResourcesExceeded, 0)),
				("misbehave.wasm", "disk", "XS", agreed(AppFault::ResourcesExceeded, 0)),
				("misbehave.wasm", "missing-computed", "XS", agreed(AppFault::InvalidResult, 0)),
			];
			if has_containers().await {
				cases.push(("container-misbehave.tar", "exit1", "XS", agreed(AppFault::AppFailed, 0)));
			}
			for (app, argument, category, failure) in cases {
				let bought = stack.buy(app, 1, &["--args", argument, "--category", category]).await;
				assert_eq!(stack.closed(bought).await, 0, "{app} {argument}");
				let task = stack.task(bought, 0).await;
				assert_eq!(task.failure, failure, "{app} {argument}");
				assert_eq!(task.failures, [], "an agreed failure is not reported: {app} {argument}");
				assert_eq!(stack.rewards(bought.task(0)).await, [], "{app} {argument}");
			}
			assert_eq!(stack.spent().await, before, "one worker's word is not paid");
			assert_eq!(stack.seized(&account(SCHEDULER)).await, lost, "it is not the scheduler's fault");
			// The machines are as good as before.
			let output = stack.room();
			let answer = stack.run("hello.wasm", &["--tasks", "3"], &output).await.unwrap();
			assert_eq!(answer["completed"], 3);
		})
	});
}

#[test]
fn apps_that_a_clock_ends_are_released_and_cost_neither_the_requester_nor_the_pool_anything() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(3, "--slots 1").await;
			let before = stack.spent().await;
			let lost = stack.seized(&account(SCHEDULER)).await;
			// Clocks differ from machine to machine: nothing is committed to.
			let mut cases = vec![("misbehave.wasm", "loop")];
			if has_containers().await {
				cases.push(("container-misbehave.tar", "forkbomb"));
			}
			for (app, argument) in cases {
				let bought = stack.buy(app, 1, &["--args", argument, "--category", FLASH.0]).await;
				assert_eq!(stack.closed(bought).await, 0, "{app} {argument}");
				let released = TaskFailure::Released { cause: FailureCause::TimedOut };
				assert_eq!(stack.task(bought, 0).await.failure, Some(released), "{app} {argument}");
				assert_eq!(causes(stack, bought).await, [FailureCause::TimedOut], "{app} {argument}");
			}
			assert_eq!(stack.spent().await, before);
			assert_eq!(stack.seized(&account(SCHEDULER)).await, lost, "the pool's stake comes back");
			let arguments = ["--args", "loop", "--category", FLASH.0];
			let refused = stack.run("misbehave.wasm", &arguments, &stack.room()).await.unwrap_err();
			for words in ["task.released", "the app took longer than the category allows: its scheduler released it"] {
				assert!(refused.contains(words), "{words}: {refused}");
			}
		})
	});
}

#[test]
fn requester_of_an_app_that_fails_everywhere_is_told_what_comes_back_and_where_to_look() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let workers = stack.new_workers(2, "--slots 1").await;
			let before = stack.spent().await;
			let arguments = ["--args", "exit1", "--trust", "2"];
			let refused = stack.run("misbehave.wasm", &arguments, &stack.room()).await.unwrap_err();
			let bought = last_deal(stack).await;
			let (task, spent) = (stack.task(bought, 0).await, stack.spent().await - before);
			assert_eq!(task.failure, agreed(AppFault::AppFailed, 1));

			// The pool may have completed tasks before, and pays attempts out of what those were charged.
			assert!(spent <= MOST_OF_AN_ATTEMPT, "{spent}");
			let paid = stack.rewards(bought.task(0)).await;
			assert_eq!(paid.iter().map(|(_, amount)| amount).sum::<Balance>(), spent, "{paid:?}");
			for number in workers {
				assert_eq!(stack.seized(&worker(number)).await, 0, "who agreed loses nothing");
			}
			let charge = stack.chain.deal(bought.deal).await.unwrap().unwrap().deal.charge;
			assert!(charge > 0);
			for words in [
				"app.failed",
				"the app ended with exit code 1: its workers agree",
				&format!("{} is paid back", amount(PRICE - spent)),
				&format!("the charge of {} is kept", amount(charge)),
				&format!("`rlc task logs {}`", first_task(bought)),
			] {
				assert!(refused.contains(words), "{words}: {refused}");
			}
			let watch = ["deal", "watch", &format!("{:?}", bought.deal.0)];
			assert_eq!(stack.ended(&watch).await.0, Some(4), "scripts see that all tasks failed");
			let logs = ["task", "logs", &first_task(bought), "--account", REQUESTER];
			let logs = stack.rlc(&logs).await.unwrap().to_string();
			assert!(logs.contains("exit1: as asked"), "{logs}");
		})
	});
}

#[test]
fn missed_deadline_is_claimed_by_the_chain_itself() {
	play(Seal::Slots, |stack| {
		Box::pin(async move {
			let number = stack.new_workers(1, "").await[0];
			let spent = stack.spent().await;
			let lost = stack.seized(&account(SCHEDULER)).await;
			stack.worker(number).pause();
			let bought = stack.buy("hello.wasm", 1, &["--category", BLINK.0]).await;
			// Nobody is left who would give the task up.
			stack.scheduler.kill();
			assert_eq!(stack.closed(bought).await, 0);
			assert_eq!(stack.spent().await, spent, "the requester has its money back");
			assert_eq!(stack.seized(&account(SCHEDULER)).await - lost, POOL_STAKE);
			// Both come back, and find nothing left to do for that task.
			stack.scheduler.start_again();
			stack.worker(number).resume();
			let answer = stack.run("hello.wasm", &[], &stack.room()).await.unwrap();
			assert_eq!(answer["completed"], 1);
		})
	});
}

/// Returns an amount as people read it.
fn amount(nrlc: Balance) -> String {
	let part = format!("{:09}", nrlc % RLC);
	let text = format!("{}.{}", nrlc / RLC, part.trim_end_matches('0'));
	format!("{} RLC", text.trim_end_matches('.'))
}

/// Returns a failure that workers agree on.
fn agreed(cause: AppFault, code: u32) -> Option<TaskFailure> {
	Some(TaskFailure::Agreed { cause, code })
}

/// Returns why workers say that the first task of a deal cannot be computed: on the chain.
pub(super) async fn causes(stack: &Stack, bought: Bought) -> Vec<FailureCause> {
	let task = stack.task(bought, 0).await;
	assert!(matches!(task.task.stage, Stage::Failed(_)));
	assert!(
		!task.failures.is_empty(),
		"nobody says why: {:?}",
		stack.rlc(&["task", "show", &first_task(bought)]).await
	);
	let mut causes: Vec<_> = task.failures.iter().map(|report| report.cause).collect();
	causes.dedup();
	causes
}

fn first_task(bought: Bought) -> String {
	format!("{:?}:0", bought.deal.0)
}
