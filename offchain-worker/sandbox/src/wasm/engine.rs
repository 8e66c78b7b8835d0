//! The engine, the same for what compiles and for what runs: everything that could differ between machines is off, or made
//! the same.

use wasmtime::{Config, Engine, WasmBacktraceDetails};

use crate::Error;

/// What a module may use of the native stack, by recursion.
pub const MODULE_STACK: usize = 2 << 20;

/// Makes an engine.
///
/// # Errors
///
/// [`Error::Host`], if this processor is not supported.
pub fn engine() -> Result<Engine, Error> {
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
	Engine::new(&config).map_err(|error| Error::Host(format!("the Wasm engine cannot start: {error:#}")))
}
