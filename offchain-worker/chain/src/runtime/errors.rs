//! Every error that the runtime can refuse a call with, as it describes them.

use super::{unnamed, variants, Runtime};
use crate::{Chain, Error, Failure};

impl Runtime {
	/// Returns the errors of all pallets, pallet by pallet, and those of none.
	fn errors(&self) -> Vec<Failure> {
		let pallets = self.metadata.pallets.iter();
		let errors = pallets.filter_map(|pallet| Some((pallet, pallet.error.as_ref()?)));
		let all = errors.flat_map(|(pallet, errors)| {
			variants(self.types(), errors.ty.id).iter().map(|error| Failure {
				pallet: pallet.name.clone(),
				error: error.name.clone(),
				docs: error.docs.join(" ").trim().into(),
			})
		});
		all.chain(unnamed::all()).collect()
	}
}

impl Chain {
	/// Returns every error that the chain can refuse a call with, and what it means.
	///
	/// # Errors
	///
	/// If the node does not answer.
	pub async fn errors(&self) -> Result<Vec<Failure>, Error> {
		Ok(self.runtime(None).await?.errors())
	}
}
