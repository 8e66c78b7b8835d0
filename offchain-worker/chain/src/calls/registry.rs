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
		/// Its description.
		app: App,
	},
	/// Registers a dataset.
	RegisterDataset {
		/// Its description.
		dataset: Dataset,
	},
	/// Registers a workerpool, with the policy of new ones.
	RegisterWorkerpool {
		/// What it says about itself.
		description: Description,
	},
	/// Creates a group.
	CreateGroup {
		/// Its name.
		name: Name,
	},
	/// Adds members to a group: at most 100.
	AddMembers {
		/// The group.
		group: GroupId,
		/// The members to add.
		members: Vec<Member>,
	},
	/// Removes members from a group: at most 100.
	RemoveMembers {
		/// The group.
		group: GroupId,
		/// The members to remove.
		members: Vec<Member>,
	},
	/// Transfers an asset to another account.
	Transfer {
		/// The asset.
		asset: AssetId,
		/// The new owner.
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
		/// The asset.
		asset: AssetId,
	},
	/// Changes what a workerpool says about itself.
	SetDescription {
		/// The workerpool.
		workerpool: WorkerpoolId,
		/// What it says from now on.
		description: Description,
	},
}
