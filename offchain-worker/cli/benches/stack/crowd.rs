//! Workers that join and live, and do nothing else: what a scheduler has to bear from each.

use std::{future::Future, time::Duration};

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
	worker::{Challenge, Heartbeat, Instruction, Join, Joined, Resources, WorkerRpcClient},
	Account,
};
use tokio::{sync::watch, task::JoinHandle};

use crate::stack::Stack;

/// How many join at the same time.
const AT_ONCE: usize = 32;

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
		let url = stack.scheduler_url.replace("http://", "ws://");
		let (leave, left) = watch::channel(false);
		let worker = |number| {
			let (url, left) = (url.clone(), left.clone());
			async move {
				let (client, joined, instructions) = join(&url, number).await;
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

async fn join(url: &str, number: u32) -> (WsClient, Joined, Subscription<Instruction>) {
	let key = Key::from_suri(&format!("//Crowd//{number}")).expect("it is a derivation");
	let account = Account(key.account());
	let patience = Duration::from_secs(60);
	let client = WsClientBuilder::default().connection_timeout(patience).request_timeout(patience);
	let client = client.build(url).await.expect("the scheduler answers");
	let challenge = client.challenge(account.clone(), Some(SPOKEN)).await.expect("there is room for another one");
	let Challenge { protocol, challenge: nonce, not_after, workerpool, genesis } = challenge;
	let claim = Claim::Join(Bounds { genesis, workerpool, not_after, nonce });
	let join = Join {
		protocol,
		account,
		challenge: nonce,
		not_after,
		signature: key.sign(&claim.payload()).encode(),
		signer: None,
		operator: None,
		resources: Resources { slots: 1, cores: 1, memory: 1 << 30, disk: 1 << 30, wasm: true, ..Default::default() },
		version: "bench".into(),
		held: Vec::new(),
	};
	let joined = client.join(join).await.expect("it is admitted");
	let instructions = client.subscribe_instructions(joined.session).await.expect("it has a session");
	(client, joined, instructions)
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
