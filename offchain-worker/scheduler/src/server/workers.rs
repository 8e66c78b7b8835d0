//! What workers ask and report.

use std::time::Duration;

use jsonrpsee::{
	core::{async_trait, SubscriptionResult},
	types::ErrorObjectOwned,
	PendingSubscriptionSink, SubscriptionMessage,
};
use rlc_primitives::{work::MAX_CALLBACK_DATA, AccountId, Moment, TaskId};
use rlc_protocol::{
	requester::code,
	version::{self, Protocols},
	worker::{Challenge, Heartbeat, Join, Joined, Logs, Report, Session, Shown, Step, WorkerRpcServer, MAX_REPORTS},
	Account,
};
use tracing::instrument;

use super::{caller::Caller, error, internal, unknown_session, Api};
use crate::{
	admission::{self, Admission},
	db::in_time,
	delegations,
	model::{Member, Record, HOUR, MAX_CACHED},
	pool::{system_time, Brought, Input, Means},
	vouching::ensure_owns,
};

/// How long a worker may take to receive an instruction.
const INSTRUCTION_TIME: Duration = Duration::from_secs(30);

/// How many more turns of its address a join takes than another call: a signature is checked, and the chain is asked.
const JOIN_TURNS: u32 = 2;

/// The longest words about a failure, in bytes.
const MAX_CAUSE: usize = 64 * 1024;

#[async_trait]
impl WorkerRpcServer for Api {
	async fn challenge(&self, account: Account, protocols: Option<Protocols>) -> Result<Challenge, ErrorObjectOwned> {
		let now = system_time();
		let challenge = self.challenges.give(&account.0, Caller::current()?.connection, now);
		let identity = &self.means.identity;
		Ok(Challenge {
			protocol: version::choose(protocols),
			challenge,
			not_after: admission::not_after(now),
			workerpool: identity.workerpool,
			genesis: identity.genesis,
		})
	}

	#[instrument(skip_all, fields(worker = %join.account))]
	async fn join(&self, join: Join) -> Result<Joined, ErrorObjectOwned> {
		version::check_client("worker", join.protocol)
			.map_err(|other| error(code::OTHER_PROTOCOL, other.to_string()))?;
		let caller = Caller::current()?;
		if !self.challenges.is_good(&join.challenge, &join.account.0, caller.connection, system_time()) {
			return Err(error(code::NOT_ALLOWED, "the challenge is not yours, or is too old: ask for a new one"));
		}
		if !caller.may_join(&join.account.0) {
			return Err(error(code::NOT_ALLOWED, "another worker joined over this connection: open one of your own"));
		}
		self.gate.charge(&caller.peer, JOIN_TURNS).await?;
		let identity = &self.means.identity;
		admission::check(&join, identity.workerpool, identity.genesis, system_time())?;
		self.gate.admit_account(&join.account.0).await?;
		if join.standby && self.is_elsewhere(&join.account.0, caller.connection).await? {
			return Err(error(code::ELSEWHERE, "another machine works with this key; give each a key of its own"));
		}
		check_reports(join.held.iter().map(|held| &held.report))?;
		let record = self.ensure_no_ban(&join).await?;
		let member = {
			let _question = self.gate.chain().await;
			self.ensure_proxy(&join).await?;
			self.admit(&join).await?;
			self.member(join, record).await?
		};
		let account = member.account.clone();
		let joined = self.ask(|reply| Input::Join(Box::new(member), caller.line(), reply)).await?;
		caller.joined(account);
		Ok(joined)
	}

	async fn subscribe_instructions(&self, pending: PendingSubscriptionSink, session: Session) -> SubscriptionResult {
		let Some(mut instructions) = self.means.links.take(&session, pending.connection_id().0) else {
			pending.reject(unknown_session()).await;
			return Ok(());
		};
		let sink = pending.accept().await?;
		loop {
			let instruction = tokio::select! {
				_ = sink.closed() => break,
				instruction = instructions.recv() => instruction,
			};
			// A session that ended has no more instructions.
			let Some(instruction) = instruction else { break };
			let message = SubscriptionMessage::from_json(&instruction)?;
			if sink.send_timeout(message, INSTRUCTION_TIME).await.is_err() {
				break;
			}
		}
		Ok(())
	}

