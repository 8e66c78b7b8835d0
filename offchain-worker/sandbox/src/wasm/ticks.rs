//! What makes runs look whether they should end: a thread that ticks while there are any.

use std::{
	sync::{
		atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
		Arc,
	},
	thread::{self, Thread},
	time::Duration,
};

use wasmtime::Engine;

use crate::Error;

/// How often a run looks.
const TICK: Duration = Duration::from_millis(10);
/// For how many ticks without a run it goes on. Short runs follow each other, and need not wake it each time.
const IDLE: u32 = 100;

/// Ticks while there are runs.
#[derive(Debug)]
pub struct Ticks {
	state: Arc<State>,
	thread: Thread,
}

#[derive(Debug, Default)]
struct State {
	/// How many runs there are.
	runs: AtomicUsize,
	/// Whether the thread need not be woken.
	awake: AtomicBool,
	/// Whether the thread is to end.
	over: AtomicBool,
}

/// A run, until this is dropped.
#[derive(Debug)]
pub struct Ticking(Arc<State>);

impl Ticks {
	/// Starts the thread.
	///
	/// # Errors
	///
	/// [`Error::Host`], if there can be no more threads.
	pub fn new(engine: &Engine) -> Result<Self, Error> {
		let (state, engine) = (Arc::<State>::default(), engine.clone());
		let ticking = state.clone();
		let thread = thread::Builder::new().name("rlc-ticks".into()).spawn(move || tick(&ticking, &engine));
		let thread = thread.map_err(|error| Error::Host(format!("a thread cannot be started: {error}")))?;
		Ok(Self { state, thread: thread.thread().clone() })
	}

	/// Ticks until what is returned is dropped, even if this is dropped before.
	pub fn start(&self) -> Ticking {
		self.state.runs.fetch_add(1, SeqCst);
		if !self.state.awake.swap(true, SeqCst) {
			self.thread.unpark();
		}
		Ticking(self.state.clone())
	}
}

impl Drop for Ticks {
	fn drop(&mut self) {
		self.state.over.store(true, SeqCst);
		self.thread.unpark();
	}
}

impl Drop for Ticking {
	fn drop(&mut self) {
		self.0.runs.fetch_sub(1, SeqCst);
	}
}

fn tick(state: &State, engine: &Engine) {
	let is_needed = || state.runs.load(SeqCst) > 0;
	let mut idle = 0;
	while is_needed() || !state.over.load(SeqCst) {
		thread::sleep(TICK);
		engine.increment_epoch();
		idle = if is_needed() { 0 } else { idle + 1 };
		if idle < IDLE {
			continue;
		}
		state.awake.store(false, SeqCst);
		// A run that began before this was stored did not wake the thread; one that begins later does.
		if !is_needed() && !state.over.load(SeqCst) {
			thread::park();
		}
		state.awake.store(true, SeqCst);
		idle = 0;
	}
}

#[cfg(test)]
mod tests {
	use std::time::Instant;

	use super::*;
	use crate::wasm::engine::engine;

	/// Returns whether the epoch moves within a while.
	fn ticks(engine: &Engine) -> bool {
		let mut store = wasmtime::Store::new(engine, false);
		store.set_epoch_deadline(1);
		let endless = r#"(module (func (export "f") (loop (br 0))))"#;
		let module = wasmtime::Module::new(engine, wat::parse_str(endless).unwrap()).unwrap();
		store.set_fuel(u64::MAX).unwrap();
		let instance = wasmtime::Instance::new(&mut store, &module, &[]).unwrap();
		let run = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
		run.call(&mut store, ()).is_err()
	}

	#[test]
	fn run_that_outlives_its_tier_is_woken() {
		let engine = engine().unwrap();
		let ticker = Ticks::new(&engine).unwrap();
		let run = ticker.start();
		drop(ticker);
		assert!(ticks(&engine));
		drop(run);
	}

	#[test]
	fn runs_are_woken_also_after_a_pause() {
		let engine = engine().unwrap();
		let ticker = Ticks::new(&engine).unwrap();
		for _ in 0..2 {
			let run = ticker.start();
			assert!(ticks(&engine));
			drop(run);
			let start = Instant::now();
			while ticker.state.awake.load(SeqCst) {
				assert!(start.elapsed() < Duration::from_secs(100), "it ticks without a run");
				thread::sleep(TICK);
			}
		}
	}
}
