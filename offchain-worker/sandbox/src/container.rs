//! The container tier: runs images with `runc`, and removes what is left.
//!
//! ```text
//! tier ──► probe ──► leftovers            what works here; what a crash left
//!   │        │           │
//!   ▼        ▼           ▼
//!  run ──► machine    network, mounts     one run; what a tier has; what a run gets
//!   │        │           │
//!   ▼        ▼           ▼
//! bundle   runc, cgroups, programs, streams
//! ```
//!
//! | module | what |
//! |---|---|
//! | `tier` | the public type: what is granted, unpacking, a run that outlives its caller |
//! | `probe` | whether all that works here |
//! | `leftovers` | what a crash left |
//! | `run` | one run, from its directory to its removal |
//! | `environment`, `readable` | its variables; whether its input can be read |
//! | `machine` | what a tier has: programs, control groups, a directory, unpacked images |
//! | `network` | the internet by `slirp4netns`: one namespace and one process per run that is granted it |
//! | `devices` | graphics processors, for runs that are granted them |
//! | `ids` | users of this machine: each run has its own |
//! | `mounts` | image and input, which no run can write; nodes of devices |
//! | `output` | OUT: memory of a fixed size, copied when the run is over |
//! | `bundle` | what `runc` is told: one JSON document per run |
//! | `seccomp` | the system calls that apps may make |
//! | `runc` | the program |
//! | `cgroups` | what the kernel counted |
//! | `programs` | where programs are, and what a crash left of them |
//! | `streams` | what programs write |
//! | `names`, `user`, `unavailable` | names of runs; the user in containers; why there is no tier |
//!
//! On disk, in the directory of the tier: `lock`, held by the process that uses it; `images/N`; `runs/ID`; `runc`, its
//! own state. In `/run/netns`, where `ip netns` shows them: the networks of runs, by the same ID. And in
//! `/run/rlc-containers`: mounts of runs, by the same ID, and in `ids`, which users have which run.

mod bundle;
mod cgroups;
mod devices;
mod environment;
mod ids;
mod leftovers;
mod machine;
mod mounts;
mod names;
mod network;
mod output;
mod probe;
mod programs;
mod readable;
mod run;
mod runc;
mod seccomp;
mod streams;
mod tier;
mod unavailable;
mod user;

pub use self::{
	devices::NoDevice, leftovers::clean, network::NoNetwork, tier::ContainerTier, unavailable::Unavailable,
};
