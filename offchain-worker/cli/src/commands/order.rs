//! `rlc order`: single orders.
//!
//! An order is signed into a file, which can be sent to whom it may concern; anyone who has the files of all sides can
//! match them. Published orders are named by their hash instead.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use rlc_chain::{Call, Chain, MarketplaceCall};
use rlc_primitives::{
	market::{Authorization, SignedOrder, SignedOrders},
	AnyOrder, OrderHash, OrderKind, OrderSignature, SigningDomain,
};
use rlc_protocol::Account;
use serde_json::json;

use super::{app, dataset, workerpool};
use crate::{
	amount::Amount,
	assets,
	context::Context,
	failure::{failure, Result},
	ids,
	orders::{self, OrderFile, Signed},
	output::Answer,
	request::RequestOptions,
	table::fields,
};

/// Single orders: sign, match, publish, cancel.
#[derive(Debug, Subcommand)]
pub enum Order {
	/// Sign an order, without anyone seeing it
	#[command(subcommand)]
	Sign(Box<Sign>),

	/// Make a deal of orders: files, or hashes of orders in the book
	#[command(after_help = "\
Examples:
  rlc order fill --app app.json --workerpool pool.json --request request.json --account me
  rlc order fill --app 0x1f…c0 --workerpool 0x2e…d1 --request request.json --sponsor --account me")]
	Fill(Fill),

	/// Put a signed order into the book
	#[command(after_help = "\
Example:
  rlc order publish request.json --account me")]
	Publish {
		/// A file of `rlc order sign`; its signature is not needed, as its owner publishes it
		file: PathBuf,
	},

	/// Make an order worthless: nothing is left of its volume
	#[command(after_help = "\
Examples:
  rlc order cancel request.json --account me
  rlc order cancel 0x1f8a…c0 --account me        an order in the book")]
	Cancel {
		/// A file of `rlc order sign`, or the hash of an order in the book
		order: String,
	},

	/// Show an order, and what is left of it
	#[command(after_help = "\
Examples:
  rlc order show request.json
  rlc order show 0x1f8a…c0                       an order in the book")]
	Show {
		/// A file of `rlc order sign`, or an order's hash
		order: String,
	},
}

/// Which order to sign.
#[derive(Debug, Subcommand)]
pub enum Sign {
	/// An offer to run an app
	#[command(after_help = "\
Example:
  rlc order sign app 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 0.1 --output app.json --account me")]
	App {
		/// The offer
		#[command(flatten)]
		order: app::Publish,
		/// Write it here instead of printing it
		#[arg(long, short, value_name = "FILE")]
		output: Option<PathBuf>,
	},

	/// An offer to use a dataset
	#[command(after_help = "\
Example:
  rlc order sign dataset 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 0.1 --output data.json --account me")]
	Dataset {
		/// The offer
		#[command(flatten)]
		order: dataset::Publish,
		/// Write it here instead of printing it
		#[arg(long, short, value_name = "FILE")]
		output: Option<PathBuf>,
	},

	/// An offer to compute
	#[command(after_help = "\
Example:
  rlc order sign workerpool 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 1 --output pool.json --account me")]
	Workerpool {
		/// The offer
		#[command(flatten)]
		order: workerpool::Publish,
		/// Write it here instead of printing it
		#[arg(long, short, value_name = "FILE")]
		output: Option<PathBuf>,
	},

	/// A demand for tasks
	#[command(after_help = "\
Example:
  rlc order sign request 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --max-price 1 --output request.json --account me

It pays --max-price to app and workerpool together: --app-price of it for the app at most.")]
	Request {
		/// The demand
		#[command(flatten)]
		request: Box<RequestOptions>,
		/// The most that a task may pay for the app
		#[arg(long, default_value = "0", value_name = "AMOUNT")]
		app_price: Amount,
		/// The most that a task may pay for the dataset
		#[arg(long, default_value = "0", value_name = "AMOUNT")]
		dataset_price: Amount,
		/// Write it here instead of printing it
		#[arg(long, short, value_name = "FILE")]
		output: Option<PathBuf>,
	},
}

