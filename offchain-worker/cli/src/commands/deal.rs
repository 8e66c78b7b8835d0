//! `rlc deal`: what was agreed on, and its progress.

mod claim;
mod download;
mod list;
mod show;
mod watch;

use clap::Subcommand;

use crate::{answer::Answer, context::Context, failure::Result};

/// Deals: what was agreed on, and its progress
#[derive(Debug, Subcommand)]
pub(crate) enum Deal {
	List(list::List),
	Show(show::Show),
	Watch(watch::Watch),
	Download(download::Download),
	Claim(claim::Claim),
}

pub(crate) async fn run(command: Deal, context: &Context) -> Result<Answer> {
	match command {
		Deal::List(command) => list::run(command, context).await,
		Deal::Show(command) => show::run(command, context).await,
		Deal::Watch(command) => watch::run(command, context).await,
		Deal::Download(command) => download::run(command, context).await,
		Deal::Claim(command) => claim::run(command, context).await,
	}
}
