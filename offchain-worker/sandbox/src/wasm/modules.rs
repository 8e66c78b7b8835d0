//! Compiled modules: in memory, on disk, or yet to be compiled.

use std::{
	collections::HashMap,
	path::Path,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex, PoisonError, Weak,
	},
	time::Duration,
};

use rlc_disk::Budget;
use tokio::{
	sync::{self, Semaphore, SemaphorePermit},
	task, time,
};
use wasmtime::{Engine, ExternType, InstancePre, Linker, Module};

use super::{
	compile::{check_size, LARGEST, NO_MEMORY, NO_START},
	compiler::{memory_for, Compiler, LEAST_MEMORY, MOST_CODE},
	files::Files,
	imports,
};
use crate::{
	guest::MEMORY,
	kept::{Digests, Kept, Sha},
	wasi::World,
	Ending, Error,
};

/// How many compiled modules are kept in memory, and of how many bytes of machine code.
const MOST: usize = 64;
pub const MOST_BYTES: u64 = 256 << 20;

/// Has modules compiled, links them to WASI, and keeps them by the SHA-256 of their files.
pub struct Modules {
	engine: Engine,
	linker: Linker<World>,
	compiler: Compiler,
	files: Option<Arc<Files>>,
	digests: Digests,
	kept: Kept<InstancePre<World>>,
	turns: Mutex<HashMap<Sha, Weak<Turn>>>,
	/// What compiling takes beyond the memory of the jobs that have it done, in units of it.
	compiling: Semaphore,
	/// The same for loading what is compiled already, which waits for no compiler.
	loading: Semaphore,
}

/// Of a module: shared by the jobs that need it.
#[derive(Default)]
struct Turn {
	/// Held by the one that has it compiled. The others wait for it.
	lock: sync::Mutex<()>,
	/// Whether other modules had the memory that it needed.
	had_to_wait: AtomicBool,
}

/// A module, or how its job ends without it.
type Loaded = Result<InstancePre<World>, Ending>;

/// What compiling may take of memory beyond that of its jobs, in all, in bytes. One compiler never takes more.
pub const COMPILING: u64 = LEAST_MEMORY;
/// The same for loading what is compiled already.
pub const LOADING: u64 = MOST_CODE;
const MEMORY_UNIT: u64 = 1 << 20;

