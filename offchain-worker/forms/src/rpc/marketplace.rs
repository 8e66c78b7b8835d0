//! The namespace `marketplace`: market data without any server in between.

use rlc_primitives::{CategoryId, DealId, OrderHash, WorkerpoolId};
use serde_json::json;
use sp_core::H256;

use super::{error, examples, At, Method, Part, Subscription};
use crate::{
	described::As, BookPage, Category, Cursor, Deal, Estimate, Filter, KnownOrder, OpenDeal, Order, Record, Recorded,
	Request, SigningDomain, Trade,
};

const AT: &str = "The hash of the block that is asked about. Absent: the best block.";

/// Returns the parameter that every question has last.
fn at() -> Part {
	Part::optional::<As<H256>>("at", AT)
}

pub(super) fn methods() -> Vec<Method> {
	vec![
		orderbook(),
		estimate(),
		record(),
		order(),
		order_hash(),
		deal(),
		open_deals(),
		trades(),
		signing_domain(),
		categories(),
		subscribe(),
	]
}

fn orderbook() -> Method {
	Method {
		name: "marketplace_orderbook",
		summary: "Returns orders of a list of the book, the best price first, then the oldest.",
		description:
			"More than 100 orders are never looked at for one answer. Those that cannot be matched now are left \
			out, so there may be fewer than were asked for.",
		params: vec![
			Part::required::<Filter>("filter", "Which list, and within which prices."),
			Part::optional::<Cursor>("cursor", "The next of the page before. Absent: the first page."),
			Part::optional::<u32>("limit", "How many orders at most. Absent: 20."),
			at(),
		],
		answer: Part::required::<BookPage>("page", "The orders, and where the next page begins."),
		errors: error::OF_QUESTIONS,
		asked: vec![json!({ "kind": "workerpool", "category": 0, "maxPrice": "2000000000" }), json!(null), json!(1)],
		answered: json!({
			"entries": [examples::entry()],
			"next": "0x0000000000000000000000003b9aca000000000000000007",
		}),
		subscription: None,
	}
}

fn estimate() -> Method {
	Method {
		name: "marketplace_estimate",
		summary: "Returns the best offers in the book for a request, published or not, and what they cost.",
		description:
			"null if no offers serve it. At most 2,000 workerpool offers are looked at. A node works out one estimate at \
			a time for each of its cores, and each question about a block once.",
		params: vec![Part::required::<Request>("request", "The request."), at()],
		answer: Part::required::<Option<Estimate>>("estimate", "The offers, and what they cost."),
		errors: error::OF_ESTIMATES,
		asked: vec![examples::request()],
		answered: json!({
			"orders": {
				"app": examples::app_order(), "dataset": null, "workerpool": examples::workerpool_order(),
				"request": examples::request_order(),
			},
			"volume": "3", "taskPrice": "1000000000", "totalPrice": "3000000000", "workerStake": "300000000",
			"poolStake": "300000000", "totalPoolStake": "900000000", "deposit": "14000000", "charge": "21000000",
		}),
		subscription: None,
	}
}

fn record() -> Method {
	Method {
		name: "marketplace_record",
		summary: "Returns how the tasks of a workerpool, or of an app, recently ended.",
		description:
			"null if nothing is known. A workerpool's record is that of its owner of today. Each task counts with \
			what it was charged, and half of that every 90 days.",
		params: vec![Part::required::<Recorded>("of", "A workerpool or an app."), at()],
		answer: Part::required::<Option<Record>>("record", "How its tasks ended."),
		errors: error::OF_QUESTIONS,
		asked: vec![json!({ "workerpool": examples::workerpool() })],
		answered: json!({
			"completed": "97000000000", "failed": "1000000000", "timedOut": "2000000000", "recent": "97",
			"unattended": "3", "unattendedRoom": "104",
		}),
		subscription: None,
	}
}

fn order() -> Method {
	Method {
		name: "marketplace_order",
		summary: "Returns what the chain knows of an order.",
		description: "null if it knows nothing of it.",
		params: vec![Part::required::<As<OrderHash>>("hash", "The order's hash."), at()],
		answer: Part::required::<Option<KnownOrder>>("order", "What the chain knows of the order."),
		errors: error::OF_QUESTIONS,
		asked: vec![json!(examples::workerpool_order())],
		answered: examples::known_order(),
		subscription: None,
	}
}

