//! What requesters and operators ask.

use jsonrpsee::{
	core::{async_trait, SubscriptionResult},
	types::ErrorObjectOwned,
	Extensions, PendingSubscriptionSink, SubscriptionMessage,
};
use rlc_primitives::{AccountId, Deal, DealId, Tag, TaskId, RLC};
use rlc_protocol::{
	requester::{
		code, LogsRequest, PoolInfo, PoolStatus, ReplicateInfo, SchedulerRpcServer, TaskInfo, UploadRequest,
		WorkerInfo, WorkerLogs,
	},
	signing::{Bounds, Claim},
	version::{self, Protocols},
	worker::Step,
	Account,
};
use rlc_store::{Cid, Grant, Keep, Room};
use sp_core::H256;
use tracing::instrument;

use super::{caller::Caller, error, internal, not_yet, Api};
use crate::{
	db::{in_time, ReplicateRow, TaskRow},
	pool::system_time,
};

/// About how large a worker is in an answer, in bytes.
const WORKER_SIZE: usize = 512;

/// How long a token for an upload is good, in ms: long enough for a large file over a slow line.
const UPLOAD_TIME: u64 = 24 * 3_600_000;

/// What every account can store, in bytes, even one that has paid this pool nothing.
const TRIAL: u64 = 256 << 20;

#[async_trait]
impl SchedulerRpcServer for Api {
	async fn info(&self, protocols: Option<Protocols>) -> Result<PoolInfo, ErrorObjectOwned> {
		let status = self.means.board.status.get().await.ok_or_else(not_yet)?;
		Ok(PoolInfo { protocol: version::choose(protocols), ..status.pool.clone() })
	}

	async fn status(&self) -> Result<PoolStatus, ErrorObjectOwned> {
		Ok((*self.means.board.status.get().await.ok_or_else(not_yet)?).clone())
	}

	async fn workers(&self) -> Result<Vec<WorkerInfo>, ErrorObjectOwned> {
		let workers = self.means.board.workers.get().await.ok_or_else(not_yet)?;
		self.gate.admit_answer(&Caller::current()?.peer, workers.len().saturating_mul(WORKER_SIZE))?;
		Ok((*workers).clone())
	}

	async fn run_time(&self, app: H256) -> Result<Option<u64>, ErrorObjectOwned> {
		Ok(self.means.board.run_times.get().await.ok_or_else(not_yet)?.get(&app).copied())
	}

	#[instrument(skip_all, fields(task = ?task.0))]
	async fn task(&self, task: TaskId) -> Result<Option<TaskInfo>, ErrorObjectOwned> {
		match self.means.board.task(&task) {
			Some(info) => Ok(Some(self.placed(&info).await)),
			None => self.past_task(task).await,
		}
	}

	async fn subscribe_task(&self, pending: PendingSubscriptionSink, task: TaskId) -> SubscriptionResult {
		// Watched first, so that no change is missed in between.
		let changes = self.means.board.watch(&task);
		let info = match SchedulerRpcServer::task(self, task).await {
			Ok(Some(info)) if changes.is_some() || is_over(&info) => info,
			Ok(_) => {
				// One that is known from before may come into memory: a client that asks again watches it then.
				pending.reject(error(code::UNKNOWN_TASK, "no such task is known here (yet)")).await;
				return Ok(());
			}
			Err(error) => {
				pending.reject(error).await;
				return Ok(());
			}
		};
		let sink = pending.accept().await?;
		sink.send(SubscriptionMessage::from_json(&info)?).await?;
		let Some(mut changes) = changes else { return Ok(()) };
		loop {
			let changed = tokio::select! {
				_ = sink.closed() => break,
				changed = changes.changed() => changed,
			};
			if changed.is_err() {
				break;
			}
			// What changes while this is sent is told next: the newest of it.
			let info = changes.borrow_and_update().clone();
			let info = self.placed(&info).await;
			if sink.send(SubscriptionMessage::from_json(&info)?).await.is_err() {
				break;
			}
		}
		Ok(())
	}

