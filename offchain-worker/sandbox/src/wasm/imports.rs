//! What modules may import: WASI preview 1, and one function beside it.

use wasmparser::{Import, ImportSectionReader, TypeRef};
use wasmtime::Linker;

use crate::{
	shown::shown,
	wasi::{self, World},
};

/// How much of a name that a stranger chose is shown, in characters.
const SHOWN: usize = 100;
/// A function that Emscripten's modules call when they have grown, so that pages on the web can follow. Here nobody does.
const GROWN: (&str, &str) = ("env", "emscripten_notify_memory_growth");

/// What is offered instead of what other compilers and options import, by the module that it is imported from.
const REMEDIES: &[(&str, &str)] = &[
	("wasi_unstable", "it was built for an older WASI; build it anew, for wasm32-wasip1 (WASI preview 1)"),
	("wasix_32v1", "it is built for WASIX; build it for wasm32-wasip1 (WASI preview 1)"),
	("wasix_64v1", "it is built for WASIX; build it for wasm32-wasip1 (WASI preview 1)"),
	("wasi", "it is built for threads; build it for wasm32-wasip1, without threads"),
	("gojs", "it is built for browsers; build it with GOOS=wasip1 GOARCH=wasm"),
	("go", "it is built for browsers; build it with GOOS=wasip1 GOARCH=wasm"),
	("wbg", "it is built for browsers; build it for wasm32-wasip1, without wasm-bindgen"),
	("__wbindgen_placeholder__", "it is built for browsers; build it for wasm32-wasip1, without wasm-bindgen"),
	(
		"env",
		"build it for wasm32-wasip1 (WASI preview 1); with Emscripten, use -sSTANDALONE_WASM; a missing function of C or C++ \
		 has to be linked",
	),
];
const ANY_REMEDY: &str = "build it for wasm32-wasip1 (WASI preview 1), without threads";

/// Links all that modules may import.
///
/// # Errors
///
/// If two things have one name.
pub fn provide(linker: &mut Linker<World>) -> wasmtime::Result<()> {
	wasi::provide(linker)?;
	linker.func_wrap(GROWN.0, GROWN.1, |_: i32| {})?;
	Ok(())
}

/// Refuses a module that imports anything else, by name. What cannot be read is for the compiler to refuse.
///
/// # Errors
///
/// What is missing, and how to build the module instead.
pub fn check(imports: ImportSectionReader<'_>) -> Result<(), String> {
	imports.into_iter().map_while(Result::ok).try_for_each(|import| check_import(&import))
}

fn check_import(import: &Import<'_>) -> Result<(), String> {
	let &Import { module, name, ty } = import;
	let is_offered = (module, name) == GROWN || module == wasi::MODULE && wasi::is_call(name);
	let kind = match ty {
		TypeRef::Func(_) if is_offered => return Ok(()),
		TypeRef::Func(_) => "the function",
		TypeRef::Memory(_) => "a memory,",
		TypeRef::Table(_) => "a table,",
		TypeRef::Global(_) => "a global variable,",
		TypeRef::Tag(_) => "a kind of exception,",
	};
	let remedy = REMEDIES.iter().find_map(|(from, remedy)| (*from == module).then_some(*remedy)).unwrap_or(ANY_REMEDY);
	let (name, module) = (shown(name, SHOWN), shown(module, SHOWN));
	Err(format!("it needs {kind} {name} of {module}, which the Wasm tier does not offer: {remedy}"))
}

#[cfg(test)]
mod tests {
	use wasmparser::{Parser, Payload};

	use super::*;

	fn import(what: &str) -> Result<(), String> {
		let module = wat::parse_str(format!("(module (import {what}))")).unwrap();
		for part in Parser::new(0).parse_all(&module) {
			if let Payload::ImportSection(imports) = part.unwrap() {
				return check(imports);
			}
		}
		panic!("the module imports nothing");
	}

	#[test]
	fn what_is_offered_may_be_imported() {
		for offered in [
			r#""wasi_snapshot_preview1" "fd_read" (func)"#,
			r#""wasi_snapshot_preview1" "proc_exit" (func)"#,
			r#""env" "emscripten_notify_memory_growth" (func (param i32))"#,
		] {
			assert_eq!(import(offered), Ok(()), "{offered}");
		}
	}

	#[test]
	fn what_is_missing_is_named_with_what_to_build_for() {
		for (missing, words) in [
			(r#""wasi_unstable" "fd_read" (func)"#, ["fd_read of wasi_unstable", "wasm32-wasip1"]),
			(r#""wasix_32v1" "thread_exit" (func)"#, ["thread_exit of wasix_32v1", "wasm32-wasip1"]),
			(r#""wasi_snapshot_preview1" "fd_dance" (func)"#, ["fd_dance of", "wasm32-wasip1"]),
			(r#""wasi_snapshot_preview1" "fd_read" (global i32)"#, ["global variable, fd_read", "wasm32-wasip1"]),
			(r#""gojs" "runtime.wasmExit" (func)"#, ["runtime.wasmExit", "GOOS=wasip1"]),
			(r#""env" "memory" (memory 1)"#, ["a memory, memory of env", "-sSTANDALONE_WASM"]),
			(r#""wasi" "thread-spawn" (func)"#, ["thread-spawn of wasi", "without threads"]),
			(r#""e\1b[2Jnv" "f" (func)"#, ["f of e\\u{1b}[2Jnv", "wasm32-wasip1"]),
		] {
			let refused = import(missing).unwrap_err();
			assert!(words.iter().all(|word| refused.contains(word)), "{refused}");
		}
	}
}
