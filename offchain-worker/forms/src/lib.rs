#![doc = include_str!("../README.md")]

mod account;
mod book;
mod category;
mod cause;
mod deal;
pub mod described;
mod domain;
mod ethereum_address;
mod governance;
pub mod hex;
mod listed_deal;
mod number;
mod open_deal;
mod order;
#[cfg(test)]
mod parsing;
mod restriction;
pub mod rpc;
pub mod schema;
mod staking;
mod task;
mod task_ref;
pub mod text;
mod work;

pub use self::{
	account::{Account, InvalidAccount, OptionalAccount},
	book::{
		BookEntry, BookPage, Cursor, Estimate, Filter, Forecast, KnownOrder, OrderHashes, OrderStatus, Price, Prices,
		PublishedOrder, Quote, Record, Recorded, Trade,
	},
	category::Category,
	cause::FailureCause,
	deal::{Deal, DealOutcome, Resource, Settlement},
	domain::SigningDomain,
	ethereum_address::{EthereumAddress, InvalidAddress},
	governance::{HeldDeposit, Referendum, ReferendumBrief, VoteLock, VoteLocks},
	hex::Hex,
	listed_deal::ListedDeal,
	number::{Decimal, Whole},
	open_deal::OpenDeal,
	order::{
		AppOrder, DatasetOrder, HashedOrder, LeastRecord, Order, OrderKind, Request, RequestOrder, WorkerpoolOrder,
	},
	restriction::Restricted,
	staking::{Candidate, StakeStatus, Unlocking},
	task::{
		AppFault, Consensus, Contribution, ContributionStatus, DealTasks, Delegate, Delivery, DeliveryStatus, Failure,
		Task, TaskBrief, TaskFailure, TaskStage,
	},
	task_ref::{TaskName, TaskRef},
	text::Text,
	work::{WorkItem, WorkKind, Worker},
};
