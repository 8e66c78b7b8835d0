//! What is compiled, and what is refused: the same on every machine.

use wasmparser::{Parser, Payload};
use wasmtime::{CodeBuilder, Engine};

/// The largest module, in bytes. That of CPython has 26 MB.
pub const LARGEST: u64 = 32 << 20;
/// The largest function, in bytes: what a compiler takes for one grows faster than the function. The interpreter's loop in
/// CPython has a tenth of this.
const LARGEST_FUNCTION: usize = 1 << 20;

/// Compiles a module for [`wasmtime::Module::deserialize`].
///
/// # Errors
///
/// Why it is not a module that runs here, or anywhere.
pub fn compile(engine: &Engine, module: &[u8]) -> Result<Vec<u8>, String> {
	check_size(module.len() as u64)?;
	// A component begins as a module does, with another version.
	if module.starts_with(b"\0asm") && module.get(4..8) != Some(&[1, 0, 0, 0]) {
		return Err("it is not a module, but perhaps a component; build it for wasm32-wasip1".into());
	}
	check_functions(module)?;
	let mut builder = CodeBuilder::new(engine);
	let compiled = builder.wasm_binary(module, None).and_then(|builder| builder.compile_module_serialized());
	compiled.map_err(|error| format!("it is not a Wasm module that runs here: {error:#}"))
}

/// Refuses a module that is too large, in bytes.
///
/// # Errors
///
/// The cause.
pub fn check_size(bytes: u64) -> Result<(), String> {
	if bytes > LARGEST {
		return Err(format!("the module has {bytes} bytes, more than the {LARGEST} allowed"));
	}
	Ok(())
}

fn check_functions(module: &[u8]) -> Result<(), String> {
	// What is wrong with a module otherwise is for the compiler to say.
	for part in Parser::new(0).parse_all(module).map_while(Result::ok) {
		let Payload::CodeSectionEntry(function) = part else { continue };
		let bytes = function.range().len();
		if bytes > LARGEST_FUNCTION {
			return Err(format!(
				"a function of the module has {bytes} bytes, more than the {LARGEST_FUNCTION} allowed; split it up"
			));
		}
	}
	Ok(())
}
