//! `rlc order show`: an order, and what is left of it.

use clap::Args;
use rlc_chain::Chain;
use rlc_json::{Decimal, KnownOrder, Order, OrderStatus};
use rlc_primitives::{market::OrderView, AnyOrder, DealId, OrderHash, SigningDomain};

use crate::{
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	ids,
	order_file::{OrderFile, Signed},
	role, say,
};

/// Show an order, what is left of it, and the deals that were made of a request
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc order show request.json
  rlc order show 0x1f8a…c0                       an order in the book")]
pub(crate) struct Show {
	/// A file with a signed order, of `rlc order sign` or of iExec's SDK; or the hash of an order
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
			let signed = OrderFile::named(name)?;
			(signed.order.hash(&domain), Some(signed))
		}
	};
	let view = chain.order(hash).await?;
	if given.is_none() && view.is_none() {
		return Err(failure!(OrderUnknown, "nothing is known of order {name}"; "it may never have been published"));
	}
	let signature = given.as_ref().map(|signed| signer(signed, &domain).to_owned());
	let status = status(hash, given.map(|signed| signed.order), view, signature);
	let deals = deals(context, &chain, &status).await?;
	Ok(say::order::shown(&status, &deals))
}

/// Returns the deals that were made of a request, the newest first: none of another order. What a hash names that is no
/// longer in the book may be one.
async fn deals(context: &Context, chain: &Chain, status: &OrderStatus) -> Result<Vec<DealId>> {
	let may_be_request = status.order.as_ref().is_none_or(|order| matches!(order.0, AnyOrder::Request(_)));
	if !may_be_request || status.known.consumed.0 == 0 {
		return Ok(Vec::new());
	}
	let made = role::deals_from(&context.out, chain, status.hash).await?;
	Ok(made.into_iter().map(|made| made.deal.id).collect())
}

/// Puts together what its file and the chain say of an order. What is left follows from its file too.
fn status(hash: OrderHash, given: Option<AnyOrder>, view: Option<OrderView>, signature: Option<String>) -> OrderStatus {
	let view = view.unwrap_or(OrderView { published: None, presigned_by: None, consumed: 0, remaining: None });
	let mut known = KnownOrder::from(view);
	let published = known.published.as_ref().map(|published| published.order.clone());
	let order = given.map(Order).or(published);
	known.remaining = order.as_ref().map(|order| Decimal(order.0.volume().saturating_sub(known.consumed.0)));
	OrderStatus { hash, order, known, signature }
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::market::tests::quote;

	#[test]
	fn what_is_left_of_a_file_s_order_follows_from_its_volume() {
		let order = AnyOrder::from(quote().app);
		let volume = order.volume();
		let view = OrderView { published: None, presigned_by: None, consumed: 1, remaining: None };
		let known = status(OrderHash::default(), Some(order.clone()), Some(view), None);
		assert_eq!(known.known.remaining, Some(Decimal(volume - 1)));
		let unseen = status(OrderHash::default(), Some(order), None, None);
		assert_eq!((unseen.known.consumed, unseen.known.remaining), (Decimal(0), Some(Decimal(volume))));
	}
}
