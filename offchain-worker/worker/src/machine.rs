//! What the machine has, and how busy others keep it.

use std::{collections::HashMap, time::Duration};

use rlc_primitives::Tag;
use rlc_protocol::worker::Resources;
use rlc_sandbox::{NETWORK_MEMORY, WASM_JOB_MEMORY, WASM_MEMORY};
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System};
use tokio::sync::mpsc;

use crate::{
	activation::Activation,
	config::{Config, Share},
	messages::Message,
};

/// How often the activation is looked at.
const LOOK_TIME: Duration = Duration::from_secs(5);

/// What the worker itself needs of the memory, in bytes, beside what it takes to run modules and networks.
const OWN_MEMORY: u64 = 256 << 20;

/// What tasks get of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Machine {
	/// Processor cores.
	pub cores: u32,
	/// Memory for all tasks, in bytes.
	pub memory: u64,
	/// Disk for all tasks, in bytes.
	pub disk: u64,
}

impl Machine {
	/// Measures what there is, of which control groups may leave this process a part, and takes the owner's share of it.
	/// `disk`: what tasks may write.
	pub fn measure(config: &Config, disk: u64) -> Self {
		// This minds control groups already.
		let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
		let cores = cores.try_into().unwrap_or(u32::MAX);
		let own = own_memory(slots(config, cores), config.network);
		Self { cores, memory: memory_for_tasks(config.memory, usable_memory(), own), disk }
	}

	/// Returns what a worker offers, with this many graphics processors if there are containers. What apps are granted needs
	/// containers.
	pub fn resources(&self, config: &Config, containers: Option<u32>, speed: u64) -> Resources {
		let (container, gpus) = (containers.is_some(), containers.unwrap_or(0));
		let bit = |is, bits| if is { Tag::from_bits(bits) } else { Tag::NONE };
		let tag = config.tag | bit(gpus > 0, Tag::GPU) | bit(container && config.network, Tag::NETWORK);
		Resources {
			slots: slots(config, self.cores),
			cores: self.cores,
			memory: self.memory,
			disk: self.disk,
			gpus,
			tag: tag.0,
			wasm: true,
			container,
			speed,
		}
	}
}

/// Returns how much memory this process may use, in bytes: the machine's, or what its control group leaves of it, or one above.
/// Containers and services of systemd are given less than there is. 0 if the system cannot be measured: then tasks get none.
pub fn usable_memory() -> u64 {
	let Ok(mut system) = System::new() else { return 0 };
	system.refresh_memory();
	let own = Pid::from_u32(std::process::id());
	system.refresh_processes_specifics(ProcessesToUpdate::Some(&[own]), true, ProcessRefreshKind::nothing());
	let limits = system.process(own).and_then(Process::cgroup_limits);
	limits.map_or(u64::MAX, |limits| limits.total_memory).min(system.total_memory())
}

/// Returns how many tasks run at a time.
fn slots(config: &Config, cores: u32) -> u32 {
	config.slots.unwrap_or(cores).clamp(1, cores.max(1))
}

/// Returns what memory the worker needs beside that of its tasks, in bytes: its own, what compiles modules and what is kept of
/// them, and of each slot the code that runs there, and its network.
pub(crate) fn own_memory(slots: u32, network: bool) -> u64 {
	let networks = if network { NETWORK_MEMORY } else { 0 };
	OWN_MEMORY + WASM_MEMORY + u64::from(slots) * (WASM_JOB_MEMORY + networks)
}

/// Returns the owner's share of the memory that is there, and no more than the worker itself leaves of it. Of very little
/// memory, the worker has to do with a half.
pub(crate) fn memory_for_tasks(share: Share, there: u64, own: u64) -> u64 {
	share.of(there).min(there - own.min(there / 2))
}

