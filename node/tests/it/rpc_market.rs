//! The namespaces `marketplace` and `poco`: what a requester, a scheduler and a worker see of the market and of a task,
//! and what they are told when they ask wrongly.

use std::collections::BTreeSet;

use crate::common::{eventually, market::Market};
use pallet_poco::{Delegate, DelegationProof, TaskRef};
use rlc_node::{
	embedded::NodeBuilder,
	rpc::{
		ask::{NO_DOMAIN_YET, TOO_MANY_SUBSCRIPTIONS, UNKNOWN_BLOCK},
		follow::EACH,
	},
	Error,
};
use rlc_primitives::{task::Commitment, ResultDigest};
use serde_json::{json, Value};
use sp_core::H256;

/// The code of bad parameters in JSON-RPC.
const INVALID_PARAMS: i32 = -32_602;

#[tokio::test]
async fn market_is_seen_without_a_server_in_between() {
	let market = Market::on(NodeBuilder::dev().instant_seal()).await;
	let pools = json!({ "kind": "workerpool", "category": 0 });
	let mut book = market.follow("marketplace_subscribeOrderbook", json!([pools])).await;
	assert_eq!(book.next().await, json!({ "entries": [], "next": null }), "the first message comes at once");
	let categories = market.ask("marketplace_categories", json!([])).await;
	assert_eq!(categories[0], json!({ "id": 0, "name": "XS", "referenceTime": 300_000 }));

	market.register().await;
	let request = market.request_json(3);
	assert_eq!(market.ask("marketplace_estimate", json!([request])).await, Value::Null, "no offer yet");
	market.offer().await;
	let domain = market.ask("marketplace_signingDomain", json!([])).await;
	assert_eq!((&domain["genesis"], &domain["name"]), (&json!(market.genesis), &json!("iExecODB")));

	let seen = book.next().await;
	let offer = &seen["entries"][0];
	assert_eq!(
		(&offer["kind"], &offer["price"], &offer["remaining"]),
		(&json!("workerpool"), &json!("1000000000"), &json!("100"))
	);
	assert_eq!(offer["owner"], json!(market.scheduler.account().to_string()));
	assert_eq!(market.ask("marketplace_orderbook", json!([pools])).await, seen, "one form, asked for or followed");
	let order = json!({ "kind": offer["kind"], "order": offer["order"] });
	assert_eq!(market.ask("marketplace_orderHash", json!([order])).await, offer["hash"], "what is written can be read");
	let known = market.ask("marketplace_order", json!([offer["hash"]])).await;
	assert_eq!((&known["published"]["order"], &known["consumed"]), (&offer["order"], &json!("0")));

	let page = market.ask("marketplace_orderbook", json!([pools, null, 1])).await;
	let rest = market.ask("marketplace_orderbook", json!([pools, page["next"], 1])).await;
	assert_eq!(rest, json!({ "entries": [], "next": null }));
	let dearer = json!({ "kind": "workerpool", "category": 0, "minPrice": 1_000_000_001 });
	assert_eq!(market.ask("marketplace_orderbook", json!([dearer])).await["entries"], json!([]));

	let estimate = market.ask("marketplace_estimate", json!([request])).await;
	assert_eq!(estimate["orders"]["workerpool"], offer["hash"]);
	assert_eq!((&estimate["volume"], &estimate["taskPrice"]), (&json!("3"), &json!("1000000000")));
	assert_eq!((&estimate["totalPrice"], &estimate["poolStake"]), (&json!("3000000000"), &json!("300000000")));

	let deal = market.match_orders(3).await;
	assert_eq!(book.next().await["entries"][0]["remaining"], "97");
	let trades = market.ask("marketplace_trades", json!([0])).await;
	assert_eq!((&trades[0]["workerpoolPrice"], &trades[0]["volume"]), (&json!("1000000000"), &json!("3")));
	let told = market.ask("marketplace_deal", json!([deal])).await;
	assert_eq!((&told["id"], &told["size"], &told["open"]), (&json!(deal), &json!("3"), &json!("3")));
	assert_eq!(told["payer"], json!(market.requester.account().to_string()));
	let open = market.ask("marketplace_openDeals", json!([told["workerpool"]["id"]])).await;
	let scheduler = market.scheduler.account().to_string();
	assert_eq!(open, json!([{ "id": deal, "scheduler": scheduler, "first": "0", "size": "3", "open": "3" }]));
	let more = market.ask("marketplace_openDeals", json!([told["workerpool"]["id"], deal])).await;
	assert_eq!(more, json!([]), "none comes after it");
	assert_eq!((&told["params"], &told["settlement"]), (&json!("{\"iexec_args\": \"1\"}"), &json!("automatic")));
	assert_eq!(market.ask("marketplace_deal", json!([deal, market.genesis])).await, Value::Null, "not at genesis");
	drop(book);
	market.stop().await;
}

