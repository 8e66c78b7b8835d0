//! The container service: as good as a tier of one's own for an honest worker, and of no use to any other.
//!
//! They run where a container can be run, and where `RLC_REQUIRE` says so they must.

mod common;

use std::{
	env,
	fs::{self, File, Permissions},
	io::{IoSlice, Read, Write},
	mem::MaybeUninit,
	os::{
		fd::{AsFd, OwnedFd},
		unix::{
			fs::{chown, symlink, MetadataExt, PermissionsExt},
			net::UnixStream,
			process::CommandExt,
		},
	},
	path::Path,
	process::Command,
	time::Duration,
};

use common::{
	containers::{image, packed, probe, served, wait_until},
	text, Room,
};
use rlc_sandbox::{
	read_result, Allowance, ContainerService, ContainerTier, Ending, Error, GpuClear, Gpus, Grants, Job, Limits,
	NetworkConfig, NoDevice, NoNetwork, Output, Stop, Tap, Unavailable,
};
use rustix::{
	fs::{open, Mode, OFlags},
	net::{sendmsg, SendAncillaryBuffer, SendAncillaryMessage, SendFlags},
};
use serde_json::{json, Value};

const ALLOWANCE: Allowance = Allowance { runs: 2, memory: 1 << 30, cpus: 64.0 };

/// Sends a frame as it is, and returns the reply, if there is one.
fn send(socket: &Path, bytes: &[u8], files: &[OwnedFd]) -> Option<Value> {
	let stream = UnixStream::connect(socket).unwrap();
	stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
	let files: Vec<_> = files.iter().map(AsFd::as_fd).collect();
	let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(8))];
	let mut along = SendAncillaryBuffer::new(&mut space);
	assert!(files.is_empty() || along.push(SendAncillaryMessage::ScmRights(&files)));
	// It may be refused before it is read.
	let sent = sendmsg(&stream, &[IoSlice::new(bytes)], &mut along, SendFlags::NOSIGNAL).unwrap_or(bytes.len());
	let _ = (&stream).write_all(&bytes[sent..]);
	let mut reply = Vec::new();
	let _ = (&stream).read_to_end(&mut reply);
	serde_json::from_slice(reply.get(5..)?).ok()
}

fn framed(message: &Value) -> Vec<u8> {
	let message = serde_json::to_vec(message).unwrap();
	[b"m", &u32::try_from(message.len()).unwrap().to_le_bytes()[..], &message].concat()
}

/// Returns a request that is in order, for an input.
fn request(input: &Path) -> Value {
	let (limits, grants) = (Limits { memory: 64 << 20, ..Limits::default() }, Grants::default());
	let run = json!({
		"version": 3, "args": ["nothing"], "env": [], "input": input, "limits": limits, "grants": grants, "denied": [],
		"live": false,
	});
	json!({ "Run": run })
}

fn opened(path: &Path, flags: OFlags) -> OwnedFd {
	open(path, flags | OFlags::CLOEXEC, Mode::empty()).unwrap()
}

fn image_file() -> [OwnedFd; 1] {
	[opened(image(), OFlags::RDONLY)]
}

/// Asserts that the service refuses a request, and says why.
fn assert_refused(socket: &Path, request: &Value, files: &[OwnedFd], why: &str) {
	let reply = send(socket, &framed(request), files).unwrap_or_default();
	let said = reply["Host"].as_str().unwrap_or_default();
	assert!(said.contains(why), "{why}: {reply}");
}

