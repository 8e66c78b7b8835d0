//! What the operator tells the pool about its workers.

use std::collections::BTreeMap;

use rlc_primitives::{AccountId, Moment};
use rlc_protocol::{worker::Instruction, Account};

use super::{system_time, Input, Pool, Reply};
use crate::{
	db::{in_time, DbError},
	model::{Voice, WorkerState},
};

impl Pool {
	/// Tells a worker to finish its tasks and end. Replies whether it is connected.
	pub(super) fn drain(&mut self, worker: &AccountId, reply: Reply<bool>) {
		let is_known = self.state.worker(worker).is_some_and(|known| known.is_reachable());
		let is_elsewhere = self.state.elsewhere().contains_key(worker);
		if is_elsewhere && !is_known {
			let (means, worker) = (self.means.clone(), worker.clone());
			tokio::spawn(async move {
				let sent = in_time(means.db.send_mail(&worker, &Instruction::Drain)).await;
				let _ = reply.send(sent.is_ok());
			});
			return;
		}
		if is_known {
			self.expect_drain(worker);
			self.send(worker, Instruction::Drain);
		}
		let _ = reply.send(is_known);
	}

	/// Remembers that a worker that is here is asked to drain, until it says so or is gone: its connection may break first.
	fn expect_drain(&mut self, worker: &AccountId) {
		if self.state.worker(worker).is_some_and(WorkerState::is_here) {
			self.drains.insert(worker.clone());
		}
	}

	/// Passes on what another instance tells a worker of this one.
	pub(super) fn deliver(&mut self, worker: &AccountId, instruction: Instruction) {
		if matches!(instruction, Instruction::Drain) {
			self.expect_drain(worker);
		}
		self.means.links.send(worker, instruction);
	}

	/// Asks a worker once more that joined again before it said that it drains.
	pub(super) fn ask_again_to_drain(&self, worker: &AccountId) {
		if self.drains.contains(worker) {
			self.means.links.send(worker, Instruction::Drain);
		}
	}

	/// Does the same with those that have joined other instances, which remember it from then on.
	pub(super) fn pass_drains_on(&mut self, elsewhere: &BTreeMap<AccountId, Voice>) {
		let moved = self.drains.iter().filter(|worker| elsewhere.contains_key(*worker)).cloned().collect::<Vec<_>>();
		for worker in moved {
			self.drains.remove(&worker);
			self.mail(&worker, Instruction::Drain);
		}
	}

	/// Bans a worker or an operator until a time in ms, or no longer: then what a stranger's record says does not keep it away
	/// either. Replies once that is written down.
	pub(super) fn ban(&mut self, account: AccountId, until: Option<Moment>, reply: Reply<Result<(), String>>) {
		let means = self.means.clone();
		tokio::spawn(async move {
			let written = async {
				means.db.ban(account.clone(), until, system_time()).await?;
				match until {
					Some(_) => Ok(()),
					// What its record says goes with it.
					None => means.db.lift(&account).await,
				}
			};
			let result = in_time(written).await.map_err(|error| error.to_string());
			let _ = means.inputs.send(Input::Banned(account, until.is_some(), result, reply)).await;
		});
	}

	/// Takes note that a ban is written down: workers that it is about lose what they have in hand. Other instances find it
	/// when they look at the business again.
	pub(super) fn banned(
		&mut self,
		account: &AccountId,
		is_banned: bool,
		result: Result<(), String>,
		reply: Reply<Result<(), String>>,
	) {
		if result.is_ok() && is_banned {
			self.expel_where(|worker, known| worker == account || known.operator == *account);
		}
		if result.is_ok() && !is_banned {
			let now = self.now();
			self.state.lift(account, now);
		}
		let _ = reply.send(result);
	}

	/// Expels the strangers that are banned since their results were refuted. That is written down, so they cannot join again.
	pub(super) fn expel_banned(&mut self) {
		for worker in std::mem::take(&mut self.expelled) {
			self.expel(&worker);
		}
	}

	/// Expels those that are banned elsewhere, or joined while that was written down: whom the operator banned, and strangers
	/// whose results were refuted.
	pub(super) fn expel_found(&mut self, bans: &BTreeMap<AccountId, Moment>, refuted: &BTreeMap<AccountId, Moment>) {
		self.expel_where(|worker, known| {
			bans.contains_key(worker)
				|| bans.contains_key(&known.operator)
				|| (!known.is_vouched && refuted.contains_key(worker))
		});
	}

	/// Expels the connected workers that are meant.
	fn expel_where(&mut self, is_meant: impl Fn(&AccountId, &WorkerState) -> bool) {
		let here = self.state.workers().iter().filter(|(_, worker)| worker.is_here());
		let meant = here.filter(|(worker, known)| is_meant(worker, known));
		for worker in meant.map(|(worker, _)| worker.clone()).collect::<Vec<_>>() {
			self.expel(&worker);
		}
	}

	/// Ends a worker's session, and gives what it has in hand to others.
	fn expel(&mut self, worker: &AccountId) {
		tracing::warn!(worker = %Account(worker.clone()), "banned: its tasks go elsewhere");
		self.means.links.cut(worker);
		self.drains.remove(worker);
		let now = self.now();
		self.state.expel(worker, now);
	}

	/// Reads who is banned, by the operator or by its record, and until when, in ms.
	pub(super) fn tell_bans(&self, reply: Reply<Result<BTreeMap<AccountId, Moment>, String>>) {
		let means = self.means.clone();
		tokio::spawn(async move {
			let now = system_time();
			let read = async {
				let mut bans = means.db.bans().await?;
				bans.retain(|_, until| *until > now);
				for (worker, until) in means.db.refuted(now).await? {
					let known = bans.entry(worker).or_default();
					*known = until.max(*known);
				}
				Ok::<_, DbError>(bans)
			};
			let _ = reply.send(in_time(read).await.map_err(|error| error.to_string()));
		});
	}
}