#[tokio::test]
async fn task_is_followed_from_its_delegation_to_its_end() {
	let market = Market::on(NodeBuilder::dev().instant_seal()).await;
	market.register().await;
	market.offer().await;
	let deal = market.match_orders(2).await;
	let worker = market.worker.account();
	let task_ref = |index| TaskRef { deal, index };
	let state = |whole: Value| {
		let stage = |index: usize| whole["tasks"][index]["stage"].clone();
		[whole["deal"]["open"].clone(), stage(0), stage(1)]
	};
	let named = |index: u64| json!({ "deal": deal, "index": index });

	let mut task = market.follow("poco_subscribeTask", json!([named(0)])).await;
	let mut work = market.follow("poco_subscribeWork", json!([worker.to_string()])).await;
	let mut whole = market.follow("poco_subscribeDeal", json!([deal, "finalized"])).await;
	let active = task.next().await;
	assert_eq!(active["stage"], "active", "a task exists with its deal");
	assert_eq!(active["finalDeadlineEarliest"], active["finalDeadline"], "work was never stopped");
	let told = market.ask("marketplace_deal", json!([deal])).await;
	let both = |of: &Value| [of["contributionDeadline"].clone(), of["contributionDeadlineEarliest"].clone()];
	assert_eq!(both(&told), both(&active));
	assert_eq!(told["contributionDeadlineEarliest"], told["contributionDeadline"]);
	assert_eq!(work.next().await, json!([]));
	assert_eq!(state(whole.next().await), ["2", "active", "active"]);

	let delegate = Delegate { worker: worker.clone(), enclave: None };
	let call = pallet_poco::Call::delegate {
		tasks: vec![task_ref(0)].try_into().expect("few"),
		workers: vec![delegate].try_into().expect("few"),
	};
	market.send(&market.scheduler, call).await;
	assert_eq!(task.next().await["delegates"], json!([{ "worker": worker.to_string(), "enclave": null }]));
	let item = work.next().await[0].clone();
	assert_eq!((&item["what"], &item["deal"], &item["index"]), (&json!("contribute"), &json!(deal), &json!("0")));
	assert_eq!(market.ask("poco_task", json!([task_ref(0).id()])).await, Value::Null, "not known by its id yet");

	let digest = ResultDigest(H256::repeat_byte(7));
	let call = pallet_poco::Call::contribute {
		task: task_ref(0),
		commitment: Commitment::of(&worker, task_ref(0).id(), digest),
		authorization: DelegationProof::OnChain,
		enclave_signature: None,
	};
	market.send(&market.worker, call).await;
	let revealing = task.next().await;
	assert_eq!((&revealing["stage"], &revealing["consensus"]["winners"]), (&json!("revealing"), &json!(1)));
	assert_eq!(
		(&revealing["contributions"][0]["status"], &revealing["delegates"]),
		(&json!("contributed"), &json!([]))
	);
	assert_eq!(state(whole.next().await), ["2", "revealing", "active"]);
	let item = work.next().await[0].clone();
	assert_eq!((&item["what"], &item["deadlineEarliest"]), (&json!("reveal"), &item["deadline"]));
	assert_eq!(revealing["consensus"]["revealDeadlineEarliest"], revealing["consensus"]["revealDeadline"]);
	assert_eq!(market.ask("poco_workFor", json!([worker.to_string()])).await[0]["what"], "reveal");
	let standing = market.ask("poco_worker", json!([worker.to_string()])).await;
	assert_eq!(standing, json!({ "score": 0, "weight": 2, "open": 1 }));

	market.send(&market.worker, pallet_poco::Call::reveal { task: task_ref(0), digest }).await;
	let completed = task.next().await;
	assert_eq!((&completed["stage"], &completed["consensus"]["digest"]), (&json!("completed"), &json!(digest)));
	assert_eq!(completed["finalDeadlineEarliest"], Value::Null, "nothing waits for it any more");
	assert_eq!(state(whole.next().await), ["1", "completed", "active"]);
	assert_eq!(completed["contributions"][0]["status"], "proved");
	assert_eq!(work.next().await, json!([]));
	assert_eq!(market.ask("poco_task", json!([task_ref(0).id()])).await, completed, "known by its id");

	market.send(&market.scheduler, pallet_poco::Call::abandon { task: task_ref(1) }).await;
	assert_eq!(state(whole.next().await), ["0", "completed", "failed"]);
	let told = market.ask("marketplace_deal", json!([deal])).await;
	assert_eq!([&told["contributionDeadlineEarliest"], &told["finalDeadlineEarliest"]], [&Value::Null; 2]);

	let tasks = market.ask("poco_tasksOf", json!([deal])).await;
	assert_eq!((&tasks[0], &tasks[1]["stage"]), (&completed, &json!("failed")));
	let tasks = market.ask("poco_tasksOf", json!([deal, "1", 10])).await;
	assert_eq!((tasks.as_array().map(Vec::len), &tasks[0]["index"]), (Some(1), &json!("1")));
	drop((task, work, whole));
	market.stop().await;
}

