//! A machine's clock that goes back, under a development chain.

use std::{
	ffi::OsStr,
	fs,
	path::{Path, PathBuf},
	process::Command,
};

use crate::common::program::{path, Running};

/// Shifts the time that a program sees, by so many seconds as its environment says.
const SHIFT: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t id, struct timespec *time) {
	static int (*real)(clockid_t, struct timespec *);
	if (!real)
		real = dlsym(RTLD_NEXT, "clock_gettime");
	int result = real(id, time);
	if (id == CLOCK_REALTIME)
		time->tv_sec += atol(getenv("SHIFT_SECONDS"));
	return result;
}
"#;

/// Compiles what the loader puts before a program. A machine that builds Rust programs has a C compiler, which links them.
fn shift(folder: &Path) -> PathBuf {
	let (source, library) = (folder.join("shift.c"), folder.join("shift.so"));
	fs::write(&source, SHIFT).expect("a source file");
	let mut compiler = Command::new("cc");
	compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
	assert!(compiler.status().expect("a C compiler").success());
	library
}

#[test]
fn development_chain_goes_on_when_the_clock_has_gone_back() {
	let folder = tempfile::tempdir().expect("a folder");
	let (library, base) = (shift(folder.path()), folder.path().join("base"));
	let quiet = ["--no-mdns", "--no-prometheus", "--no-telemetry", "--port", "0", "--rpc-port", "0"];
	let arguments = [&["--dev", "--base-path", path(&base)][..], &quiet].concat();
	let node = |seconds: &str| {
		let variables = [("LD_PRELOAD", library.as_os_str()), ("SHIFT_SECONDS", OsStr::new(seconds))];
		Running::start_with(&arguments, &variables)
	};

	let mut days_later = node("259200");
	days_later.says("proposing at 3 ", 1);
	days_later.stop();

	let mut today = node("0");
	today.says("proposing at 12 ", 1);
	assert!(today.said().contains("the chain goes on from its own time"), "{}", today.said());
	today.stop();
}
