//! The chain in memory, as the pool asks it.

use std::sync::{Arc, Mutex, MutexGuard};

use futures::{
	future::ready,
	stream::{self, BoxStream},
	FutureExt, StreamExt,
};
use rlc_primitives::{assets::AppKind, money::Score, task::TaskError, work::TaskView, AccountId, DealId, GroupId};
use rlc_protocol::{Needs, TaskRef};
use tokio::sync::watch;

use super::{scene::APP, World};
use crate::chain::{Answer, ChainError, DealFacts, Follow, PoolChain, Seen, SeenBlock};

/// A chain in memory. Each change makes a block, which is final at once.
#[derive(Clone)]
pub struct FakeChain {
	world: Arc<Mutex<World>>,
	blocks: Arc<watch::Sender<Vec<SeenBlock>>>,
	/// Extrinsics that were sent, by name.
	sent: Arc<Mutex<Vec<&'static str>>>,
}

impl FakeChain {
	/// An empty one, at this time in ms.
	pub fn new(now: u64) -> Self {
		let world = World { now, ..Default::default() };
		Self {
			world: Arc::new(Mutex::new(world)),
			blocks: Arc::new(watch::Sender::new(Vec::new())),
			sent: Default::default(),
		}
	}

	/// What is on it.
	pub fn world(&self) -> MutexGuard<'_, World> {
		self.world.lock().expect("no test panics while it holds this")
	}

	/// How many extrinsics of this name the scheduler sent.
	pub fn sent(&self, name: &str) -> usize {
		self.sent.lock().expect("as above").iter().filter(|one| **one == name).count()
	}

	/// Changes it, and makes a block of what happened.
	pub fn change(&self, change: impl FnOnce(&mut World) -> Vec<Seen>) {
		let mut world = self.world();
		let (events, time) = (change(&mut world), world.now);
		self.blocks.send_modify(|blocks| {
			let number = blocks.len() as u32 + 1;
			blocks.push(SeenBlock { number, time, events });
		});
	}

	/// Opens a deal.
	pub fn open(&self, n: u8, trust: u64, size: u64, change: impl FnOnce(&mut rlc_primitives::Deal)) -> DealId {
		let mut id = DealId::default();
		self.change(|world| {
			id = world.open(n, trust, size, change);
			vec![Seen::DealOpened { deal: id, first: world.deals[&id].first, size }]
		});
		id
	}

	/// A worker contributes, as its software would: told that the chain knows it already, it goes on.
	pub fn contribute(&self, task: TaskRef, worker: &AccountId, result: u8) {
		self.change(|world| world.contribute(task.id(), worker, result).unwrap_or_default());
	}

	fn extrinsic(
		&self,
		name: &'static str,
		change: impl FnOnce(&mut World) -> Result<Vec<Seen>, TaskError>,
	) -> Answer<'static, ()> {
		self.sent.lock().expect("as above").push(name);
		let mut result = Ok(());
		self.change(|world| {
			change(world).unwrap_or_else(|error| {
				result = Err(ChainError(format!("{error:?}")));
				Vec::new()
			})
		});
		ready(result).boxed()
	}
}

impl PoolChain for FakeChain {
	fn deal(&self, deal: DealId) -> Answer<'_, Option<DealFacts>> {
		let deal = self.world().deals.get(&deal).cloned();
		let facts = deal.map(|deal| {
			let needs = Needs::default().under(deal.tag);
			DealFacts { deal, kind: AppKind::Wasm, needs, content: vec![APP], closed: None }
		});
		ready(Ok(facts)).boxed()
	}

	fn finalized(&self) -> Answer<'_, u32> {
		let last = self.blocks.borrow().last().map_or(0, |block| block.number);
		ready(Ok(last)).boxed()
	}

	fn tasks_of(&self, deal: DealId, from: u64, limit: u32) -> Answer<'_, Vec<TaskView>> {
		let world = self.world();
		let mut tasks = world.tasks.values().filter(|task| task.deal == deal && task.index >= from).collect::<Vec<_>>();
		tasks.sort_by_key(|task| task.index);
		let views = tasks.into_iter().take(limit as usize).map(|task| world.view(task)).collect();
		ready(Ok(views)).boxed()
	}

	fn task(&self, task: TaskRef) -> Answer<'_, Option<TaskView>> {
		let world = self.world();
		ready(Ok(world.tasks.get(&task.id()).map(|task| world.view(task)))).boxed()
	}

	fn score(&self, _: AccountId) -> Answer<'_, Score> {
		ready(Ok(0)).boxed()
	}

	fn is_funded(&self, account: AccountId) -> Answer<'_, bool> {
		ready(Ok(account != super::account(0))).boxed()
	}

	fn is_member(&self, group: GroupId, account: AccountId) -> Answer<'_, bool> {
		ready(Ok(self.world().members.contains(&(group, account)))).boxed()
	}

	fn follow(&self, from: Option<u32>, _: Follow) -> BoxStream<'static, Result<SeenBlock, ChainError>> {
		let blocks = self.blocks.subscribe();
		let next = from.unwrap_or(0).max(1) as usize - 1;
		let stream = stream::unfold((blocks, next), |(mut blocks, next)| async move {
			let block = blocks.wait_for(|blocks| blocks.len() > next).await.ok()?[next].clone();
			Some((Ok(block), (blocks, next + 1)))
		});
		stream.boxed()
	}

	fn finalize(&self, task: TaskRef, data: Option<Vec<u8>>) -> Answer<'_, ()> {
		self.extrinsic("finalize", |world| world.finalize(task.id(), data.as_deref()))
	}

	fn reopen(&self, task: TaskRef) -> Answer<'_, ()> {
		self.extrinsic("reopen", |world| world.reopen(task.id()))
	}

	fn abandon(&self, task: TaskRef) -> Answer<'_, ()> {
		self.extrinsic("abandon", |world| world.abandon(task.id()))
	}

	fn delegate(&self, tasks: Vec<TaskRef>, workers: Vec<AccountId>) -> Answer<'_, ()> {
		self.extrinsic("delegate", |world| {
			let pairs = tasks.iter().flat_map(|task| workers.iter().map(|worker| (task.id(), worker.clone())));
			let pairs = pairs.collect::<Vec<_>>();
			world.delegates.extend(pairs.iter().cloned());
			Ok(pairs.into_iter().map(|(task, worker)| Seen::Delegated(task, worker)).collect())
		})
	}
}