	async fn heartbeat(&self, session: Session, mut heartbeat: Heartbeat) -> Result<(), ErrorObjectOwned> {
		if let Some(cached) = &mut heartbeat.cached {
			cached.truncate(MAX_CACHED);
		}
		ensure_session(self.means.links.beat(&session, Caller::current()?.connection, heartbeat))
	}

	async fn report(&self, session: Session, reports: Vec<Report>) -> Result<(), ErrorObjectOwned> {
		self.ensure_own(&session)?;
		check_reports(reports.iter())?;
		let unknown = reports.iter().filter(|report| self.means.board.task(&report.task).is_none()).count();
		if let Some(worker) = Caller::current()?.worker() {
			self.gate.admit_unknown(worker, unknown).await?;
		}
		ensure_session(self.ask(|reply| Input::Reports(session, reports, reply)).await?)
	}

	#[instrument(skip_all, fields(task = ?task.0))]
	async fn logs(&self, session: Session, task: TaskId, logs: Logs) -> Result<(), ErrorObjectOwned> {
		self.ensure_own(&session)?;
		ensure_session(self.ask(|reply| Input::Logs(session, task, logs, reply)).await?)
	}

	async fn shown(&self, session: Session, shown: Vec<Shown>) -> Result<(), ErrorObjectOwned> {
		self.ensure_own(&session)?;
		self.pass_on(&session, shown)
	}

	#[instrument(skip_all, fields(task = ?task.0))]
	async fn callback_data(&self, session: Session, task: TaskId, data: String) -> Result<(), ErrorObjectOwned> {
		self.ensure_own(&session)?;
		let bytes = rlc_json::hex::read(&data).filter(|bytes| bytes.len() <= MAX_CALLBACK_DATA as usize);
		let wrong = || error(code::NOT_ALLOWED, "these are not the data of that task, or it is not this worker's");
		let bytes = bytes.ok_or_else(wrong)?;
		match self.ask(|reply| Input::CallbackData(session, task, bytes, reply)).await? {
			Some(Brought::Taken) => Ok(()),
			Some(Brought::Wrong) => Err(wrong()),
			Some(Brought::Unknown) => {
				let words = "this worker has no part in such a task; drop its data";
				Err(error(code::UNKNOWN_TASK, words))
			}
			Some(Brought::Later) => {
				Err(error(code::INTERNAL, "the task cannot be looked at now; bring its data again soon"))
			}
			None => Err(unknown_session()),
		}
	}
}

impl Api {
	/// Refuses a session that is not this connection's, before the pool is asked.
	fn ensure_own(&self, session: &Session) -> Result<(), ErrorObjectOwned> {
		ensure_session(self.means.links.is_of(session, Caller::current()?.connection))
	}

	/// Returns whether a worker has joined over another connection, at any instance.
	async fn is_elsewhere(&self, account: &AccountId, connection: usize) -> Result<bool, ErrorObjectOwned> {
		let Means { links, db, .. } = &self.means;
		let is_here = links.is_elsewhere(account, connection);
		if is_here || !db.is_shared() {
			return Ok(is_here);
		}
		let _question = self.gate.database().await;
		let workers = in_time(db.workers_elsewhere()).await.map_err(internal)?;
		Ok(workers.iter().any(|(worker, _)| worker == account))
	}

	/// Refuses a worker whose signer may not act for its account. The chain is asked each time: a proxy that was removed is
	/// refused the next time.
	async fn ensure_proxy(&self, join: &Join) -> Result<(), ErrorObjectOwned> {
		let Some((account, proxy)) = admission::proxy(join) else { return Ok(()) };
		let asked = self.means.chain.is_worker_proxy(account.clone(), proxy.clone()).await;
		if asked.map_err(internal)? {
			return Ok(());
		}
		let [account, proxy] = [account, proxy].map(|account| Account(account.clone()));
		let words = format!(
			"{proxy} is not a proxy of {account} for workers; name it with `rlc account proxy add {proxy} --type worker`"
		);
		Err(error(code::NOT_ALLOWED, words))
	}

