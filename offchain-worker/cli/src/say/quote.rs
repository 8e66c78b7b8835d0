//! What tasks would cost, and how long they would take.

use rlc_json::{Decimal, Forecast, Price, Prices};
use rlc_primitives::{deal::FINAL_WINDOW, Balance, Moment};
use rlc_protocol::requester::PoolInfo;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	failure::Result,
	forecast,
	market::{Quote, Wish},
	table::{counted, fields, span},
};

/// What a scheduler says of its pool and of an app's runs.
#[derive(Clone, Debug)]
pub(crate) struct Told {
	/// The pool.
	pub info: PoolInfo,
	/// The same with only the workers that have what a task needs, and as many slots as tasks fit into.
	pub fitting: PoolInfo,
	/// How long a run of the app takes there, in ms; `None` if none was measured, or the scheduler is too old to say.
	pub run_time: Option<Moment>,
}

/// What a buyer at trust 1 should know.
pub(crate) const ONE_WORKER: &str =
	"warning: at trust 1 a single worker is paid for whatever it answers, right or wrong, \
	without a stake; --trust 3 makes two agree";

/// Returns a price in one line.
pub(crate) fn summary(quote: &Quote, wish: &Wish) -> String {
	let estimate = &quote.estimate;
	format!(
		"{} at {} each: {}, a charge of {}, and deposits of {} that come back",
		counted(estimate.volume.min(wish.tasks), "task"),
		Amount(estimate.task_price),
		Amount(estimate.total_price),
		Amount(estimate.charge),
		Amount(quote.deposits())
	)
}

/// Shows what the wish would cost, with the fee of the transaction in nRLC, and how long it would take by what the
/// scheduler told.
pub(crate) fn estimate(quote: &Quote, wish: &Wish, fee: Balance, told: Result<Told>) -> Answer {
	let workers = forecast::workers_needed(wish.trust);
	let begins = match &told {
		Ok(Told { fitting, .. }) => forecast::start(fitting, wish.tasks, wish.trust),
		Err(why) => format!("not known: {why}"),
	};
	// The app's runs in other categories may be longer than this one allows.
	let run_time = told.as_ref().ok().and_then(|told| told.run_time).map(|time| time.min(wish.reference_time));
	let expected = match &told {
		Ok(Told { fitting, .. }) => forecast::computed_in(fitting, run_time, wish.tasks, wish.trust),
		Err(_) => Err("the scheduler does not answer"),
	};
	let latest = wish.reference_time.saturating_mul(FINAL_WINDOW);
	let usual = run_time.map(|time| format!("about {}, ", span(time))).unwrap_or_default();
	let mut lines = price(quote, wish, fee);
	lines.extend([
		("workers", format!("{workers} for each task, if all are new")),
		("begins", begins.clone()),
		("a run takes", format!("{usual}{} at most, category {}", span(wish.reference_time), wish.category_name)),
		("ends", forecast::ending(expected, latest)),
	]);
	let forecast = Forecast {
		workers_per_task: workers,
		begins,
		run_time,
		run_time_limit: wish.reference_time,
		expected_time: expected.ok(),
		ends_within: latest,
	};
	let mut json = json!(rlc_json::Quote { price: form(quote, fee), forecast });
	json["pool"] = json!(told.ok().map(|told| told.info));
	Answer::new(fields(lines), json)
}

