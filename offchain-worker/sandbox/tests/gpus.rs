//! Graphics processors in containers: devices that a specification describes, one run at a time.
//!
//! They run where a container can be run. No test needs a graphics processor: devices that do nothing, such as
//! `/dev/full`, stand for them under other names.

mod common;

use std::{
	fs,
	os::unix::fs::FileTypeExt,
	path::{Path, PathBuf},
};

use common::{
	containers::{image, packed, probe, wait_until},
	text, Room,
};
use rlc_sandbox::{
	survey, Allowance, ContainerService, ContainerTier, Ending, Error, GpuClear, GpuState, Gpus, Grants, NoDevice, Run,
};
use rlc_testing::skip;
use serde_json::{json, Value};
use tempfile::TempDir;

/// A machine with a container tier, and specifications of its own.
struct Machine {
	directory: TempDir,
	tier: ContainerTier,
}

impl Machine {
	async fn with(specification: &Value) -> Option<Self> {
		let directory = tempfile::tempdir().unwrap();
		let cdi = directory.path().join("cdi");
		fs::create_dir(&cdi).unwrap();
		fs::write(cdi.join("gpu.json"), specification.to_string()).unwrap();
		let tier = probe(&directory.path().join("state")).await?;
		Some(Self { directory, tier })
	}

	fn path(&self, name: &str) -> PathBuf {
		self.directory.path().join(name)
	}

	fn gpus(&self, choices: &[&str], clear: &str) -> Gpus {
		let clear = clear.replace("HERE", self.directory.path().to_str().unwrap()).parse::<GpuClear>().unwrap();
		let choices = choices.iter().map(|choice| choice.to_string()).collect();
		Gpus { specifications: vec![self.path("cdi")], ..Gpus::new(choices, clear) }
	}

	async fn tier(&self, choices: &[&str], clear: &str) -> Result<ContainerTier, NoDevice> {
		self.tier.clone().with_gpus(&self.gpus(choices, clear)).await
	}
}

/// Returns a specification of devices with one node each. All share a library, a link, and a variable.
fn specification(nodes: &[&str]) -> Value {
	let device = |(index, node): (usize, &&str)| {
		let node = json!({ "path": format!("/dev/gpu{index}"), "hostPath": node });
		json!({ "name": index.to_string(), "containerEdits": { "deviceNodes": [node] } })
	};
	let hook = |args: &[&str]| {
		let args: Vec<_> = ["nvidia-cdi-hook"].iter().chain(args).collect();
		json!({ "hookName": "createContainer", "path": "/usr/bin/nvidia-cdi-hook", "args": args })
	};
	json!({
		"cdiVersion": "0.6.0",
		"kind": "example.com/gpu",
		"devices": nodes.iter().enumerate().map(device).collect::<Vec<_>>(),
		"containerEdits": {
			"env": ["GPU=yes"],
			"deviceNodes": [{ "path": "/dev/gpuctl", "hostPath": "/dev/zero" }],
			"mounts": [
				{ "hostPath": "/etc/hostname", "containerPath": "/usr/lib/gpu/driver.conf", "options": ["rw", "rbind"] },
				{ "hostPath": libc(), "containerPath": "/usr/lib/gpu/libgpu.so.550.1" },
			],
			"hooks": [
				hook(&["create-symlinks", "--link", "driver.conf::/usr/lib/gpu/link.conf"]),
				hook(&["update-ldcache", "--folder", "/usr/lib/gpu"]),
			],
		},
	})
}

/// Returns a library of this machine.
fn libc() -> String {
	let maps = fs::read_to_string("/proc/self/maps").unwrap();
	let line = maps.lines().find(|line| line.ends_with("libc.so.6")).unwrap();
	line.split_whitespace().last().unwrap().into()
}

async fn try_run(tier: &ContainerTier, gpus: u32, args: &[&str]) -> Result<Run, Error> {
	let room = Room { grants: Grants { network: false, gpus }, ..Room::new() };
	room.container(tier, image(), args).await
}

async fn run(tier: &ContainerTier, gpus: u32, args: &[&str]) -> String {
	let run = try_run(tier, gpus, args).await.unwrap();
	assert_eq!(run.ending, Ending::Exited(0), "{}", text(&run.stderr));
	text(&run.stdout).to_owned()
}

/// Returns a device of this machine that containers do not have by themselves, and that does nothing when it is opened.
/// On most machines, nobody but root may open it.
fn spare_device() -> Option<&'static str> {
	let devices = ["/dev/fuse", "/dev/loop-control", "/dev/hwrng"];
	let is_device = |path: &&str| Path::new(path).metadata().is_ok_and(|data| data.file_type().is_char_device());
	let found = devices.into_iter().find(is_device);
	if found.is_none() {
		skip!("needs device" => None);
	}
	found
}

