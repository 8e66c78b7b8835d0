//! The Wasm tier: has modules compiled, keeps them, runs them.
//!
//! | module | what |
//! |---|---|
//! | `engine` | what decides how modules behave |
//! | `compile` | which modules are compiled |
//! | `compiler` | the program that does it, beside this one |
//! | `modules`, `files` | compiled modules, in memory and on disk |
//! | `imports` | what modules may import |
//! | `threads`, `ticks`, `open_files` | what runs need beside a module: threads, being woken, and files |
//! | `run`, `limits` | one run |
//! | `speed` | how fast this machine is |

mod compile;
mod compiler;
mod engine;
mod files;
mod imports;
mod limits;
mod modules;
mod open_files;
mod run;
mod speed;
mod threads;
mod ticks;

use std::{
	path::Path,
	sync::{Arc, OnceLock},
};

use rlc_disk::Budget;
use tokio::sync::Semaphore;
use wasmtime::{Engine, InstancePre};

pub use self::{
	compile::check_module,
	compiler::{compile_if_asked, Compiler},
};
use self::{modules::Modules, run::execute, threads::Threads, ticks::Ticks};
use crate::{job::StopOnDrop, wasi::World, Ending, Error, Job, Run, Stop};

/// The memory that a program needs beside that of its jobs, in bytes, to run modules: in all, for compilers, for loading what
/// they made, and for what is kept of modules that nobody runs.
pub const WASM_MEMORY: u64 = modules::COMPILING + modules::LOADING + modules::MOST_BYTES;
/// The same for each job that runs: the code of its module.
pub const WASM_JOB_MEMORY: u64 = compiler::MOST_CODE;

/// Runs Wasm modules. Cheap to clone; clones share what was compiled.
#[derive(Clone)]
pub struct WasmTier(Arc<Inner>);

struct Inner {
	engine: Engine,
	modules: Arc<Modules>,
	threads: Threads,
	ticks: Ticks,
	/// Those that modules may still open.
	open_files: Arc<Semaphore>,
	speed: OnceLock<u64>,
}

impl WasmTier {
	/// Makes a tier, whose modules `compiler` compiles. `cache`: a directory for this purpose only, where compiled modules
	/// stay for the next start, and the budget of its disk from which they draw, and give way. It becomes this user's alone:
	/// what is written there is run by this process.
	///
	/// Modules have files of this process open: a quarter of those that it may have now are left to it.
	///
	/// # Errors
	///
	/// [`Error::Host`], if this processor is not supported, this program is to be the compiler and does not begin with
	/// [`compile_if_asked`], or the directory cannot be used.
	pub fn new(compiler: Compiler, cache: Option<(&Path, &Budget)>) -> Result<Self, Error> {
		let engine = engine::engine()?;
		let modules = Arc::new(Modules::new(&engine, compiler, cache)?);
		let (threads, ticks) = (Threads::new()?, Ticks::new(&engine)?);
		let open_files = Arc::new(open_files::for_modules());
		Ok(Self(Arc::new(Inner { engine, modules, threads, ticks, open_files, speed: OnceLock::new() })))
	}

	/// Runs a module to its end. If the future is dropped, the run is stopped.
	///
	/// The module is compiled at its first use, by a process of its own that is killed if it takes longer than
	/// [`Limits::time`](crate::Limits::time), or if the job is stopped. Jobs that need one module at the same time wait for
	/// one compiler.
	///
	/// # Errors
	///
	/// [`Error::App`], if the file is not a module that can run here; [`Error::Host`], if the machine fails.
	pub async fn run(&self, job: &Job<'_>, stop: &Stop) -> Result<Run, Error> {
		let inner = &self.0;
		let module = match inner.modules.ready(job.app)? {
			Some(module) => module,
			None => match self.compile(job, stop).await? {
				Ok(module) => module,
				Err(ending) => return Ok(Run::unbegun(ending)),
			},
		};
		let stop = StopOnDrop(stop.child());
		let world = World::new(job, inner.open_files.clone(), stop.0.clone())?;
		let (engine, limits, hash_memory) = (inner.engine.clone(), job.limits.clone(), job.hash_memory);
		let ticking = inner.ticks.start();
		let run = inner.threads.run(move || {
			let run = execute(&engine, &module, world, &limits, hash_memory);
			drop(ticking);
			run
		});
		run.await
	}

	/// Returns how many Wasm instructions one processor executes in a second, about: measured once, in a tenth of a second.
	pub fn speed(&self) -> u64 {
		*self.0.speed.get_or_init(|| speed::measure(&self.0.engine))
	}

	/// Returns the module, or how the job ends without it.
	async fn compile(&self, job: &Job<'_>, stop: &Stop) -> Result<Result<InstancePre<World>, Ending>, Error> {
		tokio::select! {
			module = self.0.modules.load(job.app, job.limits.memory, job.limits.time) => module,
			() = stop.stopped() => Ok(Err(Ending::Stopped)),
		}
	}
}
