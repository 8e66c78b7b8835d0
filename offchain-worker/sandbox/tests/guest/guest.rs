//! An app for the tests: its first argument says what it does. Compiled for both tiers.

use std::{
	collections::{HashMap, HashSet},
	env,
	fs::{self, File, OpenOptions},
	io::{Read, Seek, SeekFrom, Write},
	net::{SocketAddr, TcpStream, UdpSocket},
	path::{Path, PathBuf},
	process::exit,
	thread,
	time::{Duration, Instant, SystemTime},
};

fn main() {
	let mut args = env::args().skip(1);
	let what = args.next().unwrap_or_default();
	let number = |args: &mut dyn Iterator<Item = String>| args.next().unwrap().parse::<u64>().unwrap();
	match what.as_str() {
		"nothing" => {}
		"exit" => exit(number(&mut args) as i32),
		"answer" => answer(),
		"loop" => {
			// For who waits until it runs.
			File::create(output("started")).unwrap();
			loop {
				std::hint::black_box(0);
			}
		}
		"sleep" => thread::sleep(Duration::from_secs(number(&mut args))),
		"wait" => {
			let start = Instant::now();
			while start.elapsed() < Duration::from_secs(5) {}
		}
		"memory" => memory(number(&mut args)),
		"make-do" => make_do(number(&mut args)),
		"scratch" => scratch(number(&mut args)),
		"recursion" => println!("{}", recursion(0)),
		"panic" => panic!("as told"),
		"write" => write(number(&mut args)),
		"sparse" => File::create(output("sparse")).unwrap().set_len(number(&mut args)).unwrap(),
		"files" => files(&args.next().unwrap(), number(&mut args)),
		"deep" => deep(),
		"open" => println!("{}", open()),
		"log" => log(number(&mut args)),
		"escape" => escape(),
		"observe" => observe(),
		"files-work" => files_work(),
		"thread" => println!("{}", thread::Builder::new().spawn(|| {}).is_ok()),
		"see" => see(),
		"fork" => fork(),
		"network" => network(args),
		"device" => device(&args.next().unwrap()),
		"driver" => driver(args),
		"hold" => hold(number(&mut args)),
		"links" => links(),
		"fill" => fill(&args.next().unwrap(), number(&mut args)),
		"create" => args.for_each(|path| println!("{path} {}", creates(&path))),
		"read" => {
			args.for_each(|path| println!("{path} {:?}", fs::read_to_string(&path).map_err(|error| error.kind())))
		}
		"change" => change(),
		"who" => who(),
		"terminal" => terminal(),
		// What no program catches: a write to no memory.
		"crash" => unsafe { std::hint::black_box(std::ptr::null_mut::<u8>()).write_volatile(1) },
		other => panic!("{other}?"),
	}
}

fn output(name: &str) -> PathBuf {
	Path::new(&env::var("IEXEC_OUT").unwrap()).join(name)
}

fn input(name: &str) -> PathBuf {
	Path::new(&env::var("IEXEC_IN").unwrap()).join(name)
}

