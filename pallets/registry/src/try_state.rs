//! The invariants, each a check of its own.

use alloc::collections::{BTreeMap, BTreeSet};

use frame_support::{ensure, traits::fungible::hold::Inspect};
use rlc_primitives::{AccountId, Balance};
use sp_runtime::TryRuntimeError;

use crate::{Apps, Config, Datasets, Groups, HoldReason, Members, Pallet, Workerpools};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::deposits_are_held()?;
		Self::members_are_counted_and_paid_for()?;
		Self::ratios_are_in_range()
	}

	/// Checks that what is held from each owner is what its things say.
	fn deposits_are_held() -> Result<(), TryRuntimeError> {
		let apps = Apps::<T>::iter_values().map(|item| (item.owner, item.deposit));
		let datasets = Datasets::<T>::iter_values().map(|item| (item.owner, item.deposit));
		let workerpools = Workerpools::<T>::iter_values().map(|item| (item.owner, item.deposit));
		let assets = sums(apps.chain(datasets).chain(workerpools));
		let groups = sums(Groups::<T>::iter_values().map(|item| (item.owner, item.deposit)));

		let owners: BTreeSet<_> = assets.keys().chain(groups.keys()).collect();
		for owner in owners {
			for (reason, due) in [(HoldReason::Asset, &assets), (HoldReason::Group, &groups)] {
				let held = T::Currency::balance_on_hold(&reason.into(), owner);
				ensure!(held == due.get(owner).copied().unwrap_or_default(), "an owner's deposits do not add up");
			}
		}
		Ok(())
	}

	/// Checks I7: each member is one of an existing group, which counts it and has a deposit for it.
	fn members_are_counted_and_paid_for() -> Result<(), TryRuntimeError> {
		let mut members = BTreeMap::<_, (u32, Balance)>::new();
		for (group, _, deposit) in Members::<T>::iter() {
			let (count, sum) = members.entry(group).or_default();
			(*count, *sum) = (count.saturating_add(1), sum.saturating_add(deposit));
		}
		for (id, group) in Groups::<T>::iter() {
			let (count, deposits) = members.remove(&id).unwrap_or_default();
			ensure!(group.content.members == count, "a group does not count its members");
			ensure!(group.deposit >= deposits, "a group's members are not paid for");
		}
		ensure!(members.is_empty(), "a member has no group");
		Ok(())
	}

	/// Checks that no workerpool takes or demands more than it may.
	fn ratios_are_in_range() -> Result<(), TryRuntimeError> {
		let all = Workerpools::<T>::iter_values().all(|workerpool| workerpool.content.policy.is_valid());
		ensure!(all, "a workerpool's ratio is too high");
		Ok(())
	}
}

/// Returns each owner's deposits, summed.
fn sums(deposits: impl Iterator<Item = (AccountId, Balance)>) -> BTreeMap<AccountId, Balance> {
	let mut sums = BTreeMap::new();
	for (owner, deposit) in deposits {
		let sum: &mut Balance = sums.entry(owner).or_default();
		*sum = sum.saturating_add(deposit);
	}
	sums
}
