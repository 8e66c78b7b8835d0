//! What tests of containers share: a tier, an image, what is left on the machine.

use std::{
	env, fs,
	path::{Path, PathBuf},
	sync::LazyLock,
	time::{Duration, Instant},
};

use rlc_sandbox::{Allowance, ContainerService, ContainerTier, NetworkConfig};
use rlc_testing::skip;
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use tokio::{sync::oneshot, task::JoinHandle};

use super::program;

/// Files of this name have the bit that makes one their owner, in images.
pub const SUID: &str = "suid";

/// Returns the tier in a directory, if there is one here.
pub async fn probe(state: &Path) -> Option<ContainerTier> {
	match ContainerTier::probe(state).await {
		Ok(tier) => Some(tier),
		Err(why) => skip!("needs runc: {why}" => None),
	}
}

/// Returns the same with such a network, if there can be one here.
pub async fn with_network(tier: &ContainerTier, config: NetworkConfig) -> Option<ContainerTier> {
	match tier.clone().with_network(config).await {
		Ok(tier) => Some(tier),
		Err(why) => skip!("needs network: {why}" => None),
	}
}

/// Returns an image of the app of the tests, as `docker save` writes it.
pub fn image() -> &'static Path {
	static IMAGE: LazyLock<PathBuf> = LazyLock::new(|| image_of(&program(), &[]));
	&IMAGE
}

/// Returns an image of a program and other files.
pub fn image_of(program: &Path, others: &[(&str, &[u8])]) -> PathBuf {
	let app = fs::read(program).unwrap();
	let files: Vec<_> = [("app", &*app)].into_iter().chain(others.iter().copied()).collect();
	let file = program.with_extension("tar");
	// Written whole or not at all: another test program may read it.
	let new = file.with_extension(std::process::id().to_string());
	fs::write(&new, packed(&files, &["/app"])).unwrap();
	fs::rename(new, &file).unwrap();
	file
}

/// Returns an image of these files, as `docker save` writes it, that begins with this program.
pub fn packed(files: &[(&str, &[u8])], entrypoint: &[&str]) -> Vec<u8> {
	packed_in(files, entrypoint, "/work")
}

/// Returns the same, whose program begins in this directory.
pub fn packed_in(files: &[(&str, &[u8])], entrypoint: &[&str], directory: &str) -> Vec<u8> {
	let settings = json!({
		"Entrypoint": entrypoint, "Cmd": ["exit", "42"], "WorkingDir": directory, "User": "root",
		"Env": ["FROM_IMAGE=yes", "IEXEC_OUT=/elsewhere"],
	});
	packed_with(files, &settings)
}

/// Returns an image of these files, as `docker save` writes it, that wants to be run like this.
pub fn packed_with(files: &[(&str, &[u8])], settings: &Value) -> Vec<u8> {
	let layer = archive(files);
	let config = json!({
		"architecture": match env::consts::ARCH { "x86_64" => "amd64", "aarch64" => "arm64", other => other },
		"os": "linux",
		"config": settings,
		"rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", hex::encode(Sha256::digest(&layer)))] },
	});
	let manifest = json!([{ "Config": "config.json", "Layers": ["layer.tar"] }]).to_string();
	archive(&[
		("config.json", config.to_string().as_bytes()),
		("layer.tar", &layer),
		("manifest.json", manifest.as_bytes()),
	])
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
	let mut builder = tar::Builder::new(Vec::new());
	for (name, bytes) in files {
		let mut header = tar::Header::new_gnu();
		header.set_mode(if name.ends_with(SUID) { 0o4755 } else { 0o755 });
		header.set_size(bytes.len() as u64);
		builder.append_data(&mut header, name, *bytes).unwrap();
	}
	builder.into_inner().unwrap()
}

/// Waits, but not forever.
pub async fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
	let start = Instant::now();
	while !is() {
		assert!(start.elapsed() < Duration::from_secs(100), "{what}");
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
}

/// Returns how many processes give a network to the runs of a process.
pub fn networking(process: u32) -> usize {
	users_of_networks(process).len()
}

/// Returns who, on this machine, the processes are that give a network to the runs of a process: the user of each.
pub fn users_of_networks(process: u32) -> Vec<u32> {
	let argument = format!("network-of-rlc-{process}-");
	let is_ours = |line: Vec<u8>| line.split(|byte| *byte == 0).any(|one| one.starts_with(argument.as_bytes()));
	let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
	let ours = processes.filter(|process| fs::read(process.join("cmdline")).is_ok_and(is_ours));
	// One that has ended by now is none.
	let states = ours.filter_map(|process| fs::read_to_string(process.join("status")).ok());
	states
		.map(|state| {
			state.lines().find_map(|line| line.strip_prefix("Uid:")?.split('\t').nth(2)?.parse().ok()).unwrap()
		})
		.collect()
}

/// A container service in this process, for this user, and its tier.
pub struct Served {
	pub tier: ContainerTier,
	pub socket: PathBuf,
	/// Dropped to stop it.
	pub stop: oneshot::Sender<()>,
	pub ended: JoinHandle<()>,
}

/// Returns a container service with its state in a directory, if there can be one here.
pub async fn served(state: &Path, allowance: Allowance) -> Option<Served> {
	Some(serve(probe(state).await?, state, allowance).await)
}

/// Serves a tier, at a socket in a directory.
pub async fn serve(tier: ContainerTier, state: &Path, allowance: Allowance) -> Served {
	let service = ContainerService::new(tier, allowance, 0).unwrap();
	let socket = state.join("socket");
	let listener = service.bind(&socket).unwrap();
	let (stop, stopped) = oneshot::channel();
	let ended = tokio::spawn(service.serve(listener, async {
		let _ = stopped.await;
	}));
	Served { tier: ContainerTier::connect(&socket).await.unwrap(), socket, stop, ended }
}
