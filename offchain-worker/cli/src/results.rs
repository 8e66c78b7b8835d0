//! Downloads what a deal computed, and checks it against the chain.
//!
//! A result's name in the store follows from its digest on chain, so that a store cannot serve anything else: it is a
//! canonical archive by its SHA-256, or data for a callback by its keccak-256.

mod contents;
mod names;

use std::{
	fs::{self, File},
	path::{Path, PathBuf},
	time::Duration,
};

use rlc_chain::Chain;
use rlc_primitives::{
	deal::Deal,
	market::DealView,
	task::{Contribution, ContributionStatus},
	work::TaskView,
	DealId, ResultDigest, TaskId,
};
use rlc_service::Backoff;
use rlc_store::{
	archive::{self, UnpackLimits},
	Cid, Client, DownloadLimits, FetchError, FetchErrorKind,
};
use serde::Serialize;
use tokio::time::Instant;
use tracing::Instrument;

use self::names::Names;
pub(crate) use self::{contents::contents, names::remember};
use crate::{
	context::Context,
	deals::digest,
	failure::{disk, failure, Failure, Result},
	output::Progress,
	pool,
	table::{counted, size},
};

/// How long a winner has to upload its result after the task was closed.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(60);
/// The shortest and the longest time until the store is asked again whether it is there. Most winners upload within a few
/// hundredths of a second, which half a second would make ten times as long.
const AGAIN: Backoff = Backoff::new(Duration::from_millis(20), Duration::from_millis(500));
/// The most files and directories in a result.
const MAX_FILES: u32 = 1_000_000;
/// The directory of a download that is not complete.
const PART: &str = ".rlc-download";
/// The file in it of what was downloaded.
const CONTENT: &str = "result";
/// What callback data is called when it is downloaded.
const CALLBACK_DATA: &str = "callback-data";

/// A result that was downloaded and verified.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fetched {
	/// The task's index in the request.
	pub index: u64,
	/// The digest on chain.
	pub digest: ResultDigest,
	/// Its name in the store.
	pub cid: Cid,
	/// The directory that holds it.
	pub path: PathBuf,
	/// How many files it has.
	pub files: u32,
	/// Its size, in bytes.
	pub size: u64,
}

impl Fetched {
	/// Returns one line about it.
	pub(crate) fn line(&self) -> String {
		format!("task {}: {}, verified against the chain", self.index, self.location())
	}

	/// Returns where it is, and how much it is.
	pub(crate) fn location(&self) -> String {
		format!("{} ({}, {})", self.path.display(), counted(self.files.into(), "file"), size(self.size))
	}
}

/// A result that the chain has the digest of.
struct Promised {
	/// The task.
	id: TaskId,
	/// The task's index in the request.
	index: u64,
	/// What was revealed.
	digest: ResultDigest,
	/// How many workers revealed it: only these can deliver it.
	workers: usize,
}

impl Promised {
	fn of(view: &TaskView) -> Option<Self> {
		let proved = |one: &&Contribution| one.status == ContributionStatus::Proved;
		let workers = view.task.contributions.iter().filter(proved).count();
		Some(Self { id: view.id, index: view.task.index, digest: digest(view)?, workers })
	}

	/// Returns the failure if it cannot be downloaded.
	fn lost(&self, error: FetchError, trust: u64) -> Failure {
		match error.kind {
			FetchErrorKind::NotFound => self.undelivered(trust),
			_ => Failure::from(error).during(format_args!("the result of task {}", self.index)),
		}
	}

	/// Returns the failure if it does not arrive. A single worker can claim any digest, and be paid for it.
	fn undelivered(&self, trust: u64) -> Failure {
		let Self { index, digest, workers, .. } = self;
		let asked = counted(*workers as u64, "worker");
		let what = failure!(
			ResultUndelivered,
			"no result of task {index} has arrived with the digest {:?} that the chain holds, though {asked} revealed it",
			digest.0
		);
		match workers {
			0 | 1 => what.advise(format_args!(
				"at trust {trust} it rests on one worker's word: try again later, and ask for a higher --trust next time"
			)),
			_ => what.advise(
				"they keep it until the pool's store has room for it: try again later, or ask the workerpool's owner",
			),
		}
	}
}

