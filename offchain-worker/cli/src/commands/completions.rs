//! `rlc completions`: a shell's completions.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{
	cli::Cli,
	failure::{failure, Result},
};

const EXAMPLES: &str = "\
Examples:
  rlc completions bash > ~/.local/share/bash-completion/completions/rlc
  rlc completions zsh > ~/.zfunc/_rlc
  rlc completions fish > ~/.config/fish/completions/rlc.fish";

/// Arguments of `rlc completions`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Completions {
	/// Which shell
	pub shell: Shell,
}

/// Prints them.
///
/// # Errors
///
/// If standard output takes nothing.
pub fn run(completions: Completions) -> Result<()> {
	// Collected first: the generator ends the program when it cannot write.
	let mut text = Vec::new();
	clap_complete::generate(completions.shell, &mut Cli::command(), "rlc", &mut text);
	std::io::Write::write_all(&mut std::io::stdout(), &text).map_err(|error| failure!("standard output: {error}"))
}
