//! The two scenes.

use std::{
	fs,
	path::{Path, PathBuf},
};

use serde_json::Value;

use super::Stage;
use crate::failure::{disk, failure, Result};

/// The account that wrote the apps.
pub(super) const DEVELOPER: &str = "//Charlie";
/// The account that owns the model.
pub(super) const DATASET_OWNER: &str = "//Dave";
/// The account that buys.
pub(super) const REQUESTER: &str = "//Eve";

/// The least part of the records that has to be classified correctly. A wrong result would be far below.
const ACCURACY: f64 = 0.95;
/// How many tasks the picture has.
const STRIPS: &str = "16";
/// The picture's size in pixels, as arguments of the app.
const PICTURE: &str = "--width 640 --height 400 --strips 16";

/// Plays inference: a dataset's owner sells it on its model, and the requester sends records.
pub(super) async fn inference(stage: &Stage<'_>) -> Result<()> {
	stage.say("\n1. Inference on a model that its owner sells by the use, by workers that have to agree");
	let app = deploy(stage, "inference", "0.02").await?;
	let model = path(&stage.records.join("model.onnx"))?;
	let dataset = stage
		.type_in(&["dataset", "deploy", &model, "--name", "breast cancer, a classifier", "--account", DATASET_OWNER])
		.await?;
	let dataset = text(&dataset, "dataset")?;
	stage.type_in(&["dataset", "publish", &dataset, "--price", "0.05", "--account", DATASET_OWNER]).await?;

	let (records, output) = (path(&stage.records.join("test.csv"))?, stage.output.join("inference"));
	let arguments = "--header --labels benign,malignant";
	let run = ["app", "run", &app, "--dataset", &dataset, "--input", &records, "--trust", "5", "--args", arguments];
	bought(stage, &run, &output).await?;

	let read = |path: &Path| fs::read_to_string(path).map_err(disk(path));
	let labels = read(&stage.records.join("labels.csv"))?;
	let predictions = find(&output, "predictions.csv")?;
	let (right, all) = compare(&read(&predictions)?, &labels)?;
	let accuracy = f64::from(right) / f64::from(all);
	stage.say(format_args!("accuracy {accuracy:.3}: {right} of {all} records, in {}", predictions.display()));
	if accuracy < ACCURACY {
		return Err(failure!(
			DemoFailed,
			"an accuracy of {accuracy:.3} is below {ACCURACY}: the result cannot be right"
		));
	}
	Ok(())
}

/// Plays a picture that is cut in strips, while one of the workers lies.
pub(super) async fn picture(stage: &Stage<'_>) -> Result<()> {
	stage.say(format_args!("\n2. A picture as a bag of {STRIPS} tasks, while one worker lies"));
	let app = deploy(stage, "render", "0.01").await?;
	let output = stage.output.join("strips");
	let run = ["app", "run", &app, "--tasks", STRIPS, "--trust", "3", "--args", PICTURE];
	bought(stage, &run, &output).await?;

	let picture = stage.output.join("picture.png");
	let join =
		std::process::Command::new(stage.apps.join("render")).arg("--assemble").arg(&output).arg(&picture).output();
	let join = join.map_err(disk(&stage.apps.join("render")))?;
	if !join.status.success() {
		return Err(failure!(DemoFailed, "the strips make no picture: {}", String::from_utf8_lossy(&join.stderr)));
	}
	stage.say(format_args!("the picture is in {}", picture.display()));
	Ok(())
}

/// Registers an app and offers it; returns its id.
async fn deploy(stage: &Stage<'_>, name: &str, price: &str) -> Result<String> {
	let module = path(&stage.apps.join(format!("{name}.wasm")))?;
	let app = ["app", "deploy", &module, "--name", name, "--price", price, "--publish", "--account", DEVELOPER];
	text(&stage.type_in(&app).await?, "app")
}

/// Buys, and checks that every task has a result.
async fn bought(stage: &Stage<'_>, run: &[&str], output: &Path) -> Result<()> {
	let output = path(output)?;
	let more = ["--output", &output, "--account", REQUESTER];
	let answer = stage.type_in(&[run, &more].concat()).await?;
	match (answer["failed"].as_u64(), answer["open"].as_u64()) {
		(Some(0), Some(0)) => Ok(()),
		_ => Err(failure!(DemoFailed, "not all tasks have a result: {answer}")),
	}
}

/// Returns how many predictions are right, of how many. Both are CSV with a head, the label last.
fn compare(predictions: &str, labels: &str) -> Result<(u32, u32)> {
	fn last(csv: &str) -> Vec<&str> {
		let lines = csv.lines().skip(1).filter(|line| !line.is_empty());
		lines.map(|line| line.rsplit(',').next().unwrap_or_default().trim()).collect()
	}
	let (predicted, known) = (last(predictions), last(labels));
	if predicted.len() != known.len() || known.is_empty() {
		return Err(failure!(DemoFailed, "there are {} predictions for {} labels", predicted.len(), known.len()));
	}
	let right = predicted.iter().zip(&known).filter(|(predicted, known)| predicted == known).count();
	let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
	Ok((count(right), count(known.len())))
}

/// Returns the file of this name in a directory or below.
fn find(dir: &Path, name: &str) -> Result<PathBuf> {
	let mut dirs = vec![dir.to_owned()];
	while let Some(dir) = dirs.pop() {
		let entries = fs::read_dir(&dir).map_err(disk(&dir))?;
		for entry in entries.flatten() {
			let path = entry.path();
			if path.is_dir() {
				dirs.push(path);
			} else if entry.file_name() == name {
				return Ok(path);
			}
		}
	}
	Err(failure!(DemoFailed, "there is no {name} in {}", dir.display()))
}

fn path(path: &Path) -> Result<String> {
	path.to_str()
		.map(String::from)
		.ok_or_else(|| failure!(FileUnusable, "{} is not UTF-8", path.display(); "choose another directory"))
}

fn text(answer: &Value, key: &str) -> Result<String> {
	answer[key].as_str().map(String::from).ok_or_else(|| failure!(DemoFailed, "{answer} has no {key}"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn predictions_are_compared_with_labels_line_by_line() {
		let labels = "label\nbenign\nmalignant\nbenign\n";
		let predictions = "record,score,label\n1,0.1,benign\n2,0.2,benign\n3,0.1,benign\n";
		assert_eq!(compare(predictions, labels), Ok((2, 3)));
		assert!(compare("label\nbenign\n", labels).is_err());
		assert!(compare("label\n", "label\n").is_err());
	}

	#[test]
	fn results_are_found_below_their_directory() {
		let dir = tempfile::tempdir().unwrap();
		fs::create_dir_all(dir.path().join("a/b")).unwrap();
		fs::write(dir.path().join("a/b/x.csv"), "").unwrap();
		assert_eq!(find(dir.path(), "x.csv"), Ok(dir.path().join("a/b/x.csv")));
		assert!(find(dir.path(), "y.csv").is_err());
	}
}
