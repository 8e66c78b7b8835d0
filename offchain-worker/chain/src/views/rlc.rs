//! What the chain knows of money.

use codec::Encode;
use rlc_primitives::{AccountId, Balance, Nonce};

use crate::{
	extrinsic::{self, Terms},
	questions, Call, Chain, Error,
};

/// What an account has, in nRLC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funds {
	/// What it can pay with and lock, but for what is frozen.
	pub free: Balance,
	/// What is in the escrow for its deals and contributions: stakes, and prices that are not yet paid.
	pub locked: Balance,
	/// What is held as deposits.
	pub reserved: Balance,
	/// The part of free and reserved that cannot be spent, since it is staked, votes, or has not vested.
	pub frozen: Balance,
	/// How many transactions it has sent.
	pub nonce: Nonce,
}

impl Funds {
	/// Returns what the account can spend, in nRLC: what is free and not frozen. What is reserved counts first as frozen.
	pub fn spendable(&self) -> Balance {
		self.free.saturating_sub(self.frozen.saturating_sub(self.reserved))
	}
}

// Errors are those of every question.
#[allow(clippy::missing_errors_doc)]
impl Chain {
	/// Returns what an account has; nothing if nobody ever paid it.
	pub async fn funds(&self, who: &AccountId) -> Result<Funds, Error> {
		let (account, locked) =
			futures::try_join!(self.entry(&questions::ACCOUNT, who), self.entry(&questions::LOCKED, who))?;
		let account = account.unwrap_or_default();
		Ok(Funds {
			free: account.data.free,
			locked: locked.unwrap_or_default(),
			reserved: account.data.reserved,
			frozen: account.data.frozen,
			nonce: account.nonce,
		})
	}

	/// Returns the fee, in nRLC, that an account would be charged for sending a call now; somewhat less if the call takes less
	/// than it may. The chain does not look here whether it would refuse the call, or take it for free.
	pub async fn fee(&self, sender: &AccountId, call: &Call) -> Result<Balance, Error> {
		let account = sender.to_string();
		let (runtime, nonce) = futures::try_join!(self.runtime(None), self.rpc().next_nonce(&account))?;
		// Nobody looks at what a question is anchored at.
		let terms = Terms { genesis: self.genesis(), nonce, anchor: (0, self.genesis()), tip: 0 };
		let body = extrinsic::blank(&runtime, call, sender.clone(), &terms)?;
		let length = u32::try_from(body.encoded_size()).unwrap_or(u32::MAX);
		Ok(self.question(&questions::COST, &(body, length)).await?.partial_fee)
	}

	/// Returns what the kitty holds, in nRLC: stakes of schedulers that failed.
	pub async fn kitty(&self) -> Result<Balance, Error> {
		Ok(self.value(&questions::KITTY).await?.unwrap_or_default())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn frozen_rlc_can_be_what_is_reserved_as_well() {
		let spendable = |free, reserved, frozen| Funds { free, reserved, frozen, ..Funds::default() }.spendable();
		assert_eq!(spendable(10, 0, 0), 10);
		assert_eq!(spendable(10, 0, 4), 6);
		assert_eq!(spendable(10, 3, 4), 9);
		assert_eq!(spendable(10, 5, 4), 10);
		assert_eq!(spendable(10, 0, 11), 0);
	}
}
