//! The other side of one WebSocket.

use std::{
	io,
	pin::Pin,
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc, OnceLock,
	},
	task::{ready, Context, Poll},
};

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use jsonrpsee::types::ErrorObjectOwned;
use rlc_primitives::AccountId;
use rlc_protocol::{requester::code, Account};
use rlc_service::http::Peer;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::error;
use crate::pool::{Line, Pulse};

/// The largest message of one that has not joined, in bytes.
const MAX_MESSAGE: usize = 512 * 1024;

/// How many bytes of a message count together, for what is held for an address.
const PART: usize = 64 * 1024;

tokio::task_local! {
	/// Who makes the call that is being answered.
	pub(super) static CALLER: Arc<Caller>;
}

/// The other side of one WebSocket.
pub(super) struct Caller {
	/// The number of the connection.
	pub connection: usize,
	pub peer: Arc<Peer>,
	pub pulse: Arc<Pulse>,
	/// The worker that joined.
	worker: OnceLock<AccountId>,
	/// The bytes of the message that is being read, or that waits for its turn.
	received: AtomicUsize,
}

impl Caller {
	pub fn new(connection: usize, peer: Arc<Peer>) -> Self {
		Self { connection, peer, pulse: Arc::default(), worker: OnceLock::new(), received: AtomicUsize::new(0) }
	}

	/// Returns who makes the call that is being answered.
	pub fn current() -> Result<Arc<Self>, ErrorObjectOwned> {
		let caller = CALLER.try_with(Arc::clone);
		caller.map_err(|_| error(code::INTERNAL, "this call needs a connection of its own"))
	}

	/// Returns the worker that joined, if one has.
	pub fn worker(&self) -> Option<&AccountId> {
		self.worker.get()
	}

	/// Returns whether this account may join here: a connection serves one worker.
	pub fn may_join(&self, account: &AccountId) -> bool {
		self.worker().is_none_or(|worker| worker == account)
	}

	/// Records that a worker joined. From now on it has turns of its own, and keeps its connection in a crowd.
	pub fn joined(&self, account: AccountId) {
		let worker = self.worker.get_or_init(|| account);
		if !self.peer.prove() {
			let worker = Account(worker.clone());
			tracing::info!(%worker, "its address has many workers: it may have to make room for others");
		}
	}

	/// Returns the connection of a worker, for the pool.
	pub fn line(&self) -> Line {
		Line { connection: self.connection, pulse: self.pulse.clone() }
	}

	/// Counts bytes of the message that is being read. Returns whether they may be held.
	fn receive(&self, bytes: usize) -> bool {
		let before = self.received.fetch_add(bytes, Ordering::Relaxed);
		let received = before.saturating_add(bytes);
		let parts = received / PART - before / PART;
		let is_short = received <= MAX_MESSAGE || self.worker().is_some();
		is_short && (parts == 0 || self.peer.hold(parts * PART))
	}

	/// Returns how many bytes came for the message that was just read: with the frames of it, and with what came before it and
	/// wants no answer.
	pub fn received(&self) -> usize {
		self.received.load(Ordering::Relaxed)
	}

	/// Records that a message that was read had its turn.
	pub fn taken(&self) {
		if self.received.swap(0, Ordering::Relaxed) >= PART {
			self.peer.let_go();
		}
	}
}

/// A connection on which strangers send no large messages, and nobody too many from one address: what has come of a message
/// is held in memory.
pub(super) struct Measured {
	connection: TokioIo<Upgraded>,
	caller: Arc<Caller>,
}

impl Measured {
	pub fn new(connection: Upgraded, caller: Arc<Caller>) -> Self {
		Self { connection: TokioIo::new(connection), caller }
	}
}

impl AsyncRead for Measured {
	fn poll_read(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		let before = buffer.filled().len();
		ready!(Pin::new(&mut self.connection).poll_read(context, buffer))?;
		let read = buffer.filled().len() - before;
		if !self.caller.receive(read) {
			return Poll::Ready(Err(io::Error::other("too large a message, or too many of its address")));
		}
		Poll::Ready(Ok(()))
	}
}

impl AsyncWrite for Measured {
	fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
		Pin::new(&mut self.connection).poll_write(context, bytes)
	}

	fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.connection).poll_flush(context)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.connection).poll_shutdown(context)
	}
}
