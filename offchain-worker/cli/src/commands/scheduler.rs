//! `rlc scheduler`: run a workerpool.

mod ban;
mod drain;
mod funds;
mod operator;
mod pause;
mod resume;
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
	Ban(ban::Ban),
	Drain(drain::Drain),
	Pause(pause::Pause),
	Resume(resume::Resume),
	Run(Box<run::Run>),
	Status(status::Status),
	Workers(workers::Workers),
}

pub(crate) async fn run(command: Scheduler, context: &Context) -> Result<Answer> {
	match command {
		Scheduler::Ban(command) => ban::run(command, context).await,
		Scheduler::Drain(command) => drain::run(command, context).await,
		Scheduler::Pause(command) => pause::run(command, context).await,
		Scheduler::Resume(command) => resume::run(command, context).await,
		Scheduler::Run(command) => run::run(*command, context).await,
		Scheduler::Status(command) => status::run(command).await,
		Scheduler::Workers(command) => workers::run(command).await,
	}
}
