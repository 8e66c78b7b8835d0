//! The connection to the scheduler: opened anew whenever it breaks.
//!
//! What the scheduler is told of tasks need not survive a break: whoever joins again names all that is in hand, with the
//! last step of each. Only what apps wrote is kept for later.
//!
//! A scheduler takes a list of [`MAX_REPORTS`] tasks. Of a task that is not in it, it thinks that the worker has it no
//! more: unless a contribution is on chain, it gives the task to another worker, or to this one again, and passes over
//! what this one reports of it until then. So what is not on chain is named first, and what has ended last. The rest is
//! told after the joining like any other step; a task that it was too late for is computed twice at worst, and its
//! failure counts as a loss.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use codec::Encode;
use jsonrpsee::{
	core::client::{Error as RpcError, Subscription},
	ws_client::{WsClient, WsClientBuilder},
};
use rlc_primitives::{Signature, TaskId};
use rlc_protocol::{
	requester::code,
	signing::Claim,
	version::{self, OtherProtocol, PROTOCOL},
	worker::{
		Heartbeat, Instruction, Join, Logs, Operator, Report, Resources, Session, Step, WorkerRpcClient, MAX_REPORTS,
	},
	Account,
};
use sp_core::H256;
use tokio::{
	sync::{mpsc, oneshot, watch},
	time::{interval, sleep, timeout, Instant},
};

use crate::{actor::Message, clock, ports::Undelivered, results::Results};

/// How long reports wait for others.
const GATHER_TIME: Duration = Duration::from_millis(20);

/// How long an answer of the scheduler is waited for.
const REQUEST_TIME: Duration = Duration::from_secs(20);

/// The most orders that wait while the worker is busy. Each may hold many tasks.
const MAX_INSTRUCTIONS: usize = 4_096;

/// The most logs that are kept while there is no connection.
const MAX_LOGS: usize = 1_000;

/// How long what is left to tell may take when the worker ends.
const LAST_WORDS_TIME: Duration = Duration::from_secs(3);

/// For the scheduler.
pub(crate) enum Outgoing {
	/// A step of a task.
	Report(Report),
	/// What its app wrote.
	Logs(TaskId, Logs),
	/// The data of a callback; whether it was taken is told.
	Callback(TaskId, Vec<u8>, oneshot::Sender<Result<(), Undelivered>>),
}

/// What heartbeats say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
	pub free_slots: u32,
	pub draining: bool,
}

/// Signs with the worker's key.
type Sign = Box<dyn Fn(&[u8]) -> Signature + Send + Sync>;

/// Who joins.
pub(crate) struct Identity {
	pub account: Account,
	pub genesis: H256,
	pub sign: Sign,
	pub operator: Option<Operator>,
	pub resources: Resources,
	/// Checksums of what need not be fetched.
	pub cached: Box<dyn Fn() -> Vec<H256> + Send + Sync>,
}

/// The connection.
pub(crate) struct Link {
	/// `ws://…` or `wss://…`.
	pub url: String,
	pub identity: Identity,
	pub outgoing: mpsc::UnboundedReceiver<Outgoing>,
	pub status: watch::Receiver<Status>,
	pub actor: mpsc::UnboundedSender<Message>,
	/// Are told what the pool's store takes.
	pub results: Arc<Results>,
}