/// Returns where a deal's results go without --output.
pub(crate) fn default_dir(deal: DealId) -> PathBuf {
	PathBuf::from(format!("result-{}", &hex::encode(deal.0)[..8]))
}

/// Returns the names in a store that a result of this digest may have, the likelier first: an app decides whether it leaves
/// files or data.
fn cids(deal: &Deal, digest: ResultDigest) -> [Cid; 2] {
	let (files, data) = (Cid::of_sha256(digest.0 .0), Cid::of_keccak(digest.0 .0));
	if deal.callback.is_some() {
		[data, files]
	} else {
		[files, data]
	}
}

/// Downloads, verifies and unpacks the results of these tasks: of one task into `output`, of several into a directory
/// each, which has the task's name if it was [noted](remember), or else its number. What is there already with the right
/// hash is not downloaded again, and nothing is overwritten.
///
/// # Errors
///
/// If some do not arrive in time, or cannot be kept here; the others are downloaded all the same.
pub(crate) async fn download(
	context: &Context,
	chain: &Chain,
	deal: &DealView,
	tasks: &[TaskView],
	output: &Path,
) -> Result<Vec<Fetched>> {
	let done: Vec<_> = tasks.iter().filter_map(Promised::of).collect();
	if done.is_empty() {
		return Ok(Vec::new());
	}
	let store = pool::store(&pool::url(context, chain, deal.deal.workerpool.id).await?)?;
	let progress = context.out.tasks("downloading", done.len() as u64);
	let end = Instant::now() + UPLOAD_PATIENCE;
	let names = Names::recall(output, deal.id, &deal.deal);
	let (count, mut fetched, mut missing) = (done.len(), Vec::new(), Vec::new());
	for promised in done {
		let into = match names.of(&deal.deal, promised.index) {
			Some(name) => output.join(name),
			None if tasks.len() == 1 => output.to_owned(),
			None => output.join(promised.index.to_string()),
		};
		let span = tracing::info_span!("download", deal = ?deal.id.0, task = ?promised.id.0);
		match one(&store, &deal.deal, &promised, into, end, &progress).instrument(span).await {
			Ok(result) => fetched.push(result),
			Err(wrong) => missing.push(wrong),
		}
		progress.set((fetched.len() + missing.len()) as u64);
	}
	match missing.into_iter().next() {
		None => Ok(fetched),
		Some(wrong) if count == 1 => Err(wrong),
		Some(wrong) => {
			Err(wrong.during(format_args!("{} of {count} results are in {}", fetched.len(), output.display())))
		}
	}
}

/// Checks that nothing is in the directory that results are to be unpacked into, but what an interrupted download left.
///
/// # Errors
///
/// If something is.
pub(crate) fn ensure_free(output: &Path) -> Result<()> {
	match is_filled(output) {
		true => Err(taken(output)),
		false => Ok(()),
	}
}

fn taken(output: &Path) -> Failure {
	failure!(OutputTaken, "{} holds something else", output.display(); "choose another --output")
}

async fn one(
	store: &Client,
	deal: &Deal,
	promised: &Promised,
	into: PathBuf,
	end: Instant,
	progress: &Progress,
) -> Result<Fetched> {
	let Promised { index, digest, .. } = *promised;
	if is_filled(&into) {
		let there = into.clone();
		let found = tokio::task::spawn_blocking(move || there_already(&there, digest)).await.unwrap_or_default();
		let Some((cid, files, size)) = found else {
			return Err(taken(&into));
		};
		return Ok(Fetched { index, digest, cid, path: into, files, size });
	}
	let content = content_of(&into)?;
	let cid = arrive(store, &cids(deal, digest), &content, end, progress).await;
	let cid = cid.map_err(|error| promised.lost(error, deal.trust))?;
	finish(index, cid, digest, into).await
}

/// Keeps a result that was computed here, which is in the file `from`, in `into`, as a download would leave it there.
///
/// # Errors
///
/// If it cannot be written, or is not a result.
pub(crate) async fn keep(index: u64, cid: Cid, digest: ResultDigest, from: &Path, into: PathBuf) -> Result<Fetched> {
	let content = content_of(&into)?;
	fs::copy(from, &content).map_err(disk(&content))?;
	finish(index, cid, digest, into).await
}

