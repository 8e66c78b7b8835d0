//! When files were read and written: at the run's beginning, unless the module says otherwise.

use std::collections::HashMap;

use super::node::Node;
use crate::wasi::{clock::START, errno::Errno, fail::Result};

/// How to set a time: as given, or to the clock's.
const ACCESSED: u32 = 1;
const ACCESSED_NOW: u32 = 1 << 1;
const MODIFIED: u32 = 1 << 2;
const MODIFIED_NOW: u32 = 1 << 3;
const ALL: u32 = ACCESSED | ACCESSED_NOW | MODIFIED | MODIFIED_NOW;

/// Times of a file, in ns since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
	/// When it was read.
	pub accessed: u64,
	/// When it was written.
	pub modified: u64,
}

impl Default for Times {
	fn default() -> Self {
		Self { accessed: START, modified: START }
	}
}

/// What a call asks of a file's times.
#[derive(Clone, Copy, Debug)]
pub struct NewTimes {
	given: Times,
	flags: u32,
}

impl NewTimes {
	/// Checks what a call asks.
	pub fn new(accessed: u64, modified: u64, flags: u32) -> Result<Self> {
		let is_both = |given, now| flags & given != 0 && flags & now != 0;
		if flags & !ALL != 0 || is_both(ACCESSED, ACCESSED_NOW) || is_both(MODIFIED, MODIFIED_NOW) {
			return Err(Errno::INVAL.into());
		}
		Ok(Self { given: Times { accessed, modified }, flags })
	}

	/// Returns whether it asks for the time that it is.
	pub fn needs_clock(self) -> bool {
		self.flags & (ACCESSED_NOW | MODIFIED_NOW) != 0
	}

	fn apply(self, before: Times, now: u64) -> Times {
		let new = |given, is_given, is_now, before| {
			if self.flags & is_given != 0 {
				given
			} else if self.flags & is_now != 0 {
				now
			} else {
				before
			}
		};
		Times {
			accessed: new(self.given.accessed, ACCESSED, ACCESSED_NOW, before.accessed),
			modified: new(self.given.modified, MODIFIED, MODIFIED_NOW, before.modified),
		}
	}
}

/// The times that a module set. There are no more of them than files that count.
#[derive(Debug, Default)]
pub struct AllTimes(HashMap<Node, Times>);

impl AllTimes {
	/// Returns the times of a node.
	pub fn of(&self, node: &Node) -> Times {
		// Most modules set none.
		if self.0.is_empty() {
			return Times::default();
		}
		self.0.get(node).copied().unwrap_or_default()
	}

	/// Sets times of a node.
	pub fn set(&mut self, node: &Node, new: NewTimes, now: u64) {
		let times = new.apply(self.of(node), now);
		self.0.insert(node.clone(), times);
	}

	/// Removes those of a node that is gone.
	pub fn remove(&mut self, node: &Node) {
		self.0.remove(node);
	}

	/// Renames a node, with all below it, in place of what had the new name.
	pub fn rename(&mut self, from: &Node, to: &Node) {
		self.0.remove(to);
		let moved: Vec<_> = self.0.keys().filter(|node| node.is_within(from)).cloned().collect();
		for mut node in moved {
			if let Some(times) = self.0.remove(&node) {
				node.go_along(from, to);
				self.0.insert(node, times);
			}
		}
	}
}
