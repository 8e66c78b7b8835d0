//! Deals: what was agreed on, and what became of it.

use std::fmt;

use rlc_chain::{Clock, KnownDeal};
use rlc_json::{Account, DealOutcome, ListedDeal, TaskFailure};
use rlc_primitives::{
	market::{DealProgress, DealView},
	work::{TaskRef, TaskView},
	DealId, OrderHash,
};
use serde_json::json;

use super::{order, task};
use crate::{
	amount::Amount,
	answer::Answer,
	deals::Counts,
	failure::{failure, Failure, Result},
	refund::{self, Paid, Refund},
	results::Fetched,
	role::Role,
	table::{counted, deadline, fields, span, table, when},
};

/// How many tasks of a deal are listed at most.
const LISTED: usize = 50;

/// A deal in a list.
#[derive(Clone, Debug)]
pub(crate) struct Line {
	/// The deal.
	pub deal: KnownDeal,
	/// The roles of the account that asks.
	pub roles: Vec<Role>,
	/// How many tasks have a result, if they were counted.
	pub completed: Option<u64>,
}

/// Says that there is a deal, and how to follow it.
pub(crate) fn opened(id: DealId) -> String {
	format!("deal {:?}; follow it with `rlc deal watch {0:?}`", id.0)
}

/// Says how the deposit for the record of a request comes back that can be matched for so many hours.
pub(crate) fn request(hash: OrderHash, hours: u64) -> String {
	let after = counted(hours, "hour");
	format!("request {:?}; after {after}, `rlc order prune {0:?}` brings back the deposit for its record", hash.0)
}

/// Says what became of a deal, with the results that were downloaded, and what was seen to be paid for its tasks.
///
/// # Errors
///
/// If no task has a result. If some have none, the answer's ending tells it.
pub(crate) fn outcome(deal: &DealView, tasks: &[TaskView], fetched: &[Fetched], paid: &Paid) -> Result<Answer> {
	let (counts, id) = (Counts::of(tasks), deal.id.0);
	if counts.completed == 0 {
		return Err(if counts.failed == tasks.len() as u64 {
			failed(deal, tasks, paid)
		} else {
			failure!(TaskOpen, "no task has a result yet ({})", counts.words(); "follow them with `rlc deal watch {id:?}`")
		});
	}
	let mut lines: Vec<_> = fetched.iter().take(LISTED).map(Fetched::line).collect();
	if fetched.len() > LISTED {
		lines.push(format!("and {} more", fetched.len() - LISTED));
	}
	lines.push(format!("deal {id:?}: {}", counts.words()));
	if counts.failed > 0 {
		lines.push(format!("of the failed: {}", money(deal, tasks, paid)));
	}
	let outcome =
		DealOutcome { deal: deal.id, completed: counts.completed, failed: counts.failed, open: deal.progress.open };
	let mut json = json!(outcome);
	json["results"] = json!(fetched);
	Ok(Answer::new(lines.join("\n"), json).ending(counts.ending()))
}

/// Returns why no task of a closed deal has a result, what becomes of the money, and where to look.
fn failed(deal: &DealView, tasks: &[TaskView], paid: &Paid) -> Failure {
	let (words, money, id) = (Counts::of(tasks).words(), money(deal, tasks, paid), deal.id.0);
	let known = tasks.iter().find_map(|view| Some((view, task::failure(view)?)));
	let name = |view: &TaskView| TaskRef { deal: view.task.deal, index: view.task.index };
	match known {
		Some((view, why @ TaskFailure::Agreed { .. })) => {
			let what: Failure = failure!(AppFailed, "{why}: its workers agree ({words}); {money}");
			what.advise(format_args!("`rlc task logs {}` shows what the app wrote", name(view)))
		}
		Some((view, why @ TaskFailure::Released { .. })) => {
			let what: Failure = failure!(TaskReleased, "{why}: its scheduler released it ({words}); {money}");
			what.advise(format_args!("`rlc task show {}` says what workers reported", name(view)))
		}
		None => {
			let what: Failure = failure!(TaskFailed, "no task has a result ({words}); {money}");
			what.advise(format_args!("`rlc deal show {id:?}` says how far each came"))
		}
	}
}

/// Says what becomes of the money of the tasks that have no result.
fn money(deal: &DealView, tasks: &[TaskView], paid: &Paid) -> impl fmt::Display {
	let charge = match refund::charge(&deal.deal, tasks) {
		0 => String::new(),
		charge => format!(", and the charge of {} is kept", Amount(charge)),
	};
	match Refund::of(&deal.deal, tasks, paid) {
		Some(Refund { back, attempts: 0, .. }) => format!("{} is paid back{charge}", Amount(back)),
		Some(Refund { back, attempts, .. }) => {
			format!("{} is paid back, {} is paid for the attempt{charge}", Amount(back), Amount(attempts))
		}
		None => format!("the price is paid back, but for what their attempt is paid{charge}"),
	}
}

