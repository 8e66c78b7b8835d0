//! The journal of a store: what it holds, line by line, as JSON.

use std::{
	fs::{self, File, OpenOptions},
	io::{self, BufRead, BufReader, BufWriter, Write},
	path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{checked::Checked, held::Held};
use crate::Cid;

/// Lines that a journal may have beyond those it needs, before it is rewritten.
pub(super) const SPARE_LINES: usize = 10_000;

/// A line of the journal.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Line {
	/// A holder has a content until a time, in ms.
	Hold { cid: Cid, size: u64, who: String, until: u64 },
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
			Self::Hold { cid, size, who, until } => held.hold(cid, size, &who, until, Checked::default()),
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
}

impl Journal {
	/// Reads what a journal says is held; nothing if there is none.
	pub(super) fn read(path: &Path) -> io::Result<Held> {
		let mut held = Held::default();
		let file = match File::open(path) {
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(held),
			other => other?,
		};
		for line in BufReader::new(file).split(b'\n') {
			// The last line of a process that was killed may be cut off.
			if let Ok(line) = serde_json::from_slice::<Line>(&line?) {
				line.replay(&mut held);
			}
		}
		Ok(held)
	}

	/// Writes a journal of what is held now, beside the old one, which it then replaces. It is on the disk then.
	pub(super) fn create(path: &Path, held: &Held) -> io::Result<Self> {
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
		Ok(Self { path: path.into(), file: OpenOptions::new().append(true).open(path)?, lines: needed(held) })
	}

	/// Adds a line; `held` is what is held with it. A journal that has grown long is rewritten instead.
	pub(super) fn append(&mut self, line: &Line, held: &Held) -> io::Result<()> {
		if self.lines > 2 * needed(held) + SPARE_LINES {
			*self = Self::create(&self.path, held)?;
			return Ok(());
		}
		let mut bytes = serde_json::to_vec(line)?;
		bytes.push(b'\n');
		self.file.write_all(&bytes)?;
		self.lines += 1;
		Ok(())
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
