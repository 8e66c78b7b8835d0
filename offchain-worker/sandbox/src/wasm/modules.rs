//! Compiled modules.

use std::{fs, path::Path};

use wasmtime::{Engine, ExternType, InstancePre, Linker, Module, UnknownImportError};

use crate::{
	guest::MEMORY,
	kept::{Digests, Kept},
	wasi::{self, World},
	Error,
};

/// The largest module that is compiled, in bytes.
const LARGEST: u64 = 256 << 20;
/// How many compiled modules are kept, and of how many bytes of machine code.
const MOST: usize = 64;
const MOST_BYTES: u64 = 1 << 30;

/// Compiles modules, links them to WASI, and keeps them by the SHA-256 of their files.
pub struct Modules {
	linker: Linker<World>,
	digests: Digests,
	kept: Kept<InstancePre<World>>,
}

impl Modules {
	/// Keeps none yet.
	///
	/// # Errors
	///
	/// [`Error::Host`]: a defect of this crate.
	pub fn new(engine: &Engine) -> Result<Self, Error> {
		let mut linker = Linker::new(engine);
		wasi::provide(&mut linker).map_err(|error| Error::Host(format!("{error:#}")))?;
		Ok(Self { linker, digests: Digests::default(), kept: Kept::new(MOST, MOST_BYTES) })
	}

	/// Returns the module, if it is compiled. Takes microseconds.
	///
	/// # Errors
	///
	/// [`Error::Host`], if the file does not exist.
	pub fn ready(&self, file: &Path) -> Result<Option<InstancePre<World>>, Error> {
		let digest = self.digests.known(file).map_err(Error::io("find", file))?;
		Ok(digest.and_then(|digest| self.kept.get(&digest)))
	}

	/// Returns the module; compiles it if need be, which may take seconds.
	///
	/// # Errors
	///
	/// [`Error::App`], if it is not a module that can run here; [`Error::Host`], if it cannot be read.
	pub fn load(&self, engine: &Engine, file: &Path) -> Result<InstancePre<World>, Error> {
		let digest = self.digests.of(file).map_err(Error::io("read", file))?;
		self.kept.get_or_make(digest, || {
			let bytes = fs::metadata(file).map_err(Error::io("find", file))?.len();
			if bytes > LARGEST {
				return Err(Error::App(format!("the module has {bytes} bytes, more than the {LARGEST} allowed")));
			}
			let module = compile(engine, &fs::read(file).map_err(Error::io("read", file))?)?;
			let linked = self.linker.instantiate_pre(&module).map_err(|error| why_not_linked(&error))?;
			let code = module.image_range();
			Ok((linked, (code.end as usize).saturating_sub(code.start as usize) as u64))
		})
	}
}

fn compile(engine: &Engine, bytes: &[u8]) -> Result<Module, Error> {
	// A component begins as a module does, with another version.
	if bytes.starts_with(b"\0asm") && bytes.get(4..8) != Some(&[1, 0, 0, 0]) {
		return Err(Error::App("it is not a module, but perhaps a component; build it for wasm32-wasip1".into()));
	}
	let module = Module::from_binary(engine, bytes)
		.map_err(|error| Error::App(format!("it is not a Wasm module that runs here: {error:#}")))?;
	match module.get_export("_start") {
		Some(ExternType::Func(main)) if main.params().len() == 0 && main.results().len() == 0 => {}
		_ => return Err(Error::App("it has no function _start; build it as a program, not as a library".into())),
	}
	if !matches!(module.get_export(MEMORY), Some(ExternType::Memory(_))) {
		return Err(Error::App("it does not export its memory; build it as a program, for wasm32-wasip1".into()));
	}
	Ok(module)
}

fn why_not_linked(error: &wasmtime::Error) -> Error {
	match error.downcast_ref::<UnknownImportError>() {
		Some(import) => Error::App(format!(
			"it needs {} of {}, which the Wasm tier does not offer; build it for wasm32-wasip1, without threads",
			import.name(),
			import.module()
		)),
		None => Error::App(format!("it uses WASI wrongly: {error:#}")),
	}
}