fn order_hash() -> Method {
	Method {
		name: "marketplace_orderHash",
		summary: "Returns the hash of an order on this chain.",
		description: "It is what an Ethereum wallet signs if the order has an EIP-712 form.",
		params: vec![Part::required::<Order>("order", "The order."), at()],
		answer: Part::required::<As<OrderHash>>("hash", "The order's hash."),
		errors: error::OF_SIGNATURES,
		asked: vec![examples::app_offer()],
		answered: json!(examples::app_order()),
		subscription: None,
	}
}

fn deal() -> Method {
	Method {
		name: "marketplace_deal",
		summary: "Returns a deal, and how far it has come.",
		description: "null if there never was one, or if it is pruned.",
		params: vec![Part::required::<As<DealId>>("id", "The deal's id."), at()],
		answer: Part::required::<Option<Deal>>("deal", "The deal."),
		errors: error::OF_QUESTIONS,
		asked: vec![json!(examples::deal_id())],
		answered: examples::deal(2, None),
		subscription: None,
	}
}

fn open_deals() -> Method {
	Method {
		name: "marketplace_openDeals",
		summary: "Returns a workerpool's deals that have open tasks, in the order of their ids.",
		description: "If there are as many as were asked for, more may follow.",
		params: vec![
			Part::required::<As<WorkerpoolId>>("workerpool", "The workerpool's id."),
			Part::optional::<As<DealId>>(
				"after",
				"The id of the last deal of the page before. Absent: the first page.",
			),
			Part::optional::<u32>("limit", "How many deals at most, and at most 100. Absent: 20."),
			at(),
		],
		answer: Part::required::<Vec<OpenDeal>>("deals", "The deals."),
		errors: error::OF_QUESTIONS,
		asked: vec![json!(examples::workerpool()), json!(null), json!(1)],
		answered: json!([{
			"id": examples::deal_id(), "scheduler": examples::BOB, "first": "0", "size": "3", "open": "2",
		}]),
		subscription: None,
	}
}

fn trades() -> Method {
	Method {
		name: "marketplace_trades",
		summary: "Returns the last trades of a category, the newest first.",
		description: "",
		params: vec![
			Part::required::<As<CategoryId>>("category", "The category's number."),
			Part::optional::<u32>("limit", "How many trades at most. Absent: 20."),
			at(),
		],
		answer: Part::required::<Vec<Trade>>("trades", "The trades."),
		errors: error::OF_QUESTIONS,
		asked: vec![json!(0), json!(1)],
		answered: json!([{
			"time": examples::START, "appPrice": "0", "datasetPrice": "0", "workerpoolPrice": "1000000000",
			"volume": "3",
		}]),
		subscription: None,
	}
}

fn signing_domain() -> Method {
	Method {
		name: "marketplace_signingDomain",
		summary: "Returns where signatures are valid.",
		description: "It is EIP-712's domain, for Ethereum wallets, and the genesis hash, for native keys.",
		params: vec![at()],
		answer: Part::required::<SigningDomain>("domain", "Where signatures are valid."),
		errors: error::OF_SIGNATURES,
		asked: Vec::new(),
		answered: json!({
			"genesis": examples::genesis(), "name": "iExecODB", "version": "5.0.0", "chainId": 134_087,
			"verifyingContract": examples::contract(),
		}),
		subscription: None,
	}
}

fn categories() -> Method {
	Method {
		name: "marketplace_categories",
		summary: "Returns the categories of tasks, by number.",
		description: "",
		params: vec![at()],
		answer: Part::required::<Vec<Category>>("categories", "The categories."),
		errors: error::OF_QUESTIONS,
		asked: Vec::new(),
		answered: json!([
			{ "id": 0, "name": "XS", "referenceTime": 300_000 },
			{ "id": 1, "name": "S", "referenceTime": 1_200_000 },
		]),
		subscription: None,
	}
}

fn subscribe() -> Method {
	Method {
		name: "marketplace_subscribeOrderbook",
		summary: "Sends the first page of marketplace_orderbook at once, and again whenever a block changes it.",
		description: "The example is from a book without requests.",
		params: vec![
			Part::required::<Filter>("filter", "Which list, and within which prices."),
			Part::optional::<u32>("limit", "How many orders at most. Absent: 20."),
			Part::optional::<At>("at", "Which blocks to follow. Absent: the best ones."),
		],
		answer: Part::required::<BookPage>("page", "The orders, and where the next page begins."),
		errors: error::OF_SUBSCRIPTIONS,
		asked: vec![json!({ "kind": "request", "category": 0 }), json!(50), json!("finalized")],
		answered: json!({ "entries": [], "next": null }),
		subscription: Some(Subscription {
			notification: "marketplace_orderbookChanged",
			unsubscribe: "marketplace_unsubscribeOrderbook",
		}),
	}
}
