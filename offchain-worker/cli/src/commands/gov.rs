//! `rlc gov`: what RLC's holders decide.

mod deposit;
mod list;
mod propose;
mod refund;
mod show;
mod status;
mod unlock;
mod vote;
mod votes;

use clap::Subcommand;

use crate::{answer::Answer, context::Context, failure::Result};

/// Referenda: what RLC's holders decide
///
/// With --on-behalf-of, a proxy of type governance acts for a holder.
#[derive(Debug, Subcommand)]
pub(crate) enum Gov {
	List(list::List),
	Show(show::Show),
	Propose(propose::Propose),
	Deposit(deposit::Deposit),
	Vote(vote::Vote),
	Status(status::Status),
	Votes(votes::Votes),
	Unlock(unlock::Unlock),
	Refund(refund::Refund),
}

pub(crate) async fn run(command: Gov, context: &Context) -> Result<Answer> {
	match command {
		Gov::List(command) => list::run(command, context).await,
		Gov::Show(command) => show::run(command, context).await,
		Gov::Propose(command) => propose::run(command, context).await,
		Gov::Deposit(command) => deposit::run(command, context).await,
		Gov::Vote(command) => vote::run(command, context).await,
		Gov::Status(command) => status::run(command, context).await,
		Gov::Votes(command) => votes::run(command, context).await,
		Gov::Unlock(command) => unlock::run(command, context).await,
		Gov::Refund(command) => refund::run(command, context).await,
	}
}
