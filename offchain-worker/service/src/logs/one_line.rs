//! Keeps an event on one line. Events quote texts of strangers, such as why a worker's run failed: a line break in one
//! would look like another event, and a control sequence would command the terminal of the operator.

use std::{
	borrow::Cow,
	io::{self, Write},
};

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// Makes writers that take an event at a time, and write it as one line.
pub(super) struct OneLine<W>(pub(super) W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
	type Writer = OneLine<W::Writer>;

	fn make_writer(&'a self) -> Self::Writer {
		OneLine(self.0.make_writer())
	}

	fn make_writer_for(&'a self, event: &Metadata<'_>) -> Self::Writer {
		OneLine(self.0.make_writer_for(event))
	}
}

impl<W: Write> Write for OneLine<W> {
	fn write(&mut self, event: &[u8]) -> io::Result<usize> {
		let text = String::from_utf8_lossy(event);
		let line = text.strip_suffix('\n').unwrap_or(&text);
		self.0.write_all(format!("{}\n", escaped(line)).as_bytes())?;
		Ok(event.len())
	}

	fn flush(&mut self) -> io::Result<()> {
		self.0.flush()
	}
}

/// Returns the text with its control characters escaped, but for tabs and for changes of color and style.
fn escaped(text: &str) -> Cow<'_, str> {
	if !text.contains(is_harmful) {
		return text.into();
	}
	let mut line = String::with_capacity(text.len());
	let mut rest = text;
	while let Some(next) = rest.chars().next() {
		let length = style_length(rest).unwrap_or(next.len_utf8());
		let (taken, left) = rest.split_at(length);
		if length == next.len_utf8() && is_harmful(next) {
			line.extend(next.escape_default());
		} else {
			line.push_str(taken);
		}
		rest = left;
	}
	line.into()
}

fn is_harmful(one: char) -> bool {
	one.is_control() && one != '\t'
}

/// Returns the length in bytes of the sequence that changes color or style, if the text begins with one.
fn style_length(text: &str) -> Option<usize> {
	let numbers = text.strip_prefix("\u{1b}[")?;
	let end = numbers.find(|one: char| !one.is_ascii_digit() && one != ';')?;
	numbers[end..].starts_with('m').then_some("\u{1b}[".len() + end + 1)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn control_characters_are_escaped_but_for_colors() {
		for (text, expected) in [
			("plain é\ttext", "plain é\ttext"),
			("two\nlines\r", "two\\nlines\\r"),
			("\u{1b}[1;31mred\u{1b}[0m", "\u{1b}[1;31mred\u{1b}[0m"),
			("\u{1b}[2J\u{1b}[", "\\u{1b}[2J\\u{1b}["),
			("\u{9b}2J", "\\u{9b}2J"),
		] {
			assert_eq!(escaped(text), expected);
		}
	}
}
