//! What to do: decided from what is known.

pub mod action;
pub mod assignment;
pub mod failures;
pub mod replication;
pub mod supervision;
pub mod uploads;
