//! What each task of a bag is run with: the list that a request's `rlc_each` names.
//!
//! ```text
//! [{"args": "--seed 1", "inputs": ["bafkrei…/a.csv"]},   a deal's first task
//!  {"args": "--seed 2"}]                                 its second
//! ```
//! The list is kept like an input file. A worker that reads an entry reads the whole list, so that all tasks of a deal, and
//! all workers of a task, come to the same conclusion about it.

use std::fmt;

use rlc_primitives::work::FailureCause;
use serde::{
	de::{SeqAccess, Visitor},
	Deserialize, Deserializer, Serialize,
};

use crate::{
	params::{shown, split_args},
	InvalidParams,
};

/// The largest list, in bytes.
pub const MAX_LIST: u64 = 4 << 20;

/// The longest arguments of an entry, in bytes.
///
/// With its inputs, whose names are variables, they are what every kernel gives a program beside what an image sets.
pub const MAX_ARGS: usize = 64 << 10;
/// The most inputs of an entry.
pub const MAX_INPUTS: usize = 1_024;
/// The longest location of an input of an entry, in bytes.
pub const MAX_LOCATION: usize = 4 << 10;

/// What one task is run with, beside what the request says for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
	/// Its arguments, in place of the request's `iexec_args`, and separated like them. Absent: the request's.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub args: Option<String>,
	/// Where its input files are, which follow those of the request. Above trust 1, each must be pinned.
	#[serde(default, skip_serializing_if = "Vec::is_empty")]
	pub inputs: Vec<String>,
}

/// What a list has for one task, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfTask {
	/// Its arguments one by one. `None`: the request's.
	pub args: Option<Vec<String>>,
	/// Where its input files are, which follow those of the request.
	pub inputs: Vec<String>,
}

/// Why a list tells nobody what to run. It is the request's fault, and the same for every worker.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidList {
	/// It is too large.
	#[error("the list of what each task is run with has {0} bytes, but at most {MAX_LIST} are allowed")]
	TooLarge(u64),
	/// It is not JSON of this form.
	#[error(
		"the list of what each task is run with is not an array of {{\"args\", \"inputs\"}}: {0}; lists of dataset orders, \
		 as iExec's tools make them, are not supported"
	)]
	Form(String),
	/// An entry has more than workers take.
	#[error("entry {number} of the list has {what}; at most {most} are allowed")]
	TooMuch {
		/// Its number, from 1.
		number: u64,
		/// What it has.
		what: &'static str,
		/// How much of that is allowed.
		most: usize,
	},
	/// An entry's arguments cannot be told apart.
	#[error("entry {number} of the list: {why}")]
	Args {
		/// Its number, from 1.
		number: u64,
		/// Why.
		why: InvalidParams,
	},
	/// An input can be other bytes for each worker.
	#[error(
		"entry {number} of the list: the input {} may be something else for each worker, and above trust 1 all of them \
		 have to read the same; name it by its CID, add #sha256=HEX to it, or ask for trust 1",
		shown(.location)
	)]
	Unpinned {
		/// The entry's number, from 1.
		number: u64,
		/// Where the input is.
		location: String,
	},
	/// There are more tasks than entries.
	#[error("the list has {entries} entries, and none for task {number} of the deal")]
	Missing {
		/// How many there are.
		entries: u64,
		/// The task's number in the deal, from 1.
		number: u64,
	},
}

impl InvalidList {
	/// Returns the cause that workers report on chain.
	pub fn cause(&self) -> FailureCause {
		FailureCause::InvalidParams
	}
}

impl Entry {
	/// Reads the entry for a deal's task out of a list, all of whose entries can be served at the deal's trust. `place` is
	/// the task's index minus that of the deal's first task. `is_pinned` tells whether a location says which bytes are there.
	///
	/// # Errors
	///
	/// [`InvalidList`].
	pub fn of_task(
		list: &[u8],
		place: u64,
		trust: u64,
		is_pinned: impl Fn(&str) -> bool,
	) -> Result<OfTask, InvalidList> {
		let size = list.len() as u64;
		if size > MAX_LIST {
			return Err(InvalidList::TooLarge(size));
		}
		let form = |error: serde_json::Error| InvalidList::Form(shown(&error.to_string()));
		let mut reader = serde_json::Deserializer::from_slice(list);
		let entry = reader.deserialize_seq(List { place, trust, is_pinned }).map_err(form)?;
		reader.end().map_err(form)?;
		entry
	}

	/// Returns the task's own arguments one by one, if it has some.
	///
	/// # Errors
	///
	/// Those of [`RequestParams::args`](crate::RequestParams::args).
	pub fn args(&self) -> Result<Option<Vec<String>>, InvalidParams> {
		self.args.as_deref().map(split_args).transpose()
	}
}

/// A list that is read entry by entry, of which one is kept.
struct List<F> {
	place: u64,
	trust: u64,
	is_pinned: F,
}

impl<F: Fn(&str) -> bool> List<F> {
	/// Reads an entry, if workers can serve it.
	fn read(&self, number: u64, entry: Entry) -> Result<OfTask, InvalidList> {
		let longest = entry.inputs.iter().map(String::len).max().unwrap_or_default();
		let bounded = [
			(entry.args.as_ref().map_or(0, String::len), MAX_ARGS, "too many bytes of arguments"),
			(entry.inputs.len(), MAX_INPUTS, "too many inputs"),
			(longest, MAX_LOCATION, "an input whose location has too many bytes"),
		];
		if let Some((_, most, what)) = bounded.into_iter().find(|(size, most, _)| size > most) {
			return Err(InvalidList::TooMuch { number, what, most });
		}
		let args = entry.args().map_err(|why| InvalidList::Args { number, why })?;
		let unpinned = entry.inputs.iter().find(|location| self.trust > 1 && !(self.is_pinned)(location));
		if let Some(location) = unpinned {
			return Err(InvalidList::Unpinned { number, location: location.clone() });
		}
		Ok(OfTask { args, inputs: entry.inputs })
	}
}

