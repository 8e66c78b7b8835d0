//! Workers that join and live, and do nothing else: what a scheduler has to bear from each.

use std::{
	future::Future,
	net::{Ipv4Addr, SocketAddr},
	time::Duration,
};

use codec::Encode;
use futures::{stream, StreamExt};
use jsonrpsee::{
	core::client::Subscription,
	ws_client::{WsClient, WsClientBuilder},
};
use rlc_chain::Key;
use rlc_protocol::{
	signing::{Bounds, Claim},
	version::SPOKEN,
	worker::{Challenge, Heartbeat, Instruction, Join, Joined, Operator, Resources, WorkerRpcClient},
	Account,
};
use tokio::{net::TcpSocket, sync::watch, task::JoinHandle};

use crate::stack::{Stack, SCHEDULER};

/// How many join at the same time.
const AT_ONCE: usize = 32;

/// How many share an address of this machine.
const AT_AN_ADDRESS: u32 = 50;

/// Workers that live until they are told to leave.
pub struct Crowd {
	leave: watch::Sender<bool>,
	workers: Vec<JoinHandle<()>>,
}

impl Crowd {
	/// This many workers join and begin to live.
	// What each yields is its life, which goes on beside.
	#[allow(clippy::async_yields_async)]
	pub async fn join(stack: &Stack, count: u32) -> Self {
		let scheduler: SocketAddr =
			stack.scheduler_url.trim_start_matches("http://").parse().expect("it is an address");
		let (leave, left) = watch::channel(false);
		let worker = |number| {
			let left = left.clone();
			async move {
				let (client, joined, instructions) = join(scheduler, number).await;
				tokio::spawn(live(client, joined, instructions, left))
			}
		};
		let workers = stream::iter(0..count).map(worker).buffer_unordered(AT_ONCE).collect().await;
		Self { leave, workers }
	}

	/// Lets them leave. Fails if one of them was not well until now.
	pub fn leave(self) -> impl Future<Output = ()> {
		let _ = self.leave.send(true);
		async {
			for worker in self.workers {
				worker.await.expect("all of them lived");
			}
		}
	}
}

async fn join(scheduler: SocketAddr, number: u32) -> (WsClient, Joined, Subscription<Instruction>) {
	let key = Key::from_suri(&format!("//Crowd//{number}")).expect("it is a derivation");
	let account = Account(key.account());
	let patience = Duration::from_secs(60);
	let client = WsClientBuilder::default().connection_timeout(patience).request_timeout(patience);
	let socket = TcpSocket::new_v4().expect("a socket");
	socket.bind(SocketAddr::from((address(number), 0))).expect("all of 127/8 is this machine");
	let stream = socket.connect(scheduler).await.expect("the scheduler listens");
	let client = client.build_with_stream(format!("ws://{scheduler}"), stream).await.expect("the scheduler answers");
	let challenge = client.challenge(account.clone(), Some(SPOKEN)).await.expect("there is room for another one");
	let Challenge { protocol, challenge: nonce, not_after, workerpool, genesis } = challenge;
	let claim = Claim::Join(Bounds { genesis, workerpool, not_after, nonce });
	// It owns nothing, so the pool has to vouch for it.
	let scheduler = Key::from_suri(SCHEDULER).expect("it is a derivation");
	let voucher = Claim::Operator { genesis, worker: &account.0 }.payload();
	let operator = Operator { account: Account(scheduler.account()), signature: scheduler.sign(&voucher).encode() };
	let join = Join {
		protocol,
		account,
		challenge: nonce,
		not_after,
		signature: key.sign(&claim.payload()).encode(),
		signer: None,
		operator: Some(operator),
		resources: Resources { slots: 1, cores: 1, memory: 1 << 30, disk: 1 << 30, wasm: true, ..Default::default() },
		version: "bench".into(),
		held: Vec::new(),
		standby: false,
	};
	let joined = client.join(join).await.expect("it is admitted");
	let instructions = client.subscribe_instructions(joined.session).await.expect("it has a session");
	(client, joined, instructions)
}

/// Returns the address of a worker, which it shares with some others.
fn address(number: u32) -> Ipv4Addr {
	let [.., third, fourth] = (number / AT_AN_ADDRESS).to_be_bytes();
	Ipv4Addr::new(127, 9, third, fourth)
}

/// Sends heartbeats, each of which has to be answered.
async fn live(
	client: WsClient,
	joined: Joined,
	_instructions: Subscription<Instruction>,
	mut left: watch::Receiver<bool>,
) {
	let mut next = tokio::time::interval(Duration::from_millis(joined.heartbeat));
	loop {
		let stays = tokio::select! {
			_ = left.changed() => false,
			_ = next.tick() => true,
		};
		if !stays {
			return;
		}
		let beat = Heartbeat { free_slots: 1, draining: false, cached: None };
		client.heartbeat(joined.session, beat).await.expect("the scheduler knows it");
	}
}
