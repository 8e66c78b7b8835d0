//! What a command says: its answer on standard output, once, and on standard error how it goes.

use std::{
	io::{IsTerminal, Write},
	time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::Value;

/// What a command found out or did, for people and for programs.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
	/// For people: lines of text, without the last line's end.
	pub text: String,
	/// For programs: what `--json` prints.
	pub json: Value,
	/// Whether the exit code is 1: what was found out is that something does not work.
	pub failed: bool,
}

impl Answer {
	/// An answer that says the same twice.
	///
	/// # Panics
	///
	/// Never: the commands' answers are maps with text for keys, which are always JSON.
	pub fn new(text: impl Into<String>, json: impl Serialize) -> Self {
		let json = serde_json::to_value(json).expect("answers have text for keys");
		Self { text: text.into(), json, failed: false }
	}
}

/// Where a command's words go.
#[derive(Clone, Debug)]
pub struct Output {
	json: bool,
	terminal: bool,
}

impl Output {
	/// `json`: answers are for programs.
	pub fn new(json: bool) -> Self {
		Self { json, terminal: std::io::stderr().is_terminal() }
	}

	/// Whether somebody sits there who can be asked.
	pub fn can_ask(&self) -> bool {
		self.terminal && std::io::stdin().is_terminal()
	}

	/// Print the answer. A reader that went away is no error: it has seen what it wanted.
	pub fn print(&self, answer: &Answer) {
		let mut out = std::io::stdout().lock();
		let text = if self.json { format!("{:#}", answer.json) } else { answer.text.clone() };
		if !text.is_empty() {
			let _ = writeln!(out, "{text}").and_then(|()| out.flush());
		}
	}

	/// Say how it goes, in one line.
	pub fn say(&self, line: impl std::fmt::Display) {
		let _ = writeln!(std::io::stderr(), "{line}");
	}

	/// Ask a yes-or-no question; no is the default, and the answer where nobody can be asked.
	pub fn confirm(&self, question: impl std::fmt::Display) -> bool {
		if !self.can_ask() {
			return false;
		}
		let _ = write!(std::io::stderr(), "{question} [y/N] ");
		let mut line = String::new();
		std::io::stdin().read_line(&mut line).is_ok() && matches!(line.trim(), "y" | "Y" | "yes" | "Yes")
	}

	/// Something that takes a while and whose end is not known.
	pub fn wait(&self, what: impl Into<String>) -> Progress {
		let what = what.into();
		let bar = self.terminal.then(|| {
			let bar = ProgressBar::new_spinner().with_message(what.clone());
			bar.enable_steady_tick(Duration::from_millis(100));
			bar
		});
		Progress::begin(what, bar)
	}

	/// Something that goes on in bytes.
	pub fn bytes(&self, what: impl Into<String>, total: u64) -> Progress {
		self.bar(what.into(), total, "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}")
	}

	/// Something that goes on in tasks.
	pub fn tasks(&self, what: impl Into<String>, total: u64) -> Progress {
		self.bar(what.into(), total, "{wide_bar} {pos}/{len} {msg}")
	}

	fn bar(&self, what: String, total: u64, template: &str) -> Progress {
		let bar = self.terminal.then(|| {
			let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
			ProgressBar::new(total).with_style(style).with_message(what.clone())
		});
		Progress::begin(what, bar)
	}
}

/// Shows that something goes on: moving on a terminal, as lines elsewhere. Its end removes what moves.
pub struct Progress {
	bar: Option<ProgressBar>,
	last: std::sync::Mutex<String>,
}

impl Progress {
	fn begin(what: String, bar: Option<ProgressBar>) -> Self {
		let progress = Self { bar, last: Default::default() };
		progress.status(what);
		progress
	}

	/// What is being done now. Said once where nothing moves.
	pub fn status(&self, what: impl Into<String>) {
		let what = what.into();
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

	/// How much is done.
	pub fn set(&self, done: u64) {
		if let Some(bar) = &self.bar {
			bar.set_position(done);
		}
	}

	/// Say something that stays.
	pub fn line(&self, line: impl std::fmt::Display) {
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
