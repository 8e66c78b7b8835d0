//! `rlc order show`: an order, and what is left of it.

use std::path::Path;

use clap::Args;
use rlc_json::Account;
use rlc_primitives::{AnyOrder, SigningDomain};

use crate::{
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	ids,
	order_file::{OrderFile, Signed},
	say,
};

/// Show an order, and what is left of it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc order show request.json
  rlc order show 0x1f8a…c0                       an order in the book")]
pub(crate) struct Show {
	/// A file that `rlc order sign` wrote, or the hash of an order
	pub order: String,
}

/// Reads the order's file, and asks the chain what is left.
pub(crate) async fn run(show: Show, context: &Context) -> Result<Answer> {
	let name = &show.order;
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
		return Err(failure!(OrderUnknown, "nothing is known of order {name}"; "it may never have been published"));
	}
	Ok(say::order::shown(say::order::Known {
		hash,
		order,
		publisher: published.map(|published| Account(published.owner.clone())),
		consumed: view.as_ref().map_or(0, |view| view.consumed),
		signature: given.as_ref().map(|signed| signer(signed, &domain)),
	}))
}

/// Says whether the request's own account signed; of other orders the file does not say whose signature it should be.
fn signer(signed: &Signed, domain: &SigningDomain) -> &'static str {
	match &signed.order {
		AnyOrder::Request(order) => match signed.order.verify(&signed.signature, domain, &order.requester) {
			Ok(()) => "the requester's",
			Err(_) => "not the requester's",
		},
		_ => "checked against the asset's owner when it is matched",
	}
}
