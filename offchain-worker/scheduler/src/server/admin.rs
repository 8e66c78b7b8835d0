//! What the operator tells the scheduler.

use jsonrpsee::{core::async_trait, types::ErrorObjectOwned};
use rlc_primitives::Moment;
use rlc_protocol::{
	admin::{AdminRpcServer, Ban},
	Account,
};

use super::{internal, Api};
use crate::pool::{Command, Input};

#[async_trait]
impl AdminRpcServer for Api {
	async fn pause(&self) -> Result<(), ErrorObjectOwned> {
		tracing::warn!("the operator pauses the pool");
		self.ask(|reply| Input::Command(Command::Sell(false, reply))).await?.map_err(internal)
	}

	async fn resume(&self) -> Result<(), ErrorObjectOwned> {
		tracing::warn!("the operator lets the pool sell");
		self.ask(|reply| Input::Command(Command::Sell(true, reply))).await?.map_err(internal)
	}

	async fn drain(&self, worker: Account) -> Result<bool, ErrorObjectOwned> {
		tracing::warn!(%worker, "the operator lets a worker end");
		self.ask(|reply| Input::Command(Command::Drain(worker.0, reply))).await
	}

	async fn ban(&self, account: Account, until: Option<u64>) -> Result<(), ErrorObjectOwned> {
		tracing::warn!(%account, "the operator bans a worker or an operator");
		let until = Some(until.unwrap_or(Moment::MAX));
		self.ask(|reply| Input::Command(Command::Ban(account.0, until, reply))).await?.map_err(internal)
	}

	async fn unban(&self, account: Account) -> Result<(), ErrorObjectOwned> {
		tracing::warn!(%account, "the operator ends a ban");
		self.ask(|reply| Input::Command(Command::Ban(account.0, None, reply))).await?.map_err(internal)
	}

	async fn bans(&self) -> Result<Vec<Ban>, ErrorObjectOwned> {
		let bans = self.ask(|reply| Input::Command(Command::Bans(reply))).await?.map_err(internal)?;
		let ban = |(account, until)| Ban { account: Account(account), until: (until != Moment::MAX).then_some(until) };
		Ok(bans.into_iter().map(ban).collect())
	}
}
