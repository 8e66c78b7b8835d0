//! `rlc app`: programs.

mod deploy;
mod deregister;
mod init;
mod list;
mod publish;
mod run;
mod show;
mod transfer;
mod trial;
mod unpublish;

use clap::Subcommand;

use crate::{answer::Answer, context::Context, failure::Result};

/// Programs: write, try, deploy, sell, run
#[derive(Debug, Subcommand)]
pub(crate) enum App {
	Init(init::Init),
	Try(trial::Try),
	Deploy(deploy::Deploy),
	List(list::List),
	Show(show::Show),
	Publish(publish::Publish),
	Unpublish(unpublish::Unpublish),
	Transfer(transfer::Transfer),
	Deregister(deregister::Deregister),
	Run(Box<run::Run>),
}

pub(crate) async fn run(command: App, context: &Context) -> Result<Answer> {
	match command {
		App::Init(command) => init::run(command),
		App::Try(command) => trial::run(command, context).await,
		App::Deploy(command) => deploy::run(command, context).await,
		App::List(command) => list::run(command, context).await,
		App::Show(command) => show::run(command, context).await,
		App::Publish(command) => publish::run(command, context).await,
		App::Unpublish(command) => unpublish::run(command, context).await,
		App::Transfer(command) => transfer::run(command, context).await,
		App::Deregister(command) => deregister::run(command, context).await,
		App::Run(command) => run::run(*command, context).await,
	}
}
