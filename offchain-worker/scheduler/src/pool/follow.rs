//! Beginning, and following the chain.

use std::time::Duration;

use futures::StreamExt;
use rlc_primitives::DealId;
use sp_core::H256;
use tokio::time::sleep;

use super::{database::AGAIN, Input, Means, Pool};
use crate::{
	chain::{Answer, BlockKind, ChainError, DealFacts, PoolChain},
	db::{Business, DbError, DealRow},
	Error,
};

/// How long to wait before the chain is followed again, or asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// What was written down before this scheduler started.
struct Written {
	/// What decides on the votes of proven strangers.
	secret: H256,
	business: Business,
	/// The block up to which all deals are known.
	cursor: u32,
	deals: Vec<DealRow>,
}

impl Pool {
	/// Reads what was written down, and follows the chain from there.
	pub(super) async fn begin(&mut self) -> Result<(), Error> {
		self.ask_the_time().await;
		// Blocks tell what happens from here on, and the state what happened before, however long ago: no node has to keep
		// that.
		let from = last_final(&self.means).await;
		let mut waits = AGAIN.waits();
		let written = loop {
			match self.read_written().await {
				Ok(written) => break written,
				Err(error) => self.bear(error, &mut waits).await?,
			}
		};
		self.state.set_secret(written.secret);
		self.recalled(written.business);
		self.cursor = written.cursor;
		for row in written.deals {
			self.read_deal(row.deal, false);
		}
		for kind in [BlockKind::Best, BlockKind::Final] {
			tokio::spawn(follow(self.means.clone(), from, kind));
		}
		self.find_deals();
		Ok(())
	}

	/// Enters this instance among those that live, and reads what was written down.
	async fn read_written(&self) -> Result<Written, DbError> {
		let db = &self.means.db;
		db.enlist().await?;
		Ok(Written {
			secret: db.secret_of_votes().await?,
			business: db.business(self.now()).await?,
			cursor: db.cursor().await?.unwrap_or(0),
			deals: db.open_deals().await?,
		})
	}

	/// Asks the chain which deals of the pool are open. Events say so sooner, but they are hints: a scheduler that was away,
	/// or a node that has discarded old state, misses some.
	pub(super) fn find_deals(&self) {
		let means = self.means.clone();
		let known = self.state.deals().keys().copied().collect();
		tokio::spawn(async move {
			let _permit = means.calls.acquire().await;
			match means.chain.open_deals().await {
				// Fails only when the pool ends.
				Ok(deals) => _ = means.inputs.send(Input::OpenDeals(known, deals)).await,
				Err(error) => tracing::warn!("the chain does not list the pool's open deals: {error}"),
			}
		});
	}

	/// Asks the chain what time it is, until it tells or this scheduler is to stop. PoCo time may be far behind the
	/// machine's, by which deadlines would seem to have passed.
	async fn ask_the_time(&mut self) {
		let shutdown = self.means.shutdown.clone();
		loop {
			match self.means.chain.clock().await {
				Ok(clock) => return self.clock.set(clock),
				Err(error) => tracing::warn!("the chain does not tell the time: {error}"),
			}
			tokio::select! {
				() = shutdown.begun() => return,
				() = sleep(PAUSE) => {}
			}
		}
	}

	/// Takes note that the pool has a deal.
	pub(super) fn deal_opened(&mut self, deal: DealId, first: u64, size: u64) {
		if self.state.deal(&deal).is_some() || self.reading.contains(&deal) || self.opened.contains(&deal) {
			return;
		}
		tracing::info!(deal = ?deal.0, size, "a new deal");
		self.batch.deals.push(DealRow { deal, first, size });
		self.opened.push(deal);
	}

	/// Asks the chain for a deal.
	pub(super) fn read_deal(&mut self, deal: DealId, later: bool) {
		if !self.reading.insert(deal) {
			return;
		}
		let means = self.means.clone();
		let cursor = self.cursor;
		tokio::spawn(async move {
			if later {
				sleep(PAUSE * 5).await;
			}
			let _permit = means.calls.acquire().await;
			let facts = deal_of(&*means.chain, deal, cursor).await.map(|facts| facts.map(Box::new));
			let _ = means.inputs.send(Input::Deal(deal, facts)).await;
		});
	}
}

/// Returns the last final block, once the chain tells; `None` if this scheduler is to stop.
async fn last_final(means: &Means) -> Option<u32> {
	loop {
		match means.chain.finalized().await {
			Ok(number) => return Some(number),
			Err(error) => tracing::warn!("the chain does not tell which block is final: {error}"),
		}
		tokio::select! {
			() = means.shutdown.begun() => return None,
			() = sleep(PAUSE) => {}
		}
	}
}

/// Returns a deal; `None` if there is none. A node that has not come to the block `cursor` cannot say that: another one may
/// have answered before, or it begins again.
async fn deal_of(chain: &dyn PoolChain, deal: DealId, cursor: u32) -> Answer<Option<DealFacts>> {
	if let Some(facts) = chain.deal(deal).await? {
		return Ok(Some(facts));
	}
	let finalized = chain.finalized().await?;
	if finalized < cursor {
		return Err(ChainError::new(format!(
			"the node is at final block {finalized}, and block {cursor} was final before"
		)));
	}
	// It may have caught up in between.
	chain.deal(deal).await
}

/// Brings blocks, until the pool ends.
async fn follow(means: Means, mut from: Option<u32>, kind: BlockKind) {
	loop {
		let mut blocks = means.chain.follow(from, kind);
		loop {
			let block = tokio::select! {
				() = means.shutdown.begun() => return,
				block = blocks.next() => block,
			};
			match block {
				Some(Ok(block)) => {
					from = Some(block.number.saturating_add(1));
					if means.inputs.send(Input::Block(kind, block)).await.is_err() {
						return;
					}
				}
				Some(Err(error)) => tracing::warn!("the chain cannot be followed for now: {error}"),
				None => break,
			}
		}
		sleep(PAUSE).await;
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::FakeChain;

	#[tokio::test]
	async fn node_that_is_behind_cannot_say_that_a_deal_is_gone() {
		let chain = FakeChain::new(0);
		let deal = chain.open(100, 1, 1, |_| ());
		assert!(deal_of(&chain, deal, 2).await.unwrap().is_some(), "it has what it has");
		let gone = DealId::default();
		assert_eq!(deal_of(&chain, gone, 1).await, Ok(None));
		assert!(deal_of(&chain, gone, 2).await.is_err(), "it has one block");
	}
}