fn price(quote: &Quote, wish: &Wish, fee: Balance) -> Vec<(&'static str, String)> {
	let estimate = &quote.estimate;
	let dataset = quote.dataset.as_ref().map(|order| Amount(order.price).to_string());
	let short = if estimate.volume < wish.tasks { "; the offers have room for no more" } else { "" };
	vec![
		("tasks", format!("{} of {}{short}", estimate.volume, wish.tasks)),
		("a task", Amount(estimate.task_price).to_string()),
		("  app", Amount(quote.app.price).to_string()),
		("  dataset", dataset.unwrap_or_default()),
		("  workerpool", Amount(quote.workerpool.price).to_string()),
		("all tasks", Amount(estimate.total_price).to_string()),
		("fee", format!("about {} on top of the price, for the transaction; it does not come back", Amount(fee))),
		("charge", format!("{} for what workers do on the chain; it does not come back", Amount(estimate.charge))),
		("deposits", Amount(quote.deposits()).to_string()),
		("  deal", format!("{}, comes back when the deal is pruned", Amount(estimate.deposit))),
		(
			"  request",
			format!(
				"{}, comes back when the request has expired and its record is pruned",
				Amount(quote.record_deposit)
			),
		),
		(
			"stakes",
			format!("{} a worker, {} the scheduler", Amount(estimate.worker_stake), Amount(estimate.pool_stake)),
		),
	]
}

/// Returns the price as it is written.
fn form(quote: &Quote, fee: Balance) -> Price {
	Price {
		estimate: quote.estimate.clone().into(),
		prices: Prices {
			app: Decimal(quote.app.price),
			dataset: quote.dataset.as_ref().map(|order| Decimal(order.price)),
			workerpool: Decimal(quote.workerpool.price),
		},
		workerpool: quote.workerpool.workerpool,
		fee: Decimal(fee),
		record_deposit: Decimal(quote.record_deposit),
		deposits: Decimal(quote.deposits()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		failure::failure,
		forecast::tests::info,
		market::tests::{quote, wish},
	};

	#[test]
	fn all_that_is_held_is_told_and_what_comes_back_of_it() {
		let answer = estimate(&quote(), &wish(), 5, Err(failure!(SchedulerUnreachable, "it is down")));
		let line = |name: &str, amount| {
			let starts = |line: &&str| line.trim_start().starts_with(name);
			let line = answer.text.lines().find(starts).unwrap();
			assert!(line.contains(&Amount(amount).to_string()), "{line}");
			line.to_owned()
		};
		assert!(line("fee", 5).contains("on top of the price"));
		assert!(line("charge", 4).contains("does not come back"));
		line("deposits", 11);
		assert!(line("deal", 9).contains("comes back"));
		assert!(line("request", 2).contains("comes back when the request has expired"));
		let json = ["fee", "deposits", "deposit", "recordDeposit"].map(|name| answer.json[name].as_str());
		assert_eq!(json, [Some("5"), Some("11"), Some("9"), Some("2")]);
		let told = summary(&quote(), &wish());
		assert!(told.contains(&Amount(14).to_string()) && told.contains(&Amount(11).to_string()), "{told}");
	}

	#[test]
	fn programs_read_an_estimate_in_the_form_that_was_promised() {
		let answer = estimate(&quote(), &wish(), 5, Err(failure!(SchedulerUnreachable, "it is down")));
		let promised: serde_json::Value =
			serde_json::from_str(include_str!("../../tests/golden/estimate.json")).unwrap();
		assert_eq!(answer.json, promised, "fields may be added, but none is renamed or removed");
	}

	#[test]
	fn expected_time_is_told_or_that_it_is_not_known() {
		let told = |run_time| {
			let told = Told { info: info(3, 6, 0), fitting: info(3, 6, 0), run_time };
			let answer = estimate(&quote(), &wish(), 5, Ok(told));
			let ends = answer.text.lines().last().unwrap().to_owned();
			(ends, answer.json["runTime"].as_u64(), answer.json["expectedTime"].as_u64())
		};
		let (ends, run_time, expected) = told(Some(12_000));
		assert!(ends.contains("expected about 12 s") && ends.contains("(at most 50 min"), "{ends}");
		assert_eq!((run_time, expected), (Some(12_000), Some(12_100)));
		let (ends, run_time, expected) = told(None);
		assert!(ends.contains("within 50 min") && ends.contains("not known"), "{ends}");
		assert_eq!((run_time, expected), (None, None));
		assert_eq!(told(Some(u64::MAX)).1, Some(wish().reference_time), "no run takes longer");
	}
}
