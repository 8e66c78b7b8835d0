//! What people type for a secret: hex digits, and words.

use zeroize::Zeroizing;

/// How many hex digits 32 bytes have.
const DIGITS: usize = 64;

/// Returns the hex digits of 32 bytes, if a text is nothing else.
pub(super) fn digits(text: &str) -> Option<&str> {
	let text = text.trim();
	let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
	(digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_hexdigit())).then_some(digits)
}

/// Returns a text with one space between its words.
pub(super) fn words(text: &str) -> Zeroizing<String> {
	let mut words = Zeroizing::new(String::with_capacity(text.len()));
	for word in text.split_whitespace() {
		if !words.is_empty() {
			words.push(' ');
		}
		words.push_str(word);
	}
	words
}
