#![doc = include_str!("../README.md")]

mod disk;
mod spoiled;

use std::{
	env,
	io::{self, Write},
};

pub use self::{
	disk::SmallDisk,
	spoiled::{spoiled, spoiled_text},
};

/// The variable that lists what must not be skipped.
pub const REQUIRE: &str = "RLC_REQUIRE";

/// What a test may need of its machine, as the README lists it.
pub const NEEDS: [&str; 11] =
	["cgroups", "device", "disk", "mount", "netns", "network", "postgres", "runc", "seccomp", "shm", "xattr"];

/// Leaves the test, since the machine lacks what it needs: `skip!("needs runc: {why}")`. In a function that returns
/// something, `skip!("needs runc: {why}" => None)` returns that.
///
/// The text is `needs`, a word of [`NEEDS`], and after a colon why it is not met. Panics where [`REQUIRE`] asks for that
/// need.
#[macro_export]
macro_rules! skip {
	($needs:literal) => {
		$crate::skip!($needs => ())
	};
	($needs:literal => $value:expr) => {{
		$crate::skipped(&format!($needs));
		return $value;
	}};
}

/// Says that a test, or a part of one, is skipped. [`skip!`] also leaves the test.
///
/// # Panics
///
/// If the need is required, or is not one of [`NEEDS`].
#[track_caller]
pub fn skipped(text: &str) {
	let need = need(text).unwrap_or_else(|| panic!("`{text}` does not begin with `needs` and a word of NEEDS"));
	let required = env::var(REQUIRE).unwrap_or_default();
	assert!(!is_required(need, &required), "{text} (required by {REQUIRE}={required})");
	let place = std::panic::Location::caller();
	// Not by `eprintln!`: its output is captured, and shown only for tests that fail.
	let _ = writeln!(io::stderr(), "skipped: {text} ({}:{})", place.file(), place.line());
}

/// Returns the word of [`NEEDS`] in a text.
fn need(text: &str) -> Option<&'static str> {
	let rest = text.strip_prefix("needs ")?;
	let word = rest.split(':').next().unwrap_or_default();
	known(word)
}

fn known(word: &str) -> Option<&'static str> {
	NEEDS.into_iter().find(|need| *need == word)
}

/// Returns whether a list such as `runc,postgres` or `all` contains a need.
///
/// Panics at a word that is not a need: a misspelled one would let tests skip.
fn is_required(need: &str, list: &str) -> bool {
	let mut required = false;
	for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
		assert!(word == "all" || known(word).is_some(), "{REQUIRE} asks for `{word}`, which no test needs");
		required |= word == "all" || word == need;
	}
	required
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::process::{Command, Output};

	#[test]
	fn every_need_is_explained() {
		for need in NEEDS {
			assert!(include_str!("../README.md").contains(&format!("| `{need}` |")), "{need}");
		}
	}

	#[test]
	fn lists_name_needs() {
		for list in ["", "postgres", "network, postgres"] {
			assert!(!is_required("runc", list), "{list}");
		}
		for list in ["all", "runc", "postgres,runc", "postgres, all"] {
			assert!(is_required("runc", list), "{list}");
		}
	}

	#[test]
	#[should_panic(expected = "asks for `rucn`")]
	fn misspelled_requirement_is_refused() {
		is_required("runc", "rucn");
	}

	#[test]
	fn needs_are_read_from_the_text() {
		assert_eq!(need("needs runc"), Some("runc"));
		assert_eq!(need("needs postgres: no initdb"), Some("postgres"));
		for text in ["needs magic", "runc", "needs runc too", ""] {
			assert_eq!(need(text), None, "{text}");
		}
	}

	/// Skips, and fails if the macro does not leave it.
	#[test]
	#[ignore = "another test starts it"]
	fn skipping() {
		fn found() -> Option<()> {
			let why = "this is a test";
			skip!("needs runc: {why}" => None);
		}
		assert_eq!(found(), None);
		skip!("needs postgres");
		#[expect(unreachable_code, reason = "which is the point")]
		{
			panic!("skipping goes on");
		}
	}

	/// Runs the test above where these needs are required.
	fn skipping_where(required: &str) -> (Output, String) {
		let mut command = Command::new(env::current_exe().expect("a test is a program"));
		command.args(["--exact", "tests::skipping", "--ignored", "--test-threads=1"]).env(REQUIRE, required);
		let output = command.output().expect("it runs");
		let said = [&output.stdout[..], &output.stderr[..]].concat();
		(output, String::from_utf8(said).expect("text"))
	}

	#[test]
	fn skipped_test_passes_and_says_so() {
		let (output, said) = skipping_where("network");
		assert!(output.status.success(), "{said}");
		assert!(said.contains("1 passed"), "{said}");
		for line in ["skipped: needs runc: this is a test (", "skipped: needs postgres ("] {
			assert!(said.contains(line), "{said}");
		}
	}

	#[test]
	fn skipped_test_fails_where_its_need_is_required() {
		for required in ["all", "postgres", "shm,postgres"] {
			let (output, said) = skipping_where(required);
			assert!(!output.status.success() && said.contains("1 failed"), "{said}");
			assert!(said.contains(&format!("(required by RLC_REQUIRE={required})")), "{said}");
		}
	}
}
