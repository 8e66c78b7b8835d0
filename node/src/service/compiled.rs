//! Where compiled runtimes are kept, since compiling one takes some ten seconds of a processor.
//!
//! A compiled runtime is machine code that a node runs as it finds it: those who can write it can do whatever the node can.
//! Two nodes may use the same directory at once, because files get their names when they are complete.

use std::{
	fs::{self, DirBuilder},
	io,
	os::unix::fs::{DirBuilderExt, MetadataExt},
	path::{Path, PathBuf},
	time::{Duration, SystemTime},
};

use rustix::process::geteuid;
use sc_service::{ChainType, Configuration};

/// The directory of a node's own, in that of its chain.
const OWN: &str = "runtimes";
/// The directory that nodes of this user share, below the user's caches.
const SHARED: &str = "rlc/runtimes";
/// Where the library keeps its files in either: a directory for each of its versions, with a file for each runtime.
const MODULES: &str = "modules";
/// Bits of a directory's mode that let others do anything there.
const OTHERS: u32 = 0o077;
/// Those that let others write there.
const OTHERS_WRITE: u32 = 0o022;
/// The user id of root.
const ROOT: u32 = 0;
/// How long a shared runtime is kept that no node uses. The library keeps all of them below 512 MiB besides: each that is
/// written removes those that were used longest ago.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// After which time a file that is being written belongs to a node that was killed. The library compresses for half an hour
/// at most. Until it is removed, nobody can write the same runtime.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// Returns where a node keeps compiled runtimes, or nothing if its base path has no full name: then each start compiles.
///
/// Development chains begin anew all the time, and so do nodes with a temporary base path. These share a directory of their
/// user, if only this user and root can write there.
pub fn directory(config: &Configuration) -> Option<PathBuf> {
	let own = std::path::absolute(config.base_path.config_dir(config.chain_spec.id()).join(OWN)).ok()?;
	if !begins_anew(&config.chain_spec.chain_type(), &own, std::path::absolute(std::env::temp_dir()).ok().as_deref()) {
		return Some(own);
	}
	let of_user = |variable| std::env::var_os(variable).map(PathBuf::from);
	let opened = Shared::of(of_user("HOME"), of_user("XDG_CACHE_HOME"))
		.ok_or(Refusal::Homeless)
		.and_then(|shared| shared.open(geteuid().as_raw()));
	match opened {
		Ok(shared) => {
			prune(&shared, SystemTime::now());
			Some(shared)
		}
		Err(why) => {
			log::debug!("The compiled runtime is kept for this node alone: {why}");
			Some(own)
		}
	}
}

/// Returns whether a node's own directory will hardly be used again.
fn begins_anew(chain: &ChainType, own: &Path, temporary: Option<&Path>) -> bool {
	*chain == ChainType::Development || temporary.is_some_and(|temporary| own.starts_with(temporary))
}

/// Why nodes of this user do not share a directory.
#[derive(Debug, thiserror::Error)]
enum Refusal {
	#[error("neither XDG_CACHE_HOME nor HOME says where the user's caches are")]
	Homeless,
	#[error("{0} is a link, or not a directory")]
	NotDirectory(PathBuf),
	#[error("{0} is another user's")]
	Foreign(PathBuf),
	#[error("{0} is open to others")]
	Open(PathBuf),
	#[error("{path} is not usable: {source}")]
	Unusable { path: PathBuf, source: io::Error },
}

/// The directory that nodes of a user share.
struct Shared {
	directory: PathBuf,
	/// The first directory on the way there that is checked: the user's home, or the root for caches elsewhere.
	top: PathBuf,
}

impl Shared {
	/// Returns the directory of a user with these directories, of which only full names count.
	fn of(home: Option<PathBuf>, caches: Option<PathBuf>) -> Option<Self> {
		let home = home.filter(|path| path.is_absolute());
		let caches = caches.filter(|path| path.is_absolute());
		let caches = caches.or_else(|| home.as_ref().map(|home| home.join(".cache")))?;
		let top = home.filter(|home| caches.starts_with(home)).unwrap_or_else(|| "/".into());
		Some(Self { directory: caches.join(SHARED), top })
	}

	/// Makes what is missing below the top, and checks each directory before anything is made in it.
	fn open(self, user: u32) -> Result<PathBuf, Refusal> {
		let mut way: Vec<_> = self.directory.ancestors().take_while(|part| part.starts_with(&self.top)).collect();
		way.reverse();
		for part in way {
			if part != self.top {
				make(part).map_err(|source| Refusal::Unusable { path: part.into(), source })?;
			}
			self.check(part, user)?;
		}
		Ok(self.directory)
	}

	/// Checks that no others can write into a directory on the way, nor enter the last one: what the library makes there may
	/// be open to them.
	fn check(&self, part: &Path, user: u32) -> Result<(), Refusal> {
		let is_last = part == self.directory;
		let data = fs::symlink_metadata(part).map_err(|source| Refusal::Unusable { path: part.into(), source })?;
		if !data.is_dir() {
			return Err(Refusal::NotDirectory(part.into()));
		}
		if data.uid() != user && (is_last || data.uid() != ROOT) {
			return Err(Refusal::Foreign(part.into()));
		}
		let closed = if is_last { OTHERS } else { OTHERS_WRITE };
		if data.mode() & closed != 0 {
			return Err(Refusal::Open(part.into()));
		}
		Ok(())
	}
}

/// Makes a directory that only this user may enter, unless something is there.
fn make(path: &Path) -> io::Result<()> {
	match DirBuilder::new().mode(0o700).create(path) {
		Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
		made => made,
	}
}

/// Removes runtimes that were not used for long, and what nodes left that were killed while they wrote. Other nodes may do
/// the same.
fn prune(directory: &Path, now: SystemTime) {
	for version in entries(&directory.join(MODULES)) {
		for file in entries(&version) {
			let (used, limit) = last_use(&file);
			let age = used.and_then(|used| now.duration_since(used).ok());
			if age.is_some_and(|age| age > limit) {
				// It may be gone.
				let _ = fs::remove_file(&file);
			}
		}
	}
}

/// Returns when a file was last of use, and how long it is kept afterwards. The library writes `NAME.stats` anew at each
/// use of the runtime `NAME`, and `NAME.wip-…` while it writes one of these.
fn last_use(file: &Path) -> (Option<SystemTime>, Duration) {
	let written = |path: &Path| fs::symlink_metadata(path).and_then(|data| data.modified()).ok();
	let is_partial = file.extension().is_some_and(|kind| kind.to_string_lossy().starts_with("wip-"));
	if is_partial {
		(written(file), ABANDONED)
	} else {
		(written(file).max(written(&file.with_extension("stats"))), UNUSED)
	}
}

/// Returns what is in a directory, which may be missing.
fn entries(directory: &Path) -> impl Iterator<Item = PathBuf> {
	fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path())
}

#[cfg(test)]
mod tests;
