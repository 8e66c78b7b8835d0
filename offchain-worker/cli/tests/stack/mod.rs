//! A stack of real programs on this machine: node, scheduler, workers; and `rlc` as people type it.

#![allow(dead_code)] // Tests and benchmarks each use a part of it.

pub mod audit;
pub mod deals;
pub mod process;
pub mod unchecked;

use std::{
	collections::BTreeMap,
	ffi::OsString,
	fs,
	future::Future,
	path::{Path, PathBuf},
	process::{Command, Stdio},
	sync::{
		atomic::{AtomicU32, Ordering},
		LazyLock,
	},
	time::{Duration, Instant},
};

use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use rlc_chain::{BalancesCall, Call, Chain, Key, Sender};
use rlc_primitives::{AccountId, Address, RLC};
use rlc_protocol::{requester::SchedulerRpcClient, version::SPOKEN};
use rlc_store::Cid;
use serde_json::Value;

use process::{binaries, free_port, Process};

/// Who owns the workerpool, who wrote the apps, who owns datasets, and who buys.
pub const SCHEDULER: &str = "//Bob";
/// Who owns another.
pub const OTHER_SCHEDULER: &str = "//Dave";
pub const DEVELOPER: &str = "//Charlie";
pub const REQUESTER: &str = "//Eve";

/// Categories beside the usual ones: name, and reference time in ms. Contributions are taken for 7 times that, and after
/// 10 times a task has failed.
pub const BLINK: (&str, u64) = ("BLINK", 1_000);
pub const FLASH: (&str, u64) = ("FLASH", 4_000);

/// What the proxies of workers have, in RLC: enough to exist.
pub const PITTANCE: &str = "0.001";
/// How many workers have RLC.
const WORKERS: u32 = 48;
/// How long a part has until it answers, and anything until it happens.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// How often what does not tell by itself is asked.
const AGAIN: Duration = Duration::from_millis(20);

/// Runs what waits. It outlives every test, and so do the connections that it serves.
pub static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());

/// When blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
	/// One for each transaction, and final at once.
	Instant,
	/// One a second, as BABE and GRANDPA do it.
	Slots,
}

/// Node, scheduler and workers.
pub struct Stack {
	// Dropped in this order.
	pub workers: BTreeMap<u32, Process>,
	pub scheduler: Process,
	pub node: Process,
	pub chain: Chain,
	pub node_url: String,
	pub scheduler_url: String,
	dir: PathBuf,
	apps: BTreeMap<String, String>,
	next_worker: u32,
}

impl Stack {
	/// Starts node and scheduler, without workers.
	pub async fn start(seal: Seal) -> Self {
		Self::start_over(seal, "--state-pruning archive").await
	}

	/// Does the same with these options of the node, which say how much of the past it keeps.
	pub async fn start_over(seal: Seal, keeps: &str) -> Self {
		let dir = directory();
		fs::create_dir_all(dir.join("logs")).unwrap();
		let (node_port, scheduler_port) = (free_port(), free_port());
		let (node_url, scheduler_url) =
			(format!("ws://127.0.0.1:{node_port}"), format!("http://127.0.0.1:{scheduler_port}"));
		let program = binaries().join("rlc-node");
		assert!(program.is_file(), "{} is missing; build it with `cargo build --release`", program.display());

		let mut arguments = words("--dev --no-prometheus --no-telemetry --no-mdns --port 0");
		arguments.extend(words(keeps));
		arguments.extend(options([
			("--chain", spec(&program, &dir).as_path().as_ref()),
			("--rpc-port", node_port.to_string().as_ref()),
			("--base-path", dir.join("node").as_ref()),
		]));
		arguments.extend((seal == Seal::Instant).then(|| "--instant-seal".into()));
		let node = Process::start("node", &dir.join("logs"), program, arguments);
		let chain = node_at(&node_url).await;
		fund(&chain).await;

		let mut arguments = run_scheduler();
		arguments.extend(words("--name stack --publish-price 1 --volume 1000000 --trust 100"));
		arguments.extend(words("--category XS --category BLINK --category FLASH --account"));
		arguments.push(SCHEDULER.into());
		arguments.extend(options([
			("--node", node_url.as_ref()),
			("--dir", dir.join("scheduler").as_ref()),
			("--listen", format!("127.0.0.1:{scheduler_port}").as_ref()),
			("--public-url", scheduler_url.as_ref()),
			("--vouch-for", vouched().as_ref()),
		]));
		let scheduler = Process::start("scheduler", &dir.join("logs"), rlc(), arguments);
		let (workers, apps) = (BTreeMap::new(), BTreeMap::new());
		let mut stack = Self { workers, scheduler, node, chain, node_url, scheduler_url, dir, apps, next_worker: 1 };
		stack.connect().await;
		// Its offers are in the book a little later.
		for (category, _) in [("XS", 0), BLINK, FLASH] {
			let offered = ["orderbook", "--kind", "workerpool", "--category", category];
			eventually("the pool offers its work", || async {
				stack.rlc(&offered).await.ok().filter(|book| book.to_string().contains("0x"))
			})
			.await;
		}
		stack.app("noop.wasm").await;
		stack
	}

