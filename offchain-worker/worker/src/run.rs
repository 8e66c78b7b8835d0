//! Running one task: fetch, run under limits, pack the result.

mod each;
mod fetch;
mod measure;
mod room;

use std::{
	io::{self, BufWriter, Write},
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};

use async_trait::async_trait;
use rlc_primitives::{
	assets::AppKind,
	trace::{self, MAX_TRACED_DATA},
	work::{AgreedFailure, AppFault, FailureCause},
	AccountId, Moment, ResultDigest, Tag,
};
use rlc_protocol::{
	worker::{Logs, Step, Usage},
	Needs,
};
use rlc_sandbox::{
	ContainerTier, Ending, Error as SandboxError, Grants, InvalidResult, Limits, Output as Left, Run, WasmTier,
};
use rlc_service::blocking;
use rlc_store::{
	archive::{self, ArchiveError, Packed},
	Cid, Fetcher, HashKind,
};
use sp_core::H256;
use tokio::{task::spawn_blocking, time::Instant};

pub(crate) use self::room::most_written;
use self::{
	fetch::Inputs,
	measure::{is_of_machine, Largest},
	room::TaskDir,
};
use crate::{
	clock::millis,
	config::Misbehavior,
	disk::Disk,
	environment,
	ports::{Computation, Finished, Runner, Stop},
	record::{Output, OutputKind, RunFailure},
	results::Results,
	scratch::Scratch,
};

/// What an app that cannot be started at all ends with, as a shell would say.
const CANNOT_START: i32 = 126;

/// What an app that did something forbidden ends with, as a shell would say of one that was aborted.
const ABORTED: i32 = 134;

/// Wasm instructions that a module may execute for each ms of its category's time: far more than a processor executes.
///
/// What a module is worth in instructions is not what a processor has to do for it: reading and setting a local or a
/// constant count, and cost nothing once they are compiled. Where [`WasmTier::speed`] measures 2 million of mixed
/// instructions in a ms, a loop that only counts makes 12 million, and one that adds and rotates in registers 33 million.
/// This is thirty times that, so the time ends a run first, whatever the app computes. Fuel bounds what a machine does
/// that is faster than any of today, and what is mostly compiled away: such an app ends at the same instruction on each
/// of them.
const INSTRUCTIONS_PER_MS: u64 = 1_000_000_000;

/// The longest last line of an app that is part of a cause, in characters.
const MAX_LINE: usize = 200;

/// Runs apps in the sandbox.
pub(crate) struct Apps {
	pub fetcher: Fetcher,
	pub wasm: WasmTier,
	/// The tier, or why there is none.
	pub containers: Result<ContainerTier, String>,
	/// What all tasks together may use. Each gets the share of its slots of memory and processors; of the rest but time and
	/// fuel, which its deal sets, as much as any. What they may write, the disk says.
	pub limits: Limits,
	/// How many slots share that.
	pub slots: u32,
	/// What the app, dataset and inputs of a task may have together, in bytes.
	pub most_input: u64,
	/// Where tasks have their directories while they run.
	pub tasks: PathBuf,
	/// Where modules write, if that is elsewhere and has room.
	pub scratch: Option<Scratch>,
	/// An empty directory.
	pub nothing: PathBuf,
	/// Where results go.
	pub results: Arc<Results>,
	/// What tasks were promised, and draw from.
	pub disk: Arc<Disk>,
	pub account: AccountId,
	pub misbehave: Option<Misbehavior>,
}

#[async_trait]
impl Runner for Apps {
	async fn run(&self, computation: Computation, stop: Stop) -> Finished {
		let mut dir = match self.dir(&computation) {
			Ok(dir) => dir,
			Err(no_room) => return RunFailure::own(no_room.to_string()).into(),
		};
		let finished = match self.try_run(&computation, &mut dir, stop).await {
			Ok(finished) => finished,
			Err(failure) => failure.into(),
		};
		// Many small files take a while.
		if let Err(error) = spawn_blocking(move || drop(dir)).await {
			tracing::warn!("the task's directory stays: {error}");
		}
		finished
	}
}

impl Apps {
	/// Returns what a task that takes this many slots may use, time and fuel aside: of what its request names as a need,
	/// that, which is the same on every machine; of everything else, the share of its slots. The needs fit into that share,
	/// see [`rlc_protocol::Needs::slots`].
	fn limits_of(&self, slots: u32, needs: &Needs) -> Limits {
		let all = self.slots.max(1);
		let share = |total: u64| {
			let part = u128::from(total) * u128::from(slots) / u128::from(all);
			part.try_into().unwrap_or(u64::MAX)
		};
		let named = |need: u64, total: u64| if need > 0 { need } else { share(total) };
		Limits {
			memory: named(needs.memory, self.limits.memory),
			output: named(needs.disk, self.disk.shares().promised),
			// How many threads a program starts can change its result.
			cpus: if needs.cores > 0 { needs.cores as f32 } else { self.limits.cpus * slots as f32 / all as f32 },
			..self.limits.clone()
		}
	}

