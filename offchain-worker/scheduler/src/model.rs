//! What is known: deals, tasks, workers, and the indexes over them.
//!
//! [`State`] holds it all. Its methods record what happened and keep the indexes true; they decide nothing, and know
//! nothing of [`crate::decide`], of a database or of a network. All of them are told the time.

mod changes;
mod deal;
mod event;
mod hopeless;
mod lack;
mod machines;
mod member;
mod now;
mod queue;
mod ready;
mod record;
mod replicate;
mod room;
mod run_times;
mod selling;
mod standing;
mod state;
mod strays;
mod task;
mod voter;
mod worker;

pub use changes::{Changes, Ended};
pub use deal::{range, DealState, PART};
pub use event::{ChainBlock, ChainEvent};
pub use hopeless::Hopeless;
pub use lack::Lack;
pub use machines::{Machine, Machines, MAX_MACHINES, RECENT};
pub use member::{Held, Member};
pub use now::Now;
pub use queue::{End, Queue};
pub use ready::Ready;
#[cfg(test)]
pub use record::PROVEN;
pub use record::{lot, Mark, Record, KEPT, MAX_RECORDS};
pub use replicate::Replicate;
pub use room::Room;
pub use run_times::RunTimes;
pub use selling::{Halt, Selling};
pub use standing::{Ending, Endings, Party, Standings, DAY, HOUR, REMEMBERED};
pub use state::{State, BLOCK_MARGIN};
pub use strays::Strays;
pub use task::{are_agreed_on, has_contributed_to_consensus, GivenUp, Sending, TaskState};
pub use voter::{voter, Voice, STRANGERS};
pub use worker::{Presence, Profile, WorkerState, MAX_CACHED};
