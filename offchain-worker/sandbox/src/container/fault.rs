//! Whose fault it is that a program did not run: what can be seen in its image and in IN, rather than what `runc` says.
//!
//! A machine may fail at the same time, for want of memory or of processes. So nothing is said of a program that might have
//! run: what is said here holds on every machine, or the worker that says it loses its stake.

use std::{
	fs::File,
	io::Read,
	os::unix::fs::MetadataExt,
	path::{Component, Path, PathBuf},
};

use crate::{
	image::paths::{self, Place},
	GUEST_INPUT, GUEST_OUTPUT,
};

/// What Docker and shells exit with if a program cannot be executed, and if there is none.
const CANNOT_EXECUTE: i32 = 126;
const NOT_FOUND: i32 = 127;
/// How a script names its interpreter, and how long the line is.
const SCRIPT: &[u8] = b"#!";
const LONGEST_LINE: u64 = 256;
/// How a program for Linux begins; where its class and its machine are.
const ELF: &[u8] = b"\x7fELF";
const CLASS: usize = 4;
const MACHINE: usize = 18;
/// What programs of this machine have there: the class of 64 bits, and a number. That of its programs of 32 bits, which the
/// walls do not let run anywhere, and no machine at all.
const CLASS_64: u8 = 2;
const OURS: u16 = if cfg!(target_arch = "aarch64") { 183 } else { 62 };
const OURS_32: u16 = if cfg!(target_arch = "aarch64") { 40 } else { 3 };
const NONE: u16 = 0;

/// Why an image's own program cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
	/// What the run exits with.
	pub code: i32,
	/// What is wrong.
	pub words: String,
	/// What kind of fault it is.
	pub kind: Kind,
}

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// There is no such program.
	Missing,
	/// There is one, and it cannot be executed on any machine.
	Unfit,
	/// It is where no program may be: what is there is the kernel's, and not the same on every machine.
	Refused,
	/// It is for machines of another kind.
	OtherMachine,
}

/// A program, and what is in its container.
#[derive(Debug)]
pub struct Program<'a> {
	/// Its name or path.
	pub name: &'a str,
	/// Its variables, `NAME=value` each.
	pub environment: &'a [String],
	/// Where it begins.
	pub directory: &'a str,
	/// The image's root.
	pub root: &'a Path,
	/// Where IN is on this machine.
	pub input: &'a Path,
	/// What the container has of devices, by its paths there.
	pub devices: Vec<&'a str>,
}

/// What is at a path.
enum Seen {
	/// Nothing.
	Missing,
	/// Nothing that can be executed: a search along PATH goes on.
	Passed(Fault),
	/// What would be executed, and what is wrong with it, if that is known.
	Found(Option<Fault>),
}