	async fn try_run(&self, computation: &Computation, dir: &mut TaskDir, stop: Stop) -> Result<Finished, RunFailure> {
		let inputs = tokio::time::timeout_at(computation.until, self.fetch(computation, stop.clone()));
		let inputs = inputs.await.map_err(|_| RunFailure::own("fetching took until the deadline"))??;
		(computation.progress)(Step::DataFetched);
		let own = |error: io::Error| RunFailure::own(format!("the task's directory cannot be made: {error}"));
		let (inputs, input, env) = {
			let env = environment::variables(
				&computation.task,
				&computation.plan.deal,
				inputs.dataset_name(),
				inputs.input_names(),
			);
			let (input, output) = (dir.input.clone(), dir.output.clone());
			let laid_out = blocking(move || inputs.lay_out(&input, &output).map(|()| inputs));
			let inputs = laid_out.await.map_err(own)?;
			let input = if inputs.is_empty() { &self.nothing } else { &dir.input };
			(inputs, input, env)
		};
		let time = computation.time.min(computation.until.saturating_duration_since(Instant::now()));
		if time.is_zero() {
			return Err(RunFailure::own("fetching took until the deadline"));
		}
		let category_time = Duration::from_millis(computation.plan.deal.deal.reference_time);
		(computation.progress)(Step::Computing);
		tracing::debug!(?time, slots = computation.slots, "the app begins");
		let kind = computation.plan.app.kind;
		let run = match self.sandbox(computation, &inputs, &env, (input, &dir.output), time, stop).await {
			Ok(run) => run,
			Err(failure) => return Ok(Finished { agreed: agreed(&failure, kind, None), ..failure.into() }),
		};
		let logs = Logs { stdout: text(&run.stdout), stderr: text(&run.stderr) };
		tracing::debug!(ending = ?run.ending, time = ?run.used.time, "the app ended");
		let usage = Usage { time: millis(run.used.time), fuel: run.used.fuel, memory: run.used.memory, output: 0 };
		let outcome = match failure_of(&run.ending, &logs) {
			Some(_) if run.ending == Ending::TimedOut && time < category_time => Err(cut_short(time, category_time)),
			Some(failure) => Err(failure),
			None => self.result(computation, dir, trace_of(&run)).await,
		};
		let of_app = outcome.as_ref().err().filter(|failure| !is_of_machine(failure, &run.ending, &computation.plan));
		let agreed = of_app.and_then(|failure| agreed(failure, kind, Some(&run)));
		let usage = Usage { output: outcome.as_ref().map_or(0, |output| output.size), ..usage };
		Ok(Finished { outcome, agreed, logs, usage })
	}

	async fn sandbox(
		&self,
		computation: &Computation,
		inputs: &Inputs,
		env: &[(String, String)],
		(input, output): (&Path, &Path),
		time: Duration,
		mut stop: Stop,
	) -> Result<Run, RunFailure> {
		// Of the deal alone, not of the time that is left, so that it is the same for all of the task's workers.
		let fuel = fuel(computation.plan.deal.deal.reference_time);
		let needs = computation.plan.needs();
		let same_memory = needs.memory > 0 || !computation.plan.is_compared();
		let limits = Limits { time, fuel: Some(fuel), same_memory, ..self.limits_of(computation.slots, &needs) };
		let (app, args) = (inputs.app(), inputs.args());
		let seed = computation.task.id().0 .0;
		let deal = &computation.plan.deal.deal;
		let grants = grants(deal.tag, &needs);
		let (limits, hash_memory, tap) = (&limits, deal.callback.is_some(), computation.tap.as_ref());
		let job = rlc_sandbox::Job { app, args, env, input, output, limits, grants, seed, hash_memory, tap };
		let stopper = rlc_sandbox::Stop::new();
		let run = async {
			match (computation.plan.app.kind, &self.containers) {
				(AppKind::Wasm, _) => self.wasm.run(&job, &stopper).await,
				(AppKind::Container, Ok(tier)) => tier.run(&job, &stopper).await,
				(AppKind::Container, Err(why)) => Err(SandboxError::Host(why.clone())),
			}
		};
		let stopped = async {
			// A sender that is gone stops nothing.
			if stop.wait_for(|stopped| *stopped).await.is_ok() {
				stopper.stop();
			}
			std::future::pending::<()>().await;
		};
		let run = tokio::select! {
			run = run => run,
			() = stopped => return Err(RunFailure::own("stopped")),
		};
		run.map_err(|error| unstarted(&error))
	}