/// Tells the loop whenever the machine becomes free for tasks, or is needed for something else. Ends with the loop.
pub(crate) async fn watch(activation: Activation, actor: mpsc::UnboundedSender<Message>) {
	let mut last = None;
	let mut load = Load(System::new().ok());
	loop {
		let active = activation.is_active(match activation {
			Activation::LoadBelow(_) => load.of_others(),
			_ => 0.0,
		});
		if last.replace(active) != Some(active) {
			tracing::info!("tasks are {}taken now ({activation})", if active { "" } else { "not " });
			if actor.send(Message::Active(active)).is_err() {
				return;
			}
		}
		tokio::select! {
			() = tokio::time::sleep(LOOK_TIME) => {}
			() = actor.closed() => return,
		}
	}
}

/// How busy the processors are, where that can be measured.
struct Load(Option<System>);

impl Load {
	/// Returns how many cores are kept busy by processes that are not this one's or its children, since the last look.
	fn of_others(&mut self) -> f32 {
		let Some(system) = &mut self.0 else { return 0.0 };
		system.refresh_cpu_usage();
		system.refresh_processes(ProcessesToUpdate::All, true);
		let all = system.global_cpu_usage() * system.cpus().len() as f32;
		let processes = system.processes().iter();
		let processes = processes.map(|(pid, process)| (*pid, (process.parent(), process.cpu_usage())));
		of_others(all, Pid::from_u32(std::process::id()), &processes.collect())
	}
}

/// Returns how many cores others keep busy if they are busy for `all` percent of one, less what this process and those that come from
/// it use of that. Of each process its parent and its own percentage are known.
fn of_others(all: f32, own: Pid, processes: &HashMap<Pid, (Option<Pid>, f32)>) -> f32 {
	let ours = processes.iter().filter(|(pid, _)| {
		let line = std::iter::successors(Some(**pid), |pid| processes.get(pid)?.0);
		// A process has fewer ancestors than that.
		line.take(64).any(|ancestor| ancestor == own)
	});
	let ours: f32 = ours.map(|(_, (_, usage))| usage).sum();
	(all - ours).max(0.0) / 100.0
}

#[cfg(test)]
mod tests {
	use std::path::{Path, PathBuf};

	use super::*;

	#[test]
	fn machine_has_something() {
		let with = |memory| Config { memory, ..crate::testing::config("/nowhere") };
		let all = Machine::measure(&with(Share::Percent(100)), 7);
		assert!(all.cores > 0 && all.memory > 0 && all.disk == 7);
		assert!(Machine::measure(&with(Share::Percent(50)), 5).memory <= all.memory);
	}

	#[test]
	fn worker_leaves_itself_some_memory() {
		let tasks = |share, there| memory_for_tasks(share, there, 1 << 30);
		assert_eq!(tasks(Share::Percent(50), 4 << 30), (4 << 30) / 100 * 50);
		assert_eq!(tasks(Share::Percent(100), 4 << 30), 3 << 30);
		assert_eq!(tasks(Share::Bytes(8 << 30), 4 << 30), 3 << 30);
		assert_eq!(tasks(Share::Percent(100), 100 << 20), 50 << 20);
	}

	#[test]
	fn worker_needs_memory_for_what_all_slots_can_make_it_take() {
		assert_eq!((own_memory(1, false), own_memory(8, false)), (1_536 << 20, 3_328 << 20));
		assert_eq!(own_memory(8, true) - own_memory(8, false), 8 * NETWORK_MEMORY);
	}

	/// A control group for memory, removed when this is dropped.
	struct Group(PathBuf);

	impl Group {
		/// Returns a group of this many bytes below that of this process.
		fn new(most: u64) -> std::io::Result<Self> {
			let groups = std::fs::read_to_string("/proc/self/cgroup")?;
			let find = |kind: &str| groups.lines().find_map(|line| line.split_once(kind)).map(|(_, path)| path);
			let (root, path, limit) = match find(":memory:") {
				Some(path) => ("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes"),
				None => ("/sys/fs/cgroup", find("0::").unwrap_or("/"), "memory.max"),
			};
			// In a namespace of its own, the process is at the root.
			let above = [format!("{root}{path}"), root.into()].into_iter().find(|path| Path::new(path).is_dir());
			let group = Self(Path::new(&above.unwrap_or_default()).join(format!("rlc-test-{}", std::process::id())));
			std::fs::create_dir(&group.0)?;
			std::fs::write(group.0.join(limit), most.to_string())?;
			Ok(group)
		}
	}

