//! Texts of strangers, as they are shown.

/// Returns the beginning of a text, of so many characters: all are escaped that command a terminal, or are not seen.
pub fn shown(text: &str, most: usize) -> String {
	text.chars().take(most).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn text_of_a_stranger_commands_no_terminal_and_is_cut_between_characters() {
		assert_eq!(shown("a\u{1b}[2J\u{202e}é", 9), r"a\u{1b}[2J\u{202e}é");
		assert_eq!(shown("a\u{1b}b", 2), r"a\u{1b}");
	}
}