	/// Packs what the app left, with the trace of its run if there is one. Of the task's room, the result keeps what it
	/// takes.
	async fn result(
		&self,
		computation: &Computation,
		dir: &mut TaskDir,
		trace: Option<H256>,
	) -> Result<Output, RunFailure> {
		let size = self.largest(computation);
		let (output, unfinished) = (dir.output.clone(), computation.result.with_extension("part"));
		let callback = computation.plan.deal.deal.callback.is_some();
		let results = self.results.clone();
		let packed = spawn_blocking(move || pack(&output, (&results, &unfinished), size, callback, trace)).await;
		let mut output = packed.map_err(|error| RunFailure::own(format!("the result was not packed: {error}")))??;
		self.keep(&computation.result, dir, output.size)?;
		if self.misbehave == Some(Misbehavior::WrongResults) {
			output.digest = lie(output.digest, &self.account);
		}
		Ok(output)
	}

	/// Returns how large the result of a task may be.
	fn largest(&self, computation: &Computation) -> Largest {
		let needs = computation.plan.needs();
		let disk = self.limits_of(computation.slots, &needs).output;
		Largest { pool: self.results.most(), disk, is_share: needs.disk == 0 && computation.plan.is_compared() }
	}
}

/// Returns why an app did not run. One that may run on another machine is reported, not contributed: where it runs, others
/// contribute its result.
fn unstarted(error: &SandboxError) -> RunFailure {
	let words = error.to_string();
	match error {
		SandboxError::App(_) => RunFailure::of_task(FailureCause::AppFailed { code: CANNOT_START }, words),
		SandboxError::OtherMachine(_) => RunFailure::of_task(FailureCause::AppUnavailable, words),
		SandboxError::Host(_) => RunFailure::own(words),
	}
}

/// Returns what a deal grants its app. The chain opens a deal with a network only if the app's own order has one.
fn grants(tag: Tag, needs: &Needs) -> Grants {
	Grants { network: tag.has_network(), gpus: needs.gpus }
}

/// Returns how many Wasm instructions an app may execute in a category with this reference time, in ms.
fn fuel(reference_time: Moment) -> u64 {
	reference_time.saturating_mul(INSTRUCTIONS_PER_MS)
}

/// Returns a digest that this liar's result does not have. Liars do not agree with each other.
fn lie(digest: ResultDigest, liar: &AccountId) -> ResultDigest {
	let liar: &[u8] = liar.as_ref();
	ResultDigest::of_callback(&[digest.0.as_bytes(), liar].concat())
}

/// Returns the trace that follows what the app left for the deal's callback. Without a callback there is none, and a
/// container has none either: two runs of it differ in what they print.
fn trace_of(run: &Run) -> Option<H256> {
	let [stdout, stderr] = run.hashes.map(H256);
	run.memory.map(|memory| trace::of_run(run.used.fuel, stdout, stderr, H256(memory)))
}

/// Writes the result of a run to `file`, completely, or removes it.
fn pack(
	output: &Path,
	(results, file): (&Results, &Path),
	largest: Largest,
	callback: bool,
	trace: Option<H256>,
) -> Result<Output, RunFailure> {
	let invalid = |words: String| RunFailure::of_task(FailureCause::InvalidResult, words);
	let disk = |error: io::Error| RunFailure::own(format!("the result cannot be written: {error}"));
	let left = rlc_sandbox::read_result(output).map_err(|error| match error {
		InvalidResult::Host(error) => RunFailure::own(error.to_string()),
		error => invalid(error.to_string()),
	})?;
	let mut writer = BufWriter::new(results.create(file).map_err(disk)?);
	let result = match left {
		Left::Files(_) if callback => Err(invalid("the deal has a callback, and the app left no callback-data".into())),
		Left::Files(path) => match pack_files(output, &path, &mut writer, largest) {
			Ok(packed) => {
				let digest = ResultDigest(packed.sha256.into());
				largest.check(packed.size).map(|()| Output { digest, kind: OutputKind::Archive, size: packed.size })
			}
			Err(error @ (ArchiveError::Io { .. } | ArchiveError::Stream(_))) => Err(RunFailure::own(error.to_string())),
			Err(ArchiveError::TooMuch { bytes, .. }) => {
				largest.check(bytes).and_then(|()| Err(invalid("the result is too large".into())))
			}
			Err(error) => Err(invalid(error.to_string())),
		},
		Left::Callback(data) if trace.is_some() && data.len() > MAX_TRACED_DATA as usize => {
			let bytes = data.len();
			Err(invalid(format!("callback-data has {bytes} bytes; at most {MAX_TRACED_DATA} fit beside the trace")))
		}
		Left::Callback(data) => {
			let data = match trace {
				Some(trace) => trace::append(&data, trace),
				None => data,
			};
			writer.write_all(&data).map_err(disk)?;
			let digest = ResultDigest::of_callback(&data);
			Ok(Output { digest, kind: OutputKind::Callback, size: data.len() as u64 })
		}
	};
	let written = result.and_then(|output| writer.flush().map_err(disk).map(|()| output));
	// What it still holds is not to be written to a file that is removed.
	let _ = writer.into_parts();
	written.inspect_err(|_| {
		// If that fails too, it is removed at the next start.
		let _ = results.remove(file);
	})
}

