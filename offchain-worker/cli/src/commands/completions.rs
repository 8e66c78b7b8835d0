//! `rlc completions`: a shell's completions.

use std::{io::Write, process::ExitCode};

use clap::Args;
use clap_complete::Shell;

use crate::{
	answer::Outcome,
	failure::{disk, Result},
};

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc completions bash > ~/.local/share/bash-completion/completions/rlc
  rlc completions zsh > ~/.zfunc/_rlc
  rlc completions fish > ~/.config/fish/completions/rlc.fish")]
pub(crate) struct Completions {
	/// The shell
	pub shell: Shell,
}

/// Prints the completions of the whole program.
pub(crate) fn run(completions: Completions, mut program: clap::Command) -> Result<Outcome> {
	// Collected first: the generator ends the program when it cannot write.
	let mut text = Vec::new();
	clap_complete::generate(completions.shell, &mut program, "rlc", &mut text);
	std::io::stdout().write_all(&text).map_err(disk("standard output"))?;
	Ok(ExitCode::SUCCESS.into())
}
