//! What a store holds, for whom and until when: in memory, written to a journal line by line.
//!
//! The journal is written after an object is in its place, and after it is gone from there. So after a kill at any
//! moment, the objects on disk are the truth, and the journal says what it can about them.

use std::{
	collections::{BTreeMap, HashMap},
	fs::{self, File, OpenOptions},
	io::{self, BufRead, BufReader, BufWriter, Write},
	path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{durable::Checked, Cid};

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
}

struct Object {
	size: u64,
	checked: Checked,
	/// Who holds it, until when. Empty only until it is removed.
	holds: BTreeMap<String, u64>,
}

/// What is held.
#[derive(Default)]
struct Held {
	objects: HashMap<Cid, Object>,
	/// Bytes of all objects.
	total: u64,
	/// Bytes by who holds them; an object counts for each.
	by_who: HashMap<String, u64>,
	/// How many holds there are.
	holds: usize,
}

impl Held {
	/// `checked` is of an object that is new here.
	fn hold(&mut self, cid: Cid, size: u64, who: &str, until: u64, checked: Checked) {
		let total = &mut self.total;
		let object = self.objects.entry(cid).or_insert_with(|| {
			*total += size;
			Object { size, checked, holds: BTreeMap::new() }
		});
		if let Some(known) = object.holds.get_mut(who) {
			*known = until;
		} else {
			object.holds.insert(who.into(), until);
			self.holds += 1;
			*self.by_who.entry(who.into()).or_default() += object.size;
		}
	}

	fn release(&mut self, cid: &Cid, who: &str) {
		let Some(object) = self.objects.get_mut(cid) else { return };
		if object.holds.remove(who).is_some() {
			self.holds -= 1;
			let size = object.size;
			self.less(who, size);
		}
	}

	fn remove(&mut self, cid: &Cid) {
		let Some(object) = self.objects.remove(cid) else { return };
		self.total -= object.size;
		self.holds -= object.holds.len();
		for who in object.holds.keys() {
			self.less(who, object.size);
		}
	}

	fn less(&mut self, who: &str, size: u64) {
		let Some(bytes) = self.by_who.get_mut(who) else { return };
		*bytes -= size;
		if *bytes == 0 {
			self.by_who.remove(who);
		}
	}

	fn replay(&mut self, line: Line) {
		match line {
			Line::Hold { cid, size, who, until } => self.hold(cid, size, &who, until, Checked::default()),
			Line::Release { cid, who } => self.release(&cid, &who),
			Line::Gone { cid } => self.remove(&cid),
		}
	}
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
	/// particular until `default_until`; those that are gone or have another size are forgotten.
	pub(crate) fn open(path: &Path, on_disk: HashMap<Cid, u64>, default_until: u64) -> io::Result<Self> {
		let mut held = Held::default();
		match File::open(path) {
			Ok(file) => {
				for line in BufReader::new(file).split(b'\n') {
					// The last line of a process that was killed may be cut off.
					if let Ok(line) = serde_json::from_slice(&line?) {
						held.replay(line);
					}
				}
			}
			Err(error) if error.kind() == io::ErrorKind::NotFound => (),
			Err(error) => return Err(error),
		}
		let other = |(cid, object): (&Cid, &Object)| {
			(on_disk.get(cid) != Some(&object.size) || object.holds.is_empty()).then_some(*cid)
		};
		for cid in held.objects.iter().filter_map(other).collect::<Vec<_>>() {
			held.remove(&cid);
		}
		for (cid, size) in on_disk {
			if !held.objects.contains_key(&cid) {
				held.hold(cid, size, "", default_until, Checked::default());
			}
		}
		let journal = write_journal(path, &held)?;
		Ok(Self { path: path.into(), lines: held.holds, held, journal })
	}

	/// An object's size, in bytes.
	pub(crate) fn size(&self, cid: &Cid) -> Option<u64> {
		self.held.objects.get(cid).map(|object| object.size)
	}

	/// An object's size, in bytes, and whether it was seen to be what its name says.
	pub(crate) fn find(&self, cid: &Cid) -> Option<(u64, Checked)> {
		self.held.objects.get(cid).map(|object| (object.size, object.checked.clone()))
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
		if self.lines > 2 * self.held.holds + SPARE_LINES {
			// What the line says is in memory already.
			self.journal = write_journal(&self.path, &self.held)?;
			self.lines = self.held.holds;
			return Ok(());
		}
		let mut bytes = serde_json::to_vec(line)?;
		bytes.push(b'\n');
		self.journal.write_all(&bytes)?;
		self.lines += 1;
		Ok(())
	}
}

/// Write a journal of what is held now, beside the old one, and put it in its place.
fn write_journal(path: &Path, held: &Held) -> io::Result<File> {
	let new = path.with_extension("new");
	let mut out = BufWriter::new(File::create(&new)?);
	for (cid, object) in &held.objects {
		for (who, until) in &object.holds {
			let line = Line::Hold { cid: *cid, size: object.size, who: who.clone(), until: *until };
			serde_json::to_writer(&mut out, &line)?;
			out.write_all(b"\n")?;
		}
	}
	out.into_inner().map_err(|error| error.into_error())?.sync_all()?;
	fs::rename(&new, path)?;
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
}
