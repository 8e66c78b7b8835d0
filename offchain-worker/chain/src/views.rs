//! What the chain knows of assets, the market, work and money: questions about the best block. Each can fail as every
//! question does, with [`Error::Unreachable`] in the first place.

use codec::Encode;
use rlc_primitives::{
	assets::{App, Dataset, Group, Registered, Workerpool},
	deal::Category,
	market::{BookFilter, BookPage, DealView, Estimate, OrderView, Rank, Trade},
	orders::Member,
	work::{TaskRef, TaskView, WorkItem, WorkerView},
	AccountId, AnyOrder, AppId, Balance, CategoryId, DatasetId, DealId, GroupId, Nonce, OrderHash, RequestOrder,
	SigningDomain, TaskId, WorkerpoolId,
};

use crate::{
	extrinsic::{self, Terms},
	questions, Call, Chain, Error,
};

/// What an account has, in nRLC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funds {
	/// What it can pay with and lock, but for what is frozen.
	pub free: Balance,
	/// What is in the escrow for its deals and contributions: stakes, and prices that are not yet paid.
	pub locked: Balance,
	/// What is held as deposits.
	pub reserved: Balance,
	/// The part of free and reserved that cannot be spent, since it is staked, votes, or has not vested.
	pub frozen: Balance,
	/// How many transactions it has sent.
	pub nonce: Nonce,
}

// Errors are the module's.
#[allow(clippy::missing_errors_doc)]
impl Chain {
	/// An app; `None` if it is not registered. Likewise below.
	pub async fn app(&self, id: AppId) -> Result<Option<Registered<App>>, Error> {
		self.entry(&questions::APPS, &id).await
	}

	/// A dataset.
	pub async fn dataset(&self, id: DatasetId) -> Result<Option<Registered<Dataset>>, Error> {
		self.entry(&questions::DATASETS, &id).await
	}

	/// A workerpool.
	pub async fn workerpool(&self, id: WorkerpoolId) -> Result<Option<Registered<Workerpool>>, Error> {
		self.entry(&questions::WORKERPOOLS, &id).await
	}

	/// A group.
	pub async fn group(&self, id: GroupId) -> Result<Option<Registered<Group>>, Error> {
		self.entry(&questions::GROUPS, &id).await
	}

	/// Whether an account, an app, a dataset or a workerpool is a member of a group. A group that is not registered has no
	/// members.
	pub async fn is_member(&self, group: GroupId, who: impl Into<Member>) -> Result<bool, Error> {
		Ok(self.entry_of_two(&questions::MEMBERS, &group, &who.into()).await?.is_some())
	}

	/// Where orders and delegations are valid: needed to hash and to sign them.
	pub async fn domain(&self) -> Result<SigningDomain, Error> {
		let view = self.question(&questions::SIGNING_DOMAIN, &()).await?;
		// The runtime does not know the genesis hash before the first block is made.
		Ok(SigningDomain::new(self.genesis(), view.chain_id, view.verifying_contract))
	}

	/// Orders in the book, the best price first, after the rank `after`: at most `limit`, and at most
	/// [`MAX_PAGE`](rlc_primitives::market::MAX_PAGE).
	pub async fn orderbook(&self, filter: BookFilter, after: Option<Rank>, limit: u32) -> Result<BookPage, Error> {
		self.question(&questions::ORDERBOOK, &(filter, after, limit)).await
	}

	/// The best offers for a request, and what they cost; `None` if no offers in the book serve it.
	pub async fn estimate(&self, request: &RequestOrder) -> Result<Option<Estimate>, Error> {
		self.question(&questions::ESTIMATE, &(request.clone(),)).await
	}

	/// What is known of an order; `None` if nothing.
	pub async fn order(&self, hash: OrderHash) -> Result<Option<OrderView>, Error> {
		self.question(&questions::ORDER, &(hash,)).await
	}

	/// What was held, in nRLC, for the record of how much of an order is consumed, when that record was made; `None` if
	/// there is none. Published orders have one.
	pub async fn record_deposit(&self, order: OrderHash) -> Result<Option<Balance>, Error> {
		Ok(self.entry(&questions::CONSUMED, &order).await?.map(|record| record.deposit))
	}