impl Modules {
	/// Keeps none in memory yet. `cache`: a directory for what was compiled, and from what it draws.
	///
	/// # Errors
	///
	/// [`Error::Host`], if there is no compiler, or the directory cannot be used.
	pub fn new(engine: &Engine, compiler: Compiler, cache: Option<(&Path, &Budget)>) -> Result<Self, Error> {
		compiler.check()?;
		let mut linker = Linker::new(engine);
		imports::provide(&mut linker).map_err(|error| Error::Host(format!("{error:#}")))?;
		let files = match cache {
			Some((directory, disk)) => {
				let files = Arc::new(Files::open(directory, disk)?);
				let giver: Weak<Files> = Arc::downgrade(&files);
				disk.give_way_by(giver);
				Some(files)
			}
			None => None,
		};
		Ok(Self {
			engine: engine.clone(),
			linker,
			compiler,
			files,
			digests: Digests::default(),
			kept: Kept::new(MOST, MOST_BYTES),
			turns: Mutex::default(),
			compiling: Semaphore::new(units(COMPILING) as usize),
			loading: Semaphore::new(units(LOADING) as usize),
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
	/// compiling takes too much, or more than its time.
	///
	/// # Errors
	///
	/// [`Error::App`], if it is not a module that can run here; [`Error::Host`], if the machine fails, or compiled others for
	/// too long.
	pub async fn load(self: &Arc<Self>, file: &Path, memory: u64, time: Duration) -> Result<Loaded, Error> {
		let path = file.to_owned();
		let (digest, module) = self.blocking(move |modules| modules.read(&path)).await?;
		let turn = self.turn(digest);
		tokio::select! {
			loaded = self.load_in(&turn, digest, module, memory) => loaded,
			() = time::sleep(time) => {
				if turn.had_to_wait.load(Ordering::Relaxed) {
					// It is not the module that took so long.
					let why = "other modules were compiled for too much of the time that the app has";
					return Err(Error::Host(why.into()));
				}
				Ok(Err(Ending::TimedOut))
			}
		}
	}

	async fn load_in(
		self: &Arc<Self>,
		turn: &Turn,
		digest: Sha,
		module: Vec<u8>,
		memory: u64,
	) -> Result<Loaded, Error> {
		let _turn = turn.lock.lock().await;
		if let Some(module) = self.kept.get(&digest) {
			return Ok(Ok(module));
		}
		// It is read, and then loaded: once as bytes, and once as code.
		let loading = room(&self.loading, turn, MOST_CODE, memory).await;
		if let Some(module) = self.blocking(move |modules| modules.find(&digest)).await? {
			return Ok(Ok(module));
		}
		drop(loading);
		let _room = room(&self.compiling, turn, memory_for(memory), memory).await;
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
		check_program(module)?;
		let linked = self.linker.instantiate_pre(module);
		let linked = linked.map_err(|error| Error::App(format!("it uses WASI wrongly: {error:#}")))?;
		let code = module.image_range();
		let bytes = (code.end as usize).saturating_sub(code.start as usize) as u64;
		self.kept.keep(digest, linked.clone(), bytes);
		Ok(linked)
	}

	/// Returns the turn of those that need a module.
	fn turn(&self, digest: Sha) -> Arc<Turn> {
		let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
		turns.retain(|_, turn| turn.strong_count() > 0);
		if let Some(turn) = turns.get(&digest).and_then(Weak::upgrade) {
			return turn;
		}
		let turn = Arc::new(Turn::default());
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

/// Takes, of what there is, what compiling or loading a module needs of memory beyond that of its job, which has not begun; in
/// bytes. Its code itself has room beside its job.
async fn room<'a>(of: &'a Semaphore, turn: &Turn, needed: u64, of_job: u64) -> Option<SemaphorePermit<'a>> {
	let units = units(needed.saturating_sub(of_job));
	if let Ok(room) = of.try_acquire_many(units) {
		return Some(room);
	}
	turn.had_to_wait.store(true, Ordering::Relaxed);
	// Closed by nobody.
	of.acquire_many(units).await.ok()
}

fn units(bytes: u64) -> u32 {
	bytes.div_ceil(MEMORY_UNIT).try_into().unwrap_or(u32::MAX)
}

/// Refuses a module without what runs need of it. An earlier version may have compiled it, and checked less.
fn check_program(module: &Module) -> Result<(), Error> {
	let Some(ExternType::Func(main)) = module.get_export("_start") else {
		return Err(Error::App(NO_START.into()));
	};
	if !matches!(module.get_export(MEMORY), Some(ExternType::Memory(_))) {
		return Err(Error::App(NO_MEMORY.into()));
	}
	if main.params().len() > 0 || main.results().len() > 0 {
		return Err(Error::App("its function _start takes or returns something; build it as a program".into()));
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::wasm::engine::engine;

	const MODULE: &str = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
	const PATIENCE: Duration = Duration::from_secs(60);
	const SOON: Duration = Duration::from_millis(50);

	fn modules() -> (Arc<Modules>, tempfile::TempDir) {
		let directory = tempfile::tempdir().unwrap();
		std::fs::write(directory.path().join("app"), wat::parse_str(MODULE).unwrap()).unwrap();
		(Arc::new(Modules::new(&engine().unwrap(), Compiler::unlimited(), None).unwrap()), directory)
	}

	#[test]
	fn what_is_not_a_program_is_refused_with_what_it_lacks() {
		let engine = engine().unwrap();
		let refused = |parts: &str| {
			let module = wat::parse_str(format!("(module {parts})")).unwrap();
			match check_program(&Module::new(&engine, module).unwrap()) {
				Err(Error::App(why)) => why,
				other => panic!("{other:?}"),
			}
		};
		let (memory, start) = (r#"(memory (export "memory") 1)"#, r#"(func (export "_start"))"#);
		assert_eq!(refused(memory), NO_START);
		assert_eq!(refused(start), NO_MEMORY);
		let takes = r#"(func (export "_start") (param i32))"#;
		assert!(refused(&format!("{memory} {takes}")).contains("takes or returns something"));
	}

	#[tokio::test]
	async fn compilers_take_no_more_than_their_jobs_and_what_is_set_aside() {
		let (modules, _directory) = modules();
		let turn = Turn::default();
		for job in [0, 1, 64 << 20, 511 << 20, 512 << 20, 1 << 30, 2 << 30, u64::MAX] {
			let mut rooms = Vec::new();
			// All that fit, of jobs of this size.
			while let Ok(Some(room)) = time::timeout(SOON, room(&modules.compiling, &turn, memory_for(job), job)).await
			{
				rooms.push(room);
				if job >= LEAST_MEMORY {
					break;
				}
			}
			let beyond = memory_for(job).saturating_sub(job) * rooms.len() as u64;
			assert!(!rooms.is_empty() && beyond <= COMPILING, "{job}: {beyond}");
		}
	}

	#[tokio::test]
	async fn module_that_waits_for_others_is_not_to_blame() {
		let (modules, directory) = modules();
		let app = directory.path().join("app");
		let others = modules.compiling.acquire_many(units(COMPILING)).await.unwrap();
		let waited = modules.load(&app, 1 << 20, SOON).await.map(|loaded| loaded.is_ok());
		assert!(matches!(&waited, Err(Error::Host(why)) if why.contains("other modules")), "{waited:?}");
		let own = modules.load(&app, LEAST_MEMORY, PATIENCE).await.map(|loaded| loaded.is_ok());
		assert!(matches!(own, Ok(true)), "a job with enough memory of its own does not wait: {own:?}");
		drop(others);
	}

	/// One module whose compiler takes long would stop all jobs with little memory otherwise.
	#[tokio::test]
	async fn module_that_is_compiled_already_waits_for_no_compiler() {
		let directory = tempfile::tempdir().unwrap();
		let (app, cache) = (directory.path().join("app"), directory.path().join("cache"));
		std::fs::write(&app, wat::parse_str(MODULE).unwrap()).unwrap();
		let disk = Budget::unlimited();
		let start = || {
			let cache = Some((cache.as_path(), &disk));
			Arc::new(Modules::new(&engine().unwrap(), Compiler::unlimited(), cache).unwrap())
		};
		assert!(matches!(start().load(&app, 1 << 20, PATIENCE).await, Ok(Ok(_))));
		let modules = start();
		let _others = modules.compiling.acquire_many(units(COMPILING)).await.unwrap();
		let loaded = modules.load(&app, 1 << 20, PATIENCE).await.map(|loaded| loaded.is_ok());
		assert!(matches!(loaded, Ok(true)), "{loaded:?}");
	}
}
