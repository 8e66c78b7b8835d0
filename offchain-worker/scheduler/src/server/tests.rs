//! A whole scheduler over a chain in memory, with real connections.

mod business;
mod clocks;
mod crowd;
mod failover;
mod full;
mod hostile;
mod operator;
mod people;
mod restarts;
mod strangers;
mod tasks;
mod watchdog;

use std::{sync::Arc, time::Duration};

use codec::Encode;
use jsonrpsee::{
	core::client::{Error as ClientError, Subscription},
	ws_client::{WsClient, WsClientBuilder},
};
use rlc_chain::Key;
use rlc_primitives::{
	work::FailureCause, Deal, DealId, Delegation, GroupId, ResultDigest, SchedulerSignature, SigningDomain, TaskId,
	WorkerpoolId,
};
use rlc_protocol::{
	requester::{code, LogsRequest, SchedulerRpcClient, TaskInfo, UploadRequest},
	signing::{Bounds, Claim, CLAIM_TIME},
	version::{PROTOCOL, SPOKEN},
	worker::{
		Assignment, Cause, Challenge, Heartbeat, Held, Instruction, Join, Joined, Logs, Operator, Report, Resources,
		Step, WorkerRpcClient,
	},
	Account, TaskRef,
};
use rlc_store::Cid;
use sp_core::{H160, H256};
use tempfile::TempDir;
use tokio::{
	net::{TcpSocket, TcpStream},
	time::{sleep, timeout},
};

use crate::{
	db::Db,
	pool::{system_time, Identity},
	start::{listen, start_over},
	testing::{postgres::Postgres, scene::report, FakeChain},
	Admission, Config, Handle, PoolChoice, Traffic,
};

const GENESIS: H256 = H256::repeat_byte(9);

/// Long enough for a slow machine.
const LONG: Duration = Duration::from_secs(60);

fn key(name: &str) -> Key {
	Key::from_suri(&format!("//{name}")).unwrap()
}

fn domain() -> SigningDomain {
	SigningDomain::new(GENESIS, 1, H160::zero())
}

/// Returns a request to join, in answer to a challenge.
fn join(key: &Key, challenge: Challenge, held: Vec<Report>) -> Join {
	let Challenge { protocol, challenge, not_after, workerpool, genesis } = challenge;
	let claim = Claim::Join(Bounds { genesis, workerpool, not_after, nonce: challenge });
	Join {
		protocol,
		account: Account(key.account()),
		challenge,
		not_after,
		signature: key.sign(&claim.payload()).encode(),
		signer: key.is_proxy().then(|| Account(key.signer())),
		operator: None,
		resources: Resources { slots: 4, cores: 4, wasm: true, ..Default::default() },
		version: "1".into(),
		held: held.into_iter().map(Held::from).collect(),
		standby: false,
	}
}

/// Returns within what a requester's claim is good, at the pool of the tests.
fn bounds() -> Bounds {
	let not_after = system_time() + CLAIM_TIME;
	Bounds { genesis: GENESIS, workerpool: WorkerpoolId::default(), not_after, nonce: H256(rand::random()) }
}

/// Returns a request for a task's logs in the name of an account, with a claim that this key signs.
fn logs_request(who: &str, task: TaskId, signer: &str, bounds: Bounds) -> LogsRequest {
	let signature = key(signer).sign(&Claim::Logs { bounds, task }.payload()).encode();
	let Bounds { not_after, nonce, .. } = bounds;
	LogsRequest { account: Account(key(who).account()), task, not_after, nonce, signature }
}

/// Returns a request of Eve's to store a file.
fn upload_request(content: [u8; 32], size: u64, bounds: Bounds) -> UploadRequest {
	let content = H256(content);
	let signature = key("Eve").sign(&Claim::Upload { bounds, content, size }.payload()).encode();
	let Bounds { not_after, nonce, .. } = bounds;
	UploadRequest { account: Account(key("Eve").account()), content, size, not_after, nonce, signature }
}

