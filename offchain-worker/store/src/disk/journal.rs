//! The journal of a store: what it holds, line by line, as JSON.

use std::{
	fs::{self, File, OpenOptions},
	io::{self, BufRead, BufReader, BufWriter, Write},
	path::{Path, PathBuf},
};

use rlc_disk::is_full;
use serde::{Deserialize, Serialize};

use super::{
	checked::Checked,
	faults,
	held::{Held, Hold},
};
use crate::{token::Room, Cid};

/// Lines that a journal may have beyond those it needs, before it is rewritten.
pub(super) const SPARE_LINES: usize = 10_000;

/// The most bytes of lines that wait for room on the disk, before the journal is to be rewritten instead.
const MAX_UNWRITTEN: usize = 1 << 20;

/// How the names of the workers' results began that older programs wrote down, without the part of the store.
const OLD_RESULTS: &str = "results of ";

/// A line of the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Line {
	/// A holder has a content until a time, in ms, in a part of the store. Older programs name no part.
	Hold {
		cid: Cid,
		size: u64,
		who: String,
		until: u64,
		#[serde(default)]
		room: Option<Room>,
	},
	/// A holder no longer has a content.
	Release { cid: Cid, who: String },
	/// A content is gone.
	Gone { cid: Cid },
	/// A content is on the IPFS node, under this name.
	Mirrored { cid: Cid, name: String },
	/// Something is on the IPFS node that is no longer needed there.
	Loose { name: String },
	/// The IPFS node no longer keeps it.
	Unpinned { name: String },
}

impl Line {
	/// Does what it says.
	fn replay(self, held: &mut Held) {
		match self {
			Self::Hold { cid, size, who, until, room } => {
				let old = if who.starts_with(OLD_RESULTS) { Room::Results } else { Room::Uploads };
				let hold = Hold { until, room: room.unwrap_or(old) };
				held.hold(cid, size, &who, hold, Checked::default());
			}
			Self::Release { cid, who } => held.release(&cid, &who),
			Self::Gone { cid } => held.remove(&cid),
			Self::Mirrored { cid, name } => held.mirrored(&cid, name),
			Self::Loose { name } => {
				held.loose.insert(name);
			}
			Self::Unpinned { name } => {
				held.loose.remove(&name);
			}
		}
	}
}

/// A journal that is written to.
pub(super) struct Journal {
	path: PathBuf,
	file: File,
	/// How many lines it has.
	lines: usize,
	/// How many bytes they have.
	length: u64,
	/// Lines for which the disk had no room. They are written before any other.
	unwritten: Vec<u8>,
}

impl Journal {
	/// Reads what a journal says is held; nothing if there is none.
	pub(super) fn read(path: &Path) -> io::Result<Held> {
		match File::open(path) {
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Held::default()),
			other => Self::replay(BufReader::new(other?)),
		}
	}

	/// Returns what is held after these lines.
	fn replay(lines: impl BufRead) -> io::Result<Held> {
		let mut held = Held::default();
		for line in lines.split(b'\n') {
			// The last line of a process that was killed may be cut off.
			if let Ok(line) = serde_json::from_slice::<Line>(&line?) {
				line.replay(&mut held);
			}
		}
		Ok(held)
	}

	/// Opens the journal at the start, when this is held: rewritten, if the disk has room for that.
	pub(super) fn open(path: &Path, held: &Held) -> io::Result<Self> {
		match Self::create(path, held) {
			Err(error) if is_full(&error) && path.exists() => Self::resume(path),
			other => other,
		}
	}

	/// Goes on with the journal that is there, after its last whole line.
	fn resume(path: &Path) -> io::Result<Self> {
		let text = fs::read(path)?;
		let length = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
		let lines = text.iter().filter(|byte| **byte == b'\n').count();
		let file = OpenOptions::new().append(true).open(path)?;
		file.set_len(length as u64)?;
		Ok(Self { path: path.into(), file, lines, length: length as u64, unwritten: Vec::new() })
	}

	/// Writes a journal of what is held now, beside the old one, which it then replaces. It is on the disk then.
	pub(super) fn create(path: &Path, held: &Held) -> io::Result<Self> {
		let new = path.with_extension("new");
		let written = Self::write_new(&new, held).and_then(|()| faults::write()).and_then(|()| fs::rename(&new, path));
		if let Err(error) = written {
			// It is in the way of what the disk has no room for.
			let _ = fs::remove_file(&new);
			return Err(error);
		}
		if let Some(dir) = path.parent() {
			File::open(dir)?.sync_all()?;
		}
		let file = OpenOptions::new().append(true).open(path)?;
		let length = file.metadata()?.len();
		Ok(Self { path: path.into(), file, lines: needed(held), length, unwritten: Vec::new() })
	}

	fn write_new(new: &Path, held: &Held) -> io::Result<()> {
		faults::write()?;
		let mut out = BufWriter::new(File::create(new)?);
		let mut write = |line: Line| -> io::Result<()> {
			serde_json::to_writer(&mut out, &line)?;
			out.write_all(b"\n")
		};
		for (cid, object) in &held.objects {
			for (who, hold) in &object.holds {
				let (who, until, room) = (who.clone(), hold.until, Some(hold.room));
				write(Line::Hold { cid: *cid, size: object.size, who, until, room })?;
			}
		}
		for (cid, name) in held.on_node() {
			write(Line::Mirrored { cid: *cid, name: name.into() })?;
		}
		for name in &held.loose {
			write(Line::Loose { name: name.clone() })?;
		}
		out.into_inner().map_err(|error| error.into_error())?.sync_all()
	}

	/// Adds a line; `held` is what is held with it. A journal that has grown long is rewritten instead.
	///
	/// # Errors
	///
	/// The disk's. The line is then written before the next one, so what is held in memory and here differs only until
	/// there is room.
	pub(super) fn append(&mut self, line: &Line, held: &Held) -> io::Result<()> {
		let is_long = self.lines > 2 * needed(held) + SPARE_LINES;
		if is_long || self.unwritten.len() > MAX_UNWRITTEN {
			match Self::create(&self.path, held) {
				Ok(new) => {
					*self = new;
					return Ok(());
				}
				Err(error) if self.unwritten.len() > MAX_UNWRITTEN || !is_full(&error) => return Err(error),
				Err(_) => (),
			}
		}
		serde_json::to_writer(&mut self.unwritten, line)?;
		self.unwritten.push(b'\n');
		if let Err(error) = faults::write_all(&mut self.file, &self.unwritten) {
			// A part of a line would spoil the next one.
			self.file.set_len(self.length)?;
			return Err(error);
		}
		self.lines += self.unwritten.iter().filter(|byte| **byte == b'\n').count();
		self.length += self.unwritten.len() as u64;
		self.unwritten.clear();
		Ok(())
	}

	/// Adds a line about what has gone. A full disk does not keep anything from going: the line is written with the next one.
	pub(super) fn append_soon(&mut self, line: &Line, held: &Held) -> io::Result<()> {
		match self.append(line, held) {
			Err(error) if is_full(&error) => Ok(()),
			other => other,
		}
	}

	/// Returns its file, to force it to the disk.
	pub(super) fn file(&self) -> io::Result<File> {
		self.file.try_clone()
	}
}

/// Returns how many lines a new journal has, at most: each content has a hold.
fn needed(held: &Held) -> usize {
	2 * held.holds + held.loose.len()
}

#[cfg(test)]
mod parsing;
