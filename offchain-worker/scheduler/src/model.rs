//! What the scheduler knows. Only [`State`]'s methods change it, and all of them are told the time.

mod deal;
pub mod queue;
mod state;
mod task;
mod worker;

pub use deal::{range, DealState, PART};
pub use state::{Changes, Now, State};
pub use task::{are_agreed_on, groups, has_voted_for_it, GivenUp, Replicate, Sending, TaskState};
pub use worker::{Presence, Profile, WorkerState};
