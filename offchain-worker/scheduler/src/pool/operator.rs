//! What the operator tells the pool about its workers.

use std::collections::BTreeMap;

use rlc_primitives::{AccountId, Moment};
use rlc_protocol::{worker::Instruction, Account};

use super::{system_time, Input, Pool, Reply};

impl Pool {
	/// Tells a worker to finish its tasks and end. Replies whether it is connected.
	pub(super) fn drain(&mut self, worker: &AccountId, reply: Reply<bool>) {
		let is_known = self.state.worker(worker).is_some_and(|known| known.is_reachable());
		let is_elsewhere = self.state.elsewhere().contains(worker);
		if is_elsewhere && !is_known {
			let (means, worker) = (self.means.clone(), worker.clone());
			tokio::spawn(async move {
				let sent = means.db.send_mail(&worker, &Instruction::Drain).await;
				let _ = reply.send(sent.is_ok());
			});
			return;
		}
		if is_known {
			self.send(worker, Instruction::Drain);
		}
		let _ = reply.send(is_known);
	}

	/// Bans a worker or an operator until a time in ms, or no longer. Replies once that is written down.
	pub(super) fn ban(&mut self, account: AccountId, until: Option<Moment>, reply: Reply<Result<(), String>>) {
		let means = self.means.clone();
		tokio::spawn(async move {
			let written = means.db.ban(account.clone(), until, system_time()).await;
			let result = written.map_err(|error| error.to_string());
			let _ = means.inputs.send(Input::Banned(account, until.is_some(), result, reply)).await;
		});
	}

	/// Takes note that a ban is written down: workers that it is about lose what they have in hand. Those of other instances
	/// are refused when they join again.
	pub(super) fn banned(
		&mut self,
		account: &AccountId,
		is_banned: bool,
		result: Result<(), String>,
		reply: Reply<Result<(), String>>,
	) {
		if result.is_ok() && is_banned {
			let here = self.state.workers().iter().filter(|(_, worker)| worker.is_here());
			let theirs = here.filter(|(worker, known)| *worker == account || known.operator == *account);
			for worker in theirs.map(|(worker, _)| worker.clone()).collect::<Vec<_>>() {
				tracing::warn!(worker = %Account(worker.clone()), "banned: its tasks go elsewhere");
				self.links.cut(&worker);
				let now = self.now();
				self.state.lose(&worker, now);
			}
		}
		let _ = reply.send(result);
	}

	/// Reads who is banned, and until when, in ms.
	pub(super) fn tell_bans(&self, reply: Reply<Result<BTreeMap<AccountId, Moment>, String>>) {
		let means = self.means.clone();
		tokio::spawn(async move {
			let mut bans = means.db.bans().await.map_err(|error| error.to_string());
			if let Ok(bans) = &mut bans {
				let now = system_time();
				bans.retain(|_, until| *until > now);
			}
			let _ = reply.send(bans);
		});
	}
}
