//! The Wasm tier: compiles modules, keeps them, runs them.

mod limits;
mod modules;
mod speed;

use std::{
	fmt::Write,
	path::Path,
	sync::{Arc, OnceLock},
	thread,
	time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use tokio::{sync::oneshot, time};
use wasmtime::{
	Cache, CacheConfig, Config, Engine, Instance, InstancePre, Store, Trap, UpdateDeadline, WasmBacktrace,
	WasmBacktraceDetails,
};

use self::modules::Modules;
use crate::{
	guest::{Halt, MEMORY},
	wasi::World,
	Ending, Error, Job, Limits, Run, Stop, Used,
};

/// How often a run looks whether it should end.
const TICK: Duration = Duration::from_millis(10);
/// What a module may use of the native stack, by recursion.
const MODULE_STACK: usize = 2 << 20;
/// The thread's stack: the module's, and as much again for what the module calls.
const THREAD_STACK: usize = 2 * MODULE_STACK;
/// How many functions a trap names.
const FRAMES: usize = 8;

/// Runs Wasm modules. Cheap to clone; clones share what was compiled.
#[derive(Clone)]
pub struct WasmTier(Arc<Inner>);

struct Inner {
	engine: Engine,
	modules: Modules,
	speed: OnceLock<u64>,
}

impl WasmTier {
	/// Makes a tier. `cache`: a directory of this user's own, where compiled modules stay for the next start. A user that
	/// can write there can make this process run anything.
	///
	/// # Errors
	///
	/// [`Error::Host`], if this processor is not supported, or the directory cannot be used.
	pub fn new(cache: Option<&Path>) -> Result<Self, Error> {
		let engine = engine(cache)?;
		let modules = Modules::new(&engine)?;
		Ok(Self(Arc::new(Inner { engine, modules, speed: OnceLock::new() })))
	}

	/// Runs a module to its end. If the future is dropped, the run is stopped.
	///
	/// The module is compiled at its first use, which may take as long as [`Limits::time`] too.
	///
	/// # Errors
	///
	/// [`Error::App`], if the file is not a module that can run here; [`Error::Host`], if the machine fails.
	pub async fn run(&self, job: &Job<'_>, stop: &Stop) -> Result<Run, Error> {
		let run = StopOnDrop { stop: stop.child(), engine: &self.0.engine };
		let module = match self.0.modules.ready(job.app)? {
			Some(module) => module,
			None => match self.compile(job, stop).await? {
				Ok(module) => module,
				Err(ending) => return Ok(Run::unbegun(ending)),
			},
		};
		let world = World::new(job, run.stop.clone())?;
		let (limits, engine, hash_memory) = (job.limits.clone(), self.0.engine.clone(), job.hash_memory);
		let (send, mut receive) = oneshot::channel();
		thread::Builder::new()
			.name("rlc-wasm".into())
			.stack_size(THREAD_STACK)
			.spawn(move || send.send(execute(&engine, &module, world, &limits, hash_memory)))
			.map_err(|error| Error::Host(format!("the thread of the run cannot be started: {error}")))?;
		let mut ticks = time::interval_at(time::Instant::now() + TICK, TICK);
		loop {
			tokio::select! {
				result = &mut receive => {
					return result.unwrap_or_else(|_| Err(Error::Host("the thread of the run panicked".into())));
				}
				_ = ticks.tick() => self.0.engine.increment_epoch(),
			}
		}
	}

	/// Returns how many Wasm instructions one processor executes in a second, about: measured once, in a tenth of a second.
	pub fn speed(&self) -> u64 {
		*self.0.speed.get_or_init(|| speed::measure(&self.0.engine))
	}

	/// Returns the module, or why it was not waited for. A compilation cannot be interrupted: it continues, for the next
	/// job.
	async fn compile(&self, job: &Job<'_>, stop: &Stop) -> Result<Result<InstancePre<World>, Ending>, Error> {
		let (inner, file) = (self.0.clone(), job.app.to_owned());
		let compiled = tokio::task::spawn_blocking(move || inner.modules.load(&inner.engine, &file));
		tokio::select! {
			compiled = compiled => {
				compiled.unwrap_or_else(|_| Err(Error::App("the compiler panicked".into()))).map(Ok)
			}
			() = stop.stopped() => Ok(Err(Ending::Stopped)),
			() = time::sleep(job.limits.time) => Ok(Err(Ending::TimedOut)),
		}
	}
}

/// Ends a run whose future is dropped.
struct StopOnDrop<'a> {
	stop: Stop,
	engine: &'a Engine,
}

