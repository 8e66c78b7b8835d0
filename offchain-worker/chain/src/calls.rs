//! What can be asked of the chain by a transaction.

use codec::Encode;
use rlc_primitives::{
	assets::{App, AssetId, Dataset, Description, Name, Policy},
	ethereum::EthereumSignature,
	market::SignedOrders,
	orders::Member,
	task::Commitment,
	work::{CallbackData, ContributionOf, Delegate, DelegationProof, FailureCause, ResultOf, TaskRef},
	AccountId, Address, AnyOrder, Balance, GroupId, OrderHash, ResultDigest, WorkerpoolId,
};
use scale_info::TypeInfo;
use sp_core::H160;

/// A call. Its name on the chain is the same in snake case; who may call it and what it costs is in the pallet's README.
///
/// Lists that the chain bounds are plain here: one that is too long cannot be read by the node.
// A request with its signature is large; a box would only move the bytes.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum Call {
	/// Register an app.
	RegisterApp {
		/// What it is.
		app: App,
	},
	/// Register a dataset.
	RegisterDataset {
		/// What it is.
		dataset: Dataset,
	},
	/// Register a workerpool, with the policy of new ones.
	RegisterWorkerpool {
		/// What it says about itself.
		description: Description,
	},
	/// Create a group.
	CreateGroup {
		/// What it is called.
		name: Name,
	},
	/// Add members to a group: at most 100.
	AddMembers {
		/// The group.
		group: GroupId,
		/// Who or what joins.
		members: Vec<Member>,
	},
	/// Remove members from a group: at most 100.
	RemoveMembers {
		/// The group.
		group: GroupId,
		/// Who or what leaves.
		members: Vec<Member>,
	},
	/// Give an asset to another account.
	Transfer {
		/// What.
		asset: AssetId,
		/// To whom.
		to: AccountId,
	},
	/// Change how a workerpool deals with others.
	SetPolicy {
		/// The workerpool.
		workerpool: WorkerpoolId,
		/// Its new policy.
		policy: Policy,
	},
	/// Remove an asset.
	Deregister {
		/// What.
		asset: AssetId,
	},

	/// Put an order of one's own into the book.
	PublishOrder {
		/// The order.
		order: AnyOrder,
	},
	/// Take back what one published or presigned.
	UnpublishOrder {
		/// The order.
		order: OrderHash,
	},
	/// Authorize an order of one's own without publishing it.
	PresignOrder {
		/// The order.
		order: AnyOrder,
	},
	/// Consume all that is left of an order of one's own.
	CancelOrder {
		/// The order.
		order: AnyOrder,
	},
	/// Remove an order that expired, or whose asset has another owner.
	RemoveExpired {
		/// The order.
		order: OrderHash,
	},
	/// Make a deal of orders that one brings. The requester pays.
	MatchOrders {
		/// The orders.
		orders: SignedOrders,
	},
	/// Make a deal of orders that one brings, and pay for it.
	SponsorMatchOrders {
		/// The orders.
		orders: SignedOrders,
	},
	/// Make a deal of orders in the book.
	MatchPublished {
		/// Who asks.
		request: OrderHash,
		/// The app order.
		app: OrderHash,
		/// The dataset order, if there is one.
		dataset: Option<OrderHash>,
		/// The workerpool order.
		workerpool: OrderHash,
	},
	/// Remove what is remembered of an expired order.
	PruneOrder {
		/// The order.
		order: OrderHash,
	},

	/// Make workers eligible for tasks: each for each. At most 100 tasks and 64 workers.
	Delegate {
		/// The tasks.
		tasks: Vec<TaskRef>,
		/// The workers.
		workers: Vec<Delegate>,
	},
	/// Commit to a result of a task.
	Contribute {
		/// The task.
		task: TaskRef,
		/// To what.
		commitment: Commitment,
		/// Why one may.
		authorization: DelegationProof,
		/// The enclave's signature, exactly if the commitment names an enclave.
		enclave_signature: Option<EthereumSignature>,
	},
	/// Commit to results of many tasks, at most 100: all, or none if one is refused.
	ContributeBatch {
		/// The commitments.
		contributions: Vec<ContributionOf>,
	},
	/// Show the digest of a result that has consensus.
	Reveal {
		/// The task.
		task: TaskRef,
		/// The digest.
		digest: ResultDigest,
	},
	/// Show the digests of many results, at most 100: all, or none if one is refused.
	RevealBatch {
		/// The tasks with their digests.
		reveals: Vec<(TaskRef, ResultDigest)>,
	},
	/// Deliver the result of a task of trust 1 at once.
	ContributeAndFinalize {
		/// The task.
		task: TaskRef,
		/// The digest.
		digest: ResultDigest,
		/// Why one may.
		authorization: DelegationProof,
		/// The enclave and its signature, if the task demands one.
		enclave: Option<(H160, EthereumSignature)>,
		/// The result, exactly if the deal has a callback.
		callback_data: Option<CallbackData>,
	},
	/// Deliver the results of many tasks of trust 1 at once, at most 100, of deals without a callback: all, or none if one
	/// is refused.
	ContributeAndFinalizeBatch {
		/// The results.
		results: Vec<ResultOf>,
	},
	/// Close a task that has its result.
	Finalize {
		/// The task.
		task: TaskRef,
		/// The result, exactly if the deal has a callback.
		callback_data: Option<CallbackData>,
	},
	/// Give up a consensus that nobody revealed in time.
	Reopen {
		/// The task.
		task: TaskRef,
	},
	/// Close an overdue task as failed.
	Claim {
		/// The task.
		task: TaskRef,
	},
	/// Close a task as failed before its time.
	Abandon {
		/// The task.
		task: TaskRef,
	},
	/// Say that a task cannot be computed.
	ReportFailure {
		/// The task.
		task: TaskRef,
		/// Why.
		cause: FailureCause,
	},
	/// Remove closed tasks whose time is over: at most 100.
	Prune {
		/// The tasks.
		tasks: Vec<TaskRef>,
	},
	/// Queue a result again that its callback did not get.
	Deliver {
		/// The task.
		task: TaskRef,
		/// The result.
		data: CallbackData,
	},

	/// Pay somebody, as long as one's account stays alive.
	TransferKeepAlive {
		/// Whom.
		dest: Address,
		/// How much, in nRLC.
		#[codec(compact)]
		value: Balance,
	},
	/// Pay somebody, even if one's account ends.
	TransferAllowDeath {
		/// Whom.
		dest: Address,
		/// How much, in nRLC.
		#[codec(compact)]
		value: Balance,
	},

	/// Several calls in one transaction: all, or none if one is refused.
	// Holds calls as the chain encodes them, which the runtime's description alone tells.
	#[codec(skip)]
	BatchAll(Vec<Call>),
}