/// Arguments of `rlc order fill`.
#[derive(Debug, Args)]
pub struct Fill {
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

/// Does it.
///
/// # Errors
///
/// In one line.
pub async fn run(command: Order, context: &Context) -> Result<Answer> {
	match command {
		Order::Sign(sign) => self::sign(context, *sign).await,
		Order::Fill(orders) => fill(context, orders).await,
		Order::Publish { file } => assets::publish(context, OrderFile::read(&file)?.order).await,
		Order::Cancel { order } => cancel(context, &order).await,
		Order::Show { order } => show(context, &order).await,
	}
}

async fn sign(context: &Context, sign: Sign) -> Result<Answer> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let (order, output): (AnyOrder, _) = match sign {
		Sign::App { order, output } => (order.order(context)?.into(), output),
		Sign::Dataset { order, output } => (order.order(context)?.into(), output),
		Sign::Workerpool { order, output } => (order.order(context, &chain).await?.into(), output),
		Sign::Request { request, app_price, dataset_price, output } => {
			let (wish, files) = request.wish(context, &chain, key.account()).await?;
			if let Some(file) = files.first() {
				let path = file.path.display();
				return Err(failure!("{path} is in no store yet; give inputs of a signed request as CIDs or URLs"));
			}
			let Some(max) = wish.max_price else {
				return Err(failure!("--max-price is needed: the most that a task pays"));
			};
			let parts = app_price.0.checked_add(if wish.dataset.is_some() { dataset_price.0 } else { 0 });
			let pool = parts.and_then(|parts| max.checked_sub(parts));
			let pool = pool.ok_or_else(|| failure!("app and dataset take more than --max-price {}", Amount(max)))?;
			(wish.request(app_price.0, dataset_price.0, pool).into(), output)
		}
	};
	let domain = chain.domain().await?;
	let signature = match &order {
		AnyOrder::App(order) => key.sign_order(order, &domain),
		AnyOrder::Dataset(order) => key.sign_order(order, &domain),
		AnyOrder::Workerpool(order) => key.sign_order(order, &domain),
		AnyOrder::Request(order) => key.sign_order(order, &domain),
	};
	let hash = order.hash(&domain);
	let file = OrderFile::new(&Signed { order, signature }, &domain);
	let text = serde_json::to_string_pretty(&file)?;
	let Some(path) = output else { return Ok(Answer::new(text, file)) };
	std::fs::write(&path, text + "\n").map_err(|error| failure!("{}: {error}", path.display()))?;
	Ok(Answer::new(format!("order {:?} is in {}", hash.0, path.display()), json!({ "order": hash, "file": path })))
}

/// An order that somebody named, with its signature if it came in a file.
struct Named {
	order: AnyOrder,
	signature: Option<OrderSignature>,
}

impl Named {
	/// From a file, or from the book.
	async fn find(chain: &Chain, name: &str) -> Result<Self> {
		if let Ok(hash) = ids::order(name) {
			let published = chain.order(hash).await?.and_then(|view| view.published);
			let order = published.ok_or_else(|| failure!("order {name} is not in the book; give its file"))?.order;
			return Ok(Self { order, signature: None });
		}
		let Signed { order, signature } = OrderFile::read(Path::new(name))?;
		Ok(Self { order, signature: Some(signature) })
	}

	/// As a side of a deal, if `pick` finds the order to be of its kind.
	fn side<O>(self, kind: OrderKind, pick: impl FnOnce(AnyOrder) -> Option<O>) -> Result<SignedOrder<O>> {
		let found = orders::kind_name(self.order.kind());
		let authorization = self.signature.map_or(Authorization::OnChain, Authorization::Signature);
		let order = pick(self.order);
		let order = order.ok_or_else(|| failure!("--{} names a {found} order", orders::kind_name(kind)))?;
		Ok(SignedOrder { order, authorization })
	}
}