/// Writes a result from input, arguments and environment.
fn answer() {
	let text = fs::read_to_string(input("question.txt")).unwrap();
	let extra: Vec<_> = env::args().skip(2).collect();
	let task = env::var("IEXEC_TASK_ID").unwrap_or_default();
	fs::write(output("result.txt"), format!("{}|{extra:?}|{task}", text.to_uppercase())).unwrap();
	fs::write(output("computed.json"), r#"{"deterministic-output-path": "/iexec_out/result.txt"}"#).unwrap();
	println!("done");
	eprintln!("said");
}

fn memory(bytes: u64) {
	let mut all = Vec::new();
	for _ in 0..bytes >> 20 {
		all.push(vec![1u8; 1 << 20]);
	}
	println!("{}", all.iter().map(|part| u64::from(part[7])).sum::<u64>());
}

/// Tries for much memory, and makes do with a part of it, as caches and garbage collectors do.
fn make_do(bytes: u64) {
	let mut all = Vec::<u8>::new();
	let mut wanted = bytes as usize;
	while all.try_reserve_exact(wanted).is_err() {
		wanted /= 2;
	}
	all.resize(wanted, 1);
	println!("{wanted}");
	fs::write(output("computed.json"), r#"{"callback-data": "0x"}"#).unwrap();
}

/// Makes and removes a temporary file of so many bytes a few times, also while it is open. Leaves one where it is temporary.
fn scratch(bytes: u64) {
	let temporary = PathBuf::from(env::var("TMPDIR").unwrap());
	let file = |number: u64| temporary.join(format!("{number}.tmp"));
	for number in 0..5 {
		let mut open = OpenOptions::new().create_new(true).read(true).write(true).open(file(number)).unwrap();
		open.write_all(&vec![1; bytes as usize / 2]).unwrap();
		fs::remove_file(file(number)).unwrap();
		open.write_all(&vec![2; bytes as usize / 2]).unwrap();
		open.rewind().unwrap();
		let mut read = Vec::new();
		open.read_to_end(&mut read).unwrap();
		assert_eq!(read.len() as u64, bytes / 2 * 2);
	}
	fs::write(file(6), "left").unwrap();
	fs::create_dir_all("relative/to/the/top").unwrap();
	fs::write("relative/part", "x").unwrap();
	fs::rename("relative/part", output("part")).unwrap();
	let mut names: Vec<_> = fs::read_dir("/").unwrap().map(|entry| entry.unwrap().file_name()).collect();
	names.sort();
	println!("{} {names:?}", temporary.display());
}

fn recursion(depth: u64) -> u64 {
	let part = std::hint::black_box([depth; 100]);
	recursion(depth + 1) + part[(depth % 100) as usize]
}

fn write(bytes: u64) {
	let mut file = File::create(output("large")).unwrap();
	let part = vec![7; 1 << 16];
	let mut left = bytes;
	while left > 0 {
		let now = left.min(part.len() as u64);
		file.write_all(&part[..now as usize]).unwrap();
		left -= now;
	}
}

/// Finds out how deep directories can be made, one in the other.
fn deep() {
	let mut path = output("d");
	let mut depth = 0;
	while depth < 5000 && fs::create_dir(&path).is_ok() {
		path.push("d");
		depth += 1;
	}
	println!("{depth}");
}

/// Finds out how many files can be open.
fn open() -> usize {
	fs::write(output("file"), "x").unwrap();
	let mut all = Vec::new();
	while let (true, Ok(file)) = (all.len() < 100_000, File::open(output("file"))) {
		all.push(file);
	}
	all.len()
}

fn log(bytes: u64) {
	let mut out = std::io::stdout().lock();
	for _ in 0..bytes >> 10 {
		out.write_all(&[b'x'; 1 << 10]).unwrap();
	}
	out.write_all(b"end of output").unwrap();
	eprint!("end of error");
}

/// Tries to write, and then to read, where it must not.
fn escape() {
	let mut paths = vec![
		"/etc/passwd",
		"/iexec_out/../iexec_in/new",
		"/iexec_out/../../etc/passwd",
		"/iexec_in/new",
		"/iexec_in/sub/new",
		"/iexec_in/question.txt",
		"/",
		"../x",
		"/bin/new",
	];
	// A module has a `/` of its own, which is gone after the run.
	if cfg!(target_os = "wasi") {
		paths.extend(["/tmp/../../x", "/iexec_in/../new", "/tmp/../iexec_in/new"]);
	} else {
		paths.extend(["relative", "/iexec_output", "/new"]);
	}
	for path in paths {
		println!("write {path}: {}", OpenOptions::new().create(true).write(true).open(path).is_ok());
	}
	println!("remove: {}", fs::remove_file(input("question.txt")).is_ok());
	println!("rename: {}", fs::rename(input("question.txt"), output("stolen")).is_ok());
	println!("mkdir: {}", fs::create_dir(input("new")).is_ok());
	println!("host: {}", fs::read_to_string("/etc/rlc-host-secret").is_ok());
	println!("link: {}", fs::read_to_string(input("link")).is_ok());
	println!("through link: {}", fs::read_dir(input("links")).is_ok());
}

/// Writes all that could differ between machines and runs.
fn observe() {
	let mut out = String::new();
	let mut say = |line: String| {
		out.push_str(&line);
		out.push('\n');
	};
	say(format!("{:?}", SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)));
	let start = Instant::now();
	thread::sleep(Duration::from_millis(1234));
	say(format!("{:?}", start.elapsed()));
	// Hashed with random keys.
	say(format!("{:?}", (0..50).collect::<HashSet<_>>()));
	say(format!("{:?}", env::vars().collect::<HashMap<_, _>>()));
	say(format!("{:?}", env::args().collect::<Vec<_>>()));
	let mut directories = vec![input("")];
	while let Some(directory) = directories.pop() {
		for entry in fs::read_dir(&directory).unwrap() {
			let entry = entry.unwrap();
			let data = entry.metadata().unwrap();
			let times = (data.modified().unwrap(), data.accessed().unwrap(), data.created().unwrap());
			say(format!("{:?} {:?} {} {times:?}", entry.path(), data.file_type(), data.len()));
			if data.is_dir() {
				directories.push(entry.path());
			}
		}
	}
	let zero = std::hint::black_box(0.0f64);
	say(format!("{:x} {:x}", (zero / zero).to_bits(), (zero / zero * -1.0).to_bits()));
	say(format!("{:x}", ((zero as f32).sqrt() - f32::INFINITY * zero as f32).to_bits()));
	let stack = 0;
	say(format!("{:p} {:p}", &stack, Box::new(0)));
	fs::write(output("result.txt"), &out).unwrap();
	fs::write(output("computed.json"), r#"{"deterministic-output-path": "result.txt"}"#).unwrap();
	print!("{out}");
}

/// Files behave as files do.
fn files_work() {
	fs::create_dir_all(output("a/b/c")).unwrap();
	let path = output("a/b/file");
	let mut file = OpenOptions::new().create_new(true).read(true).write(true).open(&path).unwrap();
	assert!(OpenOptions::new().create_new(true).write(true).open(&path).is_err());
	file.write_all(b"hello world").unwrap();
	file.seek(SeekFrom::Start(6)).unwrap();
	file.write_all(b"W").unwrap();
	file.seek(SeekFrom::End(-5)).unwrap();
	let mut end = String::new();
	file.read_to_string(&mut end).unwrap();
	assert_eq!(end, "World");
	assert_eq!(file.stream_position().unwrap(), 11);
	file.set_len(5).unwrap();
	drop(file);
	OpenOptions::new().append(true).open(&path).unwrap().write_all(b"!").unwrap();
	assert_eq!(fs::read_to_string(&path).unwrap(), "hello!");
	assert_eq!(fs::metadata(&path).unwrap().len(), 6);
	assert!(OpenOptions::new().write(true).open(output("a")).is_err());
	assert!(File::open(output("a/b/file/x")).is_err());
	assert!(File::open(output("none")).is_err());
	assert!(fs::remove_dir(output("a/b")).is_err());

	fs::rename(output("a"), output("z")).unwrap();
	assert!(!path.exists());
	fs::write(output("other"), "12345678").unwrap();
	fs::rename(output("z/b/file"), output("other")).unwrap();
	assert_eq!(fs::read_to_string(output("other")).unwrap(), "hello!");
	fs::copy(output("other"), output("copy")).unwrap();
	File::create(output("copy")).unwrap();
	assert_eq!(fs::metadata(output("copy")).unwrap().len(), 0);
	let mut names: Vec<_> = fs::read_dir(output("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
	names.sort();
	assert_eq!(names, ["copy", "other", "z"]);
	let time = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400);
	let times = fs::FileTimes::new().set_modified(time);
	File::options().write(true).open(output("other")).unwrap().set_times(times).unwrap();
	fs::rename(output("other"), output("another")).unwrap();
	fs::rename(output("another"), output("other")).unwrap();
	assert_eq!(fs::metadata(output("other")).unwrap().modified().unwrap(), time);
	fs::remove_dir_all(output("z")).unwrap();
	fs::remove_file(output("copy")).unwrap();

	// More than one buffer of names.
	fs::create_dir(output("many")).unwrap();
	for number in 0..500 {
		fs::write(output(&format!("many/{number:04}")), "").unwrap();
	}
	assert_eq!(fs::read_dir(output("many")).unwrap().count(), 500);
	fs::remove_dir_all(output("many")).unwrap();
	println!("fine");
}

/// Writes what a container shows.
fn see() {
	let status = fs::read_to_string("/proc/self/status").unwrap();
	for line in status.lines().filter(|line| {
		["Uid", "Gid", "Groups", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp:"].iter().any(|name| line.starts_with(name))
	}) {
		println!("{}", line.split_whitespace().collect::<Vec<_>>().join(" "));
	}
	let interfaces = fs::read_to_string("/proc/net/dev").unwrap();
	println!("interfaces {}", interfaces.lines().skip(2).count());
	println!("root {}", fs::write("/new", "").is_ok());
	println!("tmp {}", fs::write("/tmp/new", "").is_ok());
	println!(
		"processes {}",
		fs::read_dir("/proc")
			.unwrap()
			.filter(|entry| {
				entry.as_ref().unwrap().file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit())
			})
			.count()
	);
	println!("connect {}", TcpStream::connect(("1.1.1.1", 80)).is_ok());
	println!(
		"disks {}",
		fs::read_dir("/dev").unwrap().any(|entry| {
			let name = entry.unwrap().file_name();
			["vd", "sd", "nvme", "mem", "kmsg"].iter().any(|disk| name.to_string_lossy().starts_with(disk))
		})
	);
	println!("kernel {}", fs::write("/proc/sys/kernel/hostname", "x").is_ok());
	println!("keys {}", fs::read("/proc/keys").is_ok_and(|keys| !keys.is_empty()));
	println!("directory {}", env::current_dir().unwrap().display());
	println!("variable {}", env::var("FROM_IMAGE").unwrap_or_default());
}

/// Writes the interfaces, those that have a default route, and what can be connected to.
fn network(addresses: impl Iterator<Item = String>) {
	let devices = fs::read_to_string("/proc/net/dev").unwrap();
	let mut interfaces: Vec<_> =
		devices.lines().skip(2).filter_map(|line| Some(line.split_once(':')?.0.trim())).collect();
	interfaces.sort_unstable();
	println!("interfaces {interfaces:?}");
	let routes = fs::read_to_string("/proc/net/route").unwrap();
	let routes = routes.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
	// Destination and mask are 0, and there is an interface.
	let default: Vec<_> = routes
		.filter(|route| route[0] != "*" && route[1] == "00000000" && route[7] == "00000000")
		.map(|route| route[0].to_owned())
		.collect();
	println!("default {default:?}");
	let names = fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
	println!("names {:?}", names.trim());
	for address in addresses {
		match said(&address) {
			Ok(said) => println!("{address} {said}"),
			Err(error) => println!("{address} {:?}", error.kind()),
		}
	}
}

/// Returns what is said at an address. `tap0%` before it binds the socket to that interface, `udp%` sends a packet instead,
/// and `until%` connects until it is refused.
fn said(address: &str) -> std::io::Result<String> {
	let (how, at) = address.split_once('%').unwrap_or(("", address));
	let to: SocketAddr = at.parse().unwrap();
	let read = |stream: std::io::Result<TcpStream>| {
		let mut said = String::new();
		stream?.read_to_string(&mut said).map(|_| format!("says {said}"))
	};
	match how {
		"" => read(TcpStream::connect_timeout(&to, Duration::from_secs(10))),
		"udp" => UdpSocket::bind("0.0.0.0:0")?.send_to(b"hello", to).map(|_| "is sent to".into()),
		"until" => {
			let mut answers = 0;
			loop {
				match read(TcpStream::connect_timeout(&to, Duration::from_secs(10))) {
					Ok(_) if answers > 600 => return Ok("answers for ever".into()),
					Ok(_) => answers += 1,
					Err(error) => return Ok(format!("answered {} and then {:?}", answers > 0, error.kind())),
				}
				std::thread::sleep(Duration::from_millis(100));
			}
		}
		interface => read(connect_from(interface, to)),
	}
}

/// Connects by a socket that is bound to an interface, as any program may.
#[cfg(target_os = "linux")]
fn connect_from(interface: &str, to: SocketAddr) -> std::io::Result<TcpStream> {
	use std::os::fd::{AsRawFd, FromRawFd};
	extern "C" {
		fn socket(domain: i32, kind: i32, protocol: i32) -> i32;
		fn setsockopt(socket: i32, level: i32, name: i32, value: *const u8, length: u32) -> i32;
		fn connect(socket: i32, address: *const u8, length: u32) -> i32;
	}
	const INET: i32 = 2;
	const STREAM: i32 = 1;
	const SOCKET: i32 = 1;
	const BIND_TO_DEVICE: i32 = 25;
	let SocketAddr::V4(to) = to else { panic!("IPv4 only") };
	let check = |result: i32| if result < 0 { Err(std::io::Error::last_os_error()) } else { Ok(result) };
	let mut address = [0; 16];
	address[..2].copy_from_slice(&(INET as u16).to_ne_bytes());
	address[2..4].copy_from_slice(&to.port().to_be_bytes());
	address[4..8].copy_from_slice(&to.ip().octets());
	// SAFETY: the calls get what they expect, with its length.
	unsafe {
		let stream = TcpStream::from_raw_fd(check(socket(INET, STREAM, 0))?);
		stream.set_write_timeout(Some(Duration::from_secs(10)))?;
		let (raw, length) = (stream.as_raw_fd(), interface.len() as u32);
		check(setsockopt(raw, SOCKET, BIND_TO_DEVICE, interface.as_ptr(), length))?;
		check(connect(raw, address.as_ptr(), 16))?;
		Ok(stream)
	}
}

#[cfg(not(target_os = "linux"))]
fn connect_from(_: &str, _: SocketAddr) -> std::io::Result<TcpStream> {
	Err(std::io::ErrorKind::Unsupported.into())
}

/// Tells whether a device is there, and can be opened.
fn device(path: &str) {
	println!("there {} opens {}", Path::new(path).exists(), File::open(path).is_ok());
}

/// Tells what each of these files is, whether it can be changed, and what the environment says of devices.
fn driver(paths: impl Iterator<Item = String>) {
	for path in paths {
		let text = fs::read_to_string(&path).unwrap_or_else(|error| error.kind().to_string());
		let writes = OpenOptions::new().write(true).open(&path).is_ok();
		let parent = Path::new(&path).parent().unwrap();
		let creates = File::create(parent.join("new")).is_ok();
		println!("{path} says {:?} writes {writes} creates {creates}", text.trim());
	}
	for name in ["GPU", "LD_LIBRARY_PATH"] {
		println!("{name}={}", env::var(name).unwrap_or_default());
	}
}

/// Has what it has for so many ms. Tells from when to when, in ns.
fn hold(time: u64) {
	let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
	let start = now();
	thread::sleep(Duration::from_millis(time));
	println!("{start} {}", now());
}

/// Fills a file with so many bytes.
fn fill(path: &str, bytes: u64) {
	std::io::copy(&mut std::io::repeat(7).take(bytes), &mut File::create(path).unwrap()).unwrap();
	println!("filled");
}

fn files(directory: &str, count: u64) {
	for file in 0..count {
		File::create(Path::new(directory).join(file.to_string())).unwrap();
	}
}

/// Tells whether a file can be made in a directory.
fn creates(directory: &str) -> bool {
	fs::write(Path::new(directory).join("new"), "new").is_ok()
}

/// Changes the image in each way that a program has, as far as it can, and tells what it can.
fn change() {
	println!("write {}", fs::write("/data/whole", "other").is_ok());
	println!(
		"append {}",
		OpenOptions::new().append(true).open("/data/longer").and_then(|mut file| file.write(b"!")).is_ok()
	);
	println!("rename {}", fs::rename("/data/named", "/data/renamed").is_ok());
	println!("remove {}", fs::remove_file("/data/gone").is_ok());
	println!("create {}", fs::write("/data/deep/new", "new").is_ok());
	println!("replace {}", fs::remove_dir_all("/data/tree").and_then(|()| fs::write("/data/tree", "file")).is_ok());
}

/// Tells who this is, and where.
fn who() {
	let status = fs::read_to_string("/proc/self/status").unwrap();
	for line in status.lines().filter(|line| ["Umask", "Uid", "Gid"].iter().any(|name| line.starts_with(name))) {
		println!("{}", line.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
	}
	println!("directory {}", env::current_dir().unwrap().display());
	for name in ["HOME", "HOSTNAME", "OMP_NUM_THREADS"] {
		println!("{name}={}", env::var(name).unwrap_or_default());
	}
}

/// Opens terminals until there are no more, and tells how many.
fn terminal() {
	let open = || OpenOptions::new().read(true).write(true).open("/dev/ptmx");
	let all: Vec<_> = (0..1000).map_while(|_| open().ok()).collect();
	println!("{} {}", all.len(), Path::new("/dev/pts/0").exists());
}

/// Starts itself again and again, as often as it is let.
fn fork() {
	let itself = env::args().next().unwrap();
	let mut children = 0;
	while children < 10_000 {
		match std::process::Command::new(&itself).args(["sleep", "1000"]).spawn() {
			Ok(_) => children += 1,
			Err(_) => break,
		}
	}
	println!("{children}");
}

/// Leaves what OUT of a container may hold beside files.
fn links() {
	#[cfg(unix)]
	{
		std::os::unix::fs::symlink("/etc/passwd", output("link")).unwrap();
		let _ = std::os::unix::net::UnixListener::bind(output("socket")).unwrap();
		fs::write(output("private"), "mine").unwrap();
		let mut rights = fs::metadata(output("private")).unwrap().permissions();
		std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o4000);
		fs::set_permissions(output("private"), rights).unwrap();
		fs::hard_link(output("private"), output("second")).unwrap();
	}
}
