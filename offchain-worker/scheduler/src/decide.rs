//! What to do.
//!
//! Judgments are functions of `&State` and of the time, and change nothing: what a task needs ([`supervision`], with
//! [`replication`], [`failures`] and [`uploads`]), which worker gets it ([`assignment`]), which workers go on and which are
//! lost ([`membership`]), which parts of deals to take and to leave ([`adoption`]), which deals no worker can serve
//! ([`hopeless`]), which come last ([`standing`]), how much the pool can sell ([`capacity`]), and whether it does ([`sale`]).
//!
//! A judgment may depend on the one before. So a few functions, those with `&mut State`, ask a judgment, record its
//! outcome in the model, and ask the next: [`turn::decide`] and the like. They judge nothing themselves.
//!
//! All of this depends on [`crate::model`], on types of `rlc-primitives`, and on the messages of `rlc-protocol`: neither on
//! the pool that acts on it, nor on a database, a network, or a clock.

mod action;
pub mod adoption;
pub mod assignment;
pub mod capacity;
pub mod failures;
pub mod hopeless;
pub mod membership;
mod replication;
pub mod replies;
pub mod sale;
pub mod standing;
pub mod supervision;
mod turn;
mod uploads;

pub use action::Action;
pub use turn::{decide, expedite_urgent};

#[cfg(test)]
mod clocks;
