//! Putting a worker together, and taking it apart.

use std::{fs, future::Future, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use futures::FutureExt;
use rlc_chain::{Chain, Key};
use rlc_protocol::{address, worker::Resources, Account, PoolDescription};
use rlc_sandbox::{ContainerTier, Limits, WasmTier};
use rlc_service::{http, listen, observe, one_line, Shutdown, Watchdog};
use rlc_store::{Client, FetchConfig, Fetcher, Perimeter, Reach, Url};
use sp_core::H256;
use tokio::{
	sync::{mpsc, watch},
	task::{spawn_blocking, JoinHandle},
};
use tracing::Instrument;

use crate::{
	actor::{Actor, Bounds, Parts},
	config::Config,
	containers,
	delivery::Pool,
	dirs::Dirs,
	disk::{self, Disk},
	error::Error,
	handle::{Exit, Handle},
	journal::{Journal, JournalError},
	link::{Identity, Link, Whereabouts},
	machine::{self, Machine},
	messages::Status,
	metrics::{Metrics, Watched},
	node::Node,
	offer::Offer,
	ports::ChainPort,
	record::Record,
	results::Results,
	run::{most_written, Apps},
	scratch::Scratch,
	sync,
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

/// Starts a worker that speaks for `key` on `chain`. It takes up what its directory's journal holds.
///
/// The scheduler need not be there yet: the worker tries until it is.
///
/// # Errors
///
/// [`Error`], if the configuration, the directory, the chain or the machine cannot be used.
pub async fn start(config: Config, chain: Chain, key: Key) -> Result<Handle, Error> {
	// Each task may have more than a hundred open.
	rlc_service::files::allow_all();
	let span = tracing::info_span!("worker", worker = %Account(key.account()));
	start_inside(config, chain, key).instrument(span).await
}

/// Starts a worker. All that it spawns stays in the current span.
async fn start_inside(mut config: Config, chain: Chain, key: Key) -> Result<Handle, Error> {
	let (scheduler, websocket) = addresses(&config.scheduler)?;
	let dirs = Dirs::make(&config.dir)?;
	let node = Arc::new(Node::new(chain.clone(), key.clone()));
	let now = chain.clock().await?;
	let (journal, records) = take_up(&dirs, &node).await?;
	let disk = Arc::new(Disk::new(&dirs, config.disk));
	let mut machine = Machine::measure(&config, disk.shares().promised);
	let results = Arc::new(Results::new(dirs.results.clone(), &disk.budget));
	let fetcher = fetcher(&config, &scheduler, &dirs, &disk)?;
	let cached = fetcher.clone();
	let containers = containers::tier(&config, &dirs.containers, &disk).await?;
	// After the images: what gives way last is begun with last.
	let wasm = WasmTier::new(config.compiler.clone(), Some((dirs.modules.as_path(), &disk.budget)))?;
	(machine, config.slots) = containers::served(containers.as_ref().ok(), machine, &config);
	let (tier, speed) = (containers.as_ref().ok().cloned(), speed(wasm.clone()).await?);
	let offer = Offer { machine, config: config.clone(), tier, speed };
	let (changes, offered) = watch::channel(offer.resources());
	let resources = offered.borrow().clone();
	let limits = limits(&machine, config.logs);
	let scratch = dirs.scratch(slot(&limits, &resources))?;
	let scratch_dir = scratch.as_ref().map(|scratch| scratch.dir.clone());
	let sandbox = Sandbox { fetcher, wasm, containers, scratch, limits, results: results.clone(), disk: disk.clone() };
	let shutdown = Shutdown::new();
	let metrics = Arc::new(Metrics::new()?);
	let (back, inbox) = mpsc::unbounded_channel();
	let (outgoing, to_link) = mpsc::unbounded_channel();
	let (status, statuses) = watch::channel(Status::default());
	let metrics_address = serve(config.metrics, metrics.clone(), statuses.clone(), &shutdown).await?;
	let parts = Parts {
		chain: node.clone(),
		runner: Arc::new(apps(sandbox, &config, dirs, resources.slots, &node)),
		delivery: Arc::new(Pool { store: Client::new([scheduler])?, link: outgoing.clone() }),
		link: outgoing,
		shows: Arc::default(),
		status,
		metrics: metrics.clone(),
		results: results.clone(),
		watchdog: Watchdog::new(config.manager.as_ref()),
		disk: disk.clone(),
	};
	shutdown.spawn(sync::watch(chain.clone(), back.clone()));
	let link = Link {
		url: websocket,
		identity: identity(&node, chain, key, &config, offered, cached),
		outgoing: to_link,
		status: statuses,
		actor: back.clone(),
		results,
		shows: parts.shows.clone(),
	};
	let actor = Actor::new(parts, bounds(&config, &resources), (journal, records), (back.clone(), inbox), now);
	let actor = tokio::spawn(actor.run().in_current_span());
	let link = shutdown.spawn(link.run());
	shutdown.spawn(disk::watch(disk, changes.clone(), back.clone()));
	shutdown.spawn(offer.follow(changes, metrics, shutdown.clone()));
	shutdown.spawn(machine::watch(config.activation, back.clone()));
	let exited = exit_of(end(actor, link, shutdown, scratch_dir));
	Ok(Handle { actor: back, exited, resources, metrics: metrics_address })
}

/// Opens the journal, and removes what a crash left that it does not know. Returns what is in hand, too.
async fn take_up(dirs: &Dirs, node: &Node) -> Result<(Journal, Vec<Record>), Error> {
	// What the start has to write may need it, if the disk is full.
	dirs.ballast().release();
	let (journal, records) = Journal::open(&dirs.journal, &node.account(), node.genesis()).await?;
	if !records.is_empty() {
		tracing::info!("{} tasks are taken up from the journal", records.len());
	}
	dirs.clean(&records)?;
	rlc_sandbox::clean(&dirs.containers).await?;
	Ok((journal, records))
}

/// Returns where a scheduler and its store are, and its JSON-RPC.
fn addresses(base: &str) -> Result<(Url, String), Error> {
	let wrong = || Error::Address(base.into());
	let scheduler = base.parse().map_err(|_| wrong())?;
	let websocket = address::websocket(base).ok_or_else(wrong)?;
	if address::is_clear_text(base) {
		tracing::warn!("{base} is spoken to in clear text: anyone on the way can read and change what is said");
	}
	Ok((scheduler, websocket))
}

/// Returns a channel that says how the worker ended, once it has.
fn exit_of(end: impl Future<Output = Result<(), Error>> + Send + 'static) -> watch::Receiver<Option<Exit>> {
	let (exit, exited) = watch::channel(None);
	let ending = async move {
		exit.send_replace(Some(end.await.map_err(Arc::new)));
	};
	tokio::spawn(ending.in_current_span());
	exited
}

/// Returns what the scheduler is told about this worker: who it is, and what it has.
fn identity(
	node: &Node,
	chain: Chain,
	key: Key,
	config: &Config,
	resources: watch::Receiver<Resources>,
	fetcher: Fetcher,
) -> Identity {
	Identity {
		account: Account(node.account()),
		signer: key.is_proxy().then(|| Account(key.signer())),
		genesis: node.genesis(),
		workerpool: config.workerpool,
		whereabouts: whereabouts(chain),
		sign: Box::new(move |payload: &[u8]| key.sign(payload)),
		operator: config.operator.clone(),
		resources,
		cached: Box::new(move || fetcher.cached().into_iter().map(H256).collect()),
		standby: false,
	}
}

/// Returns what asks the chain where a pool's scheduler is.
fn whereabouts(chain: Chain) -> Whereabouts {
	Box::new(move |pool| {
		let chain = chain.clone();
		let asked = async move {
			let found = chain.workerpool(pool).await.map_err(|error| error.to_string())?;
			Ok(found.and_then(|pool| PoolDescription::parse(&pool.content.description).url))
		};
		asked.boxed()
	})
}

/// Waits until the loop has ended, and ends all that runs beside it.
async fn end(
	actor: JoinHandle<Result<(), JournalError>>,
	link: JoinHandle<()>,
	shutdown: Shutdown,
	scratch: Option<PathBuf>,
) -> Result<(), Error> {
	let ended = match actor.await {
		Ok(ended) => ended.map_err(Error::Journal),
		Err(error) => Err(Error::Inside(error.to_string())),
	};
	if let Err(error) = &ended {
		tracing::error!("the worker ends: {}", one_line(error));
	}
	if shutdown.finish(FAREWELL).await.is_err() {
		link.abort();
	}
	if let Some(scratch) = scratch {
		// What is left there goes at the next start.
		let _ = fs::remove_dir(scratch);
	}
	ended
}

/// Returns how many instructions a second modules execute here.
async fn speed(wasm: WasmTier) -> Result<u64, Error> {
	spawn_blocking(move || wasm.speed()).await.map_err(|error| Error::Inside(error.to_string()))
}

fn fetcher(config: &Config, scheduler: &Url, dirs: &Dirs, disk: &Disk) -> Result<Fetcher, Error> {
	let fetcher = Fetcher::new(FetchConfig {
		cache_size: most_input(config, disk),
		budget: disk.budget.clone(),
		stores: vec![scheduler.clone()],
		ipfs: config.ipfs.clone(),
		gateways: config.ipfs_gateways.clone(),
		max_size: config.max_download,
		timeout: config.download_time,
		allow_file: config.allow_files,
		reach: Reach {
			private: config.allow_private_networks,
			perimeter: Perimeter::new(config.denied_networks.iter().copied()),
			proxy: config.proxy.clone(),
			..Reach::default()
		},
		..FetchConfig::new(&dirs.cache)
	});
	Ok(fetcher?)
}

/// What apps are run with.
struct Sandbox {
	fetcher: Fetcher,
	wasm: WasmTier,
	/// The tier, or why there is none.
	containers: Result<ContainerTier, String>,
	scratch: Option<Scratch>,
	/// What all tasks together may use.
	limits: Limits,
	results: Arc<Results>,
	disk: Arc<Disk>,
}

/// Returns how much is kept of inputs, and the most that one task's may have together.
fn most_input(config: &Config, disk: &Disk) -> u64 {
	// A worker that has no room at the start may have some later.
	match disk.shares().cache {
		0 => config.cache,
		share => config.cache.min(share),
	}
}

/// Returns how many bytes a module in one slot may write.
fn slot(limits: &Limits, resources: &Resources) -> u64 {
	let slots = u64::from(resources.slots.max(1));
	most_written(&Limits { output: resources.disk / slots, memory: limits.memory / slots, ..limits.clone() })
}

fn apps(sandbox: Sandbox, config: &Config, dirs: Dirs, slots: u32, node: &Node) -> Apps {
	let Sandbox { fetcher, wasm, containers, scratch, limits, results, disk } = sandbox;
	let most_input = most_input(config, &disk);
	Apps {
		fetcher,
		wasm,
		containers,
		limits,
		slots,
		most_input,
		tasks: dirs.tasks,
		scratch,
		nothing: dirs.nothing,
		results,
		disk,
		account: node.account(),
		misbehave: config.misbehave,
	}
}

fn bounds(config: &Config, resources: &Resources) -> Bounds {
	Bounds {
		resources: resources.clone(),
		keep_for: config.keep_results,
		quiet: QUIET,
		grace: GRACE,
		batch_time: BATCH_TIME,
		max_tip: config.max_tip,
	}
}

/// Serves `/metrics` and `/healthz` until the shutdown, if there is an address for them. Returns where.
async fn serve(
	address: Option<SocketAddr>,
	metrics: Arc<Metrics>,
	status: watch::Receiver<Status>,
	shutdown: &Shutdown,
) -> Result<Option<SocketAddr>, Error> {
	let Some(address) = address else { return Ok(None) };
	let listener = listen::bind(address, "metrics").await?;
	let address = listener.address();
	let routes = observe::routes(Arc::new(Watched { metrics, status }));
	shutdown.spawn(http::serve(listener, routes, http::Limits::default(), shutdown.clone()));
	Ok(Some(address))
}

/// Returns what all tasks together may use, but for time, fuel, and disk.
fn limits(machine: &Machine, logs: usize) -> Limits {
	Limits { memory: machine.memory, cpus: machine.cores as f32, log: logs, ..Limits::default() }
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn tasks_share_the_machine() {
		let machine = Machine { cores: 4, memory: 800, disk: 400 };
		let limits = limits(&machine, 10);
		assert_eq!((limits.memory, limits.cpus, limits.log), (800, 4.0, 10));
	}
}
