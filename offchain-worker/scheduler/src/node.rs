//! The chain, over a node.

use futures::{future::BoxFuture, stream::BoxStream, FutureExt, StreamExt};
use rlc_chain::{At, BlockEvents, Call, Chain, Event, MarketplaceEvent, PocoCall, PocoEvent, Sender};
use rlc_primitives::{
	money::Score,
	task::Stage,
	work::{Delegate, TaskRef, TaskView},
	AccountId, DealId, GroupId, WorkerpoolId,
};
use rlc_protocol::Needs;

use crate::chain::{Answer, ChainError, DealFacts, Follow, PoolChain, Seen, SeenBlock};

/// A node, for one pool.
pub(crate) struct NodeChain {
	chain: Chain,
	sender: Sender,
	workerpool: WorkerpoolId,
}

impl NodeChain {
	pub fn new(chain: Chain, sender: Sender, workerpool: WorkerpoolId) -> Self {
		Self { chain, sender, workerpool }
	}

	fn send(&self, call: Call) -> BoxFuture<'_, Result<(), ChainError>> {
		async move { self.sender.send(call).await.map(drop).map_err(ChainError::new) }.boxed()
	}
}

impl PoolChain for NodeChain {
	fn deal(&self, deal: DealId) -> Answer<'_, Option<DealFacts>> {
		async move {
			let Some(view) = self.chain.deal(deal).await.map_err(ChainError::new)? else { return Ok(None) };
			let app = self.chain.app(view.deal.app.id).await.map_err(ChainError::new)?;
			let app = app.ok_or_else(|| ChainError(format!("its app {:?} is not registered", view.deal.app.id.0)))?;
			let mut content = vec![app.content.checksum];
			if let Some(dataset) = &view.deal.dataset {
				let dataset = self.chain.dataset(dataset.id).await.map_err(ChainError::new)?;
				content.extend(dataset.map(|dataset| dataset.content.checksum));
			}
			let needs = Needs::of_deal(&view.params, view.deal.tag);
			let (kind, closed) = (app.content.kind, view.progress.closed_at);
			Ok(Some(DealFacts { deal: view.deal, kind, needs, content, closed }))
		}
		.boxed()
	}

	fn finalized(&self) -> Answer<'_, u32> {
		async move { self.chain.finalized().await.map(|(number, _)| number).map_err(ChainError::new) }.boxed()
	}

	fn tasks_of(&self, deal: DealId, from: u64, limit: u32) -> Answer<'_, Vec<TaskView>> {
		async move { self.chain.tasks_of(deal, from, limit).await.map_err(ChainError::new) }.boxed()
	}

	fn task(&self, task: TaskRef) -> Answer<'_, Option<TaskView>> {
		async move { self.chain.task_of(task).await.map_err(ChainError::new) }.boxed()
	}

	fn score(&self, worker: AccountId) -> Answer<'_, Score> {
		async move { self.chain.worker(&worker).await.map(|view| view.score).map_err(ChainError::new) }.boxed()
	}

	fn is_funded(&self, account: AccountId) -> Answer<'_, bool> {
		async move {
			let funds = self.chain.funds(&account).await.map_err(ChainError::new)?;
			Ok(funds.free > 0 || funds.locked > 0)
		}
		.boxed()
	}

	fn is_member(&self, group: GroupId, account: AccountId) -> Answer<'_, bool> {
		async move { self.chain.is_member(group, account).await.map_err(ChainError::new) }.boxed()
	}

	fn follow(&self, from: Option<u32>, which: Follow) -> BoxStream<'static, Result<SeenBlock, ChainError>> {
		let which = match which {
			Follow::Best => At::Best,
			Follow::Final => At::Finalized,
		};
		let workerpool = self.workerpool;
		let blocks = self.chain.follow(from, which);
		blocks.map(move |block| block.map(|block| seen(block, workerpool)).map_err(ChainError::new)).boxed()
	}

	fn finalize(&self, task: TaskRef, data: Option<Vec<u8>>) -> Answer<'_, ()> {
		let callback_data = match data.map(TryInto::try_into).transpose() {
			Ok(data) => data,
			Err(_) => return async { Err(ChainError("the callback's data are too long".into())) }.boxed(),
		};
		self.send(Call::Poco(PocoCall::Finalize { task, callback_data }))
	}

	fn reopen(&self, task: TaskRef) -> Answer<'_, ()> {
		self.send(Call::Poco(PocoCall::Reopen { task }))
	}

	fn abandon(&self, task: TaskRef) -> Answer<'_, ()> {
		async move {
			// The chain would let a consensus go that nobody revealed yet.
			let view = self.chain.task_of(task).await.map_err(ChainError::new)?;
			match view.map(|view| view.task.stage) {
				Some(Stage::Active) => self.send(Call::Poco(PocoCall::Abandon { task })).await,
				Some(_) => Err(ChainError("it has a consensus, or is closed".into())),
				None => Err(ChainError("there is no such task".into())),
			}
		}
		.boxed()
	}

	fn delegate(&self, tasks: Vec<TaskRef>, workers: Vec<AccountId>) -> Answer<'_, ()> {
		let workers = workers.into_iter().map(|worker| Delegate { worker, enclave: None }).collect();
		self.send(Call::Poco(PocoCall::Delegate { tasks, workers }))
	}
}

/// What a block says about tasks and about the pool's deals. Tasks of other pools are passed over later: a block does not
/// tell whose they are.
fn seen(block: BlockEvents, pool: WorkerpoolId) -> SeenBlock {
	let events = block.events.into_iter().filter_map(|(_, event)| {
		Some(match event {
			Event::Marketplace(MarketplaceEvent::DealOpened { deal, workerpool, first, size, .. })
				if workerpool == pool =>
			{
				Seen::DealOpened { deal, first, size }
			}
			Event::Marketplace(MarketplaceEvent::DealClosed { deal }) => Seen::DealClosed(deal),
			Event::Poco(PocoEvent::Delegated { task, worker }) => Seen::Delegated(task, worker),
			Event::Poco(PocoEvent::Contributed { task, worker, result }) => Seen::Contributed(task, worker, result),
			Event::Poco(PocoEvent::ConsensusReached { task, result, winners, reveal_deadline }) => {
				Seen::Agreed { task, result, winners, reveal_deadline }
			}
			Event::Poco(PocoEvent::Revealed { task, worker, digest }) => Seen::Revealed(task, worker, digest),
			Event::Poco(PocoEvent::Reopened { task }) => Seen::Reopened(task),
			Event::Poco(PocoEvent::TaskClosed { task, outcome, .. }) => Seen::Closed(task, outcome),
			Event::Poco(PocoEvent::FailureReported { task, worker, .. }) => Seen::FailureReported(task, worker),
			_ => return None,
		})
	});
	SeenBlock { number: block.number, time: block.time, events: events.collect() }
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AppId, CategoryId, OrderHash, TaskId};
	use sp_core::{H160, H256};

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
		let (hash, parent) = (H256::zero(), H256::zero());
		let block = seen(BlockEvents { number: 7, hash, parent, time: 9, events }, WorkerpoolId(H160::repeat_byte(2)));
		let deal = DealId(H256::repeat_byte(2));
		let expected = vec![Seen::DealOpened { deal, first: 3, size: 5 }, Seen::Reopened(TaskId::default())];
		assert_eq!(block, SeenBlock { number: 7, time: 9, events: expected });
	}
}
