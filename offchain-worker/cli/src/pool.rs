//! Finding a scheduler, and talking to it.

mod place;

use std::{future::Future, time::Duration};

use codec::Encode;
use jsonrpsee::{core::ClientError, types::ErrorCode, ws_client::WsClient};
use rlc_chain::{Chain, Key};
use rlc_primitives::{work::TaskView, Tag, TaskId, WorkerpoolId};
use rlc_protocol::{
	address,
	requester::{code, LogsRequest, PoolInfo, SchedulerRpcClient, TaskInfo, UploadRequest, WorkerInfo},
	signing::{Bounds, Claim, CLAIM_TIME},
	version::{self, SPOKEN},
	Account, PoolDescription,
};
use rlc_service::Backoff;
use rlc_store::{Client, Url};
use sp_core::H256;

pub(crate) use self::place::Place;

use crate::{
	context::{now, Context},
	deals,
	failure::{failure, Failure, Result},
	ids,
};

/// How long a scheduler has to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// The shortest and the longest time until a scheduler is asked again for a task that it does not know yet.
const ASK_AGAIN: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5));

/// Returns the URL of a scheduler's JSON-RPC: its HTTP base, as WebSocket.
///
/// # Errors
///
/// If it is not an HTTP URL.
pub(crate) fn rpc_url(base: &str) -> Result<String> {
	let url = address::websocket(base);
	url.ok_or_else(|| failure!(SchedulerUrl, "{base} is not the URL of a scheduler"; "write it as http://HOST:9955"))
}

/// Connects to a scheduler, by its HTTP base or where it was found.
///
/// # Errors
///
/// If it does not answer, or speaks another protocol.
pub(crate) async fn connect(place: impl Into<Place>) -> Result<WsClient> {
	Ok(meet(place).await?.0)
}

/// Does the same, and returns what the scheduler says of its pool too.
///
/// # Errors
///
/// Those of [`connect`].
pub(crate) async fn meet(place: impl Into<Place>) -> Result<(WsClient, PoolInfo)> {
	let place = place.into();
	let client = place.connect().await?;
	let info = client.info(Some(SPOKEN)).await.map_err(|error| refused(&error))?;
	version::check("program", info.protocol)
		.map_err(|other| failure!(SchedulerProtocol, "the scheduler at {} cannot be asked: {other}", place.url))?;
	Ok((client, info))
}

/// Asks a scheduler about a task until it knows the task. It may see the block with a new deal a little later than the deal's
/// buyer.
///
/// # Errors
///
/// The scheduler's, unless it is that it does not know the task.
pub(crate) async fn once_known<T, F>(ask: impl Fn() -> F) -> Result<T, ClientError>
where
	F: Future<Output = Result<T, ClientError>>,
{
	let mut waits = ASK_AGAIN.waits();
	loop {
		match ask().await {
			Err(ClientError::Call(answer)) if answer.code() == code::UNKNOWN_TASK => {}
			other => return other,
		}
		tokio::time::sleep(waits.next_wait().unwrap_or_default()).await;
	}
}

/// Returns why a scheduler did not answer a question.
pub(crate) fn refused(error: &ClientError) -> Failure {
	match error {
		ClientError::Call(answer) => failure!(SchedulerRefused, "the scheduler refuses: {}", answer.message()),
		ClientError::RequestTimeout => failure!(SchedulerUnreachable, "the scheduler does not answer"; "try again"),
		other => failure!(SchedulerUnreachable, "the connection to the scheduler failed: {other}"; "try again"),
	}
}

/// Returns a warning for an offer under a tag: that no worker of this scheduler has it. `None` if one does.
pub(crate) async fn warning(scheduler: Result<Place>, tag: Tag) -> Option<String> {
	if tag == Tag::NONE {
		return None;
	}
	match workers(scheduler).await {
		Ok(workers) if is_served(&workers, tag) => None,
		Ok(_) => Some(format!(
			"warning: no connected worker has the tag {}; tasks that demand it wait until one does",
			ids::tag_words(tag)
		)),
		Err(why) => Some(format!("warning: cannot tell whether a worker has the tag {}: {why}", ids::tag_words(tag))),
	}
}

async fn workers(scheduler: Result<Place>) -> Result<Vec<WorkerInfo>> {
	let client = connect(&scheduler?).await?;
	client.workers().await.map_err(|error| refused(&error))
}

/// Returns whether one of these is connected and has the tag.
fn is_served(workers: &[WorkerInfo], tag: Tag) -> bool {
	workers.iter().any(|worker| worker.alive && Tag(worker.resources.tag).covers(tag))
}

/// Returns what the chain says of a pool.
///
/// # Errors
///
/// If the pool is unknown.
pub(crate) async fn description(chain: &Chain, pool: WorkerpoolId) -> Result<PoolDescription> {
	let found = chain.workerpool(pool).await?;
	let found = found.ok_or_else(|| failure!(AssetUnknown, "there is no workerpool {:?}", pool.0; "check the id"))?;
	Ok(PoolDescription::parse(&found.content.description))
}

/// Returns where a pool's scheduler answers.
///
/// # Errors
///
/// If no such pool exists, or it does not say. If, on a live network, it is in a private one: a stranger wrote the URL,
/// and this program can reach more than that stranger.
pub(crate) async fn url(context: &Context, chain: &Chain, pool: WorkerpoolId) -> Result<Place> {
	let url = description(chain, pool).await?.url;
	let url = url.ok_or_else(
		|| failure!(SchedulerHidden, "workerpool {:?} does not say where its scheduler is", pool.0; "ask its owner"),
	)?;
	if !context.global.allow_private_schedulers && chain.is_live().await? {
		return Place::of_stranger(url).await;
	}
	Ok(url.into())
}

