//! Errors in one line: that of the error itself, then that of each cause.

use std::error::Error;

/// Returns an error and its causes as one line: the first line of each, with `: ` between them.
///
/// Further lines are detail, and a cause that the text before it already repeats is left out.
pub fn one_line(error: &dyn Error) -> String {
	let mut line = first_line(&error.to_string());
	let mut cause = error.source();
	while let Some(error) = cause {
		let text = first_line(&error.to_string());
		if !line.contains(&text) {
			line.push_str(": ");
			line.push_str(&text);
		}
		cause = error.source();
	}
	line
}

/// Returns a text of several lines as one, with a space between them.
pub fn joined(text: &str) -> String {
	text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns the first line that says something, without the colon that announces the next one.
fn first_line(text: &str) -> String {
	let line = text.lines().map(str::trim).find(|line| !line.is_empty());
	line.unwrap_or("no description").trim_end_matches(':').to_owned()
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::io;

	#[derive(Debug, thiserror::Error)]
	#[error("{text}")]
	struct Outer {
		text: String,
		source: io::Error,
	}

	fn outer(text: &str, cause: &str) -> Outer {
		Outer { text: text.into(), source: io::Error::other(cause.to_owned()) }
	}

	#[test]
	fn causes_follow_the_error_in_one_line() {
		let error = outer("\n cannot write:\nat all", "no such device\nand more");
		assert_eq!(one_line(&error), "cannot write: no such device");
	}

	#[test]
	fn cause_that_is_already_told_is_left_out() {
		assert_eq!(one_line(&outer("cannot write: disk full", "disk full")), "cannot write: disk full");
	}

	#[test]
	fn error_without_words_is_still_a_line() {
		assert_eq!(one_line(&io::Error::other("")), "no description");
	}

	#[test]
	fn lines_are_joined() {
		assert_eq!(joined("one\n\n  two\n"), "one two");
	}
}