	#[instrument(skip_all, fields(task = ?request.task.0))]
	async fn logs(&self, request: LogsRequest) -> Result<Vec<WorkerLogs>, ErrorObjectOwned> {
		let task = request.task;
		self.admit_reader(request).await?;
		let question = self.gate.database().await;
		let logs = in_time(self.means.db.logs(task)).await.map_err(internal)?;
		drop(question);
		let size = logs.iter().map(|of_worker| of_worker.logs.stdout.len() + of_worker.logs.stderr.len()).sum();
		self.gate.admit_answer(&Caller::current()?.peer, size)?;
		Ok(logs)
	}

	async fn subscribe_logs(
		&self,
		pending: PendingSubscriptionSink,
		extensions: &Extensions,
		request: LogsRequest,
	) -> SubscriptionResult {
		let task = request.task;
		match self.follow(request, extensions.get().copied()).await {
			Ok(reader) => self.show(task, reader, pending.accept().await?).await,
			Err(error) => {
				pending.reject(error).await;
				Ok(())
			}
		}
	}

	#[instrument(skip_all, fields(content = ?request.content))]
	async fn upload(&self, request: UploadRequest) -> Result<String, ErrorObjectOwned> {
		let UploadRequest { account, content, size, not_after, nonce, signature } = request;
		let bounds = self.bounds(not_after, nonce)?;
		check_signed(&Claim::Upload { bounds, content, size }, &signature, &account)?;
		self.gate.admit_account(&account.0).await?;
		let question = self.gate.chain().await;
		let is_funded = self.means.chain.is_funded(account.0.clone()).await.map_err(internal)?;
		drop(question);
		if !is_funded {
			let words =
				format!("{account} owns too little on this chain to store files: it needs 0.1 RLC, free or locked");
			return Err(error(code::NOT_ALLOWED, words));
		}
		let (room, quota) = self.allowance(&account.0).await?;
		if size > quota {
			let words = match room {
				Room::Trials => format!(
					"{account} may store {quota} bytes here, and {size} are too many: it has paid this pool nothing lately; \
					name a URL or another store, or have a task done here first"
				),
				_ => format!("{account} may store {quota} bytes here by what it paid this pool; {size} are too many"),
			};
			return Err(error(code::QUOTA_EXCEEDED, words));
		}
		if size > self.means.store.usage().uploads_left {
			let words =
				format!("the store has no room for {size} bytes now; try again later, or name a URL or another store");
			return Err(error(code::QUOTA_EXCEEDED, words));
		}
		self.use_once(&account, bounds).await?;
		let grant = Grant {
			cid: Cid::of_sha256(content.0),
			max_size: size,
			expires: system_time() + UPLOAD_TIME,
			who: account.to_string(),
			by: None,
			room,
			quota: Some(quota),
			keep: Keep::Retention,
		};
		Ok(self.means.store.token(&grant))
	}
}

impl Api {
	/// Returns to which part of the store an account can upload, and how many bytes in all.
	async fn allowance(&self, account: &AccountId) -> Result<(Room, u64), ErrorObjectOwned> {
		let question = self.gate.database().await;
		let paid = in_time(self.means.db.paid(account)).await.map_err(internal)?;
		drop(question);
		let bytes = paid.saturating_mul(self.means.terms.uploads_per_rlc.into()) / RLC;
		let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
		if bytes == 0 {
			return Ok((Room::Trials, TRIAL));
		}
		Ok((Room::Uploads, bytes.saturating_add(TRIAL)))
	}

	/// Checks that an account may read what a task's apps write, and takes note that its claim is used. Returns the tag of the
	/// task's deal.
	pub(super) async fn admit_reader(&self, request: LogsRequest) -> Result<Tag, ErrorObjectOwned> {
		let LogsRequest { account, task, not_after, nonce, signature } = request;
		let bounds = self.bounds(not_after, nonce)?;
		check_signed(&Claim::Logs { bounds, task }, &signature, &account)?;
		self.gate.admit_account(&account.0).await?;
		let unknown = || error(code::UNKNOWN_TASK, "no such task is known here (yet)");
		let deal = self.deal_of(task).await?.ok_or_else(unknown)?;
		let deal = self.deal(deal).await?.ok_or_else(unknown)?;
		if deal.requester != account.0 && deal.beneficiary.as_ref() != Some(&account.0) {
			let words = format!("{account} is neither the requester nor the beneficiary of that task's deal");
			return Err(error(code::NOT_ALLOWED, words));
		}
		let _question = self.gate.database().await;
		self.use_once(&account, bounds).await?;
		Ok(deal.tag)
	}