/// A pool's scheduler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scheduler {
	/// The pool. It is never taken from the scheduler alone.
	pub workerpool: WorkerpoolId,
	/// Where this program reaches it.
	pub place: Place,
	/// Where everybody finds it, as the chain says; `None` if its pool names no URL.
	pub public: Option<String>,
}

/// Returns the scheduler of a pool.
///
/// # Errors
///
/// Those of [`url`].
pub(crate) async fn scheduler(context: &Context, chain: &Chain, workerpool: WorkerpoolId) -> Result<Scheduler> {
	let place = url(context, chain, workerpool).await?;
	Ok(Scheduler { workerpool, public: Some(place.url.clone()), place })
}

/// Returns the scheduler at an address, if the chain says the same of its pool. On networks for development, it can be on this
/// machine too, behind a proxy.
///
/// # Errors
///
/// If it does not answer, or is of a pool that is elsewhere.
pub(crate) async fn scheduler_at(chain: &Chain, base: &str) -> Result<Scheduler> {
	let (_, PoolInfo { workerpool, .. }) = meet(base).await?;
	let registered = description(chain, workerpool).await?.url;
	let is_there = registered.as_ref().is_some_and(|registered| address::is_same(registered, base));
	if !is_there && (!address::is_on_this_machine(base) || chain.is_live().await?) {
		return Err(failure!(SchedulerUrl, "the scheduler at {base} says that it is of workerpool {:?}, which is not \
			there, as the chain says", workerpool.0; "give the URL that `rlc workerpool show` tells"));
	}
	Ok(Scheduler { workerpool, place: base.into(), public: registered })
}

/// Returns the store of a scheduler, by its HTTP base or where it was found.
///
/// # Errors
///
/// If it is not a URL.
pub(crate) fn store(place: impl Into<Place>) -> Result<Client> {
	place.into().store()
}

fn parsed(base: &str) -> Result<Url> {
	base.parse::<Url>().map_err(
		|error| failure!(SchedulerUrl, "{base} is not the URL of a scheduler: {error}"; "write it as http://HOST:9955"),
	)
}

/// Returns within what a claim is good that is signed now for this pool. Which pool is meant is not asked of its scheduler,
/// which could name another one, and use the claim there.
pub(crate) fn bounds(genesis: H256, workerpool: WorkerpoolId) -> Bounds {
	let nonce = H256(rand::random());
	Bounds { genesis, workerpool, not_after: now().saturating_add(CLAIM_TIME), nonce }
}

/// Returns why a scheduler did not take what was signed.
pub(crate) fn signed_refused(error: &ClientError) -> Failure {
	match error {
		ClientError::Call(answer) if answer.code() == ErrorCode::InvalidParams.code() => {
			failure!(SchedulerProtocol, "the scheduler is too old to take what this program signs"; "upgrade the scheduler")
		}
		other => refused(other),
	}
}

/// Asks a scheduler whether a file may be stored; returns the token for its store.
///
/// # Errors
///
/// If it refuses, or does not answer.
pub(crate) async fn upload_token(
	scheduler: &WsClient,
	bounds: Bounds,
	key: &Key,
	content: [u8; 32],
	size: u64,
) -> Result<String> {
	let content = H256(content);
	let signature = key.sign(&Claim::Upload { bounds, content, size }.payload()).encode();
	let Bounds { not_after, nonce, .. } = bounds;
	let request = UploadRequest { account: Account(key.account()), content, size, not_after, nonce, signature };
	scheduler.upload(request).await.map_err(|error| signed_refused(&error))
}

/// Returns the request to read what the apps of a pool's task write, which this key signs.
pub(crate) fn logs_request(genesis: H256, workerpool: WorkerpoolId, key: &Key, task: TaskId) -> LogsRequest {
	let bounds = bounds(genesis, workerpool);
	let signature = key.sign(&Claim::Logs { bounds, task }.payload()).encode();
	let Bounds { not_after, nonce, .. } = bounds;
	LogsRequest { account: Account(key.account()), task, not_after, nonce, signature }
}

/// Returns what the scheduler of a task knows of it; `None` if it knows nothing.
///
/// # Errors
///
/// If the task's deal has been pruned, or the scheduler does not answer.
pub(crate) async fn task_info(context: &Context, chain: &Chain, task: &TaskView) -> Result<Option<TaskInfo>> {
	let deal = deals::deal(chain, task.task.deal).await?;
	let scheduler = connect(&url(context, chain, deal.deal.workerpool.id).await?).await?;
	scheduler.task(task.id).await.map_err(|error| refused(&error))
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::AccountId;
	use rlc_protocol::worker::Resources;

	#[test]
	fn tag_is_served_by_connected_worker_that_has_all_of_it() {
		let worker = |bits, alive| WorkerInfo {
			account: Account(AccountId::new([1; 32])),
			operator: None,
			vouched: true,
			alive,
			draining: false,
			record: None,
			usable_slots: None,
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
	async fn seller_under_unserved_tag_is_warned() {
		assert_eq!(warning(Err(failure!(SchedulerUnreachable, "it is down")), Tag::NONE).await, None);
		let said = warning(Err(failure!(SchedulerUnreachable, "it is down")), Tag::from_bits(0x30)).await.unwrap();
		assert!(said.contains("cannot tell") && said.ends_with("it is down"), "{said}");
	}

	#[test]
	fn rpc_is_at_http_base() {
		assert_eq!(rpc_url("http://127.0.0.1:9955/").unwrap(), "ws://127.0.0.1:9955");
		assert_eq!(rpc_url("https://pool.example").unwrap(), "wss://pool.example");
		assert!(rpc_url("127.0.0.1:9955").is_err() && rpc_url("http://").is_err() && rpc_url("ftp://x").is_err());
	}
}
