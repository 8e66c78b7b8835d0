//! The chain in memory, as the pool asks it.

use std::{
	sync::{Arc, Mutex, MutexGuard},
	time::Duration,
};

use async_trait::async_trait;
use futures::{
	stream::{self, BoxStream},
	StreamExt,
};
use rlc_chain::Funds;
use rlc_primitives::{
	assets::AppKind,
	market::OpenDeal,
	money::{worker_stake, Score},
	task::TaskError,
	work::{FailureCause, TaskRef, TaskView},
	AccountId, AppId, Balance, DealId, GroupId, OrderHash, TaskEvent, TaskId, WorkerpoolOrder,
};
use rlc_protocol::{Needs, Unsupported};
use sp_core::H160;
use tokio::{
	sync::watch,
	time::{sleep, timeout},
};

use super::{
	scene::{APP, PLENTY},
	World,
};
use crate::{
	chain::{Answer, BlockKind, ChainError, DealFacts, PoolChain},
	model::{ChainBlock, ChainEvent},
};

/// An app of which no worker can serve the deals' params.
pub const HOPELESS: AppId = AppId(H160::repeat_byte(99));

/// How long the scheduler has to do something on it: long enough for a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A chain in memory. Each change makes a block, which is final at once.
#[derive(Clone)]
pub struct FakeChain {
	world: Arc<Mutex<World>>,
	blocks: Arc<watch::Sender<Vec<ChainBlock>>>,
	/// Extrinsics that were sent, by name.
	sent: Arc<Mutex<Vec<&'static str>>>,
}

impl FakeChain {
	/// Returns an empty one, at this time in ms.
	pub fn new(now: u64) -> Self {
		let world = World { now, ..Default::default() };
		Self {
			world: Arc::new(Mutex::new(world)),
			blocks: Arc::new(watch::Sender::new(Vec::new())),
			sent: Default::default(),
		}
	}

	/// Returns what is on it.
	pub fn world(&self) -> MutexGuard<'_, World> {
		self.world.lock().expect("no test panics while it holds this")
	}

	/// Returns how many extrinsics of this name the scheduler sent.
	pub fn sent(&self, name: &str) -> usize {
		self.sent.lock().expect("as above").iter().filter(|one| **one == name).count()
	}

	/// Waits until the scheduler has done what this asks for.
	pub async fn until(&self, what: &str, is_done: impl Fn(&Self) -> bool) {
		let wait = async {
			while !is_done(self) {
				sleep(Duration::from_millis(50)).await;
			}
		};
		assert!(timeout(PATIENCE, wait).await.is_ok(), "it takes too long until {what}");
	}

	/// Waits until the scheduler has released a task.
	pub async fn until_released(&self, task: TaskId) {
		self.until("the task is released", |chain| chain.world().has_failed(&task)).await;
		assert!(self.sent("release") > 0, "it failed in another way");
	}

	/// Changes it, and makes a block of what happened.
	pub fn change(&self, change: impl FnOnce(&mut World) -> Vec<ChainEvent>) {
		let mut world = self.world();
		let (events, time) = (change(&mut world), world.now);
		self.blocks.send_modify(|blocks| {
			let number = blocks.len() as u32 + 1;
			blocks.push(ChainBlock { number, clock: time.into(), events });
		});
	}

	/// Opens a deal.
	pub fn open(&self, n: u8, trust: u64, size: u64, change: impl FnOnce(&mut rlc_primitives::Deal)) -> DealId {
		let mut id = DealId::default();
		self.change(|world| {
			id = world.open(n, trust, size, change);
			vec![ChainEvent::DealOpened { deal: id, first: world.deals[&id].first, size }]
		});
		id
	}

	/// Opens a deal without a block that tells of it.
	pub fn open_untold(&self, n: u8, trust: u64, size: u64) -> DealId {
		self.world().open(n, trust, size, |_| ())
	}

	/// Makes a block that comes so many blocks after the last one: nobody sees those between.
	pub fn skip(&self, count: u32) {
		let time = self.world().now;
		self.blocks.send_modify(|blocks| {
			let number = blocks.last().map_or(0, |block| block.number) + count;
			blocks.push(ChainBlock { number, clock: time.into(), events: Vec::new() });
		});
	}

	/// Lets a worker contribute, as its software would: one that the chain has already changes nothing.
	pub fn contribute(&self, task: TaskRef, worker: &AccountId, result: u8) {
		self.change(|world| world.contribute(task.id(), worker, result).unwrap_or_default());
	}

	fn extrinsic(
		&self,
		name: &'static str,
		change: impl FnOnce(&mut World) -> Result<Vec<ChainEvent>, TaskError>,
	) -> Answer<()> {
		self.sent.lock().expect("as above").push(name);
		let mut result = Ok(());
		self.change(|world| {
			change(world).unwrap_or_else(|error| {
				result = Err(ChainError::new(format!("{error:?}")));
				Vec::new()
			})
		});
		result
	}
}

