//! What the tasks of a deal run, and on what: read from the chain itself, once for each deal.

use std::{
	collections::{HashMap, VecDeque},
	sync::Arc,
};

use rlc_primitives::{
	assets::{App, Dataset},
	market::DealView,
	work::FailureCause,
	DealId,
};
use rlc_protocol::{Needs, RequestParams, Unsupported};
use tokio::sync::{Mutex, OnceCell};

use crate::{
	ports::{ChainPort, Unreachable},
	record::Failure,
};

/// The most deals that are kept in mind. Others are asked for again.
const REMEMBERED: usize = 256;

/// What the tasks of a deal run, and on what.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
	/// The deal.
	pub deal: DealView,
	/// The app.
	pub app: App,
	/// The dataset, if there is one.
	pub dataset: Option<Dataset>,
	/// What the request says of the input.
	pub params: RequestParams,
	/// The app's arguments.
	pub args: Vec<String>,
}

impl Plan {
	/// What each of the tasks needs of a machine.
	pub fn needs(&self) -> Needs {
		self.params.rlc_needs.under(self.deal.deal.tag)
	}
}

/// What a deal's plan is, or why its tasks cannot be computed.
type Known = Result<Arc<Plan>, Failure>;

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
	/// The plan of a deal. Tasks of one deal that ask at once share the question.
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
		return Ok(Err(Failure::of_task(FailureCause::AppUnavailable, "the app is not registered")));
	};
	let dataset = match &deal.deal.dataset {
		None => None,
		Some(resource) => match chain.dataset(resource.id).await? {
			None => {
				let words = "the dataset is not registered";
				return Ok(Err(Failure::of_task(FailureCause::DatasetUnavailable, words)));
			}
			dataset => dataset,
		},
	};
	Ok(understand(deal, app, dataset).map(Arc::new))
}

/// Put a plan together, if the worker can do what the request asks for.
fn understand(deal: DealView, app: App, dataset: Option<Dataset>) -> Result<Plan, Failure> {
	let invalid = |words: String| Failure::of_task(FailureCause::InvalidParams, words);
	let params = RequestParams::parse(&deal.params).map_err(|error| invalid(error.to_string()))?;
	let args = params.args().map_err(|error| invalid(error.to_string()))?;
	if deal.deal.tag.has_tee() {
		let words = "the deal demands an enclave, and this worker has none";
		return Err(Failure::of_task(FailureCause::EnclaveFailed, words));
	}
	params.supported().map_err(|unsupported| {
		let cause = match unsupported {
			Unsupported::Secrets => FailureCause::SecretUnavailable,
			_ => FailureCause::InvalidParams,
		};
		Failure::of_task(cause, unsupported.to_string())
	})?;
	Ok(Plan { deal, app, dataset, params, args })
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::deal;
	use rlc_primitives::Tag;

	fn with_params(params: &str) -> Result<Plan, Failure> {
		let mut deal = deal(1);
		deal.params = params.as_bytes().to_vec().try_into().unwrap();
		understand(deal, App::default(), None)
	}

	#[test]
	fn params_are_arguments_or_iexecs_json() {
		assert_eq!(with_params("a 'b c'").unwrap().args, ["a", "b c"]);
		let plan = with_params(r#"{"iexec_args": "x", "iexec_input_files": ["http://x.org/a"]}"#).unwrap();
		assert_eq!((plan.args.len(), plan.params.iexec_input_files.len()), (1, 1));
	}

	#[test]
	fn params_that_nobody_can_serve_are_the_tasks_fault() {
		let elsewhere = r#"{"iexec_result_storage_provider": "dropbox"}"#;
		let encrypted = r#"{"iexec_result_encryption": true}"#;
		for params in ["it's", "{", r#"{"x": 1}"#, r#"{"bulk_cid": "Qm"}"#, elsewhere, encrypted] {
			assert_eq!(with_params(params).unwrap_err().cause, Some(FailureCause::InvalidParams), "{params}");
		}
		let secrets = with_params(r#"{"iexec_secrets": {"1": "x"}}"#).unwrap_err();
		assert_eq!(secrets.cause, Some(FailureCause::SecretUnavailable));
	}

	#[test]
	fn needs_are_the_requests_and_the_tags() {
		let mut plan = with_params(r#"{"rlc_needs": {"cores": 2}}"#).unwrap();
		assert_eq!((plan.needs().cores, plan.needs().gpus), (2, 0));
		plan.deal.deal.tag = Tag::from_bits(Tag::GPU);
		assert_eq!((plan.needs().cores, plan.needs().gpus), (2, 1));
		let misspelt = with_params(r#"{"rlc_needs": {"core": 2}}"#).unwrap_err();
		assert_eq!(misspelt.cause, Some(FailureCause::InvalidParams));
	}

	#[test]
	fn enclave_is_not_promised() {
		let mut deal = deal(1);
		deal.deal.tag = Tag::from_bits(1);
		let failure = understand(deal, App::default(), None).unwrap_err();
		assert_eq!(failure.cause, Some(FailureCause::EnclaveFailed));
	}

	#[test]
	fn old_deals_are_forgotten() {
		let mut known = Remembered::default();
		for number in 0..=REMEMBERED as u64 {
			known.cell(DealId(sp_core::H256::from_low_u64_be(number)));
		}
		assert_eq!((known.plans.len(), known.order.len()), (REMEMBERED, REMEMBERED));
	}
}
