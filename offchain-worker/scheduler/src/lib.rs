//! A workerpool: admission, delegation, supervision, settlement.
//!
//! One process for each pool (or several, which share one PostgreSQL). The chain is the record: who contributed what, and
//! who is paid. The scheduler decides who works on what, and remembers what the chain does not: workers, their progress,
//! why they failed, where results are. It can be killed at any moment; when it starts again it reads its database and the
//! chain, and goes on without doing anything twice.
//!
//! ```text
//!            ┌────────────────────── scheduler ───────────────────────┐
//! node  ───► │ blocks ─► State ─► decisions ─► database ─► effects    │ ───► finalize, reopen, abandon
//!            │             ▲                                 │        │
//! workers ─► │ join, heartbeat, report      instructions ◄─────────┤        │ ◄─── requesters: task, logs, upload
//!            │                              store  ◄─────────┘        │
//!            └────────────────────────────────────────────────────────┘
//! ```
//!
//! | part | what it decides or does |
//! |---|---|
//! | `model` | what is known: deals, tasks, workers, and the indexes over them |
//! | `events`, `members` | how it changes with what happens on chain, and with what workers say |
//! | `supervision` | what a task needs next; with `replication`, `failures` and `uploads` |
//! | `queue`, `placement` | which task is next, and which worker gets it |
//! | `admission` | who may join |
//! | `pool` | the loop around them: gathers, decides, writes down, does |
//! | `db` | SQLite or PostgreSQL |
//! | `elsewhere` | what other instances of the pool have in their stores |
//! | `chain`, `node` | what is asked of a chain, and a node that answers |
//! | `server` | JSON-RPC over WebSocket at `/`, the store at `/store/`, `/metrics`, `/healthz`, on one port |
//!
//! # Placement
//!
//! A worker's resources are divided equally among its slots. A task takes as many slots as cover what its request says
//! that it needs ([`rlc_protocol::Needs::slots`]; one, if it says nothing), and is only given to a worker that has so
//! many, has the deal's tag and runs the app's kind. Of these the least loaded one gets it, by slots, rather one that has
//! app and dataset already. Deals take turns, as many as slots that they are given. A task for which no worker has enough
//! slots free, though one has them in all, has that worker kept for it when its deal's turn has come; the others go on
//! with what is smaller. What no worker could hold waits for one that can until its deadline, as what demands a tag that
//! no worker has.
//!
//! # For operators
//!
//! - **A node that keeps enough.** The scheduler reads from its node what happened while it was down. A node that prunes
//!   keeps the state of a few hundred blocks. A scheduler that was down longer has to be started over an archive node: one
//!   that runs with `--state-pruning archive`, and did before the scheduler went down. Over another it warns, and passes
//!   over what is discarded, for good: deals that were opened then are not computed.
//! - **Several instances** share a pool, by one PostgreSQL, behind one load balancer, whose address is the pool's URL.
//!   Each has a store of its own, and an address of its own ([`Config::instance_url`]) that clients reach. An instance
//!   that is asked for a content that another one has answers with 307 and the other's address; that is followed, unless
//!   it leads into a private network. What an instance has that does not run is not there until it is back. An upload of
//!   more than 1 MiB comes in pieces, which belong together: the balancer has to send a client's requests to the same
//!   instance while it runs, for example by the client's address. A worker that is connected to another instance than
//!   before goes on: what it brings there, also logs and the data of callbacks, is written into the database, where the
//!   instance that looks after the task finds it.
//! - **An IPFS node** ([`Config::ipfs`]) keeps the store's contents instead of this disk, which then is a cache of
//!   [`Config::store_cache`] bytes and of what the node does not have yet. Clients go on asking the scheduler; nobody waits
//!   for the node until a content is asked for that has left the disk. While it is away, uploads are taken as long as the
//!   disk has room: `rlc_scheduler_store_unmirrored` at `/metrics` counts what waits for it. The node has to be this
//!   instance's own, for what nobody needs any more is unpinned there; and its RPC must be reachable by nobody else. It
//!   gives what it has to everybody who knows the name, as the scheduler does. Without it what it alone has is not there.
//!
//! Decisions are functions of what is known and of the time, and are tested alone. What they change is written down before
//! it is done. Each effect may be repeated: a token is good twice, a task that a worker has is not begun again, and the
//! chain refuses what was done already.
//!
//! ```no_run
//! use rlc_scheduler::{Config, PoolChoice};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let chain = rlc_chain::Chain::connect("ws://127.0.0.1:9944").await?;
//! let key = rlc_chain::Key::from_suri("//Alice")?;
//! let config = Config::new(PoolChoice::Named("mine".into()), "/var/lib/rlc/scheduler");
//! let scheduler = rlc_scheduler::start(config, chain, key).await?;
//! println!("workers join at ws://{}", scheduler.address);
//! scheduler.exited().await;
//! scheduler.stop().await?;
//! # Ok(())
//! # }
//! ```

mod admission;
mod chain;
mod config;
mod db;
mod decide;
mod elsewhere;
mod error;
mod events;
mod members;
mod metrics;
mod model;
mod node;
mod pool;
mod registration;
mod server;
mod start;
#[cfg(test)]
mod testing;

pub use config::{Admission, Config, PoolChoice};
pub use db::DbError;
pub use error::Error;
pub use start::{start, Handle};

/// An answer of the chain may be of a block that was not seen yet; it is not newer than this many.
pub(crate) const BLOCK_MARGIN: u32 = 2;