/// The pallet that has each call.
pub(crate) const PALLETS: [(&str, &[&str]); 4] = [
	(
		"Registry",
		&[
			"RegisterApp",
			"RegisterDataset",
			"RegisterWorkerpool",
			"CreateGroup",
			"AddMembers",
			"RemoveMembers",
			"Transfer",
			"SetPolicy",
			"Deregister",
		],
	),
	(
		"Marketplace",
		&[
			"PublishOrder",
			"UnpublishOrder",
			"PresignOrder",
			"CancelOrder",
			"RemoveExpired",
			"MatchOrders",
			"SponsorMatchOrders",
			"MatchPublished",
			"PruneOrder",
		],
	),
	(
		"Poco",
		&[
			"Delegate",
			"Contribute",
			"ContributeBatch",
			"Reveal",
			"RevealBatch",
			"ContributeAndFinalize",
			"ContributeAndFinalizeBatch",
			"Finalize",
			"Reopen",
			"Claim",
			"Abandon",
			"ReportFailure",
			"Prune",
			"Deliver",
		],
	),
	("Balances", &["TransferKeepAlive", "TransferAllowDeath"]),
];

/// Where several calls in one are.
pub(crate) const BATCH: (&str, &str) = ("Utility", "batch_all");

/// A call's name on the chain.
pub(crate) fn on_chain(name: &str) -> String {
	let mut snake = String::with_capacity(name.len() + 4);
	for (place, letter) in name.char_indices() {
		if letter.is_ascii_uppercase() && place > 0 {
			snake.push('_');
		}
		snake.push(letter.to_ascii_lowercase());
	}
	snake
}

#[cfg(test)]
mod tests {
	use super::*;
	use scale_info::TypeDef;

	#[test]
	fn each_call_has_one_pallet() {
		let TypeDef::Variant(calls) = Call::type_info().type_def else { panic!("an enum") };
		let calls: Vec<_> = calls.variants.iter().map(|variant| variant.name).collect();
		let listed: Vec<_> = PALLETS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
		assert_eq!(listed, calls);
	}

	#[test]
	fn names_are_snakes_on_the_chain() {
		assert_eq!(on_chain("ContributeAndFinalize"), "contribute_and_finalize");
		assert_eq!(on_chain("Claim"), "claim");
	}
}
