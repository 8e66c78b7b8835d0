//! One account of a disk, from which all parts of a program draw.

use std::{
	fmt,
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use crate::available;

/// What grows piece by piece takes this much at a time, in bytes, so that it need not ask for each piece.
const STEP: u64 = 1 << 20;

/// What takes room on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
	/// Contents that were fetched, or are being fetched.
	Cache,
	/// Unpacked images.
	Images,
	/// What the program must be able to write down.
	Journal,
	/// Compiled modules.
	Modules,
	/// Results that somebody may still ask for.
	Results,
	/// What tasks that run now may write, whether they have or not.
	Tasks,
}

impl Part {
	/// All of them.
	pub const ALL: [Self; 6] = [Self::Cache, Self::Images, Self::Journal, Self::Modules, Self::Results, Self::Tasks];

	/// Returns its name, in one word.
	#[must_use]
	pub fn name(self) -> &'static str {
		match self {
			Self::Cache => "cache",
			Self::Images => "images",
			Self::Journal => "journal",
			Self::Modules => "modules",
			Self::Results => "results",
			Self::Tasks => "tasks",
		}
	}
}

/// What keeps things on the disk that are only useful, and can do without.
pub trait GiveWay: Send + Sync {
	/// Returns how many bytes nobody uses now.
	fn idle(&self) -> u64;

	/// Removes things that nobody uses until this many bytes are given back, or nothing is left.
	fn give_way(&self, bytes: u64);
}

/// Why something may not take room.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct NoRoom {
	/// For what.
	part: Part,
	/// How many bytes it wants.
	bytes: u64,
	/// How many of them are not there.
	lacking: u64,
	/// What all parts may take together.
	total: u64,
	/// What each takes, in the order of [`Part::ALL`].
	used: [u64; Part::ALL.len()],
	/// The file system, and what it has free beside what tasks were promised, if that is what is missing.
	free: Option<(PathBuf, u64)>,
}

impl fmt::Display for NoRoom {
	fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
		let Self { part, bytes, total, used, free, .. } = self;
		write!(out, "the disk has no room for {} more of {}: ", Size(*bytes), part.name())?;
		if let Some((dir, free)) = free {
			let dir = dir.display();
			return write!(out, "{} are free at {dir}; remove something there, or use a larger disk", Size(*free));
		}
		let used = Part::ALL.iter().zip(used).filter(|(_, bytes)| **bytes > 0);
		let used: Vec<_> = used.map(|(part, bytes)| format!("{} {}", part.name(), Size(*bytes))).collect();
		if used.is_empty() {
			return write!(out, "no more than {} may be used; allow more", Size(*total));
		}
		write!(out, "of {} that may be used, {} are taken; allow more", Size(*total), used.join(", "))
	}
}

/// A number of bytes, as people read it.
struct Size(u64);

impl fmt::Display for Size {
	fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.0 {
			bytes if bytes >= 1 << 30 => write!(out, "{:.1} GiB", bytes as f64 / (1u64 << 30) as f64),
			bytes if bytes >= 1 << 20 => write!(out, "{:.1} MiB", bytes as f64 / (1u64 << 20) as f64),
			bytes => write!(out, "{bytes} bytes"),
		}
	}
}

/// What the parts of a program may take of a disk together. Clones are the same account.
#[derive(Clone)]
pub struct Budget(Arc<Account>);

struct Account {
	/// `None`: what is free does not matter.
	dir: Option<PathBuf>,
	/// How many percent of what others leave may be taken, at any time.
	share: Option<u8>,
	state: Mutex<State>,
	/// Asked in this order.
	givers: Mutex<Vec<Weak<dyn GiveWay>>>,
}

struct State {
	total: u64,
	used: [u64; Part::ALL.len()],
}

impl State {
	fn sum(&self) -> u64 {
		self.used.iter().copied().fold(0, u64::saturating_add)
	}
}

impl Budget {
	/// Allows this many bytes on the file system that holds a directory, and no more than it has free.
	#[must_use]
	pub fn new(dir: &Path, total: u64) -> Self {
		Self::over(Some(dir.into()), None, total)
	}

	/// Allows this many percent of what others leave of the file system that holds a directory. Unlike a number of bytes,
	/// that becomes less as others write: programs with half of one disk each never take all of it.
	#[must_use]
	pub fn share(dir: &Path, percent: u8) -> Self {
		Self::over(Some(dir.into()), Some(percent.min(100)), u64::MAX)
	}

	/// Allows this many bytes, whatever is free.
	#[must_use]
	pub fn of(total: u64) -> Self {
		Self::over(None, None, total)
	}

	/// Allows everything, and counts it.
	#[must_use]
	pub fn unlimited() -> Self {
		Self::of(u64::MAX)
	}

	fn over(dir: Option<PathBuf>, share: Option<u8>, total: u64) -> Self {
		let state = State { total, used: [0; Part::ALL.len()] };
		Self(Arc::new(Account { dir, share, state: Mutex::new(state), givers: Mutex::default() }))
	}

	/// Has this give way before something is refused, after those that were named before. It is not kept alive.
	pub fn give_way_by(&self, giver: Weak<dyn GiveWay>) {
		self.0.givers.lock().unwrap_or_else(PoisonError::into_inner).push(giver);
	}

	/// Returns how many bytes may be taken in all.
	#[must_use]
	pub fn total(&self) -> u64 {
		self.state().total
	}

	/// Allows this many bytes in all from now on.
	pub fn allow(&self, total: u64) {
		self.state().total = total;
	}

	/// Returns how many bytes are taken beyond what may be.
	#[must_use]
	pub fn excess(&self) -> u64 {
		let state = self.state();
		state.sum().saturating_sub(state.total)
	}

