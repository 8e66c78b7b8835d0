//! Deals by the role that an account has in them.

use std::collections::BTreeSet;

use clap::ValueEnum;
use rlc_chain::{Chain, KnownDeal, Walked};
use rlc_primitives::{AccountId, Deal, DealId, OrderHash};

use crate::{failure::Result, output::Output};

/// How many deals and tasks are looked at, at most.
const LOOKED_AT: usize = 200_000;
/// What is said if there are more.
const SOME_MISSING: &str = "warning: the chain has more deals than were looked at: some may be missing";

/// A role in a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
	/// Asked for it
	Requester,
	/// Pays for it
	Payer,
	/// Gets the results
	Beneficiary,
	/// Owned the app when it was made
	Developer,
	/// Owned the dataset when it was made
	DatasetOwner,
	/// Owned the workerpool when it was made
	Scheduler,
	/// Contributed to a task of it
	Worker,
}

impl Role {
	/// Returns what the role is called, on the command line too.
	pub(crate) fn name(self) -> &'static str {
		match self {
			Self::Requester => "requester",
			Self::Payer => "payer",
			Self::Beneficiary => "beneficiary",
			Self::Developer => "developer",
			Self::DatasetOwner => "dataset-owner",
			Self::Scheduler => "scheduler",
			Self::Worker => "worker",
		}
	}

	/// Returns the roles of an account in a deal, but for a worker's, which the deal does not tell.
	fn all(who: &AccountId, deal: &Deal) -> Vec<Self> {
		let dataset = deal.dataset.as_ref().map(|dataset| &dataset.owner);
		let roles = [
			(Self::Requester, Some(&deal.requester)),
			(Self::Payer, Some(&deal.payer)),
			(Self::Beneficiary, deal.beneficiary.as_ref()),
			(Self::Developer, Some(&deal.app.owner)),
			(Self::DatasetOwner, dataset),
			(Self::Scheduler, Some(deal.scheduler())),
		];
		roles.into_iter().filter(|(_, account)| *account == Some(who)).map(|(role, _)| role).collect()
	}
}

/// A deal, with the roles of the account that asks.
#[derive(Clone, Debug)]
pub(crate) struct DealRoles {
	/// The deal.
	pub deal: KnownDeal,
	/// The account's roles in it; none if nobody's roles were asked for.
	pub roles: Vec<Role>,
}

/// Returns the deals in which an account has one of these roles, the newest first; none of them: any role. Warns if there may
/// be others.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn deals_of(out: &Output, chain: &Chain, who: &AccountId, wanted: &[Role]) -> Result<Vec<DealRoles>> {
	let wants = |role: Role| wanted.is_empty() || wanted.contains(&role);
	let (worked_on, all_tasks) = if wants(Role::Worker) {
		let tasks = chain.touched_tasks(LOOKED_AT, |task| task.contribution(who).map(|_| task.deal)).await?;
		(tasks.found.into_iter().collect(), tasks.is_whole)
	} else {
		(BTreeSet::new(), true)
	};
	let roles = |id: DealId, deal: &Deal| {
		let works = worked_on.contains(&id).then_some(Role::Worker);
		Role::all(who, deal).into_iter().chain(works).filter(|role| wants(*role)).collect::<Vec<_>>()
	};
	let walked = chain.deals(LOOKED_AT, |id, deal| !roles(id, deal).is_empty()).await?;
	if !walked.is_whole || !all_tasks {
		out.say(SOME_MISSING);
	}
	let found = walked.found.into_iter().map(|deal| DealRoles { roles: roles(deal.id, &deal.deal), deal });
	Ok(newest_first(found.collect()))
}

/// Returns the deals that were made of a request, the newest first. Warns if there may be others.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn deals_from(out: &Output, chain: &Chain, request: OrderHash) -> Result<Vec<DealRoles>> {
	let Walked { found, is_whole } = chain.deals(LOOKED_AT, |id, deal| is_from(request, id, deal)).await?;
	if !is_whole {
		out.say(SOME_MISSING);
	}
	Ok(newest_first(found.into_iter().map(|deal| DealRoles { roles: Vec::new(), deal }).collect()))
}

/// Returns whether a deal was made of this request: its id follows from it.
pub(crate) fn is_from(request: OrderHash, id: DealId, deal: &Deal) -> bool {
	DealId::of(request, deal.first) == id
}

fn newest_first(mut deals: Vec<DealRoles>) -> Vec<DealRoles> {
	deals.sort_by_key(|one| (std::cmp::Reverse(one.deal.deal.start), one.deal.id));
	deals
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::refund::tests::deal;
	use rlc_primitives::{deal::Resource, Hash};

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	#[test]
	fn account_has_each_role_that_the_deal_gives_it() {
		let (requester, owner) = (account(1), account(9));
		let simple = deal(1);
		assert_eq!(Role::all(&requester, &simple), [Role::Requester, Role::Payer]);
		assert_eq!(Role::all(&owner, &simple), [Role::Developer, Role::Scheduler]);
		assert!(Role::all(&account(5), &simple).is_empty());
		let dataset = Some(Resource { id: Default::default(), owner: account(5), price: 1 });
		let whole = Deal { dataset, beneficiary: Some(account(6)), payer: account(7), ..simple };
		assert_eq!(Role::all(&account(5), &whole), [Role::DatasetOwner]);
		assert_eq!(Role::all(&account(6), &whole), [Role::Beneficiary]);
		assert_eq!(Role::all(&account(7), &whole), [Role::Payer]);
	}

	#[test]
	fn deal_is_known_by_its_request_and_its_first_task() {
		let (request, other) = (OrderHash(Hash::repeat_byte(1)), OrderHash(Hash::repeat_byte(2)));
		let second = Deal { first: 2, ..deal(1) };
		let id = DealId::of(request, 2);
		assert!(is_from(request, id, &second));
		assert!(!is_from(other, id, &second) && !is_from(request, id, &deal(1)));
	}
}
