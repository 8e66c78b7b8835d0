//! Reads maps of the state up to a limit, and notes which it did not read to the end.

use std::collections::BTreeMap;

use super::state::{State, Unreadable};

/// A scan of the state after a block.
pub(super) struct Scan<'a> {
	/// What is scanned.
	pub(super) state: State<'a>,
	/// Which maps were read, and how far.
	pub(super) cut: Cut,
}

impl<'a> Scan<'a> {
	/// Begins a scan that reads at most `limit` entries of each map.
	pub(super) fn new(state: State<'a>, limit: usize) -> Self {
		Self { state, cut: Cut::new(limit) }
	}

	/// Passes on each value of a map.
	pub(super) fn values(
		&mut self,
		map: &'static str,
		prefix: [u8; 32],
		each: impl FnMut(Vec<u8>) -> Result<(), codec::Error>,
	) -> Result<(), Unreadable> {
		let values = self.state.values(prefix)?;
		Ok(self.cut.read(map, values, each)?)
	}

	/// Counts the entries of a map.
	pub(super) fn count(&mut self, map: &'static str, prefix: [u8; 32]) -> Result<u64, Unreadable> {
		let keys = self.state.keys(prefix)?;
		let mut count = 0;
		self.cut.read(map, keys, |_| {
			count += 1;
			Ok(())
		})?;
		Ok(count)
	}
}

/// The maps that were read, and whether each has more entries than were read.
pub(super) struct Cut {
	limit: usize,
	maps: BTreeMap<&'static str, bool>,
}

impl Cut {
	pub(super) fn new(limit: usize) -> Self {
		Self { limit, maps: BTreeMap::new() }
	}

	/// Returns each map's name, and whether it was cut.
	pub(super) fn maps(&self) -> impl Iterator<Item = (&'static str, bool)> + '_ {
		self.maps.iter().map(|(map, cut)| (*map, *cut))
	}

	/// Reads the first entries of a map, and notes whether there are more.
	pub(super) fn read<Entry>(
		&mut self,
		map: &'static str,
		mut entries: impl Iterator<Item = Entry>,
		each: impl FnMut(Entry) -> Result<(), codec::Error>,
	) -> Result<(), codec::Error> {
		entries.by_ref().take(self.limit).try_for_each(each)?;
		self.maps.insert(map, entries.next().is_some());
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn scan_stops_at_its_limit_and_says_so() {
		let mut cut = Cut::new(2);
		let mut read = 0;
		let mut count = |_| {
			read += 1;
			Ok(())
		};
		cut.read("long", [1, 2, 3].into_iter(), &mut count).expect("numbers");
		cut.read("short", [1, 2].into_iter(), &mut count).expect("numbers");
		assert_eq!(read, 4);
		assert_eq!(cut.maps().collect::<Vec<_>>(), [("long", true), ("short", false)]);
	}
}
