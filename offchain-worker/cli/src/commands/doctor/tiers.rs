//! What runs apps on this machine, and what apps can be given.

use std::{path::Path, time::Duration};

use rlc_sandbox::{
	Compiler, ContainerTier, Ending, FoundGpu, GpuState, Gpus, Grants, Job, Limits, NetworkConfig, Stop, WasmTier,
};
use rlc_worker::CONTAINER_SERVICE;

use super::{Check, Doctor};
use crate::{
	context::Context,
	failure::{failure, Result},
	table::{counted, size},
	worker_dir::WorkerDir,
};

/// The name of all checks of graphics processors.
const GRAPHICS: &str = "graphics";
/// A module that does nothing, to try the wasm tier with.
const NOTHING: &[u8] = &[
	0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00, // \0asm, version 1
	0x01, 0x04, 0x01, 0x60, 0x00, 0x00, // one type: () -> ()
	0x03, 0x02, 0x01, 0x00, // one function of it
	0x05, 0x03, 0x01, 0x00, 0x01, // one memory of one page
	0x07, 0x13, 0x02, 0x06, 0x6D, 0x65, 0x6D, 0x6F, 0x72, 0x79, 0x02, 0x00, // exports "memory"
	0x06, 0x5F, 0x73, 0x74, 0x61, 0x72, 0x74, 0x00, 0x00, // and "_start"
	0x0A, 0x04, 0x01, 0x02, 0x00, 0x0B, // which ends at once
];

/// Returns whether modules run.
pub(super) async fn wasm_tier(compiler: Compiler) -> Result<String> {
	let wrong = |error: &dyn std::fmt::Display| failure!(TierFailed, "does not run: {error}");
	let dir = tempfile::tempdir().map_err(|error| wrong(&error))?;
	let path = |name: &str| dir.path().join(name);
	let (app, input, output) = (path("app.wasm"), path("in"), path("out"));
	std::fs::write(&app, NOTHING).map_err(|error| wrong(&error))?;
	for dir in [&input, &output] {
		std::fs::create_dir(dir).map_err(|error| wrong(&error))?;
	}
	let tier = WasmTier::new(compiler, None).map_err(|error| wrong(&error))?;
	let limits = &Limits { time: Duration::from_secs(30), ..Limits::default() };
	let (input, output) = (input.as_path(), output.as_path());
	let (grants, seed, hash_memory) = (Grants::default(), [0; 32], false);
	let job = Job { app: &app, args: &[], env: &[], input, output, limits, grants, seed, hash_memory, tap: None };
	let run = tier.run(&job, &Stop::new()).await.map_err(|error| wrong(&error))?;
	match run.ending {
		Ending::Exited(0) => Ok("runs WebAssembly apps".into()),
		other => Err(failure!(TierFailed, "a module that does nothing ended with {other:?}")),
	}
}

/// Returns whether images run, and whether they can be given a network: by the container service at this socket, or by a
/// worker that is root, if there is none at the usual one.
pub(super) async fn container_tier(service: &Path) -> (Result<String>, Result<String>) {
	if service.exists() || service != Path::new(CONTAINER_SERVICE) {
		return container_service(service).await;
	}
	let no_network = || Err(failure!(TierFailed, "needs the container tier"));
	let dir = match tempfile::tempdir() {
		Ok(dir) => dir,
		Err(error) => return (Err(failure!(TierFailed, "cannot be tried: {error}")), no_network()),
	};
	match ContainerTier::probe(dir.path()).await {
		Ok(tier) => {
			let network =
				tier.with_network(NetworkConfig::default()).await.map_err(|why| failure!(TierFailed, "{why}"));
			(
				Ok("runs container images, by workers that are root; better use `rlc worker containers`".into()),
				network.map(|_| "can be given to containers (rlc worker run --network)".into()),
			)
		}
		Err(why) => (Err(failure!(TierFailed, "{why}")), no_network()),
	}
}

/// Returns what the container service at a socket does.
async fn container_service(socket: &Path) -> (Result<String>, Result<String>) {
	let failed = |why: String| failure!(TierFailed, "{why}");
	let tier = match ContainerTier::connect(socket).await {
		Ok(tier) => tier,
		Err(why) => return (Err(failed(why.to_string())), Err(failed("needs the container tier".into()))),
	};
	let room = tier.allowance().map_or_else(String::new, |allowance| {
		format!(", up to {} with {} of memory", counted(allowance.runs.into(), "run"), size(allowance.memory))
	});
	let network = tier.with_network(NetworkConfig::default()).await.map_err(|why| failed(why.to_string()));
	(
		Ok(format!("the service at {} runs container images{room}", socket.display())),
		network.map(|_| "can be given to containers (rlc worker run --network)".into()),
	)
}

