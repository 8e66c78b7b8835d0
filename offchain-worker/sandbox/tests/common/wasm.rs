//! The Wasm tier of the tests, and the app that they run in it.

use std::{
	fs,
	path::{Path, PathBuf},
	sync::OnceLock,
};

use rlc_disk::Budget;
use rlc_sandbox::{Compiler, Ending, Error, Run, WasmTier};
use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
use tokio::sync::OnceCell;

use super::{module, Room};

/// Returns the one tier of all tests of a program, so that the app is compiled once.
pub fn tier() -> &'static WasmTier {
	static TIER: OnceLock<WasmTier> = OnceLock::new();
	let compiler = || Compiler::program(env!("CARGO_BIN_EXE_compile-module"));
	let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join(concat!("modules-", env!("CARGO_CRATE_NAME")));
	TIER.get_or_init(|| {
		// Modules may have a part of the files that this process may: at first, that is less than one module may have.
		let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
		setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
		WasmTier::new(compiler(), Some((cache.as_path(), &Budget::unlimited()))).unwrap()
	})
}

/// Runs the app of the tests.
pub async fn run(room: &Room, args: &[&str]) -> Run {
	static APP: OnceCell<PathBuf> = OnceCell::const_new();
	let app = APP.get_or_init(|| async {
		// Compiled beforehand, which takes a while: some rooms give little time.
		let app = module();
		let compiled = Room::new().wasm(tier(), &app, &["nothing"]).await.unwrap();
		assert_eq!(compiled.ending, Ending::Exited(0));
		app
	});
	room.wasm(tier(), app.await, args).await.unwrap()
}

/// Runs a module given as text.
pub async fn run_text(room: &Room, module: &str) -> Result<Run, Error> {
	let app = room.directory.path().join("app.wasm");
	fs::write(&app, wat::parse_str(module).unwrap()).unwrap();
	room.wasm(tier(), &app, &[]).await
}
