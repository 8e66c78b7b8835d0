//! Every role gets to its end: it finds its deals, its apps, and its earnings, and sets its prices and its stake.

use rlc_primitives::RLC;
use serde_json::Value;

use super::{
	play, play_alone,
	stack::{
		account, app_file, eventually, worker, worker_key, Seal, Stack, DEVELOPER, OTHER_SCHEDULER, REQUESTER,
		SCHEDULER,
	},
};

/// Returns the deals that `rlc deal list` lists with these arguments.
async fn listed(stack: &Stack, arguments: &[&str]) -> Vec<Value> {
	let listed = stack.rlc(&[&["deal", "list", "--limit", "1000"], arguments].concat()).await.unwrap();
	listed.as_array().expect("a list of deals").clone()
}

/// Returns the deal of this id in a list.
fn find<'a>(deals: &'a [Value], id: &str) -> Option<&'a Value> {
	deals.iter().find(|deal| deal["deal"] == id)
}

#[test]
fn deal_that_nobody_watched_is_found_by_everyone_in_it() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let number = stack.new_workers(1, "").await[0];
			let bought = stack.buy("noop.wasm", 2, &[]).await;
			assert_eq!(stack.closed(bought).await, 2);
			let (id, worker) = (format!("{:?}", bought.deal.0), worker_key(number));
			for (who, role) in [
				(REQUESTER, "requester"),
				(REQUESTER, "payer"),
				(DEVELOPER, "developer"),
				(SCHEDULER, "scheduler"),
				(worker.as_str(), "worker"),
			] {
				let deals = listed(stack, &[who, "--role", role, "--closed"]).await;
				let deal = find(&deals, &id).unwrap_or_else(|| panic!("{role}: {deals:?}"));
				assert_eq!(
					(&deal["roles"][0], &deal["completed"], &deal["open"]),
					(&role.into(), &2.into(), &0.into())
				);
				assert_eq!(find(&listed(stack, &[who, "--role", role, "--open"]).await, &id), None);
			}
			assert_eq!(find(&listed(stack, &["//Stranger"]).await, &id), None);
			let claimed = stack.rlc(&["deal", "claim", &id, "--account", REQUESTER]).await.unwrap_err();
			assert!(claimed.contains("task.closed"), "{claimed}");
		})
	});
}

#[test]
fn request_that_the_book_matched_leads_to_its_result() {
	play_alone(Seal::Slots, |stack| {
		Box::pin(async move {
			stack.new_workers(1, "").await;
			let app = stack.app("noop.wasm").await;
			let stack = &*stack;
			let room = stack.room();
			std::fs::create_dir_all(&room).unwrap();
			let file = room.join("request.json");
			let file = file.to_str().unwrap();
			let sign = ["order", "sign", "request", &app, "--app-price", "0.01", "--max-price", "1.01", "--trust", "1"];
			stack.rlc(&[&sign[..], &["--output", file, "--account", REQUESTER]].concat()).await.unwrap();
			stack.rlc(&["order", "publish", file, "--account", REQUESTER]).await.unwrap();
			let deal = eventually("the book matches the request", || async {
				let shown = stack.rlc(&["order", "show", file]).await.ok()?;
				shown["deals"][0].as_str().map(str::to_owned)
			})
			.await;
			assert_eq!(listed(stack, &["--request", file]).await.len(), 1);
			assert!(find(&listed(stack, &[REQUESTER]).await, &deal).is_some());
			eventually("the task is closed", || async {
				let deals = listed(stack, &["--request", file, "--closed"]).await;
				find(&deals, &deal).map(|_| ())
			})
			.await;
			let output = room.join("result");
			let fetched = stack.rlc(&["deal", "download", &deal, "--output", output.to_str().unwrap()]).await.unwrap();
			assert_eq!(fetched["completed"], 1);
		})
	});
}

