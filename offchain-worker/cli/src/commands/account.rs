//! `rlc account`: keys and balances.

mod create;
mod export;
mod history;
mod import;
mod list;
mod proxy;
mod remove;
mod send;
mod show;

use clap::Subcommand;

use crate::{answer::Answer, context::Context, failure::Result};

/// Keys and balances
#[derive(Debug, Subcommand)]
pub(crate) enum Account {
	Create(create::Create),
	Import(import::Import),
	List(list::List),
	Show(show::Show),
	History(history::Past),
	Send(send::Send),
	Export(export::Export),
	Remove(remove::Remove),
	#[command(subcommand)]
	Proxy(proxy::Proxy),
}

pub(crate) async fn run(command: Account, context: &Context) -> Result<Answer> {
	match command {
		Account::Create(command) => create::run(command, context),
		Account::Import(command) => import::run(command, context),
		Account::List(_) => list::run(context),
		Account::Show(command) => show::run(command, context).await,
		Account::History(command) => history::run(command, context).await,
		Account::Send(command) => send::run(command, context).await,
		Account::Export(command) => export::run(command, context),
		Account::Remove(command) => remove::run(command, context),
		Account::Proxy(command) => proxy::run(command, context).await,
	}
}
