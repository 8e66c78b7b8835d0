//! Compiled modules: in memory, on disk, or yet to be compiled.

use std::{
	collections::HashMap,
	path::Path,
	sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::{sync, task};
use wasmtime::{Engine, ExternType, InstancePre, Linker, Module, UnknownImportError};

use super::{
	compile::{check_size, LARGEST},
	compiler::Compiler,
	files::Files,
};
use crate::{
	guest::MEMORY,
	kept::{Digests, Kept, Sha},
	wasi::{self, World},
	Ending, Error,
};

/// How many compiled modules are kept in memory, and of how many bytes of machine code.
const MOST: usize = 64;
const MOST_BYTES: u64 = 256 << 20;

/// Has modules compiled, links them to WASI, and keeps them by the SHA-256 of their files.
pub struct Modules {
	engine: Engine,
	linker: Linker<World>,
	compiler: Compiler,
	files: Option<Files>,
	digests: Digests,
	kept: Kept<InstancePre<World>>,
	turns: Turns,
}

/// Held by the one job that has a module compiled, so that others that need it wait for it.
type Turn = Arc<sync::Mutex<()>>;
type Turns = Mutex<HashMap<Sha, Weak<sync::Mutex<()>>>>;

impl Modules {
	/// Keeps none in memory yet. `cache`: a directory for what was compiled.
	///
	/// # Errors
	///
	/// [`Error::Host`], if there is no compiler, or the directory cannot be used.
	pub fn new(engine: &Engine, compiler: Compiler, cache: Option<&Path>) -> Result<Self, Error> {
		compiler.check()?;
		let mut linker = Linker::new(engine);
		wasi::provide(&mut linker).map_err(|error| Error::Host(format!("{error:#}")))?;
		Ok(Self {
			engine: engine.clone(),
			linker,
			compiler,
			files: cache.map(Files::open).transpose()?,
			digests: Digests::default(),
			kept: Kept::new(MOST, MOST_BYTES),
			turns: Turns::default(),
		})
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

	/// Returns the module; has it compiled if need be, which may take minutes, and memory that follows from that of its
	/// job. If the future is dropped, so is that: another job that waits for it begins again. Returns how the job ends if
	/// compiling takes too much.
	///
	/// # Errors
	///
	/// [`Error::App`], if it is not a module that can run here; [`Error::Host`], if the machine fails.
	pub async fn load(self: &Arc<Self>, file: &Path, memory: u64) -> Result<Result<InstancePre<World>, Ending>, Error> {
		let path = file.to_owned();
		let (digest, module) = self.blocking(move |modules| modules.read(&path)).await?;
		let turn = self.turn(digest);
		let _turn = turn.lock().await;
		if let Some(module) = self.kept.get(&digest) {
			return Ok(Ok(module));
		}
		if let Some(module) = self.blocking(move |modules| modules.find(&digest)).await? {
			return Ok(Ok(module));
		}
		let code = match self.compiler.compile(&self.engine, module, memory).await? {
			Ok(code) => code,
			Err(ending) => return Ok(Err(ending)),
		};
		self.blocking(move |modules| modules.take(digest, &code)).await.map(Ok)
	}

	/// Reads the file of a module.
	fn read(&self, file: &Path) -> Result<(Sha, Vec<u8>), Error> {
		let io = |error| Error::io("read", file)(error);
		check_size(std::fs::metadata(file).map_err(io)?.len()).map_err(Error::App)?;
		let (digest, module) = self.digests.read(file, LARGEST + 1).map_err(io)?;
		check_size(module.len() as u64).map_err(Error::App)?;
		Ok((digest, module))
	}

	/// Returns the module, if it was compiled before the last start.
	fn find(&self, digest: &Sha) -> Result<Option<InstancePre<World>>, Error> {
		let Some((files, code)) = self.files.as_ref().and_then(|files| Some((files, files.find(digest)?))) else {
			return Ok(None);
		};
		match self.module(&code) {
			Ok(module) => self.keep(*digest, &module).map(Some),
			Err(error) => {
				tracing::debug!("a module is compiled again: {error:#}");
				files.remove(digest);
				Ok(None)
			}
		}
	}

	/// Takes what the compiler made of a module.
	fn take(&self, digest: Sha, code: &[u8]) -> Result<InstancePre<World>, Error> {
		let module = self.module(code).map_err(|error| {
			Error::Host(format!("what the compiler wrote cannot be used; is it another version? {error:#}"))
		})?;
		if let Some(files) = &self.files {
			files.put(&digest, code);
		}
		self.keep(digest, &module)
	}

	/// Returns a compiled module. One that an engine of another version or with other settings made is refused.
	#[allow(unsafe_code)]
	fn module(&self, code: &[u8]) -> wasmtime::Result<Module> {
		// SAFETY: these are the bytes that a compiler of ours wrote: they come from its pipe, or from a file that has the
		// hash written with it, in a directory that nobody else can write to.
		unsafe { Module::deserialize(&self.engine, code) }
	}

	/// Links a module, and keeps it in memory.
	fn keep(&self, digest: Sha, module: &Module) -> Result<InstancePre<World>, Error> {
		check_exports(module)?;
		let linked = self.linker.instantiate_pre(module).map_err(|error| why_not_linked(&error))?;
		let code = module.image_range();
		let bytes = (code.end as usize).saturating_sub(code.start as usize) as u64;
		self.kept.keep(digest, linked.clone(), bytes);
		Ok(linked)
	}

	/// Returns the turn of those that need a module.
	fn turn(&self, digest: Sha) -> Turn {
		let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
		turns.retain(|_, turn| turn.strong_count() > 0);
		if let Some(turn) = turns.get(&digest).and_then(Weak::upgrade) {
			return turn;
		}
		let turn = Turn::default();
		turns.insert(digest, Arc::downgrade(&turn));
		turn
	}

	/// Does work that takes a while on a thread for that.
	async fn blocking<T: Send + 'static>(
		self: &Arc<Self>,
		work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
	) -> Result<T, Error> {
		let modules = self.clone();
		let done = task::spawn_blocking(move || work(&modules)).await;
		done.unwrap_or_else(|error| Err(Error::Host(format!("loading the module broke off: {error}"))))
	}
}

fn check_exports(module: &Module) -> Result<(), Error> {
	match module.get_export("_start") {
		Some(ExternType::Func(main)) if main.params().len() == 0 && main.results().len() == 0 => {}
		_ => return Err(Error::App("it has no function _start; build it as a program, not as a library".into())),
	}
	if !matches!(module.get_export(MEMORY), Some(ExternType::Memory(_))) {
		return Err(Error::App("it does not export its memory; build it as a program, for wasm32-wasip1".into()));
	}
	Ok(())
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
