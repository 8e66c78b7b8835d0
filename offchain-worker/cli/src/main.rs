//! The rlc program: every role and every command.

use std::process::ExitCode;

fn main() -> ExitCode {
	rlc_worker::compile_if_asked();
	rlc_cli::run(&std::env::args_os().collect::<Vec<_>>())
}