	/// Returns the scheduler's directory.
	pub fn scheduler_dir(&self) -> String {
		self.dir.join("scheduler").to_str().unwrap().to_owned()
	}

	/// Removes the database of a scheduler that does not run.
	pub fn remove_database(&self) {
		for file in fs::read_dir(self.scheduler_dir()).unwrap().flatten() {
			if file.file_name().to_string_lossy().starts_with("scheduler.db") {
				fs::remove_file(file.path()).unwrap();
			}
		}
	}

	/// Waits until the stack's pool has an order in category XS, or none. Pools that are gone may have left orders there.
	pub async fn until_offered(&self, is_offered: bool) {
		let offered = ["orderbook", "--kind", "workerpool", "--category", "XS", "--limit", "1000"];
		let owner = account(SCHEDULER).to_string();
		eventually("the pool offers its work, or not", || async {
			let book = self.rlc(&offered).await.ok()?;
			let is_ours = |order: &Value| order["owner"].as_str() == Some(&owner);
			let orders = book.as_array().expect("a list of orders");
			(orders.iter().any(is_ours) == is_offered).then_some(())
		})
		.await;
	}

	/// Waits until the node answers that was started again: a connection from before gives up earlier.
	pub async fn node_answers(&mut self) {
		self.chain = node_at(&self.node_url).await;
	}

	/// Connects to the scheduler's JSON-RPC, once it answers.
	pub async fn connect(&self) -> WsClient {
		self.connect_to(&self.scheduler_url).await
	}

	/// Connects to the JSON-RPC of the scheduler at this URL, once it answers.
	pub async fn connect_to(&self, url: &str) -> WsClient {
		let url = url.replace("http://", "ws://");
		eventually("the scheduler answers", || async {
			let client = WsClientBuilder::default().build(&url).await.ok()?;
			client.info(Some(SPOKEN)).await.ok().map(|_| client)
		})
		.await
	}

	/// Starts this many new workers, and waits until they have joined. Each has a score of its own.
	pub async fn new_workers(&mut self, count: u32, more: &str) -> Vec<u32> {
		let url = self.scheduler_url.clone();
		self.new_workers_at(&url, count, more).await
	}

	/// Does the same at the scheduler with this URL.
	pub async fn new_workers_at(&mut self, url: &str, count: u32, more: &str) -> Vec<u32> {
		let numbers: Vec<_> = (0..count).map(|_| self.new_number()).collect();
		for number in &numbers {
			self.start_worker(url, *number, more);
		}
		self.joined(url, &numbers).await;
		numbers
	}

	/// Returns the number of a worker that never was.
	pub fn new_number(&mut self) -> u32 {
		let number = self.next_worker;
		assert!(number <= WORKERS, "no more workers have RLC");
		self.next_worker += 1;
		number
	}

	/// Starts a new worker whose machine has no more than the key of a proxy, which has [`PITTANCE`]. Returns its number.
	pub async fn new_proxied_worker(&mut self, url: &str, workerpool: &str) -> u32 {
		let number = self.new_number();
		let (proxy, account) = (proxy_key(number), worker_key(number));
		self.rlc(&["account", "send", &proxy, PITTANCE, "--account", &account]).await.unwrap();
		self.rlc(&["account", "proxy", "add", &proxy, "--type", "worker", "--account", &account]).await.unwrap();
		self.start_worker_by(url, number, &proxy, &format!("--on-behalf-of {account} --workerpool {workerpool}"));
		self.joined(url, &[number]).await;
		number
	}

