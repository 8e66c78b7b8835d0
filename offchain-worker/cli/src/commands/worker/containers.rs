//! `rlc worker containers`: the part of a worker that needs root, and nothing else.

use std::{
	fmt::Display,
	fs, io,
	os::unix::fs::DirBuilderExt,
	path::{Path, PathBuf},
	pin::pin,
	thread::available_parallelism,
};

use clap::Args;
use rlc_disk::Budget;
use rlc_sandbox::{Allowance, ContainerService, ContainerTier};
use rlc_service::{stop_requested, ServiceManager, Watchdog};
use rlc_worker::{usable_memory, Share, CONTAINER_SERVICE};
use serde_json::json;

use super::{gpus::Gpus, internet::Internet};
use crate::{
	answer::Answer,
	context::Context,
	failure::{disk, failure, Failure, Result},
	table::size,
};

/// Where the system knows users by name.
const USERS: &str = "/etc/passwd";

/// Run containers, as root, for a worker that is not root
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc worker containers --user rlc-worker
  rlc worker containers --user rlc-worker --memory 8G --cores 4 --runs 4 --disk 20G
  rlc worker containers --user rlc-worker --network --gpu auto --gpu-clear driver

It needs no key, account, node or scheduler: it unpacks the images that the worker hands to it, and runs them within these \
limits. A run ends when its worker does, and all of them end with this program, however it ends. \
scripts/rlc-worker-containers.service runs it under systemd.")]
pub(crate) struct Containers {
	/// The user that the worker runs as, by name or number; nobody else may connect, and not root either
	#[arg(long, value_name = "USER")]
	pub user: String,

	/// The socket to listen on
	#[arg(long, default_value = CONTAINER_SERVICE, value_name = "SOCKET")]
	pub socket: PathBuf,

	/// The directory for unpacked images and for runs; nothing else may use it
	#[arg(long, default_value = "/var/lib/rlc-containers", value_name = "DIR")]
	pub dir: PathBuf,

	/// The most memory of all runs together: 75%, 8G
	#[arg(long, default_value = "75%", value_name = "SHARE")]
	pub memory: Share,

	/// The most disk for unpacked images, of what others leave where --dir is: 50%, 20G. Those that no run uses make way for
	/// others
	#[arg(long, default_value = "50%", value_name = "SHARE")]
	pub disk: Share,

	/// The most cores of all runs together [default: all]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
	pub cores: Option<u16>,

	/// The most runs at a time [default: one for each core]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
	pub runs: Option<u32>,

	#[command(flatten)]
	pub internet: Internet,

	#[command(flatten)]
	pub gpus: Gpus,
}

/// Returns the number of a user who is not root. Names are those of this machine's own file.
fn user(text: &str) -> Result<u32> {
	match text.parse().ok().or_else(|| named(text, &fs::read_to_string(USERS).unwrap_or_default())) {
		Some(0) => Err(failure!(Usage, "{text} is root, who runs containers without this service";
			"give the user that the worker runs as")),
		Some(number) => Ok(number),
		None => Err(failure!(Usage, "{USERS} has no user {text}"; "give the number that `id -u` prints")),
	}
}

fn named(name: &str, users: &str) -> Option<u32> {
	let lines = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
	lines.into_iter().find_map(|line| match line[..] {
		[user, _, number, ..] if user == name => number.parse().ok(),
		_ => None,
	})
}

/// Runs containers until it is stopped.
pub(crate) async fn run(options: Containers, context: &Context) -> Result<Answer> {
	let user = user(&options.user)?;
	let cores = available_parallelism().map_or(1, |cores| cores.get() as u32);
	let allowance = Allowance {
		runs: options.runs.unwrap_or(cores),
		memory: options.memory.of(usable_memory()),
		cpus: options.cores.map_or(cores as f32, f32::from),
	};
	// It stops the service however far the start has come.
	let mut stop = pin!(stop_requested());
	let tier = tokio::select! {
		tier = tier(&options, context) => tier?,
		() = stop.as_mut() => return Ok(stopped(user, &options.socket)),
	};
	let service = ContainerService::new(tier, allowance, user).map_err(|why| failed(&why))?;
	make_parent(&options.socket).map_err(disk(&options.socket))?;
	let listener = service.bind(&options.socket).map_err(disk(&options.socket))?;
	Watchdog::new(ServiceManager::of_process().as_ref()).beat();
	context.out.say(format_args!(
		"running containers for user {} at {}, up to {} at a time with {}; Ctrl-C stops it",
		options.user,
		options.socket.display(),
		allowance.runs,
		size(allowance.memory),
	));
	service.serve(listener, stop).await;
	// Without it, a worker that starts now knows at once that nobody is there.
	let _ = fs::remove_file(&options.socket);
	Ok(stopped(user, &options.socket))
}

/// Finds out what runs containers here, and how.
async fn tier(options: &Containers, context: &Context) -> Result<ContainerTier> {
	let mut tier = ContainerTier::probe(&options.dir).await.map_err(|why| failed(&why))?;
	if options.internet.network {
		tier = tier.with_network(options.internet.config()).await.map_err(|why| failed(&why))?;
	}
	let free = rlc_disk::available(&options.dir).map_err(disk(&options.dir))?;
	let images = match options.disk {
		// The worker may have its share of the same disk.
		Share::Percent(percent) => Budget::share(&options.dir, percent),
		Share::Bytes(bytes) => Budget::new(&options.dir, bytes.min(free)),
	};
	if let Some(gpus) = options.gpus.clone().config() {
		tier = tier.with_gpus(&gpus).await.map_err(|why| failed(&why))?;
		if tier.gpus().is_some_and(|states| states.borrow().is_empty()) {
			context.out.say("warning: no graphics processor was found; `rlc doctor` says what there is");
		}
	}
	Ok(tier.with_disk(images))
}

fn failed(why: &impl Display) -> Failure {
	failure!(TierFailed, "{why}")
}

/// Says that the service has ended.
fn stopped(user: u32, socket: &Path) -> Answer {
	Answer::new("the container service has stopped", json!({ "user": user, "socket": socket }))
}

/// Makes the directory of the socket. Everybody may enter it: the socket itself is its user's alone.
fn make_parent(socket: &Path) -> io::Result<()> {
	let parent = socket.parent().unwrap_or(Path::new("/"));
	fs::DirBuilder::new().recursive(true).mode(0o755).create(parent)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn user_is_a_name_or_a_number() {
		let users =
			"root:x:0:0:root:/root:/bin/bash\nwrong\nrlc-worker:x:998:998::/var/lib/rlc-worker:/usr/sbin/nologin\n";
		assert_eq!((named("rlc-worker", users), named("rlc", users), named("wrong", users)), (Some(998), None, None));
		assert_eq!(user("12345"), Ok(12345));
		for root in ["root", "0"] {
			assert!(user(root).unwrap_err().to_string().contains("is root"), "{root}");
		}
		assert!(user("no such user").unwrap_err().to_string().contains("give the number"));
	}
}
