//! Talking to a scheduler, and finding it.

use std::time::Duration;

use codec::Encode;
use jsonrpsee::{
	core::ClientError,
	ws_client::{WsClient, WsClientBuilder},
};
use rlc_chain::{Chain, Key};
use rlc_primitives::{Tag, WorkerpoolId};
use rlc_protocol::{
	requester::{SchedulerRpcClient, UploadRequest, WorkerInfo},
	signing::Claim,
	Account, PoolDescription,
};
use rlc_store::{Client, Url};
use sp_core::H256;

use crate::{
	context::now,
	failure::{failure, Failure, Result},
};

/// How long a scheduler has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The URL of a scheduler's JSON-RPC: its HTTP base, as WebSocket.
///
/// # Errors
///
/// If it is no HTTP URL.
pub fn rpc_url(base: &str) -> Result<String> {
	let base = base.trim_end_matches('/');
	for (http, ws) in [("http://", "ws://"), ("https://", "wss://"), ("ws://", "ws://"), ("wss://", "wss://")] {
		if let Some(rest) = base.strip_prefix(http).filter(|rest| !rest.is_empty()) {
			return Ok(format!("{ws}{rest}"));
		}
	}
	Err(failure!("{base} is no scheduler's URL; it is like http://host:9955"))
}

/// A connection to a scheduler, by its HTTP base.
///
/// # Errors
///
/// If it does not answer.
pub async fn connect(base: &str) -> Result<WsClient> {
	let client = WsClientBuilder::default().connection_timeout(PATIENCE).request_timeout(PATIENCE);
	let client = client.build(rpc_url(base)?).await;
	client.map_err(|error| failure!("the scheduler at {base} does not answer ({error}); see whether it runs"))
}

/// What a scheduler's refusal says.
pub fn refused(error: &ClientError) -> Failure {
	match error {
		ClientError::Call(answer) => failure!("the scheduler refuses: {}", answer.message()),
		ClientError::RequestTimeout => failure!("the scheduler does not answer; try again"),
		other => failure!("the connection to the scheduler failed: {other}; try again"),
	}
}

/// What to warn somebody of who sells computing under a tag: that no worker of this scheduler has it. `None` if one
/// does.
pub async fn warning(scheduler: Result<String>, tag: Tag) -> Option<String> {
	if tag == Tag::NONE {
		return None;
	}
	match workers(scheduler).await {
		Ok(workers) if is_served(&workers, tag) => None,
		Ok(_) => Some(format!(
			"warning: no worker that is connected now has the tag {:?}; until one has, tasks that demand it wait",
			tag.0
		)),
		Err(why) => Some(format!("warning: it is not known whether a worker has the tag {:?}: {why}", tag.0)),
	}
}

async fn workers(scheduler: Result<String>) -> Result<Vec<WorkerInfo>> {
	let client = connect(&scheduler?).await?;
	client.workers().await.map_err(|error| refused(&error))
}

/// Whether one of these is connected and has the tag.
fn is_served(workers: &[WorkerInfo], tag: Tag) -> bool {
	workers.iter().any(|worker| worker.alive && Tag(worker.resources.tag).covers(tag))
}

/// What a pool says of itself, on chain.
///
/// # Errors
///
/// If there is no such pool.
pub async fn description(chain: &Chain, pool: WorkerpoolId) -> Result<PoolDescription> {
	let found = chain.workerpool(pool).await?;
	let found = found.ok_or_else(|| failure!("there is no workerpool {:?}", pool.0))?;
	Ok(PoolDescription::parse(&found.content.description))
}

/// Where a pool's scheduler answers.
///
/// # Errors
///
/// If there is no such pool, or it does not say.
pub async fn url(chain: &Chain, pool: WorkerpoolId) -> Result<String> {
	let url = description(chain, pool).await?.url;
	url.ok_or_else(|| failure!("workerpool {:?} does not say where its scheduler is; ask its owner", pool.0))
}

/// The store of a scheduler, by its HTTP base.
///
/// # Errors
///
/// If it is no URL.
pub fn store(base: &str) -> Result<Client> {
	let url: Url = base.parse().map_err(|error| failure!("{base} is no scheduler's URL: {error}"))?;
	Ok(Client::new([url])?)
}

/// Asks a scheduler whether a file may be stored; the answer is the token for the store.
///
/// # Errors
///
/// If it refuses, or does not answer.
pub async fn upload_token(
	scheduler: &WsClient,
	genesis: H256,
	key: &Key,
	content: [u8; 32],
	size: u64,
) -> Result<String> {
	let (content, at) = (H256(content), now());
	let signature = key.sign(&Claim::Upload { content, size, at }.payload(genesis)).encode();
	let request = UploadRequest { account: Account(key.account()), content, size, at, signature };
	scheduler.upload(request).await.map_err(|error| refused(&error))
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::AccountId;
	use rlc_protocol::worker::Resources;

	#[test]
	fn a_tag_is_served_by_a_connected_worker_that_has_all_of_it() {
		let worker = |bits, alive| WorkerInfo {
			account: Account(AccountId::new([1; 32])),
			operator: None,
			alive,
			draining: false,
			resources: Resources { tag: Tag::from_bits(bits).0, ..Resources::default() },
			free_slots: 1,
			running: 0,
			seen: 0,
		};
		let tag = Tag::from_bits(0x30);
		assert!(is_served(&[worker(0, true), worker(0x70, true)], tag));
		assert!(!is_served(&[worker(0x10, true), worker(0x20, true), worker(0x30, false)], tag));
		assert!(!is_served(&[], tag));
	}

	#[tokio::test]
	async fn whoever_sells_under_a_tag_is_warned() {
		assert_eq!(warning(Err(failure!("it is down")), Tag::NONE).await, None);
		let said = warning(Err(failure!("it is down")), Tag::from_bits(0x30)).await.unwrap();
		assert!(said.contains("not known") && said.ends_with("it is down"), "{said}");
	}

	#[test]
	fn a_schedulers_rpc_is_at_its_http_base() {
		assert_eq!(rpc_url("http://127.0.0.1:9955/").unwrap(), "ws://127.0.0.1:9955");
		assert_eq!(rpc_url("https://pool.example").unwrap(), "wss://pool.example");
		assert!(rpc_url("127.0.0.1:9955").is_err() && rpc_url("http://").is_err() && rpc_url("ftp://x").is_err());
	}
}