	fn start_worker(&mut self, url: &str, number: u32, more: &str) {
		self.start_worker_by(url, number, &worker_key(number), more);
	}

	fn start_worker_by(&mut self, url: &str, number: u32, key: &str, more: &str) {
		let name = format!("worker-{number}");
		let mut arguments = words("worker run --memory 512M --disk 512M --allow-private-networks");
		arguments.extend(words(more));
		arguments.extend(options([
			("--node", self.node_url.as_ref()),
			("--scheduler", url.as_ref()),
			("--account", key.as_ref()),
			("--dir", self.dir.join(&name).as_ref()),
		]));
		self.workers.insert(number, Process::start(&name, &self.dir.join("logs"), rlc(), arguments));
	}

	/// Waits until these workers are known to the scheduler with this URL.
	pub async fn joined(&self, url: &str, numbers: &[u32]) {
		let accounts: Vec<_> = numbers.iter().map(|number| worker(*number)).collect();
		let scheduler = self.connect_to(url).await;
		eventually("the workers join", || async {
			// A node's worker is not a program of its own.
			numbers.iter().filter_map(|number| self.workers.get(number)).for_each(Process::must_run);
			let known = scheduler.workers().await.ok()?;
			let is_there = |account: &AccountId| known.iter().any(|known| known.alive && known.account.0 == *account);
			accounts.iter().all(is_there).then_some(())
		})
		.await;
		// A pool that was without workers for a minute sold nothing.
		if url == self.scheduler_url && !numbers.is_empty() {
			self.until_offered(true).await;
		}
	}

	/// Waits until the stack's scheduler knows that a worker is away.
	pub async fn left(&self, number: u32) {
		let account = worker(number);
		let scheduler = self.connect_to(&self.scheduler_url).await;
		eventually("the worker leaves", || async {
			let known = scheduler.workers().await.ok()?;
			(!known.iter().any(|known| known.alive && known.account.0 == account)).then_some(())
		})
		.await;
	}

	/// Returns a worker that was started.
	pub fn worker(&mut self, number: u32) -> &mut Process {
		self.workers.get_mut(&number).expect("it was started")
	}

	/// Ends all workers.
	pub fn dismiss_workers(&mut self) {
		self.workers.clear();
	}

	/// Starts one more scheduler, of an account, that listens on a free port and vouches for the workers; its URL.
	pub fn start_scheduler(&self, name: &str, owner: &str, more: &[&str]) -> (Process, String) {
		let address = format!("127.0.0.1:{}", free_port());
		let url = format!("http://{address}");
		let mut arguments = run_scheduler();
		arguments.extend(options([("--account", owner.as_ref())]));
		arguments.extend(options([
			("--node", self.node_url.as_ref()),
			("--dir", self.dir.join(name).as_ref()),
			("--listen", address.as_ref()),
			("--vouch-for", vouched().as_ref()),
		]));
		// Only schedulers that share a database have siblings.
		if more.contains(&"--database") {
			arguments.extend(options([("--instance-url", url.as_ref())]));
		}
		arguments.extend(more.iter().map(OsString::from));
		(Process::start(name, &self.dir.join("logs"), rlc(), arguments), url)
	}

	/// Writes a password, and returns the file.
	pub fn password_file(&self) -> String {
		let file = self.dir.join("password");
		fs::write(&file, "a password").unwrap();
		file.to_str().unwrap().to_owned()
	}

	/// Starts `rlc` in a role, with an account of the keystore that [`password_file`](Self::password_file) opens.
	pub fn start_role(&self, role: &[&str], node: &str, account: &str, dir: &Path) -> Process {
		// As the keystore is found by commands that are run to their end.
		let data = format!("XDG_DATA_HOME={}", self.dir.display());
		let mut arguments = vec![data.into(), rlc().into_os_string()];
		arguments.extend(role.iter().map(OsString::from));
		arguments.extend(options([
			("--node", node.as_ref()),
			("--account", account.as_ref()),
			("--password-file", self.password_file().as_ref()),
			("--dir", dir.as_ref()),
		]));
		Process::start(role[0], &self.dir.join("logs"), "env".into(), arguments)
	}