impl Program<'_> {
	/// Returns what is wrong with it, if something is.
	pub fn fault(&self) -> Option<Fault> {
		let words = format!("{}: the image has no such program", self.name);
		let mut fault = Fault { code: NOT_FOUND, words, kind: Kind::Missing };
		for candidate in self.candidates() {
			match self.look(&candidate) {
				Seen::Missing => {}
				Seen::Passed(passed) => fault = passed,
				Seen::Found(found) => return found,
			}
		}
		Some(fault)
	}

	/// Returns where it is looked for.
	fn candidates(&self) -> Vec<PathBuf> {
		let directory = Path::new(self.directory);
		match self.name {
			name if name.is_empty() || name.ends_with('/') => Vec::new(),
			name if name.contains('/') => vec![directory.join(name)],
			name => {
				let path = self.environment.iter().find_map(|variable| variable.strip_prefix("PATH="));
				path.unwrap_or_default().split(':').map(|path| directory.join(path).join(name)).collect()
			}
		}
	}

	fn look(&self, candidate: &Path) -> Seen {
		if self.devices.iter().any(|device| candidate == Path::new(device)) {
			return Seen::Found(None);
		}
		match paths::follow(self.root, candidate) {
			Ok(Place::There(file)) => self.look_at(&file, candidate),
			Ok(Place::Missing) => Seen::Missing,
			Ok(Place::Nowhere) => Seen::Passed(cannot(format!("{} cannot be followed", candidate.display()))),
			Ok(Place::Mount(GUEST_INPUT, rest)) => self.look_in_input(&rest, candidate),
			// Nothing is there yet.
			Ok(Place::Mount(GUEST_OUTPUT | paths::TMP, _)) => Seen::Missing,
			Ok(Place::Mount(point, _)) => {
				let words = format!("{}: no program may be below {point}", candidate.display());
				Seen::Found(Some(Fault { kind: Kind::Refused, ..cannot(words) }))
			}
			Err(_) => Seen::Found(None),
		}
	}

	/// Looks at a file of IN, in which links are not followed.
	fn look_in_input(&self, rest: &Path, candidate: &Path) -> Seen {
		let mut path = self.input.to_owned();
		for component in rest.components() {
			let Component::Normal(name) = component else { return Seen::Found(None) };
			path.push(name);
			match path.symlink_metadata() {
				Ok(data) if data.is_symlink() => return Seen::Found(None),
				Ok(_) => {}
				Err(_) => return Seen::Missing,
			}
		}
		self.look_at(&path, candidate)
	}

	/// Looks at what is there, which is not a link.
	fn look_at(&self, file: &Path, candidate: &Path) -> Seen {
		let cannot = |why: &str| cannot(format!("{}: {why}", candidate.display()));
		let Ok(data) = file.symlink_metadata() else { return Seen::Found(None) };
		if !data.is_file() {
			return Seen::Passed(cannot("it is not a file"));
		}
		if data.mode() & 0o111 == 0 {
			return Seen::Passed(cannot("it is not executable"));
		}
		let Some(start) = start_of(file) else { return Seen::Found(None) };
		if let Some(line) = start.strip_prefix(SCRIPT) {
			return Seen::Found(self.fault_of_script(line, candidate));
		}
		if !start.starts_with(ELF) {
			let why = "it is neither a program nor a script that names its interpreter";
			return Seen::Found(Some(cannot(why)));
		}
		if is_of_another(&start) {
			let kind = Kind::OtherMachine;
			return Seen::Found(Some(Fault { kind, ..cannot("it is a program for another kind of machine") }));
		}
		let is_ours = start.get(CLASS) == Some(&CLASS_64) && machine(&start) == Some(OURS);
		Seen::Found((!is_ours).then(|| cannot("it is not a program for 64-bit Linux")))
	}

	/// Returns what is wrong with a script's interpreter.
	fn fault_of_script(&self, line: &[u8], candidate: &Path) -> Option<Fault> {
		let line = String::from_utf8_lossy(line.split(|byte| *byte == b'\n').next().unwrap_or_default()).into_owned();
		let interpreter = line.split_whitespace().next().unwrap_or_default();
		let path = Path::new(self.directory).join(interpreter);
		if self.devices.iter().any(|device| path == Path::new(device)) {
			return None;
		}
		match paths::follow(self.root, &path) {
			Ok(Place::Missing | Place::Mount(GUEST_OUTPUT | paths::TMP, _)) => {
				let words = format!("{}: the image has no interpreter {interpreter}", candidate.display());
				Some(Fault { code: NOT_FOUND, words, kind: Kind::Unfit })
			}
			Ok(Place::There(file)) if start_of(&file).is_some_and(|start| is_of_another(&start)) => {
				let words = format!("{interpreter}: it is a program for another kind of machine");
				Some(Fault { kind: Kind::OtherMachine, ..cannot(words) })
			}
			_ => None,
		}
	}
}

/// Returns the fault of what cannot be executed.
pub fn cannot(words: String) -> Fault {
	Fault { code: CANNOT_EXECUTE, words, kind: Kind::Unfit }
}