/// Returns the file that holds a result until it is complete, in a directory that is made below `into`. Thus a download
/// resumes after a break, and nothing half unpacked is taken for a whole result.
fn content_of(into: &Path) -> Result<PathBuf> {
	let part = into.join(PART);
	fs::create_dir_all(&part).map_err(disk(into))?;
	Ok(part.join(CONTENT))
}

/// Moves a complete result to where it belongs.
async fn finish(index: u64, cid: Cid, digest: ResultDigest, into: PathBuf) -> Result<Fetched> {
	let part = into.join(PART);
	let content = part.join(CONTENT);
	let (files, size) = if cid == Cid::of_sha256(digest.0 .0) {
		unpack(content, part.join("files"), into.clone()).await?
	} else {
		let size = fs::metadata(&content).map_err(disk(&into))?.len();
		fs::rename(&content, into.join(CALLBACK_DATA)).map_err(disk(&into))?;
		(1, size)
	};
	fs::remove_dir_all(&part).map_err(disk(&into))?;
	Ok(Fetched { index, digest, cid, path: into, files, size })
}

/// Returns what of this digest is in a directory already: packed again, it has the same hash.
fn there_already(dir: &Path, digest: ResultDigest) -> Option<(Cid, u32, u64)> {
	let data = dir.join(CALLBACK_DATA);
	if let Some(bytes) = fs::read(&data).ok().filter(|bytes| Cid::of_keccak(digest.0 .0).verify(bytes)) {
		return Some((Cid::of_keccak(digest.0 .0), 1, bytes.len() as u64));
	}
	let packed = archive::pack(dir, std::io::sink()).ok().filter(|packed| packed.sha256 == digest.0 .0)?;
	Some((packed.cid(), packed.files, packed.size))
}

/// Downloads what one of these names, and waits for it until `end` if it is not there yet.
async fn arrive(
	store: &Client,
	cids: &[Cid; 2],
	to: &Path,
	end: Instant,
	progress: &Progress,
) -> Result<Cid, FetchError> {
	let mut waits = AGAIN.waits();
	loop {
		let mut missing = None;
		for cid in cids {
			match store.download(cid, to, DownloadLimits::default(), |_, _| {}).await {
				Ok(_) => return Ok(*cid),
				Err(error) if error.kind == FetchErrorKind::NotFound => missing = Some(error),
				Err(error) => return Err(error),
			}
		}
		if let Some(error) = missing.filter(|_| Instant::now() >= end) {
			return Err(error);
		}
		progress.status("waiting for a worker to upload the result");
		tokio::time::sleep(waits.next_wait().unwrap_or_default()).await;
	}
}

/// Unpacks an archive, and moves its files to where they belong.
async fn unpack(archive: PathBuf, files: PathBuf, into: PathBuf) -> Result<(u32, u64)> {
	let unpacking = tokio::task::spawn_blocking(move || {
		let wrong = disk(&into);
		if files.exists() {
			// Left by an unpacking that was interrupted.
			fs::remove_dir_all(&files).map_err(&wrong)?;
		}
		let limits = UnpackLimits { max_size: DownloadLimits::default().max_size, max_files: MAX_FILES };
		let packed = archive::unpack(File::open(&archive).map_err(&wrong)?, &files, limits);
		let packed = packed.map_err(|error| failure!(ResultInvalid, "{}: {error}", into.display()))?;
		for entry in fs::read_dir(&files).map_err(&wrong)? {
			let entry = entry.map_err(&wrong)?;
			fs::rename(entry.path(), into.join(entry.file_name())).map_err(&wrong)?;
		}
		Ok((packed.files, packed.size))
	});
	unpacking.await.unwrap_or_else(|error| Err(failure!(Internal, "unpacking did not end: {error}")))
}

/// Returns whether a directory holds more than a download that is not complete.
fn is_filled(dir: &Path) -> bool {
	fs::read_dir(dir).is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name() != PART))
}

#[cfg(test)]
mod tests;
