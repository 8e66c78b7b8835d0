//! The plans of the last deals: read from the chain itself, once for each deal.

use std::{
	collections::{HashMap, VecDeque},
	sync::Arc,
};

use rlc_primitives::{work::FailureCause, DealId};
use tokio::sync::{Mutex, OnceCell};

use crate::{
	plan::Plan,
	ports::{ChainPort, Unreachable},
	record::RunFailure,
};

/// The most deals that are kept in mind. Others are asked for again.
const REMEMBERED: usize = 256;

/// What a deal's plan is, or why its tasks cannot be computed.
type Known = Result<Arc<Plan>, RunFailure>;

/// The plans of the last deals.
#[derive(Default)]
pub(crate) struct Plans {
	known: Mutex<Remembered>,
}

#[derive(Default)]
struct Remembered {
	plans: HashMap<DealId, Arc<OnceCell<Known>>>,
	order: VecDeque<DealId>,
}

impl Plans {
	/// Returns the plan of a deal. Tasks of one deal that ask at once share the question.
	///
	/// # Errors
	///
	/// The outer one if the chain does not answer, the inner one if the deal's tasks cannot be computed.
	pub async fn get(&self, chain: &dyn ChainPort, deal: DealId) -> Result<Known, Unreachable> {
		let cell = self.known.lock().await.cell(deal);
		cell.get_or_try_init(|| plan(chain, deal)).await.cloned()
	}
}

impl Remembered {
	fn cell(&mut self, deal: DealId) -> Arc<OnceCell<Known>> {
		if let Some(cell) = self.plans.get(&deal) {
			return cell.clone();
		}
		if self.order.len() >= REMEMBERED {
			if let Some(oldest) = self.order.pop_front() {
				self.plans.remove(&oldest);
			}
		}
		self.order.push_back(deal);
		self.plans.entry(deal).or_default().clone()
	}
}

async fn plan(chain: &dyn ChainPort, id: DealId) -> Result<Known, Unreachable> {
	let Some(deal) = chain.deal(id).await? else {
		// The scheduler's node may be ahead of this one.
		return Err(Unreachable(format!("the chain does not know the deal {:?}", id.0)));
	};
	let Some(app) = chain.app(deal.deal.app.id).await? else {
		return Ok(Err(RunFailure::of_task(FailureCause::AppUnavailable, "the app is not registered")));
	};
	let dataset = match &deal.deal.dataset {
		None => None,
		Some(resource) => match chain.dataset(resource.id).await? {
			None => {
				let words = "the dataset is not registered";
				return Ok(Err(RunFailure::of_task(FailureCause::DatasetUnavailable, words)));
			}
			dataset => dataset,
		},
	};
	Ok(Plan::of(deal, app, dataset).map(Arc::new))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn old_deals_are_forgotten() {
		let mut known = Remembered::default();
		for number in 0..=REMEMBERED as u64 {
			known.cell(DealId(sp_core::H256::from_low_u64_be(number)));
		}
		assert_eq!((known.plans.len(), known.order.len()), (REMEMBERED, REMEMBERED));
	}
}
