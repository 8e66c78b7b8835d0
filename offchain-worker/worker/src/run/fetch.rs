//! Getting the app, the dataset and the inputs of a task, each checked against what the chain or its location says.

use std::{
	fs::{self, Permissions},
	io,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};

use rlc_primitives::work::FailureCause;
use rlc_protocol::worker::Step;
use rlc_store::{CancellationToken, FetchError, FetchErrorKind, Fetched};

use super::Apps;
use crate::{
	environment,
	ports::{Computation, Stop},
	record::RunFailure,
};

/// All that a task needs. The cache keeps it while this lives.
pub(super) struct Inputs {
	app: Fetched,
	dataset: Option<(String, Fetched)>,
	/// The app's arguments.
	args: Vec<String>,
	/// What the task's own part is written in, if it has one.
	#[allow(dead_code, reason = "it is only held")]
	list: Option<Fetched>,
	names: Vec<String>,
	files: Vec<Fetched>,
}

impl Apps {
	/// Gets all that a task needs, unless `stop` is told first.
	#[tracing::instrument(skip_all)]
	pub(super) async fn fetch(&self, computation: &Computation, mut stop: Stop) -> Result<Inputs, RunFailure> {
		let token = CancellationToken::new();
		let fetching = self.fetch_all(computation, &token);
		tokio::select! {
			inputs = fetching => inputs,
			_ = stop.wait_for(|stopped| *stopped) => Err(RunFailure::own("stopped")),
		}
	}

	async fn fetch_all(&self, computation: &Computation, stop: &CancellationToken) -> Result<Inputs, RunFailure> {
		let plan = &computation.plan;
		let app = text(&plan.app.location, FailureCause::AppUnavailable, "the app")?;
		let app = self.fetcher.fetch(app, Some(plan.app.checksum.0), stop).await;
		let app = app.map_err(|error| failure(&error, FailureCause::AppUnavailable, "the app"))?;
		let mut left = self.most_input;
		take_room(&mut left, &app)?;
		(computation.progress)(Step::AppFetched);
		let dataset = match &plan.dataset {
			None => None,
			Some(dataset) => {
				let (cause, what) = (FailureCause::DatasetUnavailable, "the dataset");
				let location = text(&dataset.location, cause, what)?;
				let fetched = self.fetcher.fetch(location, Some(dataset.checksum.0), stop).await;
				let fetched = fetched.map_err(|error| failure(&error, cause, what))?;
				take_room(&mut left, &fetched)?;
				Some((environment::file_name(location, "dataset"), fetched))
			}
		};
		let (entry, list) = self.entry(computation, &mut left, stop).await?;
		let args = entry.args.unwrap_or_else(|| plan.args.clone());
		let shared = &plan.params.iexec_input_files;
		let locations = [shared.as_slice(), &entry.inputs].concat();
		let names = environment::input_names(&locations, dataset.as_ref().map(|(name, _)| name.as_str()));
		let mut files = Vec::with_capacity(locations.len());
		for (place, location) in locations.iter().enumerate() {
			let fetched = self.fetcher.fetch(location, None, stop).await;
			// The list comes between the request's files and the task's own.
			let file = number_of(place + usize::from(place >= shared.len()));
			let cause = FailureCause::InputUnavailable { file };
			let fetched = fetched.map_err(|error| failure(&error, cause, &format!("input file {}", place + 1)))?;
			take_room(&mut left, &fetched)?;
			files.push(fetched);
		}
		Ok(Inputs { app, dataset, args, list, names, files })
	}
}

impl Inputs {
	pub fn app(&self) -> &Path {
		self.app.path()
	}

	pub fn args(&self) -> &[String] {
		&self.args
	}

	pub fn dataset_name(&self) -> Option<&str> {
		self.dataset.as_ref().map(|(name, _)| name.as_str())
	}

	pub fn input_names(&self) -> &[String] {
		&self.names
	}

	/// Returns whether there is nothing to read.
	pub fn is_empty(&self) -> bool {
		self.dataset.is_none() && self.files.is_empty()
	}

	/// Makes a task's directories, and puts what it reads into the first one, which is left out if that is nothing.
	pub fn lay_out(&self, input: &Path, output: &Path) -> io::Result<()> {
		// A crash may have left them.
		remove(input)?;
		remove(output)?;
		fs::create_dir(output)?;
		if self.is_empty() {
			return Ok(());
		}
		fs::create_dir(input)?;
		// A container's user is a stranger here. The files are readable for all as they come from the cache.
		fs::set_permissions(input, Permissions::from_mode(0o755))?;
		let inputs = self.names.iter().zip(&self.files);
		let dataset = self.dataset.iter().map(|(name, file)| (name, file));
		inputs.chain(dataset).try_for_each(|(name, file)| link(file.path(), input.join(name)))
	}
}

/// Removes a directory, if it is there.
pub(super) fn remove(dir: &Path) -> io::Result<()> {
	match fs::remove_dir_all(dir) {
		Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
		_ => Ok(()),
	}
}

/// Takes the room of a file from what is left of the cache. What is in use stays there, however full it is: so a task that
/// names many files is ended before it fills the disk.
pub(super) fn take_room(left: &mut u64, fetched: &Fetched) -> Result<(), RunFailure> {
	let rest = left.checked_sub(fetched.size());
	*left =
		rest.ok_or_else(|| RunFailure::own("its app, dataset and inputs have more than this worker's cache holds"))?;
	Ok(())
}

/// Returns a file's number as causes have it.
pub(super) fn number_of(place: usize) -> u32 {
	place.try_into().unwrap_or(u32::MAX)
}

/// Makes the same file available at another path, by a copy where it cannot be linked.
fn link(from: &Path, to: PathBuf) -> io::Result<()> {
	fs::hard_link(from, &to).or_else(|_| fs::copy(from, &to).map(drop))
}

fn text<'a>(location: &'a [u8], cause: FailureCause, what: &str) -> Result<&'a str, RunFailure> {
	std::str::from_utf8(location).map_err(|_| RunFailure::of_task(cause, format!("the location of {what} is not text")))
}

/// Returns whose fault it is that something was not fetched. If it cannot be reached from here, that may be this machine's
/// fault: others will say.
pub(super) fn failure(error: &FetchError, cause: FailureCause, what: &str) -> RunFailure {
	let words = format!("{what} was not fetched: {error}");
	match error.kind {
		FetchErrorKind::Disk | FetchErrorKind::Stopped => RunFailure::own(words),
		_ => RunFailure::of_task(cause, words),
	}
}