/// Shows a deal with its tasks at this time.
pub(crate) fn shown(view: &DealView, tasks: &[TaskView], clock: Clock) -> Answer {
	let text = format!("{}\n\n{}", terms(view, tasks, clock), listed(tasks));
	let mut json = json!(rlc_json::Deal::of(view.clone(), &clock));
	json["tasks"] = tasks.iter().cloned().map(|task| json!(rlc_json::Task::of(task, &clock))).collect();
	Answer::new(text, json)
}

/// Lists deals at this time; so many `more` are left out.
pub(crate) fn list(lines: &[Line], more: usize, clock: Clock) -> Answer {
	let json: Vec<_> = lines.iter().map(Line::form).collect();
	if lines.is_empty() {
		return Answer::new("There are no such deals, or they were pruned.", json);
	}
	let rows = lines.iter().map(|line| {
		let KnownDeal { id, deal, .. } = &line.deal;
		let roles: Vec<_> = line.roles.iter().map(|role| role.name()).collect();
		let price = deal.task_price().map(|price| Amount(price).to_string());
		[
			format!("{:?}", id.0),
			roles.join(", "),
			format!("{:?}", deal.app.id.0),
			price.unwrap_or_default(),
			line.state(clock),
			line.completed.map_or_else(|| "many".into(), |completed| format!("{completed} of {}", deal.size)),
			when(deal.start, clock.chain),
		]
	});
	let mut text = table(["DEAL", "ROLE", "APP", "PRICE", "STATE", "RESULTS", "BEGAN"], rows);
	if more > 0 {
		text += &format!("\nand {more} more; --limit shows them");
	}
	Answer::new(text, json)
}

impl Line {
	/// Says whether tasks are open, and whether they should have been closed.
	fn state(&self, clock: Clock) -> String {
		let KnownDeal { deal, progress, .. } = &self.deal;
		match progress.open {
			0 => "closed".into(),
			open if clock.poco >= deal.final_deadline() => format!("{open} overdue"),
			open => format!("{open} open"),
		}
	}

	fn form(&self) -> ListedDeal {
		let KnownDeal { id, deal, progress } = &self.deal;
		let roles = self.roles.iter().map(|role| role.name()).collect();
		ListedDeal::of(*id, deal, progress, roles, self.completed)
	}
}

/// Says whose deposit is held for a deal, and when it comes back.
fn deposit(progress: &DealProgress, clock: Clock) -> String {
	let (amount, whose) = (Amount(progress.deposit), Account(progress.depositor.clone()));
	let kept = progress.closed_at.map(|closed| closed.saturating_add(progress.retention));
	let back = match kept {
		None => format!("{} after the last task is closed", span(progress.retention)),
		Some(end) if end > clock.chain => when(end, clock.chain),
		Some(_) => "soon".into(),
	};
	format!("{amount} of {whose}; the deal is pruned {back}, and it comes back by itself")
}

