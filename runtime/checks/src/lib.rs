//! A chain in memory, and what is run on it.
//!
//! | module | what is there |
//! |---|---|
//! | [`assets`] | things to register |
//! | [`chain`] | real blocks with real signatures, run by the native runtime; every invariant checked after each |
//! | [`people`] | those who send extrinsics, and how they sign |
//! | [`replay`] | what iExec's contracts did, step by step, on this runtime |
//! | [`fuzz`] | random calls by random people, with jumps in time |

pub mod assets;
pub mod chain;
pub mod fuzz;
pub mod people;
pub mod replay;