impl Drop for StopOnDrop<'_> {
	fn drop(&mut self) {
		self.stop.stop();
		// So that the run looks.
		self.engine.increment_epoch();
	}
}

/// Makes the engine: everything that could differ between machines is off, or made the same.
fn engine(cache: Option<&Path>) -> Result<Engine, Error> {
	let host = |error: wasmtime::Error| Error::Host(format!("the Wasm engine cannot start: {error:#}"));
	let mut config = Config::new();
	config
		.cranelift_nan_canonicalization(true)
		.relaxed_simd_deterministic(true)
		.wasm_threads(false)
		.wasm_shared_everything_threads(false)
		.wasm_memory64(false)
		.wasm_multi_memory(false)
		.consume_fuel(true)
		.epoch_interruption(true)
		.max_wasm_stack(MODULE_STACK)
		// Otherwise the environment decides what is read.
		.wasm_backtrace_details(WasmBacktraceDetails::Disable);
	if let Some(directory) = cache {
		std::fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
		let directory = directory.canonicalize().map_err(Error::io("find", directory))?;
		let mut settings = CacheConfig::new();
		settings.with_directory(directory);
		config.cache(Some(Cache::new(settings).map_err(host)?));
	}
	Engine::new(&config).map_err(host)
}

/// Runs a module on this thread.
fn execute(
	engine: &Engine,
	module: &InstancePre<World>,
	mut world: World,
	limits: &Limits,
	hash_memory: bool,
) -> Result<Run, Error> {
	let start = Instant::now();
	world.begin(start.checked_add(limits.time));
	let mut store = Store::new(engine, world);
	store.limiter(|world| &mut world.memory);
	let fuel = limits.fuel.unwrap_or(u64::MAX);
	store.set_fuel(fuel).map_err(|error| Error::Host(error.to_string()))?;
	store.set_epoch_deadline(1);
	store.epoch_deadline_callback(|store| {
		store.data().check_time()?;
		Ok(UpdateDeadline::Continue(1))
	});
	let mut begun = None;
	let outcome = module.instantiate(&mut store).and_then(|instance| {
		begun = Some(instance);
		instance.get_typed_func::<(), ()>(&mut store, "_start")?.call(&mut store, ())
	});
	let ending = match outcome {
		Ok(()) => Ending::Exited(0),
		Err(error) => ending(&error)?,
	};
	let time = start.elapsed();
	let memory = match begun {
		Some(instance) if hash_memory && ending == Ending::Exited(0) => Some(hash_of_memory(instance, &mut store)),
		_ => None,
	};
	let left = store.get_fuel().unwrap_or(0);
	let world = store.into_data();
	let used = Used { time, fuel: fuel - left, memory: world.memory.peak() };
	Ok(Run { memory, ..Run::new(ending, world.into_logs(), used) })
}

/// Returns the SHA-256 of all of a module's memory.
fn hash_of_memory(instance: Instance, store: &mut Store<World>) -> [u8; 32] {
	let memory = instance.get_memory(&mut *store, MEMORY);
	Sha256::digest(memory.map_or(&[][..], |memory| memory.data(&*store))).into()
}

/// Says what an error of the engine means for the app.
fn ending(error: &wasmtime::Error) -> Result<Ending, Error> {
	if let Some(halt) = error.downcast_ref::<Halt>() {
		return match halt {
			Halt::Exit(code) => Ok(Ending::Exited(*code)),
			Halt::TimedOut => Ok(Ending::TimedOut),
			Halt::Stopped => Ok(Ending::Stopped),
			Halt::OutOfMemory => Ok(Ending::OutOfMemory),
			Halt::OutOfDisk => Ok(Ending::OutOfDisk),
			Halt::Host(cause) => Err(Error::Host(cause.clone())),
		};
	}
	match error.downcast_ref::<Trap>() {
		Some(Trap::OutOfFuel) => Ok(Ending::OutOfFuel),
		Some(Trap::StackOverflow) => Ok(Ending::OutOfStack),
		Some(trap) => {
			let mut text = trap.to_string();
			let frames = error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames).unwrap_or_default();
			for (number, frame) in frames.iter().take(FRAMES).enumerate() {
				let between = if number == 0 { ", in" } else { " <-" };
				// Writing to a string does not fail.
				let _ = match frame.func_name() {
					Some(name) => write!(text, "{between} {name}"),
					None => write!(text, "{between} function {}", frame.func_index()),
				};
			}
			Ok(Ending::Trapped(text))
		}
		None => Err(Error::Host(format!("{error:#}"))),
	}
}
