//! Members of groups.

use alloc::{collections::BTreeSet, vec::Vec};

use codec::Encode;
use frame_support::ensure;
use rlc_primitives::{orders::Member, AccountId, Balance, GroupId};
use sp_runtime::{ArithmeticError, DispatchError, DispatchResult};

use crate::{Batch, Config, Error, Event, Groups, HoldReason, Members, Pallet};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_add_members(caller: AccountId, id: GroupId, members: Batch<T>) -> DispatchResult {
		let mut group = Self::owned::<Groups<T>, _, _>(id, &caller)?;
		let is_new = |member| !Members::<T>::contains_key(id, member);
		ensure!(are_distinct(&members) && members.iter().all(is_new), Error::<T>::AlreadyMember);
		let deposits = members.iter().map(|member| Self::deposit_for(member.encoded_size()));
		let deposits: Vec<Balance> = deposits.collect::<Result<_, _>>()?;
		let deposit = sum(&deposits)?;
		group.content.members = group.content.members.checked_add(count(&members)?).ok_or(ArithmeticError::Overflow)?;
		group.deposit = group.deposit.checked_add(deposit).ok_or(ArithmeticError::Overflow)?;

		Self::hold(HoldReason::Group, &caller, deposit)?;
		for (member, deposit) in members.iter().zip(deposits) {
			Members::<T>::insert(id, member, deposit);
		}
		Groups::<T>::insert(id, group);

		Self::deposit_event(Event::MembersAdded { group: id, members });
		Ok(())
	}

	pub(crate) fn do_remove_members(caller: AccountId, id: GroupId, members: Batch<T>) -> DispatchResult {
		let mut group = Self::owned::<Groups<T>, _, _>(id, &caller)?;
		ensure!(are_distinct(&members), Error::<T>::NotMember);
		let deposits = members.iter().map(|member| Members::<T>::get(id, member).ok_or(Error::<T>::NotMember));
		let deposit = sum(&deposits.collect::<Result<Vec<_>, _>>()?)?;
		group.content.members =
			group.content.members.checked_sub(count(&members)?).ok_or(ArithmeticError::Underflow)?;
		group.deposit = group.deposit.checked_sub(deposit).ok_or(ArithmeticError::Underflow)?;

		Self::release(HoldReason::Group, &caller, deposit)?;
		for member in &members {
			Members::<T>::remove(id, member);
		}
		Groups::<T>::insert(id, group);

		Self::deposit_event(Event::MembersRemoved { group: id, members });
		Ok(())
	}
}

fn are_distinct(members: &[Member]) -> bool {
	members.iter().collect::<BTreeSet<_>>().len() == members.len()
}

fn sum(deposits: &[Balance]) -> Result<Balance, DispatchError> {
	let mut deposits = deposits.iter();
	deposits.try_fold(0, |sum: Balance, one| sum.checked_add(*one)).ok_or_else(|| ArithmeticError::Overflow.into())
}

fn count(members: &[Member]) -> Result<u32, DispatchError> {
	u32::try_from(members.len()).map_err(|_| ArithmeticError::Overflow.into())
}
