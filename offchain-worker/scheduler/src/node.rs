//! The chain, over a node.

use async_trait::async_trait;
use futures::{stream::BoxStream, StreamExt};
use rlc_chain::{
	At, BlockEvents, Call, Chain, Event, Funds, MarketplaceCall, MarketplaceEvent, PocoCall, ProxyType, Sender,
};
use rlc_primitives::{
	market::{BookEntry, BookFilter, BookKey, OpenDeal, MAX_PAGE},
	money::{worker_stake, Score},
	task::Stage,
	work::{Delegate, FailureCause, TaskRef, TaskView},
	AccountId, AnyOrder, Balance, Deal, DealId, GroupId, OrderHash, WorkerpoolId, WorkerpoolOrder, RLC,
};
use rlc_protocol::{Needs, RequestParams, Unservable};
use rlc_store::is_pinned;
use sp_core::H256;

use crate::{
	chain::{Answer, BlockKind, ChainError, DealFacts, PoolChain},
	model::{ChainBlock, ChainEvent},
};

/// The most orders that are published or withdrawn in one transaction.
const BATCH: usize = 20;

/// The least that an account must own to store something, in nRLC, free or locked: with less, accounts would cost nothing.
const LEAST_FUNDS: Balance = RLC / 10;

/// A node, for one pool.
pub(crate) struct NodeChain {
	chain: Chain,
	sender: Sender,
	workerpool: WorkerpoolId,
}

impl NodeChain {
	/// Returns the node that `chain` and `sender` are connected to.
	pub fn new(chain: Chain, sender: Sender, workerpool: WorkerpoolId) -> Self {
		Self { chain, sender, workerpool }
	}

	async fn send(&self, call: Call) -> Answer<()> {
		self.sender.send(call).await.map(drop).map_err(|error| match error {
			rlc_chain::Error::Paused => ChainError::Paused,
			error => ChainError::new(error),
		})
	}
}

#[async_trait]
impl PoolChain for NodeChain {
	async fn deal(&self, deal: DealId) -> Answer<Option<DealFacts>> {
		let Some(view) = self.chain.deal(deal).await.map_err(ChainError::new)? else { return Ok(None) };
		let app = self.chain.app(view.deal.app.id).await.map_err(ChainError::new)?;
		let app = app.ok_or_else(|| ChainError::new(format!("its app {:?} is not registered", view.deal.app.id.0)))?;
		let mut content = vec![app.content.checksum];
		if let Some(dataset) = &view.deal.dataset {
			let dataset = self.chain.dataset(dataset.id).await.map_err(ChainError::new)?;
			content.extend(dataset.map(|dataset| dataset.content.checksum));
		}
		let (asked, unservable) = asked(&view.params, &view.deal);
		let kind = app.content.kind;
		let closed = view.progress.closed_at;
		Ok(Some(DealFacts { deal: view.deal, kind, asked, unservable, content, closed }))
	}

	async fn open_deals(&self) -> Answer<Vec<OpenDeal>> {
		let mut deals = self.chain.open_deals(self.workerpool).await.map_err(ChainError::new)?;
		// Those of an earlier owner of the pool are not this account's.
		deals.retain(|deal| deal.scheduler == self.sender.account());
		Ok(deals)
	}

	async fn lag(&self) -> Answer<Option<rlc_chain::Lag>> {
		self.chain.lag().await.map_err(ChainError::new)
	}

	async fn clock(&self) -> Answer<rlc_chain::Clock> {
		self.chain.clock().await.map_err(ChainError::new)
	}

	async fn finalized(&self) -> Answer<u32> {
		self.chain.finalized().await.map(|(number, _)| number).map_err(ChainError::new)
	}

	async fn tasks_of(&self, deal: DealId, from: u64, limit: u32) -> Answer<Vec<TaskView>> {
		self.chain.tasks_of(deal, from, limit).await.map_err(ChainError::new)
	}

	async fn task(&self, task: TaskRef) -> Answer<Option<TaskView>> {
		self.chain.task_of(task).await.map_err(ChainError::new)
	}

	async fn score(&self, worker: AccountId) -> Answer<Score> {
		self.chain.worker(&worker).await.map(|view| view.score).map_err(ChainError::new)
	}

	async fn funds(&self, account: AccountId) -> Answer<Funds> {
		self.chain.funds(&account).await.map_err(ChainError::new)
	}

