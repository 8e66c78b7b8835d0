//! `rlc app try`: one run on this machine, as a worker would do it, without chain or account.

use std::{
	path::{absolute, Path, PathBuf},
	time::Duration,
};

use clap::Args;
use rlc_primitives::{
	assets::{App, Dataset, Location},
	deal::Category,
};
use rlc_protocol::RequestParams;
use rlc_sandbox::Limits;
use rlc_store::Url;
use rlc_worker::trial::{Finished, Trial};
use serde_json::json;
use sp_core::H256;
use tokio::sync::watch;

use crate::{
	answer::{Answer, Ending},
	context::Context,
	failure::{disk, failure, Result},
	local_file::LocalFile,
	needs::bytes,
	program::{kind_of, Program},
	results::{self, Fetched},
	say,
	table::{counted, fields, size},
};
use rlc_service::stop_requested;

/// Run a program once on this machine, as a worker would, without chain or account
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc app try hello.wasm --args \"first second\" --input notes.txt
  rlc app try image.tar --dataset model.onnx --index 3 --tasks 16 --category S --memory 4G --cores 4 --output try-3
  rlc app try hello.wasm --json

The exit code is 1 if a worker would have no result. \
In a deal, ids, randomness and the names of inputs differ: an app that uses them has another digest there.")]
pub(crate) struct Try {
	/// A WebAssembly module (.wasm), or a container image: a .tar, an OCI layout's directory, or docker://HOST/NAME:TAG
	pub file: PathBuf,

	/// The app's arguments, as in a shell
	#[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
	pub args: Option<String>,

	/// A file for the app, which finds it under its name; may be repeated
	#[arg(long = "input", value_name = "FILE")]
	pub inputs: Vec<PathBuf>,

	/// The dataset's file
	#[arg(long, value_name = "FILE")]
	pub dataset: Option<PathBuf>,

	/// The task's index in the request; the app sees it in IEXEC_TASK_INDEX
	#[arg(long, default_value_t = 0, value_name = "N")]
	pub index: u64,

	/// How many tasks the request has; the app sees it in IEXEC_BOT_SIZE
	#[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
	pub tasks: u64,

	/// How long it may take: XS (5 min), S, M, L, XL (10 h), or its number
	#[arg(long, default_value = "XS", value_name = "CATEGORY", value_parser = reference_time)]
	pub category: Duration,

	/// How long it may take, in seconds, regardless of the category
	#[arg(long, value_name = "SECONDS", conflicts_with = "category")]
	#[arg(value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
	pub time: Option<u64>,

	/// How much memory it may take: 512M, 4G. Files that it writes count too
	#[arg(long, default_value = "1G", value_name = "SIZE", value_parser = bytes)]
	pub memory: u64,

	/// How much it may write into IEXEC_OUT: 512M, 4G
	#[arg(long, default_value = "1G", value_name = "SIZE", value_parser = bytes)]
	pub disk: u64,

	/// How many processor cores it may use, if it is a container image; a module uses one
	#[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
	pub cores: u16,

	/// Unpack the result into this directory, which must not exist yet [default: result, or the first free one of result-2,
	/// result-3, …]
	#[arg(long, value_name = "DIR")]
	pub output: Option<PathBuf>,
}

/// Returns the first of `result`, `result-2`, `result-3`, … that is free: an app is tried again after each change.
fn free_output(is_taken: impl Fn(&Path) -> bool) -> PathBuf {
	let others = (2_u32..).map(|number| PathBuf::from(format!("result-{number}")));
	let mut all = std::iter::once(PathBuf::from("result")).chain(others);
	// There are four billion of them.
	all.find(|path| !is_taken(path)).unwrap_or_default()
}

/// Reads a category that every chain begins with; returns its reference time.
fn reference_time(text: &str) -> Result<Duration, String> {
	let mut known = (0u32..).zip(Category::DEFAULT);
	let found = known.find(|(number, (name, _))| name.eq_ignore_ascii_case(text) || text.parse() == Ok(*number));
	found.map(|(_, (_, time))| Duration::from_millis(time)).ok_or_else(|| {
		let names = Category::DEFAULT.map(|(name, _)| name).join(", ");
		format!("a new chain has no category {text}; choose one of {names}, or give --time SECONDS")
	})
}

