#![doc = include_str!("../README.md")]

mod container;
mod guest;
mod image;
mod job;
mod kept;
mod result;
mod tail;
mod wasi;
mod wasm;

pub use container::{
	clean, Allowance, ContainerService, ContainerTier, NetworkConfig, NetworkProgram, NoDevice, NoNetwork, Unavailable,
};
pub use job::{Ending, Error, Grants, Job, Limits, Run, Stop, Used, GUEST_INPUT, GUEST_OUTPUT};
pub use result::{read_result, InvalidResult, Output};
pub use rlc_perimeter::{IpNet, Perimeter};
pub use wasm::WasmTier;
