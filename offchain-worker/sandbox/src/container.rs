//! The container tier: runs images with `runc`, and removes what is left. It runs here, or in a service that is root.
//!
//! ```text
//!            tier
//!          ┌──┴───┐
//!          ▼      ▼
//! service ──► local   remote      here, and for others; elsewhere
//!    │        │  │      │
//!    ▼        │  ▼      ▼
//! allowance   │ probe  wire       what works here; what is said over the socket
//!             ▼  │
//!            run ▼
//!             │ leftovers         one run; what a crash left
//!             ▼  │
//! machine, network, mounts        what a tier has; what a run gets
//!             │
//!             ▼
//! bundle, scratch, root, hosts, sys, runc, reaper, cgroups, files, programs, streams
//! ```
//!
//! | module | what |
//! |---|---|
//! | `tier` | the public type: here or elsewhere |
//! | `local` | what is granted, an image to run, a run that outlives its caller |
//! | `unpacking` | images that are unpacked now, each once for all that wait for it |
//! | `service`, `allowance`, `socket` | a tier for a process without rights; what it may take; where it asks |
//! | `remote` | the tier of such a service |
//! | `wire` | what both say |
//! | `probe` | whether all that works here |
//! | `leftovers` | what a crash left |
//! | `run` | one run, from its directory to its removal |
//! | `fault`, `search` | what is wrong with an image whose program did not run; where programs are looked for |
//! | `check` | whether workers can take an image, before it is sold |
//! | `environment`, `readable` | its variables; whether its input can be read |
//! | `machine` | what a tier has: programs, control groups, a directory, unpacked images |
//! | `reaper` | ends all runs when the process ends |
//! | `network` | the internet by `pasta` or `slirp4netns`: namespaces and a program for each run that is granted it |
//! | `devices` | graphics processors: what there is, who has which, what a run gets of them |
//! | `ids` | users of this machine: each run has its own |
//! | `mounts` | the root directory and the input of a run; what it has of devices |
//! | `scratch` | what a run writes beside OUT: a layer over its image, in memory |
//! | `root`, `hosts`, `sys` | files and directories in its root; names of the machine; processors and limits |
//! | `files`, `output` | where files come from; OUT: memory of a fixed size, copied when the run is over |
//! | `bundle` | what `runc` is told: one JSON document per run |
//! | `seccomp` | the system calls that apps may make |
//! | `runc` | the program |
//! | `cgroups` | what the kernel counted, and ending all that is in a group |
//! | `programs` | where programs are, and what a crash left of them |
//! | `streams` | what programs write |
//! | `names`, `unavailable` | names of runs; why there is no tier |
//!
//! On disk, in the directory of the tier: `lock`, held by the process that uses it and by its reaper; `group`, the name of
//! its control group; `images/N`; `runs/ID`; `runc`, its own state. In `/run/rlc-containers`: mounts of runs, by the same ID,
//! and in `ids`, which users have which run. A run's network is gone with the processes that make it.

mod allowance;
mod bundle;
mod cgroups;
mod check;
mod devices;
mod environment;
mod fault;
mod files;
mod hosts;
mod ids;
mod leftovers;
mod local;
mod machine;
mod mounts;
mod names;
mod network;
mod output;
mod probe;
mod programs;
mod readable;
mod reaper;
mod remote;
mod root;
mod run;
mod runc;
mod scratch;
mod search;
mod seccomp;
mod service;
mod socket;
mod streams;
mod sys;
mod tier;
mod unavailable;
mod unpacking;
mod wire;

use tokio::task::spawn_blocking;

pub use self::{
	allowance::Allowance,
	check::check_image,
	devices::{gpus_out_of_use, survey, FoundGpu, GpuClear, GpuState, Gpus, NoCommand, NoDevice, Survey},
	leftovers::clean,
	network::{NetworkConfig, NetworkProgram, NoNetwork, NETWORK_MEMORY},
	service::ContainerService,
	tier::ContainerTier,
	unavailable::Unavailable,
};
use crate::Error;

/// Runs work that waits for the disk on a thread that may.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
	spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::Host(format!("work on the disk broke off: {error}"))))
}
