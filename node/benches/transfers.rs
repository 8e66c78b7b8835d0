//! How many transfers a second go through the RPC of a node into blocks.
//!
//! ```text
//! make bench
//! ```
//!
//! The node is a process of its own: the program `rlc-node`, a development chain with a block a second, a temporary
//! folder, loopback only. This process signs all transfers of a run beforehand, submits them over WebSockets with many
//! requests under way at once, and reads each block to see which transfers are in it. A run lasts from the first
//! submission to the block with the last transfer.

use std::{
	collections::HashSet,
	net::TcpListener,
	process::{Child, Command, Stdio},
	time::{Duration, Instant},
};

use codec::Encode;
use futures::{stream::SplitStream, SinkExt, StreamExt};
use rlc_checks::people::Person;
use rlc_primitives::{AccountId, Balance, Hash, Nonce, RLC};
use serde_json::{json, Value};
use tokio::net::TcpStream;
use tokio_tungstenite::{connect_async, tungstenite::Message, MaybeTlsStream, WebSocketStream};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs that are measured.
const RUNS: u32 = 5;
/// Accounts that send.
const SENDERS: u32 = 100;
/// Transfers of each sender in a run.
const EACH: Nonce = 50;
/// WebSockets over which transfers are submitted.
const CONNECTIONS: usize = 4;
/// Submissions under way on each WebSocket.
const UNDER_WAY: usize = 64;
/// What each sender has to begin with.
const ENDOWMENT: Balance = 1_000 * RLC;
/// A run that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(180);

fn main() -> Result<(), Failure> {
	// Cargo passes `--bench`; `cargo test --benches` passes something else, and wants no measurement.
	if !std::env::args().any(|argument| argument == "--bench") {
		return Ok(());
	}
	tokio::runtime::Runtime::new()?.block_on(measure())
}

async fn measure() -> Result<(), Failure> {
	let node = DevNode::start()?;
	let mut control = tokio::time::timeout(LIMIT, node.connect()).await??;
	let genesis: Hash = serde_json::from_value(control.call("chain_getBlockHash", json!([0])).await?)?;
	let senders: Vec<_> = (0..SENDERS).map(|at| Person::new(&format!("//Alice//sender//{at}"))).collect();

	let alice = Person::new("//Alice");
	let endow = |(nonce, to): (Nonce, &Person)| transfer(&alice, genesis, nonce, to.account(), ENDOWMENT);
	let endowments = (0..).zip(&senders).map(endow).collect();
	tokio::time::timeout(LIMIT, run(&node, endowments)).await??;

	let sink = AccountId::new([7; 32]);
	let mut rates = Vec::new();
	for number in 0..RUNS {
		// By nonce first, so that each connection carries the transfers of all senders in order.
		let transfers: Vec<_> = (number * EACH..(number + 1) * EACH)
			.flat_map(|nonce| senders.iter().map(move |sender| (nonce, sender)))
			.map(|(nonce, sender)| transfer(sender, genesis, nonce, sink.clone(), RLC / 1_000))
			.collect();
		let count = transfers.len();
		let took = tokio::time::timeout(LIMIT, run(&node, transfers)).await??;
		let rate = count as f64 / took.as_secs_f64();
		println!("run {}: {count} transfers in {:.2} s: {rate:.0} transfers/s", number + 1, took.as_secs_f64());
		rates.push(rate);
	}
	rates.sort_by(f64::total_cmp);
	let (Some(least), Some(median), Some(most)) = (rates.first(), rates.get(rates.len() / 2), rates.last()) else {
		return Err("no run".into());
	};
	println!("median of {RUNS}: {median:.0} transfers/s, from {least:.0} to {most:.0}");
	Ok(())
}

/// Returns a signed transfer, as JSON-RPC writes it.
fn transfer(by: &Person, genesis: Hash, nonce: Nonce, to: AccountId, amount: Balance) -> String {
	let call = pallet_balances::Call::transfer_keep_alive { dest: to.into(), value: amount };
	sp_core::bytes::to_hex(&by.sign(genesis, nonce, call).encode(), false)
}

