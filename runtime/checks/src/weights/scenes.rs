//! What fills blocks: extrinsics of one call, with all that they need.

use frame_support::BoundedVec;
use pallet_poco::{Call as Poco, FailureCause, TaskRef};
use rlc_primitives::{work::AppFault, AgreedFailure, DealId, ResultDigest, RLC};
use rlc_runtime::{timing::DAY, RuntimeCall, UncheckedExtrinsic};
use sp_core::H256;

use super::Scene;
use crate::{
	attacks::{
		calls,
		chain::{Chain, PLENTY},
		market::{publish, App, Pool, Terms, T},
	},
	people::Person,
	work,
};

/// How many items a batch brings: the most.
const BATCH: usize = 100;

/// How many batches of free calls a block has room for.
const BATCHES_A_BLOCK: usize = 4;

/// How many workers the tasks of `delegate` are given to, and how many those are.
const DELEGATES: usize = 64;
const DELEGATED: usize = 10;

pub const CONTRIBUTE: Scene = Scene {
	call: "contribute",
	items: 1,
	is_free: true,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let tasks = cast.open(chain, count);
		cast.each(chain, &tasks, |task| {
			calls::contribute(&cast.pool.scheduler, &cast.worker, task, calls::digest(task, 0))
		})
	},
};

pub const CONTRIBUTE_BATCH: Scene = Scene {
	call: "contribute_batch",
	items: BATCH,
	is_free: true,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let tasks = cast.open(chain, count * BATCH);
		cast.batches(chain, &tasks, |tasks| calls::contribute_batch(&cast.pool.scheduler, &cast.worker, tasks))
	},
};

pub const REVEAL: Scene = Scene {
	call: "reveal",
	items: 1,
	is_free: true,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let tasks = cast.contributed(chain, count, |task| calls::digest(task, 0));
		cast.each(chain, &tasks, |task| calls::reveal(task, calls::digest(task, 0)))
	},
};

pub const REVEAL_BATCH: Scene = Scene {
	call: "reveal_batch",
	items: BATCH,
	is_free: true,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let tasks = cast.contributed(chain, count * BATCH, |task| calls::digest(task, 0));
		cast.batches(chain, &tasks, calls::reveal_batch)
	},
};

pub const REVEAL_FAILURE: Scene = Scene {
	call: "reveal_failure",
	items: 1,
	is_free: true,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let failure = AgreedFailure { cause: AppFault::AppFailed, code: 1, trace: H256::zero() };
		let tasks = cast.contributed(chain, count, |task| failure.digest(&task.id()));
		cast.each(chain, &tasks, |task| Poco::reveal_failure { task, failure }.into())
	},
};

pub const DIRECT_BATCH: Scene = Scene {
	call: "contribute_and_finalize_batch",
	items: BATCH,
	is_free: true,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let tasks = cast.open(chain, count * BATCH);
		cast.batches(chain, &tasks, |tasks| calls::deliver_directly(&cast.pool.scheduler, &cast.worker, tasks))
	},
};

pub const REPORT_FAILURE: Scene = Scene {
	call: "report_failure",
	items: 1,
	is_free: true,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let tasks = cast.open(chain, count);
		for batch in tasks.chunks(BATCH) {
			chain.must(&cast.pool.scheduler, calls::delegate(batch, std::slice::from_ref(&cast.worker)));
		}
		let cause = FailureCause::AppUnavailable;
		cast.each(chain, &tasks, |task| Poco::report_failure { task, cause }.into())
	},
};

pub const DELEGATE: Scene = Scene {
	call: "delegate",
	items: DELEGATES * DELEGATED,
	is_free: false,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let workers = chain.people("delegate", DELEGATES, 0);
		let tasks = cast.open(chain, count * DELEGATED);
		let calls: Vec<_> = tasks.chunks(DELEGATED).map(|tasks| calls::delegate(tasks, &workers)).collect();
		chain.sign_all(&cast.pool.scheduler, calls)
	},
};

pub const ABANDON: Scene = Scene {
	call: "abandon",
	items: 1,
	is_free: false,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let tasks = cast.contributed(chain, count, |task| calls::digest(task, 0));
		chain.sign_all(&cast.pool.scheduler, tasks.into_iter().map(|task| Poco::abandon { task }.into()))
	},
};

