//! What a store holds, for whom and until when: in memory, written to a journal line by line.
//!
//! The journal is written after an object is in its place, and after it is gone from there. So after a kill at any
//! moment, the objects on disk are the truth, and the journal says what it can about them. Of objects that are on an IPFS
//! node only it is all that is known: it is forced to the disk before their files go.

use std::{
	collections::HashMap,
	fs::{self, File, OpenOptions},
	io::{self, BufRead, BufReader, BufWriter, Write},
	path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
	durable::Checked,
	held::{Held, Object},
	Cid,
};

/// Lines that a journal may have beyond those it needs, before it is written anew.
const SPARE_LINES: usize = 10_000;

/// Until when pinned objects are held, in ms.
pub(crate) const FOR_EVER: u64 = u64::MAX;

/// A line of the journal.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
	/// Somebody holds an object until a time.
	Hold { cid: Cid, size: u64, who: String, until: u64 },
	/// Somebody holds an object no more.
	Release { cid: Cid, who: String },
	/// An object is gone.
	Gone { cid: Cid },
	/// An object is on the IPFS node, under this name.
	Mirrored { cid: Cid, name: String },
	/// Something is on the IPFS node that nobody needs there any more.
	Loose { name: String },
	/// That is no longer so.
	Unpinned { name: String },
}

/// An object, as far as readers have to know it.
pub(crate) struct Found {
	/// In bytes.
	pub(crate) size: u64,
	/// Whether its file was seen to be what its name says.
	pub(crate) checked: Checked,
	/// Whether its file is on the disk. If not, it is on the IPFS node.
	pub(crate) on_disk: bool,
}

/// What a store holds, with its journal.
pub(crate) struct Index {
	path: PathBuf,
	held: Held,
	journal: File,
	lines: usize,
}

impl Index {
	/// Read the journal, and make it agree with the objects on disk: those that it does not know are held by nobody in
	/// particular until `default_until`; those that are gone or have another size are forgotten, unless the IPFS node has
	/// them.
	pub(crate) fn open(path: &Path, on_disk: HashMap<Cid, u64>, default_until: u64) -> io::Result<Self> {
		let mut held = Held::default();
		match File::open(path) {
			Ok(file) => {
				for line in BufReader::new(file).split(b'\n') {
					// The last line of a process that was killed may be cut off.
					if let Ok(line) = serde_json::from_slice(&line?) {
						replay(&mut held, line);
					}
				}
			}
			Err(error) if error.kind() == io::ErrorKind::NotFound => (),
			Err(error) => return Err(error),
		}
		let other = |(cid, object): (&Cid, &Object)| {
			let is_there = on_disk.get(cid) == Some(&object.size) || object.node.is_some();
			(!is_there || object.holds.is_empty()).then_some(*cid)
		};
		for cid in held.objects.iter().filter_map(other).collect::<Vec<_>>() {
			held.remove(&cid);
		}
		for cid in held.objects.keys().filter(|cid| !on_disk.contains_key(cid)).copied().collect::<Vec<_>>() {
			held.evicted(&cid);
		}
		for (cid, size) in on_disk {
			if !held.objects.contains_key(&cid) {
				held.hold(cid, size, "", default_until, Checked::default());
			}
		}
		let journal = write_journal(path, &held)?;
		Ok(Self { path: path.into(), lines: needed(&held), held, journal })
	}

	/// An object's size, in bytes.
	pub(crate) fn size(&self, cid: &Cid) -> Option<u64> {
		self.held.objects.get(cid).map(|object| object.size)
	}

	/// What has to be known to read an object.
	pub(crate) fn find(&self, cid: &Cid) -> Option<Found> {
		let object = self.held.objects.get(cid)?;
		Some(Found { size: object.size, checked: object.checked.clone(), on_disk: object.on_disk })
	}

	/// Whether an object's file is on the disk.
	pub(crate) fn is_on_disk(&self, cid: &Cid) -> bool {
		self.held.objects.get(cid).is_some_and(|object| object.on_disk)
	}

	/// What an object is called on the IPFS node, if it is there.
	pub(crate) fn name_on_node(&self, cid: &Cid) -> Option<String> {
		self.held.objects.get(cid)?.node.as_ref().map(|node| node.name.clone())
	}

	/// How many objects are on the IPFS node only.
	pub(crate) fn only_on_node(&self) -> usize {
		self.held.objects.values().filter(|object| !object.on_disk).count()
	}

	/// The objects on the disk that the IPFS node does not have for sure.
	pub(crate) fn pending(&self) -> Vec<Cid> {
		self.held.pending.iter().copied().collect()
	}

	/// How many those are.
	pub(crate) fn count_pending(&self) -> usize {
		self.held.pending.len()
	}

