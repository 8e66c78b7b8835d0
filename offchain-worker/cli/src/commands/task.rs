//! `rlc task`: single runs, their results and logs.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use codec::Encode;
use rlc_chain::{Call, Chain, PocoCall};
use rlc_primitives::{
	task::{ContributionStatus, Stage},
	work::{FailureCause, TaskRef, TaskView},
};
use rlc_protocol::{
	requester::{LogsRequest, SchedulerRpcClient, TaskInfo, WorkerLogs},
	signing::Claim,
	worker::Logs,
	Account,
};
use serde_json::{json, Value};

use crate::{
	commands::deal::outcome,
	context::{now, Context},
	failure::{failure, Result},
	ids::TaskName,
	output::Answer,
	pool, results,
	table::{counted, fields, table, when},
	watch,
};

/// Single runs, their results and logs. A task is named DEAL:INDEX, or by its id.
#[derive(Debug, Subcommand)]
pub enum Task {
	/// Show a task: its stage, who works on it, what failed
	#[command(after_help = "\
Example:
  rlc task show 0x9d0c…:0")]
	Show(Named),

	/// Follow the task's deal until it is closed
	#[command(after_help = "\
Example:
  rlc task watch 0x9d0c…:0")]
	Watch(Named),

	/// Show what the app wrote, as the deal's requester or beneficiary
	#[command(after_help = "\
Example:
  rlc task logs 0x9d0c…:0 --account me")]
	Logs(Named),

	/// Download and verify the task's result
	#[command(after_help = "\
Example:
  rlc task download 0x9d0c…:0 --output result")]
	Download {
		/// The task
		#[command(flatten)]
		task: Named,
		/// Unpack the result into this directory [default: result-DEAL]
		#[arg(long, value_name = "DIR")]
		output: Option<PathBuf>,
	},

	/// Close an overdue task, so that the money for it comes back at once
	#[command(after_help = "\
Example:
  rlc task claim 0x9d0c…:0 --account me")]
	Claim(Named),
}

/// A task that somebody names.
#[derive(Debug, Args)]
pub struct Named {
	/// The task: DEAL:INDEX, or its id
	#[arg(value_name = "TASK")]
	pub name: TaskName,
}

/// Does it.
///
/// # Errors
///
/// In one line.
pub async fn run(command: Task, context: &Context) -> Result<Answer> {
	match command {
		Task::Show(Named { name }) => show(context, name).await,
		Task::Watch(Named { name }) => {
			let chain = context.chain().await?;
			let deal = find(&chain, name).await?.task.deal;
			watch::to_the_end(context, &chain, deal).await?;
			show(context, name).await
		}
		Task::Logs(Named { name }) => logs(context, name).await,
		Task::Download { task: Named { name }, output } => {
			let chain = context.chain().await?;
			let task = find(&chain, name).await?;
			let deal = watch::deal(&chain, task.task.deal).await?;
			let output = output.unwrap_or_else(|| results::default_dir(deal.id));
			let tasks = [task];
			let fetched = results::download(context, &chain, &deal, &tasks, &output).await?;
			outcome(&deal, &tasks, &fetched)
		}
		Task::Claim(Named { name }) => claim(context, name).await,
	}
}

/// The task of this name.
async fn find(chain: &Chain, name: TaskName) -> Result<TaskView> {
	let found = match name {
		TaskName::Id(id) => chain.task(id).await?,
		TaskName::Ref(task) => chain.task_of(task).await?,
	};
	found.ok_or_else(|| match name {
		TaskName::Id(id) => failure!("there is no task {:?}, or nobody has worked on it; name it by DEAL:INDEX", id.0),
		TaskName::Ref(place) => failure!("there is no task {place}; see `rlc deal show {:?}`", place.deal.0),
	})
}

