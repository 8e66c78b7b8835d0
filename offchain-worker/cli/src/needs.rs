//! What each task of a request needs, on the command line.

use clap::Args;
use rlc_protocol::Needs;
use rlc_worker::Share;

/// What each task needs.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct NeedsOptions {
	/// Processor cores that each task needs; only workers that have them take one. A module uses one [default: a slot's]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	pub cores: Option<u32>,

	/// Memory that each task needs: 512M, 4G; only workers that have it take one. Files that it writes count too
	#[arg(long, value_name = "SIZE", value_parser = bytes)]
	pub memory: Option<u64>,

	/// Disk that each task needs for what it writes into IEXEC_OUT: 512M, 4G; only workers that have it take one
	#[arg(long, value_name = "SIZE", value_parser = bytes)]
	pub disk: Option<u64>,

	/// Graphics processors that each task needs; only workers that have them take one. With --tag gpu, at least 1
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	pub gpus: Option<u32>,
}

impl NeedsOptions {
	/// Returns these needs; those that are not said here are as `given`.
	pub(crate) fn over(&self, given: Needs) -> Needs {
		Needs {
			cores: self.cores.unwrap_or(given.cores),
			memory: self.memory.unwrap_or(given.memory),
			disk: self.disk.unwrap_or(given.disk),
			gpus: self.gpus.unwrap_or(given.gpus),
		}
	}
}

/// Reads a number of bytes.
///
/// # Errors
///
/// In words.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
	match text.parse() {
		Ok(Share::Bytes(bytes)) => Ok(bytes),
		_ => Err(format!("{text} is not a size in bytes; write it as 4G or 512M")),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bytes_are_not_a_share_of_this_machine() {
		assert_eq!(bytes("512M"), Ok(512 << 20));
		assert!(bytes("50%").is_err());
	}
}