	/// Names on the IPFS node that nobody needs any more.
	pub(crate) fn loose(&self) -> Vec<String> {
		self.held.loose.iter().cloned().collect()
	}

	/// See [`Held::surplus`].
	pub(crate) fn surplus(&self, limit: u64) -> Vec<Cid> {
		self.held.surplus(limit)
	}

	/// Whether an object is on the disk, and surely on the IPFS node too.
	pub(crate) fn is_cached(&self, cid: &Cid) -> bool {
		self.held.is_cached(cid)
	}

	/// Bytes of all objects.
	pub(crate) fn total(&self) -> u64 {
		self.held.total
	}

	/// Bytes that somebody holds.
	pub(crate) fn held_by(&self, who: &str) -> u64 {
		self.held.by_who.get(who).copied().unwrap_or(0)
	}

	/// How many objects there are.
	pub(crate) fn len(&self) -> usize {
		self.held.objects.len()
	}

	/// Until when somebody holds an object, in ms.
	pub(crate) fn until(&self, cid: &Cid, who: &str) -> Option<u64> {
		self.held.objects.get(cid)?.holds.get(who).copied()
	}

	/// Somebody holds an object until a time, whatever was said before. One that is new here was hashed as it came.
	pub(crate) fn hold(&mut self, cid: Cid, size: u64, who: &str, until: u64) -> io::Result<()> {
		let size = self.size(&cid).unwrap_or(size);
		self.held.hold(cid, size, who, until, Checked::yes());
		self.append(&Line::Hold { cid, size, who: who.into(), until })
	}

	/// Somebody holds an object no more. Returns whether nobody does.
	pub(crate) fn release(&mut self, cid: &Cid, who: &str) -> io::Result<bool> {
		if self.until(cid, who).is_some() {
			self.held.release(cid, who);
			self.append(&Line::Release { cid: *cid, who: who.into() })?;
		}
		Ok(self.held.objects.get(cid).is_some_and(|object| object.holds.is_empty()))
	}

	/// An object is gone from the disk.
	pub(crate) fn remove(&mut self, cid: &Cid) -> io::Result<()> {
		self.held.remove(cid);
		self.append(&Line::Gone { cid: *cid })
	}

	/// The file of an object that was on the IPFS node only is on the disk again.
	pub(crate) fn placed(&mut self, cid: &Cid) {
		self.held.placed(cid);
	}

	/// The file of an object that the IPFS node has is gone from the disk.
	pub(crate) fn evicted(&mut self, cid: &Cid) {
		self.held.evicted(cid);
	}

	/// An object is on the IPFS node, under a name. If it was removed meanwhile, nobody needs it there.
	pub(crate) fn mirrored(&mut self, cid: &Cid, name: String) -> io::Result<()> {
		self.held.mirrored(cid, name.clone());
		self.append(&Line::Mirrored { cid: *cid, name })
	}

	/// The IPFS node does not keep a name any more.
	pub(crate) fn unpinned(&mut self, name: String) -> io::Result<()> {
		self.held.loose.remove(&name);
		self.append(&Line::Unpinned { name })
	}

	/// The journal, to force to the disk what was said until now, also while more is said.
	pub(crate) fn journal(&self) -> io::Result<File> {
		self.journal.try_clone()
	}

	/// The holds that have ended at a time, in ms, in the order of their ends: whose, and of what.
	pub(crate) fn ended(&self, now: u64) -> Vec<(Cid, String)> {
		let holds = self.held.objects.iter().flat_map(|(cid, object)| object.holds.iter().map(move |hold| (cid, hold)));
		let ended =
			holds.filter(|(_, (_, until))| **until <= now).map(|(cid, (who, until))| (*until, *cid, who.clone()));
		let mut ended: Vec<_> = ended.collect();
		ended.sort_unstable();
		ended.into_iter().map(|(_, cid, who)| (cid, who)).collect()
	}

	fn append(&mut self, line: &Line) -> io::Result<()> {
		if self.lines > 2 * needed(&self.held) + SPARE_LINES {
			// What the line says is in memory already.
			self.journal = write_journal(&self.path, &self.held)?;
			self.lines = needed(&self.held);
			return Ok(());
		}
		let mut bytes = serde_json::to_vec(line)?;
		bytes.push(b'\n');
		self.journal.write_all(&bytes)?;
		self.lines += 1;
		Ok(())
	}
}

fn replay(held: &mut Held, line: Line) {
	match line {
		Line::Hold { cid, size, who, until } => held.hold(cid, size, &who, until, Checked::default()),
		Line::Release { cid, who } => held.release(&cid, &who),
		Line::Gone { cid } => held.remove(&cid),
		Line::Mirrored { cid, name } => held.mirrored(&cid, name),
		Line::Loose { name } => {
			held.loose.insert(name);
		}
		Line::Unpinned { name } => {
			held.loose.remove(&name);
		}
	}
}

