//! How much of a scheduler everybody gets.

use std::net::IpAddr;

use clap::{value_parser, Args};
use rlc_scheduler::Traffic;

/// Options that say how much of the scheduler everybody gets.
#[derive(Debug, Args)]
pub(crate) struct Shares {
	/// The most connections at a time; a newcomer takes the place of one of the address that has the most [default: 2000]
	#[arg(long, value_name = "NUMBER", value_parser = value_parser!(u32).range(1..))]
	max_connections: Option<u32>,

	/// The most connections of one address at a time, beside those of its workers [default: 64]
	#[arg(long, value_name = "NUMBER", value_parser = value_parser!(u32).range(1..))]
	max_connections_each: Option<u32>,

	/// The most workers of one address that keep their connections when others need room [default: 256]
	#[arg(long, value_name = "NUMBER")]
	max_workers_each: Option<u32>,

	/// How many calls an address may make in a second, beside those of its workers; what is above waits [default: 50]
	#[arg(long, value_name = "NUMBER", value_parser = value_parser!(u32).range(1..))]
	max_calls_each: Option<u32>,

	/// The address of a reverse proxy before the scheduler, which says in X-Forwarded-For for whom it speaks; may be repeated.
	/// Without it, all who come through a proxy share what one address gets
	#[arg(long, value_name = "ADDRESS")]
	behind_proxy: Vec<IpAddr>,
}

impl Shares {
	/// Returns what the options say, with defaults for the rest.
	pub(crate) fn traffic(&self) -> Traffic {
		let usual = Traffic::default();
		Traffic {
			connections: self.max_connections.unwrap_or(usual.connections),
			connections_each: self.max_connections_each.unwrap_or(usual.connections_each),
			workers_each: self.max_workers_each.unwrap_or(usual.workers_each),
			calls_each: self.max_calls_each.unwrap_or(usual.calls_each),
			proxies: self.behind_proxy.iter().map(IpAddr::to_canonical).collect(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::{CommandFactory, Parser};

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		shares: Shares,
	}

	#[test]
	fn options_that_are_not_given_have_their_defaults() {
		let line = |arguments: &[&str]| Line::try_parse_from([&["test"][..], arguments].concat());
		assert_eq!(line(&[]).unwrap().shares.traffic(), Traffic::default());
		let given = line(&["--max-calls-each", "7", "--behind-proxy", "::ffff:192.0.2.1"]).unwrap().shares.traffic();
		let proxies = vec![[192, 0, 2, 1].into()];
		assert_eq!(given, Traffic { calls_each: 7, proxies, ..Traffic::default() });
		assert!(line(&["--max-connections", "0"]).is_err());
	}

	#[test]
	fn help_names_the_defaults() {
		let usual = Traffic::default();
		for (option, default) in [
			("max_connections", usual.connections),
			("max_connections_each", usual.connections_each),
			("max_workers_each", usual.workers_each),
			("max_calls_each", usual.calls_each),
		] {
			let command = Line::command();
			let argument = command.get_arguments().find(|argument| argument.get_id().as_str() == option).unwrap();
			let help = argument.get_help().unwrap().to_string();
			assert!(help.ends_with(&format!("[default: {default}]")), "{help}");
		}
	}
}