async fn fill(context: &Context, fill: Fill) -> Result<Answer> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let app = Named::find(&chain, &fill.app).await?.side(OrderKind::App, |order| match order {
		AnyOrder::App(order) => Some(order),
		_ => None,
	})?;
	let dataset = match &fill.dataset {
		None => None,
		Some(name) => Some(Named::find(&chain, name).await?.side(OrderKind::Dataset, |order| match order {
			AnyOrder::Dataset(order) => Some(order),
			_ => None,
		})?),
	};
	let workerpool = Named::find(&chain, &fill.workerpool).await?.side(OrderKind::Workerpool, |order| match order {
		AnyOrder::Workerpool(order) => Some(order),
		_ => None,
	})?;
	let request = Named::find(&chain, &fill.request).await?.side(OrderKind::Request, |order| match order {
		AnyOrder::Request(order) => Some(order),
		_ => None,
	})?;
	let orders = SignedOrders { app, dataset, workerpool, request };
	let call = if fill.sponsor {
		Call::Marketplace(MarketplaceCall::SponsorMatchOrders { orders })
	} else {
		Call::Marketplace(MarketplaceCall::MatchOrders { orders })
	};
	let progress = context.out.wait("matching the orders");
	let receipt = context.send_as(&chain, key, call).await?;
	drop(progress);
	let deal = app::deal_of(&receipt.events)?;
	Ok(Answer::new(format!("deal {:?}; see it with `rlc deal watch {0:?}`", deal.0), json!({ "deal": deal })))
}

async fn cancel(context: &Context, name: &str) -> Result<Answer> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let order = Named::find(&chain, name).await?.order;
	let hash = chain.order_hash(&order).await?;
	let progress = context.out.wait("cancelling");
	context.send_as(&chain, key, Call::Marketplace(MarketplaceCall::CancelOrder { order })).await?;
	drop(progress);
	Ok(Answer::new(format!("order {:?} is worth nothing any more", hash.0), json!({ "order": hash })))
}

async fn show(context: &Context, name: &str) -> Result<Answer> {
	let chain = context.chain().await?;
	let domain = chain.domain().await?;
	let (hash, given) = match ids::order(name) {
		Ok(hash) => (hash, None),
		Err(_) => {
			let signed = OrderFile::read(Path::new(name))?;
			(signed.order.hash(&domain), Some(signed))
		}
	};
	let view = chain.order(hash).await?;
	let published = view.as_ref().and_then(|view| view.published.as_ref());
	let order = given.as_ref().map(|signed| &signed.order).or(published.map(|published| &published.order));
	if order.is_none() && view.is_none() {
		return Err(failure!("nothing is known of order {name}; it may never have been published"));
	}
	let consumed = view.as_ref().map_or(0, |view| view.consumed);
	let signer = given.as_ref().map(|signed| signer(signed, &domain));
	Ok(shown(hash, order, published.map(|published| Account(published.owner.clone())), consumed, signer))
}

/// Whether the request's own account signed; of other orders the file does not say who should have.
fn signer(signed: &Signed, domain: &SigningDomain) -> &'static str {
	match &signed.order {
		AnyOrder::Request(order) => match signed.order.verify(&signed.signature, domain, &order.requester) {
			Ok(()) => "the requester's",
			Err(_) => "not the requester's",
		},
		_ => "checked against the asset's owner when it is matched",
	}
}

fn shown(
	hash: OrderHash,
	order: Option<&AnyOrder>,
	publisher: Option<Account>,
	consumed: u64,
	signature: Option<&str>,
) -> Answer {
	let terms = order.map(orders::describe);
	let volume = order.map(AnyOrder::volume);
	let left = volume.map(|volume| volume.saturating_sub(consumed));
	let text = fields([
		("order", format!("{:?}", hash.0)),
		("kind", order.map(|order| orders::kind_name(order.kind()).to_owned()).unwrap_or_default()),
		("price", order.map(|order| Amount(orders::price(order)).to_string()).unwrap_or_default()),
		("volume", volume.map(|volume| volume.to_string()).unwrap_or_default()),
		("consumed", consumed.to_string()),
		("left", left.map(|left| left.to_string()).unwrap_or_default()),
		("published by", publisher.as_ref().map(ToString::to_string).unwrap_or_default()),
		("signature", signature.unwrap_or_default().to_owned()),
	]);
	let said = terms.as_ref().map(|terms| format!("\n{:#}", terms["order"])).unwrap_or_default();
	let json = json!({
		"order": hash,
		"terms": terms,
		"publishedBy": publisher,
		"consumed": consumed.to_string(),
		"remaining": left.map(|left| left.to_string()),
		"signature": signature,
	});
	Answer::new(text + &said, json)
}
