//! The namespace `poco`: tasks, and who works on them.

use rlc_primitives::DealId;
use serde_json::json;
use sp_core::H256;

use super::{error, examples, At, Method, Part, Subscription};
use crate::{described::As, Account, DealTasks, Decimal, Task, TaskName, WorkItem, Worker};

/// Returns the parameter that every question has last.
fn at() -> Part {
	Part::optional::<As<H256>>("at", "The hash of the block that is asked about. Absent: the best block.")
}

/// Returns the parameter by which a subscription is told what to follow.
fn following() -> Part {
	Part::optional::<At>("at", "Which blocks to follow. Absent: the best ones.")
}

fn first() -> Part {
	Part::optional::<Decimal<u64>>("from", "The index of the first task to list. Absent: 0.")
}

fn limit(what: &'static str) -> Part {
	Part::optional::<u32>("limit", what)
}

fn worker_account() -> Part {
	Part::required::<Account>("worker", "The worker's account.")
}

pub(super) fn methods() -> Vec<Method> {
	vec![task(), tasks_of(), work_for(), worker(), subscribe_task(), subscribe_deal(), subscribe_work()]
}

fn task() -> Method {
	Method {
		name: "poco_task",
		summary: "Returns a task, by its id or by its deal and index.",
		description: "null if there is none, or if it is pruned. By its id a task is known once somebody touched it.",
		params: vec![Part::required::<TaskName>("task", "What names the task."), at()],
		answer: Part::required::<Option<Task>>("task", "The task."),
		errors: error::OF_QUESTIONS,
		asked: vec![json!({ "deal": examples::deal_id(), "index": "0" })],
		answered: examples::task(),
		subscription: None,
	}
}

fn tasks_of() -> Method {
	Method {
		name: "poco_tasksOf",
		summary: "Returns a deal's tasks with the index from or a higher one, in their order.",
		description: "Those that nobody touched are among them. An answer never has more than 1,000.",
		params: vec![
			Part::required::<As<DealId>>("deal", "The deal's id."),
			first(),
			limit("How many tasks at most. Absent: 100."),
			at(),
		],
		answer: Part::required::<Vec<Task>>("tasks", "The tasks."),
		errors: error::OF_QUESTIONS,
		asked: vec![json!(examples::deal_id()), json!("0"), json!(1)],
		answered: json!([examples::task()]),
		subscription: None,
	}
}

fn work_for() -> Method {
	Method {
		name: "poco_workFor",
		summary: "Returns what a worker has to do now.",
		description:
			"Tasks that were delegated to it by a signature alone are not among these. An answer never has more \
			than 1,000 items.",
		params: vec![worker_account(), limit("How many items at most. Absent: 100."), at()],
		answer: Part::required::<Vec<WorkItem>>("work", "What it has to do."),
		errors: error::OF_QUESTIONS,
		asked: vec![json!(examples::CHARLIE)],
		answered: json!([examples::work_item()]),
		subscription: None,
	}
}

fn worker() -> Method {
	Method {
		name: "poco_worker",
		summary: "Returns a worker's standing.",
		description: "open counts the tasks in which its stake is locked until it reveals.",
		params: vec![worker_account(), at()],
		answer: Part::required::<Worker>("worker", "The worker's standing."),
		errors: error::OF_QUESTIONS,
		asked: vec![json!(examples::CHARLIE)],
		answered: json!({ "score": 12, "weight": 3, "open": 1 }),
		subscription: None,
	}
}

fn subscribe_task() -> Method {
	Method {
		name: "poco_subscribeTask",
		summary: "Sends the answer of poco_task at once, and again whenever it changes.",
		description: "",
		params: vec![Part::required::<TaskName>("task", "What names the task."), following()],
		answer: Part::required::<Option<Task>>("task", "The task."),
		errors: error::OF_SUBSCRIPTIONS,
		asked: vec![json!(examples::task_id())],
		answered: examples::task(),
		subscription: Some(Subscription { notification: "poco_taskChanged", unsubscribe: "poco_unsubscribeTask" }),
	}
}

fn subscribe_deal() -> Method {
	Method {
		name: "poco_subscribeDeal",
		summary: "Sends a deal and up to 100 of its tasks in brief at once, and again whenever anything of it changes.",
		description: "null if there is no such deal.",
		params: vec![Part::required::<As<DealId>>("deal", "The deal's id."), following(), first()],
		answer: Part::required::<Option<DealTasks>>("tasks", "The deal and its tasks."),
		errors: error::OF_SUBSCRIPTIONS,
		asked: vec![json!(examples::deal_id()), json!("finalized")],
		answered: json!({
			"deal": examples::deal(0, Some(examples::START + 100_000)),
			"tasks": [examples::completed()],
		}),
		subscription: Some(Subscription { notification: "poco_dealChanged", unsubscribe: "poco_unsubscribeDeal" }),
	}
}

fn subscribe_work() -> Method {
	Method {
		name: "poco_subscribeWork",
		summary: "Sends the first 100 items of poco_workFor at once, and again whenever these change.",
		description: "",
		params: vec![worker_account(), following()],
		answer: Part::required::<Vec<WorkItem>>("work", "What it has to do."),
		errors: error::OF_SUBSCRIPTIONS,
		asked: vec![json!(examples::CHARLIE)],
		answered: json!([examples::work_item()]),
		subscription: Some(Subscription { notification: "poco_workChanged", unsubscribe: "poco_unsubscribeWork" }),
	}
}