impl<'de, F: Fn(&str) -> bool> Visitor<'de> for List<F> {
	type Value = Result<OfTask, InvalidList>;

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("an array")
	}

	fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
		let (mut entries, mut found, mut checked) = (0_u64, None, Ok(()));
		while let Some(entry) = list.next_element::<Entry>()? {
			match self.read(entries.saturating_add(1), entry) {
				Ok(read) if entries == self.place => found = Some(read),
				Ok(_) => {}
				// The first one is told.
				Err(why) => checked = checked.and(Err(why)),
			}
			entries += 1;
		}
		let missing = InvalidList::Missing { entries, number: self.place.saturating_add(1) };
		Ok(checked.and_then(|()| found.ok_or(missing)))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Judges a list with locations that say themselves that they are pinned.
	fn entry(list: &str, place: u64, trust: u64) -> Result<OfTask, InvalidList> {
		Entry::of_task(list.as_bytes(), place, trust, |location| location.ends_with("pinned"))
	}

	#[test]
	fn task_takes_the_entry_at_its_place_in_the_deal() {
		let list =
			r#"[{"args": "--seed 1", "inputs": ["a#pinned"]}, {"args": ""}, {"inputs": ["b#pinned", "c#pinned"]}, {}]"#;
		let first = OfTask { args: Some(vec!["--seed".into(), "1".into()]), inputs: vec!["a#pinned".into()] };
		assert_eq!(entry(list, 0, 5), Ok(first));
		assert_eq!(entry(list, 1, 5).unwrap().args, Some(vec![]), "no arguments, whatever the request's");
		assert_eq!(entry(list, 2, 5).unwrap().args, None, "those of the request");
		assert_eq!(entry(list, 3, 5).unwrap(), OfTask::default());
	}

	#[test]
	fn task_without_an_entry_is_the_requests_fault() {
		for (place, number) in [(1, 2), (u64::MAX, u64::MAX)] {
			let missing = entry("[{}]", place, 1).unwrap_err();
			assert_eq!(missing, InvalidList::Missing { entries: 1, number });
			assert!(missing.cause().is_from_outside());
		}
		assert!(matches!(entry("[]", 0, 1), Err(InvalidList::Missing { entries: 0, number: 1 })));
	}

	#[test]
	fn each_entry_is_pinned_where_workers_have_to_agree() {
		let list = r#"[{"inputs": ["a#pinned"]}, {"inputs": ["b#pinned", "https://x.org/c"]}]"#;
		assert!(entry(list, 0, 1).is_ok(), "one worker's word");
		let unpinned = InvalidList::Unpinned { number: 2, location: "https://x.org/c".into() };
		for place in [0, 1] {
			assert_eq!(entry(list, place, 2), Err(unpinned.clone()), "for all tasks alike");
		}
		let words = unpinned.to_string();
		assert!(words.starts_with("entry 2 of the list: the input https://x.org/c may be"), "{words}");
	}

	#[test]
	fn whole_list_has_to_be_understood() {
		for list in
			["", "{}", "[{}", "[{}] x", r#"[{}, {"arg": "a"}]"#, r#"[{}, {"args": 1}]"#, r#"["QmSlice"]"#, "[{}, null]"]
		{
			assert!(matches!(entry(list, 0, 1), Err(InvalidList::Form(_))), "{list}");
		}
		for (args, why) in [("it's", InvalidParams::OpenQuote), ("a\\u0000", InvalidParams::ZeroByte)] {
			let list = format!(r#"[{{}}, {{"args": "{args}"}}]"#);
			assert_eq!(entry(&list, 0, 1), Err(InvalidList::Args { number: 2, why }));
		}
	}

	#[test]
	fn entry_asks_for_no_more_than_a_program_can_be_given() {
		let of = |entry: Entry| serde_json::to_string(&[Entry::default(), entry]).unwrap();
		let args = |size| of(Entry { args: Some("a".repeat(size)), inputs: vec![] });
		let inputs = |count| of(Entry { args: None, inputs: vec!["bafkqaaa".into(); count] });
		let location = |size| of(Entry { args: None, inputs: vec!["a".repeat(size)] });
		for (most, allowed, more) in [
			(MAX_ARGS, args(MAX_ARGS), args(MAX_ARGS + 1)),
			(MAX_INPUTS, inputs(MAX_INPUTS), inputs(MAX_INPUTS + 1)),
			(MAX_LOCATION, location(MAX_LOCATION), location(MAX_LOCATION + 1)),
		] {
			assert!(entry(&allowed, 1, 1).is_ok(), "{most}");
			let refused = entry(&more, 0, 1).unwrap_err();
			assert!(matches!(refused, InvalidList::TooMuch { number: 2, most: told, .. } if told == most), "{refused}");
			assert!(refused.cause().is_from_outside(), "for all tasks alike");
		}
	}

	#[test]
	fn size_and_words_are_bounded() {
		let large = format!("[{}{{}}]", " ".repeat(MAX_LIST as usize));
		assert_eq!(entry(&large, 0, 1), Err(InvalidList::TooLarge(MAX_LIST + 4)));
		let words = entry(&format!(r#"["{}\n"]"#, "a".repeat(9_000)), 0, 1).unwrap_err().to_string();
		assert!(words.len() < 500 && !words.contains('\n'), "{words}");
	}
}

#[cfg(test)]
mod parsing;
