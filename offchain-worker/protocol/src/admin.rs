//! Between a scheduler and its operator. It is served at a socket in the file system that nobody else can connect to, beside
//! [`requester`](crate::requester)'s questions.

use jsonrpsee::{proc_macros::rpc, types::ErrorObjectOwned};
use serde::{Deserialize, Serialize};

use crate::Account;

/// A worker or an operator of workers that may not join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
	/// Who.
	pub account: Account,
	/// Until when, in ms; `None`: for good.
	pub until: Option<u64>,
}

/// What an operator tells its scheduler. Errors: [`code`](crate::requester::code).
#[rpc(server, client, namespace = "admin")]
pub trait AdminRpc {
	/// Withdraws the pool's orders, until [`resume`](Self::resume). Deals go on.
	#[method(name = "pause")]
	async fn pause(&self) -> Result<(), ErrorObjectOwned>;

	/// Lets the pool sell, though it was paused, or too much stake was lost.
	#[method(name = "resume")]
	async fn resume(&self) -> Result<(), ErrorObjectOwned>;

	/// Tells a worker to finish its tasks and end. Returns whether it is connected.
	#[method(name = "drain")]
	async fn drain(&self, worker: Account) -> Result<bool, ErrorObjectOwned>;

	/// Keeps a worker out, or all of an operator, until a time in ms, or for good. What they have in hand goes elsewhere.
	#[method(name = "ban")]
	async fn ban(&self, account: Account, until: Option<u64>) -> Result<(), ErrorObjectOwned>;

	/// Lets them join again.
	#[method(name = "unban")]
	async fn unban(&self, account: Account) -> Result<(), ErrorObjectOwned>;

	/// Returns who may not join.
	#[method(name = "bans")]
	async fn bans(&self) -> Result<Vec<Ban>, ErrorObjectOwned>;
}