/// Returns which devices containers can be given, which not, and which a worker has put out of use.
pub(super) fn gpus(doctor: &Doctor, context: &Context) -> Vec<Check> {
	let dirs = if doctor.cdi_dirs.is_empty() { Gpus::usual_specifications() } else { doctor.cdi_dirs.clone() };
	let found = rlc_sandbox::survey(&dirs);
	let check = |words: Result<String>| Check::new(GRAPHICS, false, words);
	let mut checks: Vec<_> = found.devices.iter().map(|gpu| check(gpu_words(gpu))).collect();
	checks.extend(
		found
			.unread
			.iter()
			.map(|(path, why)| check(Err(failure!(DeviceUnusable, "{} is not read: {why}", path.display())))),
	);
	if checks.is_empty() {
		let dirs: Vec<_> = dirs.iter().map(|dir| dir.display().to_string()).collect();
		checks.push(check(Err(failure!(
			DeviceUnusable,
			"no graphics processor is described in {}, and none is in /dev/dri",
			dirs.join(" or ")
		))));
	}
	let dir = WorkerDir::of(context, doctor.dir.clone()).ok();
	let out = dir.and_then(|dir| rlc_sandbox::gpus_out_of_use(&dir.path().join("containers")));
	checks.extend(out.map(|words| {
		check(Err(failure!(DeviceUnusable, "the worker says: {words}"; "fix the cause, and start the worker again")))
	}));
	checks
}

/// Returns which devices the container service at a socket gives, and which it has put out of use.
pub(super) async fn service_gpus(socket: &Path) -> Vec<Check> {
	if !socket.exists() {
		return Vec::new();
	}
	// Why it does not answer is said of the container tier.
	let Ok(tier) = ContainerTier::connect(socket).await else { return Vec::new() };
	let words = |(name, state): (String, GpuState)| Check::new(GRAPHICS, false, service_gpu_words(&name, state));
	tier.service_gpus().into_iter().map(words).collect()
}

/// Returns what the container service does with a device.
fn service_gpu_words(name: &str, state: GpuState) -> Result<String> {
	match state {
		GpuState::OutOfUse(why) => {
			Err(failure!(DeviceUnusable, "the container service says: {name} is out of use: {why}";
			"fix the cause, and start the service again"))
		}
		GpuState::Free | GpuState::Taken | GpuState::Clearing => {
			Ok(format!("the container service gives {name} to apps"))
		}
	}
}

/// Returns what a container gets with a device.
fn gpu_words(gpu: &FoundGpu) -> Result<String> {
	let nodes = gpu.nodes.as_ref().map_err(|why| failure!(DeviceUnusable, "{}: {why}", gpu.name))?;
	let source = gpu.source.as_ref().map(|path| format!(" of {}", path.display())).unwrap_or_default();
	let auto = if gpu.is_auto { "" } else { "; not one of `--gpu auto`" };
	let left_out =
		if gpu.left_out.is_empty() { String::new() } else { format!(", without {}", gpu.left_out.join(", ")) };
	Ok(format!("{}{source} has {}{left_out}{auto}", gpu.name, nodes.join(", ")))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn module_that_does_nothing_runs() {
		assert_eq!(wasm_tier(Compiler::unlimited()).await, Ok("runs WebAssembly apps".into()));
	}

	#[test]
	fn device_is_told_with_what_containers_get_of_it() {
		let gpu = FoundGpu {
			name: "nvidia.com/gpu=all".into(),
			source: Some("/etc/cdi/nvidia.yaml".into()),
			nodes: Ok(vec!["/dev/nvidia0".into(), "/dev/nvidiactl".into()]),
			is_auto: false,
			left_out: vec!["/run/x (a service)".into()],
		};
		let said =
			"nvidia.com/gpu=all of /etc/cdi/nvidia.yaml has /dev/nvidia0, /dev/nvidiactl, without /run/x (a service); \
			not one of `--gpu auto`";
		assert_eq!(gpu_words(&gpu), Ok(said.into()));
		let broken = gpu_words(&FoundGpu { nodes: Err("it is empty".into()), ..gpu }).unwrap_err().to_string();
		assert!(broken.starts_with("nvidia.com/gpu=all: it is empty"), "{broken}");
	}

	#[test]
	fn device_that_the_service_has_out_of_use_is_told_with_the_cause() {
		assert_eq!(
			service_gpu_words("example.com/gpu=0", GpuState::Taken),
			Ok("the container service gives example.com/gpu=0 to apps".into())
		);
		let out = service_gpu_words("example.com/gpu=1", GpuState::OutOfUse("it is busy".into())).unwrap_err();
		let said = "the container service says: example.com/gpu=1 is out of use: it is busy";
		assert!(out.to_string().starts_with(said), "{out}");
	}
}
