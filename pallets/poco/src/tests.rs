//! What the pallet promises, one promise a test.

mod agreed;
mod authorize;
mod batch;
mod callbacks;
mod claim;
mod contribute;
mod delegate;
mod direct;
mod due;
mod failures;
mod feeless;
mod finalize;
mod full;
mod lifecycle;
mod prune;
mod queries;
mod release;
mod reopen;
mod reveal;
mod rules;
mod try_state;
mod weights;
