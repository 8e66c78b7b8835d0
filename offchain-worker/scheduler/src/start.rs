//! Starting and stopping.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use rlc_chain::{Chain, Key, Sender};
use rlc_primitives::{Moment, WorkerpoolId};
use rlc_service::{
	listen::{bind, bind_local, Listener, LocalListener},
	Shutdown, Watchdog,
};
use rlc_store::{Ipfs, Store, StoreConfig};
use tokio::{
	sync::{mpsc, watch, Semaphore},
	task::JoinHandle,
	time::{sleep, Instant},
};

use crate::{
	chain::PoolChain,
	db::Db,
	decide::sale::Limits,
	files,
	metrics::Metrics,
	model::Selling,
	node::NodeChain,
	pool::{Identity, Means, Pool, Terms, CALLS, INPUTS},
	registration::{find_or_register, Reach},
	server::Server,
	vouching::Entry,
	Admission, Config, Error,
};

/// A scheduler that runs. Dropping the handle does not stop it.
pub struct Handle {
	/// Where it listens.
	pub address: SocketAddr,
	/// Its pool.
	pub workerpool: WorkerpoolId,
	/// Since when the pool's orders were withdrawn when it started, in ms, if they were: it had lost too much stake.
	pub withdrawn: Option<Moment>,
	/// Since when its operator had it paused when it started, in ms, if that is so.
	pub paused: Option<Moment>,
	looked: watch::Receiver<bool>,
	shutdown: Shutdown,
	ended: watch::Receiver<bool>,
	server: Server,
	pool: JoinHandle<Result<(), Error>>,
}

impl Handle {
	/// Stops it: connections end, what was decided is written down. Workers go on, and join again when it is back.
	///
	/// # Errors
	///
	/// Why it had ended by itself, if it had.
	pub async fn stop(self) -> Result<(), Error> {
		self.shutdown.begin();
		self.server.stop().await;
		self.pool.await.map_err(Error::internal)?
	}

	/// Waits until the pool's orders have been looked at for the first time: what is to be on sale is, if that was possible. Or
	/// until it ends by itself.
	pub async fn has_sold(&self) {
		let mut looked = self.looked.clone();
		tokio::select! {
			_ = looked.wait_for(|looked| *looked) => {}
			() = self.exited() => {}
		}
	}

	/// Waits until it ends, by itself: [`stop`](Self::stop) then says why.
	pub async fn exited(&self) {
		let _ = self.ended.clone().wait_for(|ended| *ended).await;
	}
}

/// For how long a start is tried while the database is away, and the pause between two tries.
const START_TIME: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(250);

/// Starts a scheduler: it returns when it listens. A database that goes away meanwhile is waited for, for a while.
///
/// # Errors
///
/// [`Error`]: what keeps it from starting.
pub async fn start(config: Config, chain: Chain, key: Key) -> Result<Handle, Error> {
	config.check_urls()?;
	let begun = Instant::now();
	loop {
		match try_to_start(config.clone(), chain.clone(), key.clone()).await {
			Err(Error::Db(error)) if error.is_passing() && begun.elapsed() < START_TIME => {
				tracing::warn!("it cannot start yet: {error}");
				sleep(PAUSE).await;
			}
			done => return done,
		}
	}
}

async fn try_to_start(config: Config, chain: Chain, key: Key) -> Result<Handle, Error> {
	let traffic = files::bounded(config.traffic.clone(), rlc_service::files::allow_all());
	let config = Config { traffic, ..config };
	let listener = listen(&config).await?;
	let address = listener.address();
	let sender = Sender::new(chain.clone(), key.clone());
	let scheme = if listener.is_encrypted() { "https" } else { "http" };
	let db = Db::open(&config.database).await?;
	let known = db.workerpool(chain.genesis()).await?;
	// A mistake in its name would keep all workers out.
	if let Admission::Group(group) = config.admission {
		chain.group(group).await?.ok_or(Error::UnknownGroup(group))?;
	}
	let reach = Reach { public: config.public_url.as_deref(), here: &format!("{scheme}://{address}") };
	let workerpool = find_or_register(&config.pool, known, &reach, &chain, &sender).await?;
	let account = key.account();
	let genesis = chain.genesis();
	let domain = chain.domain().await?;
	let identity = Identity { workerpool, account, genesis, domain, key };
	let chain = Arc::new(NodeChain::new(chain, sender, workerpool));
	start_over(config, listener, db, chain, identity).await
}

/// Binds the address of the configuration.
///
/// # Errors
///
/// [`Error::ClearText`], if strangers could read what goes over the network there.
pub(crate) async fn listen(config: &Config) -> Result<Listener, Error> {
	let is_private = config.listen.ip().to_canonical().is_loopback() || !config.traffic.proxies.is_empty();
	if config.tls.is_none() && !is_private && !config.clear_text {
		return Err(Error::ClearText(config.listen));
	}
	let listener = bind(config.listen, "the scheduler").await?;
	Ok(match &config.tls {
		Some(tls) => listener.with_tls(tls.clone()),
		None => listener,
	})
}

