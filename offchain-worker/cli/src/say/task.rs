//! Tasks: their stages, their workers, their failures and logs.

use rlc_chain::Clock;
use rlc_json::{Account, ContributionStatus, FailureCause, TaskFailure};
use rlc_primitives::{
	task::{Consensus, Stage},
	work::TaskView,
};
use rlc_protocol::{
	requester::{TaskInfo, WorkerLogs},
	worker::{Logs, Step},
};
use serde_json::json;

use crate::{
	answer::Answer,
	deals::digest,
	stops::WORK_STOPPED,
	table::{counted, deadline, fields, table, when},
};

/// Returns what a task's stage is called.
pub(crate) fn stage(view: &TaskView) -> String {
	let contributions = view.task.contributions.len();
	match &view.task.stage {
		Stage::Active if contributions == 0 => "waiting".into(),
		Stage::Active => format!("computing, {contributions} contributed"),
		Stage::Revealing(Consensus { winners, reveals, .. }) => format!("consensus, {reveals} of {winners} revealed"),
		Stage::Completed(_) => "completed".into(),
		Stage::Failed(_) => match failure(view) {
			Some(failure) => format!("failed: {failure}"),
			None => "failed".into(),
		},
	}
}

/// Returns why a task has no result, where that is nobody's fault who worked on it.
pub(crate) fn failure(view: &TaskView) -> Option<TaskFailure> {
	let is_failed = matches!(view.task.stage, Stage::Failed(_));
	view.failure.filter(|_| is_failed).map(Into::into)
}

/// Returns what a step of a worker is called.
pub(crate) fn step(step: Step) -> &'static str {
	match step {
		Step::Created => "chosen",
		Step::Started => "started",
		Step::AppFetched => "has the app",
		Step::DataFetched => "has the data",
		Step::Computing => "computes",
		Step::Computed => "has computed",
		Step::Contributed => "has contributed",
		Step::Revealed => "has revealed",
		Step::Uploaded => "has uploaded the result",
		Step::Completed => "is done",
		Step::Failed => "failed",
		Step::Aborted => "was stopped",
		Step::Lost => "is lost",
	}
}

/// Returns the digest of a task's result in hex, or nothing.
pub(crate) fn digest_text(view: &TaskView) -> String {
	digest(view).map(|digest| format!("{:?}", digest.0)).unwrap_or_default()
}

/// Shows a task at this time, with what its scheduler knows of it.
pub(crate) fn shown(view: &TaskView, info: Option<&TaskInfo>, clock: Clock) -> Answer {
	let queue =
		info.and_then(|info| info.queue_position).map(|ahead| format!("{} ahead of it", counted(ahead, "task")));
	let stopped = clock.stands_still && !view.task.is_closed();
	let text = fields([
		("task", format!("{:?}", view.id.0)),
		("deal", format!("{:?}, index {}", view.task.deal.0, view.task.index)),
		("stage", stage(view)),
		("work", if stopped { WORK_STOPPED.into() } else { String::new() }),
		("queue", queue.unwrap_or_default()),
		("given up", info.and_then(|info| info.given_up.clone()).unwrap_or_default()),
		("digest", digest_text(view)),
		("stored as", info.and_then(|info| info.result.clone()).unwrap_or_default()),
		("deadline", deadline(view.final_deadline, clock)),
	]);
	let mut parts = vec![text];
	parts.extend(contributions(view));
	parts.extend(info.and_then(|info| replicates(info, clock.chain)));
	parts.extend(failures(view, clock.poco));
	let mut json = json!(rlc_json::Task::of(view.clone(), &clock));
	json["scheduler"] = json!(info);
	Answer::new(parts.join("\n\n"), json)
}

fn contributions(view: &TaskView) -> Option<String> {
	let all = &view.task.contributions;
	let rows = all.iter().map(|contribution| {
		let worker = Account(contribution.worker.clone()).to_string();
		// Who delivers a result directly decides alone, whatever its score.
		let weight = if contribution.weight > 1 { contribution.weight.to_string() } else { "alone".into() };
		[worker, ContributionStatus::from(contribution.status).name().into(), weight]
	});
	(!all.is_empty()).then(|| table(["WORKER", "CONTRIBUTION", "WEIGHT"], rows))
}