	/// Starts a node of a network of this kind, `Live` for example, and returns its URL. It makes no blocks.
	pub async fn start_node_of(&self, kind: &str) -> (Process, String) {
		let name = format!("node-{kind}");
		let (program, dir, port) = (binaries().join("rlc-node"), self.dir.join(&name), free_port());
		fs::create_dir_all(&dir).unwrap();
		let development = fs::read_to_string(spec(&program, &dir)).unwrap();
		let named = format!("\"chainType\": \"{kind}\"");
		let of_kind = development.replacen("\"chainType\": \"Development\"", &named, 1);
		assert_ne!(of_kind, development, "the specification says what it is for");
		fs::write(dir.join("kind.json"), of_kind).unwrap();
		let mut arguments = words("--no-prometheus --no-telemetry --no-mdns --port 0");
		arguments.extend(options([
			("--chain", dir.join("kind.json").as_ref()),
			("--rpc-port", port.to_string().as_ref()),
			("--base-path", dir.join("node").as_ref()),
		]));
		let node = Process::start(&name, &self.dir.join("logs"), program, arguments);
		let url = format!("ws://127.0.0.1:{port}");
		node_at(&url).await;
		(node, url)
	}

	/// Deploys an example app and offers it, unless it is on sale already. Returns its id.
	pub async fn app(&mut self, file: &str) -> String {
		if let Some(id) = self.apps.get(file) {
			return id.clone();
		}
		let path = app_file(file);
		let deploy = ["app", "deploy", path.to_str().unwrap(), "--name", file, "--price", "0.01", "--publish"];
		let answer = self.rlc(&[&deploy, &["--account", DEVELOPER] as &[_]].concat()).await.unwrap();
		let id = answer["app"].as_str().unwrap().to_owned();
		self.apps.insert(file.into(), id.clone());
		id
	}

	/// Returns what `rlc` answers, or the line that it refuses with. It is allowed to spend, as there is nobody to ask.
	pub async fn rlc(&self, arguments: &[&str]) -> Result<Value, String> {
		self.ended(&[arguments, &["--yes"]].concat()).await.1
	}

	/// Returns the exit code of `rlc`, and what it answers, or the line that it refuses with.
	pub async fn ended(&self, arguments: &[&str]) -> (Option<i32>, Result<Value, String>) {
		let mut command = tokio::process::Command::new(rlc());
		command.args(arguments).arg("--json").stdin(Stdio::null()).kill_on_drop(true);
		command.env("RLC_NODE", &self.node_url);
		let output = command.env("XDG_DATA_HOME", &self.dir).output();
		// It has a patience of its own with each part, and says what does not answer.
		let output = tokio::time::timeout(2 * PATIENCE, output).await;
		let output = output.unwrap_or_else(|_| panic!("`rlc {}` does not end", arguments.join(" "))).unwrap();
		// What is found out is an answer, also if some tasks failed.
		let said = match serde_json::from_slice(&output.stdout) {
			Ok(answer) => Ok(answer),
			Err(_) => Err(String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned()),
		};
		(output.status.code(), said)
	}

	/// Returns whether the scheduler with this name has a content in its own store.
	pub fn is_stored_at(&self, scheduler: &str, content: &Cid) -> bool {
		let mut directories = fs::read_dir(self.dir.join(scheduler).join("store/objects")).unwrap();
		directories.any(|directory| directory.unwrap().path().join(content.to_string()).exists())
	}

	/// Returns a new directory for results.
	pub fn room(&self) -> PathBuf {
		static NEXT: AtomicU32 = AtomicU32::new(0);
		self.dir.join(format!("result-{}", NEXT.fetch_add(1, Ordering::Relaxed)))
	}
}

impl Drop for Stack {
	fn drop(&mut self) {
		if std::thread::panicking() {
			for process in [&self.node, &self.scheduler].into_iter().chain(self.workers.values()) {
				eprintln!("{}", process.tail());
			}
		}
	}
}

/// Returns the program under test.
pub fn rlc() -> PathBuf {
	env!("CARGO_BIN_EXE_rlc").into()
}

