//! One computing machine: fetch, run, commit, reveal, deliver.
//!
//! A worker takes tasks from the scheduler of its pool, computes them in the sandbox, commits to the results on chain,
//! reveals them once enough others agree, and hands them over. It opens its connections itself, so it works behind NAT and
//! on volunteers' machines. What counts is on the chain: without the scheduler it goes on computing, contributing and
//! revealing, and without the node it keeps what it has.
//!
//! ```text
//!  scheduler ──instructions──► link ──► actor ──► run ──► sandbox, store
//!      ▲                   ▲        │ ▲
//!      └──reports──────────┴────────┘ └──── news, answers ──── node
//!                                   │                           ▲
//!                                journal ── then ── contribute, reveal
//! ```
//!
//! # One task
//!
//! | journal | written | then |
//! |---|---|---|
//! | taken | before anything else | the app is fetched and run |
//! | computed | the result's file is complete | |
//! | contributing | before the commitment is sent | asks the chain first, if it may have been sent before |
//! | contributed | the commitment is in a block | waits for the consensus |
//! | revealing | before the digest is sent | as above |
//! | revealed | the digest is in a block | waits for the instruction to upload; a callback's data is brought unasked |
//! | uploaded | the result is in the pool's store | |
//! | ended | the task is closed on a finalized block, or it failed, or it is not wanted | the scheduler is told, then nothing is left |
//!
//! A worker that is killed at any point resumes: it runs an app again only if the result is gone and nothing was
//! contributed, never contributes twice, and never forgets to reveal. Tasks of a batch go to the chain together, up to 100 in
//! a transaction, and into the journal together. A task of trust 1 that is not of a batch is contributed and revealed at once.
//!
//! # Slots
//!
//! Memory, disk and cores are divided equally among the slots. A task takes as many as cover what its request says that it
//! needs ([`rlc_protocol::Needs::slots`]; one, if it says nothing), and may use the share of all of them. One that waits
//! for several slots is not overtaken. A task that needs more than there is fails, and nothing is contributed: a
//! scheduler that knows the worker's resources gives it none.
//!
//! # Parts
//!
//! | module | what it does |
//! |---|---|
//! | [`config`], [`activation`] | what the machine's owner says |
//! | `next` | decides: a pure function of journal, chain and instructions |
//! | `actor` | owns the tasks: takes in, decides, journals, acts; one file for each action |
//! | `journal`, `record` | what survives a crash |
//! | `seen` | what is known of a task on chain |
//! | `link` | the connection to the scheduler |
//! | `plan`, `environment`, `run` | what a task runs, with which variables, and running it |
//! | `containers` | whether images are run, and with what: a network, graphics processors |
//! | `scratch`, `results` | where modules write while they run, in memory; where results are kept |
//! | [`trial`] | one run without chain, scheduler or account |
//! | `ports`, `node`, `delivery` | what is needed of the outside, and how it is done |
//! | `machine`, `metrics`, `clock` | resources and load, numbers for Prometheus, time |
//!
//! # In its directory
//!
//! | | |
//! |---|---|
//! | `journal` | SQLite; locked by the worker that runs |
//! | `results/` | a file for each result that may still be asked for; empty ones for the next |
//! | `tasks/`, `containers/` | what runs now; emptied at the start |
//! | `nothing/` | what tasks without input read: nothing |
//! | `cache/`, `modules/` | what was fetched, what was compiled |
//!
//! And in memory, if the machine has room for files there: `/dev/shm/rlc-worker-…`, where modules write while they run.
//!
//! # Example
//!
//! ```no_run
//! use rlc_chain::{Chain, Key};
//! use rlc_worker::{start, Config};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let chain = Chain::connect("ws://127.0.0.1:9944").await?;
//! let config = Config { slots: Some(2), ..Config::new("http://127.0.0.1:9900", "worker") };
//! let worker = start(config, chain, Key::from_suri("//Bob")?).await?;
//! worker.exited().await?;
//! # Ok(())
//! # }
//! ```

pub mod activation;
mod actor;
mod clock;
pub mod config;
mod containers;
mod delivery;
mod environment;
mod journal;
mod link;
mod machine;
mod metrics;
mod next;
mod node;
mod plan;
mod ports;
mod record;
mod results;
mod run;
mod scratch;
mod seen;
mod start;
#[cfg(test)]
mod testing;
pub mod trial;

pub use activation::{Activation, InvalidActivation};
pub use config::{Config, Containers, InvalidShare, Misbehavior, Share};
pub use journal::JournalError;
pub use start::{start, Error, Handle};
