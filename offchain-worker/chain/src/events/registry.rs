//! What happened to apps, datasets, workerpools and groups.

use codec::Decode;
use rlc_primitives::{
	assets::{AssetId, Description, Policy},
	orders::Member,
	AccountId, GroupId, WorkerpoolId,
};
use scale_info::TypeInfo;

/// What happened to apps, datasets, workerpools and groups. Amounts are nRLC, times are ms.
// Fields are called as in the pallet, which describes each of them.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub enum RegistryEvent {
	/// An app, a dataset, a workerpool or a group exists.
	Registered { asset: AssetId, owner: AccountId },
	/// Something has a new owner.
	Transferred { asset: AssetId, from: AccountId, to: AccountId },
	/// Something exists no longer.
	Deregistered { asset: AssetId, owner: AccountId },
	/// A workerpool deals differently from now on.
	PolicySet { workerpool: WorkerpoolId, policy: Policy },
	/// A group has more members.
	MembersAdded { group: GroupId, members: Vec<Member> },
	/// A group has fewer members.
	MembersRemoved { group: GroupId, members: Vec<Member> },
	/// A workerpool says something else about itself.
	DescriptionSet { workerpool: WorkerpoolId, description: Description },
}
