//! Logs on standard error: text for people, JSON for programs.

mod format;
mod one_line;
mod output;

pub use format::{Format, InvalidFormat, FORMAT_VARIABLE};

use std::io::{self, IsTerminal};

use tracing_subscriber::{filter::EnvFilter, layer::SubscriberExt, registry, util::SubscriberInitExt};

/// Sends what `tracing` and `log` are told to standard error.
///
/// `RUST_LOG` decides what is logged; where it is not set, `filter` does, written in the same way:
/// `warn,rlc_worker=info`. A `format` of `None` means that `RLC_LOG_FORMAT` decides, and text if it is not set either.
///
/// A program calls this once. If something else collects logs already, as in tests, that remains.
///
/// # Errors
///
/// [`InvalidFormat`], if `RLC_LOG_FORMAT` is set to something else than a format.
pub fn init(filter: &str, format: Option<Format>) -> Result<(), InvalidFormat> {
	let format = Format::chosen(format)?;
	let directives = std::env::var(EnvFilter::DEFAULT_ENV).ok().filter(|directives| !directives.trim().is_empty());
	// A directive with a mistake is named on standard error, and left out.
	let filter = EnvFilter::builder().parse_lossy(directives.as_deref().unwrap_or(filter));
	let is_colored = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
	let output = output::layer(format, io::stderr, is_colored);
	// It fails only if there is a collector already.
	let _ = registry().with(filter).with(output).try_init();
	Ok(())
}
