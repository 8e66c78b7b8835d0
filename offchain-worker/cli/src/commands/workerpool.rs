//! `rlc workerpool`: machines under one scheduler.

mod deregister;
mod init;
mod list;
mod publish;
mod show;
mod transfer;
mod unpublish;

use clap::Subcommand;

use crate::{answer::Answer, context::Context, failure::Result};

/// Machines under one scheduler: register, sell
#[derive(Debug, Subcommand)]
pub(crate) enum Workerpool {
	Init(init::Init),
	List(list::List),
	Show(show::Show),
	Publish(publish::Publish),
	Unpublish(unpublish::Unpublish),
	Transfer(transfer::Transfer),
	Deregister(deregister::Deregister),
}

pub(crate) async fn run(command: Workerpool, context: &Context) -> Result<Answer> {
	match command {
		Workerpool::Init(command) => init::run(command, context).await,
		Workerpool::List(command) => list::run(command, context).await,
		Workerpool::Show(command) => show::run(command, context).await,
		Workerpool::Publish(command) => publish::run(command, context).await,
		Workerpool::Unpublish(command) => unpublish::run(command, context).await,
		Workerpool::Transfer(command) => transfer::run(command, context).await,
		Workerpool::Deregister(command) => deregister::run(command, context).await,
	}
}
