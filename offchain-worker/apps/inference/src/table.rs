//! Tables of numbers, in and out.

use std::fmt::Write;

/// Rows of numbers, all of the same length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
	/// How many numbers a row has.
	pub columns: usize,
	/// The numbers, row after row.
	pub values: Vec<f32>,
}

impl Table {
	/// Returns how many rows there are.
	pub fn rows(&self) -> usize {
		self.values.len().checked_div(self.columns).unwrap_or(0)
	}

	/// Appends the rows of a CSV text. Errors call it `name`; with `header` the first line is skipped.
	pub fn append(&mut self, name: &str, text: &str, header: bool) -> Result<(), String> {
		let lines = text.lines().enumerate().skip(usize::from(header));
		for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
			let number = number + 1;
			let before = self.values.len();
			for cell in line.split(',') {
				let value = cell.trim().parse::<f32>().ok().filter(|value| value.is_finite()).ok_or_else(|| {
					let hint = if number == 1 { "; if it names the columns, give the argument --header" } else { "" };
					format!("{name}, line {number}: {:?} is not a number{hint}", cell.trim())
				})?;
				self.values.push(value);
			}
			let columns = self.values.len() - before;
			if before == 0 {
				self.columns = columns;
			} else if columns != self.columns {
				return Err(format!("{name}, line {number}: has {columns} numbers where others have {}", self.columns));
			}
		}
		if self.values.is_empty() {
			return Err(format!("{name} has no records"));
		}
		Ok(())
	}
}

/// Returns the result's text: a line for each row of `scores`, with the label that the highest score stands for. A single score
/// is the chance of the second of two labels.
pub fn predictions(scores: &Table, labels: &[String]) -> Result<String, String> {
	let classes = scores.columns.max(2);
	if !labels.is_empty() && labels.len() != classes {
		return Err(format!("--labels names {} labels, the model tells {classes} apart", labels.len()));
	}
	let mut text = String::from("record");
	if scores.columns == 1 {
		text.push_str(",score");
	} else {
		for class in 0..classes {
			match labels.get(class) {
				Some(label) => text.extend([",score_", label]),
				None => text.extend([",score_", &class.to_string()]),
			}
		}
	}
	text.push_str(",label\n");
	for (record, row) in scores.values.chunks(scores.columns.max(1)).enumerate() {
		text.push_str(&(record + 1).to_string());
		for score in row {
			// Writing to a String cannot fail.
			let _ = write!(text, ",{score:.6}");
		}
		let label = class_of(row);
		match labels.get(label) {
			Some(name) => text.extend([",", name, "\n"]),
			None => text.extend([",", &label.to_string(), "\n"]),
		}
	}
	Ok(text)
}

/// Returns the number of the label that a row of scores stands for. Of equal scores, the first counts.
fn class_of(row: &[f32]) -> usize {
	if let [score] = row {
		return usize::from(*score >= 0.5);
	}
	let mut best = 0;
	for (class, score) in row.iter().enumerate() {
		if row.get(best).is_some_and(|highest| score > highest) {
			best = class;
		}
	}
	best
}

#[cfg(test)]
mod tests {
	use super::*;

	fn read(text: &str, header: bool) -> Result<Table, String> {
		let mut table = Table::default();
		table.append("a.csv", text, header).map(|()| table)
	}

	#[test]
	fn rows_are_read_with_and_without_header() {
		let table = Table { columns: 2, values: vec![1.0, 2.5, -3.0, 4e3] };
		assert_eq!(read("1, 2.5\n-3,4e3\n", false).unwrap(), table);
		assert_eq!(read("x,y\r\n1,2.5\r\n\r\n-3,4e3", true).unwrap(), table);
		assert_eq!(table.rows(), 2);
	}

	#[test]
	fn bad_rows_are_named() {
		assert!(read("x,y\n1,2", false).unwrap_err().contains("line 1: \"x\" is not a number; if"));
		assert!(read("1,2\n1", false).unwrap_err().contains("line 2: has 1"));
		assert!(read("1,NaN", false).unwrap_err().contains("is not a number"));
		assert!(read("x,y\n", true).unwrap_err().contains("no records"));
	}

	#[test]
	fn one_score_is_the_chance_of_the_second_label() {
		let scores = Table { columns: 1, values: vec![0.25, 0.5] };
		let names = ["no".to_owned(), "yes".to_owned()];
		assert_eq!(predictions(&scores, &names).unwrap(), "record,score,label\n1,0.250000,no\n2,0.500000,yes\n");
		assert_eq!(predictions(&scores, &[]).unwrap(), "record,score,label\n1,0.250000,0\n2,0.500000,1\n");
	}

	#[test]
	fn of_many_scores_the_highest_counts_and_of_equals_the_first() {
		let scores = Table { columns: 3, values: vec![0.0, 1.0, 1.0] };
		let text = predictions(&scores, &[]).unwrap();
		assert_eq!(text, "record,score_0,score_1,score_2,label\n1,0.000000,1.000000,1.000000,1\n");
		assert!(predictions(&scores, &["one".into()]).unwrap_err().contains("3 apart"));
	}
}
