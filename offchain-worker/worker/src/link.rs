//! The connection to the scheduler: opened again whenever it breaks.
//!
//! What the scheduler is told of tasks need not survive a break: a worker that joins again names all that is in hand, with
//! the last step of each. Only what apps wrote is kept for later.
//!
//! A scheduler takes a list of [`MAX_REPORTS`] tasks, and concludes that the worker no longer has the others: unless a
//! contribution is on chain, it gives such a task to another worker, or to this one again, and passes over what this one
//! reports of it until then. So what is not on chain is named first, and what has ended last. The rest is told after
//! joining like any other step. At worst, a task for which that was too late is computed twice, and its failure counts as
//! a loss.

mod audience;
mod broken;
mod show;
mod tell;

use std::{sync::Arc, time::Duration};

use codec::Encode;
use jsonrpsee::{
	core::client::{Error as RpcError, Subscription},
	ws_client::{WsClient, WsClientBuilder},
};
use rlc_primitives::{Signature, WorkerpoolId};
use rlc_protocol::{
	requester::code,
	signing::{Bounds, Claim},
	version::{self, SPOKEN},
	worker::{
		Challenge, Heartbeat, Instruction, Join, Operator, Report, Resources, Session, WorkerRpcClient, MAX_REPORTS,
	},
	Account,
};
use sp_core::H256;
use tokio::{
	sync::{mpsc, oneshot, watch},
	time::{interval, sleep, MissedTickBehavior},
};

pub(crate) use self::audience::Whereabouts;
use self::{
	broken::Broken,
	show::show,
	tell::{put_by, tell, tell_drained, UntoldLogs},
};
use crate::{
	clock::{BACKOFF, LONGEST_WAIT},
	messages::{Message, Outgoing, Status},
	results::Results,
	shows::Shows,
};

/// How long an answer of the scheduler is waited for.
const REQUEST_TIME: Duration = Duration::from_secs(20);

/// The most instructions that wait while the worker is busy. Each may hold many tasks.
const MAX_INSTRUCTIONS: usize = 4_096;

/// Signs with the worker's key.
type Sign = Box<dyn Fn(&[u8]) -> Signature + Send + Sync>;

/// The worker that joins.
pub(crate) struct Identity {
	pub account: Account,
	/// Whose key signs, if that is a proxy of the account.
	pub signer: Option<Account>,
	pub genesis: H256,
	/// The pool that it joins. `None`: the one that is at the scheduler's address, as the chain says; once it was found, it
	/// joins no other.
	pub workerpool: Option<WorkerpoolId>,
	/// Asks the chain where a pool is.
	pub whereabouts: Whereabouts,
	pub sign: Sign,
	pub operator: Option<Operator>,
	/// What it offers. It joins again when that changes.
	pub resources: watch::Receiver<Resources>,
	/// Checksums of what need not be fetched.
	pub cached: Box<dyn Fn() -> Vec<H256> + Send + Sync>,
	/// Whether it joins only if no other machine works with its key, since one took its place.
	pub standby: bool,
}

/// The connection.
pub(crate) struct Link {
	/// `ws://…` or `wss://…`.
	pub url: String,
	pub identity: Identity,
	pub outgoing: mpsc::UnboundedReceiver<Outgoing>,
	pub status: watch::Receiver<Status>,
	pub actor: mpsc::UnboundedSender<Message>,
	/// Is told what the pool's store takes.
	pub results: Arc<Results>,
	/// What apps write, for those who read along.
	pub shows: Arc<Shows>,
}

/// What serving a scheduler takes, once it has admitted the worker.
struct Admitted {
	session: Session,
	/// How often to send heartbeats.
	heartbeat: Duration,
	/// What is in hand and had no room in the request to join.
	rest: Vec<Report>,
}

