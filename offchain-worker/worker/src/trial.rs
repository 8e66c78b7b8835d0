//! Trying an app out: one run as a task's, without chain, scheduler or account.

use std::{
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};

use rlc_disk::Budget;
use rlc_primitives::{
	assets::{App, AppKind, Dataset},
	deal::{Deal, Resource, Settlement},
	market::{DealProgress, DealView},
	work::TaskRef,
	AccountId, AppId, CategoryId, DatasetId, DealId, Tag, WorkerpoolId,
};
use rlc_protocol::RequestParams;
use rlc_sandbox::{Compiler, ContainerTier, Limits, WasmTier};
use rlc_store::{FetchConfig, Fetcher};
use tokio::{sync::watch, time::Instant};

use crate::{
	clock::millis,
	dirs::Dirs,
	disk::Disk,
	error::Error,
	plan::Plan,
	ports::{Computation, Runner},
	results::Results,
	run::Apps,
};
pub use crate::{
	ports::Finished,
	record::{Output, OutputKind, RunFailure},
};

/// What fetching files of this machine may take beside the run.
const FETCH_TIME: Duration = Duration::from_secs(600);

/// A task of a request that nobody made. Its app, dataset and inputs may be files of this machine (`file://`).
///
/// Its deal is always the same one, so the app finds the same ids and the same randomness each time.
#[derive(Clone, Debug)]
pub struct Trial {
	/// The app.
	pub app: App,
	/// The app's arguments.
	pub args: Vec<String>,
	/// The dataset, if the request has one.
	pub dataset: Option<Dataset>,
	/// Where the input files are.
	pub inputs: Vec<String>,
	/// Which of the request's tasks it is.
	pub index: u64,
	/// How many tasks the request has.
	pub tasks: u64,
	/// What the app may use. Its time is that of a category, and sets the fuel too.
	pub limits: Limits,
}

impl Trial {
	/// Runs it, and leaves the result in the file `result` as it would be uploaded. `dir` is an empty directory for this
	/// run only. It ends soon once `stop` is true.
	///
	/// # Errors
	///
	/// [`Error`], if the directory cannot be used, or nothing can be run here at all. Whatever else goes wrong is the run's
	/// outcome.
	pub async fn run(self, dir: &Path, result: PathBuf, stop: watch::Receiver<bool>) -> Result<Finished, Error> {
		// As a worker does: modules may have a part of them.
		rlc_service::files::allow_all();
		let dirs = Dirs::make(dir)?;
		let containers = match self.app.kind {
			AppKind::Wasm => Err("the app is a module".into()),
			AppKind::Container => ContainerTier::probe(&dirs.containers).await.map_err(|why| why.to_string()),
		};
		let apps = Apps {
			fetcher: Fetcher::new(FetchConfig { allow_file: true, ..FetchConfig::new(&dirs.cache) })?,
			wasm: WasmTier::new(Compiler::this_program(), None)?,
			containers,
			limits: self.limits.clone(),
			slots: 1,
			most_input: u64::MAX,
			tasks: dirs.tasks.clone(),
			scratch: None,
			nothing: dirs.nothing.clone(),
			results: Arc::new(Results::new(dirs.results.clone(), &Budget::unlimited())),
			disk: Arc::new(Disk::unlimited(&dirs, self.limits.output)),
			account: nobody(),
			misbehave: None,
		};
		let mut deal = deal(self.tasks, self.dataset.as_ref());
		deal.deal.reference_time = millis(self.limits.time);
		let computation = Computation {
			task: TaskRef { deal: deal.id, index: self.index },
			plan: Arc::new(Plan {
				deal,
				app: self.app,
				dataset: self.dataset,
				params: RequestParams { iexec_input_files: self.inputs, ..RequestParams::default() },
				args: self.args,
			}),
			slots: 1,
			time: self.limits.time,
			until: Instant::now() + FETCH_TIME + self.limits.time,
			result,
			tap: None,
			progress: Box::new(|_| {}),
		};
		Ok(apps.run(computation, stop).await)
	}
}

fn nobody() -> AccountId {
	AccountId::new([0; 32])
}

/// Returns a made-up deal of this many tasks, at trust 1.
pub(crate) fn deal(tasks: u64, dataset: Option<&Dataset>) -> DealView {
	let dataset = dataset.map(|dataset| DatasetId::derive(&nobody(), dataset));
	let deal = Deal {
		app: Resource { id: AppId::default(), owner: nobody(), price: 0 },
		dataset: dataset.map(|id| Resource { id, owner: nobody(), price: 0 }),
		workerpool: Resource { id: WorkerpoolId::default(), owner: nobody(), price: 0 },
		payer: nobody(),
		requester: nobody(),
		beneficiary: None,
		callback: None,
		category: CategoryId(0),
		reference_time: 0,
		trust: 1,
		tag: Tag::NONE,
		start: 0,
		opened: 0,
		first: 0,
		size: tasks,
		worker_stake: 0,
		charge: 0,
		pool_stake: 0,
		scheduler_ratio: 0,
		settlement: Settlement::Automatic,
	};
	let progress = DealProgress {
		open: tasks,
		kept: tasks,
		closed_at: None,
		depositor: nobody(),
		deposit: 0,
		retention: 0,
		unattended: false,
	};
	DealView { id: DealId::default(), deal, params: Default::default(), progress }
}