/// Submits transfers and waits until a block has the last one.
async fn run(node: &DevNode, transfers: Vec<String>) -> Result<Duration, Failure> {
	let mut blocks = node.connect().await?;
	let subscription = blocks.call("chain_subscribeNewHeads", json!([])).await?;
	let mut missing: HashSet<String> = transfers.iter().cloned().collect();
	let mut parts = vec![Vec::new(); CONNECTIONS];
	for (at, transfer) in transfers.into_iter().enumerate() {
		// The senders' number is a multiple of the connections', so a sender keeps to one connection.
		parts[at % CONNECTIONS].push(transfer);
	}
	let mut connections = Vec::new();
	for part in parts {
		connections.push((node.connect().await?, part));
	}

	let start = Instant::now();
	let submitters: Vec<_> =
		connections.into_iter().map(|(connection, part)| tokio::spawn(connection.submit(part))).collect();
	let mut reader = node.connect().await?;
	let mut seen = HashSet::new();
	while !missing.is_empty() {
		let head = blocks.notification(&subscription).await?;
		// A block may be told twice, and its parent not at all if it came in between.
		let mut hash = reader.call("chain_getBlockHash", json!([head["number"]])).await?;
		while seen.insert(hash.clone()) {
			let block = reader.call("chain_getBlock", json!([hash])).await?;
			for extrinsic in block["block"]["extrinsics"].as_array().ok_or("a block without extrinsics")? {
				missing.remove(extrinsic.as_str().unwrap_or_default());
			}
			if seen.len() == 1 {
				break;
			}
			hash = block["block"]["header"]["parentHash"].clone();
		}
	}
	let took = start.elapsed();
	for submitter in submitters {
		submitter.await??;
	}
	Ok(took)
}

/// A node in a process of its own, which ends with this value.
struct DevNode {
	child: Child,
	url: String,
	_folder: tempfile::TempDir,
}

impl DevNode {
	fn start() -> Result<Self, Failure> {
		let free_port = || -> Result<u16, Failure> { Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port()) };
		let (rpc, p2p) = (free_port()?, free_port()?);
		let folder = tempfile::tempdir()?;
		let child = Command::new(env!("CARGO_BIN_EXE_rlc-node"))
			.args(["--dev", "--no-prometheus", "--log", "warn", "--pool-limit", "50000", "--pool-kbytes", "102400"])
			.args(["--rpc-port", &rpc.to_string(), "--listen-addr", &format!("/ip4/127.0.0.1/tcp/{p2p}")])
			.arg("--base-path")
			.arg(folder.path())
			.stdin(Stdio::null())
			.stdout(Stdio::null())
			.spawn()?;
		Ok(Self { child, url: format!("ws://127.0.0.1:{rpc}"), _folder: folder })
	}

	/// Connects, waiting for the node to listen. The caller limits the time.
	async fn connect(&self) -> Result<Connection, Failure> {
		loop {
			match connect_async(&self.url).await {
				Ok((socket, _)) => return Ok(Connection { socket, last_id: 0 }),
				Err(tokio_tungstenite::tungstenite::Error::Io(_)) => {
					tokio::time::sleep(Duration::from_millis(100)).await
				}
				Err(error) => return Err(error.into()),
			}
		}
	}
}

impl Drop for DevNode {
	fn drop(&mut self) {
		// If it has ended already, there is nothing left to end.
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// JSON-RPC over a WebSocket.
struct Connection {
	socket: Socket,
	last_id: u64,
}

impl Connection {
	/// Asks, and waits for the answer. Notifications that come in between are dropped.
	async fn call(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
		self.last_id += 1;
		self.socket.send(request(self.last_id, method, params)).await?;
		loop {
			let message = next(&mut self.socket).await?;
			if message["id"] == json!(self.last_id) {
				return answer(message);
			}
		}
	}

	/// Waits for a subscription's next message.
	async fn notification(&mut self, subscription: &Value) -> Result<Value, Failure> {
		loop {
			let mut message = next(&mut self.socket).await?;
			if message["params"]["subscription"] == *subscription {
				return Ok(message["params"]["result"].take());
			}
		}
	}

	/// Submits transfers, this many at a time.
	async fn submit(self, transfers: Vec<String>) -> Result<(), Failure> {
		let (mut sink, mut stream) = self.socket.split();
		let mut under_way = 0;
		for (id, transfer) in (0..).zip(transfers) {
			sink.feed(request(id, "author_submitExtrinsic", json!([transfer]))).await?;
			under_way += 1;
			if under_way == UNDER_WAY {
				sink.flush().await?;
				// Half of them at once, so that the node always has some to work on.
				while under_way > UNDER_WAY / 2 {
					accepted(&mut stream).await?;
					under_way -= 1;
				}
			}
		}
		sink.flush().await?;
		for _ in 0..under_way {
			accepted(&mut stream).await?;
		}
		Ok(())
	}
}

async fn accepted(stream: &mut SplitStream<Socket>) -> Result<(), Failure> {
	answer(next(stream).await?).map(drop)
}

fn request(id: u64, method: &str, params: Value) -> Message {
	Message::text(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string())
}

fn answer(mut message: Value) -> Result<Value, Failure> {
	match message.get("error") {
		Some(error) => Err(error.to_string().into()),
		None => Ok(message["result"].take()),
	}
}

/// Returns the next JSON message.
async fn next<S>(stream: &mut S) -> Result<Value, Failure>
where
	S: StreamExt<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin,
{
	loop {
		match stream.next().await.ok_or("the node closed the connection")?? {
			Message::Text(text) => return Ok(serde_json::from_str(&text)?),
			Message::Close(_) => return Err("the node closed the connection".into()),
			_ => {}
		}
	}
}