/// Returns how a file begins, if it can be read.
fn start_of(file: &Path) -> Option<Vec<u8>> {
	let mut start = Vec::new();
	File::open(file).ok()?.take(LONGEST_LINE).read_to_end(&mut start).ok()?;
	Some(start)
}

/// Returns the number of the machine that a program is for.
fn machine(start: &[u8]) -> Option<u16> {
	start.get(MACHINE..MACHINE + 2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
}

/// Returns whether a file is a program for machines of another kind, where it may run.
fn is_of_another(start: &[u8]) -> bool {
	start.starts_with(ELF) && machine(start).is_some_and(|machine| ![NONE, OURS, OURS_32].contains(&machine))
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{
		fs::{self, Permissions},
		os::unix::fs::{symlink, PermissionsExt},
	};

	/// An image, and IN beside it.
	struct Image(tempfile::TempDir);

	impl Image {
		fn new() -> Self {
			let image = Self(tempfile::tempdir().unwrap());
			for directory in ["bin", "opt"].into_iter().chain(paths::POINTS.map(|point| &point[1..])) {
				fs::create_dir_all(image.root().join(directory)).unwrap();
			}
			fs::create_dir(image.input()).unwrap();
			image
		}

		fn root(&self) -> PathBuf {
			self.0.path().join("root")
		}

		fn input(&self) -> PathBuf {
			self.0.path().join("in")
		}

		fn with(self, name: &str, mode: u32, bytes: &[u8]) -> Self {
			put(&self.root().join(name), mode, bytes);
			self
		}

		fn with_link(self, name: &str, target: &str) -> Self {
			symlink(target, self.root().join(name)).unwrap();
			self
		}

		fn fault(&self, name: &str, directory: &str) -> Option<(i32, Kind)> {
			self.fault_by("/none:/opt:/bin", name, directory)
		}

		fn fault_by(&self, path: &str, name: &str, directory: &str) -> Option<(i32, Kind)> {
			let (root, input, environment) = (self.root(), self.input(), [format!("PATH={path}")]);
			let (root, input, devices) = (root.as_path(), input.as_path(), vec!["/usr/bin/of-device"]);
			let program = Program { name, environment: &environment, directory, root, input, devices };
			program.fault().map(|fault| (fault.code, fault.kind))
		}
	}

	fn put(path: &Path, mode: u32, bytes: &[u8]) {
		fs::write(path, bytes).unwrap();
		fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
	}

	fn program(class: u8, machine: u16) -> Vec<u8> {
		let mut bytes = [ELF, &[class], &[0; 13], &machine.to_le_bytes()].concat();
		bytes.resize(64, 0);
		bytes
	}

	/// Returns an image with a program that can run.
	fn good() -> Image {
		Image::new().with("bin/app", 0o755, &program(CLASS_64, OURS))
	}

	const MISSING: Option<(i32, Kind)> = Some((NOT_FOUND, Kind::Missing));
	const UNFIT: Option<(i32, Kind)> = Some((CANNOT_EXECUTE, Kind::Unfit));
	const REFUSED: Option<(i32, Kind)> = Some((CANNOT_EXECUTE, Kind::Refused));
	const OTHER: Option<(i32, Kind)> = Some((CANNOT_EXECUTE, Kind::OtherMachine));

	#[test]
	fn programs_that_can_run_are_in_order() {
		let image = good().with_link("link", "/bin/app").with("script", 0o755, b"#! /bin/app -x\nwords");
		for (program, directory) in
			[("/bin/app", "/"), ("app", "/bin"), ("./app", "/bin"), ("/link", "/made"), ("/script", "/")]
		{
			assert_eq!(image.fault(program, directory), None, "{program} {directory}");
		}
	}

	#[test]
	fn what_is_not_there_is_127() {
		let image = good().with("script", 0o755, b"#!/bin/none\n").with("later", 0o755, b"#!/tmp/none\n");
		for program in ["", "/none", "none", "/bin/none/x", "/script/x", "/bin/app/"] {
			assert_eq!(image.fault(program, "/"), MISSING, "{program}");
		}
		for script in ["/script", "/later"] {
			assert_eq!(image.fault(script, "/"), Some((NOT_FOUND, Kind::Unfit)), "{script}");
		}
	}

	#[test]
	fn what_cannot_be_executed_is_126() {
		let image = Image::new()
			.with("text", 0o755, b"words")
			.with("empty", 0o755, b"")
			.with("plain", 0o644, &program(CLASS_64, OURS))
			.with("small", 0o755, &program(1, OURS))
			.with("old", 0o755, &program(1, OURS_32))
			.with("none", 0o755, &program(CLASS_64, NONE))
			.with("short", 0o755, ELF)
			.with_link("circle", "circle");
		for program in ["/text", "/empty", "/plain", "/small", "/old", "/none", "/short", "/bin", "/circle"] {
			assert_eq!(image.fault(program, "/"), UNFIT, "{program}");
		}
	}

	#[test]
	fn program_for_another_machine_may_run_there() {
		let image = good().with("mips", 0o755, &program(CLASS_64, 8)).with("arm", 0o755, &program(1, 20));
		let image = image.with("script", 0o755, b"#!/mips\n");
		for program in ["/mips", "/arm", "/script"] {
			assert_eq!(image.fault(program, "/"), OTHER, "{program}");
		}
	}

	/// As `runc` searches: what is not an executable file is passed over.
	#[test]
	fn search_goes_on_to_what_can_be_executed() {
		let image = good().with("opt/app", 0o644, b"").with("opt/plain", 0o644, b"");
		fs::create_dir(image.root().join("opt/directory")).unwrap();
		assert_eq!(image.fault("app", "/"), None);
		assert_eq!((image.fault("plain", "/"), image.fault("directory", "/")), (UNFIT, UNFIT));
	}

	/// What a container has beside its image is never called missing, because the image does not have it.
	#[test]
	fn what_a_container_has_anew_is_looked_for_where_it_is() {
		let image =
			good().with("iexec_in/hidden", 0o755, b"").with("tmp/hidden", 0o755, b"").with_link("in", "/iexec_in/app");
		assert_eq!(image.fault("/in", "/"), MISSING);
		put(&image.input().join("app"), 0o755, &program(CLASS_64, OURS));
		put(&image.input().join("data"), 0o444, b"data");
		symlink("app", image.input().join("link")).unwrap();
		for program in ["/in", "/iexec_in/app", "/iexec_in/link", "/iexec_in/../bin/app"] {
			assert_eq!(image.fault(program, "/"), None, "{program}");
		}
		assert_eq!(image.fault("app", "/iexec_in"), None);
		assert_eq!((image.fault("/iexec_in/data", "/"), image.fault("./data", "/iexec_in")), (UNFIT, UNFIT));
		for program in ["/iexec_in/hidden", "/iexec_in/none", "/iexec_out/app", "/tmp/hidden", "/iexec_in/app/x"] {
			assert_eq!(image.fault(program, "/"), MISSING, "{program}");
		}
		assert_eq!((image.fault("/usr/bin/of-device", "/"), image.fault("/usr/bin/other", "/")), (None, MISSING));
	}

	#[test]
	fn program_of_the_kernels_own_files_is_refused_everywhere() {
		let image = good().with_link("itself", "/proc/self/exe");
		for program in ["/proc/self/exe", "/proc/self/root/bin/app", "/dev/fd/3", "/dev/shm/app", "/itself"] {
			assert_eq!(image.fault(program, "/"), REFUSED, "{program}");
		}
		assert_eq!(image.fault_by("/proc/self/root/bin:/bin", "app", "/"), REFUSED, "it would be found there");
		assert_eq!(image.fault_by("/bin:/proc/self/root/bin", "app", "/"), None);
	}

	/// Links of an image mean its own files, never this machine's.
	#[test]
	fn links_do_not_lead_out_of_the_image() {
		let image = Image::new().with_link("out", "../../../../../../bin/sh");
		assert_eq!(image.fault("/out", "/"), MISSING);
	}
}