/// Starts a scheduler over any chain.
pub(crate) async fn start_over(
	config: Config,
	listener: Listener,
	db: Db,
	chain: Arc<dyn PoolChain>,
	identity: Identity,
) -> Result<Handle, Error> {
	db.claim(identity.workerpool, identity.genesis).await?;
	if let Some(url) = config.instance_url.as_ref().filter(|_| db.is_shared()) {
		db.announce(url).await?;
	}
	let store = open_store(&config, &db).await?;
	let terms = terms(&config);
	if config.resume {
		let now = chain.clock().await.map_err(|error| Error::NoTime(error.to_string()))?.chain;
		db.set_selling(Selling::resumed(now)).await?;
	}
	let Selling { withdrawn, paused, .. } = db.selling().await?;
	let (look, looked) = watch::channel(false);
	let (inputs, receiver) = mpsc::channel(INPUTS);
	let shutdown = Shutdown::new();
	let workerpool = identity.workerpool;
	let means = Means {
		identity: Arc::new(identity),
		terms: Arc::new(terms),
		chain,
		db: db.clone(),
		store,
		http: asker().map_err(Error::internal)?,
		misses: Arc::default(),
		metrics: Arc::new(Metrics::new().map_err(Error::internal)?),
		inputs,
		links: Arc::default(),
		shows: Arc::default(),
		board: Arc::default(),
		looked: Arc::new(look),
		calls: Arc::new(Semaphore::new(CALLS)),
		shutdown: shutdown.clone(),
	};
	let operators = listen_to_operators(&config.admin).await;
	let entry = Entry { admission: config.admission, vouched: config.vouched, least_stake: config.least_stake };
	let server = Server::start(listener, operators, config.traffic, entry, means.clone()).await?;
	let address = server.address;
	let (end, ended) = watch::channel(false);
	let store = means.store.clone();
	let mirror = tokio::spawn(async move { store.mirror().await });
	let pool = Pool::new(means, Watchdog::new(config.manager.as_ref()));
	let pool = tokio::spawn(async move {
		let result = pool.run(receiver).await;
		let result = result.inspect_err(|error| tracing::error!("the scheduler ends: {error}"));
		// What was under way is done again after the next start.
		mirror.abort();
		let _ = mirror.await;
		db.close().await;
		let _ = end.send(true);
		result
	});
	tracing::info!(workerpool = ?workerpool.0, "scheduler at {address}");
	Ok(Handle { address, workerpool, withdrawn, paused, looked, shutdown, ended, server, pool })
}

/// Returns what asks other instances. It follows no redirections: what it shows them is for them alone.
fn asker() -> reqwest::Result<reqwest::Client> {
	reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()
}

/// Binds the socket for the operator's commands. The scheduler works without it: `rlc scheduler pause` and the like do not.
async fn listen_to_operators(path: &Path) -> Option<LocalListener> {
	let bound = bind_local(path, "the scheduler's operator").await;
	bound.inspect_err(|error| tracing::error!("{error}")).ok()
}

/// Returns how the pool is run.
fn terms(config: &Config) -> Terms {
	Terms {
		heartbeat: millis(config.heartbeat).max(1),
		max_result: config.max_result,
		retention: millis(config.retention),
		quota_each: config.store_quota_each,
		uploads_per_rlc: config.uploads_per_rlc,
		max_failures: config.max_failures,
		limits: Limits { max_loss: config.max_loss, quiet: config.quiet.map(millis) },
		offers: config.offers.clone(),
		maintenance: config.maintenance.clone(),
	}
}

/// Opens the store, with a secret that outlives restarts. Instances that share a database issue tokens for each other.
async fn open_store(config: &Config, db: &Db) -> Result<Store, Error> {
	let fresh = hex::encode(rand::random::<[u8; 32]>());
	let secret = db.meta_or_insert("secret", &fresh).await?;
	let mut key = [0; 32];
	hex::decode_to_slice(&secret, &mut key).map_err(Error::internal)?;
	let store = StoreConfig {
		quota_total: config.store_quota,
		uploads_share: config.store_uploads,
		quota_each: config.store_quota_each,
		retention: config.retention,
		key,
		ipfs: config.ipfs.clone().map(Ipfs::new).transpose().map_err(Error::internal)?,
		cache_size: config.store_cache,
		// The chain's: no jump of this machine's clock ends what is paid for.
		second_clock: true,
	};
	Ok(Store::open(&config.store_dir, store).await?)
}

fn millis(duration: Duration) -> u64 {
	duration.as_millis().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{PoolChoice, Traffic};

	/// Returns whether a scheduler listens at any address of this machine, set up so.
	async fn is_listening(change: impl FnOnce(&mut Config)) -> bool {
		let mut config = Config::new(PoolChoice::Named("test".into()), "/nowhere");
		config.listen = ([0, 0, 0, 0], 0).into();
		change(&mut config);
		match listen(&config).await {
			Ok(_) => true,
			Err(Error::ClearText(address)) => {
				assert_eq!(address, config.listen);
				false
			}
			Err(other) => panic!("{other}"),
		}
	}

	#[tokio::test]
	async fn nothing_is_said_in_clear_text_beyond_this_machine_unless_that_is_asked_for() {
		assert!(!is_listening(|_| ()).await);
		assert!(!is_listening(|config| config.listen = "[::]:0".parse().unwrap()).await);
		assert!(is_listening(|config| config.listen = ([127, 0, 0, 9], 0).into()).await);
		assert!(is_listening(|config| config.clear_text = true).await);
		let traffic = Traffic { proxies: vec![[10, 0, 0, 5].into()], ..Traffic::default() };
		assert!(is_listening(|config| config.traffic = traffic).await);
		let dir = tempfile::tempdir().unwrap();
		let (certificate, key) = (dir.path().join("certificate.pem"), dir.path().join("key.pem"));
		let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
		std::fs::write(&certificate, made.serialize_pem().unwrap()).unwrap();
		std::fs::write(&key, made.serialize_private_key_pem()).unwrap();
		let tls = rlc_service::Tls::read(&certificate, &key).unwrap();
		assert!(is_listening(|config| config.tls = Some(tls)).await);
	}
}
