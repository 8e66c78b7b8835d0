//! What a crash left.

use std::{
	fs::{self, File, TryLockError},
	path::Path,
	time::Duration,
};

use tokio::time;

use super::{cgroups::Cgroups, ids, mounts, network, output, runc::Runc, unavailable::Unavailable};
use crate::Error;

/// How often the removal of what a crash left is tried.
const TRIES: u32 = 30;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// Removes what a crash left in the directory of a tier: containers that still run, networks, mounts, files. Fails while
/// a tier uses it. [`ContainerTier::probe`](crate::ContainerTier::probe) does it by itself; this is for machines that no
/// longer have a container tier.
///
/// # Errors
///
/// [`Error::Host`], if something cannot be removed, or the directory is in use.
pub async fn clean(state: &Path) -> Result<(), Error> {
	if !state.exists() {
		return Ok(());
	}
	let state = state.canonicalize().map_err(Error::io("find", state))?;
	let _lock = lock(&state).map_err(|error| Error::Host(error.to_string()))?;
	remove_all(Runc::find(&state).as_ref(), Cgroups::find().ok().as_ref(), &state).await
}

/// Locks the directory for this process.
///
/// # Errors
///
/// [`Unavailable::Taken`], if another process has it.
pub fn lock(state: &Path) -> Result<File, Unavailable> {
	let file = File::create(state.join("lock")).map_err(|error| Unavailable::Directory(error.to_string()))?;
	match file.try_lock() {
		Ok(()) => Ok(file),
		Err(TryLockError::WouldBlock) => Err(Unavailable::Taken(state.into())),
		Err(TryLockError::Error(error)) => Err(Unavailable::Directory(error.to_string())),
	}
}

/// Removes containers, networks, mounts and files of a tier that nobody uses.
///
/// # Errors
///
/// [`Error::Host`], if something stays.
pub async fn remove_all(runc: Option<&Runc>, cgroups: Option<&Cgroups>, state: &Path) -> Result<(), Error> {
	let mut tries = 0;
	loop {
		if let Some(runc) = runc {
			runc.delete_all().await?;
		}
		match remove_files(cgroups, state) {
			// A process that was just killed may take a moment to end, and until then write.
			Err(_) if tries < TRIES => tries += 1,
			done => return done,
		}
		time::sleep(BETWEEN_TRIES).await;
	}
}

fn remove_files(cgroups: Option<&Cgroups>, state: &Path) -> Result<(), Error> {
	if let Ok(runs) = fs::read_dir(state.join("runs")) {
		for run in runs.flatten() {
			output::remove(&run.path().join("out"));
			let Some(name) = run.file_name().to_str().map(str::to_owned) else { continue };
			network::remove_left(&name)?;
			mounts::remove(&name)?;
			if let Some(cgroups) = cgroups {
				cgroups.remove(&name).map_err(Error::io("remove the control groups of", &run.path()))?;
			}
		}
	}
	// Now nothing runs any longer.
	ids::free_left(state)?;
	// `runc` does not know containers that it had only begun to make.
	for part in ["runc", "runs", "images"] {
		let path = state.join(part);
		if path.exists() {
			fs::remove_dir_all(&path).map_err(Error::io("remove", &path))?;
		}
	}
	Ok(())
}
