//! Graphics processors: devices of this machine, each given to one run at a time.
//!
//! ```text
//!  --gpu auto, NAME, /dev/…            a run that is granted one
//!          │                                 │
//!          ▼                                 ▼
//!       choice ──► specs ──► spec         lease ──► clear
//!          │                  │              │
//!          │               hooks, libraries  ▼
//!          ▼                  ▼            layer ──► bundle
//!        gpu ◄───────────── edits ◄──────────┘
//! ```
//!
//! A device is a node by its path, or what a specification of the [Container Device Interface][cdi] (CDI) describes: nodes,
//! the driver's libraries, variables. Specifications are the machine's owner's, and root can write them only. The *image* is
//! a stranger's, and so nothing of a specification is done with root's rights inside it but what this module does itself:
//!
//! - **Hooks are not run.** They are programs that run as root on this machine, and work on the files of the image. That is
//!   how images have taken over machines (CVE-2024-0132, CVE-2025-23266). What NVIDIA's hooks are for is done here, by links
//!   in a layer of the run's own; a device that needs any other hook is not used.
//! - **Mounts are read-only**, and sockets are left out: behind them are services of this machine.
//! - **Nodes are made for the run**, so neither the mode of the machine's own node nor a user namespace matters.
//!
//! [cdi]: https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md

mod choice;
mod clear;
mod edits;
mod gpu;
mod hooks;
mod layer;
mod lease;
mod libraries;
mod spec;
mod specs;

use std::{io, path::PathBuf, str::FromStr};

pub use self::{
	choice::{survey, FoundGpu, Survey},
	layer::Layer,
	lease::{gpus_out_of_use, GpuState, Lease, Ledger},
};

/// Where specifications are, by the standard. Those of the last directory win.
const SPECIFICATIONS: [&str; 2] = ["/etc/cdi", "/var/run/cdi"];

/// Which devices of this machine containers may be given, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpus {
	/// `auto` for all that are found; names of specifications, such as `nvidia.com/gpu=0`; or paths of character devices, such
	/// as `/dev/dri/renderD128`.
	pub choices: Vec<String>,
	/// How what a run left in a device is removed.
	pub clear: GpuClear,
	/// The directories of specifications; of two that describe one device, the one in the later directory counts.
	pub specifications: Vec<PathBuf>,
}

impl Gpus {
	/// Returns these devices, with specifications where the standard has them.
	pub fn new(choices: Vec<String>, clear: GpuClear) -> Self {
		Self { choices, clear, specifications: Self::usual_specifications() }
	}

	/// Returns the directories that the standard names.
	pub fn usual_specifications() -> Vec<PathBuf> {
		SPECIFICATIONS.map(PathBuf::from).into()
	}
}

/// How what a run left in a device, in its memory above all, is removed before another run gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GpuClear {
	/// The driver does it, or it need not be done, as all requesters trust each other. The machine's owner says so: it cannot
	/// be found out.
	Driver,
	/// By this command of the machine's owner, as `/bin/sh` reads it. It has a minute, and the device's name and nodes in
	/// `RLC_GPU`, `RLC_GPU_NAME` (without the kind) and `RLC_GPU_NODES`. If it fails, no run gets the device any longer.
	Command(String),
}

/// A command that would do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an empty command clears nothing; write a command, or `driver` if the driver clears memory")]
pub struct NoCommand;

impl FromStr for GpuClear {
	type Err = NoCommand;

	fn from_str(text: &str) -> Result<Self, NoCommand> {
		match text.trim() {
			"" => Err(NoCommand),
			"driver" => Ok(Self::Driver),
			command => Ok(Self::Command(command.into())),
		}
	}
}

/// Why a device cannot be given to containers, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum NoDevice {
	/// It does not exist, or cannot be looked at.
	#[error("no containers with {}: {error}; name a device that exists, such as /dev/dri/renderD128", path.display())]
	Missing {
		/// What was named.
		path: PathBuf,
		/// What the system says.
		error: io::Error,
	},
	/// It is something else.
	#[error("no containers with {}: it is not a character device; name one (its line of ls -l begins with c)", .0.display())]
	NotADevice(PathBuf),
	/// It is not below `/dev`.
	#[error("no containers with {}: name a device by its path below /dev, without ..", .0.display())]
	Elsewhere(PathBuf),
	/// No specification describes it.
	#[error("no containers with {name}: no specification describes it; {there}")]
	Unknown {
		/// What was named.
		name: String,
		/// What there is.
		there: String,
	},
	/// Its specification cannot be followed here.
	#[error("no containers with {name}: {why}")]
	Unusable {
		/// What was named.
		name: String,
		/// Why not.
		why: String,
	},
	/// The container service has none.
	#[error("no containers with graphics processors: the container service has none; start it with --gpu")]
	NotServed,
	/// Two names stand for one device, or one device is part of the other.
	#[error("{0} and {1} are one device, or one is part of the other; name only one of them")]
	Overlap(String, String),
	/// None of them could be cleared.
	#[error("no containers with {name}: it could not be cleared: {why}")]
	NotCleared {
		/// Which.
		name: String,
		/// Why not.
		why: String,
	},
}
