//! `rlc order`: single orders.
//!
//! An order is signed into a file, which can be sent to others; anyone who has the files of all sides can match them.
//! Published orders are named by their hash instead.

mod cancel;
mod fill;
mod list;
mod prune;
mod publish;
mod show;
mod sign;

use clap::Subcommand;

use crate::{answer::Answer, context::Context, failure::Result};

/// Single orders: sign, match, publish, cancel
#[derive(Debug, Subcommand)]
pub(crate) enum Order {
	#[command(subcommand)]
	Sign(Box<sign::Sign>),
	Fill(fill::Fill),
	Publish(publish::Publish),
	Cancel(cancel::Cancel),
	Prune(prune::Prune),
	Show(show::Show),
	List(list::List),
}

pub(crate) async fn run(command: Order, context: &Context) -> Result<Answer> {
	match command {
		Order::Sign(command) => sign::run(*command, context).await,
		Order::Fill(command) => fill::run(command, context).await,
		Order::Publish(command) => publish::run(command, context).await,
		Order::Cancel(command) => cancel::run(command, context).await,
		Order::Prune(command) => prune::run(command, context).await,
		Order::List(command) => list::run(command, context).await,
		Order::Show(command) => show::run(command, context).await,
	}
}
