//! What a scheduler has to have before it sells: RLC to stake.

use rlc_chain::{Chain, Deposits, Funds};
use rlc_json::Account;
use rlc_primitives::{
	money::{pool_stake, stake_floor},
	AccountId, Balance,
};
use rlc_scheduler::Offer;

use crate::{
	amount::Amount,
	context::Context,
	failure::{failure, Result},
};

/// Tells what the offers stake.
///
/// # Errors
///
/// If the account can bond none of them, and nothing of it is held or locked that comes back; if the node does not answer.
pub(super) async fn check(context: &Context, chain: &Chain, account: &AccountId, offers: &[Offer]) -> Result<()> {
	let (funds, deposits) = (chain.funds(account).await?, chain.deposits().await?);
	let bonds = bonds(offers, &deposits);
	let (account, free, all) = (Account(account.clone()), Amount(funds.spendable()), Amount(bonds));
	if funds.spendable() >= bonds {
		context.out.say(format_args!(
			"the offers hold {all} as bonds, and each task that is sold stakes as much as its offer's bond; {account} has {free} free"
		));
	} else if is_empty(&funds) {
		return Err(
			failure!(FundsShort, "{account} has {free} free, and the offers hold {all} as bonds, besides deposits and fees";
			"send it RLC with `rlc account send`: a stake for each task that it is to sell at a time, on top of that"),
		);
	} else {
		context.out.say(format_args!(
			"warning: the offers hold {all} as bonds, and {account} has {free} free: some may not get into the book, or leave it"
		));
	}
	Ok(())
}

/// Returns the bonds of all offers: the stake of a task of each.
fn bonds(offers: &[Offer], deposits: &Deposits) -> Balance {
	let stake = |offer: &Offer| {
		let floor = stake_floor(deposits.stake_rate, offer.reference_time).unwrap_or(Balance::MAX);
		pool_stake(offer.price, floor).unwrap_or(Balance::MAX)
	};
	offers.iter().fold(0, |sum: Balance, offer| sum.saturating_add(stake(offer)))
}

/// Returns whether nothing of the account is held or locked, so that no bond is there already.
fn is_empty(funds: &Funds) -> bool {
	funds.reserved == 0 && funds.locked == 0
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{CategoryId, Tag};

	#[test]
	fn each_offer_bonds_the_stake_of_a_task() {
		let offer = |price, reference_time| Offer {
			price,
			category: CategoryId(0),
			reference_time,
			trust: 1,
			tag: Tag::NONE,
			app_restrict: Default::default(),
			dataset_restrict: Default::default(),
			requester_restrict: Default::default(),
			volume: None,
		};
		// 600 an hour: 50 for five minutes.
		let deposits = Deposits { stake_rate: 600, ..Deposits::default() };
		assert_eq!(bonds(&[offer(1_000, 300_000), offer(10, 300_000)], &deposits), 300 + 50);
		assert_eq!(bonds(&[], &deposits), 0);
	}

	#[test]
	fn account_whose_bonds_are_there_is_not_empty() {
		assert!(is_empty(&Funds { free: 1, ..Funds::default() }));
		assert!(
			!is_empty(&Funds { reserved: 1, ..Funds::default() })
				&& !is_empty(&Funds { locked: 1, ..Funds::default() })
		);
	}
}
