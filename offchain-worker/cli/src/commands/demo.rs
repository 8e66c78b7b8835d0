//! `rlc demo`: real work, bought, done, proven and paid, with one command.
//!
//! A stack is started as by `rlc up`, with one worker that lies. Then two scenes are played with this program's own
//! commands, which are shown as one would type them. A table of what each party earned, paid and lost ends the demo.

mod ledger;
mod scenes;

use std::{
	path::{Path, PathBuf},
	process::ExitCode,
};

use clap::Args;
use futures::future::LocalBoxFuture;
use serde_json::Value;

use crate::{
	answer::Outcome,
	context::Context,
	failure::{disk, failure, Result},
	output::Output,
	stack::{self, Directory, Options},
};
use ledger::Ledger;

/// Runs a command line of this program without printing its answer.
pub(crate) type Program = fn(Vec<String>, Output) -> LocalBoxFuture<'static, Result<Outcome>>;

/// Workers of the stack. With new workers, trust 5 takes three that agree, and four where a fifth one lies.
const WORKERS: u32 = 5;
/// The last of them lies.
const LIARS: u32 = 1;

/// Run real tasks on a stack of their own, with a worker that lies, and show what each party earned
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc demo                       play it, then leave the stack running until Ctrl-C
  rlc demo --headless            play it, stop everything; exit code 0 only if all of it held

What it shows:
  1. inference on a model that its owner sells by the use; the workers have to agree so well that an error is less
     likely than one in five
  2. a picture as a bag of 16 tasks; one worker lies, loses its stake, and the picture is right all the same")]
pub(crate) struct Demo {
	/// The example apps, built [default: `apps` next to this program's directory]
	#[arg(long, value_name = "DIR")]
	pub apps: Option<PathBuf>,

	/// The model and its records
	#[arg(long, value_name = "DIR", default_value = "offchain-worker/apps/breast-cancer")]
	pub records: PathBuf,

	/// The directory of the results [default: a new temporary directory, which is kept]
	#[arg(long, value_name = "DIR")]
	pub output: Option<PathBuf>,

	/// Stop everything at the end; the exit code tells whether all of it held
	#[arg(long)]
	pub headless: bool,

	/// Make a block for each transaction, final at once, instead of one a second
	#[arg(long)]
	pub instant_seal: bool,

	/// Port of the node's JSON-RPC
	#[arg(long, default_value_t = 9944, value_name = "PORT")]
	pub rpc_port: u16,

	/// Port of the scheduler and its store
	#[arg(long, default_value_t = 9955, value_name = "PORT")]
	pub scheduler_port: u16,
}

/// What the scenes are played with.
struct Stage<'a> {
	context: &'a Context,
	program: Program,
	node: String,
	apps: PathBuf,
	records: PathBuf,
	output: PathBuf,
}

/// Plays the demo with the commands of `program`.
///
/// # Errors
///
/// If a part cannot be started or dies, or if anything is not as it has to be.
pub(crate) async fn run(demo: Demo, context: &Context, program: Program) -> Result<Outcome> {
	let stage = Stage {
		context,
		program,
		node: format!("ws://127.0.0.1:{}", demo.rpc_port),
		apps: apps(demo.apps)?,
		records: demo.records,
		output: match demo.output {
			Some(output) => output,
			None => tempfile::Builder::new().prefix("rlc-demo-").tempdir().map_err(disk(&std::env::temp_dir()))?.keep(),
		},
	};
	stage.complete()?;
	let options = Options {
		workers: WORKERS,
		liars: LIARS,
		slots: 1,
		ipfs: None,
		directory: Directory::Temporary,
		instant_seal: demo.instant_seal,
		rpc_port: demo.rpc_port,
		scheduler_port: demo.scheduler_port,
		price: stack::PRICE,
		node_binary: None,
	};
	let performance = async {
		play(&stage).await?;
		if demo.headless {
			return Ok(());
		}
		context.out.say(format_args!(
			"\nThe stack runs until Ctrl-C. From another terminal:\n  \
			 rlc --node {} orderbook --kind workerpool\n  rlc --node {0} app run APP --account //Eve\n  \
			 http://127.0.0.1:{}/metrics",
			stage.node, demo.scheduler_port
		));
		std::future::pending().await
	};
	stack::with(options, context, performance).await?;
	Ok(ExitCode::SUCCESS.into())
}

/// Plays both scenes, and checks what each party earned.
async fn play(stage: &Stage<'_>) -> Result<()> {
	let ledger = Ledger::open(&stage.node, WORKERS, LIARS).await?;
	scenes::inference(stage).await?;
	scenes::picture(stage).await?;
	let account = ledger.close().await?;
	stage.context.out.say(format_args!("\n{}\n", account.text));
	account.check()
}

impl Stage<'_> {
	/// Fails if something that the scenes need is missing.
	fn complete(&self) -> Result<()> {
		let apps = ["inference.wasm", "render.wasm", "render"].map(|name| self.apps.join(name));
		let records = ["model.onnx", "test.csv", "labels.csv"].map(|name| self.records.join(name));
		match apps.iter().chain(&records).find(|path| !path.is_file()) {
			None => Ok(()),
			Some(missing) => Err(failure!(DemoMissing, "{} is missing", missing.display();
				"build the apps with scripts/apps.sh, or name their directory with --apps, and that of the records with --records")),
		}
	}

	/// Says what comes next.
	fn say(&self, line: impl std::fmt::Display) {
		self.context.out.say(line);
	}

	/// Shows a command line, runs it, and shows its answer.
	async fn type_in(&self, arguments: &[&str]) -> Result<Value> {
		self.say(format_args!("\n$ rlc {}", arguments.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")));
		// Nobody has to agree to what RLC of a development chain are spent for.
		let words =
			["rlc", "--yes", "--node", &self.node].iter().chain(arguments).map(|word| word.to_string()).collect();
		match (self.program)(words, self.context.out.clone()).await? {
			Outcome::Said(answer) => {
				self.say(&answer.text);
				Ok(answer.json)
			}
			Outcome::Served(_) => Ok(Value::Null),
		}
	}
}

/// Returns a word as one types it into a shell.
fn quoted(word: &str) -> String {
	if word.is_empty() || word.contains([' ', '"']) {
		format!("'{word}'")
	} else {
		word.into()
	}
}

/// Returns the directory of the apps.
fn apps(given: Option<PathBuf>) -> Result<PathBuf> {
	if let Some(given) = given {
		return Ok(given);
	}
	let program = std::env::current_exe().map_err(disk("rlc"))?;
	let beside = program.parent().and_then(Path::parent).map(|target| target.join("apps"));
	beside.ok_or_else(
		|| failure!(DemoMissing, "the apps are not next to this program's directory"; "name their directory with --apps"),
	)
}