#[tokio::test]
async fn connection_follows_so_much_and_no_more() {
	let market = Market::on(NodeBuilder::dev().instant_seal()).await;
	let pools = json!([{ "kind": "workerpool", "category": 0 }]);
	let mut books = Vec::new();
	for _ in 0..EACH {
		books.push(market.follow("marketplace_subscribeOrderbook", pools.clone()).await);
	}
	let someone = json!([market.worker.account().to_string()]);
	let (code, message) = refusal(market.node.subscribe("poco_subscribeWork", someone.clone()).await);
	assert_eq!(code, TOO_MANY_SUBSCRIPTIONS);
	assert!(message.contains(&EACH.to_string()) && message.contains("end some first"), "{message}");

	market.register().await;
	market.offer().await;
	for book in &mut books {
		assert_eq!(book.next().await["entries"], json!([]));
		assert_eq!(book.next().await["entries"][0]["kind"], "workerpool", "each is told");
	}
	drop(books.pop());
	eventually("a subscription that has ended to make room", || async {
		market.node.subscribe("poco_subscribeWork", someone.clone()).await.ok()
	})
	.await;
	drop(books);
	market.stop().await;
}

#[tokio::test]
async fn what_does_not_exist_is_null_and_what_is_malformed_an_error() {
	let market = Market::on(NodeBuilder::dev().instant_seal()).await;
	let nothing = H256::repeat_byte(1);
	let someone = market.worker.account().to_string();
	for (method, params) in [
		("marketplace_order", json!([nothing])),
		("marketplace_deal", json!([nothing])),
		("marketplace_estimate", json!([market.request_json(1)])),
		("poco_task", json!([nothing])),
		("poco_task", json!([{ "deal": nothing, "index": 0 }])),
	] {
		assert_eq!(market.ask(method, params).await, Value::Null, "{method}");
	}
	for (method, params) in
		[("marketplace_trades", json!([99])), ("poco_tasksOf", json!([nothing])), ("poco_workFor", json!([someone]))]
	{
		assert_eq!(market.ask(method, params).await, json!([]), "{method}");
	}
	// There is no block yet but the first, which does not know its own hash.
	let (code, _) = refusal(market.node.call::<Value>("marketplace_signingDomain", json!([])).await);
	assert_eq!(code, NO_DOMAIN_YET);
	let mut nobody = market.follow("poco_subscribeDeal", json!([nothing])).await;
	assert_eq!(nobody.next().await, Value::Null);

	for (method, params) in [
		("marketplace_orderbook", json!([])),
		("marketplace_orderbook", json!([{ "kind": "workerpool" }])),
		("marketplace_orderbook", json!([{ "kind": "app", "color": "red" }])),
		("marketplace_orderbook", json!([{ "kind": "app" }, "0x00"])),
		("marketplace_orderbook", json!([{ "kind": "app" }, null, -1])),
		("marketplace_estimate", json!([{}])),
		("marketplace_order", json!(["0x12"])),
		("marketplace_order", json!(["nonsense"])),
		("marketplace_orderHash", json!([{ "kind": "app", "order": market.request_json(1) }])),
		("marketplace_deal", json!([17])),
		("marketplace_trades", json!(["XS"])),
		("poco_task", json!([{ "deal": nothing }])),
		("poco_tasksOf", json!([nothing, "first"])),
		("poco_workFor", json!(["Eve"])),
		("poco_worker", json!([nothing, "best"])),
	] {
		let (code, message) = refusal(market.node.call::<Value>(method, params.clone()).await);
		assert_eq!(code, INVALID_PARAMS, "{method} {params}");
		assert!(!message.contains('\n'), "{message}");
	}
	for (method, params) in [
		("marketplace_subscribeOrderbook", json!([{ "kind": "request" }])),
		("poco_subscribeTask", json!(["0x12"])),
		("poco_subscribeDeal", json!([nothing, "oldest"])),
		("poco_subscribeWork", json!([])),
	] {
		let (code, _) = refusal(market.node.subscribe(method, params.clone()).await);
		assert_eq!(code, INVALID_PARAMS, "{method} {params}");
	}
	for (method, params) in [
		("marketplace_categories", json!([nothing])),
		("marketplace_orderbook", json!([{ "kind": "app" }, null, null, nothing])),
		("poco_worker", json!([someone, nothing])),
	] {
		let (code, message) = refusal(market.node.call::<Value>(method, params).await);
		assert_eq!(code, UNKNOWN_BLOCK, "{method}");
		assert!(message.contains("unknown block 0x0101"), "{message}");
	}
	drop(nobody);
	market.stop().await;
}

