//! What is stopped on the chain.

use crate::{calls, questions, Chain, Error};

/// What of the chain's business is stopped for now: by governance, or while the chain's state migrates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stops {
	/// Whether deals cannot be made.
	pub market: bool,
	/// Whether workers and schedulers cannot go on with tasks. Deadlines of tasks stand still for as long.
	pub work: bool,
}

// Errors are those of every question.
#[allow(clippy::missing_errors_doc)]
impl Chain {
	/// Returns what is stopped.
	pub async fn stops(&self) -> Result<Stops, Error> {
		let (clock, safe_mode, paused) = futures::try_join!(
			self.clock(),
			self.value(&questions::SAFE_MODE),
			self.is_paused("Marketplace", "MatchOrders")
		)?;
		Ok(Stops { market: safe_mode.is_some() || paused, work: clock.stands_still })
	}

	/// Returns whether a call of a pallet is paused by itself.
	async fn is_paused(&self, pallet: &str, call: &str) -> Result<bool, Error> {
		let name = (pallet.as_bytes().to_vec(), calls::on_chain(call).into_bytes());
		Ok(self.entry(&questions::PAUSED, &name).await?.is_some())
	}
}
