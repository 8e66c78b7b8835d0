//! Orders as the command line names them: by a file, or by the hash of an order in the book.

use rlc_chain::Chain;
use rlc_primitives::{
	market::{Authorization, SignedOrder},
	AnyOrder, OrderKind, OrderSignature,
};

use crate::{
	failure::{failure, Result},
	ids,
	order_file::{OrderFile, Signed},
};

/// An order that the command line names, with its signature if it came in a file.
pub(crate) struct NamedOrder {
	/// The order.
	pub order: AnyOrder,
	signature: Option<OrderSignature>,
}

impl NamedOrder {
	/// Reads it from a file or from the book.
	///
	/// # Errors
	///
	/// If the file or the order is missing.
	pub(crate) async fn find(chain: &Chain, name: &str) -> Result<Self> {
		if let Ok(hash) = ids::order(name) {
			let published = chain.order(hash).await?.and_then(|view| view.published);
			let published = published
				.ok_or_else(|| failure!(OrderUnknown, "order {name} is not in the book"; "give its file instead"))?;
			return Ok(Self { order: published.order, signature: None });
		}
		let Signed { order, signature } = OrderFile::named(name)?;
		Ok(Self { order, signature: Some(signature) })
	}

	/// Returns it as a side of a deal; `pick` takes the order if it is of this kind.
	///
	/// # Errors
	///
	/// If it is of another kind.
	pub(crate) fn side<O>(self, kind: OrderKind, pick: impl FnOnce(AnyOrder) -> Option<O>) -> Result<SignedOrder<O>> {
		let found = self.order.kind().name();
		let authorization = self.signature.map_or(Authorization::OnChain, Authorization::Signature);
		let order = pick(self.order);
		let order = order.ok_or_else(|| {
			let wanted = kind.name();
			failure!(OrderKind, "--{wanted} names an order of kind {found}"; "give an order of kind {wanted}")
		})?;
		Ok(SignedOrder { order, authorization })
	}
}