	/// An order's hash on this chain.
	pub async fn order_hash(&self, order: &AnyOrder) -> Result<OrderHash, Error> {
		Ok(order.hash(&self.domain().await?))
	}

	/// A deal; `None` if there is none, or if it is pruned.
	pub async fn deal(&self, id: DealId) -> Result<Option<DealView>, Error> {
		self.question(&questions::DEAL, &(id,)).await
	}

	/// The last trades of a category, the newest first.
	pub async fn trades(&self, category: CategoryId, limit: u32) -> Result<Vec<Trade>, Error> {
		self.question(&questions::TRADES, &(category, limit)).await
	}

	/// The categories of tasks.
	pub async fn categories(&self) -> Result<Vec<(CategoryId, Category)>, Error> {
		self.question(&questions::CATEGORIES, &()).await
	}

	/// A task by its id; `None` if nobody touched it, or if it is pruned.
	pub async fn task(&self, id: TaskId) -> Result<Option<TaskView>, Error> {
		self.question(&questions::TASK, &(id,)).await
	}

	/// A task by its place, also if nobody touched it; `None` if there is none, or if it is pruned.
	pub async fn task_of(&self, task: TaskRef) -> Result<Option<TaskView>, Error> {
		self.question(&questions::TASK_OF, &(task.deal, task.index)).await
	}

	/// A deal's tasks with the index `from` or a higher one: at most `limit`, and at most
	/// [`MAX_PAGE`](rlc_primitives::work::MAX_PAGE).
	pub async fn tasks_of(&self, deal: DealId, from: u64, limit: u32) -> Result<Vec<TaskView>, Error> {
		self.question(&questions::TASKS_OF, &(deal, from, limit)).await
	}

	/// What a worker has to do now, as far as it was delegated on chain: at most `limit`, and at most
	/// [`MAX_PAGE`](rlc_primitives::work::MAX_PAGE).
	pub async fn work_for(&self, worker: &AccountId, limit: u32) -> Result<Vec<WorkItem>, Error> {
		self.question(&questions::WORK_FOR, &(worker.clone(), limit)).await
	}

	/// A worker's standing.
	pub async fn worker(&self, worker: &AccountId) -> Result<WorkerView, Error> {
		self.question(&questions::WORKER, &(worker.clone(),)).await
	}

	/// What an account has; nothing if nobody ever paid it.
	pub async fn funds(&self, who: &AccountId) -> Result<Funds, Error> {
		let (account, locked) =
			futures::try_join!(self.entry(&questions::ACCOUNT, who), self.entry(&questions::LOCKED, who))?;
		let account = account.unwrap_or_default();
		Ok(Funds {
			free: account.data.free,
			locked: locked.unwrap_or_default(),
			reserved: account.data.reserved,
			frozen: account.data.frozen,
			nonce: account.nonce,
		})
	}

	/// The fee, in nRLC, that an account would be charged for sending a call now; somewhat less if the call takes less
	/// than it may. The chain does not look here whether it would refuse the call, or take it for free.
	pub async fn fee(&self, sender: &AccountId, call: &Call) -> Result<Balance, Error> {
		let account = sender.to_string();
		let (runtime, nonce) = futures::try_join!(self.runtime(None), self.rpc().next_nonce(&account))?;
		// Nobody looks at what a question is anchored at.
		let terms = Terms { genesis: self.genesis(), nonce, anchor: (0, self.genesis()) };
		let body = extrinsic::blank(&runtime, call, sender.clone(), &terms)?;
		let length = u32::try_from(body.encoded_size()).unwrap_or(u32::MAX);
		Ok(self.question(&questions::COST, &(body, length)).await?.partial_fee)
	}

	/// What the kitty holds, in nRLC: stakes of schedulers that failed.
	pub async fn kitty(&self) -> Result<Balance, Error> {
		Ok(self.value(&questions::KITTY).await?.unwrap_or_default())
	}
}
