//! `rlc order fill`: a deal of given orders.

use clap::Args;
use rlc_chain::{Call, MarketplaceCall};
use rlc_primitives::{market::SignedOrders, AnyOrder, OrderKind, Tag};
use serde_json::json;

use crate::{answer::Answer, context::Context, deals, failure::Result, named_order::NamedOrder, pins, say, stops};

/// Make a deal of orders: files, or hashes of orders in the book
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc order fill --app app.json --workerpool pool.json --request request.json --account me
  rlc order fill --app 0x1f…c0 --workerpool 0x2e…d1 --request request.json --sponsor --account me")]
pub(crate) struct Fill {
	/// The app order
	#[arg(long, value_name = "FILE|HASH")]
	pub app: String,
	/// The dataset order, if the request names a dataset
	#[arg(long, value_name = "FILE|HASH")]
	pub dataset: Option<String>,
	/// The workerpool order
	#[arg(long, value_name = "FILE|HASH")]
	pub workerpool: String,
	/// The request
	#[arg(long, value_name = "FILE|HASH")]
	pub request: String,
	/// Pay instead of the requester
	#[arg(long)]
	pub sponsor: bool,
}

/// Matches the orders.
pub(crate) async fn run(fill: Fill, context: &Context) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let app = NamedOrder::find(&chain, &fill.app).await?.side(OrderKind::App, |order| match order {
		AnyOrder::App(order) => Some(order),
		_ => None,
	})?;
	let dataset = match &fill.dataset {
		None => None,
		Some(name) => Some(NamedOrder::find(&chain, name).await?.side(OrderKind::Dataset, |order| match order {
			AnyOrder::Dataset(order) => Some(order),
			_ => None,
		})?),
	};
	let workerpool = NamedOrder::find(&chain, &fill.workerpool).await?;
	let workerpool = workerpool.side(OrderKind::Workerpool, |order| match order {
		AnyOrder::Workerpool(order) => Some(order),
		_ => None,
	})?;
	let request = NamedOrder::find(&chain, &fill.request).await?.side(OrderKind::Request, |order| match order {
		AnyOrder::Request(order) => Some(order),
		_ => None,
	})?;
	let of_dataset = dataset.as_ref().map_or(Tag::NONE, |dataset| dataset.order.tag);
	pins::check(&request.order, Tag::combine(app.order.tag, of_dataset, request.order.tag))?;
	stops::before_purchase(context, &chain).await?;
	let orders = SignedOrders { app, dataset, workerpool, request };
	let call = if fill.sponsor {
		MarketplaceCall::SponsorMatchOrders { orders }
	} else {
		MarketplaceCall::MatchOrders { orders }
	};
	let receipt = context.send_as(&chain, key, Call::Marketplace(call), "matching the orders").await?;
	let deal = deals::opened(&receipt.events)?;
	Ok(Answer::new(say::deal::opened(deal), json!({ "deal": deal })))
}
