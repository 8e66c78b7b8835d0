//! `rlc dataset`: data that programs read.

mod deploy;
mod deregister;
mod list;
mod publish;
mod show;
mod transfer;
mod unpublish;

use clap::Subcommand;

use crate::{answer::Answer, context::Context, failure::Result};

/// Data that programs read: deploy, sell
#[derive(Debug, Subcommand)]
pub(crate) enum Dataset {
	Deploy(deploy::Deploy),
	List(list::List),
	Show(show::Show),
	Publish(publish::Publish),
	Unpublish(unpublish::Unpublish),
	Transfer(transfer::Transfer),
	Deregister(deregister::Deregister),
}

pub(crate) async fn run(command: Dataset, context: &Context) -> Result<Answer> {
	match command {
		Dataset::Deploy(command) => deploy::run(command, context).await,
		Dataset::List(command) => list::run(command, context).await,
		Dataset::Show(command) => show::run(command, context).await,
		Dataset::Publish(command) => publish::run(command, context).await,
		Dataset::Unpublish(command) => unpublish::run(command, context).await,
		Dataset::Transfer(command) => transfer::run(command, context).await,
		Dataset::Deregister(command) => deregister::run(command, context).await,
	}
}