#[async_trait]
impl PoolChain for FakeChain {
	async fn deal(&self, deal: DealId) -> Answer<Option<DealFacts>> {
		let deal = self.world().deals.get(&deal).cloned();
		Ok(deal.map(|deal| {
			// Of the tests' deals, those of this app are hopeless.
			let unservable = (deal.app.id == HOPELESS).then(|| Unsupported::Encryption.into());
			DealFacts {
				deal,
				kind: AppKind::Wasm,
				asked: Needs::default(),
				unservable,
				content: vec![APP],
				closed: None,
			}
		}))
	}

	async fn open_deals(&self) -> Answer<Vec<OpenDeal>> {
		let world = self.world();
		let open_of = |id: &DealId| world.tasks.values().filter(|task| task.deal == *id && !task.is_closed()).count();
		let deals = world.deals.iter().map(|(id, deal)| OpenDeal {
			id: *id,
			scheduler: deal.scheduler().clone(),
			first: deal.first,
			size: deal.size,
			open: open_of(id) as u64,
		});
		Ok(deals.filter(|deal| deal.open > 0).collect())
	}

	async fn lag(&self) -> Answer<Option<rlc_chain::Lag>> {
		Ok(self.world().lag)
	}

	async fn clock(&self) -> Answer<rlc_chain::Clock> {
		Ok(self.world().now.into())
	}

	async fn finalized(&self) -> Answer<u32> {
		Ok(self.blocks.borrow().last().map_or(0, |block| block.number))
	}

	async fn tasks_of(&self, deal: DealId, from: u64, limit: u32) -> Answer<Vec<TaskView>> {
		let world = self.world();
		let mut tasks = world.tasks.values().filter(|task| task.deal == deal && task.index >= from).collect::<Vec<_>>();
		tasks.sort_by_key(|task| task.index);
		Ok(tasks.into_iter().take(limit as usize).map(|task| world.view(task)).collect())
	}

	async fn task(&self, task: TaskRef) -> Answer<Option<TaskView>> {
		let world = self.world();
		Ok(world.tasks.get(&task.id()).map(|task| world.view(task)))
	}

	async fn score(&self, _: AccountId) -> Answer<Score> {
		Ok(0)
	}

	async fn funds(&self, account: AccountId) -> Answer<Funds> {
		let free = self.world().funds.get(&account).copied().unwrap_or(PLENTY);
		Ok(Funds { free, ..Funds::default() })
	}

	async fn worker_stake(&self, price: Balance) -> Answer<Balance> {
		Ok(worker_stake(price, 30).expect("it is less than the price"))
	}

	async fn is_funded(&self, account: AccountId) -> Answer<bool> {
		Ok(account != super::account(0))
	}

	async fn is_member(&self, group: GroupId, account: AccountId) -> Answer<bool> {
		Ok(self.world().members.contains(&(group, account)))
	}

	async fn is_worker_proxy(&self, account: AccountId, proxy: AccountId) -> Answer<bool> {
		Ok(self.world().proxies.contains(&(account, proxy)))
	}

	fn follow(&self, from: Option<u32>, _: BlockKind) -> BoxStream<'static, Answer<ChainBlock>> {
		let blocks = self.blocks.subscribe();
		let next = from.unwrap_or(0).max(1) as usize - 1;
		let stream = stream::unfold((blocks, next), |(mut blocks, next)| async move {
			let block = blocks.wait_for(|blocks| blocks.len() > next).await.ok()?[next].clone();
			Some((Ok(block), (blocks, next + 1)))
		});
		stream.boxed()
	}

	async fn finalize(&self, task: TaskRef, data: Option<Vec<u8>>) -> Answer<()> {
		self.extrinsic("finalize", |world| world.finalize(task.id(), data.as_deref()))
	}

	async fn reopen(&self, task: TaskRef) -> Answer<()> {
		self.extrinsic("reopen", |world| world.reopen(task.id()))
	}

	async fn release(&self, task: TaskRef, cause: FailureCause) -> Answer<()> {
		self.extrinsic("release", |world| world.release(task.id(), cause))
	}

	async fn abandon(&self, task: TaskRef) -> Answer<()> {
		self.extrinsic("abandon", |world| world.abandon(task.id()))
	}

	async fn orders(&self) -> Answer<Vec<(OrderHash, WorkerpoolOrder)>> {
		Ok(self.world().orders.iter().map(|order| (OrderHash(order.salt), order.clone())).collect())
	}

	async fn replace(&self, withdraw: Vec<OrderHash>, publish: Vec<WorkerpoolOrder>) -> Answer<()> {
		self.sent.lock().expect("as above").push("replace");
		let mut world = self.world();
		world.orders.retain(|order| !withdraw.contains(&OrderHash(order.salt)));
		world.orders.extend(publish);
		Ok(())
	}

	async fn delegate(&self, tasks: Vec<TaskRef>, workers: Vec<AccountId>) -> Answer<()> {
		self.extrinsic("delegate", |world| {
			if tasks.iter().any(|task| world.undelegatable.contains(&task.id())) {
				return Err(TaskError::NotActive);
			}
			let pairs = tasks.iter().flat_map(|task| workers.iter().map(|worker| (task.id(), worker.clone())));
			let pairs = pairs.collect::<Vec<_>>();
			world.delegates.extend(pairs.iter().cloned());
			let delegated = |(task, worker)| ChainEvent::Task(task, TaskEvent::Delegated { worker });
			Ok(pairs.into_iter().map(delegated).collect())
		})
	}
}
