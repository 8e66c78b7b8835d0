//! Whose fault it is that a program did not run: what can be seen in its image and in IN, rather than what `runc` says.
//!
//! A machine may fail at the same time, for want of memory or of processes. So nothing is said of a program that might have
//! run: what is said here holds on every machine, or the worker that says it loses its stake.

use std::{
	ffi::OsStr,
	fs::File,
	io::{self, Read},
	os::{
		fd::AsRawFd,
		unix::{ffi::OsStrExt, fs::MetadataExt},
	},
	path::{Component, Path, PathBuf},
};

use rustix::{
	fs::{open, openat2, Mode, OFlags, ResolveFlags},
	io::Errno,
};

use super::search::{candidates, MOST_DIRECTORIES};
use crate::{
	image::{
		paths::{self, Place},
		CANNOT_EXECUTE, NOT_FOUND,
	},
	job::MOST_STEPS,
	GUEST_INPUT, GUEST_OUTPUT,
};

/// How a script names its interpreter, and how long the line is.
const SCRIPT: &[u8] = b"#!";
const LONGEST_LINE: u64 = 256;
/// What ends the name of an interpreter in that line.
const ENDS: &[u8] = b" \t\0";
/// How many interpreters the kernel starts for a script whose interpreter is a script, and so on.
const MOST_INTERPRETERS: u32 = 5;
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
	/// It is where no program may be: what is there is the kernel's, and not the same on every machine. Or to find out would
	/// take too long.
	Refused,
	/// It is for machines of another kind.
	OtherMachine,
	/// The image does not have it, and still it may be there: with devices, which differ between machines, or by way of a
	/// directory that is made as the run begins. Or not every version of `runc` executes it. So nobody is to blame if it does not
	/// run.
	Unsure,
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
		// Whether devices may have brought one before.
		let mut is_unsure = false;
		let Some(candidates) = candidates(self.name, Path::new(self.directory), self.environment) else {
			return Some(refused(format!("{}: its PATH has more than {MOST_DIRECTORIES} directories", self.name)));
		};
		for candidate in candidates {
			match self.look(&candidate.path) {
				Seen::Missing => is_unsure = !self.devices.is_empty(),
				Seen::Passed(passed) => fault = passed,
				Seen::Found(None) if candidate.is_relative => {
					let words = format!("{}: it is in a directory of PATH that is not absolute", self.name);
					fault = Fault { code: NOT_FOUND, words, kind: Kind::Unsure };
					break;
				}
				Seen::Found(None) => return None,
				Seen::Found(Some(found)) => {
					fault = found;
					break;
				}
			}
		}
		if is_unsure && fault.kind != Kind::Refused {
			fault.kind = Kind::Unsure;
		}
		Some(fault)
	}

	fn look(&self, candidate: &Path) -> Seen {
		if self.devices.iter().any(|device| candidate == Path::new(device)) {
			return Seen::Found(None);
		}
		let Ok((place, is_unsure)) = self.place(candidate) else { return Seen::Found(None) };
		let seen = match place {
			Place::There(file) => open_in_image(&file).map_or(Seen::Found(None), |file| self.look_at(&file, candidate)),
			// Nothing is in OUT yet.
			Place::Missing | Place::Mount(GUEST_OUTPUT, _) => Seen::Missing,
			Place::Nowhere => Seen::Passed(cannot(format!("{} cannot be followed", candidate.display()))),
			Place::TooFar => Seen::Found(Some(too_far(candidate))),
			Place::Mount(GUEST_INPUT, rest) => match self.open_in_input(&rest) {
				Ok(file) => self.look_at(&file, candidate),
				Err(Errno::NOENT | Errno::NOTDIR) => Seen::Missing,
				Err(_) => Seen::Found(None),
			},
			Place::Mount(point, _) => {
				Seen::Found(Some(refused(format!("{}: no program may be below {point}", candidate.display()))))
			}
		};
		match seen {
			Seen::Found(None) if is_unsure => Seen::Found(Some(unsure(candidate))),
			seen => seen,
		}
	}

	/// Returns where a path leads, and whether it does only if there are directories on its way that the image does not have:
	/// the one in which a program begins is made, below what each container has anew, too.
	fn place(&self, path: &Path) -> io::Result<(Place, bool)> {
		let (mut path, mut is_unsure, mut steps) = (path.to_owned(), false, MOST_STEPS);
		loop {
			match paths::follow_on(self.root, &path, &mut steps)? {
				Place::Mount(point @ (GUEST_INPUT | GUEST_OUTPUT), rest) => match beyond(point, &rest) {
					Some(next) => (path, is_unsure) = (next, true),
					None => return Ok((Place::Mount(point, rest), is_unsure)),
				},
				place => return Ok((place, is_unsure)),
			}
		}
	}

	/// Opens a file of IN to look at it, in which links are not followed.
	///
	/// A worker that somebody has taken over may change IN at any time, and this process may read more than the worker. So
	/// all that is seen is of the one file that is opened here, and nothing that may be there is read by that.
	fn open_in_input(&self, rest: &Path) -> Result<File, Errno> {
		if rest.components().any(|component| !matches!(component, Component::Normal(_))) {
			return Err(Errno::INVAL);
		}
		// Whatever is wrong with IN itself: it is not the file that is missing.
		let input = open(self.input, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
		let input = input.map_err(|_| Errno::INVAL)?;
		// The container does not see what is mounted below, either.
		let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_XDEV;
		openat2(input, rest, OFlags::PATH | OFlags::CLOEXEC, Mode::empty(), resolve).map(File::from)
	}

	/// Looks at what is there, which is not a link.
	fn look_at(&self, file: &File, candidate: &Path) -> Seen {
		let cannot = |why: &str| cannot(format!("{}: {why}", candidate.display()));
		let Ok(data) = file.metadata() else { return Seen::Found(None) };
		if !data.is_file() {
			return Seen::Passed(cannot("it is not a file"));
		}
		if data.mode() & 0o111 == 0 {
			return Seen::Passed(cannot("it is not executable"));
		}
		let Some(start) = start_of(file) else { return Seen::Found(None) };
		if let Some(line) = start.strip_prefix(SCRIPT) {
			return Seen::Found(self.fault_of_script(line, candidate, MOST_INTERPRETERS));
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

	/// Returns what is wrong with a script's interpreter, or with that of a script which is one. `most`: how many there may be.
	fn fault_of_script(&self, line: &[u8], candidate: &Path, most: u32) -> Option<Fault> {
		let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
		let interpreter = line.split(|byte| ENDS.contains(byte)).find(|word| !word.is_empty()).unwrap_or_default();
		let interpreter = Path::new(OsStr::from_bytes(interpreter));
		let path = Path::new(self.directory).join(interpreter);
		if self.devices.iter().any(|device| path == Path::new(device)) {
			return None;
		}
		let missing = || {
			let words = format!("{}: the image has no interpreter {}", candidate.display(), interpreter.display());
			let kind = if self.devices.is_empty() { Kind::Unfit } else { Kind::Unsure };
			Some(Fault { code: NOT_FOUND, words, kind })
		};
		let (place, is_unsure) = self.place(&path).ok()?;
		let opened = match place {
			Place::There(file) => open_in_image(&file),
			Place::Missing | Place::Mount(GUEST_OUTPUT, _) => return missing(),
			Place::Nowhere => return None,
			Place::TooFar => return Some(too_far(interpreter)),
			Place::Mount(GUEST_INPUT, rest) => self.open_in_input(&rest),
			Place::Mount(point, _) => {
				// It would be this machine's, such as `runc` itself.
				return Some(refused(format!("{}: no interpreter may be below {point}", candidate.display())));
			}
		};
		let start = match opened {
			Ok(file) => start_of(&file),
			Err(Errno::NOENT | Errno::NOTDIR) => return missing(),
			Err(_) => None,
		};
		let start = start.unwrap_or_default();
		let fault = match start.strip_prefix(SCRIPT) {
			Some(line) if most > 1 => self.fault_of_script(line, candidate, most - 1),
			None if is_of_another(&start) => {
				let words = format!("{}: it is a program for another kind of machine", interpreter.display());
				Some(Fault { kind: Kind::OtherMachine, ..cannot(words) })
			}
			_ => None,
		};
		fault.or_else(|| is_unsure.then(|| unsure(interpreter)))
	}
}

/// Returns the fault of what cannot be executed.
fn cannot(words: String) -> Fault {
	Fault { code: CANNOT_EXECUTE, words, kind: Kind::Unfit }
}

/// Returns the fault of what is not to be executed anywhere.
fn refused(words: String) -> Fault {
	Fault { kind: Kind::Refused, ..cannot(words) }
}

/// Returns the fault of a path that no program needs. It may lead to the kernel's own files.
fn too_far(path: &Path) -> Fault {
	refused(format!("{}: more than {MOST_STEPS} names are on the way to it", path.display()))
}

/// Returns the fault of what may be there once the run begins.
fn unsure(path: &Path) -> Fault {
	let words = format!("{}: whether it is there depends on how the run begins", path.display());
	Fault { code: NOT_FOUND, words, kind: Kind::Unsure }
}

/// Returns where a path leads that goes up again to what it is below, if the directories are there through which it goes.
fn beyond(point: &str, rest: &Path) -> Option<PathBuf> {
	let (mut depth, mut steps) = (0_u32, paths::steps(rest));
	while let Some(step) = steps.next() {
		depth = if step == ".." { depth.saturating_sub(1) } else { depth + 1 };
		if depth == 0 {
			return Some(Path::new(point).join(steps.collect::<PathBuf>()));
		}
	}
	None
}

/// Opens a file of the image, which nobody changes, to look at it.
fn open_in_image(file: &Path) -> Result<File, Errno> {
	open(file, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty()).map(File::from)
}

/// Returns how a file begins that was opened to look at it, if it can be read. Only regular files are opened to be read:
/// reading from anything else may never end, and opening a device may set it off.
fn start_of(file: &File) -> Option<Vec<u8>> {
	if !file.metadata().ok()?.is_file() {
		return None;
	}
	let same = format!("/proc/self/fd/{}", file.as_raw_fd());
	// Its owner's lease on it is not waited for.
	let file = open(same, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()).ok()?;
	let mut start = Vec::new();
	File::from(file).take(LONGEST_LINE).read_to_end(&mut start).ok()?;
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

	use rustix::fs::{mknodat, FileType, CWD};

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
			self.fault_with(&[], path, name, directory)
		}

		fn fault_with(&self, devices: &[&str], path: &str, name: &str, directory: &str) -> Option<(i32, Kind)> {
			let (root, input, environment) = (self.root(), self.input(), [format!("PATH={path}")]);
			let (root, input, devices) = (root.as_path(), input.as_path(), devices.to_vec());
			let program = Program { name, environment: &environment, directory, root, input, devices };
			program.fault().map(|fault| (fault.code, fault.kind))
		}
	}

	fn put(path: &Path, mode: u32, bytes: &[u8]) {
		fs::write(path, bytes).unwrap();
		fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
	}

	fn pipe(path: &Path) {
		mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap();
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
		let image = good().with("script", 0o755, b"#!/bin/none\n").with("later", 0o755, b"#!/iexec_out/none\n");
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
		let image = good()
			.with("iexec_in/hidden", 0o755, b"")
			.with("iexec_out/hidden", 0o755, b"")
			.with_link("in", "/iexec_in/app");
		assert_eq!(image.fault("/in", "/"), MISSING);
		put(&image.input().join("app"), 0o755, &program(CLASS_64, OURS));
		put(&image.input().join("data"), 0o444, b"data");
		symlink("app", image.input().join("link")).unwrap();
		for program in ["/in", "/iexec_in/app", "/iexec_in/link", "/iexec_in/../bin/app"] {
			assert_eq!(image.fault(program, "/"), None, "{program}");
		}
		assert_eq!(image.fault("app", "/iexec_in"), None);
		assert_eq!((image.fault("/iexec_in/data", "/"), image.fault("./data", "/iexec_in")), (UNFIT, UNFIT));
		for program in ["/iexec_in/hidden", "/iexec_in/none", "/iexec_out/app", "/iexec_out/hidden", "/iexec_in/app/x"]
		{
			assert_eq!(image.fault(program, "/"), MISSING, "{program}");
		}
	}

	/// Devices bring programs, by paths of this machine. Which one a name means is not known where a link leads to it.
	#[test]
	fn what_devices_may_have_is_never_called_missing() {
		let image = good().with("opt/text", 0o755, b"words").with("script", 0o755, b"#!/sbin/of-device\n");
		let image = image.with_link("sbin", "usr/bin").with_link("itself", "/proc/self/exe");
		let fault = |name| image.fault_with(&["/usr/bin/of-device"], "/sbin:/opt:/bin", name, "/");
		for program in ["/usr/bin/of-device", "/bin/app", "app"] {
			assert_eq!(fault(program), None, "{program}");
		}
		for program in ["/sbin/of-device", "of-device", "/usr/bin/other", "text", "/script"] {
			assert_eq!(fault(program).map(|(_, kind)| kind), Some(Kind::Unsure), "{program}");
		}
		assert_eq!((fault("/opt/text"), fault("/itself")), (UNFIT, REFUSED), "these are found before");
		assert_eq!(image.fault_by("/sbin:/opt:/bin", "of-device", "/"), MISSING, "there are no devices");
	}

	/// `runc` makes the directory in which a program begins, so the kernel finds what is above it.
	#[test]
	fn program_above_a_directory_that_is_made_is_not_called_missing() {
		let image = good().with("script", 0o755, b"#!../../bin/app\n").with("other", 0o755, &program(CLASS_64, 8));
		let image =
			image.with_link("circle", "/iexec_out/w/../../circle").with_link("up", "/iexec_out/w/../../bin/app");
		let kind = |program, directory| image.fault(program, directory).map(|(_, kind)| kind);
		for (program, directory) in [
			("../../bin/app", "/iexec_out/w"),
			("/iexec_out/w/../../bin/app", "/iexec_out/w"),
			("../../../bin/../iexec_out/v/../../bin/app", "/iexec_out/v/w"),
			("/up", "/"),
			("/script", "/iexec_out/w"),
		] {
			assert_eq!(kind(program, directory), Some(Kind::Unsure), "{program} {directory}");
		}
		for (program, fault) in [
			("../../bin/none", MISSING),
			("../app", MISSING),
			("../../other", OTHER),
			("../../proc/self/exe", REFUSED),
			("/iexec_in/d/../../proc/self/exe", REFUSED),
			("/circle", REFUSED),
		] {
			assert_eq!(image.fault(program, "/iexec_out/w"), fault, "{program}");
		}
	}

	/// A worker that somebody has taken over can put another file in place of the one that is looked at.
	#[test]
	fn what_is_looked_at_is_what_was_opened() {
		let (image, name) = (good(), Path::new("app"));
		put(&image.input().join(name), 0o755, &program(CLASS_64, OURS));
		let (root, input) = (image.root(), image.input());
		let (root, input) = (root.as_path(), input.as_path());
		let own = Program { name: "app", environment: &[], directory: "/", root, input, devices: Vec::new() };
		let opened = own.open_in_input(name).unwrap();
		fs::remove_file(input.join(name)).unwrap();
		// Who opens this to read it waits for good.
		pipe(&input.join(name));
		assert!(matches!(own.look_at(&opened, name), Seen::Found(None)));
		assert!(matches!(own.look_at(&own.open_in_input(name).unwrap(), name), Seen::Passed(_)));
		symlink("/dev", input.join("link")).unwrap();
		for (path, error) in [
			("link/null", Errno::LOOP),
			("link", Errno::LOOP),
			("none", Errno::NOENT),
			("app/x", Errno::NOTDIR),
			("../in/app", Errno::INVAL),
		] {
			assert_eq!(own.open_in_input(Path::new(path)).err(), Some(error), "{path}");
		}
		let without = Program { input: Path::new("/none"), ..own };
		assert_eq!(without.open_in_input(name).err(), Some(Errno::INVAL), "no file of it is called missing");
	}

	#[test]
	fn script_does_not_begin_with_the_kernels_own_files_either() {
		let image = good()
			.with("features", 0o755, b"#!/proc/self/exe features\n")
			.with("device", 0o755, b"#!\t/dev/fd/3\n")
			.with("away", 0o755, b"#!/in/app\n")
			.with("odd", 0o755, b"#!/\xff/../proc/self/exe\n")
			.with("waits", 0o755, b"#!/pipe\n")
			.with("gone", 0o755, b"#!/iexec_in/none\n")
			.with_link("in", "/iexec_in");
		fs::create_dir(image.root().join(OsStr::from_bytes(b"\xff"))).unwrap();
		pipe(&image.root().join("pipe"));
		put(&image.input().join("app"), 0o755, b"#!/features");
		for script in ["/features", "/device", "/away", "/odd"] {
			assert_eq!(image.fault(script, "/"), REFUSED, "{script}");
		}
		assert_eq!((image.fault("/waits", "/"), image.fault("/gone", "/")), (None, Some((NOT_FOUND, Kind::Unfit))));
		// As many as the kernel starts.
		let mut image = image.with("0", 0o755, b"#!/proc/self/exe");
		for number in 1..=MOST_INTERPRETERS {
			image = image.with(&number.to_string(), 0o755, format!("#!/{}", number - 1).as_bytes());
		}
		assert_eq!((image.fault("/4", "/"), image.fault("/5", "/")), (REFUSED, None));
	}

	#[test]
	fn program_of_the_kernels_own_files_is_refused_everywhere() {
		let image = good().with_link("itself", "/proc/self/exe");
		for program in ["/proc/self/exe", "/proc/self/root/bin/app", "/dev/fd/3", "/dev/shm/app", "/sys/app", "/itself"]
		{
			assert_eq!(image.fault(program, "/"), REFUSED, "{program}");
		}
		assert_eq!(image.fault_by("/proc/self/root/bin:/bin", "app", "/"), REFUSED, "it would be found there");
		assert_eq!(image.fault_by("/bin:/proc/self/root/bin", "app", "/"), None);
	}

	/// Go takes `..` in PATH by its text.
	#[test]
	fn search_goes_where_runc_does() {
		let image = good().with_link("away", "/proc/self");
		assert_eq!(image.fault_by("/none/../bin", "app", "/"), None);
		assert_eq!(image.fault_by("/none/../proc/self", "exe", "/"), REFUSED);
		assert_eq!(image.fault_by("/away/../bin", "app", "/"), None);
		assert_eq!(image.fault_by("", "app", "/bin"), MISSING, "it has no directory");
		// Of those that are not absolute, versions of `runc` make different things.
		let relative = |path| image.fault_by(path, "app", "/bin").map(|(_, kind)| kind);
		for path in [".", ":/none", "../bin", "/none::/bin"] {
			assert_eq!(relative(path), Some(Kind::Unsure), "{path}");
		}
		assert_eq!((relative("/bin:."), relative("none:/bin")), (None, None), "it is found before, or elsewhere");
		assert_eq!(image.fault_by("../proc/self", "exe", "/bin"), REFUSED);
	}

	/// To look for a program takes a moment, whatever an image has. What is not looked at may be the kernel's.
	#[test]
	fn search_is_bounded() {
		let mut image = good().with_link("far", "/0");
		for number in 0..30 {
			let target = format!("{}{}", "bin/../".repeat(50), number + 1);
			image = image.with_link(&number.to_string(), &target);
		}
		let image = image.with_link("30", "proc/self/exe").with("script", 0o755, b"#!/far\n");
		for program in ["/0", "/far", "/script"] {
			assert_eq!(image.fault(program, "/"), REFUSED, "{program}");
		}
		assert_eq!(image.fault_by("/bin:/0", "app", "/"), None);
		assert_eq!(image.fault_by("/0:/bin", "app", "/"), REFUSED);
		let path = ["/bin"; MOST_DIRECTORIES + 1].join(":");
		assert_eq!((image.fault_by(&path, "app", "/"), image.fault_by(&path, "/bin/app", "/")), (REFUSED, None));
	}

	/// Links of an image mean its own files, never this machine's.
	#[test]
	fn links_do_not_lead_out_of_the_image() {
		let image = Image::new().with_link("out", "../../../../../../bin/sh");
		assert_eq!(image.fault("/out", "/"), MISSING);
	}
}