	async fn worker_stake(&self, price: Balance) -> Answer<Balance> {
		if price == 0 {
			return Ok(0);
		}
		let pool = self.chain.workerpool(self.workerpool).await.map_err(ChainError::new)?;
		let pool = pool.ok_or_else(|| ChainError::new("the workerpool is not registered"))?;
		worker_stake(price, pool.content.policy.worker_stake_ratio)
			.map_err(|error| ChainError::new(format!("a worker's stake has no value: {error:?}")))
	}

	async fn is_funded(&self, account: AccountId) -> Answer<bool> {
		let funds = self.funds(account).await?;
		Ok(funds.free.saturating_add(funds.locked) >= LEAST_FUNDS)
	}

	async fn is_member(&self, group: GroupId, account: AccountId) -> Answer<bool> {
		self.chain.is_member(group, account).await.map_err(ChainError::new)
	}

	async fn is_worker_proxy(&self, account: AccountId, proxy: AccountId) -> Answer<bool> {
		self.chain.is_proxy(&account, &proxy, ProxyType::Worker).await.map_err(ChainError::new)
	}

	fn follow(&self, from: Option<u32>, kind: BlockKind) -> BoxStream<'static, Answer<ChainBlock>> {
		let which = match kind {
			BlockKind::Best => At::Best,
			BlockKind::Final => At::Finalized,
		};
		let workerpool = self.workerpool;
		let blocks = self.chain.follow(from, which);
		blocks.map(move |block| block.map(|block| concerning(block, workerpool)).map_err(ChainError::new)).boxed()
	}

	async fn finalize(&self, task: TaskRef, data: Option<Vec<u8>>) -> Answer<()> {
		let callback_data = data.map(TryInto::try_into).transpose();
		let callback_data = callback_data.map_err(|_| ChainError::new("the callback's data are too long"))?;
		self.send(Call::Poco(PocoCall::Finalize { task, callback_data })).await
	}

	async fn reopen(&self, task: TaskRef) -> Answer<()> {
		self.send(Call::Poco(PocoCall::Reopen { task })).await
	}

	async fn release(&self, task: TaskRef, cause: FailureCause) -> Answer<()> {
		self.send(Call::Poco(PocoCall::Release { task, cause })).await
	}

	async fn abandon(&self, task: TaskRef) -> Answer<()> {
		// The chain would abandon a consensus that no winner has revealed yet.
		let view = self.chain.task_of(task).await.map_err(ChainError::new)?;
		match view.map(|view| view.task.stage) {
			Some(Stage::Active) => self.send(Call::Poco(PocoCall::Abandon { task })).await,
			Some(_) => Err(ChainError::new("it has a consensus, or is closed")),
			None => Err(ChainError::new("the chain does not know the task")),
		}
	}

	async fn orders(&self) -> Answer<Vec<(OrderHash, WorkerpoolOrder)>> {
		let filter = BookFilter { list: BookKey::Workerpool(self.workerpool), min_price: None, max_price: None };
		let owner = self.sender.account();
		let (mut own, mut after) = (Vec::new(), None);
		loop {
			let page = self.chain.orderbook(filter.clone(), after, MAX_PAGE).await.map_err(ChainError::new)?;
			own.extend(page.entries.into_iter().filter(|entry| entry.owner == owner).filter_map(left_of));
			after = page.next;
			if after.is_none() {
				return Ok(own);
			}
		}
	}

	async fn replace(&self, withdraw: Vec<OrderHash>, publish: Vec<WorkerpoolOrder>) -> Answer<()> {
		// The chain would refuse each attempt, and keep its fee.
		if self.chain.stops().await.map_err(ChainError::new)?.market {
			return Err(ChainError::new("the market is stopped on the chain"));
		}
		let withdraw = withdraw.into_iter().map(|order| MarketplaceCall::UnpublishOrder { order });
		let publish = publish.into_iter().map(|order| {
			// Another salt makes it another order, of which nothing is consumed.
			let order = WorkerpoolOrder { salt: H256(rand::random()), ..order };
			MarketplaceCall::PublishOrder { order: order.into() }
		});
		let calls = withdraw.chain(publish).map(Call::Marketplace).collect::<Vec<_>>();
		for some in calls.chunks(BATCH) {
			// All or nothing: a requester that sees one sees all.
			self.send(Call::BatchAll(some.to_vec())).await?;
		}
		Ok(())
	}

	async fn delegate(&self, tasks: Vec<TaskRef>, workers: Vec<AccountId>) -> Answer<()> {
		let workers = workers.into_iter().map(|worker| Delegate { worker, enclave: None }).collect();
		self.send(Call::Poco(PocoCall::Delegate { tasks, workers })).await
	}
}