	/// Returns how many bytes a part takes.
	#[must_use]
	pub fn used(&self, part: Part) -> u64 {
		self.state().used[part as usize]
	}

	/// Takes room, for which others give way.
	///
	/// # Errors
	///
	/// [`NoRoom`].
	pub fn take(&self, part: Part, bytes: u64) -> Result<Taken, NoRoom> {
		self.claim(part, bytes)?;
		Ok(Taken { budget: self.clone(), part, bytes })
	}

	/// Counts what is there already, even if it is more than there may be.
	#[must_use]
	pub fn count(&self, part: Part, bytes: u64) -> Taken {
		self.add(part, bytes);
		Taken { budget: self.clone(), part, bytes }
	}

	/// Returns why a part could not take this much now, even if all that is idle gave way.
	///
	/// # Errors
	///
	/// [`NoRoom`].
	pub fn could_take(&self, part: Part, bytes: u64) -> Result<(), NoRoom> {
		let idle = self.givers().iter().map(|giver| giver.idle()).fold(0, u64::saturating_add);
		let free = self.free();
		self.check(&self.state(), free, part, bytes.saturating_sub(idle))
	}

	fn state(&self) -> MutexGuard<'_, State> {
		self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn givers(&self) -> Vec<Arc<dyn GiveWay>> {
		self.0.givers.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(Weak::upgrade).collect()
	}

	/// Returns what the file system has free. If it does not say, a write does.
	fn free(&self) -> u64 {
		self.0.dir.as_ref().and_then(|dir| available(dir).ok()).unwrap_or(u64::MAX)
	}

	fn claim(&self, part: Part, bytes: u64) -> Result<(), NoRoom> {
		let mut claimed = self.try_claim(part, bytes);
		for giver in self.givers() {
			let Err(no_room) = &claimed else { return Ok(()) };
			giver.give_way(no_room.lacking);
			claimed = self.try_claim(part, bytes);
		}
		claimed
	}

	fn try_claim(&self, part: Part, bytes: u64) -> Result<(), NoRoom> {
		let free = self.free();
		let mut state = self.state();
		self.check(&state, free, part, bytes)?;
		state.used[part as usize] += bytes;
		Ok(())
	}

	/// Checks that a part may take more. What tasks were promised counts as not written yet: they can rely on it.
	fn check(&self, state: &State, free: u64, part: Part, bytes: u64) -> Result<(), NoRoom> {
		let sum = state.sum();
		let others_leave = free.saturating_add(sum);
		let share = self.0.share.map_or(u64::MAX, |percent| others_leave / 100 * u64::from(percent));
		let total = state.total.min(share);
		let free = free.saturating_sub(state.used[Part::Tasks as usize]);
		let lacking = bytes.saturating_sub(total.saturating_sub(sum).min(free));
		if lacking == 0 {
			return Ok(());
		}
		let free = self.0.dir.clone().filter(|_| bytes > free).map(|dir| (dir, free));
		Err(NoRoom { part, bytes, lacking, total, used: state.used, free })
	}

	fn add(&self, part: Part, bytes: u64) {
		let used = &mut self.state().used[part as usize];
		*used = used.saturating_add(bytes);
	}

	fn give_back(&self, part: Part, bytes: u64) {
		let used = &mut self.state().used[part as usize];
		*used = used.saturating_sub(bytes);
	}
}

impl fmt::Debug for Budget {
	fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
		let state = self.state();
		out.debug_struct("Budget").field("total", &state.total).field("used", &state.used).finish_non_exhaustive()
	}
}

/// Room that something has taken. Given back when this is dropped.
#[derive(Debug)]
pub struct Taken {
	budget: Budget,
	part: Part,
	bytes: u64,
}

impl Taken {
	/// Returns how many bytes.
	#[must_use]
	pub fn bytes(&self) -> u64 {
		self.bytes
	}

	/// Takes more, until it is at least this many bytes: some more at once, for what comes piece by piece.
	///
	/// # Errors
	///
	/// [`NoRoom`]. It keeps what it has.
	pub fn reach(&mut self, bytes: u64) -> Result<(), NoRoom> {
		let Some(more) = bytes.checked_sub(self.bytes).filter(|more| *more > 0) else { return Ok(()) };
		let ample = more.max(STEP);
		// Nothing gives way for what may not be needed.
		let taken = match self.budget.try_claim(self.part, ample) {
			Ok(()) => ample,
			Err(_) => self.budget.claim(self.part, more).map(|()| more)?,
		};
		self.bytes += taken;
		Ok(())
	}

	/// Makes it this many bytes, without asking: what is there takes room, whatever it may.
	pub fn set(&mut self, bytes: u64) {
		if bytes > self.bytes {
			self.budget.add(self.part, bytes - self.bytes);
		} else {
			self.budget.give_back(self.part, self.bytes - bytes);
		}
		self.bytes = bytes;
	}

	/// Hands this many bytes of it over to a part. What it lacks is taken.
	///
	/// # Errors
	///
	/// [`NoRoom`]. It keeps what it has.
	pub fn split(&mut self, part: Part, bytes: u64) -> Result<Self, NoRoom> {
		let own = bytes.min(self.bytes);
		self.budget.claim(part, bytes - own)?;
		// In this order: what is handed over is nobody's for no moment.
		self.budget.add(part, own);
		self.budget.give_back(self.part, own);
		self.bytes -= own;
		Ok(Self { budget: self.budget.clone(), part, bytes })
	}
}

impl Drop for Taken {
	fn drop(&mut self) {
		self.budget.give_back(self.part, self.bytes);
	}
}

#[cfg(test)]
mod tests;
