//! `rlc task`: single runs, their results and logs.

mod claim;
mod download;
mod logs;
mod show;
mod watch;

use clap::Subcommand;

use crate::{answer::Answer, context::Context, failure::Result};

/// Tasks: single runs, their results and logs
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
	Show(show::Show),
	Watch(watch::Watch),
	Logs(logs::Logs),
	Download(download::Download),
	Claim(claim::Claim),
}

pub(crate) async fn run(command: Task, context: &Context) -> Result<Answer> {
	match command {
		Task::Show(command) => show::run(command, context).await,
		Task::Watch(command) => watch::run(command, context).await,
		Task::Logs(command) => logs::run(command, context).await,
		Task::Download(command) => download::run(command, context).await,
		Task::Claim(command) => claim::run(command, context).await,
	}
}
