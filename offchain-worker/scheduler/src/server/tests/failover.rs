//! The database dies at work. A standby takes its place, or it is started again.

use std::collections::BTreeMap;

use rlc_protocol::worker::Usage;
use tokio::time::Instant;

use super::{restarts::siblings, *};
use crate::testing::cluster::Cluster;

/// How long nothing may be decided meanwhile.
const MOST: Duration = Duration::from_secs(10);

/// How many tasks are given out before the primary dies, and after that.
const TASKS: usize = 200;

/// Lets a worker compute what it is given, until so many tasks were, from now on. Returns the tasks, and the longest time
/// without one.
async fn compute(mut worker: Worker, until: impl Fn(usize) -> bool) -> (Vec<TaskId>, Duration, Worker) {
	let (mut given, mut longest) = (Vec::new(), Duration::ZERO);
	while !until(given.len()) {
		let since = Instant::now();
		for one in worker.tasks(1).await {
			let id = one.task.id();
			given.push(id);
			// Of a run that takes long, so that none is given ahead, and whose result takes little of the store.
			let usage = Some(Usage { time: 100_000, output: 10, ..Usage::default() });
			let computed = Report { usage, ..report(id, Step::Computed) };
			worker.client.report(worker.joined.session, vec![computed]).await.unwrap();
		}
		longest = longest.max(since.elapsed());
	}
	(given, longest, worker)
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_go_on_with_a_promoted_standby_and_decide_nothing_twice() {
	lose_primary(Cluster::fail_over).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn primary_of_which_nothing_is_heard_is_not_waited_for() {
	lose_primary(Cluster::freeze).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn server_that_is_killed_again_and_again_is_waited_for_and_nothing_is_decided_twice() {
	let Some(postgres) = Postgres::start() else { return };
	let url = postgres.url.clone();
	work_beside(&url, postgres, |postgres| {
		for _ in 0..3 {
			postgres.kill();
			postgres.start_again();
			// Long enough for both to work again, else they would only meet one that is away.
			std::thread::sleep(Duration::from_secs(2));
		}
	})
	.await;
}

/// Lets two instances work while they lose the primary in this way.
async fn lose_primary(lose: fn(&mut Cluster)) {
	let Some(cluster) = Cluster::start() else { return };
	let url = cluster.url.clone();
	let longest = work_beside(&url, cluster, lose).await;
	assert!(longest < MOST, "{longest:?}");
}

/// Lets two instances work while this happens to their database, and checks that they give out no task twice. Returns the
/// longest time without a task.
async fn work_beside<D: Send + 'static>(
	url: &str,
	mut database: D,
	happens: impl FnOnce(&mut D) + Send + 'static,
) -> Duration {
	let chain = FakeChain::new(system_time());
	let yards = siblings(url, &chain).await;
	let workers = [yards[0].worker("Bob").await, yards[1].worker("Charlie").await];
	for n in 100..110 {
		chain.open(n, 1, 2_000, |_| ());
	}
	let mut all = BTreeMap::<TaskId, u32>::new();
	let mut count = |given: Vec<TaskId>| given.into_iter().for_each(|id| *all.entry(id).or_default() += 1);
	let [bob, charlie] = workers;
	let enough = |given: usize| given >= TASKS;
	let ((first, _, bob), (second, _, charlie)) = tokio::join!(compute(bob, enough), compute(charlie, enough));
	count(first);
	count(second);

	let happened = tokio::task::spawn_blocking(move || {
		happens(&mut database);
		database
	});
	let enough = |given: usize| happened.is_finished() && given >= TASKS;
	let ((first, longest, bob), (second, other, charlie)) =
		tokio::join!(compute(bob, enough), compute(charlie, enough));
	count(first);
	count(second);
	assert!(all.len() >= 4 * TASKS);
	let twice: Vec<_> = all.iter().filter(|(_, times)| **times > 1).collect();
	assert!(twice.is_empty(), "{twice:?}");
	drop((bob, charlie));
	for yard in yards {
		yard.scheduler.stop().await.unwrap();
	}
	happened.await.unwrap();
	longest.max(other)
}
