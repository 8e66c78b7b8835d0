//! The program's log: as Substrate writes it, or as JSON.

use rlc_service::logs::{self, Format};
use sc_cli::{CliConfiguration, DefaultConfigurationValues, Error, Runner, Signals, SubstrateCli};

/// What is logged unless told otherwise. The exceptions are those of Substrate's own log.
const FILTER: &str = "info,ws=off,yamux=off,regalloc=off,cranelift_codegen=off,cranelift_wasm=warn,hyper=warn,\
	trust_dns_proto=off,hickory_proto=off,libp2p_mdns::behaviour::iface=off,rustls::common_state=off,rustls::conn=off";

/// Prepares the process for a command, with a log in this format, and returns what runs the command.
///
/// # Errors
///
/// What the libraries report: a configuration that makes no sense, for example.
pub(crate) fn runner<Program, Command, Values>(
	program: &Program,
	command: &Command,
	format: Format,
) -> sc_cli::Result<Runner<Program>>
where
	Program: SubstrateCli,
	Command: CliConfiguration<Values>,
	Values: DefaultConfigurationValues,
{
	match format {
		Format::Text => program.create_runner_with_logger_hook(command, |_, _| {}),
		Format::Json => {
			// What the library does, but for the log.
			let runtime = sc_cli::build_runtime()?;
			let signals = runtime.block_on(async { Signals::capture() })?;
			let config = command.create_configuration(program, runtime.handle().clone())?;
			sp_panic_handler::set(&Program::support_url(), &Program::impl_version());
			let filter = [FILTER, &command.log_filters()?].join(",");
			logs::init(filter.trim_end_matches(','), Some(format)).map_err(|error| Error::Application(error.into()))?;
			if let Err(error) = fdlimit::raise_fd_limit() {
				tracing::warn!("the limit of open files cannot be raised: {error}");
			}
			Runner::new(config, runtime, signals)
		}
	}
}
