//! Tables: CSV files whose first line names the columns.

use std::{fs::File, io::Read, path::Path};

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{arguments::joined, MOST};
use crate::failure::{disk, failure, Result};

/// The column of the arguments, as a shell takes them.
pub(super) const ARGS: &str = "args";
/// The column of the result's name.
const NAME: &str = "name";
/// The column of one input, of which there may be several.
const INPUT: &str = "input";
/// The column of several inputs, and what separates them.
const INPUTS: &str = "inputs";
const SEPARATOR: char = ';';
/// The largest table, in bytes.
const MAX_SIZE: u64 = 16 << 20;

/// A table of one row at least.
#[derive(Clone, Debug)]
pub(super) struct Table {
	columns: Vec<String>,
	rows: Vec<StringRecord>,
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
	table: &'a Table,
	/// Its number, from 0.
	place: usize,
	cells: &'a StringRecord,
}

impl Table {
	/// Reads a table from a file.
	///
	/// # Errors
	///
	/// Those of [`parse`](Self::parse); if the file cannot be read, or is too large.
	pub(super) fn read(path: &Path) -> Result<Self> {
		let mut bytes = Vec::new();
		let file = File::open(path).map_err(disk(path))?;
		file.take(MAX_SIZE.saturating_add(1)).read_to_end(&mut bytes).map_err(disk(path))?;
		if bytes.len() as u64 > MAX_SIZE {
			return Err(failure!(EachInvalid, "{} has more than {MAX_SIZE} bytes", path.display(); "split it"));
		}
		Self::parse(&bytes).map_err(|why| why.during(path.display()))
	}

	/// Reads a table.
	///
	/// # Errors
	///
	/// If it is not CSV in UTF-8 with as many cells in each row as columns, has none or too many rows, or has columns without
	/// a name, or two of one name that is not `input`.
	pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
		let wrong = |error: csv::Error| failure!(EachInvalid, "it is not a table: {error}"; "separate cells by commas");
		let mut reader = ReaderBuilder::new().trim(Trim::Headers).from_reader(bytes);
		let columns: Vec<String> = reader.headers().map_err(wrong)?.iter().map(String::from).collect();
		for (place, column) in columns.iter().enumerate() {
			if column.is_empty() {
				return Err(failure!(EachInvalid, "column {} has no name", place + 1;
					"the first line of the table names its columns"));
			}
			if column != INPUT && columns[..place].contains(column) {
				return Err(failure!(EachInvalid, "there are two columns {column}"; "rename one of them"));
			}
		}
		let mut rows = Vec::new();
		for row in reader.records() {
			if rows.len() == MOST {
				return Err(
					failure!(EachInvalid, "there are more than {MOST} rows"; "split the table, for several deals"),
				);
			}
			rows.push(row.map_err(wrong)?);
		}
		if rows.is_empty() {
			return Err(
				failure!(EachInvalid, "there are no rows"; "write one for each task, below the names of the columns"),
			);
		}
		Ok(Self { columns, rows })
	}

	/// Returns whether there is a column of this name.
	pub(super) fn has(&self, column: &str) -> bool {
		self.columns.iter().any(|one| one == column)
	}

	/// Returns the place of a column.
	///
	/// # Errors
	///
	/// If there is none of this name.
	pub(super) fn column(&self, name: &str) -> Result<usize> {
		let place = self.columns.iter().position(|column| column == name);
		place.ok_or_else(
			|| failure!(EachInvalid, "the table has no column {name}"; "the columns are {}", self.columns.join(", ")),
		)
	}

	/// Returns the rows, in their order.
	pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
		self.rows.iter().enumerate().map(|(place, cells)| Row { table: self, place, cells })
	}
}

impl<'a> Row<'a> {
	/// Returns the cell of the column at a place.
	pub(super) fn cell(self, column: usize) -> &'a str {
		self.cells.get(column).unwrap_or_default()
	}

	/// Returns the files and locations that the row names.
	pub(super) fn inputs(self) -> Vec<String> {
		let named = self.named().flat_map(|(column, cell)| match column {
			INPUT => vec![cell],
			INPUTS => cell.split(SEPARATOR).collect(),
			_ => Vec::new(),
		});
		named.map(str::trim).filter(|input| !input.is_empty()).map(String::from).collect()
	}

	/// Returns the arguments that the row says; `None` if no column does.
	pub(super) fn arguments(self) -> Option<String> {
		if let Some((_, args)) = self.named().find(|(column, _)| *column == ARGS) {
			return Some(args.into());
		}
		let mut others = self.named().filter(|(column, _)| ![NAME, INPUT, INPUTS].contains(column)).peekable();
		others.peek()?;
		Some(joined(others.map(|(_, cell)| cell.to_owned())))
	}

	/// Returns what the result is to be called: as the row says, or else by its number.
	pub(super) fn name(self) -> String {
		let named = self.named().find(|(column, cell)| *column == NAME && !cell.trim().is_empty());
		named.map_or_else(|| format!("row-{}", self.place + 1), |(_, name)| name.trim().to_owned())
	}

	/// Returns the cells with their columns.
	fn named(self) -> impl Iterator<Item = (&'a str, &'a str)> {
		self.table.columns.iter().map(String::as_str).zip(self.cells)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn refusal(csv: &[u8]) -> String {
		let refused = Table::parse(csv).unwrap_err();
		assert_eq!(refused.code(), "each.invalid");
		refused.to_string()
	}

	#[test]
	fn quoted_cells_hold_anything_and_headers_no_spaces() {
		let table = Table::parse(b"\xef\xbb\xbf a , b\r\n\"x,\n\"\"y\"\"\", z \r\n").unwrap();
		let row = table.rows().next().unwrap();
		assert_eq!((row.cell(table.column("a").unwrap()), row.cell(table.column("b").unwrap())), ("x,\n\"y\"", " z "));
	}

	#[test]
	fn what_is_not_a_table_is_refused_with_what_to_do() {
		for (csv, words) in [
			(&b""[..], "there are no rows"),
			(b"a,b\n", "there are no rows"),
			(b"a,\n1,2\n", "column 2 has no name"),
			(b"a,b,a\n1,2,3\n", "there are two columns a"),
			(b"a,b\n1\n", "it is not a table"),
			(b"a\n\xff\n", "it is not a table"),
		] {
			let said = refusal(csv);
			assert!(said.contains(words), "{said}");
		}
		let many = format!("a\n{}", "1\n".repeat(MOST + 1));
		assert!(refusal(many.as_bytes()).contains("more than 10000 rows"));
		assert!(Table::parse(&many.as_bytes()[..many.len() - 2]).is_ok());
	}

	#[test]
	fn file_that_is_too_large_or_missing_is_named() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("table.csv");
		assert_eq!(Table::read(&path).unwrap_err().code(), "file.unusable");
		File::create(&path).unwrap().set_len(MAX_SIZE + 1).unwrap();
		let said = Table::read(&path).unwrap_err().to_string();
		assert!(said.contains("table.csv has more than 16777216 bytes"), "{said}");
	}
}