/// Runs it, says what a worker would know of the run, and keeps the result. What a worker would report is part of the
/// answer.
pub(crate) async fn run(options: Try, context: &Context) -> Result<Answer> {
	let output = options.output.clone().unwrap_or_else(|| free_output(Path::exists));
	if output.exists() {
		return Err(failure!(OutputTaken, "{} exists already", output.display(); "choose another --output"));
	}
	let index = options.index;
	let program = Program::find(context, &options.file).await?;
	let trial = options.trial(&program.file)?;
	let dir = tempfile::tempdir().map_err(disk(&std::env::temp_dir()))?;
	let content = dir.path().join("result");
	let (stopper, stopped) = watch::channel(false);
	let asked = stop_requested();
	tokio::spawn(async move {
		asked.await;
		stopper.send_replace(true);
	});
	let progress = context.out.wait("running the app");
	let Finished { outcome, logs, usage, .. } = trial.run(dir.path(), content.clone(), stopped).await?;
	drop(progress);
	let (made, words) = match outcome {
		Ok(made) => (Some(results::keep(index, made.cid(), made.digest, &content, output).await?), None),
		// A worker's own trouble says nothing about the app.
		Err(failure) if failure.cause.is_none() => return Err(failure!(RunFailed, "{}", failure.words)),
		Err(failure) => (None, Some(failure.words)),
	};
	let known = |count: u64, text: String| if count == 0 { String::new() } else { text };
	let mut lines = say::task::written(&logs, "");
	if !lines.is_empty() {
		lines.push(String::new());
	}
	lines.push(fields([
		("ended", words.clone().unwrap_or_else(|| "well, with a result".into())),
		("time", format!("{} ms", usage.time)),
		("fuel", known(usage.fuel, counted(usage.fuel, "instruction"))),
		("memory", known(usage.memory, size(usage.memory))),
		("digest", made.as_ref().map(|made| format!("{:?}", made.digest.0)).unwrap_or_default()),
		("result", made.as_ref().map(Fetched::location).unwrap_or_default()),
	]));
	let ending = if words.is_none() { Ending::Well } else { Ending::Wrong };
	let json = json!({ "failure": words, "logs": logs, "usage": usage, "result": made });
	Ok(Answer::new(lines.join("\n"), json).ending(ending))
}

impl Try {
	/// Returns the run of the app in this file.
	fn trial(self, app: &Path) -> Result<Trial> {
		let Self { index, tasks, .. } = self;
		if index >= tasks {
			return Err(failure!(TaskIndex, "a request with --tasks {tasks} has no task {index}";
				"they are counted from 0"));
		}
		let params = RequestParams { iexec_args: self.args.unwrap_or_default(), ..RequestParams::default() };
		let args = params.args().map_err(|error| failure!(ArgsInvalid, "--args: {error}"))?;
		let (location, checksum) = located(app)?;
		let app = App { kind: kind_of(app)?, location, checksum, ..App::default() };
		let dataset = self.dataset.as_deref().map(located).transpose()?;
		let dataset = dataset.map(|(location, checksum)| Dataset { location, checksum, ..Dataset::default() });
		let inputs: Result<_> = self.inputs.iter().map(|path| Ok(say::order::text(&located(path)?.0))).collect();
		let limits = Limits {
			time: self.time.map_or(self.category, Duration::from_secs),
			memory: self.memory,
			output: self.disk,
			cpus: self.cores.into(),
			..Limits::default()
		};
		Ok(Trial { app, args, dataset, inputs: inputs?, index, tasks, limits })
	}
}

/// Returns the location and the checksum of a file.
fn located(path: &Path) -> Result<(Location, H256)> {
	let file = LocalFile::read(path)?;
	let url = absolute(path).ok().and_then(|path| Url::from_file_path(path).ok());
	let location = url.and_then(|url| String::from(url).into_bytes().try_into().ok());
	let location = location
		.ok_or_else(|| failure!(LocationTooLong, "{}: the path is too long", path.display(); "move the file"))?;
	Ok((location, H256(file.cid.digest())))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn app_can_be_tried_again_and_again() {
		let free =
			|taken: &'static [&'static str]| free_output(move |path| taken.iter().any(|one| path == Path::new(one)));
		assert_eq!(free(&[]), Path::new("result"));
		assert_eq!(free(&["result", "result-2", "result-4"]), Path::new("result-3"));
	}

	#[test]
	fn categories_are_those_that_every_chain_begins_with() {
		for (text, seconds) in [("XS", 300), ("xs", 300), ("0", 300), ("XL", 36_000), ("4", 36_000)] {
			assert_eq!(reference_time(text), Ok(Duration::from_secs(seconds)), "{text}");
		}
		for text in ["XXL", "5", ""] {
			assert!(reference_time(text).unwrap_err().contains("--time"), "{text}");
		}
	}

	#[test]
	fn limits_are_what_a_request_would_say_that_it_needs() {
		#[derive(clap::Parser)]
		struct Line {
			#[command(flatten)]
			options: Try,
		}
		let dir = tempfile::tempdir().unwrap();
		let app = dir.path().join("app.wasm");
		std::fs::write(&app, wat::parse_str("(module)").unwrap()).unwrap();
		let limits = |arguments: &[&str]| {
			let line = [&["test", app.to_str().unwrap()], arguments].concat();
			let line = <Line as clap::Parser>::try_parse_from(line).unwrap();
			line.options.trial(&app).unwrap().limits
		};
		assert_eq!(limits(&[]), Limits::default());
		let asked = limits(&["--memory", "2G", "--disk", "3G", "--cores", "4"]);
		assert_eq!((asked.memory, asked.output, asked.cpus), (2 << 30, 3 << 30, 4.0));
	}

	#[test]
	fn files_are_named_wherever_they_are() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("one & two?#%20.txt");
		std::fs::write(&path, "x").unwrap();
		let (location, _) = located(&path).unwrap();
		assert_eq!(say::order::text(&location).parse::<Url>().unwrap().to_file_path(), Ok(path));
	}
}