fn mounts(state: &Path) -> String {
	let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
	mounts.lines().filter(|line| line.contains(state.to_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn worker_without_rights_has_all_of_a_run() {
	let directory = tempfile::tempdir().unwrap();
	let Some(service) = served(directory.path(), ALLOWANCE).await else { return };
	let tier = &service.tier;
	assert_eq!(tier.allowance(), Some(ALLOWANCE));
	let mut room = Room::new();
	room.env.push(("IEXEC_TASK_ID".into(), "0x07".into()));
	let run = room.container(tier, image(), &["answer", "a b", "c"]).await.unwrap();
	assert_eq!((&run.ending, text(&run.stdout), text(&run.stderr)), (&Ending::Exited(0), "done\n", "said\n"));
	assert!(run.used.memory > 0 && run.used.time > Duration::ZERO, "{:?}", run.used);
	let result = room.output().join("result.txt").canonicalize().unwrap();
	assert_eq!(fs::read_to_string(&result).unwrap(), r#"SIX BY NINE|["a b", "c"]|0x07"#);
	assert_eq!(read_result(&room.output()).unwrap(), Output::Files(result));

	let room = Room::new();
	assert_eq!(room.container(tier, image(), &["links"]).await.unwrap().ending, Ending::Exited(0));
	assert_eq!(room.left(), ["link", "private", "second"]);
	assert!(fs::symlink_metadata(room.output().join("link")).unwrap().is_symlink());
	assert_eq!(Room::new().container(tier, image(), &["exit", "3"]).await.unwrap().ending, Ending::Exited(3));
	let room = Room::with(|limits| limits.time = Duration::from_secs(1));
	assert_eq!(room.container(tier, image(), &["loop"]).await.unwrap().ending, Ending::TimedOut);
	let room = Room::new();
	let run = room.container(tier, image(), &["write", "1048577"]).await.unwrap();
	assert_eq!(run.ending, Ending::OutOfDisk);
	assert_eq!(mounts(directory.path()), "", "nothing stays mounted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tap_of_a_worker_without_rights_is_told_what_an_app_writes() {
	let directory = tempfile::tempdir().unwrap();
	let Some(service) = served(directory.path(), ALLOWANCE).await else { return };
	let (room, tap) = (Room::new(), Tap::new(100));
	let (input, output, args) = (room.input(), room.output(), ["answer", "a b", "c"].map(String::from));
	let job = Job { tap: Some(&tap), ..room.job(image(), &args, &input, &output) };
	assert_eq!(service.tier.run(&job, &Stop::new()).await.unwrap().ending, Ending::Exited(0));
	let told = tap.take(100).streams;
	assert_eq!((text(&told[0]), text(&told[1])), ("done\n", "said\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn input_is_read_and_never_written() {
	let directory = tempfile::tempdir().unwrap();
	let Some(service) = served(directory.path(), ALLOWANCE).await else { return };
	let tier = &service.tier;
	let room = Room::new();
	let run = room.container(tier, image(), &["escape"]).await.unwrap();
	assert_eq!(run.ending, Ending::Exited(0), "{}", text(&run.stderr));
	let stdout = text(&run.stdout);
	assert!(stdout.lines().count() > 15);
	// Its root is its own, and it may write that.
	let mut done = stdout.lines().filter(|line| line.ends_with(": true"));
	assert!(done.all(|line| line.starts_with("write ") && !line.contains("/iexec_in")), "{stdout}");
	assert_eq!(fs::read_to_string(room.input().join("question.txt")).unwrap(), "six by nine");
	let secret = room.input().join("question.txt");
	fs::set_permissions(secret, Permissions::from_mode(0o600)).unwrap();
	let run = room.container(tier, image(), &["answer"]).await;
	assert!(matches!(&run, Err(Error::Host(cause)) if cause.contains("question.txt is not readable")), "{run:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn run_is_stopped_by_its_worker() {
	let directory = tempfile::tempdir().unwrap();
	let Some(service) = served(directory.path(), ALLOWANCE).await else { return };
	let tier = &service.tier;
	let (room, stop) = (Room::new(), Stop::new());
	let (input, output, args) = (room.input(), room.output(), ["sleep".to_string(), "1000".to_string()]);
	let job = room.job(image(), &args, &input, &output);
	let runs = || fs::read_dir(directory.path().join("runs")).into_iter().flatten().count();
	let (run, ()) = tokio::join!(tier.run(&job, &stop), async {
		wait_until("it runs", || runs() == 1).await;
		stop.stop();
	});
	assert_eq!(run.unwrap().ending, Ending::Stopped);
	{
		let stop = Stop::new();
		let mut run = std::pin::pin!(tier.run(&job, &stop));
		tokio::select! { _ = &mut run => panic!("it ended"), () = wait_until("it runs", || runs() == 1) => {} }
	}
	wait_until("the dropped one ends", || runs() == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_than_is_allowed_is_refused() {
	let directory = tempfile::tempdir().unwrap();
	let Some(service) = served(directory.path(), ALLOWANCE).await else { return };
	let tier = &service.tier;
	let room = Room::with(|limits| limits.memory = (1 << 30) + 1);
	let run = room.container(tier, image(), &["nothing"]).await;
	assert!(matches!(&run, Err(Error::Host(cause)) if cause.contains("1024 MiB of memory")), "{run:?}");
	// Two run, a third waits, and is refused at last.
	let rooms: [Room; 3] = std::array::from_fn(|_| Room::new());
	let [one, two, three] = &rooms;
	let runs = || fs::read_dir(directory.path().join("runs")).into_iter().flatten().count();
	let sleep = ["sleep", "1000"];
	let third = async {
		wait_until("two run", || runs() == 2).await;
		three.container(tier, image(), &sleep).await
	};
	let refused = tokio::select! {
		run = one.container(tier, image(), &sleep) => panic!("it ended: {run:?}"),
		run = two.container(tier, image(), &sleep) => panic!("it ended: {run:?}"),
		refused = third => refused,
	};
	assert!(matches!(&refused, Err(Error::Host(cause)) if cause.contains("is full")), "{refused:?}");
	wait_until("they end", || runs() == 0).await;
	assert_eq!(three.container(tier, image(), &["nothing"]).await.unwrap().ending, Ending::Exited(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_the_service_does_not_give_cannot_be_granted() {
	let directory = tempfile::tempdir().unwrap();
	let Some(service) = served(directory.path(), ALLOWANCE).await else { return };
	let (tier, socket) = (&service.tier, &service.socket);
	let network = tier.clone().with_network(NetworkConfig::default()).await.err().unwrap();
	assert!(matches!(network, NoNetwork::NotServed), "{network}");
	let device = tier.clone().with_gpus(&Gpus::new(vec!["/dev/null".into()], GpuClear::Driver)).await.err().unwrap();
	assert!(matches!(&device, NoDevice::NotServed), "{device}");
	// A worker that does not ask itself first.
	let room = Room::new();
	for (grant, wanted) in [("network", json!(true)), ("gpus", json!(1))] {
		let mut request = request(&room.input());
		request["Run"]["grants"][grant] = wanted;
		assert_refused(socket, &request, &image_file(), "the app is granted");
	}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hostile_worker_gets_nothing() {
	let directory = tempfile::tempdir().unwrap();
	let Some(service) = served(directory.path(), ALLOWANCE).await else { return };
	let (tier, socket) = (&service.tier, &service.socket);
	let room = Room::new();
	let good = request(&room.input());

	for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0; 64], &[0xff; 4096], b"m\xff\xff\xff\xff", b"m\x02\0\0\0{}"] {
		assert_eq!(send(socket, garbage, &[]), None, "{garbage:?}");
	}
	assert_eq!(send(socket, &[&b"m\x01\0\x10\0"[..], &[b'x'; 1 << 20]].concat(), &[]), None, "a byte too long");
	assert_refused(socket, &json!({ "Look": { "version": 1 } }), &[], "speaks version 3");
	assert_refused(socket, &good, &[], "there is no image");
	let two = [opened(image(), OFlags::RDONLY), opened(image(), OFlags::RDONLY)];
	assert_eq!(send(socket, &framed(&good), &two), None, "two files");

	// A name is no right to read: whoever may not read a file can have it opened so.
	for flags in [OFlags::PATH, OFlags::WRONLY] {
		assert_refused(socket, &good, &[opened(image(), flags)], "open to be read");
	}
	for path in ["/tmp", "/dev/null", "/proc/self"] {
		assert_refused(socket, &good, &[opened(Path::new(path), OFlags::RDONLY)], "is not a file");
	}
	let (pipe, _writer) = std::io::pipe().unwrap();
	assert_refused(socket, &good, &[pipe.into()], "is not a file");

	// More than anybody could hash, though it takes nothing of the disk.
	let endless = directory.path().join("endless");
	File::create(&endless).unwrap().set_len(1 << 42).unwrap();
	let reply = send(socket, &framed(&good), &[opened(&endless, OFlags::RDONLY)]).unwrap_or_default();
	assert!(reply["App"].as_str().is_some_and(|said| said.contains("has more than")), "{reply}");

	let of_another = directory.path().join("of-another");
	fs::create_dir(&of_another).unwrap();
	chown(&of_another, Some(12345), None).unwrap();
	let (link, through) = (room.directory.path().join("link"), room.directory.path().join("link/in"));
	symlink(room.directory.path(), &link).unwrap();
	symlink(room.input(), room.directory.path().join("to-in")).unwrap();
	for input in [
		&of_another,
		&link,
		&through,
		&room.directory.path().join("to-in"),
		&room.input().join("question.txt"),
		&room.directory.path().join("none"),
		Path::new("/proc/self/cwd"),
		Path::new("/proc/1/root"),
		Path::new(""),
		Path::new("in\0"),
	] {
		assert_refused(socket, &request(input), &image_file(), "its input");
	}
	for (pointer, value) in [
		("/Run/args", json!(["a\0b"])),
		("/Run/env", json!([["", "x"]])),
		("/Run/limits/memory", json!(u64::MAX)),
		("/Run/limits/cpus", json!(1e30)),
		("/Run/limits/time/secs", json!(u64::MAX)),
		("/Run/limits/pids", json!(u32::MAX)),
	] {
		let mut request = good.clone();
		*request.pointer_mut(pointer).unwrap() = value;
		let reply = send(socket, &framed(&request), &image_file()).unwrap_or_default();
		assert!(reply.get("Host").or(reply.get("App")).is_some(), "{pointer}: {reply}");
	}
	for wrong in [json!(["everything"]), json!(["10.0.0.0/8; flush ruleset"]), json!(vec!["10.0.0.0/8"; 1_001])] {
		let mut request = good.clone();
		request["Run"]["denied"] = wrong;
		assert_refused(socket, &request, &image_file(), "refuses this run");
	}
	// More connections than there are threads for: those beyond are closed.
	let idle: Vec<_> = (0..100).map(|_| UnixStream::connect(socket).unwrap()).collect();
	drop(idle);

	wait_until("the good one runs", || {
		send(socket, &framed(&good), &image_file()).is_some_and(|it| it["Ended"].is_object())
	})
	.await;
	let run = room.container(tier, image(), &["nothing"]).await.unwrap();
	assert_eq!((run.ending, mounts(directory.path())), (Ending::Exited(0), String::new()));
}

/// A user that has nothing on this machine.
const STRANGER: u32 = 12345;
/// Set for the process that is that user: the socket, and the image.
const SOCKET: &str = "RLC_TEST_SOCKET";
const IMAGE: &str = "RLC_TEST_IMAGE";

#[tokio::test]
#[ignore = "another test starts it"]
async fn worker_that_is_a_stranger() {
	let Some((socket, image)) = env::var_os(SOCKET).zip(env::var_os(IMAGE)) else { return };
	assert_eq!(rustix::process::geteuid().as_raw(), STRANGER);
	let here = tempfile::tempdir().unwrap();
	assert!(matches!(ContainerTier::probe(here.path()).await, Err(Unavailable::NoRights)));
	let tier = ContainerTier::connect(Path::new(&socket)).await.unwrap();
	let room = Room::new();
	let run = room.container(&tier, Path::new(&image), &["answer"]).await.unwrap();
	assert_eq!(run.ending, Ending::Exited(0), "{}", text(&run.stderr));
	let result = room.output().join("result.txt");
	assert_eq!(fs::metadata(result).unwrap().uid(), STRANGER);
	// What is root's stays root's, though the service could read it.
	for input in ["/", "/etc", "/root", "/proc/1"] {
		let request = request(Path::new(input));
		assert_refused(Path::new(&socket), &request, &[opened(Path::new(&image), OFlags::RDONLY)], "its input");
	}
	let shadow = opened(Path::new("/etc/shadow"), OFlags::PATH);
	assert_refused(Path::new(&socket), &request(&room.input()), &[shadow], "open to be read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn worker_needs_no_rights() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(&directory.path().join("state")).await else { return };
	fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
	let service = ContainerService::new(tier, ALLOWANCE, STRANGER).unwrap();
	let path = |name: &str| directory.path().join(name);
	let listener = service.bind(&path("socket")).unwrap();
	tokio::spawn(service.serve(listener, std::future::pending()));
	// Where that user finds them.
	fs::copy(env::current_exe().unwrap(), path("worker")).unwrap();
	fs::copy(image(), path("image.tar")).unwrap();
	fs::set_permissions(path("image.tar"), Permissions::from_mode(0o644)).unwrap();
	let mut worker = Command::new(path("worker"));
	worker.args(["--exact", "worker_that_is_a_stranger", "--ignored", "--nocapture"]);
	worker.env_clear().env(SOCKET, path("socket")).env(IMAGE, path("image.tar")).current_dir("/");
	let ended = worker.uid(STRANGER).gid(STRANGER).output().unwrap();
	let said = String::from_utf8_lossy(&ended.stdout);
	assert!(ended.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&ended.stderr));
}

/// This process is not that user.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_else_is_served() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	let service = ContainerService::new(tier, ALLOWANCE, 12345).unwrap();
	let socket = directory.path().join("socket");
	let listener = service.bind(&socket).unwrap();
	let data = fs::symlink_metadata(&socket).unwrap();
	assert_eq!((data.uid(), data.mode() & 0o777), (12345, 0o600));
	tokio::spawn(service.serve(listener, std::future::pending()));
	let refused = ContainerTier::connect(&socket).await.err().unwrap();
	assert!(matches!(refused, Unavailable::NoService { .. }), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn socket_of_a_service_that_is_gone_is_replaced_and_no_other_file() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	let service = ContainerService::new(tier, ALLOWANCE, 0).unwrap();
	let socket = directory.path().join("socket");
	drop(service.bind(&socket).unwrap());
	let listener = service.bind(&socket).unwrap();
	assert!(service.bind(&socket).is_err(), "it is in use");
	drop(listener);
	let file = directory.path().join("file");
	File::create(&file).unwrap();
	assert!(service.bind(&file).is_err());
	assert!(file.is_file());
	// Where the worker could put a link in its place.
	let of_worker = directory.path().join("of-worker");
	fs::create_dir(&of_worker).unwrap();
	chown(&of_worker, Some(STRANGER), None).unwrap();
	let refused = service.bind(&of_worker.join("socket")).unwrap_err();
	assert!(refused.to_string().contains("others can write"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn image_that_cannot_run_is_the_apps_fault_here_too() {
	let directory = tempfile::tempdir().unwrap();
	let Some(service) = served(directory.path(), ALLOWANCE).await else { return };
	let tier = &service.tier;
	let room = Room::new();
	let file = room.directory.path().join("image.tar");
	fs::write(&file, packed(&[("text", b"no program")], &["/none"])).unwrap();
	let run = room.container(tier, &file, &[]).await.unwrap();
	assert_eq!(run.ending, Ending::Exited(127));
	let run = room.container(tier, &room.input().join("question.txt"), &[]).await;
	assert!(matches!(run, Err(Error::App(_))), "{run:?}");
}
