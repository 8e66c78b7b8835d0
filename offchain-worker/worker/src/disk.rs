//! The worker's disk: what it may use of it, and what of that is promised to tasks.
//!
//! ```text
//! ├────────── total: `--disk` of what is free, or has the worker's files already ──────────┤
//! ├ own ┼── tasks: what they write ──┼─ their results ─┼ results to keep ┼ inputs, images, … ┤
//!       ├────── a quarter of the rest, for each of the four ────────────────────────────────┤
//! ```
//!
//! Only the tasks' quarter is promised: they need it twice, since a result is packed beside what it is packed of. What others
//! leave of their quarters serves inputs, images, and modules, which give way.

use std::{
	fs, io,
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};

use rlc_disk::{available, usage, Ballast, Budget, Part, Taken};
use rlc_protocol::worker::Resources;
use tokio::sync::{mpsc, watch};

use crate::{config::Share, dirs::Dirs, messages::Message};

/// What the worker keeps for itself, in bytes: its journal, the ballast, and what files take beyond their bytes.
pub(crate) const OWN: u64 = 64 << 20;

/// How often the disk is looked at.
const LOOK_TIME: Duration = Duration::from_secs(10);

/// What the parts of a worker may use of a disk, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shares {
	/// All together.
	pub total: u64,
	/// What tasks may write in all slots together. Their results have as much again.
	pub promised: u64,
	/// How many bytes of results are kept before no more tasks are taken.
	pub kept: u64,
	/// What is kept of inputs. One task has no more.
	pub cache: u64,
}

impl Shares {
	/// Divides the owner's share of what is there.
	pub fn of(share: Share, there: u64) -> Self {
		let total = share.of(there);
		let quarter = total.saturating_sub(OWN) / 4;
		Self { total, promised: quarter, kept: quarter, cache: quarter }
	}
}

/// Returns how many bytes a task needs that may write this many: its result is packed beside them.
pub(crate) fn needed(output: u64) -> u64 {
	output.saturating_mul(2)
}

/// The worker's disk.
pub(crate) struct Disk {
	/// The worker's directory.
	dir: PathBuf,
	share: Share,
	shares: Mutex<Shares>,
	/// From what all parts draw.
	pub budget: Budget,
	/// For the journal.
	pub ballast: Arc<Ballast>,
	_own: Taken,
}

impl Disk {
	/// Looks at the disk that has a worker's directories, and what of it is the worker's already.
	pub fn new(dirs: &Dirs, share: Share) -> Self {
		let shares = Shares::of(share, there(dirs.all()));
		let budget = Budget::new(dirs.all(), shares.total);
		Self::of(dirs, share, shares, budget)
	}

	/// Returns one on which everything has room, and tasks are promised this much.
	pub fn unlimited(dirs: &Dirs, promised: u64) -> Self {
		let shares = Shares { total: u64::MAX, promised, kept: u64::MAX, cache: u64::MAX };
		Self::of(dirs, Share::Percent(100), shares, Budget::unlimited())
	}

	/// Returns one with these shares, of which the worker's directory has this part.
	pub fn of(dirs: &Dirs, share: Share, shares: Shares, budget: Budget) -> Self {
		let ballast = Arc::new(dirs.ballast());
		let own = budget.count(Part::Journal, OWN);
		Self { dir: dirs.all().into(), share, shares: Mutex::new(shares), budget, ballast, _own: own }
	}

	/// Returns what the parts may use.
	pub fn shares(&self) -> Shares {
		*self.lock()
	}

	/// Returns why a task that takes one of so many slots would have no room now, in words.
	pub fn refuses(&self, slots: u32) -> Option<String> {
		let Shares { total, promised, .. } = self.shares();
		if promised == 0 {
			let dir = self.dir.display();
			return Some(format!(
				"the worker may use {} MiB of the disk at {dir}, and needs {} MiB for itself; remove something there, or \
				 give the worker more of it",
				total >> 20,
				OWN >> 20
			));
		}
		let slot = needed(promised / u64::from(slots.max(1)));
		self.budget.could_take(Part::Tasks, slot).err().map(|error| error.to_string())
	}

	/// Looks again what is there, if it was too little to promise anything. Returns what the parts may use from now on.
	fn grow(&self) -> Option<Shares> {
		let shares = &mut *self.lock();
		if shares.promised > 0 {
			return None;
		}
		let now = Shares::of(self.share, there(&self.dir));
		if now.promised == 0 {
			return None;
		}
		self.budget.allow(now.total);
		*shares = now;
		Some(now)
	}

	fn lock(&self) -> MutexGuard<'_, Shares> {
		self.shares.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Returns what a disk has free, with what the files below a directory take of it.
fn there(dir: &Path) -> u64 {
	let free = available(dir).unwrap_or_else(|error| {
		tracing::warn!("{} does not say what it has free: {error}", dir.display());
		0
	});
	free.saturating_add(usage(dir))
}

/// Looks after the disk as long as the worker runs. Tells link and loop what the worker offers once there is room for tasks, if
/// there was none at the start.
pub(crate) async fn watch(disk: Arc<Disk>, resources: watch::Sender<Resources>, actor: mpsc::UnboundedSender<Message>) {
	loop {
		let looked = disk.clone();
		let grown = tokio::task::spawn_blocking(move || {
			let grown = looked.grow();
			if let Err(error) = looked.ballast.fill() {
				tracing::warn!("no room is set aside for the journal: {error}");
			}
			grown
		});
		if let Ok(Some(shares)) = grown.await {
			tracing::info!("there is room on the disk: tasks are promised {} MiB of it", shares.promised >> 20);
			resources.send_modify(|resources| resources.disk = shares.promised);
			// Fails only when the worker ends.
			let _ = actor.send(Message::Resources(resources.borrow().clone()));
		}
		tokio::select! {
			() = tokio::time::sleep(LOOK_TIME) => {}
			() = actor.closed() => return,
		}
	}
}

/// Returns whether a directory takes a few more bytes.
///
/// # Errors
///
/// Why it does not.
pub(crate) fn takes_more(dir: &Path) -> io::Result<()> {
	let probe = dir.join("probe");
	let written = fs::write(&probe, [1; 64 << 10]);
	// What is left of it is in nobody's way.
	let _ = fs::remove_file(probe);
	written
}

#[cfg(test)]
mod tests;
