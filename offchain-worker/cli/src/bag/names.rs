//! Names of results: each the name of a directory.

use std::collections::{HashMap, HashSet};

/// The longest name, without the number that tells it from others, in characters.
const LONGEST: usize = 64;

/// Returns a name for each of these, like it, that is the name of a directory on any system and is not another's, whatever
/// the case of its letters.
pub(crate) fn distinct(wanted: impl IntoIterator<Item = String>) -> Vec<String> {
	// How often each was taken, in lower case.
	let mut taken: HashMap<String, u64> = HashMap::new();
	let name = |wanted: String| {
		let base = plain(&wanted);
		let mut number = taken.get(&base.to_ascii_lowercase()).copied().unwrap_or_default();
		loop {
			number += 1;
			let name = if number == 1 { base.clone() } else { format!("{base}-{number}") };
			if number == 1 || !taken.contains_key(&name.to_ascii_lowercase()) {
				taken.insert(name.to_ascii_lowercase(), 1);
				taken.insert(base.to_ascii_lowercase(), number);
				return name;
			}
		}
	};
	wanted.into_iter().map(name).collect()
}

/// Returns whether these could come from [`distinct`]: wherever they come from, they lead nowhere else.
pub(crate) fn are_distinct(names: &[String]) -> bool {
	let is_plain = |name: &String| {
		let is_known = |one: char| one.is_ascii_alphanumeric() || ".-_".contains(one);
		!name.is_empty() && name.len() <= 2 * LONGEST && !name.starts_with(['.', '-']) && name.chars().all(is_known)
	};
	let all: HashSet<_> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
	all.len() == names.len() && names.iter().all(is_plain)
}

/// Returns a name in plain characters, neither hidden nor like an option.
fn plain(wanted: &str) -> String {
	let plain = |one: char| if one.is_ascii_alphanumeric() || ".-_".contains(one) { one } else { '_' };
	let name: String = wanted.chars().map(plain).take(LONGEST).collect();
	let name = name.trim_end_matches('.');
	match name.strip_prefix(['.', '-']) {
		Some(rest) => format!("_{rest}"),
		None if name.is_empty() => "_".into(),
		None => name.into(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::{collection::vec, prelude::*};

	fn names(wanted: &[&str]) -> Vec<String> {
		distinct(wanted.iter().map(ToString::to_string))
	}

	#[test]
	fn names_are_plain_and_told_apart() {
		assert_eq!(
			names(&["a b/c", "é.csv", "..", "", ".git", "-rf", "x."]),
			["a_b_c", "_.csv", "_", "_-2", "_git", "_rf", "x"]
		);
		assert_eq!(names(&["a", "a", "a-2", "A", "a"]), ["a", "a-2", "a-2-2", "A-3", "a-4"]);
		let long = "x".repeat(999);
		let long = names(&[&long, &long]);
		assert!(long[0].len() == LONGEST && long[1].ends_with("x-2") && are_distinct(&long), "{long:?}");
	}

	#[test]
	fn names_of_strangers_lead_nowhere_else() {
		for wrong in [&["a", "A"][..], &[""], &[".."], &["a/b"], &["/etc"], &[".git"], &["-rf"], &["\u{e9}"]] {
			assert!(!are_distinct(&wrong.iter().map(ToString::to_string).collect::<Vec<_>>()), "{wrong:?}");
		}
	}

	proptest! {
		#[test]
		fn no_two_are_one_directory(wanted in vec("[aA.-]{0,3}(-2|-3)?|\\PC{0,9}", 0..12)) {
			let names = distinct(wanted.clone());
			prop_assert_eq!(names.len(), wanted.len());
			prop_assert!(are_distinct(&names), "{:?}", names);
			prop_assert_eq!(distinct(names.clone()), names, "names that are distinct stay");
		}
	}
}
