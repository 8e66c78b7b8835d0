//! What a store holds, for whom and until when: in memory, and in a journal.
//!
//! The journal is written after a file has got its name, and after it is gone. So after a kill at any moment, the files
//! are the truth, and the journal says what it can about them. Of contents that are on an IPFS node only it is all that
//! is known: it is forced to the disk before their files go.

use std::{
	collections::{BTreeSet, HashMap},
	fs::File,
	io,
	path::Path,
};

use super::{
	checked::Checked,
	held::{Held, Hold, Object},
	journal::{Journal, Line},
};
use crate::{token::Room, Cid};

/// A content, as far as readers have to know it.
pub(super) struct Found {
	/// In bytes.
	pub(super) size: u64,
	/// Whether its file was seen to be what its name says.
	pub(super) checked: Checked,
	/// Whether its file is on the disk. If not, it is on the IPFS node.
	pub(super) on_disk: bool,
}

/// What a store holds, with its journal.
pub(super) struct Index {
	held: Held,
	journal: Journal,
}

impl Index {
	/// Reads the journal, and makes it agree with the files on the disk: contents that it does not know are held by nobody
	/// in particular until `default_until`; those whose file is gone or has another size are removed, unless the IPFS node
	/// has them.
	pub(super) fn open(path: &Path, on_disk: HashMap<Cid, u64>, default_until: u64) -> io::Result<Self> {
		let mut held = Journal::read(path)?;
		let is_gone = |(cid, object): (&Cid, &Object)| {
			let is_there = on_disk.get(cid) == Some(&object.size) || object.node.is_some();
			(!is_there || object.holds.is_empty()).then_some(*cid)
		};
		for cid in held.objects.iter().filter_map(is_gone).collect::<Vec<_>>() {
			held.remove(&cid);
		}
		for cid in held.objects.keys().filter(|cid| !on_disk.contains_key(cid)).copied().collect::<Vec<_>>() {
			held.evicted(&cid);
		}
		for (cid, size) in on_disk {
			if !held.objects.contains_key(&cid) {
				let hold = Hold { until: default_until, room: Room::Uploads };
				held.hold(cid, size, "", hold, Checked::default());
			}
		}
		let journal = Journal::open(path, &held)?;
		Ok(Self { held, journal })
	}

	/// Returns a content's size, in bytes.
	pub(super) fn size(&self, cid: &Cid) -> Option<u64> {
		self.held.objects.get(cid).map(|object| object.size)
	}

	/// Returns what has to be known to read a content.
	pub(super) fn find(&self, cid: &Cid) -> Option<Found> {
		let object = self.held.objects.get(cid)?;
		Some(Found { size: object.size, checked: object.checked.clone(), on_disk: object.on_disk })
	}

	/// Returns whether a content's file is on the disk.
	pub(super) fn is_on_disk(&self, cid: &Cid) -> bool {
		self.held.objects.get(cid).is_some_and(|object| object.on_disk)
	}

	/// Returns what a content is called on the IPFS node, if it is there.
	pub(super) fn name_on_node(&self, cid: &Cid) -> Option<String> {
		self.held.objects.get(cid)?.node.as_ref().map(|node| node.name.clone())
	}

	/// Returns how many contents are on the IPFS node only.
	pub(super) fn only_on_node(&self) -> usize {
		self.held.objects.values().filter(|object| !object.on_disk).count()
	}

	/// Returns the contents on the disk that the IPFS node does not have for sure.
	pub(super) fn pending(&self) -> Vec<Cid> {
		self.held.pending.iter().copied().collect()
	}

	/// Returns how many those are.
	pub(super) fn count_pending(&self) -> usize {
		self.held.pending.len()
	}

	/// Returns the names on the IPFS node that are no longer needed.
	pub(super) fn loose(&self) -> Vec<String> {
		self.held.loose.iter().cloned().collect()
	}

	/// Returns the files that are to go; see [`Held::surplus`].
	pub(super) fn surplus(&self, limit: u64) -> Vec<Cid> {
		self.held.surplus(limit)
	}

	/// Returns whether a content is on the disk, and surely on the IPFS node too.
	pub(super) fn is_cached(&self, cid: &Cid) -> bool {
		self.held.is_cached(cid)
	}

	/// Returns the bytes of all contents.
	pub(super) fn total(&self) -> u64 {
		self.held.total
	}

