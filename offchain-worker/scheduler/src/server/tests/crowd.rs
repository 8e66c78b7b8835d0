//! A crowd of hostile peers beside honest workers.

use std::{
	net::IpAddr,
	sync::atomic::{AtomicUsize, Ordering},
	time::Instant,
};

use futures::SinkExt;
use tokio_tungstenite::tungstenite::Message;

use super::{
	hostile::{call, flood, raw},
	*,
};

/// Honest workers.
const HONEST: usize = 5;

/// The longest that one in a hundred heartbeats may take.
const LIMIT: Duration = Duration::from_secs(1);

/// How large a crowd is, and what goes on beside it.
struct Size {
	hostile: usize,
	time: Duration,
	/// Tasks of each of the deals, one after the other.
	tasks: u64,
	deals: u8,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_crowd_costs_no_honest_worker_a_task() {
	crowd(Size { hostile: 24, time: Duration::from_secs(8), tasks: 20, deals: 3 }).await;
}

/// `cargo test -p rlc-scheduler crowd -- --ignored --nocapture`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a minute of all that the machine has: `make crowd`"]
async fn crowd_costs_no_honest_worker_a_task() {
	crowd(Size { hostile: 200, time: Duration::from_secs(60), tasks: 60, deals: 10 }).await;
}

async fn crowd(size: Size) {
	let yard = Arc::new(Yard::new().await);
	let until = Instant::now() + size.time;
	let peers = (0..size.hostile).map(|n| tokio::spawn(misbehave(yard.clone(), n, until))).collect::<Vec<_>>();
	sleep(Duration::from_secs(1)).await;
	let mut honest = Vec::new();
	let mut lives = Vec::new();
	for n in 0..HONEST {
		// The first shares its address with a hostile one.
		let from = if n == 0 { hostile_address(0) } else { [127, 0, 3, n as u8] };
		let worker = join(&yard, from, &format!("Honest{n}")).await;
		lives.push(tokio::spawn(live(worker.client.clone(), worker.joined.session, until)));
		honest.push(Account(worker.key.account()));
		tokio::spawn(work(yard.clone(), worker));
	}
	let pause = size.time / u32::from(size.deals + 1);
	let mut tasks = Vec::new();
	for n in 0..size.deals {
		let deal = yard.deal(100 + n, 1, size.tasks, |_| ());
		tasks.extend((0..size.tasks).map(|index| TaskRef { deal, index }.id()));
		sleep(pause).await;
	}
	let mut beats = Vec::new();
	for life in lives {
		beats.extend(life.await.expect("it was known all the time"));
	}
	beats.sort();
	let slow = beats[beats.len() * 99 / 100];
	let misdeeds = futures::future::join_all(peers).await.into_iter().map(Result::unwrap).sum::<usize>();
	for id in &tasks {
		let info = yard.until(*id, |info| info.result.is_some()).await;
		let lost = info.replicates.iter().filter(|part| part.step == Step::Lost && honest.contains(&part.worker));
		assert_eq!(lost.count(), 0, "{info:?}");
	}
	println!(
		"{} peers, {misdeeds} misdeeds; {} tasks; of {} heartbeats 99 % within {slow:?}, all within {:?}",
		size.hostile,
		tasks.len(),
		beats.len(),
		beats[beats.len() - 1]
	);
	assert!(slow <= LIMIT, "{slow:?}");
}

/// Returns the address of a hostile peer.
fn hostile_address(n: usize) -> [u8; 4] {
	[127, 0, 2, (n % 250 + 1) as u8]
}

/// Joins, as a worker does that tries again.
async fn join(yard: &Yard, from: [u8; 4], name: &str) -> Worker {
	let joining = async {
		loop {
			let stream = yard.stream_from(from).await.unwrap();
			let url = format!("ws://{}", yard.scheduler.address);
			if let Ok(client) = WsClientBuilder::default().request_timeout(LONG).build_with_stream(url, stream).await {
				if let Ok(worker) = yard.worker_over(client, key(name), Vec::new()).await {
					return worker;
				}
			}
			sleep(Duration::from_millis(500)).await;
		}
	};
	timeout(LONG, joining).await.expect("it gets through")
}

/// Sends heartbeats, and returns how long each took.
async fn live(client: Arc<WsClient>, session: H256, until: Instant) -> Vec<Duration> {
	let mut took = Vec::new();
	while Instant::now() < until {
		let began = Instant::now();
		let heartbeat = Heartbeat { free_slots: 4, draining: false, cached: None };
		client.heartbeat(session, heartbeat).await.expect("its session lives");
		took.push(began.elapsed());
		sleep(Duration::from_millis(200)).await;
	}
	took
}

/// Computes what it is told to, and brings the results.
async fn work(yard: Arc<Yard>, mut worker: Worker) {
	let account = worker.key.account();
	let content = |id: TaskId| format!("the result of {:?}", id.0).into_bytes();
	let cid = |id: TaskId| Cid::of(rlc_store::HashKind::Sha256, &content(id));
	while let Some(Ok(instruction)) = worker.instructions.next().await {
		match instruction {
			Instruction::Compute { tasks } => {
				for id in tasks.into_iter().map(|assignment| assignment.task.id()) {
					worker.report(id, Step::Started).await;
					worker.report(id, Step::Computed).await;
					let digest = ResultDigest(H256(cid(id).digest()));
					yard.chain.change(|world| {
						let mut events = world.contribute_digest(id, &account, digest).unwrap_or_default();
						events.extend(world.reveal_digest(id, &account, digest).unwrap_or_default());
						events
					});
				}
			}
			Instruction::Upload { task, token } => {
				let url = format!("http://{}/store/{}", yard.scheduler.address, cid(task));
				let put = reqwest::Client::new().put(&url).bearer_auth(token).body(content(task));
				let is_stored = put.send().await.is_ok_and(|answer| answer.status().is_success());
				worker.report(task, if is_stored { Step::Uploaded } else { Step::Failed }).await;
			}
			_ => {}
		}
	}
}

/// Misbehaves in one of some ways, until a time. Returns how often.
async fn misbehave(yard: Arc<Yard>, n: usize, until: Instant) -> usize {
	let count = AtomicUsize::new(0);
	let misdeeds = async {
		while Instant::now() < until {
			misdeed(&yard, n, until).await;
			count.fetch_add(1, Ordering::Relaxed);
			sleep(Duration::from_millis(50)).await;
		}
	};
	let _ = timeout(until.saturating_duration_since(Instant::now()), misdeeds).await;
	count.into_inner()
}

async fn misdeed(yard: &Yard, n: usize, until: Instant) {
	let from = hostile_address(n);
	let Some(mut raw) = raw(yard, from).await else { return };
	match n % 8 {
		// Calls in flight.
		0 => _ = flood(raw, call("scheduler_workers"), until).await,
		// Batches, and what is no call at all.
		1 => {
			let batch = format!("[{}]", vec![r#"{"jsonrpc":"2.0","id":1,"method":"scheduler_info"}"#; 1_000].join(","));
			_ = flood(raw, Message::text(batch), until).await;
		}
		// Reads nothing.
		2 => while let Ok(Ok(())) = timeout(LIMIT, raw.send(call("scheduler_status"))).await {},
		// Joins with false claims, and leaves.
		3 | 4 => {
			drop(raw);
			let Ok(stream) = yard.stream_from(from).await else { return };
			let url = format!("ws://{}", yard.scheduler.address);
			let Ok(client) = WsClientBuilder::default().build_with_stream(url, stream).await else { return };
			let held = (0..200).map(|n| report(TaskId(H256::from_low_u64_be(n)), Step::Computed)).collect();
			let _ = yard.guest_over(client, &format!("Hostile{}", rand::random::<u64>()), held).await;
		}
		// Sends what wants no answer.
		5 => _ = flood(raw, Message::Pong(vec![0_u8; 100].into()), until).await,
		// Asks for numbers, with a token that allows nothing.
		6 => {
			let http = reqwest::Client::builder().local_address(IpAddr::from(from)).build().unwrap();
			let url = format!("http://{}/metrics", yard.scheduler.address);
			while http.get(&url).header("authorization", "Bearer 00.00").send().await.is_ok() {}
		}
		// Opens more and more connections.
		_ => {
			let mut open = vec![raw];
			for _ in 0..100 {
				open.extend(self::raw(yard, from).await);
			}
		}
	}
}

impl Yard {
	/// Joins as a worker that runs no module: it is given nothing.
	async fn guest_over(&self, client: WsClient, name: &str, held: Vec<Report>) -> Result<Joined, ClientError> {
		let key = key(name);
		let challenge = client.challenge(Account(key.account()), Some(SPOKEN)).await?;
		let resources = Resources { slots: 1_024, cores: 1_024, container: true, ..Default::default() };
		WorkerRpcClient::join(&client, Join { resources, ..super::join(&key, challenge, held) }).await
	}
}
