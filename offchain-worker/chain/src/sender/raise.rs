//! Transactions whose tip rises while they wait.
//!
//! Each version has the same number, so at most one gets into a block; a pool keeps the one that offers the most. The
//! account pays for that one only, and a version that it cannot pay for is refused without a loss.

use rlc_primitives::{Balance, Nonce};
use tokio::time::{sleep_until, Instant};

use super::{bids::due, Bid, Pending, Sender, Verdict};
use crate::{
	calls::Call,
	extrinsic::Extrinsic,
	receipt::{Receipt, Until},
	Error,
};

impl Sender {
	/// Sends a call and waits until it is in one of the best blocks. While it waits, it offers one tip after the other.
	/// If the account cannot pay one, the last offer stands; if it cannot pay any, there is none.
	///
	/// Raises the tips of this sender's earlier transactions too that were sent in this way and wait: blocks take them
	/// first.
	///
	/// # Errors
	///
	/// Those of [`send`](Self::send).
	pub async fn send_bidding(&self, call: impl Into<Call>, bids: &[Bid]) -> Result<Receipt, Error> {
		let call = call.into();
		let outcome = self.bid(&call, bids).await;
		self.explained(&call, outcome).await
	}

	async fn bid(&self, call: &Call, bids: &[Bid]) -> Result<Receipt, Error> {
		let begun = Instant::now();
		let (tip, _) = due(bids, begun.elapsed());
		let sent = match self.hand_over(call, tip).await {
			Err((Verdict::TipTooHigh, _)) => self.hand_over(call, 0).await.map(|pending| (pending, 0, false)),
			sent => sent.map(|pending| (pending, tip, true)),
		};
		let (pending, tip, can_pay) = sent.map_err(|(verdict, hash)| verdict.into_error(hash, call))?;
		let nonce = pending.nonce;
		let _on_its_way = OnItsWay { sender: self, nonce };
		let raising = Raising { sender: self, call, bids, begun, nonce, tip, can_pay, earlier: Vec::new() };
		let outcome = raising.run(pending).await;
		if matches!(outcome, Err(Error::Dropped { .. } | Error::TimedOut { .. } | Error::Unreachable { .. })) {
			self.nonces().forget();
		}
		outcome
	}

	/// Signs a call anew, with a number that is on its way, and another tip.
	async fn rewrite(&self, call: &Call, nonce: Nonce, tip: Balance) -> Result<Pending, Verdict> {
		let (extrinsic, nonce, since) = self.write(call, tip, Some(nonce)).await.map_err(Verdict::Refused)?;
		let watch = self.hand_in(&extrinsic).await?;
		Ok(Pending { sender: self.clone(), extrinsic, watch, nonce, since })
	}
}

/// Forgets what a transaction wants when nobody waits for it any more.
struct OnItsWay<'a> {
	sender: &'a Sender,
	nonce: Nonce,
}

impl Drop for OnItsWay<'_> {
	fn drop(&mut self) {
		self.sender.shared.wanted.forget(self.nonce);
	}
}

/// A transaction that waits.
struct Raising<'a> {
	sender: &'a Sender,
	call: &'a Call,
	bids: &'a [Bid],
	begun: Instant,
	nonce: Nonce,
	/// What it offers now.
	tip: Balance,
	/// Whether the account could pay what was offered so far.
	can_pay: bool,
	/// Its versions that offered less.
	earlier: Vec<Extrinsic>,
}

impl Raising<'_> {
	async fn run(mut self, first: Pending) -> Result<Receipt, Error> {
		let wanted = &self.sender.shared.wanted;
		let mut changes = wanted.changes();
		let (give_up, since) = (self.begun + self.sender.patience, first.since);
		let mut last = first.extrinsic.clone();
		let mut waiting = Box::pin(first.end(Until::Included));
		loop {
			let (bid, next) = due(self.bids, self.begun.elapsed());
			wanted.set(self.nonce, bid);
			let wants = wanted.of(self.nonce);
			if wants > self.tip && self.can_pay {
				match self.sender.rewrite(self.call, self.nonce, wants).await {
					Ok(pending) => {
						log::debug!("transaction {:?} offers a tip of {wants} nRLC", pending.hash());
						self.tip = wants;
						self.earlier.push(std::mem::replace(&mut last, pending.extrinsic.clone()));
						waiting = Box::pin(pending.end(Until::Included));
					}
					Err(Verdict::TipTooHigh) => {
						log::warn!("the account cannot pay a tip of {wants} nRLC: it stays at {}", self.tip);
						self.can_pay = false;
					}
					// It may be in a block by now.
					Err(verdict) => log::debug!("the tip of transaction {:?} is not raised: {verdict:?}", last.hash),
				}
			}
			let next = next.map_or(give_up, |after| give_up.min(self.begun + after));
			tokio::select! {
				outcome = &mut waiting => return match outcome {
					// A block may have had an earlier version before the last one arrived.
					Err(error @ Error::Dropped { .. }) => match self.earlier_in_block(since).await? {
						Some(receipt) => Ok(receipt),
						None => Err(error),
					},
					outcome => outcome,
				},
				() = sleep_until(next) => {
					if Instant::now() >= give_up {
						let seconds = self.sender.patience.as_secs();
						return Err(Error::TimedOut { hash: last.hash, seconds });
					}
				}
				_ = changes.changed() => {}
			}
		}
	}

	/// Looks for an earlier version in the blocks that there are.
	async fn earlier_in_block(&self, since: rlc_primitives::BlockNumber) -> Result<Option<Receipt>, Error> {
		let chain = self.sender.chain();
		for extrinsic in self.earlier.iter().rev() {
			if let Some(receipt) = chain.in_block(extrinsic, since).await? {
				return Ok(Some(receipt));
			}
		}
		Ok(None)
	}
}
