//! The list of what each task is run with, as a file that workers fetch.

use std::{io::Write, path::Path};

use rlc_protocol::{
	each::{Entry, MAX_LIST},
	RequestParams,
};
use rlc_store::{Cid, HashKind};
use tempfile::{Builder, NamedTempFile};

use super::encoded;
use crate::failure::{disk, failure, Result};

/// A list in a file of its own, which is removed with this.
#[derive(Debug)]
pub(super) struct List(NamedTempFile);

impl List {
	/// Has params name the list of these entries, one for each of `tasks`. If there are none, there is a list only if the files
	/// that all tasks read have no room in the params.
	///
	/// # Errors
	///
	/// If the list is too large, asks for more than workers take, or cannot be written.
	pub(super) fn of(params: &mut RequestParams, mut entries: Vec<Entry>, tasks: u64) -> Result<Option<Self>> {
		if params.rlc_each.is_none() && encoded(params).is_err() {
			entries = with_shared(params, entries, tasks)?;
		}
		if entries.is_empty() {
			return Ok(None);
		}
		let bytes = serde_json::to_vec(&entries)?;
		check_size(bytes.len() as u64)?;
		// As workers judge it. Which of its inputs have to be pinned was seen to before.
		Entry::of_task(&bytes, 0, 1, |_| true).map_err(
			|why| failure!(EachInvalid, "{why}"; "give each task fewer files and shorter arguments, or pack files into one"),
		)?;
		params.rlc_each = Some(Cid::of(HashKind::Sha256, &bytes).to_string());
		let wrong = |error: std::io::Error| disk(&std::env::temp_dir())(error);
		let mut file = Builder::new().prefix("tasks-").suffix(".json").tempfile().map_err(wrong)?;
		file.write_all(&bytes).map_err(wrong)?;
		Ok(Some(Self(file)))
	}

	/// Returns where the file is.
	pub(super) fn path(&self) -> &Path {
		self.0.path()
	}
}

/// Returns the entries, of which each names the files that all tasks read before its own; the params name them no longer.
fn with_shared(params: &mut RequestParams, mut entries: Vec<Entry>, tasks: u64) -> Result<Vec<Entry>> {
	let shared = std::mem::take(&mut params.iexec_input_files);
	if shared.is_empty() {
		return Ok(entries);
	}
	// What is certainly too large is not made. Each has two quotation marks.
	let least = shared.iter().map(|input| input.len() as u64 + 2).sum::<u64>();
	check_size(least.saturating_mul(tasks))?;
	entries.resize_with(usize::try_from(tasks).unwrap_or(usize::MAX), Entry::default);
	for entry in &mut entries {
		let own = std::mem::take(&mut entry.inputs);
		entry.inputs = shared.iter().cloned().chain(own).collect();
	}
	Ok(entries)
}

fn check_size(bytes: u64) -> Result<()> {
	if bytes > MAX_LIST {
		return Err(failure!(EachInvalid,
			"the list of what each task is run with has {bytes} bytes or more, but at most {MAX_LIST} are allowed";
			"ask for fewer tasks, pack files of several tasks into one, or name them by shorter locations"));
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_protocol::each::MAX_ARGS;
	use std::fs;

	fn entry(inputs: &[&str]) -> Entry {
		Entry { args: None, inputs: inputs.iter().map(ToString::to_string).collect() }
	}

	fn read(list: &List) -> Vec<Entry> {
		serde_json::from_slice(&fs::read(list.path()).unwrap()).unwrap()
	}

	#[test]
	fn params_name_the_list_by_its_content() {
		let mut params = RequestParams { iexec_input_files: vec!["all".into()], ..RequestParams::default() };
		let list = List::of(&mut params, vec![entry(&["a"]), entry(&[])], 2).unwrap().unwrap();
		assert_eq!(read(&list), [entry(&["a"]), entry(&[])]);
		let bytes = fs::read(list.path()).unwrap();
		assert_eq!(params.rlc_each, Some(Cid::of(HashKind::Sha256, &bytes).to_string()));
		assert_eq!(params.iexec_input_files, ["all"]);
	}

	#[test]
	fn tasks_that_are_run_with_the_same_have_no_list() {
		let mut params = RequestParams { iexec_args: "x".into(), ..RequestParams::default() };
		assert!(List::of(&mut params, vec![], 7).unwrap().is_none() && params.rlc_each.is_none());
	}

	#[test]
	fn files_that_have_no_room_in_the_params_are_listed() {
		let many: Vec<_> = (0..1_000).map(|number| format!("https://x.org/{number}")).collect();
		let of = |entries, tasks| {
			let mut params = RequestParams { iexec_input_files: many.clone(), ..RequestParams::default() };
			let list = List::of(&mut params, entries, tasks)?.expect("they have no room");
			assert!(params.iexec_input_files.is_empty() && encoded(&params).is_ok());
			Ok::<_, crate::failure::Failure>(read(&list))
		};
		let same = of(vec![], 2).unwrap();
		assert!(same.len() == 2 && same.iter().all(|entry| entry.inputs == many));
		let own = of(vec![entry(&["own"])], 1).unwrap();
		assert_eq!((own[0].inputs.len(), own[0].inputs.last().map(String::as_str)), (1_001, Some("own")));
		assert_eq!(of(vec![], u64::MAX).unwrap_err().code(), "each.invalid");
		assert_eq!(of(vec![entry(&[&"x".repeat(5 << 20)])], 1).unwrap_err().code(), "each.invalid");
	}

	#[test]
	fn entry_that_no_worker_takes_is_refused_before_it_is_paid_for() {
		let long = Entry { args: Some("x".repeat(MAX_ARGS + 1)), inputs: vec![] };
		let failure = List::of(&mut RequestParams::default(), vec![entry(&[]), long], 2).unwrap_err();
		assert_eq!(failure.code(), "each.invalid");
		assert!(failure.to_string().starts_with("entry 2 of the list has too many bytes"), "{failure}");
	}
}
