//! The gate that money passes. Nothing is signed that can spend, lock, or stake before its cost is shown and somebody agrees.
//!
//! ```text
//! call, order ─► Bill ─► more than --max-cost? ─► --yes, --max-cost, or y on the terminal ─► Approved ─► chain
//!                                                                                              ▲
//!                                            daemons, which sign by their own rules ───────────┘
//! ```
//!
//! An account that cannot pay is told before it is asked to agree.
//!
//! Every transaction of this program is an [`Approved`] call.

mod bill;
mod funds;

use std::sync::PoisonError;

use rlc_chain::{Call, Chain, GovernanceCall, Key, Receipt, Sender};
use rlc_primitives::{AnyOrder, Balance};

use crate::{
	amount::Amount,
	context::Context,
	failure::{failure, Failure, Result},
};
use bill::{Bill, SMALL};

/// A call that may be signed and sent.
pub(crate) struct Approved {
	key: Key,
	call: Call,
}

impl Approved {
	/// Returns a call of a program that nobody watches, and which signs by rules that its owner set when it was started.
	pub(crate) fn by_policy(key: Key, call: Call) -> Self {
		Self { key, call }
	}

	/// Returns the same decision deposit, but of this referendum. What it costs does not depend on the referendum, whose index
	/// is not known before it has begun.
	pub(crate) fn for_referendum(mut self, referendum: u32) -> Self {
		if let Call::Governance(GovernanceCall::PlaceDecisionDeposit { index, .. }) = &mut self.call {
			*index = referendum;
		}
		self
	}

	/// Sends it, and waits until it is in a block.
	///
	/// # Errors
	///
	/// If the chain refuses it.
	pub(crate) async fn send(self, chain: &Chain) -> Result<Receipt> {
		Ok(Sender::new(chain.clone(), self.key).send(self.call).await?)
	}

	/// Sends it, and waits until its block is final: for money that another party waits for.
	///
	/// # Errors
	///
	/// If the chain refuses it.
	pub(crate) async fn send_finalized(self, chain: &Chain) -> Result<Receipt> {
		Ok(Sender::new(chain.clone(), self.key).send_finalized(self.call).await?)
	}
}

/// What the user allowed.
#[derive(Clone, Copy, Debug)]
struct Consent {
	/// To all that is asked.
	yes: bool,
	/// What the command may cost in all, in nRLC.
	max_cost: Option<Balance>,
	/// Whether the command names what may be paid: an amount to send, or the highest price.
	is_priced: bool,
	/// Whether there is a terminal to ask on.
	can_ask: bool,
}

/// What becomes of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
	/// It is agreed to.
	Agreed,
	/// The user has to say.
	Ask,
	/// It is not.
	Refused(Failure),
}

/// Decides on a bill, after the command agreed to cost `before` nRLC already.
fn judge(bill: &Bill, before: Balance, consent: Consent) -> Verdict {
	let total = bill.total().saturating_add(before);
	if let Some(max) = consent.max_cost.filter(|max| total > *max) {
		return Verdict::Refused(
			failure!(CostTooHigh, "it would cost {}, but --max-cost is {}", Amount(total), Amount(max);
			"allow more, or ask for less"),
		);
	}
	// A limit is consent to what can be counted.
	let is_within = consent.max_cost.is_some() && bill.beyond.is_empty();
	if bill.is_fee() || consent.yes || is_within {
		return Verdict::Agreed;
	}
	if consent.can_ask {
		return Verdict::Ask;
	}
	// Nobody can be asked. Who writes an amount into a script agrees to it.
	if bill.is_small(before) || (consent.is_priced && bill.fee <= SMALL) {
		return Verdict::Agreed;
	}
	let why: Failure =
		failure!(NotConfirmed, "nothing was signed: {bill}, and without a terminal nobody can agree to it");
	Verdict::Refused(if bill.beyond.is_empty() {
		why.advise("give --yes, or the most that it may cost with --max-cost")
	} else {
		why.advise("give --yes")
	})
}