#[tokio::test]
async fn device_by_its_path_is_there_for_those_that_are_granted_it() {
	let (Some(machine), Some(device)) = (Machine::with(&specification(&[])).await, spare_device()) else { return };
	let tier = machine.tier(&[device], "driver").await.unwrap();
	for (gpus, said) in [(1, "there true opens true\n"), (0, "there false opens false\n")] {
		assert_eq!(run(&tier, gpus, &["device", device]).await, said);
	}
}

#[tokio::test]
async fn device_brings_nodes_libraries_and_variables_and_the_image_stays_as_it_is() {
	let Some(machine) = Machine::with(&specification(&["/dev/full", "/dev/random"])).await else { return };
	let tier = machine.tier(&["example.com/gpu=0"], "driver").await.unwrap();
	let said = run(&tier, 1, &["driver", "/usr/lib/gpu/driver.conf", "/usr/lib/gpu/link.conf"]).await;
	let name = fs::read_to_string("/etc/hostname").unwrap();
	let expected = ["driver", "link"]
		.map(|file| format!("/usr/lib/gpu/{file}.conf says {:?} writes false creates false\n", name.trim()));
	assert_eq!(said, format!("{}GPU=yes\nLD_LIBRARY_PATH=/usr/lib/rlc-drivers\n", expected.concat()));
	for (path, opens) in [
		("/dev/gpu0", true),
		("/dev/gpuctl", true),
		// The library, by its file's name and by the name that is in it.
		("/usr/lib/rlc-drivers/libgpu.so.550.1", true),
		("/usr/lib/rlc-drivers/libc.so.6", true),
		// Of the other device.
		("/dev/gpu1", false),
	] {
		assert_eq!(run(&tier, 1, &["device", path]).await, format!("there {opens} opens {opens}\n"), "{path}");
	}
	let both = machine.tier(&["auto"], "driver").await.unwrap();
	assert_eq!(run(&both, 2, &["device", "/dev/gpu1"]).await, "there true opens true\n");
	let left = run(&tier, 0, &["driver", "/usr/lib/gpu/driver.conf"]).await;
	let nothing =
		"/usr/lib/gpu/driver.conf says \"entity not found\" writes false creates false\nGPU=\nLD_LIBRARY_PATH=\n";
	assert_eq!(left, nothing, "the image is shared with runs that have no device");
	let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
	let of_runs: Vec<_> =
		mounts.lines().filter(|line| line.contains(machine.directory.path().to_str().unwrap())).collect();
	assert!(of_runs.is_empty(), "{of_runs:?}");
}

/// All machines with such devices would take it for trouble of their own.
#[tokio::test]
async fn image_in_the_way_of_devices_is_nobodys_trouble() {
	let Some(machine) = Machine::with(&specification(&["/dev/full"])).await else { return };
	let tier = machine.tier(&["example.com/gpu=0"], "driver").await.unwrap();
	let (file, app) = (machine.path("image.tar"), fs::read(common::program()).unwrap());
	fs::write(&file, packed(&[("app", &app), ("usr/lib/gpu", b"no directory")], &["/app"])).unwrap();
	let room = Room { grants: Grants { network: false, gpus: 1 }, ..Room::new() };
	let run = room.container(&tier, &file, &["nothing"]).await;
	assert!(matches!(&run, Err(Error::OtherMachine(why)) if why.contains("in the way")), "{run:?}");
	fs::write(&file, packed(&[("app", &app)], &["/none"])).unwrap();
	let run = room.container(&tier, &file, &["nothing"]).await;
	assert!(matches!(&run, Err(Error::OtherMachine(why)) if why.contains("/none")), "devices may have it: {run:?}");
}

#[tokio::test]
async fn two_runs_are_never_on_one_device() {
	let Some(machine) = Machine::with(&specification(&["/dev/full"])).await else { return };
	let tier = machine.tier(&["auto"], "sleep 0.2; date +%s%N >> HERE/cleared").await.unwrap();
	let hold = ["hold", "300"];
	let said = tokio::join!(run(&tier, 1, &hold), run(&tier, 1, &hold), run(&tier, 1, &hold));
	let mut times: Vec<Vec<u128>> = [said.0, said.1, said.2]
		.iter()
		.map(|line| line.split_whitespace().map(|time| time.parse().unwrap()).collect())
		.collect();
	times.sort();
	let states = tier.gpus().unwrap();
	wait_until("the last is cleared", || states.borrow()[0] == GpuState::Free).await;
	let cleared = fs::read_to_string(machine.path("cleared")).unwrap();
	let cleared: Vec<u128> = cleared.lines().map(|time| time.parse().unwrap()).collect();
	assert_eq!(cleared.len(), 4, "at the start, and after each run");
	for (index, time) in times.iter().enumerate() {
		assert!(cleared[index] < time[0] && time[1] < cleared[index + 1], "{times:?} {cleared:?}");
	}
}