fn terms(view: &DealView, tasks: &[TaskView], clock: Clock) -> String {
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
		("deposit", deposit(&view.progress, clock)),
		("began", when(deal.start, clock.chain)),
		("deadline", deadline(deal.final_deadline(), clock)),
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

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use crate::answer::Ending;
	use crate::refund::tests::{deal, failed, AGREED, ENDLESS, RELEASED};
	use rlc_primitives::{
		task::{Consensus, Stage},
		AccountId, Balance, Deal,
	};

	/// Returns a closed deal of this trust.
	pub(crate) fn closed(trust: u64) -> DealView {
		let (depositor, params) = (AccountId::new([1; 32]), Default::default());
		let (open, kept, closed_at, deposit, retention, unattended) = (0, 2, Some(0), 0, 0, false);
		let progress = DealProgress { open, kept, closed_at, depositor, deposit, retention, unattended };
		DealView { id: DealId::default(), deal: deal(trust), params, progress }
	}

	/// Returns what is said of a deal whose tasks all failed for this reason.
	fn said(trust: u64, failure: Option<rlc_primitives::work::TaskFailure>, paid: Balance) -> String {
		let tasks = [0, 1].map(|index| failed(index, failure));
		let paid = tasks.iter().map(|view| (view.id, paid)).collect();
		outcome(&closed(trust), &tasks, &[], &paid).unwrap_err().to_string()
	}

	#[test]
	fn failed_deal_tells_what_comes_back_and_what_does_not() {
		let (back, kept) = ("0.000000022 RLC is paid back", "the charge of 0.000000004 RLC is kept");
		for (failure, why) in [
			(None, "no task has a result (2 failed)"),
			(Some(AGREED), "the app ended with exit code 3: its workers agree"),
			(Some(RELEASED), "the dataset could not be fetched: its scheduler released it"),
			(Some(ENDLESS), "the app took longer than the category allows: its scheduler released it"),
		] {
			let said = said(5, failure, 0);
			assert!([back, kept, why].iter().all(|words| said.contains(words)), "{said}");
		}
		let said = said(5, Some(AGREED), 2);
		assert!(said.contains("0.000000018 RLC is paid back, 0.000000004 RLC is paid for the attempt"), "{said}");
	}

	#[test]
	fn list_says_what_is_open_overdue_and_done() {
		let line = |open, final_deadline_passed| {
			let view = closed(1);
			let deal = Deal { reference_time: if final_deadline_passed { 0 } else { 1_000 }, ..view.deal };
			let progress = DealProgress { open, ..view.progress };
			let deal = KnownDeal { id: view.id, deal, progress };
			Line { deal, roles: vec![Role::Requester, Role::Payer], completed: Some(1) }
		};
		let clock = Clock::from(5_000);
		let answer = list(&[line(0, false), line(2, false), line(2, true)], 3, clock);
		for said in ["requester, payer", "closed", "2 open", "2 overdue", "1 of 2", "and 3 more"] {
			assert!(answer.text.contains(said), "{said}: {}", answer.text);
		}
		assert_eq!(answer.json[0]["roles"], json!(["requester", "payer"]));
		assert_eq!((&answer.json[1]["open"], &answer.json[1]["price"]), (&json!(2), &json!("11")));
		assert_eq!(list(&[], 0, clock).json, json!([]));
	}

	#[test]
	fn programs_read_a_list_in_the_form_that_was_promised() {
		let view = closed(1);
		let deal = Deal { requester: AccountId::new([1; 32]), ..view.deal };
		let deal = KnownDeal { id: view.id, deal, progress: view.progress };
		let line = Line { deal, roles: vec![Role::Requester, Role::Payer], completed: Some(1) };
		let answer = list(&[line], 0, Clock::from(5_000));
		let promised: serde_json::Value =
			serde_json::from_str(include_str!("../../tests/golden/deal-list.json")).unwrap();
		assert_eq!(answer.json, promised, "fields may be added, but none is renamed or removed");
	}

	#[test]
	fn deposit_says_when_it_comes_back() {
		let progress = |closed_at| DealProgress { closed_at, retention: 7 * 86_400_000, ..closed(1).progress };
		let clock = Clock::from(10 * 86_400_000);
		assert!(deposit(&progress(None), clock).contains("pruned 7 d after the last task is closed"));
		assert!(deposit(&progress(Some(9 * 86_400_000)), clock).contains("pruned in 6 d"));
		assert!(deposit(&progress(Some(0)), clock).contains("pruned soon"));
	}

	/// Returns a task of the deal that has a result, whose digest is not known.
	pub(crate) fn completed(index: u64) -> TaskView {
		let mut view = failed(index, None);
		let consensus =
			Consensus { result: Default::default(), reveal_deadline: 0, winners: 1, reveals: 1, digest: None };
		view.task.stage = Stage::Completed(consensus);
		view
	}

	#[test]
	fn scripts_see_that_some_tasks_failed_or_all() {
		let ending = |tasks: &[TaskView]| match outcome(&closed(1), tasks, &[], &Paid::new()) {
			Ok(answer) => answer.ending,
			Err(why) => why.ending(),
		};
		assert_eq!(ending(&[completed(0), completed(1)]), Ending::Well);
		assert_eq!(ending(&[completed(0), failed(1, None)]), Ending::PartlyFailed);
		for failure in [None, Some(AGREED), Some(RELEASED)] {
			assert_eq!(ending(&[failed(0, failure), failed(1, failure)]), Ending::AllFailed, "{failure:?}");
		}
	}

	#[test]
	fn programs_read_an_outcome_in_the_form_that_was_promised() {
		let answer = outcome(&closed(1), &[completed(0), failed(1, None)], &[], &Paid::new()).unwrap();
		let promised: serde_json::Value =
			serde_json::from_str(include_str!("../../tests/golden/deal-outcome.json")).unwrap();
		assert_eq!(answer.json, promised, "fields may be added, but none is renamed or removed");
	}

	#[test]
	fn attempt_that_nobody_saw_paid_is_not_told_in_numbers() {
		let tasks = [failed(0, Some(AGREED))];
		let said = outcome(&closed(5), &tasks, &[], &Paid::new()).unwrap_err().to_string();
		assert!(said.contains("but for what their attempt is paid, and the charge of"), "{said}");
	}

	#[test]
	fn task_whose_logs_tell_more_is_named() {
		let task = format!("{:?}:0", DealId::default().0);
		for (failure, command) in [(AGREED, "logs"), (RELEASED, "show")] {
			let said = said(1, Some(failure), 0);
			assert!(said.contains(&format!("`rlc task {command} {task}`")), "{said}");
		}
	}
}
