//! Whether containers can be run here.

use std::{fs, path::Path};

use tracing::info;

use super::{
	blocking,
	bundle::Bundle,
	cgroups::Cgroups,
	ids::AllIds,
	leftovers::{lock, note, remove_all},
	machine::Machine,
	mounts, names,
	reaper::Reaper,
	runc::Runc,
	scratch, sys,
	unavailable::Unavailable,
};
use crate::{image::User, Error, Limits};

/// The machine's own directories, of which the trial is made.
const SYSTEM: [&str; 4] = ["/usr", "/bin", "/lib", "/lib64"];
/// A program that does nothing, and succeeds.
const TRIAL: &str = "/bin/true";

/// Finds all that a tier needs, removes what a crash left, and tries it.
///
/// # Errors
///
/// [`Unavailable`].
pub async fn probe(state: &Path) -> Result<Machine, Unavailable> {
	let runc = Runc::find(state).ok_or(Unavailable::NoRunc)?;
	if !rustix::process::geteuid().is_root() {
		return Err(Unavailable::NoRights);
	}
	let cgroups = Cgroups::find()?;
	if !has_user_namespaces() {
		return Err(Unavailable::NoUserNamespaces);
	}
	let ids = AllIds::find()?;
	let directory = |error: Error| Unavailable::Directory(error.to_string());
	fs::create_dir_all(state).map_err(Error::io("create", state)).map_err(directory)?;
	let state = state.canonicalize().map_err(|error| directory(Error::io("find", state)(error)))?;
	if state.to_str().is_none() {
		return Err(Unavailable::Directory(format!("the path {} is not UTF-8", state.display())));
	}
	let lock = lock(&state).await?;
	let runc = Runc::find(&state).unwrap_or(runc);
	remove_all(Some(&cgroups), &state).await.map_err(directory)?;
	note(&cgroups, &state).map_err(directory)?;
	let failed = |error: Error| Unavailable::Failed(error.to_string());
	let version = runc.version().await.map_err(failed)?;
	let reaper = Reaper::start(&state, cgroups.directories(cgroups.tier()), lock);
	let reaper = reaper.map_err(|error| Unavailable::Failed(format!("/bin/sh: {error}")))?;
	let machine = Machine::new(runc, cgroups, ids, state, reaper);
	trial(&machine).await.map_err(failed)?;
	info!("containers run here, by runc {version}");
	Ok(machine)
}

/// Returns whether the kernel makes user namespaces, as far as it says. There is no tier without them: they are what
/// keeps the root of this machine out of reach when another wall breaks.
fn has_user_namespaces() -> bool {
	let most = fs::read_to_string("/proc/sys/user/max_user_namespaces");
	Path::new("/proc/self/ns/user").exists() && most.is_ok_and(|most| most.trim() != "0")
}

/// Runs a container made of this machine's own files, with all limits set.
async fn trial(machine: &Machine) -> Result<(), Error> {
	let name = names::unique();
	let directory = machine.directory.join("runs").join(&name);
	let root = directory.join("root");
	let system: Vec<_> = SYSTEM.into_iter().filter(|path| Path::new(path).exists()).collect();
	// As unpacked images have them.
	for point in ["/proc", "/dev", "/sys"].iter().chain(&system) {
		let point = root.join(point.trim_start_matches('/'));
		fs::create_dir_all(&point).map_err(Error::io("create", &point))?;
	}
	let ids = machine.ids.take(&directory)?;
	let limits = Limits { memory: 64 << 20, pids: 16, ..Limits::default() };
	mounts::make(&name, &ids, &limits, &root, None, None)?;
	let (seen, own) = (machine.cgroups.seen(&name), scratch::sys(&mounts::scratch(&name)));
	sys::make(&own, &limits, &seen).map_err(Error::io("fill", &own))?;
	let mounts: Vec<_> = system.iter().map(|path| (Path::new(*path), *path, false)).collect();
	let bundle = Bundle {
		name: &name,
		group: &machine.cgroups.path(&name),
		args: &[TRIAL.into()],
		environment: &[],
		directory: "/",
		user: &User::default(),
		ids: &ids,
		mounts: &mounts,
		seen: &seen,
		limits: &limits,
		network: None,
		layer: None,
		swap: machine.cgroups.swap,
	};
	let (config, log) = (directory.join("config.json"), directory.join("log"));
	fs::write(&config, bundle.config().to_string()).map_err(Error::io("write", &config))?;
	let output = machine.start(&name, &directory, &log)?.wait_with_output().await;
	let output = output.map_err(|error| Error::Host(format!("runc is lost: {error}")))?;
	let cause = Runc::errors(&log);
	let cgroups = machine.cgroups.clone();
	let run = name.clone();
	blocking(move || cgroups.end(&run).map_err(|error| Error::Host(format!("{run} does not end: {error}")))).await?;
	machine.runc.forget(&name)?;
	mounts::remove(&name)?;
	ids.free();
	fs::remove_dir_all(&directory).map_err(Error::io("remove", &directory))?;
	if output.status.success() {
		return Ok(());
	}
	let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
	Err(Error::Host(cause.unwrap_or_else(|| format!("{TRIAL} ended with {}: {said}", output.status))))
}