#[tokio::test]
async fn device_that_cannot_be_cleared_goes_to_nobody() {
	let Some(machine) = Machine::with(&specification(&["/dev/full"])).await else { return };
	let tier = machine.tier(&["example.com/gpu=0"], "[ ! -e HERE/broken ] || { echo busy >&2; false; }").await.unwrap();
	fs::write(machine.path("broken"), "").unwrap();
	assert_eq!(run(&tier, 1, &["nothing"]).await, "");
	let refused = try_run(&tier, 1, &["nothing"]).await.unwrap_err();
	let said = "example.com/gpu=0 is out of use: it could not be cleared: the command ended with exit status: 1; it wrote: busy";
	assert!(matches!(&refused, Error::Host(why) if why.ends_with(said)), "{refused}");
	assert!(matches!(&tier.gpus().unwrap().borrow()[0], GpuState::OutOfUse(_)));
	let told = rlc_sandbox::gpus_out_of_use(&machine.path("state")).unwrap();
	assert!(told.contains(said), "{told}");
	assert_eq!(run(&tier, 0, &["nothing"]).await, "", "others run");
	assert!(machine.tier(&["auto"], "exit 3").await.err().unwrap().to_string().contains("exit status: 3"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn service_tells_which_of_its_devices_is_out_of_use_and_why() {
	let Some(machine) = Machine::with(&specification(&["/dev/full", "/dev/zero"])).await else { return };
	let names = ["example.com/gpu=0", "example.com/gpu=1"];
	let tier = machine.tier(&names, "[ $RLC_GPU != example.com/gpu=1 ]").await.unwrap();
	assert!(tier.service_gpus().is_empty(), "they are of this process");
	let allowance = Allowance { runs: 1, memory: 64 << 20, cpus: 1.0 };
	let service = ContainerService::new(tier, allowance, 0).unwrap();
	let socket = machine.path("socket");
	let listener = service.bind(&socket).unwrap();
	tokio::spawn(service.serve(listener, std::future::pending()));
	let seen = ContainerTier::connect(&socket).await.unwrap().service_gpus();
	assert_eq!(seen.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names);
	assert_eq!(seen[0].1, GpuState::Free);
	assert!(matches!(&seen[1].1, GpuState::OutOfUse(why) if why.contains("could not be cleared")), "{seen:?}");
}

#[tokio::test]
async fn run_that_waits_for_a_device_does_not_wait_for_longer_than_it_may_run() {
	let Some(machine) = Machine::with(&specification(&["/dev/full"])).await else { return };
	let tier = machine.tier(&["auto"], "[ ! -e HERE/slow ] || sleep 10").await.unwrap();
	fs::write(machine.path("slow"), "").unwrap();
	run(&tier, 1, &["nothing"]).await;
	let mut room = Room { grants: Grants { network: false, gpus: 1 }, ..Room::new() };
	room.limits.time = std::time::Duration::from_secs(1);
	let refused = room.container(&tier, image(), &["nothing"]).await.unwrap_err();
	assert!(matches!(&refused, Error::Host(why) if why.contains("no graphics processor became free")), "{refused}");
}

#[tokio::test]
async fn what_is_wrong_with_a_device_is_said_at_the_start() {
	let mut wrong = specification(&["/dev/full", "/dev/none", "/dev/full"]);
	wrong["devices"][2]["containerEdits"]["hooks"] = json!([{ "hookName": "prestart", "path": "/usr/bin/touch" }]);
	let Some(machine) = Machine::with(&wrong).await else { return };
	fs::write(machine.path("cdi/bad.yaml"), "cdiVersion: 9.0.0\nkind: example.com/gpu\ndevices: []\n").unwrap();
	for (choice, said) in [
		("/etc/passwd", "by its path below /dev"),
		("/dev/shm", "it is not a character device"),
		("/dev/none", "name a device that exists"),
		("example.com/gpu=1", "/dev/none: No such file"),
		("example.com/gpu=2", "it needs the hook `/usr/bin/touch`, and hooks are not run"),
		("example.com/gpu=9", "there are example.com/gpu=0, example.com/gpu=1, example.com/gpu=2; "),
		("example.com/gpu=9", "bad.yaml is not read: its version \"9.0.0\" is not understood"),
	] {
		let error = machine.tier(&[choice], "driver").await.err().unwrap().to_string();
		assert!(error.contains(said), "{error}");
	}
	let twice = machine.tier(&["auto", "/dev/full"], "driver").await.err().unwrap();
	assert!(matches!(twice, NoDevice::Overlap(..)), "{twice}");
	let found = survey(&[machine.path("cdi")]);
	let usable: Vec<_> =
		found.devices.iter().filter(|gpu| gpu.source.is_some()).map(|gpu| (&*gpu.name, gpu.is_auto)).collect();
	assert_eq!((usable, found.unread.len()), (vec![("example.com/gpu=0", true)], 1));
}