/// Returns why a run that ended like this has no result, or `None` if it may have one.
fn failure_of(ending: &Ending, logs: &Logs) -> Option<RunFailure> {
	let (cause, words) = match ending {
		Ending::Exited(0) => return None,
		Ending::Stopped => return Some(RunFailure::own("stopped")),
		Ending::Exited(code) => {
			(FailureCause::AppFailed { code: *code }, format!("the app ended with exit code {code}"))
		}
		Ending::Trapped(why) => (FailureCause::AppFailed { code: ABORTED }, format!("the app was aborted: {why}")),
		Ending::TimedOut => (FailureCause::TimedOut, "the app did not end in the category's time".into()),
		Ending::OutOfMemory => {
			let words = "the app wanted more memory than there is; files that it writes count too";
			(FailureCause::ResourcesExceeded, words.into())
		}
		Ending::OutOfDisk => (FailureCause::ResourcesExceeded, "the app wrote more than is allowed".into()),
		Ending::OutOfStack => {
			(FailureCause::ResourcesExceeded, "the app recursed deeper than this machine's stack allows".into())
		}
		Ending::Uncompiled(why) => (FailureCause::ResourcesExceeded, format!("the app cannot be compiled here: {why}")),
		Ending::OutOfFuel => {
			(FailureCause::TimedOut, "the app executed more instructions than its category is good for".into())
		}
	};
	let last = logs.stderr.lines().rev().map(str::trim).find(|line| !line.is_empty());
	let words = match last {
		None => words,
		Some(line) => format!("{words}; it wrote: {}", line.chars().take(MAX_LINE).collect::<String>()),
	};
	Some(RunFailure::of_task(cause, words))
}

/// Packs what an app left in OUT at this path, following its links there.
fn pack_files(output: &Path, path: &Path, to: impl Write, largest: Largest) -> Result<Packed, ArchiveError> {
	let canonical = output.canonicalize();
	let output = canonical.map_err(|error| ArchiveError::Io { path: output.into(), error })?;
	archive::pack_following(path, to, largest.limits(), |link| {
		// As the app sees it.
		let link = link.strip_prefix(&output).map_err(|_| "is not in IEXEC_OUT".to_owned())?;
		rlc_sandbox::follow(&output, link).map_err(|astray| astray.to_string())
	})
}

/// Returns why a run has no result that had less than its category's time, because a deadline was near. It must not count
/// as a failure of the app, for which others would end the task.
fn cut_short(time: Duration, category_time: Duration) -> RunFailure {
	RunFailure::own(format!("only {time:.1?} of the category's {category_time:?} were left, and the app needs more"))
}

/// Returns what workers agree on, if the app failed by itself, in the same way on each machine. An app that a clock ended
/// did not: clocks and processors differ. That is reported instead, and enough reports release the task.
///
/// Containers run on what differs from machine to machine too, so of those only the cause counts.
fn agreed(failure: &RunFailure, kind: AppKind, run: Option<&Run>) -> Option<AgreedFailure> {
	let (cause, code) = match failure.cause? {
		FailureCause::AppFailed { code } => (AppFault::AppFailed, code.cast_unsigned()),
		FailureCause::InvalidResult => (AppFault::InvalidResult, 0),
		FailureCause::ResourcesExceeded => (AppFault::ResourcesExceeded, 0),
		FailureCause::TimedOut if run?.ending == Ending::OutOfFuel => (AppFault::TimedOut, 0),
		_ => return None,
	};
	Some(match kind {
		AppKind::Container => AgreedFailure { cause, code: 0, trace: H256::zero() },
		AppKind::Wasm => {
			let nothing = Cid::of(HashKind::Sha256, b"").digest();
			let (fuel, hashes) = run.map_or((0, [nothing; 2]), |run| (run.used.fuel, run.hashes));
			let [stdout, stderr] = hashes.map(H256);
			AgreedFailure { cause, code, trace: AgreedFailure::trace(fuel, stdout, stderr) }
		}
	})
}

fn text(bytes: &[u8]) -> String {
	String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests;
