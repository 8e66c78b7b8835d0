//! How the pool's business goes: which deals come last, and whether the pool sells.

use rlc_primitives::{DealId, Moment};
use rlc_protocol::Account;

use super::{system_time, Input, Means, Pool};
use crate::{
	db::Business,
	decide::{
		hopeless,
		sale::{self, Sale},
		standing,
	},
	model::{Hopeless, Selling},
};

/// What becomes of the pool's orders.
#[derive(Debug, Default)]
pub(super) struct Orders {
	/// Whether the pool sells.
	pub selling: Selling,
	/// What is under way.
	under_way: bool,
}

impl Pool {
	/// Takes in what all instances wrote down.
	pub(super) fn recalled(&mut self, business: Business) {
		let Business { machines, standings, selling } = business;
		self.state.recall_machines(machines, self.now());
		self.state.recall_standings(standings);
		if !self.orders.under_way {
			self.set_selling(selling);
		}
	}

	/// Asks the database for what all instances wrote down, and removes what is too old.
	pub(super) fn recall(&self) {
		let means = self.means.clone();
		tokio::spawn(async move {
			let now = system_time();
			if let Err(error) = means.db.prune_business(now).await {
				tracing::warn!("old numbers of the business stay: {error}");
			}
			match means.db.business(now).await {
				// Fails only when the pool ends.
				Ok(business) => _ = means.inputs.send(Input::Recalled(Box::new(business))).await,
				Err(error) => tracing::warn!("the numbers of the business cannot be read: {error}"),
			}
		});
	}

	/// Finds hopeless deals, puts deals last or back, and stops or goes on selling.
	pub(super) fn see_to_business(&mut self) {
		let (now, terms) = (self.now(), self.means.terms.clone());
		for deal in hopeless::judge(&mut self.state, now) {
			tracing::warn!(deal = ?deal.0, "hopeless: {}", Hopeless::Needs);
		}
		self.rank_deals();
		let loss = sale::loss(self.state.standings(), self.orders.selling, now);
		self.means.metrics.stake_lost(loss);
		if self.orders.under_way {
			return;
		}
		let Some(sale) = sale::next(terms.limits, self.state.standings(), self.orders.selling, now) else { return };
		self.orders.under_way = true;
		let means = self.means.clone();
		tokio::spawn(async move {
			let _permit = means.calls.acquire().await;
			let result = sell(&means, sale).await;
			// Fails only when the pool ends.
			let _ = means.inputs.send(Input::Sold(sale, result)).await;
		});
	}

	/// Puts deals last, or back among the others.
	pub(super) fn rank_deals(&mut self) {
		let now = self.now();
		for (deal, is_last) in standing::rank_deals(&mut self.state, self.means.terms.max_failures, now) {
			self.tell_rank(deal, is_last);
		}
	}

	/// Puts a deal last that was just read, if it belongs there.
	pub(super) fn rank_deal(&mut self, deal: DealId) {
		let now = self.now();
		if let Some(is_last) = standing::rank_deal(&mut self.state, &deal, self.means.terms.max_failures, now) {
			self.tell_rank(deal, is_last);
		}
	}

	/// Logs that a deal is served last, or as others again.
	fn tell_rank(&self, deal: DealId, is_last: bool) {
		if let Some(known) = self.state.deal(&deal) {
			let (requester, app) = (Account(known.deal.requester.clone()), known.deal.app.id.0);
			if is_last {
				let rate = self.state.failure_rate(known, self.now());
				tracing::warn!(deal = ?deal.0, %requester, ?app, "served last: {rate} % of its requester's or app's tasks failed");
			} else {
				tracing::info!(deal = ?deal.0, %requester, ?app, "served as others again");
			}
		}
	}

	/// Takes in that the orders were withdrawn or published again, or not: then it is tried again.
	pub(super) fn sold(&mut self, sale: Sale, result: Result<Selling, String>) {
		self.orders.under_way = false;
		match (sale, result) {
			(Sale::Withdraw(lost), Ok(selling)) => {
				tracing::error!(
					"the orders are withdrawn: tasks that were not done in time have cost {lost} nRLC of stake within a day; \
					 find out why, then start the scheduler with --resume"
				);
				self.means.metrics.withdrawals.inc();
				self.set_selling(selling);
			}
			(Sale::Publish, Ok(selling)) => {
				tracing::warn!("the orders are on sale again: no stake was lost for the quiet time");
				self.set_selling(selling);
			}
			(sale, Err(error)) => tracing::warn!("{sale:?} failed, and is tried again: {error}"),
		}
	}

	fn set_selling(&mut self, selling: Selling) {
		self.orders.selling = selling;
		self.means.metrics.withdrawn.set(selling.withdrawn.is_some().into());
	}
}

/// Withdraws the orders, or publishes them again. Which ones is written down before.
async fn sell(means: &Means, sale: Sale) -> Result<Selling, String> {
	let now: Moment = system_time();
	let selling = match sale {
		Sale::Withdraw(_) => {
			let orders = means.chain.orders().await.map_err(|error| error.to_string())?;
			let (hashes, orders): (Vec<_>, Vec<_>) = orders.into_iter().unzip();
			means.db.add_withdrawn_orders(&orders).await.map_err(|error| error.to_string())?;
			means.chain.withdraw(hashes).await.map_err(|error| error.to_string())?;
			Selling::stopped(now)
		}
		Sale::Publish => {
			let orders = means.db.withdrawn_orders().await.map_err(|error| error.to_string())?;
			means.chain.publish(orders).await.map_err(|error| error.to_string())?;
			Selling::resumed(now)
		}
	};
	means.db.set_selling(selling).await.map_err(|error| error.to_string())?;
	Ok(selling)
}
