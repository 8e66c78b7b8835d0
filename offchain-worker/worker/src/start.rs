//! Putting a worker together, and taking it apart.

use std::{
	collections::HashSet,
	fs::{self, Permissions},
	io,
	net::SocketAddr,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};

use rlc_chain::{Chain, Key};
use rlc_protocol::{worker::Resources, Account};
use rlc_sandbox::{Limits, WasmTier};
use rlc_store::{Client, FetchConfig, Fetcher, Url};
use sp_core::H256;
use tokio::{
	sync::{mpsc, watch},
	task::spawn_blocking,
	time::timeout,
};

use crate::{
	actor::{Actor, Bounds, Message, Parts},
	config::Config,
	containers,
	delivery::Pool,
	journal::{Journal, JournalError},
	link::{self, Identity, Link, Status},
	machine::{self, Machine},
	metrics::{self, Metrics},
	node::Node,
	ports::ChainPort,
	record::{Record, State},
	results::Results,
	run::Apps,
	scratch,
};

/// How often the chain is asked about a task of which nothing was heard.
const QUIET: Duration = Duration::from_secs(60);

/// How long what may have been sent before the start has to get into a block, before it is sent again: a block's time, and
/// a little more. A second one would be refused, and cost its fee.
const GRACE: Duration = Duration::from_secs(7);

/// How long the first of a batch waits for others: less than a block takes, and more than the next short tasks.
const BATCH_TIME: Duration = Duration::from_millis(50);

/// How long the last words to the scheduler may take.
const FAREWELL: Duration = Duration::from_secs(5);

