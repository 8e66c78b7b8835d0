//! Assets that were just deployed: they are registered, and sold at once if asked for.

use clap::Args;
use rlc_chain::{Chain, Key};
use rlc_json::{HashedOrder, Order};
use rlc_primitives::{market::BookEntry, AnyOrder, Balance};
use serde_json::json;
use sp_core::H256;

use super::{
	kind::Asset,
	registry::registered,
	sale::{publish_as, rivals, Others},
};
use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	local_file::LocalFile,
};

/// Whether an asset is sold as soon as it is registered.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct SellAtOnce {
	/// What a task pays for it, with --publish; 0: nothing. On a development chain, 0 unless you name it
	#[arg(long, value_name = "AMOUNT", requires = "publish")]
	pub price: Option<Amount>,
	/// Sell it at once, at --price, instead of your other orders for it on the same terms
	#[arg(long)]
	pub publish: bool,
}

/// What a task pays for an asset that is sold at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SalePrice {
	/// The amount.
	pub amount: Amount,
	/// Whether somebody named it. If not, it is 0, as on any development chain.
	pub is_named: bool,
}

impl SellAtOnce {
	/// Returns the price of a task, if the asset is sold. On a development chain, whose RLC are worth nothing, nobody has to name
	/// one.
	///
	/// # Errors
	///
	/// If it is missing; if the node does not answer.
	pub(crate) async fn price(self, chain: &Chain) -> Result<Option<SalePrice>> {
		let is_free = self.publish && self.price.is_none() && chain.is_development().await?;
		self.price_if(is_free)
	}

	/// Returns the same. `is_free`: what is sold without a price is sold for nothing.
	fn price_if(self, is_free: bool) -> Result<Option<SalePrice>> {
		match self.price {
			_ if !self.publish => Ok(None),
			Some(amount) => Ok(Some(SalePrice { amount, is_named: true })),
			None if is_free => Ok(Some(SalePrice { amount: Amount(0), is_named: false })),
			None => Err(failure!(PriceMissing, "--price is missing"; "give what a task pays, 0 for nothing")),
		}
	}
}

/// Sells an asset, unless it is on sale on these terms, and at this price alone; or, if nobody named the price, at any.
///
/// # Errors
///
/// If the chain refuses it.
pub(crate) async fn offer(
	context: &Context,
	chain: &Chain,
	key: Key,
	order: AnyOrder,
	price: SalePrice,
) -> Result<Answer> {
	let known = rivals(chain, &key.account(), &order).await?;
	match on_sale(&known, price.is_named.then_some(price.amount.0)) {
		Some(entry) => {
			let (price, hash) = (Amount(entry.price), entry.hash);
			let text = format!("already on sale for {price} a task, order {:?}", hash.0);
			Ok(Answer::new(text, HashedOrder { hash, order: Order(entry.order.clone()) }))
		}
		None => {
			if !price.is_named {
				context.out.say("no --price: it is sold for nothing, as on any development chain");
			}
			publish_as(context, chain, key, order, Others::Replace).await
		}
	}
}

/// Returns the order that sells at this price already, of all that an account has in the book on the same terms. With others
/// beside it, another price may be the price. `None`: any price will do.
fn on_sale(known: &[BookEntry], price: Option<Balance>) -> Option<&BookEntry> {
	match (known, price) {
		(_, None) => known.iter().find(|entry| entry.remaining > 0),
		([entry], Some(price)) if entry.price == price && entry.remaining > 0 => Some(entry),
		_ => None,
	}
}

/// Says that an asset of this file is registered, which [earlier](super::earlier) ones have its name, and how it is sold, if it
/// is.
pub(crate) fn deployed<A: Asset>(
	id: A,
	is_new: bool,
	file: &LocalFile,
	earlier: &[A],
	sale: Option<&Answer>,
) -> Answer {
	let kind = A::KIND;
	let mut text = registered(id, is_new);
	for other in earlier {
		let other = other.hex();
		text += &format!(
			"\nyour {kind} {other} has this name too: to run the new one by its name, remove that one with `rlc \
			{kind} deregister {other}`"
		);
	}
	let mut json = json!({ "new": is_new, "cid": file.cid, "checksum": H256(file.cid.digest()), "earlier": earlier });
	json[kind] = json!(id);
	if let Some(sale) = sale {
		text += &format!("\n{}", sale.text);
		json["hash"] = sale.json["hash"].clone();
	}
	Answer::new(text, json)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::market::tests::quote;
	use rlc_primitives::{AccountId, OrderHash};

	#[test]
	fn what_is_published_without_a_price_is_sold_for_nothing_or_not_at_all() {
		let sell = |price, publish| SellAtOnce { price, publish };
		for is_free in [true, false] {
			for amount in [Amount(5), Amount(0)] {
				let named = SalePrice { amount, is_named: true };
				assert_eq!(sell(Some(amount), true).price_if(is_free), Ok(Some(named)));
			}
			assert_eq!(sell(None, false).price_if(is_free), Ok(None), "it is not sold");
		}
		let free = SalePrice { amount: Amount(0), is_named: false };
		assert_eq!(sell(None, true).price_if(true), Ok(Some(free)));
		assert_eq!(sell(None, true).price_if(false).unwrap_err().code(), "price.missing");
	}

	#[test]
	fn asset_is_on_sale_already_only_if_nothing_else_sells_it_on_these_terms() {
		let entry = |price, remaining| BookEntry {
			hash: OrderHash::default(),
			order: quote().app.into(),
			owner: AccountId::new([1; 32]),
			price,
			remaining,
			published: 0,
		};
		assert!(on_sale(&[entry(3, 1)], Some(3)).is_some());
		assert!(on_sale(&[], Some(3)).is_none());
		assert!(on_sale(&[entry(3, 0)], Some(3)).is_none(), "used up");
		assert!(on_sale(&[entry(1, 1)], Some(3)).is_none(), "at another price");
		assert!(on_sale(&[entry(1, 1), entry(3, 1)], Some(3)).is_none(), "everybody buys at 1");
		assert!(
			on_sale(&[entry(0, 0), entry(3, 1)], None).is_some_and(|entry| entry.price == 3),
			"nobody named a price"
		);
		assert!(on_sale(&[entry(3, 0)], None).is_none(), "used up");
	}
}
