//! `rlc order sign`: an order in a file.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use rlc_chain::{Chain, Key, Scheme};
use rlc_primitives::{orders::NotExpressible, AnyOrder, Order, RequestOrder};
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	assets::{AppOffer, DatasetOffer, WorkerpoolOffer},
	context::Context,
	failure::{disk, failure, Result},
	order_file::{OrderFile, Signed},
	pins::{self, Pinning},
	request::{Request, RequestOptions},
};

/// Sign an order, without publishing it
#[derive(Debug, Subcommand)]
pub(crate) enum Sign {
	/// An offer to run an app
	#[command(after_help = "\
Example:
  rlc order sign app 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 0.1 --output app.json --account me")]
	App {
		/// The offer
		#[command(flatten)]
		offer: AppOffer,
		/// Where the order goes
		#[command(flatten)]
		to: To,
	},

	/// An offer to use a dataset
	#[command(after_help = "\
Example:
  rlc order sign dataset 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 0.1 --output data.json --account me")]
	Dataset {
		/// The offer
		#[command(flatten)]
		offer: DatasetOffer,
		/// Where the order goes
		#[command(flatten)]
		to: To,
	},

	/// An offer to compute
	#[command(after_help = "\
Example:
  rlc order sign workerpool 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 1 --output pool.json --account me")]
	Workerpool {
		/// The offer
		#[command(flatten)]
		offer: WorkerpoolOffer,
		/// Where the order goes
		#[command(flatten)]
		to: To,
	},

	/// A request for tasks
	#[command(after_help = "\
Example:
  rlc order sign request 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --max-price 1 --output request.json --account me

It pays at most --max-price for app, dataset and workerpool together, of it at most --app-price for the app.")]
	Request {
		/// The request
		#[command(flatten)]
		request: Box<RequestOptions>,
		/// The most that a task may pay for the app
		#[arg(long, default_value = "0", value_name = "AMOUNT")]
		app_price: Amount,
		/// The most that a task may pay for the dataset
		#[arg(long, default_value = "0", value_name = "AMOUNT")]
		dataset_price: Amount,
		/// Where the order goes
		#[command(flatten)]
		to: To,
	},
}

/// Where a signed order goes.
#[derive(Debug, Args)]
pub(crate) struct To {
	/// Write the order to this file instead of printing it
	#[arg(long, short, value_name = "FILE")]
	pub output: Option<PathBuf>,
}

/// Signs the order, and prints or writes it.
pub(crate) async fn run(sign: Sign, context: &Context) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let (order, to): (AnyOrder, To) = match sign {
		Sign::App { offer, to } => (offer.order(context, &chain).await?.into(), to),
		Sign::Dataset { offer, to } => (offer.order(context, &chain).await?.into(), to),
		Sign::Workerpool { offer, to } => (offer.order(context, &chain).await?.into(), to),
		Sign::Request { request, app_price, dataset_price, to } => {
			(self::request(context, &chain, &key, &request, app_price, dataset_price).await?.into(), to)
		}
	};
	context.approve_order(&chain, &order).await?;
	let domain = chain.domain().await?;
	let signature = match &order {
		AnyOrder::App(order) => key.sign_order(order, &domain),
		AnyOrder::Dataset(order) => key.sign_order(order, &domain),
		AnyOrder::Workerpool(order) => key.sign_order(order, &domain),
		AnyOrder::Request(order) => key.sign_order(order, &domain),
	};
	if let Some(why) = unsaid(&order).filter(|_| key.scheme() == Scheme::Ethereum) {
		context.out.say(format_args!("signed natively: EIP-712 typed data has no field for {}", field(why)));
	}
	let hash = order.hash(&domain);
	let file = OrderFile::new(&Signed { order, signature }, &domain);
	let text = serde_json::to_string_pretty(&file)?;
	let Some(path) = to.output else { return Ok(Answer::new(text, file)) };
	std::fs::write(&path, text + "\n").map_err(disk(&path))?;
	Ok(Answer::new(format!("order {:?} is in {}", hash.0, path.display()), json!({ "hash": hash, "file": path })))
}

