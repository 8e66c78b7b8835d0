//! Whether containers can be run here; what a crash left.

use std::{
	fs::{self, File, TryLockError},
	path::Path,
	time::Duration,
};

use tokio::time;

use super::{
	bundle::Bundle, cgroups::Cgroups, create, name, network, output, runc::Runc, Inner, Unavailable, MOST_IMAGES,
	MOST_IMAGE_BYTES,
};
use crate::{
	kept::{Digests, Kept},
	Error, Limits,
};

/// How often it is tried to remove what a crash left.
const TRIES: u32 = 30;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);
/// The machine's own directories, of which the trial is made.
const SYSTEM: [&str; 4] = ["/usr", "/bin", "/lib", "/lib64"];
/// A program that does nothing, and does it well.
const TRIAL: &str = "/bin/true";

/// Finds all that a tier needs, removes what a crash left, and tries it.
///
/// # Errors
///
/// [`Unavailable`].
pub async fn probe(state: &Path) -> Result<Inner, Unavailable> {
	let runc = Runc::find(state).ok_or(Unavailable::NoRunc)?;
	if !rustix::process::geteuid().is_root() {
		return Err(Unavailable::NoRights);
	}
	let cgroups = Cgroups::find()?;
	let directory = |error: Error| Unavailable::Directory(error.to_string());
	create(state).map_err(directory)?;
	let state = state.canonicalize().map_err(|error| directory(Error::io("find", state)(error)))?;
	if state.to_str().is_none() {
		return Err(Unavailable::Directory(format!("the path {} is not UTF-8", state.display())));
	}
	let lock = lock(&state)?;
	let runc = Runc::find(&state).unwrap_or(runc);
	remove_all(Some(&runc), Some(&cgroups), &state).await.map_err(directory)?;
	let version = runc.version().await.map_err(|error| Unavailable::Failed(error.to_string()))?;
	trial(&runc, &cgroups, &state).await.map_err(|error| Unavailable::Failed(error.to_string()))?;
	log::info!("containers run here, by runc {version}");
	Ok(Inner {
		runc,
		cgroups,
		directory: state,
		images: Kept::new(MOST_IMAGES, MOST_IMAGE_BYTES),
		digests: Digests::default(),
		_lock: lock,
	})
}

/// Takes the directory for this process.
///
/// # Errors
///
/// [`Unavailable::Taken`], if another one has it.
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
			// Who was just killed may take a moment to end, and until then write.
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
			if let Some(cgroups) = cgroups {
				cgroups.remove(&name).map_err(Error::io("remove the control groups of", &run.path()))?;
			}
		}
	}
	// `runc` does not know containers that it had only begun to make.
	for part in ["runc", "runs", "images"] {
		let path = state.join(part);
		if path.exists() {
			fs::remove_dir_all(&path).map_err(Error::io("remove", &path))?;
		}
	}
	Ok(())
}

/// Runs a container made of this machine's own files, with all limits set.
async fn trial(runc: &Runc, cgroups: &Cgroups, state: &Path) -> Result<(), Error> {
	let name = name();
	let directory = state.join("runs").join(&name);
	let root = directory.join("root");
	create(&root)?;
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
	match (status.success(), cause) {
		(true, _) => Ok(()),
		(false, Some(cause)) => Err(Error::Host(cause)),
		(false, None) => Err(Error::Host(format!("{TRIAL} ended with {status}"))),
	}
}
