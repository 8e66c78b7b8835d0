//! A typed client of a node of the RLC chain, over WebSocket or in memory.
//!
//! Schedulers, workers and the command line use it: they ask what the chain knows, follow what happens, and send calls.
//! The types are those of `rlc-primitives`, encoded as the chain does. Numbers of pallets, calls and events come from the
//! node's own description of its runtime, and every item that is used here is compared with it, field by field, when the
//! connection is made and after each upgrade of the runtime: a program that does not fit says so in one line, instead of
//! misreading.
//!
//! ```text
//! Chain ── deal, task, orderbook, funds ... ──► state_call, state_getStorage  ──► rlc_primitives
//!   │
//!   ├──── follow ──► heads, headers, System.Events ──► BlockEvents: every block once
//!   │
//! Sender ─ send ──► number, anchor, signature ──► pool ──► block ──► Receipt, or why it was refused
//! ```
//!
//! | part | what it is |
//! |---|---|
//! | [`Chain`] | a connection: it reconnects by itself, and questions wait for that, up to 30 s |
//! | [`Chain::follow`] | every block with what happened in it, the best ones or the final ones |
//! | [`Call`], [`Sender`], [`Receipt`] | a call, who sends it, and what it did |
//! | [`Event`] | what happened |
//! | [`Key`] | a secret key: signs transactions, orders and delegations |
//! | [`Error`], [`Failure`] | what went wrong; why the chain refused a call |
//!
//! ```no_run
//! use futures::StreamExt;
//! use rlc_chain::{At, Call, Chain, Event, Key, Sender};
//! use rlc_primitives::{Address, RLC};
//!
//! # async fn example() -> Result<(), rlc_chain::Error> {
//! let chain = Chain::connect("ws://127.0.0.1:9944").await?;
//! let alice = Sender::new(chain.clone(), Key::from_suri("//Alice")?);
//! let bob = Key::from_suri("//Bob")?.account();
//!
//! let paid = alice.send(Call::TransferKeepAlive { dest: Address::Id(bob.clone()), value: RLC }).await?;
//! println!("paid in block {}; Bob has {} nRLC", paid.number, chain.funds(&bob).await?.free);
//!
//! let mut blocks = chain.follow(None, At::Finalized);
//! while let Some(block) = blocks.next().await {
//!     for (_, event) in block?.events {
//!         if let Event::DealOpened { deal, size, .. } = event {
//!             println!("deal {deal:?} has {size} tasks");
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod calls;
mod chain;
mod error;
mod events;
mod extrinsic;
mod follow;
mod key;
mod questions;
mod receipt;
mod rpc;
mod runtime;
mod sender;
mod structure;
mod views;

pub use calls::Call;
pub use chain::Chain;
pub use error::{Error, Failure};
pub use events::{BlockEvents, Event};
pub use follow::At;
pub use key::{Key, Scheme};
pub use receipt::Receipt;
pub use sender::{Pending, Sender};
pub use views::Funds;
