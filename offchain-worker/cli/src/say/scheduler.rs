//! How a pool's business goes, as its scheduler sees it.

use rlc_protocol::requester::{Counted, OnSale, PoolStatus, Strangers};

use crate::{
	amount::Amount,
	answer::Answer,
	table::{counted, fields, table, when},
};

/// Shows how a pool's business goes; `now` is this machine's time, in ms since the Unix epoch.
pub(crate) fn status(status: &PoolStatus, now: u64) -> Answer {
	let PoolStatus { pool, lost, max_loss, max_failures, served_last, hopeless, lacking, .. } = status;
	let sale = match (status.paused, status.withdrawn, &status.halted) {
		(Some(since), ..) => format!("paused {}", when(since, now)),
		(None, Some(since), _) => format!("withdrawn {}, since too much stake was lost", when(since, now)),
		(None, None, Some(why)) => format!("withdrawn: {why}"),
		(None, None, None) => on_sale(status.on_sale.as_ref()),
	};
	let limit = max_loss.map_or_else(String::new, |max| format!(" of {} at most", Amount(max.0)));
	let mut parts = vec![fields([
		("workerpool", format!("{:?}", pool.workerpool.0)),
		("scheduler", format!("{}, version {}", pool.scheduler, pool.version)),
		("workers", format!("{}, {} of {} slots free", pool.workers, pool.free_slots, pool.slots)),
		("strangers", strangers(&status.strangers)),
		("deals", status.deals.to_string()),
		("tasks", format!("{} running, {} waiting", pool.running, pool.waiting)),
		("orders", sale),
		("lost in a day", format!("{}{limit}", Amount(lost.0))),
	])];
	if !served_last.is_empty() {
		let rows = served_last.iter().map(|one| {
			let who = match &one.who {
				Counted::Requester(account) => account.to_string(),
				Counted::App(app) => format!("app {:?}", app.0),
			};
			[who, format!("{} %", one.failure_rate)]
		});
		let listed = table(["REQUESTER OR APP", "FAILED"], rows);
		parts.push(format!("served last, since {max_failures} % or more of their tasks failed:\n{listed}"));
	}
	if !hopeless.is_empty() {
		let rows = hopeless.iter().map(|deal| [format!("{:?}", deal.deal.0), deal.reason.clone()]);
		parts.push(table(["HOPELESS DEAL", "REASON"], rows));
	}
	if !lacking.is_empty() {
		let rows = lacking.iter().map(|deal| [format!("{:?}", deal.deal.0), deal.reason.clone()]);
		parts.push(table(["WAITING DEAL", "LACKS"], rows));
	}
	Answer::new(parts.join("\n\n"), status)
}

/// Shows how much is on sale, or why nothing is although the pool sells.
fn on_sale(sale: Option<&OnSale>) -> String {
	match sale {
		// It does not say how much.
		None => "on sale".into(),
		Some(OnSale { orders: 0, idle, .. }) => match idle {
			Some(why) => format!("none on sale: {why}"),
			None => "none on sale".into(),
		},
		Some(OnSale { orders, tasks, .. }) => {
			format!("{} on sale, for {}", counted(*orders, "order"), counted(*tasks, "task"))
		}
	}
}

/// Shows how many workers nobody vouches for; nothing if there are none.
fn strangers(strangers: &Strangers) -> String {
	let Strangers { here, proven, away } = *strangers;
	if here == 0 {
		return String::new();
	}
	format!("{here}, of which {proven} are proven, and {away} get no tasks for now")
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::forecast::tests::info;
	use rlc_json::{Account, Decimal};
	use rlc_primitives::{AccountId, DealId, RLC};
	use rlc_protocol::requester::{HopelessDeal, LackingDeal, ServedLast};

	fn calm() -> PoolStatus {
		PoolStatus {
			pool: info(3, 6, 0),
			withdrawn: None,
			paused: None,
			halted: None,
			on_sale: None,
			deals: 0,
			lost: Decimal(0),
			max_loss: None,
			max_failures: 50,
			served_last: Vec::new(),
			hopeless: Vec::new(),
			strangers: Strangers::default(),
			lacking: Vec::new(),
		}
	}

	#[test]
	fn pool_that_stopped_selling_says_so_and_why() {
		let text = status(&calm(), 10_000).text;
		assert!(text.contains("on sale") && !text.contains("at most") && !text.contains("served last"), "{text}");
		let stopped = PoolStatus {
			withdrawn: Some(4_000),
			lost: Decimal(6 * RLC),
			max_loss: Some(Decimal(5 * RLC)),
			served_last: vec![ServedLast {
				who: Counted::Requester(Account(AccountId::new([1; 32]))),
				failure_rate: 80,
			}],
			hopeless: vec![HopelessDeal { deal: DealId::default(), reason: "too large".into() }],
			lacking: vec![LackingDeal { deal: DealId::default(), reason: "a stake".into() }],
			..calm()
		};
		let paused = PoolStatus { paused: Some(9_000), ..stopped.clone() };
		assert!(status(&paused, 10_000).text.contains("paused 1 s ago"));
		let empty = PoolStatus { halted: Some("no worker takes tasks".into()), ..calm() };
		assert!(status(&empty, 10_000).text.contains("withdrawn: no worker takes tasks"));
		let answer = status(&stopped, 10_000);
		for words in ["withdrawn 6 s ago", "6 RLC of 5 RLC at most", "80 %", "too large", "WAITING DEAL", "a stake"] {
			assert!(answer.text.contains(words), "{words} in {}", answer.text);
		}
		assert!(answer.json["servedLast"][0]["requester"].is_string(), "{}", answer.json);
	}

	#[test]
	fn what_is_on_sale_is_counted() {
		let told = |orders, tasks, idle: Option<&str>| {
			let on_sale = Some(OnSale { orders, tasks, idle: idle.map(Into::into) });
			status(&PoolStatus { on_sale, ..calm() }, 0).text
		};
		assert!(told(2, 50, None).contains("2 orders on sale, for 50 tasks"));
		assert!(told(1, 1, None).contains("1 order on sale, for 1 task"));
		let idle = told(0, 0, Some("its owner has published no orders"));
		assert!(idle.contains("none on sale: its owner has published no orders"), "{idle}");
	}

	#[test]
	fn strangers_are_counted_if_there_are_any() {
		assert!(!status(&calm(), 0).text.contains("strangers"));
		let answer = status(&PoolStatus { strangers: Strangers { here: 7, proven: 2, away: 1 }, ..calm() }, 0);
		assert!(answer.text.contains("7, of which 2 are proven, and 1 get no tasks for now"), "{}", answer.text);
		assert_eq!(answer.json["strangers"]["proven"], 2);
	}
}
