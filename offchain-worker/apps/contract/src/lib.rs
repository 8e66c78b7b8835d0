//! What an app is told by the worker that runs it, and how it hands back its result.
//!
//! A worker starts an app with the request's arguments and with variables named `IEXEC_…`. Inputs lie in the directory
//! `IEXEC_IN`, results go to the directory `IEXEC_OUT`. The file `computed.json` there says which of them is the result
//! that all workers must agree on, byte by byte.
//!
//! ```text
//! variables, IEXEC_IN ──► Task::from_env ──► the app ──► IEXEC_OUT ──► Task::finish ──► computed.json
//! ```
//!
//! An app needs nothing of this crate: `hello` does the same by hand.

use std::{
	env, fs, io,
	path::{Path, PathBuf},
	process::ExitCode,
};

/// What a worker told this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
	/// The file of the dataset that the deal pays for.
	pub dataset: Option<PathBuf>,
	/// The request's input files, in the request's order.
	pub inputs: Vec<PathBuf>,
	/// Where results go.
	pub output: PathBuf,
	/// Which of the request's tasks this one is.
	pub bag: Bag,
}

/// Which of a request's tasks this one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bag {
	/// Index of the deal's first task within the request; not 0 if an earlier deal took some of the request's tasks.
	pub first: u64,
	/// Index of this task within the request.
	pub index: u64,
	/// Number of tasks in the deal.
	pub size: u64,
}

impl Task {
	/// Reads what the worker said from this process's variables.
	///
	/// # Errors
	///
	/// One line that names the variable that is missing or not understood.
	pub fn from_env() -> Result<Self, String> {
		Self::from_variables(|name| env::var(name).ok())
	}

	/// Reads the same from variables that `variable` returns.
	///
	/// # Errors
	///
	/// One line that names the variable that is missing or not understood.
	pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
		let text = |name: &str| variable(name).filter(|value| !value.is_empty());
		let needed =
			|name: &str| text(name).ok_or_else(|| format!("{name} is not set; this program is run by a worker"));
		let number = |name: &str, absent: u64| match text(name) {
			None => Ok(absent),
			Some(value) => value.parse().map_err(|_| format!("{name} is {value:?}, which is not a whole number")),
		};

		let input = PathBuf::from(needed("IEXEC_IN")?);
		let folder = text("IEXEC_INPUT_FILES_FOLDER").map_or_else(|| input.clone(), PathBuf::from);
		let inputs = (1..=number("IEXEC_INPUT_FILES_NUMBER", 0)?)
			.map(|n| needed(&format!("IEXEC_INPUT_FILE_NAME_{n}")).map(|name| folder.join(name)))
			.collect::<Result<_, _>>()?;
		let first = number("IEXEC_BOT_FIRST_INDEX", 0)?;
		Ok(Self {
			dataset: text("IEXEC_DATASET_FILENAME").map(|name| input.join(name)),
			inputs,
			output: PathBuf::from(needed("IEXEC_OUT")?),
			bag: Bag { first, index: number("IEXEC_BOT_TASK_INDEX", first)?, size: number("IEXEC_BOT_SIZE", 1)? },
		})
	}

	/// Declares that the file or directory `result` below the output directory is what the workers must agree on. This is
	/// the last thing that an app does.
	///
	/// # Errors
	///
	/// If `computed.json` cannot be written.
	pub fn finish(&self, result: impl AsRef<Path>) -> io::Result<()> {
		let path = self.output.join(result);
		let text = format!("{{\"deterministic-output-path\": \"{}\"}}\n", escaped(&path.to_string_lossy()));
		fs::write(self.output.join("computed.json"), text)
	}
}

/// Returns what an app's `main` returns for what it did: on an error its reason goes to the log, and the task fails.
pub fn ending(done: Result<(), String>) -> ExitCode {
	match done {
		Ok(()) => ExitCode::SUCCESS,
		Err(reason) => {
			eprintln!("error: {reason}");
			ExitCode::FAILURE
		}
	}
}

/// Returns `text` as it stands between the quotation marks of a JSON string.
fn escaped(text: &str) -> String {
	text.chars()
		.map(|character| match character {
			'"' | '\\' => format!("\\{character}"),
			control if control.is_control() => format!("\\u{:04x}", u32::from(control)),
			other => other.into(),
		})
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn task(variables: &[(&str, &str)]) -> Result<Task, String> {
		let directories = [("IEXEC_IN", "/iexec_in"), ("IEXEC_OUT", "/iexec_out")];
		Task::from_variables(|name| {
			variables.iter().chain(&directories).find(|(key, _)| *key == name).map(|(_, value)| (*value).into())
		})
	}

	#[test]
	fn task_without_anything_is_alone_in_its_bag() {
		let task = task(&[]).unwrap();
		assert_eq!((task.dataset, task.inputs), (None, vec![]));
		assert_eq!(task.bag, Bag { first: 0, index: 0, size: 1 });
	}

	#[test]
	fn files_are_where_the_worker_puts_them() {
		let task = task(&[
			("IEXEC_DATASET_FILENAME", "model.onnx"),
			("IEXEC_INPUT_FILES_FOLDER", "/iexec_in/files"),
			("IEXEC_INPUT_FILES_NUMBER", "2"),
			("IEXEC_INPUT_FILE_NAME_1", "a.csv"),
			("IEXEC_INPUT_FILE_NAME_2", "b.csv"),
		])
		.unwrap();
		assert_eq!(task.dataset.unwrap(), Path::new("/iexec_in/model.onnx"));
		assert_eq!(task.inputs, [Path::new("/iexec_in/files/a.csv"), Path::new("/iexec_in/files/b.csv")]);
	}

	#[test]
	fn request_in_two_deals_counts_on() {
		let bag = [("IEXEC_BOT_FIRST_INDEX", "10"), ("IEXEC_BOT_TASK_INDEX", "12"), ("IEXEC_BOT_SIZE", "6")];
		assert_eq!(task(&bag).unwrap().bag, Bag { first: 10, index: 12, size: 6 });
	}

	#[test]
	fn what_is_missing_is_named() {
		assert!(Task::from_variables(|_| None).unwrap_err().starts_with("IEXEC_IN is not set"));
		assert!(task(&[("IEXEC_BOT_SIZE", "many")]).unwrap_err().contains("IEXEC_BOT_SIZE"));
		assert!(task(&[("IEXEC_INPUT_FILES_NUMBER", "1")]).unwrap_err().contains("IEXEC_INPUT_FILE_NAME_1"));
	}

	#[test]
	fn result_is_declared_in_json() {
		let directory = tempfile::tempdir().unwrap();
		let task = Task { output: directory.path().join("a \"b\""), ..task(&[]).unwrap() };
		fs::create_dir(&task.output).unwrap();
		task.finish("r.txt").unwrap();
		let text = fs::read_to_string(task.output.join("computed.json")).unwrap();
		assert!(text.ends_with("/a \\\"b\\\"/r.txt\"}\n"), "{text}");
	}
}
