//! The market, as calls of the marketplace carry it, and as the chain answers questions about it.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H160, H256};

use crate::{
	deal::Params, AccountId, AnyOrder, AppId, AppOrder, Balance, CategoryId, DatasetId, DatasetOrder, Deal, DealId,
	Moment, OrderHash, OrderSignature, RequestOrder, WorkerpoolId, WorkerpoolOrder,
};

/// How an order is shown to be its owner's will.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Authorization {
	/// Today's owner signed it.
	#[codec(index = 0)]
	Signature(OrderSignature),
	/// Today's owner published or presigned it, or is the caller.
	#[codec(index = 1)]
	OnChain,
}

/// An order that somebody brings, with what authorizes it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SignedOrder<O> {
	/// The order.
	pub order: O,
	/// Why it may be matched.
	pub authorization: Authorization,
}

/// The four sides of a deal that somebody brings.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SignedOrders {
	/// The app that is to run.
	pub app: SignedOrder<AppOrder>,
	/// The dataset that it is to use, if any.
	pub dataset: Option<SignedOrder<DatasetOrder>>,
	/// Who is to compute.
	pub workerpool: SignedOrder<WorkerpoolOrder>,
	/// Who asks for it.
	pub request: SignedOrder<RequestOrder>,
}

impl SignedOrders {
	/// Returns the length of the request's params, in bytes: what the weight of a match depends on.
	pub fn params_len(&self) -> u32 {
		params_len(&self.request.order)
	}
}

/// The names of four orders that meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Hashes {
	/// Of the app order.
	pub app: OrderHash,
	/// Of the dataset order, if there is one.
	pub dataset: Option<OrderHash>,
	/// Of the workerpool order.
	pub workerpool: OrderHash,
	/// Of the request.
	pub request: OrderHash,
}

/// An order in the book.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Published {
	/// The order.
	pub order: AnyOrder,
	/// Who published it. Nobody can match it while the order's asset belongs to another account.
	pub owner: AccountId,
	/// What is held from the owner, in nRLC, beside the deposit of the order's consumption.
	pub deposit: Balance,
	/// When it was published, in ms.
	pub published: Moment,
	/// Its number in the order of publication, from 1.
	pub sequence: u64,
	/// What is held from the owner beside the deposit, in nRLC: what the scheduler staked for one task when it published a
	/// workerpool order, and 0 for other kinds.
	pub bond: Balance,
}

/// How far a deal has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct DealProgress {
	/// How many of its tasks are not closed.
	pub open: u64,
	/// How many of its tasks are not pruned.
	pub kept: u64,
	/// When its last task was closed, in ms.
	pub closed_at: Option<Moment>,
	/// Who paid the deposit: the account that matched the orders, or the requester if the match had no caller.
	pub depositor: AccountId,
	/// What is held from the depositor, in nRLC.
	pub deposit: Balance,
	/// How long the deal stays after its last task was closed, in ms: as governance had it when the orders matched.
	pub retention: Moment,
	/// Whether nobody signed the match: the chain found the offers for a published request.
	pub unattended: bool,
}

/// What was paid once.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Trade {
	/// When, in ms.
	pub time: Moment,
	/// What a task pays for the app, in nRLC.
	pub app_price: Balance,
	/// What a task pays for the dataset, in nRLC; nothing if there is none.
	pub dataset_price: Balance,
	/// What a task pays for the workerpool, in nRLC.
	pub workerpool_price: Balance,
	/// How many tasks.
	pub volume: u64,
}

impl Trade {
	/// Returns the trade that a deal makes.
	pub fn of(deal: &Deal) -> Self {
		Self {
			time: deal.start,
			app_price: deal.app.price,
			dataset_price: deal.dataset_price(),
			workerpool_price: deal.workerpool.price,
			volume: deal.size,
		}
	}
}

/// A list of the book, sorted by [`Rank`]. Each published order is in two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum BookKey {
	/// All app orders.
	#[codec(index = 0)]
	Apps,
	/// The orders of one app.
	#[codec(index = 1)]
	App(AppId),
	/// All dataset orders.
	#[codec(index = 2)]
	Datasets,
	/// The orders of one dataset.
	#[codec(index = 3)]
	Dataset(DatasetId),
	/// The workerpool orders of one category.
	#[codec(index = 4)]
	Workerpools(CategoryId),
	/// The orders of one workerpool.
	#[codec(index = 5)]
	Workerpool(WorkerpoolId),
	/// The requests of one category.
	#[codec(index = 6)]
	Requests(CategoryId),
	/// The requests for one app.
	#[codec(index = 7)]
	RequestsFor(AppId),
}

impl BookKey {
	/// Returns the lists that an order is in.
	pub fn of(order: &AnyOrder) -> [Self; 2] {
		match order {
			AnyOrder::App(order) => [Self::Apps, Self::App(order.app)],
			AnyOrder::Dataset(order) => [Self::Datasets, Self::Dataset(order.dataset)],
			AnyOrder::Workerpool(order) => [Self::Workerpools(order.category), Self::Workerpool(order.workerpool)],
			AnyOrder::Request(order) => [Self::Requests(order.category), Self::RequestsFor(order.app)],
		}
	}