fn replicates(info: &TaskInfo, now: u64) -> Option<String> {
	let rows = info.replicates.iter().map(|replicate| {
		let cause = replicate.cause.as_ref().map(|cause| cause.words.clone()).unwrap_or_default();
		[replicate.worker.to_string(), step(replicate.step).into(), when(replicate.since, now), cause]
	});
	(!info.replicates.is_empty()).then(|| table(["WORKER", "STEP", "SINCE", "CAUSE"], rows))
}

fn failures(view: &TaskView, now: u64) -> Option<String> {
	let rows = view.failures.iter().map(|failure| {
		[Account(failure.worker.clone()).to_string(), when(failure.at, now), FailureCause(failure.cause).to_string()]
	});
	(!view.failures.is_empty()).then(|| table(["WORKER", "REPORTED", "FAILURE"], rows))
}

/// Shows what the apps of a task wrote.
pub(crate) fn logs(logs: &[WorkerLogs]) -> Answer {
	if logs.is_empty() {
		return Answer::new("No worker has sent what the app wrote.", logs);
	}
	let lines = logs.iter().flat_map(|WorkerLogs { worker, logs }| written(logs, &format!("{worker}, ")));
	Answer::new(lines.collect::<Vec<_>>().join("\n"), logs)
}

/// Returns what an app wrote, each stream below a heading that begins with `whose`.
pub(crate) fn written(logs: &Logs, whose: &str) -> Vec<String> {
	let streams = [("standard output", &logs.stdout), ("standard error", &logs.stderr)];
	let streams = streams.into_iter().filter(|(_, text)| !text.is_empty());
	streams.flat_map(|(stream, text)| [format!("── {whose}{stream}"), text.trim_end().into()]).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::deals::Counts;
	use rlc_primitives::{AccountId, DealId, ResultHash, Task};
	use sp_core::H256;

	fn view(stage: Stage) -> TaskView {
		let deal = DealId(H256::repeat_byte(1));
		let mut task = Task::new(deal, 0);
		task.stage = stage;
		TaskView {
			id: Default::default(),
			task,
			contribution_deadline: 0,
			final_deadline: 0,
			delegates: Vec::new(),
			failures: Vec::new(),
			delivery: None,
			failure: None,
		}
	}

	fn consensus() -> Consensus {
		Consensus { result: ResultHash::default(), reveal_deadline: 9, winners: 3, reveals: 1, digest: None }
	}

	#[test]
	fn stages_are_counted_and_named() {
		let tasks = [
			view(Stage::Active),
			view(Stage::Revealing(consensus())),
			view(Stage::Completed(consensus())),
			view(Stage::Failed(None)),
			view(Stage::Failed(None)),
		];
		assert_eq!(Counts::of(&tasks).words(), "1 waiting, 1 revealing, 1 completed, 2 failed");
		assert_eq!(stage(&tasks[0]), "waiting");
		assert_eq!(stage(&tasks[1]), "consensus, 1 of 3 revealed");
	}

	#[test]
	fn open_task_says_that_it_waits_for_the_end_of_a_pause() {
		let told = |stage, stands_still| {
			let clock = Clock { stands_still, ..Clock::default() };
			shown(&view(stage), None, clock).text.contains(WORK_STOPPED)
		};
		assert!(told(Stage::Active, true) && told(Stage::Revealing(consensus()), true));
		assert!(!told(Stage::Active, false) && !told(Stage::Failed(None), true));
	}

	#[test]
	fn logs_say_whose_they_are() {
		assert!(logs(&[]).text.starts_with("No worker"));
		let worker = Account(AccountId::new([1; 32]));
		let sent =
			[WorkerLogs { worker: worker.clone(), logs: Logs { stdout: "hello\n".into(), stderr: String::new() } }];
		assert_eq!(logs(&sent).text, format!("── {worker}, standard output\nhello"));
	}
}
