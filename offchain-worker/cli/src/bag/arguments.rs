//! Arguments with places for cells: `--seed {seed}`.

use rlc_protocol::RequestParams;

use super::table::{Row, Table};
use crate::failure::{failure, Result};

/// Arguments that differ from row to row.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Vec<Part>>);

/// A part of an argument.
#[derive(Clone, Debug)]
enum Part {
	Text(String),
	/// The cell of this column.
	Cell(usize),
}

impl Template {
	/// Reads arguments as a shell would, with columns of a table in braces; `{{` and `}}` are braces themselves.
	///
	/// # Errors
	///
	/// If a quotation mark or a brace is not closed, or there is no such column.
	pub(super) fn parse(args: &str, table: &Table) -> Result<Self> {
		let params = RequestParams { iexec_args: args.into(), ..RequestParams::default() };
		let args = params.args().map_err(|error| failure!(ArgsInvalid, "--args: {error}"))?;
		args.iter().map(|arg| parts(arg, table)).collect::<Result<_>>().map(Self)
	}

	/// Returns the arguments of a row. What is in a cell stays one argument, or a part of one, whatever it is.
	pub(super) fn fill(&self, row: Row<'_>) -> String {
		let filled = self.0.iter().map(|parts| {
			let texts = parts.iter().map(|part| match part {
				Part::Text(text) => text.as_str(),
				Part::Cell(column) => row.cell(*column),
			});
			texts.collect::<String>()
		});
		joined(filled)
	}
}

/// Returns arguments as they are written for a shell.
pub(super) fn joined(args: impl Iterator<Item = String>) -> String {
	args.map(|arg| quoted(&arg)).collect::<Vec<_>>().join(" ")
}

/// Returns an argument as it is written for a shell.
fn quoted(arg: &str) -> String {
	let is_plain = |one: char| !one.is_whitespace() && !['\'', '"', '\\'].contains(&one);
	if !arg.is_empty() && arg.chars().all(is_plain) {
		arg.into()
	} else {
		format!("'{}'", arg.replace('\'', r"'\''"))
	}
}

/// Returns the parts of an argument.
fn parts(arg: &str, table: &Table) -> Result<Vec<Part>> {
	let (mut parts, mut text, mut rest) = (Vec::new(), String::new(), arg);
	while let Some(at) = rest.find(['{', '}']) {
		text.push_str(&rest[..at]);
		let brace = &rest[at..=at];
		rest = &rest[at + 1..];
		if let Some(after) = rest.strip_prefix(brace) {
			text.push_str(brace);
			rest = after;
			continue;
		}
		let column = rest.split_once('}').filter(|_| brace == "{");
		let Some((column, after)) = column else {
			return Err(
				failure!(EachInvalid, "--args: {arg} has a single {brace}"; "write it twice if you mean itself"),
			);
		};
		parts.push(Part::Text(std::mem::take(&mut text)));
		parts.push(Part::Cell(table.column(column)?));
		rest = after;
	}
	text.push_str(rest);
	parts.push(Part::Text(text));
	Ok(parts)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn filled(args: &str, csv: &str) -> Result<String> {
		let table = Table::parse(csv.as_bytes())?;
		let template = Template::parse(args, &table)?;
		let row = table.rows().next().unwrap();
		Ok(template.fill(row))
	}

	#[test]
	fn braces_are_columns_and_twice_themselves() {
		assert_eq!(filled("{a}{b} x{a}y {{a}} }}{{", "a,b\n1,2\n").unwrap(), "12 x1y {a} }{");
		assert_eq!(filled("'{two words}'", "two words\nx\n").unwrap(), "x");
		for (wrong, words) in [
			("{a", "has a single {"),
			("a}", "has a single }"),
			("{c}", "no column c; the columns are a, b"),
			("{}", "no column; the columns are a, b"),
			("'{a}", "quotation mark"),
		] {
			let said = filled(wrong, "a,b\n1,2\n").unwrap_err().to_string();
			assert!(said.contains(words), "{wrong}: {said}");
		}
	}

	proptest! {
		#[test]
		fn cell_stays_one_argument(cell in "[ a-c\"'\\\\{}\u{e9}\t]{1,8}") {
			let csv = format!("cell,other\n\"{}\",x\n", cell.replace('"', "\"\""));
			let line = filled("--is {cell} -x={cell}", &csv).unwrap();
			let args = RequestParams { iexec_args: line, ..RequestParams::default() }.args().unwrap();
			prop_assert_eq!(args, ["--is".to_owned(), cell.clone(), format!("-x={cell}")]);
		}
	}
}