	impl Drop for Group {
		fn drop(&mut self) {
			let _ = std::fs::remove_dir(&self.0);
		}
	}

	#[test]
	fn memory_is_what_the_control_group_leaves() {
		let group = match Group::new(64 << 20) {
			Ok(group) => group,
			Err(error) => rlc_testing::skip!("needs runc: there is no control group for memory: {error}"),
		};
		let inside = std::process::Command::new("sh")
			.args(["-c", r#"echo $$ >"$0/cgroup.procs" && exec "$@""#])
			.arg(&group.0)
			.arg(std::env::current_exe().unwrap())
			.args(["--exact", "machine::tests::tell_memory", "--ignored", "--nocapture"])
			.output()
			.unwrap();
		let told = String::from_utf8_lossy(&inside.stdout);
		assert!(told.contains(&format!("memory: {}", 64 << 20)), "{told}{}", String::from_utf8_lossy(&inside.stderr));
		assert!(usable_memory() > 64 << 20, "out here there is more");
	}

	#[test]
	#[ignore = "another test starts it"]
	fn tell_memory() {
		println!("memory: {}", usable_memory());
	}

	#[test]
	fn slots_are_no_more_than_cores() {
		let machine = Machine { cores: 4, memory: 1, disk: 1 };
		for (configured, slots) in [(None, 4), (Some(2), 2), (Some(9), 4), (Some(0), 1)] {
			let config = Config { slots: configured, ..crate::testing::config("/nowhere") };
			assert_eq!(machine.resources(&config, None, 0).slots, slots);
		}
	}

	#[test]
	fn what_the_owner_declares_is_offered() {
		let machine = Machine { cores: 4, memory: 1, disk: 1 };
		let usual = crate::testing::config("/nowhere");
		let offered = machine.resources(&usual, None, 0);
		assert_eq!((offered.gpus, offered.tag), (0, Tag::NONE.0));
		let declared = Config { tag: Tag::from_bits(0x30), ..usual };
		let offered = machine.resources(&declared, None, 0);
		assert_eq!((offered.gpus, offered.tag), (0, Tag::from_bits(0x30).0));
	}

	#[test]
	fn what_apps_may_be_granted_is_offered_with_containers_only() {
		let machine = Machine { cores: 4, memory: 1, disk: 1 };
		let usual = Config { tag: Tag::from_bits(0x30), ..crate::testing::config("/nowhere") };
		let network = Config { network: true, ..usual.clone() };
		for (config, gpus, bits) in
			[(&usual, 0, 0x30), (&usual, 2, 0x130), (&network, 0, 0x1_0030), (&network, 2, 0x1_0130)]
		{
			let offered = machine.resources(config, Some(gpus), 0);
			assert_eq!((offered.gpus, offered.tag), (gpus, Tag::from_bits(bits).0));
			let offered = machine.resources(config, None, 0);
			assert_eq!((offered.gpus, offered.tag), (0, Tag::from_bits(0x30).0), "without containers");
		}
	}

	#[test]
	fn own_work_is_not_others_load() {
		let process = |pid, parent: Option<u32>, usage| (Pid::from_u32(pid), (parent.map(Pid::from_u32), usage));
		// The first of all, this one with a child and a grandchild, and a stranger with a child.
		let processes = [
			process(1, None, 10.0),
			process(10, Some(1), 20.0),
			process(11, Some(10), 30.0),
			process(12, Some(11), 40.0),
			process(20, Some(1), 50.0),
			process(21, Some(20), 60.0),
		];
		let load = |all| of_others(all, Pid::from_u32(10), &HashMap::from(processes));
		assert_eq!(load(210.0), 1.2, "120 of 210 percent are others'");
		assert_eq!(load(80.0), 0.0, "measured at different moments, it may be more than all");
	}
}
