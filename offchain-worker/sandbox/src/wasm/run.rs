//! One run of a compiled module.

use std::{fmt::Write, time::Instant};

use sha2::{Digest, Sha256};
use wasmtime::{Engine, Instance, InstancePre, Store, Trap, UpdateDeadline, WasmBacktrace};

use crate::{
	guest::{Halt, MEMORY},
	wasi::World,
	Ending, Error, Limits, Run, Used,
};

/// How many functions a trap names.
const FRAMES: usize = 8;

/// Runs a module on this thread, to its end.
///
/// # Errors
///
/// [`Error::Host`], if the machine fails.
pub fn execute(
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
		Err(error) => ending(&error, store.data().memory.has_refused())?,
	};
	let time = start.elapsed();
	let memory = match begun {
		Some(instance) if hash_memory && ending == Ending::Exited(0) => Some(hash_of_memory(instance, &mut store)),
		_ => None,
	};
	let left = store.get_fuel().unwrap_or(0);
	let world = store.into_data();
	world.tree.clear().map_err(|error| Error::Host(format!("what is beside the result cannot be removed: {error}")))?;
	let used = Used { time, fuel: fuel - left, memory: world.memory.peak() };
	Ok(Run { memory, ..Run::new(ending, world.into_logs(), used) })
}

/// Returns the SHA-256 of all of a module's memory.
fn hash_of_memory(instance: Instance, store: &mut Store<World>) -> [u8; 32] {
	let memory = instance.get_memory(&mut *store, MEMORY);
	Sha256::digest(memory.map_or(&[][..], |memory| memory.data(&*store))).into()
}

/// Says what an error of the engine means for the app. `refused`: there was no more memory for it.
fn ending(error: &wasmtime::Error, refused: bool) -> Result<Ending, Error> {
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
		// How programs abort, such as one whose allocator found nothing.
		Some(Trap::UnreachableCodeReached) if refused => Ok(Ending::OutOfMemory),
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