	/// Returns whether the list holds requests, of which the best pays the most.
	pub fn holds_requests(&self) -> bool {
		matches!(self, Self::Requests(_) | Self::RequestsFor(_))
	}
}

/// An order's place in a list: its price as 16 big-endian bytes, then its sequence as 8. Of a request the price's
/// complement, so that in every list the best price comes first, and of equal prices the oldest.
pub type Rank = [u8; 24];

/// Returns the length of the params in a request, in bytes.
pub fn params_len(request: &RequestOrder) -> u32 {
	request.params.len().try_into().unwrap_or(u32::MAX)
}

/// Returns the length of the params in an order, in bytes: what the weight of handling one depends on.
pub fn params_len_of(order: &AnyOrder) -> u32 {
	match order {
		AnyOrder::Request(order) => params_len(order),
		_ => 0,
	}
}

/// The most entries of the book that are looked at for one answer, whatever is asked for.
pub const MAX_PAGE: u32 = 100;

/// Which orders to list.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct BookFilter {
	/// Which list: a kind of orders, of a category or an asset.
	pub list: BookKey,
	/// The lowest price, in nRLC; of requests, of what they pay at most for a task in all.
	pub min_price: Option<Balance>,
	/// The highest price, in nRLC.
	pub max_price: Option<Balance>,
}

/// An order in the book that can be matched now, if its terms are met.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct BookEntry {
	/// The order's hash.
	pub hash: OrderHash,
	/// The order.
	pub order: AnyOrder,
	/// Who published it.
	pub owner: AccountId,
	/// Its price, in nRLC; of a request, what it pays at most for a task in all.
	pub price: Balance,
	/// How much of its volume is left.
	pub remaining: u64,
	/// When it was published, in ms.
	pub published: Moment,
}

/// Some entries of a list, the best price first, then the oldest.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct BookPage {
	/// The entries: as many as were asked for or less, as those that cannot be matched are left out.
	pub entries: Vec<BookEntry>,
	/// What to ask for to get the next page; `None` if this is the last one.
	pub next: Option<Rank>,
}

/// The best offers for a request, and what they cost.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Estimate {
	/// The offers, and the request.
	pub orders: Hashes,
	/// How many tasks the deal would have.
	pub volume: u64,
	/// What a task costs, in nRLC.
	pub task_price: Balance,
	/// What all of the deal's tasks cost, in nRLC.
	pub total_price: Balance,
	/// What a worker stakes for a contribution, in nRLC.
	pub worker_stake: Balance,
	/// What the scheduler stakes for a task, in nRLC.
	pub pool_stake: Balance,
	/// What the scheduler stakes for the deal, in nRLC.
	pub total_pool_stake: Balance,
	/// What is held as a deposit for the deal, in nRLC.
	pub deposit: Balance,
	/// What is paid for good for the free calls of all its tasks, in nRLC.
	pub charge: Balance,
}

/// What the chain knows of an order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct OrderView {
	/// The order, if it is in the book.
	pub published: Option<Published>,
	/// Who presigned it.
	pub presigned_by: Option<AccountId>,
	/// How much of its volume is consumed.
	pub consumed: u64,
	/// How much of its volume is left; `None` if the chain does not know the order itself.
	pub remaining: Option<u64>,
}

/// A deal, with how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct DealView {
	/// Its id.
	pub id: DealId,
	/// What was agreed on.
	pub deal: Deal,
	/// What its tasks are run with.
	pub params: Params,
	/// How far it has come.
	pub progress: DealProgress,
}

/// A deal that has open tasks, in brief.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct OpenDeal {
	/// Its id.
	pub id: DealId,
	/// Who schedules it: the workerpool's owner when the orders matched.
	pub scheduler: AccountId,
	/// The index of its first task.
	pub first: u64,
	/// How many tasks it has.
	pub size: u64,
	/// How many of them are not closed.
	pub open: u64,
}

/// How the tasks of a workerpool, under its current owner, or of an app ended. Weights are nRLC, halved every 90 days.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct RecordView {
	/// The weight of the tasks that have a result.
	pub completed: Balance,
	/// The weight of those that workers agreed have none.
	pub failed: Balance,
	/// The weight of those that were not done in time, or given up.
	pub timed_out: Balance,
	/// How many tasks a workerpool completed in the last 15 to 30 days; `None` for an app.
	pub recent: Option<u64>,
	/// How many tasks a workerpool has open that nobody matched by hand; `None` for an app.
	pub unattended: Option<u64>,
	/// For how many more such tasks the workerpool can be matched; `None` for an app.
	pub unattended_room: Option<u64>,
}

/// Where signatures are valid: what a tool needs to sign orders, by either kind of key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct DomainView {
	/// The hash of the chain's first block.
	pub genesis: H256,
	/// EIP-712's chain id.
	pub chain_id: u64,
	/// EIP-712's verifying address.
	pub verifying_contract: H160,
}