	/// Returns the bytes that a holder has.
	pub(super) fn held_by(&self, who: &str) -> u64 {
		self.held.by_who.get(who).copied().unwrap_or(0)
	}

	/// Returns the bytes of the contents in a part of the store.
	pub(super) fn in_room(&self, room: Room) -> u64 {
		self.held.in_room(room)
	}

	/// Returns how many contents there are.
	pub(super) fn len(&self) -> usize {
		self.held.objects.len()
	}

	/// Returns until when a holder has a content, in ms.
	pub(super) fn until(&self, cid: &Cid, who: &str) -> Option<u64> {
		self.held.objects.get(cid)?.holds.get(who).map(|hold| hold.until)
	}

	/// Returns in which part of the store a holder has a content.
	pub(super) fn room(&self, cid: &Cid, who: &str) -> Option<Room> {
		self.held.objects.get(cid)?.holds.get(who).map(|hold| hold.room)
	}

	/// Returns the parts of the store in which a content counts.
	pub(super) fn rooms(&self, cid: &Cid) -> BTreeSet<Room> {
		self.held.objects.get(cid).map(Object::rooms).unwrap_or_default()
	}

	/// Holds a content that is there for a holder, whatever was said before.
	pub(super) fn hold(&mut self, cid: Cid, size: u64, who: &str, hold: Hold) -> io::Result<()> {
		self.bring(cid, size, who, hold, &Checked::yes())
	}

	/// Does the same with a content that may be new here: `checked` is of one that is.
	pub(super) fn bring(&mut self, cid: Cid, size: u64, who: &str, hold: Hold, checked: &Checked) -> io::Result<()> {
		let size = self.size(&cid).unwrap_or(size);
		self.held.hold(cid, size, who, hold, checked.clone());
		let Hold { until, room } = hold;
		self.journal.append(&Line::Hold { cid, size, who: who.into(), until, room: Some(room) }, &self.held)
	}

	/// Ends a hold. Returns whether that was the last one.
	pub(super) fn release(&mut self, cid: &Cid, who: &str) -> io::Result<bool> {
		if self.until(cid, who).is_some() {
			self.held.release(cid, who);
			self.journal.append_soon(&Line::Release { cid: *cid, who: who.into() }, &self.held)?;
		}
		Ok(self.held.objects.get(cid).is_some_and(|object| object.holds.is_empty()))
	}

	/// Notes that a content is gone from the disk.
	pub(super) fn remove(&mut self, cid: &Cid) -> io::Result<()> {
		self.held.remove(cid);
		self.journal.append_soon(&Line::Gone { cid: *cid }, &self.held)
	}

	/// Notes that the file of a content that was on the IPFS node only is on the disk again.
	pub(super) fn restored(&mut self, cid: &Cid, checked: &Checked) {
		self.held.restored(cid, checked.clone());
	}

	/// Notes that the file of a content that the IPFS node has is gone from the disk.
	pub(super) fn evicted(&mut self, cid: &Cid) {
		self.held.evicted(cid);
	}

	/// Notes that a content is on the IPFS node, under a name. If it was removed meanwhile, it is not needed there.
	pub(super) fn mirrored(&mut self, cid: &Cid, name: String) -> io::Result<()> {
		self.held.mirrored(cid, name.clone());
		self.journal.append(&Line::Mirrored { cid: *cid, name }, &self.held)
	}

	/// Notes that the IPFS node no longer keeps a name.
	pub(super) fn unpinned(&mut self, name: String) -> io::Result<()> {
		self.held.loose.remove(&name);
		self.journal.append(&Line::Unpinned { name }, &self.held)
	}

	/// Returns the journal, to force to the disk what was written until now, even while more is written.
	pub(super) fn journal(&self) -> io::Result<File> {
		self.journal.file()
	}

	/// Returns the holds that have ended at a time, in ms, in the order of their ends: on what, and whose.
	pub(super) fn ended(&self, now: u64) -> Vec<(Cid, String)> {
		let holds = self.held.objects.iter().flat_map(|(cid, object)| object.holds.iter().map(move |hold| (cid, hold)));
		let ended =
			holds.filter(|(_, (_, hold))| hold.until <= now).map(|(cid, (who, hold))| (hold.until, *cid, who.clone()));
		let mut ended: Vec<_> = ended.collect();
		ended.sort_unstable();
		ended.into_iter().map(|(_, cid, who)| (cid, who)).collect()
	}
}

