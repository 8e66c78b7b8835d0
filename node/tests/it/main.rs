//! Tests of whole nodes and of the program, in one program: each would link all of a node.

mod bad_input;
mod chain_client;
mod clock;
mod common;
mod embedded;
mod logs;
mod metrics;
mod restart;
mod rpc;
mod rpc_market;
mod tips;
mod walks;
mod worker;