pub const PRUNE: Scene = Scene {
	call: "prune",
	items: BATCH,
	is_free: false,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let tasks = cast.open(chain, count * BATCH);
		for some in tasks.chunks(BATCH) {
			chain.must(&cast.worker, calls::deliver_directly(&cast.pool.scheduler, &cast.worker, some));
		}
		// Until the final deadline, in PoCo time; and until the deal was kept for a week.
		chain.pass(11 * T);
		chain.skip(8 * DAY);
		let prune = |tasks: &[TaskRef]| Poco::prune { tasks: BoundedVec::truncate_from(tasks.to_vec()) }.into();
		chain.sign_all(&cast.requester, tasks.chunks(BATCH).map(prune))
	},
};

pub const MATCH_ORDERS: Scene = Scene {
	call: "match_orders",
	items: 1,
	is_free: false,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let calls: Vec<_> = (0..count).map(|_| chain.match_of(&cast.terms(1)).0).collect();
		chain.sign_all(&cast.requester, calls)
	},
};

pub const PUBLISH_ORDER: Scene = Scene {
	call: "publish_order",
	items: 1,
	is_free: false,
	make: |chain, count| {
		let cast = Cast::new(chain);
		let calls: Vec<_> = (0..count).map(|_| publish(chain.pool_offer(&cast.pool, RLC)).0).collect();
		chain.sign_all(&cast.pool.scheduler, calls)
	},
};

/// Who plays, and what there is.
struct Cast {
	app: App,
	pool: Pool,
	requester: Person,
	worker: Person,
}

/// What the scheduler of thousands of tasks has, in nRLC.
const STAKES: u128 = 100 * PLENTY;

impl Cast {
	fn new(chain: &mut Chain) -> Self {
		let requester = chain.person("requester", STAKES);
		let scheduler = chain.person("scheduler", STAKES);
		let worker = chain.person("worker", PLENTY);
		Self { app: chain.app(&requester), pool: chain.pool(&scheduler), requester, worker }
	}

	fn terms(&self, volume: usize) -> Terms<'_> {
		let volume = volume as u64;
		let (app, pool, requester) = (&self.app, &self.pool, &self.requester);
		Terms { app, pool, requester, price: RLC, trust: 1, volume, callback: None }
	}

	/// Opens a deal of this many tasks of trust 1.
	fn open(&self, chain: &mut Chain, volume: usize) -> Vec<TaskRef> {
		let deal: DealId = chain.open(&self.terms(volume));
		calls::tasks(deal, volume as u64)
	}

	/// Opens a deal of this many tasks, and has the worker contribute to each.
	fn contributed(&self, chain: &mut Chain, volume: usize, digest: impl Fn(TaskRef) -> ResultDigest) -> Vec<TaskRef> {
		let tasks = self.open(chain, volume);
		let contribution =
			|task: &TaskRef| work::contribution(&self.pool.scheduler, &self.worker, *task, digest(*task));
		let batch = |tasks: &[TaskRef]| work::contribute_batch(tasks.iter().map(contribution));
		for batches in tasks.chunks(BATCH * BATCHES_A_BLOCK) {
			let done = chain.send_all(&self.worker, batches.chunks(BATCH).map(batch).collect::<Vec<_>>());
			assert!(done.iter().all(|done| *done), "contributions are accepted");
		}
		tasks
	}

	/// Returns the worker's calls, one for each task.
	fn each(&self, chain: &Chain, tasks: &[TaskRef], call: impl Fn(TaskRef) -> RuntimeCall) -> Vec<UncheckedExtrinsic> {
		chain.sign_all(&self.worker, tasks.iter().map(|task| call(*task)))
	}

	/// Returns the worker's calls, one for each batch of tasks.
	fn batches(
		&self,
		chain: &Chain,
		tasks: &[TaskRef],
		call: impl Fn(&[TaskRef]) -> RuntimeCall,
	) -> Vec<UncheckedExtrinsic> {
		chain.sign_all(&self.worker, tasks.chunks(BATCH).map(call))
	}
}
