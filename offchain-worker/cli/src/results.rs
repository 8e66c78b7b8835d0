//! Getting what a deal computed, and checking it against the chain.
//!
//! A result's name in the store follows from its digest on chain, so whoever serves it cannot serve anything else: it is
//! a canonical archive by its SHA-256, or data for a callback by its keccak-256.

use std::{
	fs::{self, File},
	path::{Path, PathBuf},
	time::Duration,
};

use rlc_chain::Chain;
use rlc_primitives::{
	deal::Deal,
	market::DealView,
	task::{Contribution, ContributionStatus, Stage},
	work::TaskView,
	DealId, ResultDigest,
};
use rlc_store::{
	archive::{self, UnpackLimits},
	Cid, Client, DownloadLimits, FetchError, FetchErrorKind,
};
use serde::Serialize;
use tokio::time::Instant;

use crate::{
	context::Context,
	failure::{failure, Failure, Result},
	output::Progress,
	pool,
	table::{counted, size},
};

/// How long a winner has to upload its result after the task was closed.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(60);
/// How often the store is asked whether it is there.
const AGAIN: Duration = Duration::from_millis(500);
/// The most files in a result.
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
pub struct Fetched {
	/// The task's index in the request.
	pub index: u64,
	/// The digest on chain.
	pub digest: ResultDigest,
	/// Its name in the store.
	pub cid: Cid,
	/// Where it is now.
	pub path: PathBuf,
	/// How many files it has.
	pub files: u32,
	/// How large it is, in bytes.
	pub size: u64,
}

impl Fetched {
	/// In one line.
	pub fn line(&self) -> String {
		format!("task {}: {}, verified against the chain", self.index, self.place())
	}

	/// Where it is, and how much it is.
	pub fn place(&self) -> String {
		format!("{} ({}, {})", self.path.display(), counted(self.files.into(), "file"), size(self.size))
	}
}

/// The digest of a task's result, if it has one.
pub fn digest(view: &TaskView) -> Option<ResultDigest> {
	match &view.task.stage {
		Stage::Completed(consensus) => consensus.digest,
		_ => None,
	}
}

/// A result that the chain has the digest of.
struct Promised {
	/// The task's index in the request.
	index: u64,
	/// What was revealed.
	digest: ResultDigest,
	/// How many workers revealed it: the only ones who can deliver it.
	workers: usize,
}

impl Promised {
	fn of(view: &TaskView) -> Option<Self> {
		let proved = |one: &&Contribution| one.status == ContributionStatus::Proved;
		let workers = view.task.contributions.iter().filter(proved).count();
		Some(Self { index: view.task.index, digest: digest(view)?, workers })
	}

	/// What is said when it does not come. A worker that stands alone can claim any digest, and be paid for it.
	fn undelivered(&self, trust: u64) -> Failure {
		let Self { index, digest, workers } = self;
		let asked = counted(*workers as u64, "worker");
		let what = failure!(
			"nobody has delivered a result of task {index} with the digest {:?} that the chain has; it was asked of {asked}",
			digest.0
		);
		match workers {
			0 | 1 => what.advise(format_args!(
				"at trust {trust} it rests on one worker's word: try once more later, and ask for a higher --trust next time"
			)),
			_ => what.advise("try again later, or ask the workerpool's owner"),
		}
	}
}

/// Where a deal's results go if nobody says.
pub fn default_dir(deal: DealId) -> PathBuf {
	PathBuf::from(format!("result-{}", &hex::encode(deal.0)[..8]))
}

/// The names that a result of this digest may have, the likelier first: an app decides whether it leaves files or data.
fn names(deal: &Deal, digest: ResultDigest) -> [Cid; 2] {
	let (files, data) = (Cid::of_sha256(digest.0 .0), Cid::of_keccak(digest.0 .0));
	if deal.callback.is_some() {
		[data, files]
	} else {
		[files, data]
	}
}

/// Download, verify and unpack the results of these tasks: of one task into `output`, of several into a directory each.
/// What is there already and has the right hash is not asked for again, and nothing is overwritten.
///
/// # Errors
///
/// If some are not in the store in time, or cannot be kept here; the others are downloaded all the same.
pub async fn download(
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
	let store = pool::store(&pool::url(chain, deal.deal.workerpool.id).await?)?;
	let progress = context.out.tasks("downloading", done.len() as u64);
	let end = Instant::now() + UPLOAD_PATIENCE;
	let (count, mut fetched, mut missing) = (done.len(), Vec::new(), Vec::new());
	for promised in done {
		let into = if tasks.len() == 1 { output.to_owned() } else { output.join(promised.index.to_string()) };
		match one(&store, &deal.deal, &promised, into, end, &progress).await {
			Ok(result) => fetched.push(result),
			Err(wrong) => missing.push(wrong),
		}
		progress.set((fetched.len() + missing.len()) as u64);
	}
	match missing.into_iter().next() {
		None => Ok(fetched),
		Some(wrong) if count == 1 => Err(wrong),
		Some(wrong) => Err(failure!("{} of {count} results are in {}; {wrong}", fetched.len(), output.display())),
	}
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
			return Err(failure!("{} holds something else; give another place with --output", into.display()));
		};
		return Ok(Fetched { index, digest, cid, path: into, files, size });
	}
	let content = content_of(&into)?;
	let names = names(deal, digest);
	let cid = arrive(store, &names, &content, end, progress).await;
	let cid = cid.map_err(|error| match error.kind {
		FetchErrorKind::NotFound => promised.undelivered(deal.trust),
		_ => Failure::during(format_args!("the result of task {index}"), error),
	})?;
	settle(index, cid, digest, into).await
}

