//! `rlc demo`: real work, bought, done, proven and paid, with one command.
//!
//! A stack is started as by [`up`], with one worker that lies. Then two jobs are played with this program's own commands,
//! which are shown as one would type them. At the end stands who earned, paid and lost what.

mod jobs;
mod ledger;

use std::path::{Path, PathBuf};

use clap::{Args, Parser};
use serde_json::Value;

use super::{answer, up};
use crate::{
	cli::Cli,
	context::Context,
	failure::{failure, Result},
};
use ledger::Ledger;

const EXAMPLES: &str = "\
Examples:
  rlc demo                       play it, then leave the stack running until Ctrl-C
  rlc demo --headless            play it, stop everything; exit code 0 only if all of it held

What it shows:
  1. inference on a model that its owner sells by the use; the workers have to agree so well that an error is less
     likely than one in five
  2. a picture as a bag of 16 tasks; one worker lies, loses its stake, and the picture is right all the same";

/// Workers of the stack. With new workers, trust 5 takes three that agree, and four where a fifth one lies.
const WORKERS: u32 = 5;
/// The last of them lies.
const LIARS: u32 = 1;

/// Arguments of `rlc demo`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Demo {
	/// The example apps, built [default: `apps` beside this program's directory]
	#[arg(long, value_name = "DIR")]
	pub apps: Option<PathBuf>,

	/// The model and its records
	#[arg(long, value_name = "DIR", default_value = "offchain-worker/apps/breast-cancer")]
	pub records: PathBuf,

	/// Where results go [default: a new temporary directory, which is kept]
	#[arg(long, value_name = "DIR")]
	pub output: Option<PathBuf>,

	/// Stop everything at the end; the exit code tells whether all held
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

/// What the jobs find in place.
struct Stage<'a> {
	context: &'a Context,
	node: String,
	apps: PathBuf,
	records: PathBuf,
	output: PathBuf,
}

/// Plays it.
///
/// # Errors
///
/// If a part cannot be started or dies, or if anything is not as it has to be.
pub async fn run(demo: Demo, context: &Context) -> Result<()> {
	let stage = Stage {
		context,
		node: format!("ws://127.0.0.1:{}", demo.rpc_port),
		apps: apps(demo.apps)?,
		records: demo.records,
		output: match demo.output {
			Some(output) => output,
			None => tempfile::Builder::new()
				.prefix("rlc-demo-")
				.tempdir()
				.map_err(|error| failure!("no temporary directory can be made: {error}"))?
				.keep(),
		},
	};
	stage.complete()?;
	let stack = up::Up {
		workers: WORKERS,
		liars: LIARS,
		slots: 1,
		ipfs: None,
		base_path: None,
		tmp: true,
		instant_seal: demo.instant_seal,
		rpc_port: demo.rpc_port,
		scheduler_port: demo.scheduler_port,
		price: up::PRICE.parse()?,
		node_binary: None,
	};
	up::with(stack, context, async {
		play(&stage).await?;
		if demo.headless {
			return Ok(());
		}
		context.out.say(format_args!(
			"\nThe stack goes on until Ctrl-C. From another terminal:\n  \
			 rlc --node {} orderbook --kind workerpool\n  rlc --node {0} app run APP --account //Eve\n  \
			 http://127.0.0.1:{}/metrics",
			stage.node, demo.scheduler_port
		));
		std::future::pending().await
	})
	.await
}

/// All of it.
async fn play(stage: &Stage<'_>) -> Result<()> {
	let ledger = Ledger::open(&stage.node, WORKERS, LIARS).await?;
	jobs::inference(stage).await?;
	jobs::picture(stage).await?;
	let account = ledger.close().await?;
	stage.context.out.say(format_args!("\n{}\n", account.text));
	account.check()
}

impl Stage<'_> {
	/// Whether everything that the jobs need is there.
	fn complete(&self) -> Result<()> {
		let apps = ["inference.wasm", "render.wasm", "render"].map(|name| self.apps.join(name));
		let records = ["model.onnx", "test.csv", "labels.csv"].map(|name| self.records.join(name));
		match apps.iter().chain(&records).find(|path| !path.is_file()) {
			None => Ok(()),
			Some(missing) => Err(failure!(
				"{} is missing; build the apps with scripts/apps.sh, or name their directory with --apps, and the records' \
				 with --records",
				missing.display()
			)),
		}
	}

	/// Say what comes next.
	fn say(&self, line: impl std::fmt::Display) {
		self.context.out.say(line);
	}

	/// Do what somebody would type, and show it.
	async fn type_in(&self, arguments: &[&str]) -> Result<Value> {
		self.say(format_args!("\n$ rlc {}", arguments.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")));
		let program = ["rlc", "--node", &self.node];
		let words = program.iter().chain(arguments);
		let cli = Cli::try_parse_from(words).map_err(|error| failure!("{}", crate::cli::usage_line(&error)))?;
		let context = Context { global: cli.global, out: self.context.out.clone() };
		let answer = answer(cli.command, &context).await?;
		self.say(&answer.text);
		Ok(answer.json)
	}
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
	if word.is_empty() || word.contains([' ', '"']) {
		format!("'{word}'")
	} else {
		word.into()
	}
}

/// Where the apps are.
fn apps(given: Option<PathBuf>) -> Result<PathBuf> {
	if let Some(given) = given {
		return Ok(given);
	}
	let program = std::env::current_exe().map_err(|error| failure!("this program cannot find itself: {error}"))?;
	let beside = program.parent().and_then(Path::parent).map(|target| target.join("apps"));
	beside.ok_or_else(|| failure!("the apps are not beside this program; name their directory with --apps"))
}
