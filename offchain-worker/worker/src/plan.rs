//! What the tasks of a deal run, and on what: put together from what the chain holds.

use rlc_primitives::{
	assets::{App, Dataset},
	market::DealView,
	work::FailureCause,
};
use rlc_protocol::{Needs, RequestParams};
use rlc_store::is_pinned;

use crate::record::RunFailure;

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
	/// Puts a plan together, if a worker can do what the request asks for. That is neither an enclave nor an encrypted result,
	/// so what apps write may be shown to those who read along.
	///
	/// # Errors
	///
	/// Why the deal's tasks cannot be computed here.
	pub fn of(deal: DealView, app: App, dataset: Option<Dataset>) -> Result<Self, RunFailure> {
		let (trust, tag) = (deal.deal.trust, deal.deal.tag);
		let (params, args) = RequestParams::parse_servable(&deal.params, trust, tag, is_pinned)
			.map_err(|unservable| RunFailure::of_task(unservable.cause(), unservable.to_string()))?;
		if tag.has_tee() {
			let words = "the deal demands an enclave, and this worker has none";
			return Err(RunFailure::of_task(FailureCause::EnclaveFailed, words));
		}
		Ok(Self { deal, app, dataset, params, args })
	}

	/// Returns whether several workers have to agree on a result.
	pub fn is_compared(&self) -> bool {
		self.deal.deal.trust > 1
	}

	/// Returns what each of the tasks needs of a machine.
	pub fn needs(&self) -> Needs {
		self.params.rlc_needs.under(self.deal.deal.tag)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::deal;
	use rlc_primitives::Tag;

	fn with_params(params: &str) -> Result<Plan, RunFailure> {
		let mut deal = deal(1);
		deal.params = params.as_bytes().to_vec().try_into().unwrap();
		Plan::of(deal, App::default(), None)
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
		let lists = r#"{"bulk_cid": "Qm", "rlc_each": "Qm"}"#;
		for params in ["it's", "{", r#"{"x": 1}"#, lists, elsewhere, encrypted] {
			assert_eq!(with_params(params).unwrap_err().cause, Some(FailureCause::InvalidParams), "{params}");
		}
		let secrets = with_params(r#"{"iexec_secrets": {"1": "x"}}"#).unwrap_err();
		assert_eq!(secrets.cause, Some(FailureCause::SecretUnavailable));
	}

	#[test]
	fn what_workers_could_not_agree_on_is_not_computed() {
		let planned = |trust, tag, input: &str| {
			let mut deal = deal(trust);
			deal.deal.tag = Tag::from_bits(tag);
			let params = format!(r#"{{"iexec_input_files": ["{input}"]}}"#);
			deal.params = params.into_bytes().try_into().unwrap();
			Plan::of(deal, App::default(), None).map_err(|failure| failure.cause)
		};
		let url = "https://x.org/a";
		let pinned = format!("{url}#sha256={}", "ab".repeat(32));
		assert!(planned(1, Tag::NETWORK, url).is_ok());
		assert!(planned(2, 0, &pinned).is_ok());
		for (tag, input) in [(0, url), (Tag::NETWORK, pinned.as_str())] {
			assert_eq!(planned(2, tag, input).unwrap_err(), Some(FailureCause::InvalidParams), "{input}");
		}
	}

	#[test]
	fn needs_are_the_requests_and_the_tags() {
		let mut plan = with_params(r#"{"rlc_needs": {"cores": 2}}"#).unwrap();
		assert_eq!((plan.needs().cores, plan.needs().gpus), (2, 0));
		plan.deal.deal.tag = Tag::from_bits(Tag::GPU);
		assert_eq!((plan.needs().cores, plan.needs().gpus), (2, 1));
		let misspelled = with_params(r#"{"rlc_needs": {"core": 2}}"#).unwrap_err();
		assert_eq!(misspelled.cause, Some(FailureCause::InvalidParams));
	}

	#[test]
	fn enclave_is_not_promised() {
		let mut deal = deal(1);
		deal.deal.tag = Tag::from_bits(1);
		let failure = Plan::of(deal, App::default(), None).unwrap_err();
		assert_eq!(failure.cause, Some(FailureCause::EnclaveFailed));
	}
}
