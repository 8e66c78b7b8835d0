//! Deals that begin when others are done: the results of the others are files that their tasks read.

use std::path::PathBuf;

use rlc_chain::Chain;
use rlc_primitives::{market::DealView, work::TaskView, DealId};
use tempfile::TempDir;

use crate::{
	context::Context,
	deals::{self, Counts},
	failure::{disk, failure, Result},
	results, watch,
};

/// The most results that tasks read of other deals.
const MOST: u64 = 1_000;

/// Results of other deals, as they were in a store, each checked against the chain.
#[derive(Debug)]
pub(crate) struct Brought {
	/// Their files.
	pub files: Vec<PathBuf>,
	/// Where these are, as long as this is kept.
	_dir: Option<TempDir>,
}

/// Waits until these deals are done, and brings the results of all their tasks.
///
/// # Errors
///
/// If a task of them has failed, or its result does not arrive: nothing is to be bought then. If there are more results than
/// [`MOST`], before anything is waited for.
pub(crate) async fn bring(context: &Context, chain: &Chain, earlier: &[DealId]) -> Result<Brought> {
	if earlier.is_empty() {
		return Ok(Brought { files: Vec::new(), _dir: None });
	}
	let mut tasks = 0_u64;
	for id in earlier {
		tasks = tasks.saturating_add(deals::deal(chain, *id).await?.deal.size);
	}
	if tasks > MOST {
		return Err(
			failure!(AfterTooMany, "the deals of --after have {tasks} tasks, but a task can read {MOST} results";
			"let a deal before this one put some of them together"),
		);
	}
	let dir = tempfile::tempdir().map_err(disk(&std::env::temp_dir()))?;
	let mut files = Vec::new();
	for id in earlier {
		let (deal, tasks) = watch::to_the_end(context, chain, *id).await?;
		check(&deal, &tasks)?;
		files.extend(results::contents(context, chain, &deal, &tasks, dir.path()).await?);
	}
	Ok(Brought { files, _dir: Some(dir) })
}

/// Checks that each task of a closed deal has a result.
fn check(deal: &DealView, tasks: &[TaskView]) -> Result<()> {
	let counts = Counts::of(tasks);
	if counts.completed == deal.deal.size {
		return Ok(());
	}
	let (id, words) = (deal.id.0, counts.words());
	Err(failure!(AfterFailed, "deal {id:?} of --after has tasks without a result ({words}), so nothing was bought";
		"`rlc deal show {id:?}` says why; buy it again, and give the new deal to --after"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		refund::tests::{failed, RELEASED},
		say::deal::tests::{closed, completed},
	};

	#[test]
	fn deal_with_a_failed_task_is_no_beginning_for_another() {
		let deal = closed(1);
		assert_eq!(check(&deal, &[completed(0), completed(1)]), Ok(()));
		for tasks in [&[completed(0), failed(1, Some(RELEASED))][..], &[completed(0)]] {
			let refused = check(&deal, tasks).unwrap_err();
			assert_eq!(refused.code(), "after.failed");
			assert!(refused.to_string().contains("so nothing was bought"), "{refused}");
		}
	}
}
