//! How a scheduler is set up.

use std::{
	collections::BTreeSet,
	net::{IpAddr, SocketAddr},
	path::PathBuf,
	time::Duration,
};

use rlc_primitives::{AccountId, Balance, WorkerpoolId, RLC};
use rlc_service::{week::Windows, ServiceManager, Tls};
use rlc_store::Url;

pub use crate::admission::Admission;
pub use crate::offer::Offer;

/// Which pool a scheduler runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoolChoice {
	/// One that is registered.
	Registered(WorkerpoolId),
	/// The key's pool with this name, which is registered if it does not exist yet.
	Named(String),
}

/// How much of a scheduler everybody gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
	/// The most connections, of workers, requesters, and the store's clients. A newcomer takes the place of one of the address
	/// that has the most.
	pub connections: u32,
	/// The most connections of one address, beside those of its workers.
	pub connections_each: u32,
	/// The most workers of one address that keep their connections when others need room.
	pub workers_each: u32,
	/// How many calls and requests one address may make in a second, beside those of its workers. It may make those of ten
	/// seconds at once; what is above waits.
	pub calls_each: u32,
	/// The addresses of reverse proxies before the scheduler: for whom they speak, they say in `X-Forwarded-For`.
	pub proxies: Vec<IpAddr>,
}

impl Default for Traffic {
	fn default() -> Self {
		Self { connections: 2_000, connections_each: 64, workers_each: 256, calls_each: 50, proxies: Vec::new() }
	}
}

/// How a scheduler is set up.
#[derive(Clone, Debug)]
pub struct Config {
	/// The pool. Its owner's key is the scheduler's.
	pub pool: PoolChoice,
	/// Where to listen; port 0 takes a free one.
	pub listen: SocketAddr,
	/// The certificate that it shows, with which it speaks TLS. `None`: it speaks in clear text.
	pub tls: Option<Tls>,
	/// Whether it speaks in clear text beyond this machine though no [proxy](Traffic::proxies) is named, before which TLS
	/// ends: where nobody else is on the network.
	pub clear_text: bool,
	/// Where others reach it: `http(s)://host:port`. The pool's description on the chain is made to say so. `None`: what that
	/// says, and of a new pool, the address that it listens at.
	pub public_url: Option<String>,
	/// Where clients reach this instance itself, when several share a pool behind one `public_url`: `http(s)://host:port`.
	/// The other instances redirect clients there that ask for what this one has. `None`: they do not know of it.
	pub instance_url: Option<String>,
	/// The database: `sqlite:FILE`, with the path as it is, or `postgres://…` when several schedulers share the pool.
	pub database: String,
	/// Where the store keeps results and inputs.
	pub store_dir: PathBuf,
	/// What the store holds, in bytes.
	pub store_quota: u64,
	/// How much of that is for uploads of accounts, in percent. The rest is for results alone.
	pub store_uploads: u8,
	/// What it holds of each account's uploads, and of each requester's results, in bytes.
	pub store_quota_each: u64,
	/// How many bytes an account can upload for each RLC that it recently paid this pool, beyond a trial.
	pub uploads_per_rlc: u64,
	/// The RPC of an IPFS node that keeps what is in the store, such as `http://127.0.0.1:5001`: one of this instance alone.
	/// `None`: it is on this disk only.
	pub ipfs: Option<Url>,
	/// How much of what that node has stays in `store_dir` too, in bytes.
	pub store_cache: u64,
	/// How long results, apps' output and records are kept after their deal closed, and uploads after they came.
	pub retention: Duration,
	/// The largest result, in bytes.
	pub max_result: u64,
	/// Which workers it admits.
	pub admission: Admission,
	/// Accounts that it vouches for, of workers and of operators, if it admits anyone. Workers that nobody vouches for vote as
	/// one operator, and get no tasks on which one worker decides alone. The scheduler's own account is vouched for always.
	pub vouched: BTreeSet<AccountId>,
	/// What the account of a worker that nobody vouches for has to own when it joins, in nRLC, beside the stake of a task.
	pub least_stake: Balance,
	/// How often workers give a sign of life. After three times that in silence they are lost.
	pub heartbeat: Duration,
	/// How much of it everybody gets.
	pub traffic: Traffic,
	/// From which failure rate on, in percent, deals of a requester or of an app are served after all others that have as much
	/// time. Above 100: none.
	pub max_failures: u8,
	/// How much stake may be lost in a day, in nRLC, before the pool's orders are withdrawn. `None`: any.
	pub max_loss: Option<Balance>,
	/// After how long without such a loss they are published again. `None`: only by hand.
	pub quiet: Option<Duration>,
	/// Whether the pool sells from this start on, though too much stake was lost, or its operator had paused it.
	pub resume: bool,
	/// What is on sale. The scheduler then owns the pool's orders: it publishes, replaces and withdraws them. `None`: what the
	/// pool's owner publishes by hand, as long as there is no reason to sell nothing.
	pub offers: Option<Vec<Offer>>,
	/// When the workers rest. What would not be done before is not sold.
	pub maintenance: Option<Windows>,
	/// The socket, in the file system, at which it takes its operator's commands.
	pub admin: PathBuf,
	/// Who hears that the pool is ready, and that it takes its turns.
	pub manager: Option<ServiceManager>,
}

impl Config {
	/// Returns a scheduler with the usual limits, which keeps everything below `dir`, and listens at a
	/// free port of this machine.
	pub fn new(pool: PoolChoice, dir: impl Into<PathBuf>) -> Self {
		let dir = dir.into();
		Self {
			pool,
			listen: SocketAddr::from(([127, 0, 0, 1], 0)),
			tls: None,
			clear_text: false,
			public_url: None,
			instance_url: None,
			database: format!("sqlite:{}", dir.join("scheduler.db").display()),
			store_dir: dir.join("store"),
			store_quota: 64 << 30,
			store_uploads: 25,
			store_quota_each: 16 << 30,
			uploads_per_rlc: 1 << 30,
			ipfs: None,
			store_cache: 4 << 30,
			retention: Duration::from_secs(30 * 24 * 3_600),
			max_result: 1 << 30,
			admission: Admission::Open,
			vouched: BTreeSet::new(),
			least_stake: 10 * RLC,
			heartbeat: Duration::from_secs(1),
			traffic: Traffic::default(),
			max_failures: 50,
			max_loss: Some(5 * RLC),
			quiet: None,
			resume: false,
			offers: None,
			maintenance: None,
			admin: dir.join("admin.sock"),
			manager: None,
		}
	}
}
