//! Beginning, and following the chain.

use std::time::Duration;

use futures::StreamExt;
use rlc_primitives::DealId;
use tokio::time::sleep;

use super::{system_time, Input, Means, Pool};
use crate::{chain::Follow, db::DealRow, Error};

/// How long to wait before the chain is followed again, or asked again.
const PAUSE: Duration = Duration::from_secs(1);

impl Pool {
	/// Reads what was written down, and follows the chain from there.
	pub(super) async fn begin(&mut self) -> Result<(), Error> {
		self.means.db.renew(system_time()).await?;
		let cursor = self.means.db.cursor().await?;
		let from = cursor.map(|cursor| cursor.saturating_add(1)).or(self.means.terms.first_block);
		for row in self.means.db.open_deals().await? {
			self.read_deal(row.deal, false);
		}
		for which in [Follow::Best, Follow::Final] {
			tokio::spawn(follow(self.means.clone(), from, which));
		}
		Ok(())
	}

	/// The pool has a deal.
	pub(super) fn deal_opened(&mut self, deal: DealId, first: u64, size: u64) {
		if self.state.deals.contains_key(&deal) || self.reading.contains(&deal) || self.opened.contains(&deal) {
			return;
		}
		log::info!("deal {:?} with {size} tasks", deal.0);
		self.batch.deals.push(DealRow { deal, first, size });
		self.opened.push(deal);
	}

	/// Asks the chain for a deal.
	pub(super) fn read_deal(&mut self, deal: DealId, later: bool) {
		if !self.reading.insert(deal) {
			return;
		}
		let means = self.means.clone();
		tokio::spawn(async move {
			if later {
				sleep(PAUSE * 5).await;
			}
			let _permit = means.calls.acquire().await;
			let facts = means.chain.deal(deal).await.map(|facts| facts.map(Box::new));
			let _ = means.inputs.send(Input::Deal(deal, facts)).await;
		});
	}
}

/// Brings blocks, until the pool ends.
async fn follow(mut means: Means, mut from: Option<u32>, which: Follow) {
	loop {
		let mut blocks = means.chain.follow(from, which);
		loop {
			let block = tokio::select! {
				_ = means.stop.wait_for(|stop| *stop) => return,
				block = blocks.next() => block,
			};
			match block {
				Some(Ok(block)) => {
					from = Some(block.number.saturating_add(1));
					if means.inputs.send(Input::Block(which, block)).await.is_err() {
						return;
					}
				}
				Some(Err(error)) => log::warn!("the chain cannot be followed for now: {error}"),
				None => break,
			}
		}
		sleep(PAUSE).await;
	}
}
