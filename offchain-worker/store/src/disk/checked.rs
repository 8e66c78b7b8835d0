//! Whether a file was seen to be what its name says.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether a content was seen to be what its name says since the store was opened, and is forced to the disk. Locked while
/// it is read through, and while its new name is forced to the disk. Clones are of the same file.
#[derive(Clone, Default)]
pub(super) struct Checked(Arc<Mutex<bool>>);

impl Checked {
	/// Describes a content that was hashed as it came, and is on the disk.
	pub(super) fn yes() -> Self {
		Self(Arc::new(Mutex::new(true)))
	}

	/// Returns whether it was, without waiting for a thread that is reading it through.
	pub(super) fn is_yes(&self) -> bool {
		self.0.try_lock().is_ok_and(|checked| *checked)
	}

	/// Locks it, once no other thread reads the file through: before the state of the disk, never after it.
	pub(super) fn lock(&self) -> MutexGuard<'_, bool> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Returns whether both are of the same file.
	pub(super) fn is_same(&self, other: &Self) -> bool {
		Arc::ptr_eq(&self.0, &other.0)
	}
}
