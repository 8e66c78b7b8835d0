//! Whether containers can be run here.

use std::{fs, path::Path};

use tracing::info;

use super::{
	bundle::Bundle,
	cgroups::Cgroups,
	leftovers::{lock, remove_all},
	machine::Machine,
	names,
	runc::Runc,
	unavailable::Unavailable,
};
use crate::{Error, Limits};

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
	let directory = |error: Error| Unavailable::Directory(error.to_string());
	fs::create_dir_all(state).map_err(Error::io("create", state)).map_err(directory)?;
	let state = state.canonicalize().map_err(|error| directory(Error::io("find", state)(error)))?;
	if state.to_str().is_none() {
		return Err(Unavailable::Directory(format!("the path {} is not UTF-8", state.display())));
	}
	let lock = lock(&state)?;
	let runc = Runc::find(&state).unwrap_or(runc);
	remove_all(Some(&runc), Some(&cgroups), &state).await.map_err(directory)?;
	let version = runc.version().await.map_err(|error| Unavailable::Failed(error.to_string()))?;
	trial(&runc, &cgroups, &state).await.map_err(|error| Unavailable::Failed(error.to_string()))?;
	info!("containers run here, by runc {version}");
	Ok(Machine::new(runc, cgroups, state, lock))
}

/// Runs a container made of this machine's own files, with all limits set.
async fn trial(runc: &Runc, cgroups: &Cgroups, state: &Path) -> Result<(), Error> {
	let name = names::unique();
	let directory = state.join("runs").join(&name);
	let root = directory.join("root");
	fs::create_dir_all(&root).map_err(Error::io("create", &root))?;
	let mounts: Vec<_> =
		SYSTEM.iter().map(|path| (Path::new(path), *path, false)).filter(|(path, ..)| path.exists()).collect();
	let limits = Limits { memory: 64 << 20, pids: 16, ..Limits::default() };
	let bundle = Bundle {
		name: &name,
		args: &[TRIAL.into()],
		environment: &[],
		directory: "/",
		root: &root,
		mounts: &mounts,
		limits: &limits,
		network: None,
		devices: &[],
		swap: cgroups.swap,
	};
	let (config, log) = (directory.join("config.json"), directory.join("log"));
	fs::write(&config, bundle.config().to_string()).map_err(Error::io("write", &config))?;
	let output = runc.run(&name, &directory, &log)?.wait_with_output().await;
	let status = output.map_err(|error| Error::Host(format!("runc is lost: {error}")))?.status;
	let cause = Runc::errors(&log);
	runc.delete(&name).await?;
	fs::remove_dir_all(&directory).map_err(Error::io("remove", &directory))?;
	if status.success() {
		return Ok(());
	}
	Err(Error::Host(cause.unwrap_or_else(|| format!("{TRIAL} ended with {status}"))))
}
