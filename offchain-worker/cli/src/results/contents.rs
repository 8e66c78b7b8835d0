//! Results as they are in a store: what another deal's tasks can read.

use std::{
	fs,
	path::{Path, PathBuf},
};

use rlc_chain::Chain;
use rlc_primitives::{market::DealView, work::TaskView};
use rlc_store::Cid;
use tokio::time::Instant;

use super::{arrive, cids, Promised, UPLOAD_PATIENCE};
use crate::{
	context::Context,
	failure::{disk, Result},
	pool,
};

/// Downloads the results of these tasks of a deal into a directory, verifies them, and returns their files: for the task with
/// the index 3 of deal 0x9d0c1234…, `result-9d0c1234-3.tar`, or `result-9d0c1234-3` if it left data for a callback.
///
/// # Errors
///
/// If one does not arrive in time, or cannot be kept here.
pub(crate) async fn contents(
	context: &Context,
	chain: &Chain,
	deal: &DealView,
	tasks: &[TaskView],
	dir: &Path,
) -> Result<Vec<PathBuf>> {
	let promised: Vec<_> = tasks.iter().filter_map(Promised::of).collect();
	let store = pool::store(&pool::url(context, chain, deal.deal.workerpool.id).await?)?;
	let progress = context.out.tasks("downloading", promised.len() as u64);
	let end = Instant::now() + UPLOAD_PATIENCE;
	let mut files = Vec::with_capacity(promised.len());
	for result in promised {
		let data = dir.join(format!("result-{}-{}", &hex::encode(deal.id.0)[..8], result.index));
		let cid = arrive(&store, &cids(&deal.deal, result.digest), &data, end, &progress).await;
		let cid = cid.map_err(|error| result.lost(error, deal.deal.trust))?;
		let archive = data.with_extension("tar");
		files.push(if cid == Cid::of_sha256(result.digest.0 .0) {
			fs::rename(&data, &archive).map_err(disk(&archive))?;
			archive
		} else {
			data
		});
		progress.set(files.len() as u64);
	}
	Ok(files)
}
