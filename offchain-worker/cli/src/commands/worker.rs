//! `rlc worker`: let this machine work.

mod bench;
mod containers;
mod drain;
mod funds;
mod gpus;
mod internet;
mod run;
mod vouch;

use clap::Subcommand;

use crate::{answer::Answer, context::Context, failure::Result};

/// Run a worker on this machine
#[derive(Debug, Subcommand)]
pub(crate) enum Worker {
	Run(Box<run::Run>),
	Containers(containers::Containers),
	Drain(drain::Drain),
	Bench(bench::Bench),
	Vouch(vouch::Vouch),
}

pub(crate) async fn run(command: Worker, context: &Context) -> Result<Answer> {
	match command {
		Worker::Run(command) => run::run(*command, context).await,
		Worker::Containers(command) => containers::run(command, context).await,
		Worker::Drain(command) => drain::run(command, context).await,
		Worker::Bench(command) => bench::run(command).await,
		Worker::Vouch(command) => vouch::run(command, context).await,
	}
}