async fn show(context: &Context, name: TaskName) -> Result<Answer> {
	let chain = context.chain().await?;
	let task = find(&chain, name).await?;
	let now = chain.now().await?;
	// What the scheduler knows more is good to have, and not needed.
	let info = match watch::deal(&chain, task.task.deal).await {
		Ok(deal) => ask(&chain, &deal.deal.workerpool.id, &task).await.ok().flatten(),
		Err(_) => None,
	};
	Ok(shown(&task, info.as_ref(), now))
}

async fn ask(chain: &Chain, pool: &rlc_primitives::WorkerpoolId, task: &TaskView) -> Result<Option<TaskInfo>> {
	let scheduler = pool::connect(&pool::url(chain, *pool).await?).await?;
	scheduler.task(task.id).await.map_err(|error| pool::refused(&error))
}

async fn logs(context: &Context, name: TaskName) -> Result<Answer> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let task = find(&chain, name).await?;
	let deal = watch::deal(&chain, task.task.deal).await?;
	let scheduler = pool::connect(&pool::url(&chain, deal.deal.workerpool.id).await?).await?;
	let at = now();
	let signature = key.sign(&Claim::Logs { task: task.id, at }.payload(chain.genesis())).encode();
	let request = LogsRequest { account: Account(key.account()), task: task.id, at, signature };
	let logs = scheduler.logs(request).await.map_err(|error| pool::refused(&error))?;
	Ok(said(&logs))
}

/// What the apps wrote.
fn said(logs: &[WorkerLogs]) -> Answer {
	if logs.is_empty() {
		return Answer::new("No worker has sent what the app wrote.", logs);
	}
	let lines = logs.iter().flat_map(|WorkerLogs { worker, logs }| written(logs, &format!("{worker}, ")));
	Answer::new(lines.collect::<Vec<_>>().join("\n"), logs)
}

/// What an app wrote, each stream under a head of its own that begins with `whose`.
pub fn written(logs: &Logs, whose: &str) -> Vec<String> {
	let streams = [("standard output", &logs.stdout), ("standard error", &logs.stderr)];
	let streams = streams.into_iter().filter(|(_, text)| !text.is_empty());
	streams.flat_map(|(stream, text)| [format!("── {whose}{stream}"), text.trim_end().into()]).collect()
}

async fn claim(context: &Context, name: TaskName) -> Result<Answer> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let task = find(&chain, name).await?;
	if matches!(task.task.stage, Stage::Completed(_) | Stage::Failed(_)) {
		return Err(failure!("the task is closed already: {}", watch::stage(&task)));
	}
	let now = chain.now().await?;
	if now < task.final_deadline {
		return Err(failure!("the task is not overdue yet; it will be {}", when(task.final_deadline, now)));
	}
	let place = TaskRef { deal: task.task.deal, index: task.task.index };
	let progress = context.out.wait("claiming");
	context.send_as(&chain, key, Call::Poco(PocoCall::Claim { task: place })).await?;
	drop(progress);
	Ok(Answer::new("the task is closed, the money for it is back", json!({ "claimed": task.id })))
}

/// Why a worker could not compute a task, in words.
fn cause(cause: &FailureCause) -> String {
	match cause {
		FailureCause::AppUnavailable => "the app could not be fetched".into(),
		FailureCause::DatasetUnavailable => "the dataset could not be fetched".into(),
		FailureCause::InputUnavailable { file } => format!("input file {file} could not be fetched"),
		FailureCause::InvalidParams => "the params cannot be understood".into(),
		FailureCause::SecretUnavailable => "a secret was not provided".into(),
		FailureCause::EnclaveFailed => "the enclave did not start".into(),
		FailureCause::AppFailed { code } => format!("the app ended with exit code {code}"),
		FailureCause::TimedOut => "the app took longer than the category allows".into(),
		FailureCause::ResourcesExceeded => {
			"the app took more memory or disk than a worker gives, or more instructions than the category does".into()
		}
		FailureCause::InvalidResult => "the app left no valid result".into(),
		FailureCause::ResultNotStored => "the result could not be stored".into(),
	}
}