#[test]
fn app_is_run_by_its_name_unless_another_is_called_so() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(1, "").await;
			let stack = &*stack;
			let file = app_file("noop.wasm");
			let file = file.to_str().unwrap();
			let deploy = ["app", "deploy", file, "--name", "unique name", "--price", "0.01", "--publish"];
			let mine = stack.rlc(&[&deploy[..], &["--account", DEVELOPER]].concat()).await.unwrap();
			let found = stack.rlc(&["app", "search", "UNIQUE"]).await.unwrap();
			assert_eq!((&found[0]["id"], &found[0]["price"]), (&mine["app"], &"10000000".into()));
			let estimate = |name: &'static str| async move { stack.rlc(&["estimate", name, "--trust", "1"]).await };
			assert!(estimate("unique name").await.is_ok(), "nobody has to be named");

			let copy = ["app", "deploy", file, "--name", "Unique-Name", "--account", OTHER_SCHEDULER];
			let copy = stack.rlc(&copy).await.unwrap();
			let refused = estimate("unique name").await.unwrap_err();
			for said in ["name.ambiguous", mine["app"].as_str().unwrap(), copy["app"].as_str().unwrap()] {
				assert!(refused.contains(said), "{refused}");
			}
			assert!(estimate("//Charlie/unique name").await.is_ok(), "of that owner");
			let unknown = estimate("unique names").await.unwrap_err();
			assert!(unknown.contains("asset.unknown") && unknown.contains("is called unique name"), "{unknown}");

			let owner = account(OTHER_SCHEDULER);
			let before = stack.chain.funds(&owner).await.unwrap().reserved;
			let removed = ["app", "deregister", copy["app"].as_str().unwrap(), "--account", OTHER_SCHEDULER];
			let removed = stack.rlc(&removed).await.unwrap();
			let deposit: u128 = removed["deposit"].as_str().unwrap().parse().unwrap();
			assert!(deposit > 0);
			assert_eq!(before - stack.chain.funds(&owner).await.unwrap().reserved, deposit);
			assert!(estimate("unique name").await.is_ok());
		})
	});
}

#[test]
fn higher_price_replaces_the_lower_one() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let stack = &*stack;
			let file = app_file("noop.wasm");
			let deploy = ["app", "deploy", file.to_str().unwrap(), "--name", "dear", "--price", "0.01", "--publish"];
			let deployed = stack.rlc(&[&deploy[..], &["--account", DEVELOPER]].concat()).await.unwrap();
			let app = deployed["app"].as_str().unwrap();
			let publish = |price: &'static str, more: &'static [&'static str]| {
				let command = ["app", "publish", app, "--price", price, "--account", DEVELOPER];
				let command: Vec<_> = command.iter().chain(more).map(|word| (*word).to_owned()).collect();
				async move { stack.rlc(&command.iter().map(String::as_str).collect::<Vec<_>>()).await.unwrap() }
			};
			let prices = || async {
				let book = stack.rlc(&["orderbook", "--app", app]).await.unwrap();
				let prices = book.as_array().unwrap().iter().map(|order| order["price"].as_str().unwrap().to_owned());
				prices.collect::<Vec<_>>()
			};
			let raised = publish("0.3", &[]).await;
			assert_eq!(raised["replaced"], Value::from(vec![deployed["hash"].clone()]));
			assert_eq!(prices().await, ["300000000"]);
			let own = stack.rlc(&["order", "list", DEVELOPER]).await.unwrap();
			assert_eq!((&own[0]["hash"], &own[0]["price"]), (&raised["hash"], &"300000000".into()));
			publish("0.5", &["--keep-others"]).await;
			assert_eq!(prices().await, ["300000000", "500000000"]);
			publish("0.2", &["--only-requester", "//Dave"]).await;
			assert_eq!(prices().await.len(), 3, "it has other terms");
			let again = ["app", "deploy", file.to_str().unwrap(), "--name", "dear", "--price", "0.4", "--publish"];
			stack.rlc(&[&again[..], &["--account", DEVELOPER]].concat()).await.unwrap();
			assert_eq!(prices().await, ["200000000", "400000000"]);
			// At the price of the restricted order, which is not the one that everybody else buys at.
			let again = ["app", "deploy", file.to_str().unwrap(), "--name", "dear", "--price", "0.2", "--publish"];
			let again = stack.rlc(&[&again[..], &["--account", DEVELOPER]].concat()).await.unwrap();
			assert_eq!(again["new"], false);
			assert_eq!(prices().await, ["200000000", "200000000"]);
			publish("0.1", &["--only-requester", "//Dave"]).await;
			assert_eq!(prices().await, ["100000000", "200000000"]);
			let listed = stack.rlc(&["app", "search", "dear"]).await.unwrap();
			assert_eq!(listed[0]["price"], "200000000", "nobody but Dave can buy for less");
		})
	});
}

