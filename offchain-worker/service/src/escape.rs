//! Texts of strangers, as they are shown: names, URLs, causes, and logs come from those who registered, computed, or
//! answered. On a terminal, none of them commands it, forges a line, or hides what it says.

use std::borrow::Cow;

/// Returns a text of several lines with all escaped that is not meant to be read. Line breaks and tabs stay.
pub fn lines(text: &str) -> Cow<'_, str> {
	escaped(text, |one: char| is_harmful(one) && one != '\n')
}

/// Returns a text that has to stay on its line: a line break in it would begin one that says something else.
pub fn line(text: &str) -> Cow<'_, str> {
	escaped(text, is_harmful)
}

/// Returns a JSON document with the same content, and all characters escaped that JSON allows and a terminal obeys.
/// Outside of strings there are none but line breaks.
pub fn json(document: &str) -> Cow<'_, str> {
	if !document.contains(|one: char| is_harmful(one) && one != '\n') {
		return document.into();
	}
	let mut text = String::with_capacity(document.len());
	for one in document.chars() {
		if is_harmful(one) && one != '\n' {
			let mut units = [0; 2];
			one.encode_utf16(&mut units).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}")));
		} else {
			text.push(one);
		}
	}
	text.into()
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
	if !text.contains(&is_escaped) {
		return text.into();
	}
	let mut shown = String::with_capacity(text.len() + 8);
	for one in text.chars() {
		if is_escaped(one) {
			shown.extend(one.escape_default());
		} else {
			shown.push(one);
		}
	}
	shown.into()
}

/// Returns whether a character commands a terminal, changes the direction or the place of others, or cannot be seen where
/// letters can. Those that join letters are a part of many scripts, and those that choose between text and emoji of many texts.
pub(crate) fn is_harmful(one: char) -> bool {
	let is_command = one != '\t' && one.is_control();
	let is_direction = matches!(one, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}');
	let is_unseen = matches!(
		one,
		'\u{ad}'
			| '\u{34f}'
			| '\u{115f}'..='\u{1160}'
			| '\u{17b4}'..='\u{17b5}'
			| '\u{180b}'..='\u{180f}'
			| '\u{200b}'
			| '\u{2060}'..='\u{206f}'
			| '\u{3164}'
			| '\u{fe00}'..='\u{fe0d}'
			| '\u{feff}'
			| '\u{ffa0}'
			| '\u{fff9}'..='\u{fffb}'
			| '\u{e0000}'..='\u{e0fff}'
	);
	is_command || is_direction || is_unseen
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Clears the screen, sets the title, goes back, in 7 bits and in 8, deletes, turns the direction around, isolates, and
	/// is not seen.
	const COMMANDS: [&str; 10] = [
		"\u{1b}[2J",
		"\u{1b}]0;x\u{7}",
		"\r",
		"\u{9b}2J",
		"\u{7f}",
		"\u{8}",
		"\u{202e}",
		"\u{2066}",
		"\u{200b}",
		"\u{e0041}",
	];

	#[test]
	fn text_of_a_stranger_commands_no_terminal() {
		for command in COMMANDS {
			for shown in [line(command), lines(command)] {
				assert!(!shown.contains(is_harmful), "{command:?}");
				assert!(shown.contains('\\'), "{command:?} is still told");
			}
		}
	}

	#[test]
	fn name_is_not_told_from_another_by_what_cannot_be_seen() {
		let unseen = [
			'\u{ad}',
			'\u{34f}',
			'\u{115f}',
			'\u{1160}',
			'\u{17b4}',
			'\u{180e}',
			'\u{3164}',
			'\u{fe00}',
			'\u{ffa0}',
			'\u{e0100}',
			'\u{e01ef}',
		];
		for one in unseen {
			assert!(line(&format!("hello{one}")).starts_with("hello\\u{"), "{one:?}");
		}
		assert!(matches!(line("❤\u{fe0f}"), Cow::Borrowed(_)), "an emoji");
	}

	#[test]
	fn line_of_a_stranger_is_not_two() {
		assert_eq!(line("fine\nerror: pay me"), "fine\\nerror: pay me");
		assert_eq!(lines("one\n\ttwo é ✓ 数 क\u{94d}\u{200d}ष"), "one\n\ttwo é ✓ 数 क\u{94d}\u{200d}ष");
		assert!(matches!(line("a\tb"), Cow::Borrowed(_)));
	}

	#[test]
	fn json_means_the_same_when_it_is_escaped() {
		let value = serde_json::json!({ "name": COMMANDS.concat(), "plain": "é\t\n" });
		for document in [format!("{value:#}"), value.to_string()] {
			let shown = json(&document);
			assert!(!shown.chars().any(|one| is_harmful(one) && one != '\n'), "{shown:?}");
			assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
		}
	}
}
