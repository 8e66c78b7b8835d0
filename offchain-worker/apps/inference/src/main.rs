//! Runs any ONNX model on tables of numbers.
//!
//! The dataset is the model; its owner earns per use. The input files are CSV: a record per line, a number per column.
//! The result `predictions.csv` has a line per record: its number, the model's scores, and the label they stand for.
//!
//! ```text
//! dataset ──► model ─┐
//! input files ──► records ──► scores ──► predictions.csv
//! ```
//!
//! | module | what it does |
//! |---|---|
//! | `options` | understands the request's arguments |
//! | `table` | reads records, writes predictions |
//! | `model` | computes the scores |

mod model;
mod options;
mod table;

use std::{env, fs, process::ExitCode};

use app_contract::{ending, Task};

use crate::{model::Model, options::Options, table::Table};

/// The file of the result, below the output directory.
const RESULT: &str = "predictions.csv";

fn main() -> ExitCode {
	ending(Task::from_env().and_then(|task| {
		let options = Options::parse(env::args().skip(1))?;
		infer(&task, &options)
	}))
}

fn infer(task: &Task, options: &Options) -> Result<(), String> {
	let dataset = task.dataset.as_ref().ok_or("the request names no dataset; this app needs one, an ONNX model")?;
	let bytes = fs::read(dataset).map_err(|error| format!("the dataset cannot be read: {error}"))?;
	if task.inputs.is_empty() {
		return Err("the request names no input files; this app needs at least one, a CSV of numbers".into());
	}
	let mut records = Table::default();
	for input in &task.inputs {
		let name = input.file_name().unwrap_or_default().to_string_lossy();
		let text = fs::read_to_string(input).map_err(|error| format!("{name} cannot be read: {error}"))?;
		records.append(&name, &text, options.header)?;
	}
	let scores = Model::load(bytes)?.scores(&records)?;
	let text = table::predictions(&scores, &options.labels)?;
	fs::write(task.output.join(RESULT), text)
		.and_then(|()| task.finish(RESULT))
		.map_err(|error| format!("the result cannot be written: {error}"))?;
	println!("{} records of {} numbers, {} scores each", scores.rows(), records.columns, scores.columns);
	Ok(())
}

#[cfg(test)]
mod tests {
	use std::path::{Path, PathBuf};

	use app_contract::Bag;

	use super::*;

	fn breast_cancer(file: &str) -> PathBuf {
		Path::new("../breast-cancer").join(file)
	}

	fn run(dataset: Option<PathBuf>, inputs: Vec<PathBuf>, args: &[&str]) -> Result<String, String> {
		let directory = tempfile::tempdir().unwrap();
		let output = directory.path().to_path_buf();
		let task = Task { dataset, inputs, output, bag: Bag { first: 0, index: 0, size: 1 } };
		infer(&task, &Options::parse(args.iter().map(ToString::to_string))?)?;
		assert!(directory.path().join("computed.json").is_file());
		Ok(fs::read_to_string(directory.path().join(RESULT)).unwrap())
	}

	const ARGS: &[&str] = &["--header", "--labels", "benign,malignant"];

	#[test]
	fn shipped_model_knows_95_of_100_tumors() {
		let text = run(Some(breast_cancer("model.onnx")), vec![breast_cancer("test.csv")], ARGS).unwrap();
		let labels = fs::read_to_string(breast_cancer("labels.csv")).unwrap();
		let known: Vec<&str> = labels.lines().skip(1).collect();
		let found: Vec<&str> = text.lines().skip(1).map(|line| line.rsplit(',').next().unwrap()).collect();
		assert_eq!(found.len(), known.len());
		let right = found.iter().zip(&known).filter(|(found, known)| found == known).count();
		assert!(right * 100 >= known.len() * 95, "{right} of {}", known.len());
	}

	#[test]
	fn scores_of_a_record_do_not_depend_on_the_others() {
		let (model, test) = (breast_cancer("model.onnx"), breast_cancer("test.csv"));
		let once = run(Some(model.clone()), vec![test.clone()], ARGS).unwrap();
		let twice = run(Some(model), vec![test.clone(), test], ARGS).unwrap();
		let scores = |text: &str| -> Vec<String> {
			text.lines().skip(1).map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
		};
		assert_eq!([scores(&once), scores(&once)].concat(), scores(&twice));
	}

	#[test]
	fn errors_say_what_is_missing_or_wrong() {
		let (model, test) = (breast_cancer("model.onnx"), breast_cancer("test.csv"));
		assert!(run(None, vec![test.clone()], ARGS).unwrap_err().contains("no dataset"));
		assert!(run(Some(model.clone()), vec![], ARGS).unwrap_err().contains("no input files"));
		assert!(run(Some(test.clone()), vec![test.clone()], ARGS).unwrap_err().contains("not an ONNX model"));
		assert!(run(Some(model.clone()), vec![test.clone()], &[]).unwrap_err().contains("--header"));
		let labels = breast_cancer("labels.csv");
		assert!(run(Some(model), vec![labels], &["--header"]).is_err());
	}
}