#[cfg(test)]
mod tests {
	use std::{
		fs::{self, OpenOptions},
		io::Write,
	};

	use super::*;
	use crate::{
		clock::FOREVER,
		disk::{faults::tests::full_after, journal::SPARE_LINES},
	};

	fn cid(n: u8) -> Cid {
		Cid::of_sha256([n; 32])
	}

	fn until(until: u64) -> Hold {
		Hold { until, room: Room::Uploads }
	}

	fn open(dir: &Path, on_disk: &[(Cid, u64)]) -> Index {
		Index::open(&dir.join("journal"), on_disk.iter().copied().collect(), 500).unwrap()
	}

	#[test]
	fn what_was_said_is_known_after_a_restart() {
		let dir = tempfile::tempdir().unwrap();
		let mut index = open(dir.path(), &[]);
		index.hold(cid(1), 10, "a", until(100)).unwrap();
		index.hold(cid(1), 10, "b", until(50)).unwrap();
		index.hold(cid(2), 5, "a", until(FOREVER)).unwrap();
		index.hold(cid(3), 7, "a", until(1)).unwrap();
		index.remove(&cid(3)).unwrap();
		assert!(!index.release(&cid(1), "a").unwrap());
		for index in [index, open(dir.path(), &[(cid(1), 10), (cid(2), 5)])] {
			assert_eq!((index.total(), index.len()), (15, 2));
			assert_eq!((index.held_by("a"), index.held_by("b")), (5, 10));
			assert_eq!((index.until(&cid(1), "b"), index.until(&cid(1), "a")), (Some(50), None));
		}
	}

	#[test]
	fn disk_is_right() {
		let dir = tempfile::tempdir().unwrap();
		let mut index = open(dir.path(), &[]);
		index.hold(cid(1), 10, "a", until(100)).unwrap();
		index.hold(cid(2), 10, "a", until(100)).unwrap();
		let index = open(dir.path(), &[(cid(2), 9), (cid(3), 4)]);
		assert_eq!((index.size(&cid(1)), index.size(&cid(2)), index.size(&cid(3))), (None, Some(9), Some(4)));
		assert_eq!((index.held_by("a"), index.until(&cid(3), "")), (0, Some(500)));
	}

	#[test]
	fn cut_off_line_is_left_out() {
		let dir = tempfile::tempdir().unwrap();
		open(dir.path(), &[]).hold(cid(1), 10, "a", until(100)).unwrap();
		let mut journal = OpenOptions::new().append(true).open(dir.path().join("journal")).unwrap();
		journal.write_all(b"{\"release\":{\"cid\":\"bafk").unwrap();
		assert_eq!(open(dir.path(), &[(cid(1), 10)]).until(&cid(1), "a"), Some(100));
	}

	#[test]
	fn holds_end_in_the_order_of_their_times() {
		let dir = tempfile::tempdir().unwrap();
		let mut index = open(dir.path(), &[]);
		for (n, who, end) in [(1, "a", 30), (1, "b", 90), (2, "a", 20), (3, "a", 10), (4, "a", FOREVER)] {
			index.hold(cid(n), 1, who, until(end)).unwrap();
		}
		let a = |n| (cid(n), "a".to_string());
		assert_eq!(index.ended(19), [a(3)]);
		assert_eq!(index.ended(50), [a(3), a(2), a(1)]);
		assert_eq!(index.ended(u64::MAX - 1).len(), 4);
		assert!(!index.release(&cid(1), "a").unwrap() && index.release(&cid(1), "b").unwrap());
	}

	#[test]
	fn journal_stays_short() {
		let dir = tempfile::tempdir().unwrap();
		let mut index = open(dir.path(), &[]);
		for n in 0..3 * SPARE_LINES as u64 {
			index.hold(cid(1), 1, "a", until(n)).unwrap();
		}
		let lines = fs::read_to_string(dir.path().join("journal")).unwrap().lines().count();
		assert!(lines <= SPARE_LINES + 10, "{lines}");
		assert_eq!(open(dir.path(), &[(cid(1), 1)]).until(&cid(1), "a"), Some(3 * SPARE_LINES as u64 - 1));
	}

