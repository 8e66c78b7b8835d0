//! Deals: what was agreed on, and what became of it.

use rlc_json::{Account, DealOutcome};
use rlc_primitives::{market::DealView, work::TaskView, DealId};
use serde_json::json;

use super::{
	order,
	task::{self, Counts},
};
use crate::{
	amount::Amount,
	answer::Answer,
	failure::{failure, Result},
	results::Fetched,
	table::{fields, table, when},
};

/// How many tasks of a deal are listed at most.
const LISTED: usize = 50;

/// Says that there is a deal, and how to follow it.
pub(crate) fn opened(id: DealId) -> String {
	format!("deal {:?}; follow it with `rlc deal watch {0:?}`", id.0)
}

/// Says what became of a deal, with the results that were downloaded.
///
/// # Errors
///
/// If no task has a result: an exit code other than 0 tells scripts.
pub(crate) fn outcome(deal: &DealView, tasks: &[TaskView], fetched: &[Fetched]) -> Result<Answer> {
	let (counts, id) = (Counts::of(tasks), deal.id.0);
	if counts.completed == 0 {
		let words = counts.words();
		return Err(if deal.progress.open == 0 {
			failure!(TaskFailed, "no task has a result ({words}), the money is back"; "`rlc deal show {id:?}` says why")
		} else {
			failure!(TaskOpen, "no task has a result yet ({words})"; "follow them with `rlc deal watch {id:?}`")
		});
	}
	let mut lines: Vec<_> = fetched.iter().take(LISTED).map(Fetched::line).collect();
	if fetched.len() > LISTED {
		lines.push(format!("and {} more", fetched.len() - LISTED));
	}
	lines.push(format!("deal {id:?}: {}", counts.words()));
	let outcome =
		DealOutcome { deal: deal.id, completed: counts.completed, failed: counts.failed, open: deal.progress.open };
	let mut json = json!(outcome);
	json["results"] = json!(fetched);
	Ok(Answer::new(lines.join("\n"), json))
}

/// Shows a deal with its tasks; `now` is the chain's time, in ms.
pub(crate) fn shown(view: &DealView, tasks: &[TaskView], now: u64) -> Answer {
	let text = format!("{}\n\n{}", terms(view, tasks, now), listed(tasks));
	let mut json = json!(rlc_json::Deal::from(view.clone()));
	json["tasks"] = tasks.iter().cloned().map(|task| json!(rlc_json::Task::from(task))).collect();
	Answer::new(text, json)
}

fn terms(view: &DealView, tasks: &[TaskView], now: u64) -> String {
	let deal = &view.deal;
	let dataset = deal.dataset.as_ref().map(|dataset| format!("{:?} at {}", dataset.id.0, Amount(dataset.price)));
	let payer = (deal.payer != deal.requester).then(|| Account(deal.payer.clone()).to_string());
	fields([
		("deal", format!("{:?}", view.id.0)),
		("app", format!("{:?} at {}", deal.app.id.0, Amount(deal.app.price))),
		("dataset", dataset.unwrap_or_default()),
		("workerpool", format!("{:?} at {}", deal.workerpool.id.0, Amount(deal.workerpool.price))),
		("requester", Account(deal.requester.clone()).to_string()),
		("payer", payer.unwrap_or_default()),
		("params", order::text(&view.params)),
		("trust", deal.trust.to_string()),
		("worker stake", Amount(deal.worker_stake).to_string()),
		("began", when(deal.start, now)),
		("deadline", when(deal.final_deadline(), now)),
		("tasks", format!("{}: {}", deal.size, Counts::of(tasks).words())),
	])
}

fn listed(tasks: &[TaskView]) -> String {
	let rows = tasks.iter().take(LISTED).map(|view| {
		[view.task.index.to_string(), task::stage(view), view.failures.len().to_string(), task::digest_text(view)]
	});
	let listed = table(["TASK", "STAGE", "FAILURES", "DIGEST"], rows);
	match tasks.len().saturating_sub(LISTED) {
		0 => listed,
		more => format!("{listed}\nand {more} more"),
	}
}