/// Returns the request that pays these prices for app and dataset at most, and the rest of --max-price for the workerpool.
async fn request(
	context: &Context,
	chain: &Chain,
	key: &Key,
	options: &RequestOptions,
	app: Amount,
	dataset: Amount,
) -> Result<RequestOrder> {
	let Request { wish, files, names, .. } = options.request(context, chain, key.account(), Pinning::Read, &[]).await?;
	if !names.is_empty() {
		return Err(failure!(InputLocal, "the list of what each task is run with is not in a store yet";
			"use `rlc app run`, or sign a request for each task"));
	}
	if let Some(file) = files.first() {
		return Err(failure!(InputLocal, "{} is not in a store yet", file.path.display();
			"name the inputs of a signed request by CID or URL"));
	}
	let Some(max) = wish.max_price else {
		return Err(failure!(PriceMissing, "--max-price is missing"; "give the most that a task may cost"));
	};
	let dataset = if wish.dataset.is_some() { dataset.0 } else { 0 };
	let pool = app.0.checked_add(dataset).and_then(|parts| max.checked_sub(parts));
	let pool = pool.ok_or_else(
		|| failure!(PriceLow, "app and dataset may cost more than --max-price {}", Amount(max); "raise --max-price"),
	)?;
	let mut request = wish.request(app.0, dataset, pool);
	if options.valid_for.is_none() && key.scheme() == Scheme::Ethereum && check_typed_but_for_expiry(&request).is_ok() {
		request.expiry = None;
		context.out.say("the request does not expire: typed data has no field for that; `rlc order cancel` ends it");
	}
	pins::check(&request, request.tag)?;
	Ok(request)
}

/// Returns what keeps an order from being signed as Ethereum's typed data.
fn unsaid(order: &AnyOrder) -> Option<NotExpressible> {
	let said = match order {
		AnyOrder::App(order) => order.struct_hash().map(|_| ()),
		AnyOrder::Dataset(order) => order.struct_hash().map(|_| ()),
		AnyOrder::Workerpool(order) => order.struct_hash().map(|_| ()),
		// What somebody asked for comes before the expiry, which requests have by default.
		AnyOrder::Request(order) => check_typed_but_for_expiry(order).and(order.struct_hash().map(|_| ())),
	};
	said.err()
}

/// Checks that typed data can say what a request says, but for when it expires.
fn check_typed_but_for_expiry(request: &RequestOrder) -> std::result::Result<(), NotExpressible> {
	RequestOrder { expiry: None, ..request.clone() }.struct_hash().map(|_| ())
}

/// Says what has no field, and which option to leave out.
fn field(why: NotExpressible) -> &'static str {
	match why {
		NotExpressible::ForeignAccount => {
			"an account without an Ethereum address (your own, or that of --beneficiary or --only-requester)"
		}
		NotExpressible::ZeroAddress => "the address zero, which stands for nobody there",
		NotExpressible::Payer => "a payer",
		NotExpressible::Expiry => "an expiry (--valid-for)",
		NotExpressible::LeastRecord => "a record of workerpools (--least-completed, --max-failed)",
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::market::tests::wish;
	use rlc_primitives::{record::LeastRecord, AccountId, OrderSignature, PoolRestriction, Restriction, SigningDomain};
	use sp_core::{H160, H256};

	/// Returns a request of an Ethereum key, which does not expire.
	fn request(key: &Key) -> RequestOrder {
		RequestOrder { requester: key.account(), beneficiary: None, expiry: None, ..wish().request(0, 0, 1) }
	}

	#[test]
	fn option_that_keeps_an_ethereum_key_from_typed_data_is_named() {
		let (key, domain) =
			(Key::new(Scheme::Ethereum, "//Eve").unwrap(), SigningDomain::new(H256::zero(), 1, H160::zero()));
		let said = |order: RequestOrder| {
			let typed = matches!(key.sign_order(&order, &domain), OrderSignature::Eip712(_));
			let why = unsaid(&order.into()).map(field);
			assert_eq!(typed, why.is_none(), "{why:?}");
			why.unwrap_or_default()
		};
		let plain = request(&key);
		assert_eq!(said(plain.clone()), "");
		let expiring = RequestOrder { expiry: Some(5), ..plain.clone() };
		assert!(said(expiring.clone()).contains("--valid-for"));
		let record = Some(LeastRecord { completed: 1, max_failed: 100 });
		let strict = RequestOrder { workerpool: PoolRestriction::new(Restriction::Anyone, record), ..expiring.clone() };
		assert!(said(strict).contains("--least-completed"), "not the expiry, which nobody asked for");
		let foreign = RequestOrder { beneficiary: Some(AccountId::new([7; 32])), ..expiring };
		assert!(said(foreign).contains("--beneficiary"));
	}
}