	#[test]
	fn what_is_on_the_node_is_known_after_a_restart() {
		let dir = tempfile::tempdir().unwrap();
		let mut index = open(dir.path(), &[]);
		for n in 1..=4 {
			index.hold(cid(n), 10, "a", until(100)).unwrap();
		}
		for (n, name) in [(2, "two"), (1, "one"), (4, "four")] {
			index.mirrored(&cid(n), name.into()).unwrap();
		}
		index.remove(&cid(4)).unwrap();
		drop(index);
		// Twice: the second journal is the one that the first opening wrote.
		for _ in 0..2 {
			let index = open(dir.path(), &[(cid(1), 10), (cid(3), 10)]);
			assert_eq!((index.len(), index.total(), index.only_on_node()), (3, 30, 1));
			assert_eq!(index.name_on_node(&cid(2)).as_deref(), Some("two"));
			assert!(!index.is_on_disk(&cid(2)) && index.is_cached(&cid(1)));
			assert_eq!((index.pending(), index.loose()), (vec![cid(3)], vec!["four".to_string()]));
		}
		open(dir.path(), &[(cid(1), 10)]).unpinned("four".into()).unwrap();
		let index = open(dir.path(), &[(cid(1), 10)]);
		assert_eq!((index.len(), index.loose()), (2, Vec::new()), "what was nowhere else is forgotten");
	}

	#[test]
	fn journal_of_an_older_program_tells_results_from_uploads() {
		let dir = tempfile::tempdir().unwrap();
		let line = |n: u8, who: &str| {
			format!("{{\"hold\":{{\"cid\":\"{}\",\"size\":10,\"who\":\"{who}\",\"until\":100}}}}\n", cid(n))
		};
		let written = line(1, "results of 5Grw") + &line(2, "5Grw") + &line(3, "results of 5Grw");
		fs::write(dir.path().join("journal"), written).unwrap();
		for _ in 0..2 {
			let index = open(dir.path(), &[(cid(1), 10), (cid(2), 10), (cid(3), 10)]);
			assert_eq!((index.in_room(Room::Results), index.in_room(Room::Uploads)), (20, 10));
			assert_eq!(index.until(&cid(2), "5Grw"), Some(100));
		}
	}

	#[test]
	fn line_that_a_full_disk_tore_does_not_spoil_the_next_one() {
		let dir = tempfile::tempdir().unwrap();
		let mut index = open(dir.path(), &[]);
		let (torn, _) = full_after(0, || index.hold(cid(1), 10, "a", until(100)));
		assert!(torn.is_err());
		index.hold(cid(2), 10, "a", until(100)).unwrap();
		drop(index);
		let index = open(dir.path(), &[(cid(1), 10), (cid(2), 10)]);
		assert_eq!((index.until(&cid(1), "a"), index.until(&cid(2), "a")), (Some(100), Some(100)));
	}

	#[test]
	fn full_disk_keeps_nothing_from_going() {
		let dir = tempfile::tempdir().unwrap();
		let mut index = open(dir.path(), &[]);
		index.hold(cid(1), 10, "a", until(100)).unwrap();
		let ((), failed) = full_after(0, || {
			assert!(index.release(&cid(1), "a").unwrap());
			index.remove(&cid(1)).unwrap();
		});
		assert_eq!((failed, index.len()), (2, 0));
		index.hold(cid(2), 10, "a", until(100)).unwrap();
		let journal = fs::read_to_string(dir.path().join("journal")).unwrap();
		assert!(journal.lines().any(|line| line.contains("gone")), "it is written as soon as there is room");
	}

	#[test]
	fn store_opens_on_a_full_disk_with_what_it_knew() {
		let dir = tempfile::tempdir().unwrap();
		open(dir.path(), &[]).hold(cid(1), 10, "a", until(100)).unwrap();
		let mut journal = OpenOptions::new().append(true).open(dir.path().join("journal")).unwrap();
		journal.write_all(b"{\"release\":{\"cid\":\"bafk").unwrap();
		let (mut index, failed) = full_after(0, || open(dir.path(), &[(cid(1), 10)]));
		assert_eq!((failed, index.until(&cid(1), "a")), (1, Some(100)));
		index.hold(cid(1), 10, "b", until(90)).unwrap();
		drop(index);
		let index = open(dir.path(), &[(cid(1), 10)]);
		assert_eq!((index.until(&cid(1), "a"), index.until(&cid(1), "b")), (Some(100), Some(90)));
		assert!(!dir.path().join("journal.new").exists());
	}
}
