//! Keeps an event on one line. Events quote texts of strangers, such as why a worker's run failed: a line break in one
//! would look like another event, and a control sequence would command the terminal of the operator.

use std::{
	borrow::Cow,
	io::{self, Write},
};

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

use super::Format;
use crate::escape::{self, is_harmful};

/// How an event is escaped: all of it, or all but what gives it its form.
pub(super) type Escape = for<'text> fn(&'text str) -> Cow<'text, str>;

/// What changes color or style in the form of text: bold, dimmed, italic, and the colors that are read on any background.
/// A stranger can use these too, but nothing that hides a text.
const STYLES: [&str; 13] = ["", "0", "1", "2", "3", "22", "23", "31", "32", "33", "34", "35", "36"];

/// Makes writers that take an event at a time, and write it as one line.
pub(super) struct OneLine<W> {
	/// Where events go.
	pub(super) writer: W,
	/// How they are escaped.
	pub(super) escape: Escape,
}

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
	type Writer = OneLine<W::Writer>;

	fn make_writer(&'a self) -> Self::Writer {
		OneLine { writer: self.writer.make_writer(), escape: self.escape }
	}

	fn make_writer_for(&'a self, event: &Metadata<'_>) -> Self::Writer {
		OneLine { writer: self.writer.make_writer_for(event), escape: self.escape }
	}
}

impl<W: Write> Write for OneLine<W> {
	fn write(&mut self, event: &[u8]) -> io::Result<usize> {
		let text = String::from_utf8_lossy(event);
		let line = text.strip_suffix('\n').unwrap_or(&text);
		self.writer.write_all(format!("{}\n", (self.escape)(line)).as_bytes())?;
		Ok(event.len())
	}

	fn flush(&mut self) -> io::Result<()> {
		self.writer.flush()
	}
}

/// Returns how events of this form are escaped.
pub(super) fn escaping(format: Format, is_colored: bool) -> Escape {
	match format {
		Format::Text if is_colored => but_for_styles,
		Format::Text => escape::line,
		Format::Json => escape::json,
	}
}

/// Returns the text with all escaped that does harm, but for changes of color and style.
fn but_for_styles(text: &str) -> Cow<'_, str> {
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

/// Returns the length in bytes of the sequence that changes color or style, if the text begins with one.
fn style_length(text: &str) -> Option<usize> {
	let numbers = text.strip_prefix("\u{1b}[")?;
	let end = numbers.find(|one: char| !one.is_ascii_digit() && one != ';')?;
	let is_style = numbers[end..].starts_with('m') && numbers[..end].split(';').all(|style| STYLES.contains(&style));
	is_style.then_some("\u{1b}[".len() + end + 1)
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
			("\u{202e}txet", "\\u{202e}txet"),
			("\u{1b}[8mhidden", "\\u{1b}[8mhidden"),
			("\u{1b}[1;30mblack", "\\u{1b}[1;30mblack"),
		] {
			assert_eq!(but_for_styles(text), expected);
		}
	}

	#[test]
	fn text_without_colors_keeps_no_stranger_s() {
		assert_eq!(escaping(Format::Text, false)("\u{1b}[32mfine"), "\\u{1b}[32mfine");
	}
}
