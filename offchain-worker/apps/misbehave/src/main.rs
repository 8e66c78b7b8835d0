//! Breaks each rule that apps have, for the tests of what runs them. The first argument says which:
//!
//! | argument | what it does | what a worker must make of it |
//! |---|---|---|
//! | `exit1` | ends with the code 1 | failure, with the log's last line |
//! | `panic` | panics | failure |
//! | `loop` | computes forever | failure when the category's time is up, which is reported and not contributed |
//! | `memory` | takes memory until there is none | failure: out of memory |
//! | `recursion` | calls itself forever | failure: stack |
//! | `disk` | writes one file until that is refused | failure: out of disk |
//! | `files` | makes files until that is refused | failure: too many files |
//! | `deep` | makes directories in directories until that is refused | failure, or a result; and it can be cleaned up |
//! | `log` | prints 64 MiB, then has a result | a result; the log is cut |
//! | `missing-computed` | ends well without `computed.json` | failure |
//! | `missing-result` | names a result that does not exist | failure |
//! | `outside` | names a result outside of the output directory | failure |
//! | `link` | names a symbolic link as result that leads outside | failure |
//! | `escape` | reads and writes outside of its directories | a result, that says what it could do: nothing |
//! | `differ` | makes its result of clock, randomness, and order of directories | wasm: the same result everywhere |
//! | `forkbomb` | starts itself forever; natively only | failure at a limit, and the machine stays usable |

use std::{
	collections::hash_map::RandomState,
	env,
	error::Error,
	fmt::Write as _,
	fs,
	hash::BuildHasher,
	hint::black_box,
	io::Write as _,
	path::{Path, PathBuf},
	process::ExitCode,
	time::{Instant, SystemTime},
};

type Done = Result<(), Box<dyn Error>>;

/// 64 KiB that is not all zeros, so that it is really taken.
static BLOCK: [u8; 1 << 16] = [0xa5; 1 << 16];

fn main() -> ExitCode {
	let mode = env::args().nth(1).unwrap_or_default();
	match misbehave(&mode) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {mode}: {error}");
			ExitCode::FAILURE
		}
	}
}

