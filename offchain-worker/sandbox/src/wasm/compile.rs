//! What is compiled, and what is refused: the same on every machine.

use wasmparser::{Export, ExternalKind, FunctionBody, Parser, Payload};
use wasmtime::{CodeBuilder, Engine, Module};

use super::{engine::engine, imports};
use crate::guest::MEMORY;

/// The largest module, in bytes. That of CPython has 26 MB.
pub const LARGEST: u64 = 32 << 20;
/// The largest function, in bytes: what a compiler takes for one grows faster than the function. The interpreter's loop in
/// CPython has a tenth of this.
const LARGEST_FUNCTION: usize = 1 << 20;

/// What is said of a module that is not a program.
pub const NO_START: &str = "it has no function _start; build it as a program, not as a library";
pub const NO_MEMORY: &str = "it does not export its memory; build it as a program, for wasm32-wasip1";

/// Says whether a module can run in the Wasm tier of any machine, without compiling it. A module that passes may still take
/// too much to compile.
///
/// # Errors
///
/// Why it cannot, and how to build it instead.
pub fn check_module(module: &[u8]) -> Result<(), String> {
	check(module)?;
	let engine = engine().map_err(|error| error.to_string())?;
	Module::validate(&engine, module).map_err(|error| not_a_module(&error))
}

/// Compiles a module for [`Module::deserialize`].
///
/// # Errors
///
/// Why it is not a module that runs here, or anywhere.
pub fn compile(engine: &Engine, module: &[u8]) -> Result<Vec<u8>, String> {
	check(module)?;
	let mut builder = CodeBuilder::new(engine);
	let compiled = builder.wasm_binary(module, None).and_then(|builder| builder.compile_module_serialized());
	compiled.map_err(|error| not_a_module(&error))
}

/// Refuses what no machine runs, as far as it can be seen without a compiler.
fn check(module: &[u8]) -> Result<(), String> {
	check_size(module.len() as u64)?;
	// A component begins as a module does, with another version.
	if module.starts_with(b"\0asm") && module.get(4..8) != Some(&[1, 0, 0, 0]) {
		return Err("it is not a module, but perhaps a component; build it for wasm32-wasip1".into());
	}
	let mut exports = Vec::new();
	for part in Parser::new(0).parse_all(module) {
		match part {
			Ok(Payload::CodeSectionEntry(function)) => check_function(&function)?,
			Ok(Payload::ImportSection(imports)) => imports::check(imports)?,
			Ok(Payload::ExportSection(section)) => exports.extend(section.into_iter().map_while(Result::ok)),
			Ok(_) => {}
			// What is wrong with a module otherwise is for the compiler to say.
			Err(_) => return Ok(()),
		}
	}
	check_exports(&exports)
}

fn not_a_module(error: &wasmtime::Error) -> String {
	format!("it is not a Wasm module that runs here: {error:#}")
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

fn check_function(function: &FunctionBody<'_>) -> Result<(), String> {
	let bytes = function.range().len();
	if bytes > LARGEST_FUNCTION {
		return Err(format!(
			"a function of the module has {bytes} bytes, more than the {LARGEST_FUNCTION} allowed; split it up"
		));
	}
	Ok(())
}

/// Refuses a module that is not a program. The type of its main function is seen when it is compiled.
fn check_exports(exports: &[Export<'_>]) -> Result<(), String> {
	let has = |name: &str, kind: ExternalKind| exports.iter().any(|export| export.name == name && export.kind == kind);
	if !has("_start", ExternalKind::Func) {
		return Err(NO_START.into());
	}
	if !has(MEMORY, ExternalKind::Memory) {
		return Err(NO_MEMORY.into());
	}
	Ok(())
}
