//! Members come and go.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{orders::Member, traits::Assets, AppId, DatasetId, GroupId, WorkerpoolId};
use sp_runtime::TokenError;

use crate::{mock::*, AssetId, Batch, Error, Event, Groups, HoldReason, Members};

/// Returns Alice's group.
fn friends() -> GroupId {
	assert_ok!(Registry::create_group(signed(ALICE), name("friends")));
	GroupId::derive(&ALICE, &name("friends"))
}

fn batch(members: impl IntoIterator<Item = Member>) -> Batch<Test> {
	members.into_iter().collect::<Vec<_>>().try_into().unwrap()
}

fn bob() -> Member {
	Member::Account(BOB)
}

/// Returns one of each kind.
fn all() -> [Member; 4] {
	[
		bob(),
		Member::App(AppId::default()),
		Member::Dataset(DatasetId::default()),
		Member::Workerpool(WorkerpoolId::default()),
	]
}

fn count(group: GroupId) -> u32 {
	Groups::<Test>::get(group).unwrap().content.members
}

#[test]
fn members_are_added_and_removed_with_their_deposits() {
	test(|| {
		let group = friends();
		let empty = held(HoldReason::Group, &ALICE);
		assert_ok!(Registry::add_members(signed(ALICE), group, batch(all())));
		System::assert_last_event(Event::MembersAdded { group, members: batch(all()) }.into());
		assert!(all().iter().all(|member| Registry::is_member(&group, member)));
		assert!(
			!Registry::is_member(&group, &Member::Account(ALICE)) && !Registry::is_member(&Default::default(), &bob())
		);
		assert_eq!(count(group), 4);
		assert_eq!(held(HoldReason::Group, &ALICE), empty + 4 * ITEM + BYTE * (33 + 3 * 21));

		assert_ok!(Registry::remove_members(signed(ALICE), group, batch([bob()])));
		System::assert_last_event(Event::MembersRemoved { group, members: batch([bob()]) }.into());
		assert!(!Registry::is_member(&group, &bob()));
		assert_eq!(count(group), 3);
		assert_eq!(held(HoldReason::Group, &ALICE), empty + 3 * ITEM + BYTE * 3 * 21);
	});
}

#[test]
fn nobody_joins_twice() {
	test(|| {
		let group = friends();
		let twice = || Registry::add_members(signed(ALICE), group, batch([bob(), bob()]));
		assert_noop!(twice(), Error::<Test>::AlreadyMember);
		assert_ok!(Registry::add_members(signed(ALICE), group, batch([bob()])));
		assert_noop!(Registry::add_members(signed(ALICE), group, batch(all())), Error::<Test>::AlreadyMember);
		assert_eq!(count(group), 1, "all of them, or none");
	});
}

#[test]
fn who_is_no_member_cannot_leave() {
	test(|| {
		let group = friends();
		assert_noop!(Registry::remove_members(signed(ALICE), group, batch([bob()])), Error::<Test>::NotMember);
		assert_ok!(Registry::add_members(signed(ALICE), group, batch([bob()])));
		assert_noop!(Registry::remove_members(signed(ALICE), group, batch(all())), Error::<Test>::NotMember);
		let twice = || Registry::remove_members(signed(ALICE), group, batch([bob(), bob()]));
		assert_noop!(twice(), Error::<Test>::NotMember);
	});
}

#[test]
fn only_its_owner_changes_a_group() {
	test(|| {
		let none = GroupId::default();
		assert_noop!(Registry::add_members(signed(ALICE), none, batch([bob()])), Error::<Test>::NotFound);
		assert_noop!(Registry::remove_members(signed(ALICE), none, batch([bob()])), Error::<Test>::NotFound);
		let group = friends();
		assert_noop!(Registry::add_members(signed(BOB), group, batch([bob()])), Error::<Test>::NotOwner);
		assert_noop!(Registry::remove_members(signed(BOB), group, batch([bob()])), Error::<Test>::NotOwner);
	});
}

#[test]
fn group_is_as_large_as_its_owner_pays_for() {
	test(|| {
		let group = friends();
		let numbered = |n| Member::Account([n; 32].into());
		for n in 0..9 {
			assert_ok!(Registry::add_members(signed(ALICE), group, batch((8 * n..8 * n + 8).map(numbered))));
		}
		assert_eq!(count(group), 72);
		let more = || Registry::add_members(signed(ALICE), group, batch((100..108).map(numbered)));
		assert_noop!(more(), TokenError::FundsUnavailable);
	});
}

#[test]
fn group_goes_when_it_is_empty() {
	test(|| {
		let group = friends();
		assert_ok!(Registry::add_members(signed(ALICE), group, batch(all())));
		let asset = AssetId::Group(group);
		assert_noop!(Registry::deregister(signed(ALICE), asset), Error::<Test>::GroupNotEmpty);
		assert_ok!(Registry::remove_members(signed(ALICE), group, batch(all())));
		assert_ok!(Registry::deregister(signed(ALICE), asset));
		assert_eq!(free(&ALICE), ENDOWMENT);
	});
}

#[test]
fn members_deposits_go_with_a_transfer() {
	test(|| {
		let group = friends();
		assert_ok!(Registry::add_members(signed(ALICE), group, batch(all())));
		let deposit = held(HoldReason::Group, &ALICE);
		assert_ok!(Registry::transfer(signed(ALICE), AssetId::Group(group), BOB));
		assert_eq!((held(HoldReason::Group, &ALICE), held(HoldReason::Group, &BOB)), (0, deposit));
		assert_ok!(Registry::remove_members(signed(BOB), group, batch(all())));
		assert_ok!(Registry::deregister(signed(BOB), AssetId::Group(group)));
		assert_eq!(free(&BOB), ENDOWMENT + deposit);
	});
}

#[test]
fn broken_group_is_seen_by_try_state() {
	registry().execute_with(|| {
		let group = friends();
		Members::<Test>::insert(group, bob(), 0);
		assert_eq!(Registry::do_try_state(), Err("a group does not count its members".into()));
		Groups::<Test>::mutate(group, |group| group.as_mut().unwrap().content.members = 1);
		assert_ok!(Registry::do_try_state());
		Members::<Test>::insert(group, bob(), ENDOWMENT);
		assert_eq!(Registry::do_try_state(), Err("a group's members are not paid for".into()));
		Members::<Test>::remove(group, bob());
		Members::<Test>::insert(GroupId::default(), bob(), 0);
		Groups::<Test>::mutate(group, |group| group.as_mut().unwrap().content.members = 0);
		assert_eq!(Registry::do_try_state(), Err("a member has no group".into()));
	});
}