fn misbehave(mode: &str) -> Done {
	let output = PathBuf::from(env::var("IEXEC_OUT")?);
	match mode {
		"exit1" => Err("as asked".into()),
		"panic" => panic!("as asked"),
		"loop" => forever(),
		"memory" => {
			let mut taken = Vec::new();
			loop {
				taken.push(black_box(BLOCK.to_vec()));
			}
		}
		"recursion" => {
			println!("{}", deeper(1));
			Ok(())
		}
		"disk" => {
			let mut file = fs::File::create(output.join("large"))?;
			loop {
				file.write_all(&BLOCK)?;
			}
		}
		"files" => {
			for number in 0u64.. {
				fs::write(output.join(number.to_string()), "")?;
			}
			Ok(())
		}
		"deep" => {
			let mut path = output.clone();
			loop {
				path.push("d");
				fs::create_dir(&path)?;
			}
		}
		"log" => {
			let line = "x".repeat(1023);
			for _ in 0..64 << 10 {
				println!("{line}");
			}
			finish(&output, "logged")
		}
		"missing-computed" => Ok(fs::write(output.join("result.txt"), "nobody is told\n")?),
		"missing-result" => computed(&output, &output.join("absent")),
		"outside" => computed(&output, &output.join("../../etc/passwd")),
		"link" => {
			let at = output.join("link");
			link(Path::new("/etc/passwd"), &at).or_else(|_| link(Path::new("../../../etc/passwd"), &at))?;
			computed(&output, &at)
		}
		"escape" => finish(&output, &escapes(&output)),
		"callback" => Ok(fs::write(output.join("computed.json"), r#"{"callback-data": "0x2a"}"#)?),
		"differ" => finish(&output, &differences(&output)?),
		"forkbomb" => forkbomb(),
		_ => Err("the first argument says how to misbehave; see the list in this program's source".into()),
	}
}

/// Leaves a result, as a good app does.
fn finish(output: &Path, text: &str) -> Done {
	fs::write(output.join("result.txt"), format!("{text}\n"))?;
	computed(output, &output.join("result.txt"))
}

/// Names the result.
fn computed(output: &Path, result: &Path) -> Done {
	let text = format!("{{\"deterministic-output-path\": \"{}\"}}\n", result.display());
	Ok(fs::write(output.join("computed.json"), text)?)
}

fn forever() -> ! {
	let mut number = 0u64;
	loop {
		number = black_box(number.wrapping_add(1));
	}
}

/// Never comes back; not in a way that a compiler sees, or it would make a loop of it.
fn deeper(level: u64) -> u64 {
	let level = black_box(level);
	if level == 0 {
		return 0;
	}
	deeper(level + 1) + black_box(1)
}

/// Makes a symbolic link, where the system has them.
fn link(target: &Path, at: &Path) -> std::io::Result<()> {
	// The newer functions are different on each system.
	#[allow(deprecated)]
	fs::soft_link(target, at)
}

/// Says what could be done outside of the app's directories; "nothing escaped" is as it should be.
fn escapes(output: &Path) -> String {
	let mut found = Vec::new();
	let up = output.join("../../../../../..");
	for path in [PathBuf::from("/etc/passwd"), up.join("etc/passwd"), "../../../../etc/passwd".into()] {
		// A container has such a file of its own, or none; a module has none.
		if fs::read(&path).is_ok() {
			found.push(format!("read {}", path.display()));
		}
	}
	let input = PathBuf::from(env::var("IEXEC_IN").unwrap_or_default());
	let mut places = vec![input.join("escaped")];
	// Each run has a root of its own, which is gone afterwards. But no path of a module leads there from another directory.
	if cfg!(target_os = "wasi") {
		places.extend([up.join("escaped"), output.join("../escaped")]);
	}
	for path in places {
		if fs::write(&path, "escaped").is_ok() {
			found.push(format!("wrote {}", path.display()));
		}
	}
	if link(Path::new("/"), &output.join("root")).is_ok() && fs::read_dir(output.join("root/etc")).is_ok() {
		found.push("followed a link to /".into());
	}
	// The result is another file.
	let _ = fs::remove_file(output.join("root"));
	if found.is_empty() {
		"nothing escaped".into()
	} else {
		found.join("\n")
	}
}

/// Returns what differs from machine to machine, unless the sandbox prevents it.
fn differences(output: &Path) -> Result<String, Box<dyn Error>> {
	let mut text = String::new();
	let started = Instant::now();
	writeln!(text, "clock: {:?}", SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?)?;
	writeln!(text, "random: {:016x}", RandomState::new().hash_one(0))?;
	let several = output.join("several");
	fs::create_dir_all(&several)?;
	for name in ["zebra", "ant", "mole", "bee", "yak", "cat"] {
		fs::write(several.join(name), name)?;
	}
	for entry in fs::read_dir(&several)? {
		let entry = entry?;
		let modified = entry.metadata()?.modified()?.duration_since(SystemTime::UNIX_EPOCH)?;
		writeln!(text, "file: {} of {modified:?}", entry.file_name().to_string_lossy())?;
	}
	std::thread::sleep(std::time::Duration::from_millis(10));
	write!(text, "took: {:?}", started.elapsed())?;
	Ok(text)
}

#[cfg(target_arch = "wasm32")]
fn forkbomb() -> Done {
	Err("a module cannot start programs".into())
}

#[cfg(not(target_arch = "wasm32"))]
fn forkbomb() -> Done {
	let program = env::args_os().next().ok_or("the program has no name")?;
	let mut refused = 0u64;
	let mut children = Vec::new();
	// Each child does the same, and keeps trying when it is refused: that is the bomb.
	loop {
		match std::process::Command::new(&program).arg("forkbomb").spawn() {
			Ok(child) => children.push(child),
			Err(_) => refused = black_box(refused.wrapping_add(1)),
		}
	}
}
