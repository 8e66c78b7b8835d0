//! What can go wrong with a scheduler as a whole.

use std::{fmt::Display, net::SocketAddr};

use rlc_primitives::{GroupId, WorkerpoolId};
use rlc_service::listen::ListenError;

use crate::db::DbError;

/// Why a scheduler does not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// The chain does not answer, or refuses.
	#[error(transparent)]
	Chain(#[from] rlc_chain::Error),
	/// The database cannot be used.
	#[error(transparent)]
	Db(#[from] DbError),
	/// The store cannot be used.
	#[error("the store: {0}")]
	Store(#[from] rlc_store::StoreError),
	/// The address cannot be listened on.
	#[error(transparent)]
	Listen(#[from] ListenError),
	/// What goes over the network could be read by others.
	#[error(
		"{0} is not an address of this machine alone, and nothing would be encrypted there; give --tls-certificate and \
		 --tls-key; or listen at 127.0.0.1 behind a reverse proxy, or name the proxy by --behind-proxy; or, where nobody else \
		 is on the network, give --clear-text"
	)]
	ClearText(SocketAddr),
	/// The chain does not tell the time.
	#[error("the chain does not tell the time: {0}")]
	NoTime(String),
	/// There is no such pool.
	#[error(
		"workerpool {:?} is not registered on this chain; register one, or give the scheduler a --name for a new one", .0.0
	)]
	UnknownPool(WorkerpoolId),
	/// There is no such group.
	#[error(
		"group {:?} is not registered on this chain; create it with registry.createGroup, or name another for the pool", .0.0
	)]
	UnknownGroup(GroupId),
	/// Another account owns the pool.
	#[error(
		"workerpool {:?} is owned by {}, not by this key; start with the owner's key, or on the owner's behalf", .0.0, .1
	)]
	NotOwner(WorkerpoolId, rlc_protocol::Account),
	/// A proxy may not register a pool for its account.
	#[error(
		"{1} has no workerpool called {0:?}, and its proxy cannot register one; run `rlc workerpool init` \
		 with the account's own key"
	)]
	Unregistered(String, rlc_protocol::Account),
	/// A URL at which others are to reach the scheduler cannot work.
	#[error("{option} {fault}; write it as https://HOST or http://HOST:PORT, as others reach the scheduler")]
	BadUrl {
		/// What it was given as.
		option: &'static str,
		/// What is wrong with it.
		fault: &'static str,
	},
	/// Nobody else reaches the scheduler at its URL.
	#[error(
		"nobody else reaches {0}, and this network is for everybody; give --public-url, the URL at which others do"
	)]
	Unreachable(String),
	/// The pool's description does not fit on the chain.
	#[error("the pool's name and URL are too long together: at most 256 bytes of JSON; give it shorter ones")]
	LongDescription,
	/// Something that cannot happen did.
	#[error("the scheduler failed: {0}; this is a bug, please report it")]
	Internal(String),
}

impl Error {
	/// Returns an error that cannot happen.
	pub(crate) fn internal(what: impl Display) -> Self {
		Self::Internal(what.to_string())
	}
}