/// Why a worker does not start, or had to end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// The scheduler's address is none.
	#[error("{0:?} is no scheduler's address; write http://HOST:PORT or https://HOST:PORT")]
	Address(String),
	/// The worker's directory cannot be used.
	#[error("{} cannot be used: {error}; give the worker a directory that it may write to", path.display())]
	Directory {
		/// What in it.
		path: PathBuf,
		/// What the system says.
		error: io::Error,
	},
	/// The journal cannot be used.
	#[error(transparent)]
	Journal(#[from] JournalError),
	/// The chain cannot be asked.
	#[error(transparent)]
	Chain(#[from] rlc_chain::Error),
	/// Apps cannot be run.
	#[error("apps cannot be run here: {0}")]
	Sandbox(#[from] rlc_sandbox::Error),
	/// Apps were to have what only containers have.
	#[error(
		"apps in containers cannot be given a network or graphics processors: {0}; see to that, or start the worker \
		 without them"
	)]
	NoContainers(String),
	/// Apps were to have a network.
	#[error("{0}; or start the worker without a network for apps")]
	NoNetwork(#[from] rlc_sandbox::NoNetwork),
	/// Apps were to have a graphics processor.
	#[error("{0}; or start the worker without it")]
	NoDevice(#[from] rlc_sandbox::NoDevice),
	/// Nothing can be fetched.
	#[error("nothing can be fetched here: {0}")]
	Fetch(#[from] rlc_store::FetchError),
	/// The metrics cannot be served.
	#[error("metrics cannot be served at {address}: {error}; choose another address")]
	Metrics {
		/// The configured address.
		address: SocketAddr,
		/// What the system says.
		error: io::Error,
	},
	/// Part of the worker ended by itself.
	#[error("the worker failed inside: {0}")]
	Inside(String),
}

/// A worker that runs. It goes on when this is dropped.
#[derive(Debug)]
pub struct Handle {
	actor: mpsc::UnboundedSender<Message>,
	exited: watch::Receiver<Option<Result<(), Arc<Error>>>>,
	resources: Resources,
	metrics: Option<SocketAddr>,
}

impl Handle {
	/// End now: what runs is stopped, and what is in hand goes on after the next start. Returns when it has ended.
	///
	/// # Errors
	///
	/// As of [`exited`](Self::exited).
	pub async fn stop(&self) -> Result<(), Arc<Error>> {
		// It may have ended already.
		drop(self.actor.send(Message::Stop));
		self.exited().await
	}

	/// Take nothing more, and end when all that is in hand is settled: computed, revealed and handed over.
	pub fn drain(&self) {
		// It may have ended already.
		drop(self.actor.send(Message::Drain));
	}

	/// Returns when the worker has ended: it was stopped, or drained and done.
	///
	/// # Errors
	///
	/// If it ended because its journal could not be written.
	pub async fn exited(&self) -> Result<(), Arc<Error>> {
		let mut exited = self.exited.clone();
		let result = exited.wait_for(Option::is_some).await.map(|result| result.clone());
		let unknown = || Err(Arc::new(Error::Inside("it is not known how it ended".into())));
		result.ok().flatten().unwrap_or_else(unknown)
	}

	/// What the worker offers to its pool.
	pub fn resources(&self) -> &Resources {
		&self.resources
	}

	/// Where `/metrics` is served.
	pub fn metrics(&self) -> Option<SocketAddr> {
		self.metrics
	}
}

/// Start a worker that speaks for `key` on `chain`. It takes up what its directory's journal holds.
///
/// The scheduler need not be there yet: the worker tries until it is.
///
/// # Errors
///
/// [`Error`], if the configuration, the directory, the chain or the machine cannot be used.
pub async fn start(config: Config, chain: Chain, key: Key) -> Result<Handle, Error> {
	let address = || Error::Address(config.scheduler.clone());
	let scheduler: Url = config.scheduler.parse().map_err(|_| address())?;
	let websocket = link::websocket(&config.scheduler).ok_or_else(address)?;
	let dirs = Dirs::make(&config.dir)?;
	let node = Arc::new(Node::new(chain.clone(), key.clone()));
	let now = chain.now().await?;
	let (journal, records) = Journal::open(&dirs.journal, &node.account(), node.genesis()).await?;
	if !records.is_empty() {
		log::info!("{} tasks are taken up from the journal", records.len());
	}
	dirs.clean(&records)?;
	rlc_sandbox::clean(&dirs.containers).await?;

	let machine = Machine::measure(&dirs.results, config.memory, config.disk);
	let wasm = WasmTier::new(Some(&dirs.modules))?;
	let containers = containers::tier(&config, &dirs.containers).await?;
	let measured = wasm.clone();
	let speed = spawn_blocking(move || measured.speed()).await.map_err(|error| Error::Inside(error.to_string()))?;
	let resources = machine.resources(&config, containers.is_ok(), speed);
	let fetcher = Fetcher::new(FetchConfig {
		cache_size: config.cache,
		stores: vec![scheduler.clone()],
		ipfs: config.ipfs,
		max_size: config.max_download,
		timeout: config.download_time,
		allow_file: config.allow_files,
		allow_private_networks: config.allow_private_networks,
		..FetchConfig::new(&dirs.cache)
	})?;
	let cached = fetcher.clone();

	let metrics = Arc::new(Metrics::new().map_err(|error| Error::Inside(error.to_string()))?);
	let (back, inbox) = mpsc::unbounded_channel();
	let (outgoing, to_link) = mpsc::unbounded_channel();
	let (status, to_heartbeats) = watch::channel(Status::default());
	let scratch = dirs.scratch(machine.memory)?;
	let results = Arc::new(Results::new(dirs.results));
	let apps = Apps {
		fetcher,
		wasm,
		containers,
		limits: limits(&machine, config.logs),
		slots: resources.slots,
		most_input: config.cache,
		tasks: dirs.tasks,
		scratch: scratch.clone(),
		nothing: dirs.nothing,
		results: results.clone(),
		account: node.account(),
		misbehave: config.misbehave,
	};
	let parts = Parts {
		chain: node.clone(),
		runner: Arc::new(apps),
		delivery: Arc::new(Pool { store: Client::new([scheduler])?, link: outgoing.clone() }),
		link: outgoing,
		status,
		metrics: metrics.clone(),
		results: results.clone(),
	};
	let bounds = Bounds {
		resources: resources.clone(),
		keep_for: config.keep_results,
		keep_bytes: machine.disk,
		quiet: QUIET,
		grace: GRACE,
		batch_time: BATCH_TIME,
	};
	let server = match config.metrics {
		None => None,
		Some(address) => {
			let served = metrics::serve(metrics, address).await;
			Some(served.map_err(|error| Error::Metrics { address, error })?)
		}
	};
	let link = Link {
		url: websocket,
		identity: Identity {
			account: Account(node.account()),
			genesis: node.genesis(),
			sign: Box::new(move |payload: &[u8]| key.sign(payload)),
			operator: config.operator,
			resources: resources.clone(),
			cached: Box::new(move || cached.cached().into_iter().map(H256).collect()),
		},
		outgoing: to_link,
		status: to_heartbeats,
		actor: back.clone(),
		results,
	};
	let actor = Actor::new(parts, bounds, (journal, records), (back.clone(), inbox), now);
	let link = tokio::spawn(link.run());
	let activation = tokio::spawn(machine::watch(config.activation, back.clone()));
	let (exit, exited) = watch::channel(None);
	let metrics_address = server.as_ref().map(|(address, _)| *address);
	tokio::spawn(async move {
		let result = match tokio::spawn(actor.run()).await {
			Ok(result) => result.map_err(Error::Journal),
			Err(error) => Err(Error::Inside(error.to_string())),
		};
		if let Err(error) = &result {
			log::error!("the worker ends: {error}");
		}
		activation.abort();
		let link_end = link.abort_handle();
		if timeout(FAREWELL, link).await.is_err() {
			link_end.abort();
		}
		if let Some((_, server)) = server {
			server.abort();
		}
		// What is left there goes at the next start.
		drop(scratch.map(fs::remove_dir));
		exit.send_replace(Some(result.map_err(Arc::new)));
	});
	Ok(Handle { actor: back, exited, resources, metrics: metrics_address })
}

/// What all tasks together may use, but for time and fuel.
fn limits(machine: &Machine, logs: usize) -> Limits {
	Limits { memory: machine.memory, output: machine.disk, cpus: machine.cores as f32, log: logs, ..Limits::default() }
}

/// A worker's directories.
pub(crate) struct Dirs {
	all: PathBuf,
	journal: PathBuf,
	pub results: PathBuf,
	pub tasks: PathBuf,
	pub containers: PathBuf,
	pub cache: PathBuf,
	modules: PathBuf,
	pub nothing: PathBuf,
}

impl Dirs {
	pub fn make(dir: &Path) -> Result<Self, Error> {
		fs::create_dir_all(dir).map_err(|error| Error::Directory { path: dir.into(), error })?;
		let dir = dir.canonicalize().map_err(|error| Error::Directory { path: dir.into(), error })?;
		let make = |name: &str| {
			let path = dir.join(name);
			match fs::create_dir_all(&path) {
				Ok(()) => Ok(path),
				Err(error) => Err(Error::Directory { path, error }),
			}
		};
		let nothing = make("nothing")?;
		// A container's user is a stranger here, and reads it.
		fs::set_permissions(&nothing, Permissions::from_mode(0o755))
			.map_err(|error| Error::Directory { path: nothing.clone(), error })?;
		Ok(Self {
			journal: dir.join("journal"),
			results: make("results")?,
			tasks: make("tasks")?,
			containers: make("containers")?,
			cache: make("cache")?,
			modules: make("modules")?,
			nothing,
			all: dir,
		})
	}

	/// Where modules write, empty, if that is not on disk. Tasks may have so many bytes of memory.
	fn scratch(&self, memory: u64) -> Result<Option<PathBuf>, Error> {
		let path = match scratch::in_memory(&self.all, memory) {
			Ok(path) => path,
			Err(why) => {
				log::info!("modules write on disk, which is slower: {why}");
				return Ok(None);
			}
		};
		let failed = |error| Error::Directory { path: path.clone(), error };
		for left in fs::read_dir(&path).map_err(failed)? {
			fs::remove_dir_all(left.map_err(failed)?.path()).map_err(failed)?;
		}
		Ok(Some(path))
	}

	/// Remove what the journal does not know: what ran, and results of tasks that have ended.
	fn clean(&self, records: &[Record]) -> Result<(), Error> {
		let open = records.iter().filter(|record| !matches!(record.state, State::Ended(_)));
		let wanted: HashSet<String> = open.map(|record| hex::encode(record.id().0)).collect();
		let unwanted = |path: &Path| {
			let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
			!name.is_some_and(|name| wanted.contains(&name))
		};
		for (dir, all) in [(&self.tasks, true), (&self.results, false)] {
			let failed = |error| Error::Directory { path: dir.clone(), error };
			for entry in fs::read_dir(dir).map_err(failed)? {
				let path = entry.map_err(failed)?.path();
				if all || unwanted(&path) {
					let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
					removed.map_err(|error| Error::Directory { path, error })?;
				}
			}
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		record::{End, Output, OutputKind},
		testing::record,
	};

	#[test]
	fn start_removes_what_the_journal_does_not_know() {
		let dir = tempfile::tempdir().unwrap();
		let dirs = Dirs::make(dir.path()).unwrap();
		let output = Output { digest: Default::default(), kind: OutputKind::Archive, size: 0 };
		let records = [record(0, State::Revealed(output)), record(1, State::Ended(End::Completed))];
		let files: Vec<_> = records.iter().map(|record| dirs.results.join(hex::encode(record.id().0))).collect();
		let others = [dirs.results.join("stranger"), files[0].with_extension("part")];
		files.iter().chain(&others).for_each(|file| fs::write(file, "x").unwrap());
		let left = dirs.tasks.join("abc/out");
		fs::create_dir_all(&left).unwrap();
		dirs.clean(&records).unwrap();
		assert!(files[0].exists() && !files[1].exists());
		assert!(!others[0].exists() && !others[1].exists() && !left.exists());
	}

	#[test]
	fn a_containers_user_can_read_nothing_whatever_the_umask() {
		let dir = tempfile::tempdir().unwrap();
		let nothing = dir.path().join("nothing");
		fs::create_dir(&nothing).unwrap();
		fs::set_permissions(&nothing, Permissions::from_mode(0o700)).unwrap();
		Dirs::make(dir.path()).unwrap();
		assert_eq!(fs::metadata(nothing).unwrap().permissions().mode() & 0o777, 0o755);
	}

	#[test]
	fn tasks_share_the_machine() {
		let machine = Machine { cores: 4, memory: 800, disk: 400 };
		let limits = limits(&machine, 10);
		assert_eq!((limits.memory, limits.output, limits.cpus, limits.log), (800, 400, 4.0, 10));
	}
}
