//! Room for what a task writes, and for its result, from before it begins.

use std::path::{Path, PathBuf};

use rlc_disk::{on_disk, NoRoom, Part, Taken};
use rlc_primitives::assets::AppKind;
use rlc_sandbox::Limits;

use super::{fetch, Apps};
use crate::{disk::needed, ports::Computation, record::RunFailure};

/// What the smallest memory of a module has, in bytes.
const WASM_PAGE: u64 = 64 << 10;

/// A task's directories, removed when this is dropped.
pub(super) struct TaskDir {
	/// What it reads.
	pub input: PathBuf,
	/// What it writes.
	pub output: PathBuf,
	/// What it takes of the disk. Given back after the directories are gone.
	room: Taken,
	/// What it takes of the memory for files.
	_scratch: Option<Taken>,
}

impl Drop for TaskDir {
	fn drop(&mut self) {
		for dir in [&self.input, &self.output] {
			if let Err(error) = fetch::remove(dir) {
				tracing::warn!("{} stays: {error}", dir.display());
			}
		}
	}
}

impl Apps {
	/// Returns a task's directories, with the room that it may need: for what it writes, and for the result that is packed of
	/// it. A container has its own memory for what it writes, and leaves it on disk.
	pub(super) fn dir(&self, computation: &Computation) -> Result<TaskDir, NoRoom> {
		let name = hex::encode(computation.task.id().0);
		let limits = self.limits_of(computation.slots, &computation.plan.needs());
		let scratch = self.scratch.as_ref().filter(|_| computation.plan.app.kind == AppKind::Wasm);
		let in_memory = scratch.and_then(|scratch| {
			let room = scratch.budget.take(Part::Tasks, most_written(&limits)).ok()?;
			Some((scratch.dir.join(&name), room))
		});
		let bytes = if in_memory.is_some() { limits.output } else { needed(limits.output) };
		let room = self.disk.budget.take(Part::Tasks, bytes)?;
		let input = self.tasks.join(&name);
		let (output, scratch) = match in_memory {
			Some((output, room)) => (output, Some(room)),
			None => (self.tasks.join(format!("{name}-out")), None),
		};
		Ok(TaskDir { input, output, room, _scratch: scratch })
	}

	/// Keeps a result that was packed, if there is room for it.
	pub(super) fn keep(&self, result: &Path, dir: &mut TaskDir, size: u64) -> Result<(), RunFailure> {
		let unfinished = result.with_extension("part");
		// An archive is a little larger than what is in it.
		let room = dir.room.split(Part::Results, on_disk(size)).map_err(|error| error.to_string());
		let kept = room.and_then(|room| {
			let kept = self.results.keep(&unfinished, result, room);
			kept.map_err(|error| format!("the result cannot be kept: {error}"))
		});
		kept.map_err(|words| {
			// If that fails too, it is removed at the next start.
			let _ = self.results.remove(&unfinished);
			RunFailure::own(words)
		})
	}
}

/// Returns how many bytes a module can have in OUT. They count as its memory, of which it has at least one page for itself.
pub(crate) fn most_written(limits: &Limits) -> u64 {
	limits.output.min(limits.memory.saturating_sub(WASM_PAGE))
}