impl Context {
	/// Shows what a call costs, and has the user agree to it, unless it takes only [a usual fee](Bill::is_fee), or, where nobody
	/// can be asked, [little](Bill::is_small).
	///
	/// # Errors
	///
	/// If the account cannot pay it, the user does not agree, nobody can be asked, or it costs more than --max-cost.
	pub(crate) async fn approve(&self, chain: &Chain, key: Key, call: Call) -> Result<Approved> {
		self.approve_priced(chain, key, call, false).await
	}

	/// Does the same. If the command names what may be paid, nobody has to agree once more where nobody can be asked.
	///
	/// # Errors
	///
	/// Those of [`approve`](Self::approve).
	pub(crate) async fn approve_priced(
		&self,
		chain: &Chain,
		key: Key,
		call: Call,
		is_priced: bool,
	) -> Result<Approved> {
		let bill = Bill::of_calls(chain, &key, &[&call]).await?;
		funds::check(chain, &key, &[&call], &bill).await?;
		self.agree(&bill, is_priced)?;
		Ok(Approved { key, call })
	}

	/// Does the same for a call that begins a referendum, and, if it is to be placed, for the decision deposit of that: both
	/// are told in one sum, and nothing is signed before the user agrees to it. The deposit names no referendum yet: see
	/// [`Approved::for_referendum`].
	///
	/// # Errors
	///
	/// Those of [`approve`](Self::approve).
	pub(crate) async fn approve_proposal(
		&self,
		chain: &Chain,
		key: &Key,
		submission: Call,
		decision: Option<Call>,
	) -> Result<(Approved, Option<Approved>)> {
		let calls: Vec<&Call> = std::iter::once(&submission).chain(&decision).collect();
		let bill = Bill::of_calls(chain, key, &calls).await?;
		funds::check(chain, key, &calls, &bill).await?;
		self.agree(&bill, false)?;
		let approved = |call| Approved { key: key.clone(), call };
		Ok((approved(submission), decision.map(approved)))
	}

	/// Shows what a signature under an order can cost, and has the user agree to it. A request names the highest prices; an
	/// offer does not name what it stakes.
	///
	/// # Errors
	///
	/// Those of [`approve`](Self::approve).
	pub(crate) async fn approve_order(&self, chain: &Chain, order: &AnyOrder) -> Result<()> {
		let is_priced = matches!(order, AnyOrder::Request(_));
		self.agree(&Bill::of_signature(chain, order).await?, is_priced)
	}

	/// Sends a call from this key's account once the user agrees, and waits until it is in a block. `what` is done meanwhile.
	///
	/// # Errors
	///
	/// Those of [`approve`](Self::approve); if the chain refuses it.
	pub(crate) async fn send_as(&self, chain: &Chain, key: Key, call: Call, what: &str) -> Result<Receipt> {
		let approved = self.approve(chain, key, call).await?;
		let _progress = self.out.wait(what);
		approved.send(chain).await
	}

	fn agree(&self, bill: &Bill, is_priced: bool) -> Result<()> {
		let consent = Consent {
			yes: self.global.yes,
			max_cost: self.global.max_cost.map(|amount| amount.0),
			is_priced,
			can_ask: self.out.can_ask(),
		};
		let mut agreed = self.agreed.lock().unwrap_or_else(PoisonError::into_inner);
		let verdict = judge(bill, *agreed, consent);
		if !bill.is_fee() && !matches!(verdict, Verdict::Refused(_)) {
			self.out.say(bill);
		}
		match verdict {
			Verdict::Refused(why) => return Err(why),
			Verdict::Ask if !self.out.confirm("Go on?") => {
				return Err(failure!(NotConfirmed, "nothing was signed"));
			}
			Verdict::Ask | Verdict::Agreed => {}
		}
		*agreed = agreed.saturating_add(bill.total());
		Ok(())
	}
}

#[cfg(test)]
mod tests;
