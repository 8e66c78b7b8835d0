//! A chain in memory, and what is run on it.
//!
//! | module | what is there |
//! |---|---|
//! | [`assets`] | things to register |
//! | [`attacks`] | what would break a promise, and what it costs and brings |
//! | [`chain`] | real blocks with real signatures, run by the native runtime; every invariant checked after each |
//! | [`people`] | those who send extrinsics, and how they sign |
//! | [`replay`] | what iExec's contracts did, step by step, on this chain's pallets |
//! | [`fuzz`] | random calls by random people, with jumps in time |
//! | [`work`] | what schedulers and workers sign and send for tasks |
//! | [`weights`] | blocks full of one call: what they are booked at, and what they take |

pub mod assets;
pub mod attacks;
pub mod chain;
pub mod fuzz;
pub mod people;
pub mod replay;
pub mod weights;
pub mod work;
