//! `rlc scheduler`: run a workerpool.

mod run;
mod sale;
mod status;
mod traffic;
mod workers;

use clap::Subcommand;

use crate::{answer::Answer, context::Context, failure::Result};

/// Run a workerpool
#[derive(Debug, Subcommand)]
pub(crate) enum Scheduler {
	Run(Box<run::Run>),
	Status(status::Status),
	Workers(workers::Workers),
}

pub(crate) async fn run(command: Scheduler, context: &Context) -> Result<Answer> {
	match command {
		Scheduler::Run(command) => run::run(*command, context).await,
		Scheduler::Status(command) => status::run(command).await,
		Scheduler::Workers(command) => workers::run(command).await,
	}
}
