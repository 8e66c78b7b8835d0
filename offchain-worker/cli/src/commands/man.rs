//! `rlc man`: the manual pages.

use std::{fs, path::PathBuf};

use clap::Args;
use serde_json::json;

use crate::{
	answer::Answer,
	failure::{disk, failure, Result},
};

/// Print or write the manual pages
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc man | man -l -                             read the first page
  rlc man --dir ~/.local/share/man/man1          install all of them: man rlc-app-run")]
pub(crate) struct Man {
	/// Write a page for each command into this directory, instead of printing the first page
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,
}

/// Renders the pages of the whole program.
pub(crate) fn run(man: Man, mut program: clap::Command) -> Result<Answer> {
	program.build();
	let mut pages = Vec::new();
	collect(&program, "rlc", &mut pages)
		.map_err(|error| failure!(Internal, "the manual cannot be rendered: {error}"))?;
	let Some(dir) = man.dir else {
		let (name, page) = pages.swap_remove(0);
		let page = String::from_utf8_lossy(&page).into_owned();
		return Ok(Answer::new(page.trim_end(), json!({ "name": name, "page": page })));
	};
	let write = || {
		fs::create_dir_all(&dir)?;
		pages.iter().try_for_each(|(name, page)| fs::write(dir.join(format!("{name}.1")), page))
	};
	write().map_err(|error| disk(&dir)(error).advise("choose a directory that you may write to"))?;
	let names: Vec<_> = pages.iter().map(|(name, _)| name).collect();
	Ok(Answer::new(format!("{} pages are in {}", names.len(), dir.display()), json!({ "dir": dir, "pages": names })))
}

/// Collects the page of a command, and of those below it.
fn collect(command: &clap::Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
	let mut page = Vec::new();
	clap_mangen::Man::new(command.clone()).title(name).render(&mut page)?;
	pages.push((name.into(), page));
	for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
		collect(sub, &format!("{name}-{}", sub.get_name()), pages)?;
	}
	Ok(())
}