	/// Refuses a worker that the operator has banned, or whose operator is, and one whose record keeps it out, whoever vouches for
	/// it now. Returns its record.
	async fn ensure_no_ban(&self, join: &Join) -> Result<Record, ErrorObjectOwned> {
		let (bans, record) = {
			let _question = self.gate.database().await;
			let asked = async { Ok((self.means.db.bans().await?, self.means.db.record(&join.account.0).await?)) };
			in_time(asked).await.map_err(internal)?
		};
		let now = system_time();
		if record.is_banned(now) {
			let hours = record.banned.saturating_sub(now).div_ceil(HOUR);
			let words = format!(
				"{account} may not join this pool for {hours} h: other workers refuted its result; check its memory, disk, and \
				 program, or ask the pool's operator to lift the ban with `rlc scheduler ban {account} --lift`",
				account = join.account
			);
			return Err(error(code::NOT_ALLOWED, words));
		}
		let banned = admission::candidates(join).find_map(|account| {
			let until = bans.get(account).filter(|until| **until > now)?;
			Some((Account(account.clone()), *until))
		});
		let Some((account, until)) = banned else { return Ok(record) };
		let time = match until {
			Moment::MAX => String::new(),
			until => format!(" for {} h", until.saturating_sub(now).div_ceil(HOUR)),
		};
		Err(error(code::NOT_ALLOWED, format!("{account} may not join this pool{time}: ask its operator")))
	}

	/// Admits a worker, or refuses it. The chain is asked each time: a worker that left the group is refused the next time.
	async fn admit(&self, join: &Join) -> Result<(), ErrorObjectOwned> {
		let mut in_group = false;
		if let Admission::Group(group) = &self.entry.admission {
			for account in admission::candidates(join) {
				in_group = in_group || self.means.chain.is_member(*group, account.clone()).await.map_err(internal)?;
			}
		}
		admission::admit(join, &self.entry.admission, &self.means.identity.account, in_group)?;
		Ok(())
	}

	/// Returns what is to be known of a worker that was admitted. Refuses one that nobody vouches for and that owns too little.
	async fn member(&self, join: Join, record: Record) -> Result<Member, ErrorObjectOwned> {
		let Means { chain, identity, terms, .. } = &self.means;
		let is_vouched = self.entry.vouches_for(&join, &identity.account);
		let Join { account, operator, resources, held, .. } = join;
		let asked = futures::try_join!(chain.funds(account.0.clone()), chain.score(account.0.clone()));
		let (funds, score) = asked.map_err(internal)?;
		if !is_vouched {
			let dearest = chain.worker_stake(terms.dearest()).await.map_err(internal)?;
			ensure_owns(&account, &funds, self.entry.least_stake, dearest)?;
		}
		let held = delegations::verified(held, &account.0, identity);
		let operator = operator.map(|operator| operator.account.0);
		Ok(Member {
			account: account.0,
			operator,
			is_vouched,
			resources,
			held,
			score,
			record,
			funds: funds.spendable(),
		})
	}
}

/// Checks that a session lives.
fn ensure_session(is_alive: bool) -> Result<(), ErrorObjectOwned> {
	is_alive.then_some(()).ok_or_else(unknown_session)
}

/// Checks that reports are within bounds.
fn check_reports<'a>(reports: impl ExactSizeIterator<Item = &'a Report> + Clone) -> Result<(), ErrorObjectOwned> {
	if reports.len() > MAX_REPORTS {
		return Err(error(code::NOT_ALLOWED, format!("at most {MAX_REPORTS} steps can be reported at once")));
	}
	let size = |report: &Report| report.cause.as_ref().map_or(0, |cause| cause.words.len());
	if reports.clone().any(|report| size(report) > MAX_CAUSE) {
		return Err(error(code::NOT_ALLOWED, "a cause is too long"));
	}
	if reports.clone().any(|report| report.step == Step::Created) {
		return Err(error(code::NOT_ALLOWED, "a worker begins with the step \"started\""));
	}
	Ok(())
}