impl Link {
	/// Keeps connected until nothing more is to be told.
	pub async fn run(mut self) {
		let mut logs = UntoldLogs::new();
		let mut waits = BACKOFF.waits();
		loop {
			let mut has_joined = false;
			match self.connect_once(&mut logs, &mut has_joined).await {
				Broken::Ended => return,
				// It was said when that machine came.
				broken @ Broken::Elsewhere => tracing::debug!("scheduler {}: {broken}", self.url),
				broken => {
					tracing::warn!("scheduler {}: {broken}", self.url);
					self.identity.standby |= matches!(broken, Broken::Replaced);
				}
			}
			if has_joined {
				waits.reset();
			}
			let next = waits.next_wait().filter(|_| !self.identity.standby);
			let wait = sleep(next.unwrap_or(LONGEST_WAIT));
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

	/// Joins and serves, until something breaks.
	async fn connect_once(&mut self, logs: &mut UntoldLogs, has_joined: &mut bool) -> Broken {
		let client = WsClientBuilder::default()
			.request_timeout(REQUEST_TIME)
			.connection_timeout(REQUEST_TIME)
			.max_buffer_capacity_per_subscription(MAX_INSTRUCTIONS)
			// One connection: it follows no redirections, which could lead to clear text.
			.max_redirections(1)
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
		*has_joined = true;
		self.identity.standby = false;
		let instructions = match client.subscribe_instructions(session).await {
			Ok(instructions) => instructions,
			Err(error) => return error.into(),
		};
		tracing::info!("joined the pool of {}", self.url);
		let Self { identity, outgoing, status, actor, shows, .. } = self;
		let mut resources = identity.resources.clone();
		let broken = tokio::select! {
			Ok(()) = resources.changed() => Broken::Outdated,
			broken = take_instructions(instructions, actor) => broken,
			broken = send_heartbeats(&client, session, heartbeat, status.clone(), identity) => broken,
			broken = show(&client, session, shows) => broken,
			broken = tell(&client, session, rest, outgoing, logs, actor) => broken,
			() = client.on_disconnect() => Broken::Closed,
		};
		if matches!(broken, Broken::Ended) {
			let last = *status.borrow();
			tell_drained(&client, session, last).await;
		}
		broken
	}

	/// Shows who is there and what it has in hand.
	async fn join(&mut self, client: &WsClient, logs: &mut UntoldLogs) -> Result<Admitted, Broken> {
		let challenge = client.challenge(self.identity.account.clone(), Some(SPOKEN)).await?;
		let protocol = version::check("worker", challenge.protocol)?;
		if challenge.genesis != self.identity.genesis {
			return Err(Broken::OtherChain(challenge.genesis));
		}
		self.ensure_pool(challenge.workerpool).await?;
		let signature = (self.identity.sign)(&claim(&challenge).payload()).encode();
		let (ask, answer) = oneshot::channel();
		self.actor.send(Message::Connected(ask)).map_err(|_| Broken::Ended)?;
		let mut held = answer.await.map_err(|_| Broken::Ended)?;
		// The earlier the step, the more is lost if the scheduler does not know of it.
		held.sort_by_key(|held| held.report.step);
		let rest = held.split_off(held.len().min(MAX_REPORTS)).into_iter().map(|held| held.report).collect();
		// What was to be told before is in the list, or in the rest of it.
		while let Ok(outgoing) = self.outgoing.try_recv() {
			put_by(outgoing, logs);
		}
		let ended = held.iter().map(|held| &held.report).filter(|report| report.step.is_last());
		let ended: Vec<_> = ended.map(|report| report.task).collect();
		let resources = self.identity.resources.borrow_and_update().clone();
		let identity = &self.identity;
		let join = Join {
			protocol,
			account: identity.account.clone(),
			challenge: challenge.challenge,
			not_after: challenge.not_after,
			signature,
			signer: identity.signer.clone(),
			operator: identity.operator.clone(),
			resources,
			version: env!("CARGO_PKG_VERSION").into(),
			held,
			standby: identity.standby,
		};
		let joined = client.join(join).await.map_err(|error| match error {
			RpcError::Call(refusal) if refusal.code() == code::ELSEWHERE => Broken::Elsewhere,
			error => error.into(),
		})?;
		self.results.limit(joined.max_result);
		if let Some(time) = joined.retention {
			self.results.retain(time);
		}
		let messages = [Message::Told(ended), Message::Joined(joined.forget)];
		messages.into_iter().try_for_each(|message| self.actor.send(message)).map_err(|_| Broken::Ended)?;
		let heartbeat = Duration::from_millis(joined.heartbeat.max(10));
		Ok(Admitted { session: joined.session, heartbeat, rest })
	}
}

/// Returns what a worker claims that answers this challenge.
fn claim(challenge: &Challenge) -> Claim<'static> {
	let Challenge { challenge: nonce, not_after, workerpool, genesis, .. } = challenge.clone();
	Claim::Join(Bounds { genesis, workerpool, not_after, nonce })
}

async fn take_instructions(
	mut instructions: Subscription<Instruction>,
	actor: &mpsc::UnboundedSender<Message>,
) -> Broken {
	while let Some(instruction) = instructions.next().await {
		match instruction {
			Ok(Instruction::Replaced) => return Broken::Replaced,
			Ok(instruction) => {
				if actor.send(Message::Instruction(instruction)).is_err() {
					return Broken::Ended;
				}
			}
			Err(error) => tracing::warn!("an instruction of the scheduler is not understood: {error}"),
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
	tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
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

#[cfg(test)]
mod tests;