#[tokio::test]
async fn node_has_the_methods_of_the_openrpc_document_and_reads_their_examples() {
	let market = Market::on(NodeBuilder::dev().instant_seal()).await;
	let is_documented = |name: &String| name.starts_with("marketplace_") || name.starts_with("poco_");
	let methods: BTreeSet<_> = market.node.methods().into_iter().filter(is_documented).collect();
	let documented: BTreeSet<_> = rlc_json::rpc::names().into_iter().map(String::from).collect();
	assert_eq!(methods, documented);
	for method in rlc_json::rpc::methods() {
		let params = Value::Array(method.asked);
		// Nothing that the examples are about exists here, but all of it is understood.
		let refused = match method.subscription {
			None => market.node.call::<Value>(method.name, params).await.err(),
			Some(_) => market.node.subscribe(method.name, params).await.err(),
		};
		if let Some(error) = refused {
			let (code, message) = refusal::<()>(Err(error));
			assert_eq!(code, NO_DOMAIN_YET, "{}: {message}", method.name);
		}
	}
	market.stop().await;
}

/// Returns the code and the message of a refusal.
fn refusal<T>(answer: Result<T, Error>) -> (i32, String) {
	match answer {
		Err(Error::Rpc { source: jsonrpsee::MethodsError::JsonRpc(error), .. }) => {
			(error.code(), error.message().to_string())
		}
		Err(error) => panic!("{}", error.one_line()),
		Ok(_) => panic!("it was answered"),
	}
}

#[tokio::test]
async fn validator_matches_a_published_request_by_itself() {
	let market = Market::on(NodeBuilder::dev()).await;
	market.register().await;
	market.offer().await;
	let deal = market.first_deal(2).await;
	assert_eq!(market.ask("marketplace_deal", json!([deal])).await, Value::Null);

	let order = Box::new(market.request_order(2).into());
	market.send(&market.requester, pallet_marketplace::Call::publish_order { order }).await;
	let found = eventually("the deal", || async {
		let deal = market.ask("marketplace_deal", json!([deal])).await;
		(!deal.is_null()).then_some(deal)
	})
	.await;
	assert_eq!((&found["size"], &found["requester"]), (&json!("2"), &json!(market.requester.account().to_string())));
	let requests = json!({ "kind": "request", "category": 0 });
	assert_eq!(market.ask("marketplace_orderbook", json!([requests])).await["entries"], json!([]), "it is filled");
	market.stop().await;
}