#[test]
fn dataset_is_sold_as_it_is_deployed_once_for_each_price() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let stack = &*stack;
			let dir = stack.room();
			std::fs::create_dir_all(&dir).unwrap();
			let file = dir.join("weights.bin");
			std::fs::write(&file, "weights").unwrap();
			let file = file.to_str().unwrap();
			let deploy = |price: &'static str| {
				let deploy = ["dataset", "deploy", file, "--name", "weights", "--price", price, "--publish"];
				let deploy = [&deploy[..], &["--account", DEVELOPER]].concat();
				async move { stack.rlc(&deploy).await.unwrap() }
			};
			let first = deploy("0.2").await;
			assert_eq!(first["new"], true);
			let again = deploy("0.2").await;
			assert_eq!((&again["new"], &again["hash"]), (&false.into(), &first["hash"]), "it is on sale already");
			let dearer = deploy("0.3").await;
			let book = stack.rlc(&["orderbook", "--dataset", "weights"]).await.unwrap();
			let hashes: Vec<_> = book.as_array().unwrap().iter().map(|order| &order["hash"]).collect();
			assert_eq!(hashes, [&dearer["hash"]]);
			let listed = stack.rlc(&["dataset", "list", "weights"]).await.unwrap();
			assert_eq!((&listed[0]["id"], &listed[0]["price"]), (&first["dataset"], &"300000000".into()));
			assert_eq!(dearer["earlier"], Value::Array(Vec::new()));
			let better = dir.join("better.bin");
			std::fs::write(&better, "better weights").unwrap();
			let better = ["dataset", "deploy", better.to_str().unwrap(), "--name", "Weights", "--account", DEVELOPER];
			let better = stack.rlc(&better).await.unwrap();
			assert_eq!(better["earlier"], Value::from(vec![first["dataset"].clone()]));
			let dataset = first["dataset"].as_str().unwrap();
			let removed = stack.rlc(&["dataset", "deregister", dataset, "--account", DEVELOPER]).await.unwrap();
			assert_eq!(removed["withdrawn"], Value::from(vec![dearer["hash"].clone()]));
			let listed = stack.rlc(&["dataset", "list", "weights"]).await.unwrap();
			assert_eq!((&listed[0]["id"], &listed[1]), (&better["dataset"], &Value::Null));
		})
	});
}

#[test]
fn holder_stakes_and_is_told_when_it_comes_back() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let (stack, holder) = (&*stack, "//Nominator");
			stack.rlc(&["account", "send", holder, "1000", "--account", REQUESTER]).await.unwrap();
			let staking = |words: &'static [&'static str]| {
				let words = [&["staking"] as &[&str], words, &["--account", holder]].concat();
				async move { stack.rlc(&words).await }
			};
			let none = staking(&["unbond", "all"]).await.unwrap_err();
			assert!(none.contains("stake.missing"), "{none}");
			staking(&["bond", "400"]).await.unwrap();
			let candidates = stack.rlc(&["staking", "candidates"]).await.unwrap();
			let candidate = candidates[0]["account"].as_str().expect("the chain has a validator").to_owned();
			let nominate = ["staking", "nominate", &candidate, "--account", holder];
			let short = stack.rlc(&nominate).await.unwrap_err();
			assert!(short.contains("stake.short") && short.contains("bond 100 RLC more"), "{short}");
			staking(&["bond", "200"]).await.unwrap();
			let stranger = staking(&["nominate", "//Stranger"]).await.unwrap_err();
			assert!(stranger.contains("candidate.unknown"), "{stranger}");
			stack.rlc(&nominate).await.unwrap();
			let status = staking(&["status"]).await.unwrap();
			assert_eq!((&status["active"], &status["nominates"][0]), (&"600000000000".into(), &candidate.into()));
			let shown = stack.rlc(&["account", "show", holder]).await.unwrap();
			assert_eq!(shown["staked"], "600000000000");

			let below = staking(&["unbond", "200"]).await.unwrap_err();
			assert!(below.contains("stake.short") && below.contains("rlc staking stop"), "{below}");
			let unbonded = staking(&["unbond", "all"]).await.unwrap();
			let status = staking(&["status"]).await.unwrap();
			assert_eq!((&status["active"], &status["unlocking"][0]["value"]), (&"0".into(), &"600000000000".into()));
			assert_eq!(status["unlocking"][0]["era"], unbonded["freeInEra"]);
			let waits = staking(&["withdraw"]).await.unwrap_err();
			assert!(waits.contains("stake.waits") && waits.contains("600 RLC can be in about"), "{waits}");
			let validate = staking(&["validate", "--commission", "5"]).await.unwrap_err();
			assert!(validate.contains("stake.short"), "{validate}");
		})
	});
}

