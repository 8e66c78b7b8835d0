#![doc = include_str!("../README.md")]

mod container;
mod end;
mod guest;
mod image;
mod job;
mod kept;
mod result;
mod shown;
mod tail;
mod tap;
mod wasi;
mod wasm;

pub use container::{
	check_image, clean, gpus_out_of_use, survey, Allowance, ContainerService, ContainerTier, FoundGpu, GpuClear,
	GpuState, Gpus, NetworkConfig, NetworkProgram, NoCommand, NoDevice, NoNetwork, Survey, Unavailable, NETWORK_MEMORY,
};
pub use job::{
	Ending, Error, Grants, Job, Limits, Run, Stop, Used, GUEST_INPUT, GUEST_OUTPUT, LONGEST_OUTPUT_PATH, MAX_FILES,
};
pub use result::{follow, read_result, Astray, InvalidResult, Output};
pub use rlc_perimeter::{IpNet, Perimeter};
pub use tap::{Tap, Tapped};
pub use wasm::{check_module, compile_if_asked, Compiler, WasmTier, WASM_JOB_MEMORY, WASM_MEMORY};
