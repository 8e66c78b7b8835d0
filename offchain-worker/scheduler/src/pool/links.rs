//! Connections to workers: sessions, and the instructions that go over them.

use std::collections::HashMap;

use rlc_primitives::AccountId;
use rlc_protocol::{
	worker::{Instruction, Session},
	Account,
};
use sp_core::H256;
use tokio::sync::mpsc::{self, error::TrySendError};

/// The most instructions that wait for a worker: one that is slower is cut off, and joins again.
const MAX_INSTRUCTIONS: usize = 1_024;

struct Link {
	account: AccountId,
	instructions: mpsc::Sender<Instruction>,
	/// Until the worker subscribes to its instructions.
	receiver: Option<mpsc::Receiver<Instruction>>,
}

/// The sessions of workers that are here.
#[derive(Default)]
pub(super) struct Links {
	links: HashMap<Session, Link>,
	sessions: HashMap<AccountId, Session>,
}

impl Links {
	/// Opens a new session of a worker, and ends its old one.
	pub fn open(&mut self, account: &AccountId) -> Session {
		self.cut(account);
		let session = H256(rand::random());
		let (instructions, receiver) = mpsc::channel(MAX_INSTRUCTIONS);
		self.links.insert(session, Link { account: account.clone(), instructions, receiver: Some(receiver) });
		self.sessions.insert(account.clone(), session);
		session
	}

	/// Returns the worker that has this session.
	pub fn account(&self, session: &Session) -> Option<AccountId> {
		self.links.get(session).map(|link| link.account.clone())
	}

	/// Returns the instructions of a session, once.
	pub fn take(&mut self, session: &Session) -> Option<mpsc::Receiver<Instruction>> {
		self.links.get_mut(session)?.receiver.take()
	}

	/// Ends a worker's session.
	pub fn cut(&mut self, account: &AccountId) {
		if let Some(session) = self.sessions.remove(account) {
			self.links.remove(&session);
		}
	}

	/// Sends a worker an instruction. Returns whether it is here, and fast enough.
	pub fn send(&mut self, account: &AccountId, instruction: Instruction) -> bool {
		let link = self.sessions.get(account).and_then(|session| self.links.get(session));
		let Some(link) = link else { return false };
		let why = match link.instructions.try_send(instruction) {
			Ok(()) => return true,
			Err(TrySendError::Full(_)) => "does not take its instructions",
			Err(TrySendError::Closed(_)) => "has closed its connection",
		};
		tracing::warn!(worker = %Account(account.clone()), "cut off: it {why}");
		self.cut(account);
		false
	}
}
