//! Deals of anybody: those that the chain still knows.

use rlc_primitives::{market::DealProgress, task::Task, Deal, DealId};

use crate::{questions, Chain, Error, Walked};

/// A deal, with how far it has come, without its params.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDeal {
	/// Its id.
	pub id: DealId,
	/// What was agreed on.
	pub deal: Deal,
	/// How far it has come.
	pub progress: DealProgress,
}

// Errors are those of every question.
#[allow(clippy::missing_errors_doc)]
impl Chain {
	/// Returns the deals that `wanted` picks, of about `most` that are looked at: all at one block, ordered by their ids. A deal
	/// stays for some days after its last task was closed.
	pub async fn deals(
		&self,
		most: usize,
		mut wanted: impl FnMut(DealId, &Deal) -> bool,
	) -> Result<Walked<KnownDeal>, Error> {
		let (_, at) = self.best().await?;
		let pick = |id: DealId, deal: Deal| wanted(id, &deal).then_some((id, deal));
		let Walked { found, is_whole } = self.walk(&questions::DEALS, at, most, pick).await?;
		let ids: Vec<_> = found.iter().map(|(id, _)| *id).collect();
		let progress = self.entries_at(&questions::PROGRESS, &ids, at).await?;
		let found = found.into_iter().zip(progress);
		let found = found.filter_map(|((id, deal), progress)| Some(KnownDeal { id, deal, progress: progress? }));
		Ok(Walked { found: found.collect(), is_whole })
	}

	/// Returns what `pick` makes of the tasks that somebody contributed to or that are closed, of about `most` that are looked
	/// at: all at one block, ordered by their ids.
	pub async fn touched_tasks<T>(
		&self,
		most: usize,
		mut pick: impl FnMut(Task) -> Option<T>,
	) -> Result<Walked<T>, Error> {
		let (_, at) = self.best().await?;
		self.walk(&questions::TASKS, at, most, |_, task| pick(task)).await
	}
}
