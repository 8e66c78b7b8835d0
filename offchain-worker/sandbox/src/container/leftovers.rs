//! What a crash left.

use std::{
	fs::{self, File, TryLockError},
	io,
	path::Path,
	time::{Duration, Instant},
};

use tokio::time;

use super::{blocking, cgroups::Cgroups, ids, mounts, network, output, programs, runc, unavailable::Unavailable};
use crate::Error;

/// How often the removal of what a crash left is tried.
const TRIES: u32 = 30;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);
/// How long the directory is waited for: until the reaper of a tier before this one is done, if that has ended.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);
const BETWEEN_LOCKS: Duration = Duration::from_millis(10);
/// The file that names the control group of the tier that used the directory last.
const GROUP: &str = "group";

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
	let _lock = lock(&state).await.map_err(|error| Error::Host(error.to_string()))?;
	remove_all(Cgroups::find().ok().as_ref(), &state).await
}

/// Locks the directory for this process.
///
/// # Errors
///
/// [`Unavailable::Taken`], if another process has it.
pub async fn lock(state: &Path) -> Result<File, Unavailable> {
	let unusable = |error: io::Error| Unavailable::Directory(error.to_string());
	let file = File::create(state.join("lock")).map_err(unusable)?;
	let start = Instant::now();
	loop {
		match file.try_lock() {
			Ok(()) => return Ok(file),
			Err(TryLockError::WouldBlock) if start.elapsed() > LOCK_PATIENCE => {
				return Err(Unavailable::Taken(state.into()))
			}
			Err(TryLockError::WouldBlock) => time::sleep(BETWEEN_LOCKS).await,
			Err(TryLockError::Error(error)) => return Err(unusable(error)),
		}
	}
}

/// Writes down the control group of the tier that uses the directory from now on, so that the next one finds it.
///
/// # Errors
///
/// [`Error::Host`], if the disk fails.
pub fn note(cgroups: &Cgroups, state: &Path) -> Result<(), Error> {
	let file = state.join(GROUP);
	fs::write(&file, cgroups.tier()).map_err(Error::io("write", &file))
}

/// Removes containers, networks, mounts and files of a tier that nobody uses.
///
/// # Errors
///
/// [`Error::Host`], if something stays.
pub async fn remove_all(cgroups: Option<&Cgroups>, state: &Path) -> Result<(), Error> {
	let mut tries = 0;
	loop {
		let (cgroups, state) = (cgroups.cloned(), state.to_owned());
		match blocking(move || remove_now(cgroups.as_ref(), &state)).await {
			// A process that was just killed may take a moment to end, and until then write.
			Err(_) if tries < TRIES => tries += 1,
			done => return done,
		}
		time::sleep(BETWEEN_TRIES).await;
	}
}

fn remove_now(cgroups: Option<&Cgroups>, state: &Path) -> Result<(), Error> {
	if let Some((cgroups, group)) = cgroups.zip(fs::read_to_string(state.join(GROUP)).ok()) {
		// One that lost its process might be about to enter the group, to make a container.
		programs::kill_with(runc::state(state).as_os_str().as_encoded_bytes());
		let failed = |error| Error::Host(format!("the control group {group} cannot be removed: {error}"));
		cgroups.end_tier(&group).map_err(failed)?;
	}
	if let Ok(runs) = fs::read_dir(state.join("runs")) {
		for run in runs.flatten() {
			let Some(name) = run.file_name().to_str().map(str::to_owned) else { continue };
			network::end_left(&name);
			remove_run(&name, &run.path())?;
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

/// Removes the mounts of a run, and its directory.
///
/// # Errors
///
/// [`Error::Host`], if something stays.
pub fn remove_run(name: &str, directory: &Path) -> Result<(), Error> {
	mounts::remove(name)?;
	// What is mounted may be somebody's: by no means is anything in it removed.
	output::remove(&directory.join("out"))?;
	fs::remove_dir_all(directory).map_err(Error::io("remove", directory))
}
