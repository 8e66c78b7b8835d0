//! The calls of the registry: apps, datasets, workerpools and groups.

use codec::Encode;
use rlc_primitives::{
	assets::{App, AssetId, Dataset, Description, Name, Policy},
	orders::Member,
	AccountId, GroupId, WorkerpoolId,
};
use scale_info::TypeInfo;

/// The calls of the registry: apps, datasets, workerpools and groups.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum RegistryCall {
	/// Registers an app.
	RegisterApp {
		/// What it is.
		app: App,
	},
	/// Registers a dataset.
	RegisterDataset {
		/// What it is.
		dataset: Dataset,
	},
	/// Registers a workerpool, with the policy of new ones.
	RegisterWorkerpool {
		/// What it says about itself.
		description: Description,
	},
	/// Creates a group.
	CreateGroup {
		/// What it is called.
		name: Name,
	},
	/// Adds members to a group: at most 100.
	AddMembers {
		/// The group.
		group: GroupId,
		/// Who or what joins.
		members: Vec<Member>,
	},
	/// Removes members from a group: at most 100.
	RemoveMembers {
		/// The group.
		group: GroupId,
		/// Who or what leaves.
		members: Vec<Member>,
	},
	/// Gives an asset to another account.
	Transfer {
		/// What.
		asset: AssetId,
		/// To whom.
		to: AccountId,
	},
	/// Changes how a workerpool deals with others.
	SetPolicy {
		/// The workerpool.
		workerpool: WorkerpoolId,
		/// Its new policy.
		policy: Policy,
	},
	/// Removes an asset.
	Deregister {
		/// What.
		asset: AssetId,
	},
}
