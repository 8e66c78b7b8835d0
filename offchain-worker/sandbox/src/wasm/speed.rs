//! How fast this machine is.

use std::time::{Duration, Instant};

use wasmtime::{Engine, Instance, Module, Store};

/// How long it is measured.
const LONG_ENOUGH: Duration = Duration::from_millis(100);
/// Instructions of the first round; each next round has twice as many.
const FIRST: u64 = 1_000_000;

/// Measures how many Wasm instructions one processor executes in a second.
pub fn measure(engine: &Engine) -> u64 {
	let mut instructions = FIRST;
	loop {
		let time = time(engine, instructions).expect("the module is part of this crate, and its test runs it");
		if time >= LONG_ENOUGH {
			return (u128::from(instructions) * 1_000_000_000 / time.as_nanos()) as u64;
		}
		instructions *= 2;
	}
}

/// Measures how long it takes to execute this many.
fn time(engine: &Engine, instructions: u64) -> wasmtime::Result<Duration> {
	let module = Module::new(engine, wat::parse_str(include_str!("speed.wat"))?)?;
	let mut store = Store::new(engine, ());
	store.set_fuel(instructions)?;
	// The epochs are for runs beside it.
	store.set_epoch_deadline(u64::MAX / 2);
	let main = Instance::new(&mut store, &module, &[])?.get_typed_func::<(), ()>(&mut store, "_start")?;
	let start = Instant::now();
	// It always ends by its fuel.
	let _ = main.call(&mut store, ());
	Ok(start.elapsed())
}