#[test]
fn worker_sees_what_it_earned_and_roles_without_rlc_are_told_what_they_need() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let number = stack.new_workers(1, "").await[0];
			let bought = stack.buy("noop.wasm", 1, &[]).await;
			assert_eq!(stack.closed(bought).await, 1);
			let rewards = stack.rewards(bought.task(0)).await;
			let paid: u128 = rewards.iter().filter(|(who, _)| *who == worker(number)).map(|(_, amount)| amount).sum();
			assert!(paid > 0 && paid < RLC);
			let history = stack.rlc(&["account", "earnings", &worker_key(number), "--blocks", "2000"]).await.unwrap();
			assert_eq!(history["earned"].as_str().unwrap().parse::<u128>().unwrap(), paid);
			let task = format!("{:?}", bought.task(0).0);
			let entries = history["entries"].as_array().unwrap();
			assert!(entries.iter().any(|entry| entry["about"] == task.as_str() && entry["kind"] == "rewarded"));

			let dir = stack.room();
			let scheduler = stack.scheduler_url.clone();
			let work =
				["worker", "run", "--scheduler", &scheduler, "--account", "//Beggar", "--dir", dir.to_str().unwrap()];
			let refused = stack.rlc(&work).await.unwrap_err();
			assert!(
				refused.contains("funds.short") && refused.contains("each contribution stakes 0.3 RLC"),
				"{refused}"
			);

			let dir = stack.room();
			let sell = ["scheduler", "run", "--name", "poor", "--publish-price", "1", "--listen", "127.0.0.1:0"];
			let sell = [&sell[..], &["--account", "//Beggar", "--dir", dir.to_str().unwrap()]].concat();
			let refused = stack.rlc(&sell).await.unwrap_err();
			assert!(refused.contains("funds.short") && refused.contains("as bonds"), "{refused}");
		})
	});
}

#[test]
fn file_is_kept_by_the_first_pool_that_answers() {
	play_alone(Seal::Instant, |stack| {
		Box::pin(async move {
			let silent = "http://127.0.0.1:1";
			let init = ["workerpool", "init", "--name", "silent", "--url", silent, "--account", OTHER_SCHEDULER];
			let pool = stack.rlc(&init).await.unwrap()["workerpool"].as_str().unwrap().to_owned();
			let publish = ["workerpool", "publish", &pool, "--price", "0.000001", "--category", "XS", "--account"];
			stack.rlc(&[&publish[..], &[OTHER_SCHEDULER]].concat()).await.unwrap();
			let book = stack.rlc(&["orderbook", "--kind", "workerpool", "--category", "XS"]).await.unwrap();
			assert_eq!(book[0]["owner"].as_str(), Some(account(OTHER_SCHEDULER).to_string().as_str()), "{book}");

			let file = app_file("hello.wasm");
			let deploy = ["app", "deploy", file.to_str().unwrap(), "--name", "kept", "--account", DEVELOPER];
			let deployed = stack.rlc(&deploy).await.unwrap();
			let shown = stack.rlc(&["app", "show", deployed["app"].as_str().unwrap()]).await.unwrap();
			assert!(shown.to_string().contains(&stack.scheduler_url), "{shown}");
			// Otherwise, the next scenario on this stack could buy it.
			stack.rlc(&["workerpool", "unpublish", &pool, "--account", OTHER_SCHEDULER]).await.unwrap();
		})
	});
}