	/// Returns within what a requester's claim is good, if that is here and now.
	fn bounds(&self, not_after: u64, nonce: H256) -> Result<Bounds, ErrorObjectOwned> {
		let identity = &self.means.identity;
		if not_after == 0 {
			let words = "requests have to say for which pool and until when they are signed: upgrade this program";
			return Err(error(code::OTHER_PROTOCOL, words));
		}
		let bounds = Bounds { genesis: identity.genesis, workerpool: identity.workerpool, not_after, nonce };
		if !bounds.is_current(system_time()) {
			return Err(error(code::WRONG_SIGNATURE, "it has expired, or a clock is wrong: sign again"));
		}
		Ok(bounds)
	}

	/// Takes note that an account's claim is used. One that somebody overheard is worth nothing afterwards, at any instance.
	async fn use_once(&self, account: &Account, bounds: Bounds) -> Result<(), ErrorObjectOwned> {
		let used = self.means.db.use_nonce(&account.0, bounds.nonce, bounds.forget_at());
		let is_new = in_time(used).await.map_err(internal)?;
		is_new.then_some(()).ok_or_else(|| error(code::WRONG_SIGNATURE, "it was used before: sign again"))
	}

	/// Returns a task with its place in the queue, if it waits.
	async fn placed(&self, info: &TaskInfo) -> TaskInfo {
		let mut info = info.clone();
		let may_wait = info.given_up.is_none() && info.result.is_none();
		if may_wait && info.replicates.iter().all(|part| part.step >= Step::Contributed) {
			let positions = self.means.board.positions.get().await;
			info.queue_position = positions.and_then(|positions| positions.get(&info.task.id()).copied());
		}
		info
	}

	/// Returns a task that is no longer in memory.
	async fn past_task(&self, task: TaskId) -> Result<Option<TaskInfo>, ErrorObjectOwned> {
		let _question = self.gate.database().await;
		let (row, parts) = in_time(self.means.db.task(task)).await.map_err(internal)?;
		Ok(past(row, parts))
	}

	async fn deal_of(&self, task: TaskId) -> Result<Option<DealId>, ErrorObjectOwned> {
		if let Some(info) = self.means.board.task(&task) {
			return Ok(Some(info.task.deal));
		}
		Ok(self.past_task(task).await?.map(|info| info.task.deal))
	}

	async fn deal(&self, id: DealId) -> Result<Option<Deal>, ErrorObjectOwned> {
		let _question = self.gate.chain().await;
		let facts = self.means.chain.deal(id).await.map_err(internal)?;
		Ok(facts.map(|facts| facts.deal))
	}
}

/// Checks that an account signed a claim.
fn check_signed(claim: &Claim<'_>, signature: &[u8], account: &Account) -> Result<(), ErrorObjectOwned> {
	if !claim.is_signed_by(signature, &account.0) {
		let words = format!("it is not signed by {account}, for this pool and chain");
		return Err(error(code::WRONG_SIGNATURE, words));
	}
	Ok(())
}

/// Returns whether nothing more will happen to a task that is not in memory.
fn is_over(info: &TaskInfo) -> bool {
	info.result.is_some() || info.given_up.is_some()
}

/// Returns a task as it was written down.
fn past(row: Option<TaskRow>, parts: Vec<ReplicateRow>) -> Option<TaskInfo> {
	let task = row.as_ref().map(|row| row.task).or_else(|| parts.first().map(|part| part.task))?;
	let replicates = parts.into_iter().map(|row| ReplicateInfo {
		worker: Account(row.worker),
		step: row.part.step,
		since: row.part.since,
		cause: row.part.cause,
	});
	let replicates = replicates.collect();
	let (result_size, result, given_up) = match row {
		Some(row) => (row.stored, row.result.filter(|_| row.stored.is_some()), row.given_up),
		None => (None, None, None),
	};
	Some(TaskInfo { task, queue_position: None, replicates, result, result_size, given_up })
}
