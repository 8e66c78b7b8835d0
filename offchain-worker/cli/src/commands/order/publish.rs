//! `rlc order publish`: a signed order in the book.

use std::path::PathBuf;

use clap::Args;
use rlc_primitives::AnyOrder;

use crate::{answer::Answer, assets, context::Context, failure::Result, order_file::OrderFile, pins};

/// Put a signed order into the book
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc order publish request.json --account me")]
pub(crate) struct Publish {
	/// A file with an order, of `rlc order sign` or of iExec's SDK; its signature is not needed, as the order's owner
	/// publishes it
	pub file: PathBuf,
}

/// Puts the order into the book.
pub(crate) async fn run(publish: Publish, context: &Context) -> Result<Answer> {
	let order = OrderFile::read(&publish.file)?.order;
	if let AnyOrder::Request(request) = &order {
		pins::check(request, request.tag)?;
	}
	assets::publish(context, order).await
}
