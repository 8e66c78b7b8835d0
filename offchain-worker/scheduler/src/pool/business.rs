//! How the pool's business goes: how tasks ended, and which deals come last.

use rlc_primitives::DealId;
use rlc_protocol::Account;

use super::{Input, Pool};
use crate::{
	db::Business,
	decide::{hopeless, sale, standing},
	model::Hopeless,
};

impl Pool {
	/// Takes in what all instances wrote down.
	pub(super) fn recalled(&mut self, business: Business) {
		let Business { machines, standings, bans, refuted } = business;
		self.expel_found(&bans, &refuted);
		self.state.recall_machines(machines, self.now());
		self.state.recall_standings(standings);
	}

	/// Asks the database for what all instances wrote down, and removes what is too old.
	pub(super) fn recall(&self) {
		let (means, now) = (self.means.clone(), self.now());
		tokio::spawn(async move {
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

	/// Finds hopeless deals, and puts deals last or back.
	pub(super) fn see_to_business(&mut self) {
		let now = self.now();
		for deal in hopeless::judge(&mut self.state, now) {
			tracing::warn!(deal = ?deal.0, "hopeless: {}", Hopeless::Needs);
		}
		self.rank_deals();
		let loss = sale::loss(self.state.standings(), self.orders.selling, now.date);
		self.means.metrics.stake_lost(loss);
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
}