fn status(status: ContributionStatus) -> &'static str {
	match status {
		ContributionStatus::Contributed => "contributed",
		ContributionStatus::Proved => "proved",
		ContributionStatus::Rejected => "rejected",
	}
}

/// A task in JSON.
pub fn described(view: &TaskView) -> Value {
	json!({
		"id": view.id,
		"deal": view.task.deal,
		"index": view.task.index.to_string(),
		"stage": match view.task.stage {
			Stage::Active => "active",
			Stage::Revealing(_) => "revealing",
			Stage::Completed(_) => "completed",
			Stage::Failed(_) => "failed",
		},
		"digest": results::digest(view),
		"contributions": view.task.contributions.iter().map(|contribution| json!({
			"worker": Account(contribution.worker.clone()),
			"status": status(contribution.status),
			"weight": contribution.weight.to_string(),
			"result": contribution.commitment.result,
		})).collect::<Vec<_>>(),
		"failures": view.failures.iter().map(|failure| json!({
			"worker": Account(failure.worker.clone()),
			"cause": cause(&failure.cause),
			"at": failure.at,
		})).collect::<Vec<_>>(),
		"contributionDeadline": view.contribution_deadline,
		"finalDeadline": view.final_deadline,
	})
}

fn shown(view: &TaskView, info: Option<&TaskInfo>, now: u64) -> Answer {
	let digest = results::digest(view).map(|digest| format!("{:?}", digest.0)).unwrap_or_default();
	let queue = info.and_then(|info| info.queue_position).map(|ahead| format!("{} before it", counted(ahead, "task")));
	let text = fields([
		("task", format!("{:?}", view.id.0)),
		("deal", format!("{:?}, index {}", view.task.deal.0, view.task.index)),
		("stage", watch::stage(view)),
		("queue", queue.unwrap_or_default()),
		("given up", info.and_then(|info| info.given_up.clone()).unwrap_or_default()),
		("digest", digest),
		("stored as", info.and_then(|info| info.result.clone()).unwrap_or_default()),
		("last chance", when(view.final_deadline, now)),
	]);
	let mut parts = vec![text];
	if !view.task.contributions.is_empty() {
		let rows = view.task.contributions.iter().map(|contribution| {
			let worker = Account(contribution.worker.clone()).to_string();
			[worker, status(contribution.status).into(), contribution.weight.to_string()]
		});
		parts.push(table(["WORKER", "CONTRIBUTION", "WEIGHT"], rows));
	}
	if let Some(info) = info.filter(|info| !info.replicates.is_empty()) {
		let rows = info.replicates.iter().map(|replicate| {
			let cause = replicate.cause.as_ref().map(|cause| cause.words.clone()).unwrap_or_default();
			[replicate.worker.to_string(), watch::step(replicate.step).into(), when(replicate.since, now), cause]
		});
		parts.push(table(["WORKER", "STEP", "SINCE", "CAUSE"], rows));
	}
	if !view.failures.is_empty() {
		let rows = view
			.failures
			.iter()
			.map(|failure| [Account(failure.worker.clone()).to_string(), when(failure.at, now), cause(&failure.cause)]);
		parts.push(table(["WORKER", "REPORTED", "FAILURE"], rows));
	}
	let mut json = described(view);
	json["scheduler"] = json!(info);
	Answer::new(parts.join("\n\n"), json)
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::AccountId;

	#[test]
	fn logs_say_whose_they_are() {
		assert!(said(&[]).text.starts_with("No worker"));
		let worker = Account(AccountId::new([1; 32]));
		let logs =
			[WorkerLogs { worker: worker.clone(), logs: Logs { stdout: "hello\n".into(), stderr: String::new() } }];
		assert_eq!(said(&logs).text, format!("── {worker}, standard output\nhello"));
	}
}
