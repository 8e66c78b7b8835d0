//! The deposit without which a referendum is not decided.

use rlc_chain::{Call, Chain, GovernanceCall, Key, Receipt, Track};

use crate::{context::Context, failure::Result};

/// Places it, once the user agrees.
///
/// # Errors
///
/// If the user does not, or the chain refuses it.
pub(crate) async fn place(context: &Context, chain: &Chain, key: Key, index: u32, track: &Track) -> Result<Receipt> {
	let place = GovernanceCall::PlaceDecisionDeposit { index, amount: track.deposit };
	context.send_as(chain, key, Call::Governance(place), "placing the decision deposit").await
}