/// Returns a file of the example apps, as scripts/apps.sh builds them.
pub fn app_file(name: &str) -> PathBuf {
	let file = binaries().parent().expect("a profile's directory is in the target's").join("apps").join(name);
	assert!(file.is_file(), "{} is missing; build the apps with scripts/apps.sh", file.display());
	file
}

/// Returns the account of a development key.
pub fn account(suri: &str) -> AccountId {
	Key::from_suri(suri).unwrap().account()
}

/// Returns the account of the worker with this number.
pub fn worker(number: u32) -> AccountId {
	account(&worker_key(number))
}

/// Returns all workers that have RLC, as `--vouch-for` takes them: each has a vote, and may decide alone.
fn vouched() -> String {
	(1..=WORKERS).map(worker_key).collect::<Vec<_>>().join(",")
}

/// Returns the key of the proxy of the worker with this number.
pub fn proxy_key(number: u32) -> String {
	format!("//Proxy//{number}")
}

/// Returns the key of the worker with this number.
pub fn worker_key(number: u32) -> String {
	format!("//Worker//{number}")
}

/// Connects to the node at this URL, once it answers.
async fn node_at(url: &str) -> Chain {
	eventually("the node answers", || async { Chain::connect(url).await.ok() }).await
}

/// Waits until it happens.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, ask: impl Fn() -> F) -> T {
	let begin = Instant::now();
	loop {
		if let Some(answer) = ask().await {
			return answer;
		}
		assert!(begin.elapsed() < PATIENCE, "it takes too long until {what}");
		tokio::time::sleep(AGAIN).await;
	}
}

fn words(text: &str) -> Vec<OsString> {
	text.split_whitespace().map(OsString::from).collect()
}

/// Returns how every scheduler of a stack is run. All of a stack's parties share an address.
fn run_scheduler() -> Vec<OsString> {
	let mut arguments = words("scheduler run --max-connections 20000 --max-connections-each 10000");
	arguments.extend(words("--max-workers-each 10000 --max-calls-each 100000"));
	arguments
}

fn options<const N: usize>(options: [(&str, &std::ffi::OsStr); N]) -> impl Iterator<Item = OsString> {
	options.map(|(name, value)| [name.into(), value.to_owned()]).into_iter().flatten()
}

/// Returns a directory that is left for looking at, until the next run.
fn directory() -> PathBuf {
	static NEXT: AtomicU32 = AtomicU32::new(0);
	let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stacks");
	for old in fs::read_dir(&base).into_iter().flatten().flatten() {
		let owner = old.file_name().to_string_lossy().split('-').next().map(|pid| Path::new("/proc").join(pid));
		if owner.is_some_and(|owner| !owner.exists()) {
			// What still ends may write there.
			let _ = fs::remove_dir_all(old.path());
		}
	}
	base.join(format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Returns the development chain with short categories.
fn spec(node: &Path, dir: &Path) -> PathBuf {
	let plain = Command::new(node).args(["build-spec", "--chain", "dev"]).output().unwrap();
	assert!(plain.status.success(), "{}", String::from_utf8_lossy(&plain.stderr));
	let plain = String::from_utf8(plain.stdout).unwrap();
	let usual = [("XS", 300_000), ("S", 1_200_000), ("M", 3_600_000), ("L", 10_800_000), ("XL", 36_000_000)];
	let categories: Vec<_> = usual.into_iter().chain([BLINK, FLASH]).collect();
	let genesis = serde_json::json!({ "categories": categories });
	// As text: amounts are larger than what JSON libraries agree on.
	let (before, after) = plain.split_once("\"patch\": {").expect("the genesis is a patch");
	let file = dir.join("chain.json");
	fs::write(&file, format!("{before}\"patch\": {{ \"marketplace\": {genesis}, {after}")).unwrap();
	file
}

/// Gives the workers what they stake.
async fn fund(chain: &Chain) {
	let transfer = |number| {
		Call::Balances(BalancesCall::TransferKeepAlive { dest: Address::Id(worker(number)), value: 1_000 * RLC })
	};
	let calls = (1..=WORKERS).map(transfer).collect();
	let alice = Sender::new(chain.clone(), Key::from_suri("//Alice").unwrap());
	alice.send(Call::BatchAll(calls)).await.unwrap();
}
