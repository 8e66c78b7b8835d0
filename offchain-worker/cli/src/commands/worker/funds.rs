//! What a worker has to have before it works: RLC to stake.

use rlc_chain::{Chain, Funds};
use rlc_json::Account;
use rlc_primitives::{
	market::{BookFilter, BookKey},
	money::worker_stake,
	AccountId, AnyOrder, Balance, WorkerpoolId,
};

use crate::{
	amount::Amount,
	context::Context,
	failure::{failure, Result},
	pool,
};

/// How many offers of the pool are looked at.
const OFFERS: u32 = 100;

/// What a contribution in a pool stakes, in nRLC: by its cheapest and its dearest offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stakes {
	least: Balance,
	most: Balance,
}

/// What an account can do with what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
	/// It can work at every offer.
	Enough,
	/// It cannot at the dearest offers, or not now.
	Little,
	/// It can at none, and nothing of it is in the escrow that comes back.
	Nothing,
}

/// Tells what contributions stake in the pool of a scheduler, as far as its offers are known.
///
/// # Errors
///
/// If the account can stake for none of them, and has nothing in the escrow; if the node does not answer.
pub(super) async fn check(
	context: &Context,
	chain: &Chain,
	account: &AccountId,
	scheduler: &str,
	pool: Option<WorkerpoolId>,
) -> Result<()> {
	let known = match pool {
		Some(pool) => stakes(chain, pool).await?,
		None => match pool::scheduler_at(chain, scheduler).await {
			Ok(found) => stakes(chain, found.workerpool).await?,
			// The worker waits for it, and learns then what it may do.
			Err(_) => Err("the scheduler does not answer"),
		},
	};
	let funds = chain.funds(account).await?;
	let account = Account(account.clone());
	let stakes = match known {
		Ok(stakes) => stakes,
		Err(why) => {
			context.out.say(unknown(&account, &funds, why));
			return Ok(());
		}
	};
	let (free, most) = (Amount(funds.spendable()), Amount(stakes.most));
	match judge(&funds, stakes) {
		Verdict::Enough => context.out.say(format_args!(
			"each contribution stakes up to {most}; {account} has {free} free. The stake of a correct result comes back with a \
			 reward"
		)),
		Verdict::Little => context.out.say(format_args!(
			"warning: each contribution stakes up to {most}, and {account} has {free} free: it gets no tasks that ask for more"
		)),
		Verdict::Nothing => {
			let least = Amount(stakes.least);
			return Err(failure!(FundsShort,
				"{account} has {free} free, and each contribution stakes {least} at least, up to {most}";
				"send it RLC with `rlc account send`: the stake of as many tasks as it works on at a time"));
		}
	}
	Ok(())
}

/// Returns what contributions stake by the pool's offers; else why that is not known. A pool may have offers in the book only
/// while it has workers.
async fn stakes(chain: &Chain, pool: WorkerpoolId) -> Result<Result<Stakes, &'static str>> {
	let Some(registered) = chain.workerpool(pool).await? else {
		return Ok(Err("the chain does not know the workerpool"));
	};
	let ratio = registered.content.policy.worker_stake_ratio;
	if ratio == 0 {
		return Ok(Ok(Stakes { least: 0, most: 0 }));
	}
	let filter = BookFilter { list: BookKey::Workerpool(pool), min_price: None, max_price: None };
	let offers = chain.orderbook(filter, None, OFFERS).await?.entries;
	let stakes = offers.iter().filter_map(|entry| match &entry.order {
		AnyOrder::Workerpool(order) => worker_stake(order.price, ratio).ok(),
		_ => None,
	});
	let all = stakes.fold(None, |all: Option<Stakes>, stake| {
		let Stakes { least, most } = all.unwrap_or(Stakes { least: stake, most: stake });
		Some(Stakes { least: least.min(stake), most: most.max(stake) })
	});
	Ok(all.ok_or("the pool has no offers now"))
}

/// Says what an account has, if it is not known what it takes.
fn unknown(account: &Account, funds: &Funds, why: &str) -> String {
	let free = funds.spendable();
	if free == 0 && funds.locked == 0 {
		return format!(
			"warning: what a contribution stakes is not known, since {why}, and {account} has nothing free: until you send it \
			 RLC, it gets no tasks that ask for a stake"
		);
	}
	format!("what a contribution stakes is not known, since {why}; {account} has {} free", Amount(free))
}

fn judge(funds: &Funds, stakes: Stakes) -> Verdict {
	let free = funds.spendable();
	if free >= stakes.most {
		Verdict::Enough
	} else if free < stakes.least && funds.locked == 0 {
		Verdict::Nothing
	} else {
		Verdict::Little
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn worker_that_can_stake_for_nothing_is_stopped_unless_its_stakes_come_back() {
		let judged = |free, locked| judge(&Funds { free, locked, ..Funds::default() }, Stakes { least: 3, most: 9 });
		assert_eq!(judged(9, 0), Verdict::Enough);
		assert_eq!([judged(8, 0), judged(3, 0), judged(0, 6)], [Verdict::Little; 3]);
		assert_eq!([judged(2, 0), judged(0, 0)], [Verdict::Nothing; 2]);
	}

	#[test]
	fn worker_without_rlc_is_warned_even_if_no_offer_says_what_it_takes() {
		let said = |free, locked| {
			let funds = Funds { free, locked, ..Funds::default() };
			unknown(&Account(AccountId::new([1; 32])), &funds, "the pool has no offers now")
		};
		assert!(said(0, 0).starts_with("warning: ") && said(0, 0).contains("since the pool has no offers now"));
		for calm in [said(5, 0), said(0, 5)] {
			assert!(calm.starts_with("what a contribution stakes is not known"), "{calm}");
		}
	}

	#[test]
	fn pool_that_asks_for_no_stake_takes_workers_without_rlc() {
		assert_eq!(judge(&Funds::default(), Stakes { least: 0, most: 0 }), Verdict::Enough);
	}
}