/// Keep a result of this machine's own, which is in the file `from`, in `into`, as a download would leave it there.
///
/// # Errors
///
/// If it cannot be written, or is no result.
pub async fn keep(index: u64, cid: Cid, digest: ResultDigest, from: &Path, into: PathBuf) -> Result<Fetched> {
	let content = content_of(&into)?;
	fs::copy(from, &content).map_err(|error| failure!("{}: {error}", content.display()))?;
	settle(index, cid, digest, into).await
}

/// The file of a result whose place is `into` until it is complete, in a directory that is made. Beside its place, so
/// that a download goes on after a break, and nothing half unpacked is taken for a whole result.
fn content_of(into: &Path) -> Result<PathBuf> {
	let part = into.join(PART);
	fs::create_dir_all(&part).map_err(|error| failure!("{}: {error}", into.display()))?;
	Ok(part.join(CONTENT))
}

/// Give a complete result its place.
async fn settle(index: u64, cid: Cid, digest: ResultDigest, into: PathBuf) -> Result<Fetched> {
	let disk = |error: std::io::Error| failure!("{}: {error}", into.display());
	let part = into.join(PART);
	let content = part.join(CONTENT);
	let (files, size) = if cid == Cid::of_sha256(digest.0 .0) {
		unpack(content, part.join("files"), into.clone()).await?
	} else {
		let size = fs::metadata(&content).map_err(disk)?.len();
		fs::rename(&content, into.join(CALLBACK_DATA)).map_err(disk)?;
		(1, size)
	};
	fs::remove_dir_all(&part).map_err(disk)?;
	Ok(Fetched { index, digest, cid, path: into, files, size })
}

/// What of this digest is in a directory already: packed again, it has the same hash.
fn there_already(dir: &Path, digest: ResultDigest) -> Option<(Cid, u32, u64)> {
	let data = dir.join(CALLBACK_DATA);
	if let Some(bytes) = fs::read(&data).ok().filter(|bytes| Cid::of_keccak(digest.0 .0).verify(bytes)) {
		return Some((Cid::of_keccak(digest.0 .0), 1, bytes.len() as u64));
	}
	let packed = archive::pack(dir, std::io::sink()).ok().filter(|packed| packed.sha256 == digest.0 .0)?;
	Some((packed.cid(), packed.files, packed.size))
}

/// Download what has one of these names, and wait for it until `end` if it is not there yet.
async fn arrive(
	store: &Client,
	names: &[Cid; 2],
	to: &Path,
	end: Instant,
	progress: &Progress,
) -> Result<Cid, FetchError> {
	loop {
		let mut missing = None;
		for cid in names {
			match store.download(cid, to, DownloadLimits::default(), |_, _| {}).await {
				Ok(_) => return Ok(*cid),
				Err(error) if error.kind == FetchErrorKind::NotFound => missing = Some(error),
				Err(error) => return Err(error),
			}
		}
		if let Some(error) = missing.filter(|_| Instant::now() >= end) {
			return Err(error);
		}
		progress.status("waiting for the winner's upload");
		tokio::time::sleep(AGAIN).await;
	}
}

/// Unpack an archive and give its files their place.
async fn unpack(archive: PathBuf, files: PathBuf, into: PathBuf) -> Result<(u32, u64)> {
	let unpacking = tokio::task::spawn_blocking(move || {
		let wrong = |error: &dyn std::fmt::Display| failure!("{}: {error}", into.display());
		if files.exists() {
			// From a time when unpacking was broken off.
			fs::remove_dir_all(&files).map_err(|error| wrong(&error))?;
		}
		let limits = UnpackLimits { max_size: DownloadLimits::default().max_size, max_files: MAX_FILES };
		let packed = archive::unpack(File::open(&archive).map_err(|error| wrong(&error))?, &files, limits);
		let packed = packed.map_err(|error| wrong(&error))?;
		for entry in fs::read_dir(&files).map_err(|error| wrong(&error))? {
			let entry = entry.map_err(|error| wrong(&error))?;
			fs::rename(entry.path(), into.join(entry.file_name())).map_err(|error| wrong(&error))?;
		}
		Ok((packed.files, packed.size))
	});
	unpacking.await.unwrap_or_else(|error| Err(failure!("unpacking did not end: {error}")))
}

/// Whether something is there, beside a download that is not complete.
fn is_filled(dir: &Path) -> bool {
	fs::read_dir(dir).is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name() != PART))
}

#[cfg(test)]
mod tests;