/// What a scheduler that was joined is to be served with.
struct Admitted {
	session: Session,
	/// How often to send heartbeats.
	heartbeat: Duration,
	/// What is in hand and had no room in the request to join.
	rest: Vec<Report>,
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum Broken {
	#[error(transparent)]
	Rpc(#[from] RpcError),
	#[error("the scheduler closed the connection")]
	Closed,
	#[error(transparent)]
	OtherProtocol(#[from] OtherProtocol),
	#[error("the scheduler is on another chain ({0:?}); check the addresses of scheduler and node")]
	OtherChain(H256),
	/// The worker itself ends.
	#[error("the worker ends")]
	Ended,
}

impl Link {
	/// Keep connected until nothing more is to be told.
	pub async fn run(mut self) {
		let (mut attempts, mut logs) = (0, VecDeque::new());
		loop {
			let mut joined = false;
			match self.connect_once(&mut logs, &mut joined).await {
				Broken::Ended => return,
				broken => log::warn!("scheduler {}: {broken}", self.url),
			}
			attempts = if joined { 1 } else { attempts + 1 };
			let wait = sleep(clock::backoff(attempts));
			tokio::pin!(wait);
			loop {
				tokio::select! {
					() = &mut wait => break,
					outgoing = self.outgoing.recv() => match outgoing {
						Some(outgoing) => put_by(outgoing, &mut logs),
						None => return,
					}
				}
			}
		}
	}

	/// Join and serve, until something breaks.
	async fn connect_once(&mut self, logs: &mut VecDeque<(TaskId, Logs)>, joined: &mut bool) -> Broken {
		let client = WsClientBuilder::default()
			.request_timeout(REQUEST_TIME)
			.connection_timeout(REQUEST_TIME)
			.max_buffer_capacity_per_subscription(MAX_INSTRUCTIONS)
			.build(&self.url)
			.await;
		let client = match client {
			Ok(client) => Arc::new(client),
			Err(error) => return error.into(),
		};
		let Admitted { session, heartbeat, rest } = match self.join(&client, logs).await {
			Ok(admitted) => admitted,
			Err(broken) => return broken,
		};
		*joined = true;
		let instructions = match client.subscribe_instructions(session).await {
			Ok(instructions) => instructions,
			Err(error) => return error.into(),
		};
		log::info!("joined the pool of {}", self.url);
		let Self { identity, outgoing, status, actor, .. } = self;
		tokio::select! {
			broken = take_instructions(instructions, actor) => broken,
			broken = send_heartbeats(&client, session, heartbeat, status.clone(), identity) => broken,
			broken = tell(&client, session, rest, outgoing, logs, actor) => broken,
			() = client.on_disconnect() => Broken::Closed,
		}
	}

	/// Show who is there and what it has in hand.
	async fn join(&mut self, client: &WsClient, logs: &mut VecDeque<(TaskId, Logs)>) -> Result<Admitted, Broken> {
		let identity = &self.identity;
		let challenge = client.challenge(identity.account.clone()).await?;
		version::check(PROTOCOL, challenge.protocol)?;
		if challenge.genesis != identity.genesis {
			return Err(Broken::OtherChain(challenge.genesis));
		}
		let claim = Claim::Join { workerpool: challenge.workerpool, challenge: challenge.challenge };
		let signature = (identity.sign)(&claim.payload(identity.genesis)).encode();
		let (ask, answer) = oneshot::channel();
		self.actor.send(Message::Connected(ask)).map_err(|_| Broken::Ended)?;
		let mut held = answer.await.map_err(|_| Broken::Ended)?;
		// The earlier the step, the more is lost if the scheduler does not know of it.
		held.sort_by_key(|report| report.step);
		let rest = held.split_off(held.len().min(MAX_REPORTS));
		// What was to be told before is in the list, or in the rest of it.
		while let Ok(outgoing) = self.outgoing.try_recv() {
			put_by(outgoing, logs);
		}
		let ended: Vec<_> = held.iter().filter(|report| report.step.is_last()).map(|report| report.task).collect();
		let identity = &self.identity;
		let join = Join {
			protocol: PROTOCOL,
			account: identity.account.clone(),
			challenge: challenge.challenge,
			signature,
			operator: identity.operator.clone(),
			resources: identity.resources.clone(),
			version: env!("CARGO_PKG_VERSION").into(),
			held,
		};
		let joined = client.join(join).await?;
		self.results.limit(joined.max_result);
		let messages = [Message::Told(ended), Message::Joined(joined.forget)];
		messages.into_iter().try_for_each(|message| self.actor.send(message)).map_err(|_| Broken::Ended)?;
		Ok(Admitted { session: joined.session, heartbeat: Duration::from_millis(joined.heartbeat.max(10)), rest })
	}
}

/// What becomes of something that is to be told while nobody listens.
fn put_by(outgoing: Outgoing, logs: &mut VecDeque<(TaskId, Logs)>) {
	match outgoing {
		Outgoing::Report(_) => {}
		Outgoing::Logs(task, text) => {
			logs.push_back((task, text));
			if logs.len() > MAX_LOGS {
				logs.pop_front();
			}
		}
		Outgoing::Callback(_, _, answer) => {
			// Fails only when the worker ends.
			drop(answer.send(Err(Undelivered::Failed("the scheduler is not connected".into()))));
		}
	}
}

async fn take_instructions(
	mut instructions: Subscription<Instruction>,
	actor: &mpsc::UnboundedSender<Message>,
) -> Broken {
	while let Some(instruction) = instructions.next().await {
		match instruction {
			Ok(instruction) => {
				if actor.send(Message::Instruction(instruction)).is_err() {
					return Broken::Ended;
				}
			}
			Err(error) => log::warn!("an order of the scheduler is not understood: {error}"),
		}
	}
	Broken::Closed
}

async fn send_heartbeats(
	client: &WsClient,
	session: Session,
	every: Duration,
	mut status: watch::Receiver<Status>,
	identity: &Identity,
) -> Broken {
	let mut tick = interval(every);
	tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
	let mut last_cached = None;
	loop {
		tokio::select! {
			_ = tick.tick() => {}
			// A machine that is free again or drains says so at once, but not more often than ten times a heartbeat.
			changed = status.changed() => {
				if changed.is_err() {
					std::future::pending::<()>().await;
				}
				sleep(every / 10).await;
			}
		}
		let Status { free_slots, draining } = *status.borrow_and_update();
		let cached = Some((identity.cached)()).filter(|cached| last_cached.as_ref() != Some(cached));
		if cached.is_some() {
			last_cached.clone_from(&cached);
		}
		if let Err(error) = client.heartbeat(session, Heartbeat { free_slots, draining, cached }).await {
			return error.into();
		}
	}
}

/// Tell the scheduler the rest of what is in hand, and then what there is to tell.
async fn tell(
	client: &Arc<WsClient>,
	session: Session,
	rest: Vec<Report>,
	outgoing: &mut mpsc::UnboundedReceiver<Outgoing>,
	logs: &mut VecDeque<(TaskId, Logs)>,
	actor: &mpsc::UnboundedSender<Message>,
) -> Broken {
	if let Err(broken) = tell_these(client, session, rest, logs, actor).await {
		return broken;
	}
	let mut ended = false;
	while !ended {
		let mut reports = Vec::new();
		if logs.is_empty() {
			ended = gather(outgoing, &mut reports, logs, |task, data, answer| {
				let client = client.clone();
				tokio::spawn(async move {
					let taken = client.callback_data(session, task, format!("0x{}", hex::encode(data))).await;
					// Fails only when the worker ends.
					drop(answer.send(taken.map_err(undelivered)));
				});
			})
			.await;
		}
		let told = tell_these(client, session, reports, logs, actor);
		let told = match ended {
			true => timeout(LAST_WORDS_TIME, told).await.unwrap_or(Ok(())),
			false => told.await,
		};
		if let Err(broken) = told {
			return broken;
		}
	}
	Broken::Ended
}

async fn tell_these(
	client: &WsClient,
	session: Session,
	reports: Vec<Report>,
	logs: &mut VecDeque<(TaskId, Logs)>,
	actor: &mpsc::UnboundedSender<Message>,
) -> Result<(), Broken> {
	let reports = condense(reports);
	for some in reports.chunks(MAX_REPORTS) {
		client.report(session, some.to_vec()).await?;
	}
	let ended: Vec<_> = reports.iter().filter(|report| report.step.is_last()).map(|report| report.task).collect();
	if !ended.is_empty() {
		// Fails only when the worker ends: then they are told again after its next start.
		drop(actor.send(Message::Told(ended)));
	}
	while let Some((task, text)) = logs.front() {
		match client.logs(session, *task, text.clone()).await {
			// The scheduler does not want them: they are lost, which costs nobody anything.
			Err(RpcError::Call(refusal)) => log::debug!("logs of task {:?} were refused: {refusal}", task.0),
			result => result?,
		}
		logs.pop_front();
	}
	Ok(())
}

/// Wait for something to tell, and take what comes soon after. Returns whether it was the last.
async fn gather(
	outgoing: &mut mpsc::UnboundedReceiver<Outgoing>,
	reports: &mut Vec<Report>,
	logs: &mut VecDeque<(TaskId, Logs)>,
	mut callback: impl FnMut(TaskId, Vec<u8>, oneshot::Sender<Result<(), Undelivered>>),
) -> bool {
	let mut until = None::<Instant>;
	while reports.len() < MAX_REPORTS && logs.len() < MAX_LOGS {
		let next = tokio::select! {
			next = outgoing.recv() => next,
			() = clock::sleep_until(until) => return false,
		};
		match next {
			Some(Outgoing::Report(report)) => reports.push(report),
			Some(Outgoing::Logs(task, text)) => logs.push_back((task, text)),
			Some(Outgoing::Callback(task, data, answer)) => callback(task, data, answer),
			None => return true,
		}
		until.get_or_insert_with(|| Instant::now() + GATHER_TIME);
	}
	false
}

/// Why the scheduler did not take the data of a callback.
fn undelivered(error: RpcError) -> Undelivered {
	match error {
		RpcError::Call(refusal) if refusal.code() == code::UNKNOWN_TASK => {
			Undelivered::Unknown(refusal.message().into())
		}
		error => Undelivered::Failed(error.to_string()),
	}
}

/// Leave out what only says that a task goes on, where the next step is told too.
fn condense(reports: Vec<Report>) -> Vec<Report> {
	let passing = |step| matches!(step, Step::Started | Step::AppFetched | Step::DataFetched | Step::Computing);
	let mut followed = std::collections::HashSet::new();
	let mut kept: Vec<_> = reports
		.into_iter()
		.rev()
		.filter(|report| !(followed.replace(report.task).is_some() && passing(report.step)))
		.collect();
	kept.reverse();
	kept
}

/// The address of the WebSocket of a scheduler with this base address.
pub(crate) fn websocket(base: &str) -> Option<String> {
	let base = base.trim().trim_end_matches('/');
	let (scheme, rest) = base.split_once("://")?;
	let scheme = match scheme {
		"http" | "ws" => "ws",
		"https" | "wss" => "wss",
		_ => return None,
	};
	(!rest.is_empty()).then(|| format!("{scheme}://{rest}"))
}

#[cfg(test)]
mod tests;