/// A scheduler, its chain, and its files.
struct Yard {
	chain: FakeChain,
	dir: TempDir,
	scheduler: Handle,
}

impl Yard {
	async fn new() -> Self {
		Self::with(|_| ()).await
	}

	async fn with(change: impl FnOnce(&mut Config)) -> Self {
		Self::run_by(key("Alice"), change).await
	}

	/// Starts a scheduler with this key.
	async fn run_by(key: Key, change: impl FnOnce(&mut Config)) -> Self {
		Self::run_over(FakeChain::new(system_time()), key, change).await
	}

	/// Starts a scheduler with this key over a chain.
	async fn run_over(chain: FakeChain, key: Key, change: impl FnOnce(&mut Config)) -> Self {
		let dir = tempfile::tempdir().unwrap();
		let mut config = config(&dir);
		change(&mut config);
		let scheduler = start_by(key, config, &chain).await;
		Self { chain, dir, scheduler }
	}

	/// Kills it now, and starts another with what it has written down.
	async fn kill(self) -> Self {
		let dir = snapshot(&self.dir);
		self.scheduler.stop().await.unwrap();
		let scheduler = start(config(&dir), &self.chain).await;
		Self { scheduler, dir, ..self }
	}

	/// Stops it, and starts it again with the same files.
	async fn restart(self) -> Self {
		self.scheduler.stop().await.unwrap();
		let scheduler = start(config(&self.dir), &self.chain).await;
		Self { scheduler, ..self }
	}

	async fn client(&self) -> WsClient {
		WsClientBuilder::default().build(format!("ws://{}", self.scheduler.address)).await.unwrap()
	}

	/// Connects from this address of the machine.
	async fn stream_from(&self, from: [u8; 4]) -> std::io::Result<TcpStream> {
		let socket = TcpSocket::new_v4()?;
		socket.bind((from, 0).into())?;
		socket.connect(self.scheduler.address).await
	}

	async fn client_from(&self, from: [u8; 4]) -> WsClient {
		let stream = self.stream_from(from).await.unwrap();
		let client = WsClientBuilder::default().request_timeout(LONG);
		client.build_with_stream(format!("ws://{}", self.scheduler.address), stream).await.unwrap()
	}

	/// Lets a worker with this key join.
	async fn worker(&self, name: &str) -> Worker {
		self.worker_with(name, Vec::new()).await.unwrap()
	}

	async fn worker_with(&self, name: &str, held: Vec<Report>) -> Result<Worker, ClientError> {
		self.worker_by(key(name), held).await
	}

	async fn worker_by(&self, key: Key, held: Vec<Report>) -> Result<Worker, ClientError> {
		self.worker_over(self.client().await, key, held).await
	}

	/// Lets a worker with this key join over a connection.
	async fn worker_over(&self, client: WsClient, key: Key, held: Vec<Report>) -> Result<Worker, ClientError> {
		let held = held.into_iter().map(Held::from).collect();
		self.worker_as(client, key, |join| join.held = held).await
	}

	/// Does the same with a request that this changes.
	async fn worker_as(
		&self,
		client: WsClient,
		key: Key,
		change: impl FnOnce(&mut Join),
	) -> Result<Worker, ClientError> {
		let account = Account(key.account());
		let challenge = client.challenge(account, Some(SPOKEN)).await?;
		let mut join = join(&key, challenge, Vec::new());
		change(&mut join);
		let joined = WorkerRpcClient::join(&client, join).await?;
		let instructions = client.subscribe_instructions(joined.session).await?;
		let (beating, session) = (Arc::new(client), joined.session);
		let beats = tokio::spawn({
			let client = beating.clone();
			async move {
				loop {
					let heartbeat = Heartbeat { free_slots: 4, draining: false, cached: None };
					let _ = client.heartbeat(session, heartbeat).await;
					sleep(Duration::from_millis(500)).await;
				}
			}
		});
		Ok(Worker { key, client: beating, instructions, joined, beats, taken: 0 })
	}