/// How many lines a new journal has, at most: each object has a hold.
fn needed(held: &Held) -> usize {
	2 * held.holds + held.loose.len()
}

/// Write a journal of what is held now, beside the old one, and put it in its place. It is on the disk then.
fn write_journal(path: &Path, held: &Held) -> io::Result<File> {
	let new = path.with_extension("new");
	let mut out = BufWriter::new(File::create(&new)?);
	let mut write = |line: Line| -> io::Result<()> {
		serde_json::to_writer(&mut out, &line)?;
		out.write_all(b"\n")
	};
	for (cid, object) in &held.objects {
		for (who, until) in &object.holds {
			write(Line::Hold { cid: *cid, size: object.size, who: who.clone(), until: *until })?;
		}
	}
	for (cid, name) in held.on_node() {
		write(Line::Mirrored { cid: *cid, name: name.into() })?;
	}
	for name in &held.loose {
		write(Line::Loose { name: name.clone() })?;
	}
	out.into_inner().map_err(|error| error.into_error())?.sync_all()?;
	fs::rename(&new, path)?;
	if let Some(dir) = path.parent() {
		File::open(dir)?.sync_all()?;
	}
	OpenOptions::new().append(true).open(path)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn cid(n: u8) -> Cid {
		Cid::of_sha256([n; 32])
	}

	fn open(dir: &Path, on_disk: &[(Cid, u64)]) -> Index {
		Index::open(&dir.join("journal"), on_disk.iter().copied().collect(), 500).unwrap()
	}

	#[test]
	fn what_was_said_is_known_after_a_restart() {
		let dir = tempfile::tempdir().unwrap();
		let mut index = open(dir.path(), &[]);
		index.hold(cid(1), 10, "a", 100).unwrap();
		index.hold(cid(1), 10, "b", 50).unwrap();
		index.hold(cid(2), 5, "a", FOR_EVER).unwrap();
		index.hold(cid(3), 7, "a", 1).unwrap();
		index.remove(&cid(3)).unwrap();
		assert!(!index.release(&cid(1), "a").unwrap());
		for index in [index, open(dir.path(), &[(cid(1), 10), (cid(2), 5)])] {
			assert_eq!((index.total(), index.len()), (15, 2));
			assert_eq!((index.held_by("a"), index.held_by("b")), (5, 10));
			assert_eq!((index.until(&cid(1), "b"), index.until(&cid(1), "a")), (Some(50), None));
		}
	}

	#[test]
	fn the_disk_is_right() {
		let dir = tempfile::tempdir().unwrap();
		let mut index = open(dir.path(), &[]);
		index.hold(cid(1), 10, "a", 100).unwrap();
		index.hold(cid(2), 10, "a", 100).unwrap();
		let index = open(dir.path(), &[(cid(2), 9), (cid(3), 4)]);
		assert_eq!((index.size(&cid(1)), index.size(&cid(2)), index.size(&cid(3))), (None, Some(9), Some(4)));
		assert_eq!((index.held_by("a"), index.until(&cid(3), "")), (0, Some(500)));
	}

	#[test]
	fn a_cut_off_line_is_left_out() {
		let dir = tempfile::tempdir().unwrap();
		open(dir.path(), &[]).hold(cid(1), 10, "a", 100).unwrap();
		let mut journal = OpenOptions::new().append(true).open(dir.path().join("journal")).unwrap();
		journal.write_all(b"{\"release\":{\"cid\":\"bafk").unwrap();
		assert_eq!(open(dir.path(), &[(cid(1), 10)]).until(&cid(1), "a"), Some(100));
	}

	#[test]
	fn holds_end_in_the_order_of_their_times() {
		let dir = tempfile::tempdir().unwrap();
		let mut index = open(dir.path(), &[]);
		for (n, who, until) in [(1, "a", 30), (1, "b", 90), (2, "a", 20), (3, "a", 10), (4, "a", FOR_EVER)] {
			index.hold(cid(n), 1, who, until).unwrap();
		}
		let a = |n| (cid(n), "a".to_string());
		assert_eq!(index.ended(19), [a(3)]);
		assert_eq!(index.ended(50), [a(3), a(2), a(1)]);
		assert_eq!(index.ended(u64::MAX - 1).len(), 4);
		assert!(!index.release(&cid(1), "a").unwrap() && index.release(&cid(1), "b").unwrap());
	}

	#[test]
	fn the_journal_stays_short() {
		let dir = tempfile::tempdir().unwrap();
		let mut index = open(dir.path(), &[]);
		for n in 0..3 * SPARE_LINES as u64 {
			index.hold(cid(1), 1, "a", n).unwrap();
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
			index.hold(cid(n), 10, "a", 100).unwrap();
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
}
