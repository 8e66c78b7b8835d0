//! Committing to results. A deal of trust 1 needs one worker only: it contributes and reveals at once.

use std::path::PathBuf;

use rlc_primitives::{
	work::{ContributionOf, DelegationProof, TaskRef},
	TaskId,
};
use tokio::time::Instant;

use super::{send::What, Actor, Busy};
use crate::{
	plan::Plans,
	ports::{ChainPort, SendError, Submission},
	record::{Output, OutputKind},
};

impl Actor {
	pub(super) fn prepare_contribution(&mut self, id: TaskId) {
		if self.refused_for_good(id) {
			return;
		}
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		entry.busy = Busy::Sending;
		self.sends.add(What::Contribute, id, entry.record.bag, Instant::now());
	}

	pub(super) fn contributions(&self, tasks: &[TaskId]) -> Vec<ContributionOf> {
		let entries = tasks.iter().filter_map(|id| Some((id, self.tasks.get(id)?)));
		let contributions = entries.filter_map(|(id, entry)| {
			Some(ContributionOf {
				task: entry.record.task,
				commitment: entry.record.state.output()?.commitment(&self.account, *id),
				authorization: entry.record.authorization.clone(),
				enclave_signature: None,
			})
		});
		contributions.collect()
	}

	/// A task that may go in one transaction.
	pub(super) fn lone(&self, id: TaskId) -> Option<Lone> {
		let record = &self.tasks.get(&id)?.record;
		let output = *record.state.output()?;
		let (task, authorization) = (record.task, record.authorization.clone());
		(!record.bag).then(|| Lone { task, authorization, output, file: self.result_file(id) })
	}
}

/// A task that is not of a bag.
pub(super) struct Lone {
	task: TaskRef,
	authorization: DelegationProof,
	output: Output,
	file: PathBuf,
}

impl Lone {
	/// Contribution and reveal at once, if the deal allows it.
	pub async fn submission(self, chain: &dyn ChainPort, plans: &Plans) -> Result<Option<Submission>, SendError> {
		let plan = plans.get(chain, self.task.deal).await.map_err(|error| SendError::Unclear(error.0))?;
		let Ok(plan) = plan else { return Ok(None) };
		let deal = &plan.deal.deal;
		if deal.trust > 1 {
			return Ok(None);
		}
		let callback_data = match deal.callback {
			None => None,
			Some(_) if self.output.kind == OutputKind::Archive => return Ok(None),
			Some(_) => {
				let unreadable =
					|error: std::io::Error| SendError::Unclear(format!("the result cannot be read: {error}"));
				let data = tokio::fs::read(&self.file).await.map_err(unreadable)?;
				// The runner lets no longer data pass.
				Some(data.try_into().map_err(|_| SendError::Unclear("the callback's data is too long".into()))?)
			}
		};
		let Self { task, authorization, output, .. } = self;
		Ok(Some(Submission::Lone { task, digest: output.digest, authorization, callback_data }))
	}
}
