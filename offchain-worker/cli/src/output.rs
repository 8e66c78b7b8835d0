//! Where words go: an answer to standard output, once; progress and failures to standard error.

use std::{
	fmt::Display,
	io::{IsTerminal, Write},
	process::ExitCode,
	time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use rlc_service::escape;

use crate::{answer::Answer, failure::Failure};

/// Where a command's words go. Whatever they quote, they do not command the terminal.
#[derive(Clone, Debug)]
pub(crate) struct Output {
	json: bool,
	terminal: bool,
}

impl Output {
	/// Returns the terminal or pipe of this process; with `json`, answers and failures are for programs.
	pub(crate) fn new(json: bool) -> Self {
		Self { json, terminal: std::io::stderr().is_terminal() }
	}

	/// Returns whether there is a terminal to ask a question on.
	pub(crate) fn can_ask(&self) -> bool {
		self.terminal && std::io::stdin().is_terminal()
	}

	/// Prints the answer. A reader that went away is not an error: it has seen what it wanted.
	pub(crate) fn print(&self, answer: &Answer) {
		let mut out = std::io::stdout().lock();
		let document = format!("{:#}", answer.json);
		let text = if self.json { escape::json(&document) } else { escape::lines(&answer.text) };
		if !text.is_empty() {
			let _ = writeln!(out, "{text}").and_then(|()| out.flush());
		}
	}

	/// Prints what went wrong as the last line of standard error, and returns the exit code that goes with it.
	///
	/// Standard output stays empty, so that what reads a JSON answer never takes a failure for one.
	pub(crate) fn fail(&self, failure: &Failure) -> ExitCode {
		let line = match serde_json::to_string(failure) {
			Ok(json) if self.json => escape::json(&json).into_owned(),
			_ => escape::line(&format!("error: {failure} [{}]", failure.code())).into_owned(),
		};
		self.say(line);
		failure.ending().exit_code()
	}

	/// Prints a line of progress, or a few that belong together.
	pub(crate) fn say(&self, line: impl Display) {
		// There is nobody left to tell if that fails.
		let _ = writeln!(std::io::stderr(), "{}", escape::lines(&line.to_string()));
	}

	/// Asks a yes-or-no question; no is the default, and the answer when there is no terminal.
	pub(crate) fn confirm(&self, question: impl Display) -> bool {
		if !self.can_ask() {
			return false;
		}
		let _ = write!(std::io::stderr(), "{} [y/N] ", escape::lines(&question.to_string()));
		let mut line = String::new();
		std::io::stdin().read_line(&mut line).is_ok() && matches!(line.trim(), "y" | "Y" | "yes" | "Yes")
	}

	/// Shows something that takes a while and whose end is not known.
	pub(crate) fn wait(&self, what: impl Into<String>) -> Progress {
		let what: String = what.into();
		let what = escape::line(&what).into_owned();
		let bar = self.terminal.then(|| {
			let bar = ProgressBar::new_spinner().with_message(what.clone());
			bar.enable_steady_tick(Duration::from_millis(100));
			bar
		});
		Progress::begin(what, bar)
	}

	/// Shows progress in bytes.
	pub(crate) fn bytes(&self, what: impl Into<String>, total: u64) -> Progress {
		self.bar(what.into(), total, "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}")
	}

	/// Shows progress in tasks.
	pub(crate) fn tasks(&self, what: impl Into<String>, total: u64) -> Progress {
		self.bar(what.into(), total, "{wide_bar} {pos}/{len} {msg}")
	}

	fn bar(&self, what: String, total: u64, template: &str) -> Progress {
		let what = escape::line(&what).into_owned();
		let bar = self.terminal.then(|| {
			let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
			ProgressBar::new(total).with_style(style).with_message(what.clone())
		});
		Progress::begin(what, bar)
	}
}

/// Shows progress: a moving bar on a terminal, lines elsewhere. Dropping it removes the bar.
pub(crate) struct Progress {
	bar: Option<ProgressBar>,
	last: std::sync::Mutex<String>,
}

impl Progress {
	fn begin(what: String, bar: Option<ProgressBar>) -> Self {
		let progress = Self { bar, last: Default::default() };
		progress.status(what);
		progress
	}

	/// Shows what is being done now; once when there is no terminal.
	pub(crate) fn status(&self, what: impl Into<String>) {
		let what: String = what.into();
		let what = escape::line(&what).into_owned();
		match &self.bar {
			Some(bar) => bar.set_message(what),
			None => {
				let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
				if *last != what {
					let _ = writeln!(std::io::stderr(), "{what}");
					*last = what;
				}
			}
		}
	}

	/// Shows how much is done.
	pub(crate) fn set(&self, done: u64) {
		if let Some(bar) = &self.bar {
			bar.set_position(done);
		}
	}

	/// Shows how much is done, and of how much; a `total` of 0 is unknown.
	pub(crate) fn set_of(&self, done: u64, total: u64) {
		if let Some(bar) = &self.bar {
			bar.set_length(total.max(done));
		}
		self.set(done);
	}

	/// Prints a line that stays.
	pub(crate) fn line(&self, line: impl Display) {
		let line = line.to_string();
		let line = escape::line(&line);
		match &self.bar {
			Some(bar) => bar.suspend(|| writeln!(std::io::stderr(), "{line}")),
			None => writeln!(std::io::stderr(), "{line}"),
		}
		.unwrap_or_default();
	}
}

impl Drop for Progress {
	fn drop(&mut self) {
		if let Some(bar) = &self.bar {
			bar.finish_and_clear();
		}
	}
}