	fn deal(&self, n: u8, trust: u64, size: u64, change: impl FnOnce(&mut Deal)) -> DealId {
		self.chain.open(n, trust, size, change)
	}

	async fn task(&self, task: TaskId) -> Option<TaskInfo> {
		SchedulerRpcClient::task(&self.client().await, task).await.unwrap()
	}

	/// Waits until the task is as expected.
	async fn until(&self, task: TaskId, is_expected: impl Fn(&TaskInfo) -> bool) -> TaskInfo {
		let wait = async {
			loop {
				match self.task(task).await {
					Some(info) if is_expected(&info) => break info,
					_ => sleep(Duration::from_millis(50)).await,
				}
			}
		};
		timeout(LONG, wait).await.unwrap_or_else(|_| panic!("task {task:?} is not as expected"))
	}
}

/// Whose workers the pool vouches for.
const VOUCHED: [&str; 8] = ["Bob", "Charlie", "Dave", "Honest0", "Honest1", "Honest2", "Honest3", "Honest4"];

fn config(dir: &TempDir) -> Config {
	let pool = PoolChoice::Registered(WorkerpoolId::default());
	let vouched = VOUCHED.iter().map(|name| key(name).account()).collect();
	Config { heartbeat: Duration::from_secs(2), vouched, ..Config::new(pool, dir.path()) }
}

/// Returns what another process would find if this one were killed now.
fn snapshot(dir: &TempDir) -> TempDir {
	let copy = tempfile::tempdir().unwrap();
	for file in std::fs::read_dir(dir.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
		std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
	}
	copy
}

async fn start(config: Config, chain: &FakeChain) -> Handle {
	start_by(key("Alice"), config, chain).await
}

async fn start_by(scheduler: Key, config: Config, chain: &FakeChain) -> Handle {
	let listener = listen(&config).await.unwrap();
	let identity = Identity {
		workerpool: WorkerpoolId::default(),
		account: scheduler.account(),
		genesis: GENESIS,
		domain: domain(),
		key: scheduler,
	};
	let db = Db::open(&config.database).await.unwrap();
	start_over(config, listener, db, Arc::new(chain.clone()), identity).await.unwrap()
}

struct Worker {
	key: Key,
	client: Arc<WsClient>,
	instructions: Subscription<Instruction>,
	joined: Joined,
	beats: tokio::task::JoinHandle<()>,
	/// How many instructions told it to compute.
	taken: usize,
}

impl Drop for Worker {
	fn drop(&mut self) {
		self.beats.abort();
	}
}

impl Worker {
	async fn instruction(&mut self) -> Instruction {
		timeout(LONG, self.instructions.next()).await.expect("an instruction").expect("the connection holds").unwrap()
	}

	/// Waits until it is told to compute this many tasks, and returns them.
	async fn tasks(&mut self, count: usize) -> Vec<Assignment> {
		let mut all = Vec::new();
		while all.len() < count {
			match self.instruction().await {
				Instruction::Compute { tasks } => {
					self.taken += 1;
					all.extend(tasks);
				}
				other => panic!("{other:?} instead of tasks"),
			}
		}
		all
	}

	async fn report(&self, task: TaskId, step: Step) {
		self.client.report(self.joined.session, vec![report(task, step)]).await.unwrap();
	}

	async fn fail(&self, task: TaskId, cause: FailureCause) {
		let cause = Some(Cause { cause: Some(rlc_json::FailureCause(cause)), words: "it broke".into() });
		let report = Report { cause, ..report(task, Step::Failed) };
		self.client.report(self.joined.session, vec![report]).await.unwrap();
	}
}

fn code_of<T: std::fmt::Debug>(result: Result<T, ClientError>) -> i32 {
	match result {
		Err(ClientError::Call(error)) => error.code(),
		other => panic!("{other:?}"),
	}
}

fn step_of(info: &TaskInfo, worker: &Worker) -> Option<Step> {
	let account = Account(worker.key.account());
	info.replicates.iter().find(|part| part.worker == account).map(|part| part.step)
}
