//! Bags of tasks with different inputs: a task for each row of a table, or for each file.
//!
//! ```text
//! seed,input        --args "--seed {seed}"        {"args": "--seed 1", "inputs": ["a.csv"]}
//! 1,a.csv       ─────────────────────────────►    {"args": "--seed 2", "inputs": ["b.csv"]}
//! 2,b.csv
//! ```

mod arguments;
mod files;
mod names;
mod table;

use std::path::PathBuf;

use clap::Args;
use rlc_protocol::each::Entry;

pub(crate) use self::names::are_distinct;
use self::{
	arguments::Template,
	files::matching,
	names::distinct,
	table::{Row, Table},
};
use crate::failure::{failure, Result};

/// The most tasks that a table, or files, make.
pub(crate) const MOST: usize = 10_000;

/// What tells the tasks of a request apart.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct BagOptions {
	/// Run a task for each row of a CSV file, whose first line names the columns. `input` is a file for the task, `inputs`
	/// several, separated by `;`, and `name` the name of its result. {COLUMN} in --args stands for the row's cell; without
	/// --args, `args` has the arguments, or each other cell is one
	#[arg(long, value_name = "FILE.csv")]
	pub each: Option<PathBuf>,

	/// Run a task for each file that this pattern matches, in the order of their names. Quote it, so that your shell does not
	/// expand it
	#[arg(long, value_name = "PATTERN", conflicts_with = "each")]
	pub input_each: Option<String>,
}

/// What the tasks of a bag are run with, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bag {
	/// What their results are called: each differently.
	pub names: Vec<String>,
	/// What each is run with. The inputs are as the user names them: paths or locations.
	pub entries: Vec<Entry>,
}

impl BagOptions {
	/// Returns what each task is run with, given the arguments for all; `None` if they are all run with the same.
	///
	/// # Errors
	///
	/// If the table, or the pattern, makes no tasks, or more than [`MOST`].
	pub(crate) fn read(&self, args: Option<&str>) -> Result<Option<Bag>> {
		let bag = match (&self.each, &self.input_each) {
			(Some(path), _) => of_table(&Table::read(path)?, args)?,
			(None, Some(pattern)) => of_files(matching(pattern)?),
			(None, None) => return Ok(None),
		};
		Ok(Some(bag))
	}
}

/// Returns a task for each row.
fn of_table(table: &Table, args: Option<&str>) -> Result<Bag> {
	let template = match args {
		None => None,
		Some(_) if table.has(table::ARGS) => {
			return Err(failure!(EachInvalid, "--args and the column {} both say the arguments", table::ARGS;
				"leave one of them out, or call the column otherwise and write its name in braces in --args"));
		}
		Some(args) => Some(Template::parse(args, table)?),
	};
	let arguments = |row: Row<'_>| match &template {
		Some(template) => Some(template.fill(row)),
		None => row.arguments(),
	};
	let entries = table.rows().map(|row| Entry { args: arguments(row), inputs: row.inputs() }).collect();
	Ok(Bag { names: distinct(table.rows().map(|row| row.name())), entries })
}

/// Returns a task for each file.
fn of_files(files: Vec<String>) -> Bag {
	let name = |file: &String| file.rsplit('/').next().unwrap_or_default().to_owned();
	let names = distinct(files.iter().map(name));
	let entries = files.into_iter().map(|file| Entry { args: None, inputs: vec![file] }).collect();
	Bag { names, entries }
}

#[cfg(test)]
mod tests {
	use super::*;

	fn bag(csv: &str, args: Option<&str>) -> Result<Bag> {
		of_table(&Table::parse(csv.as_bytes())?, args)
	}

	fn args(csv: &str, given: Option<&str>) -> Vec<Option<String>> {
		bag(csv, given).unwrap().entries.into_iter().map(|entry| entry.args).collect()
	}

	fn some(args: &[&str]) -> Vec<Option<String>> {
		args.iter().map(|args| Some((*args).to_owned())).collect()
	}

	#[test]
	fn cells_take_their_places_in_the_arguments() {
		let csv = "seed,who\n1,Ann Lee\n2,O'Neil\n";
		assert_eq!(args(csv, Some("-s {seed} 'by {who}'")), some(&["-s 1 'by Ann Lee'", r"-s 2 'by O'\''Neil'"]));
		assert_eq!(args(csv, Some("--fast {{")), some(&["--fast {", "--fast {"]));
	}

	#[test]
	fn row_says_its_arguments_where_the_options_do_not() {
		assert_eq!(args("args,input\n-a 'b c',x\n,y\n", None), some(&["-a 'b c'", ""]));
		assert_eq!(args("one,name,two\nx y,n,\n", None), some(&["'x y' ''"]), "a cell is an argument");
		assert_eq!(args("input\na\n", None), [None::<String>]);
		let both = bag("args\n1\n", Some("{args}")).unwrap_err();
		assert_eq!(both.code(), "each.invalid");
	}

	#[test]
	fn rows_name_their_files_and_their_results() {
		let bag = bag("name,input,input,inputs\nx,a,,b;c ;\nx,,https://x.org/d,\n,,,\n", None).unwrap();
		let inputs: Vec<_> = bag.entries.iter().map(|entry| entry.inputs.as_slice()).collect();
		assert_eq!(inputs, [&["a".to_owned(), "b".into(), "c".into()] as &[_], &["https://x.org/d".into()], &[]]);
		assert_eq!(bag.names, ["x", "x-2", "row-3"]);
	}

	#[test]
	fn files_name_their_results() {
		let bag = of_files(vec!["data/a.csv".into(), "more/a.csv".into()]);
		assert_eq!(
			(bag.names, bag.entries[1].inputs.clone()),
			(vec!["a.csv".into(), "a.csv-2".into()], vec!["more/a.csv".into()])
		);
	}
}