/// Returns what the params of a deal say that each of its tasks needs, or why no worker can serve them.
fn asked(params: &[u8], deal: &Deal) -> (Needs, Option<Unservable>) {
	match RequestParams::parse_servable(params, deal.trust, deal.tag, is_pinned) {
		Ok((params, _)) => (params.rlc_needs, None),
		Err(unservable) => (Needs::default(), Some(unservable)),
	}
}

/// Returns an order in the book, with what is left of it as its volume.
fn left_of(entry: BookEntry) -> Option<(OrderHash, WorkerpoolOrder)> {
	match entry.order {
		AnyOrder::Workerpool(order) => Some((entry.hash, WorkerpoolOrder { volume: entry.remaining, ..order })),
		_ => None,
	}
}

/// Returns what a block says about the pool's deals and about all tasks: it does not tell whose these are.
fn concerning(block: BlockEvents, pool: WorkerpoolId) -> ChainBlock {
	let concerning = |event: Event| match event {
		Event::Marketplace(MarketplaceEvent::DealOpened { deal, workerpool, first, size, .. }) => {
			(workerpool == pool).then_some(ChainEvent::DealOpened { deal, first, size })
		}
		Event::Marketplace(MarketplaceEvent::DealClosed { deal }) => Some(ChainEvent::DealClosed(deal)),
		other => other.task_event().map(|(task, event)| ChainEvent::Task(task, event)),
	};
	let events = block.events.into_iter().filter_map(|(_, event)| concerning(event));
	ChainBlock { number: block.number, clock: block.clock, events: events.collect() }
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::World;
	use rlc_chain::PocoEvent;
	use rlc_primitives::{AppId, CategoryId, Tag, TaskEvent, TaskId};
	use rlc_protocol::Unrepeatable;
	use sp_core::H160;

	#[test]
	fn deal_on_which_workers_could_not_agree_is_unservable() {
		let unservable = |trust, tag, input: &str| {
			let mut world = World::default();
			let id = world.open(1, trust, 1, |deal| deal.tag = Tag::from_bits(tag));
			let params = format!(r#"{{"iexec_input_files": ["{input}"], "rlc_needs": {{"cores": 2}}}}"#);
			let (needs, unservable) = asked(params.as_bytes(), &world.deals[&id]);
			assert_eq!(needs.cores, if unservable.is_some() { 0 } else { 2 });
			unservable
		};
		let url = "https://x.org/a";
		let pinned = format!("{url}#sha256={}", "ab".repeat(32));
		assert_eq!(unservable(1, Tag::NETWORK, url), None);
		assert_eq!(unservable(2, 0, &pinned), None);
		let input = Unrepeatable::Input { number: 1, location: url.into() };
		assert_eq!(unservable(2, 0, url), Some(Unservable::Unrepeatable(input)));
		let network = Unservable::Unrepeatable(Unrepeatable::Network);
		assert_eq!(unservable(2, Tag::NETWORK, &pinned), Some(network));
	}

	#[test]
	fn deals_of_other_pools_are_passed_over() {
		let opened = |pool: u8| {
			Event::Marketplace(MarketplaceEvent::DealOpened {
				deal: DealId(H256::repeat_byte(pool)),
				app: AppId::default(),
				dataset: None,
				workerpool: WorkerpoolId(H160::repeat_byte(pool)),
				request: OrderHash::default(),
				requester: AccountId::new([1; 32]),
				payer: AccountId::new([1; 32]),
				category: CategoryId(0),
				first: 3,
				size: 5,
			})
		};
		let reopened = Event::Poco(PocoEvent::Reopened { task: TaskId::default() });
		let events =
			vec![(Some(1), opened(1)), (Some(2), opened(2)), (None, reopened), (None, Event::ExtrinsicSuccess)];
		let hash = H256::zero();
		let parent = H256::zero();
		let block = concerning(
			BlockEvents { number: 7, hash, parent, clock: 9.into(), events },
			WorkerpoolId(H160::repeat_byte(2)),
		);
		let deal = DealId(H256::repeat_byte(2));
		let expected = vec![
			ChainEvent::DealOpened { deal, first: 3, size: 5 },
			ChainEvent::Task(TaskId::default(), TaskEvent::Reopened),
		];
		assert_eq!(block, ChainBlock { number: 7, clock: 9.into(), events: expected });
	}
}
