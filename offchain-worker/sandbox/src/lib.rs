//! Runs one app on one directory of inputs, under limits, and says how it ended.
//!
//! An app is somebody else's program, and its result is compared with those of other machines. So two things count: it
//! can do nothing but compute, and the same input gives the same bytes everywhere.
//!
//! ```text
//!  Job: app, args, env, IN, OUT, limits, grants, seed  OUT/computed.json
//!        │                                                   ▲      │ read_result
//!        ▼                                                   │      ▼
//!  WasmTier or ContainerTier ───── the app runs ─────────────┘   Output: files below OUT, or callback data
//!        │
//!        └──► Run: ending, tail of stdout and stderr, what it used
//! ```
//!
//! # The two tiers
//!
//! | | [`WasmTier`] | [`ContainerTier`] |
//! |---|---|---|
//! | app | a module for `wasm32-wasip1` with a `_start` function | an image: OCI layout (directory or tar) or `docker save` |
//! | needs | nothing | Linux, root, `runc` 1.1 or newer, cgroups of either version; for networks `slirp4netns` 1.2 or newer, `ip`, `unshare` |
//! | same input, same bytes | on every machine, by construction | if the app sees to it |
//! | runs as | a thread of this process | user 65534, no capabilities, no new privileges |
//! | costs to start | less than a millisecond, once compiled | about a tenth of a second, once unpacked |
//!
//! # What the app sees
//!
//! | | both tiers |
//! |---|---|
//! | `/iexec_in` | [`Job::input`], read-only. Holds files and directories; symbolic links are not followed |
//! | `/iexec_out` | [`Job::output`], empty at first |
//! | environment | `IEXEC_IN` and `IEXEC_OUT`, set here; then [`Job::env`], all that the caller sets |
//! | standard input | empty |
//!
//! | | Wasm | container |
//! |---|---|---|
//! | arguments | `app`, then [`Job::args`] | the image's entrypoint, then [`Job::args`], or else the image's command |
//! | more environment | none | before ours: the image's, and `PATH` and `HOME` if it has none |
//! | clocks | begin with 2020; 1 ms passes with each look; sleeping takes no time, but moves them | the machine's |
//! | randomness | a stream of SHA-256 that [`Job::seed`] fixes | the kernel's |
//! | directory listings | sorted by name | as the file system has them |
//! | file times, inode and device numbers | fixed, or derived from the path | the file system's |
//! | NaNs, relaxed SIMD | canonical, deterministic | the processor's |
//! | network | none | none, unless [`Job::grants`] has it |
//! | graphics processors | none | none, unless [`Job::grants`] has them |
//! | threads | none | up to [`Limits::pids`] |
//! | symbolic and hard links | cannot be made | can be made in OUT; hard links become copies |
//! | other directories | none | the image, read-only; `/tmp`, 64 MiB; `/dev/shm`, 16 MiB |
//!
//! What is left to the machine in the Wasm tier: how deep it may recurse (2 MiB of native stack, whose frames differ
//! between processor architectures), and how much it does within [`Limits::time`]. Both end a run as a failure, neither
//! changes a result.
//!
//! # Grants
//!
//! | grant | what a container gets | what it does not |
//! |---|---|---|
//! | [`Grants::network`] | IPv4 of its own: TCP, UDP and names of the public internet; 1,024 connections or so at a time | private, link-local, shared and reserved addresses, so neither the owner's network nor a cloud's metadata; this machine's loopback; IPv6; being reached |
//! | [`Grants::gpu`] | the devices that the owner named, to read and write, shared with all that have the grant | libraries: the image brings those that fit the machine's drivers; limits: of a graphics processor's time and memory it takes what it can |
//!
//! A network needs `slirp4netns` and `ip`: a program that speaks TCP and UDP for the container, as that of any user
//! would. It changes nothing of the machine's own network: no bridge, no address translation, no firewall rule. So what
//! the container sends leaves under this machine's address, and services on this machine's *public* addresses are
//! reachable for it, as they are from anywhere: what is not meant for everybody belongs on a private address, or on
//! 127.0.0.1. How much it sends is not limited.
//!
//! # Limits
//!
//! | limit | when it is exceeded | [`Ending`] |
//! |---|---|---|
//! | [`Limits::time`] | all of it is killed | `TimedOut` |
//! | [`Limits::fuel`] | the same instruction on every machine. Wasm only | `OutOfFuel` |
//! | [`Limits::memory`] | Wasm: at the `memory.grow` or write that goes beyond; container: the kernel kills it | `OutOfMemory` |
//! | [`Limits::output`], [`Limits::files`] | Wasm: at the write that goes beyond; container: writes fail | `OutOfDisk` |
//! | [`Limits::log`] | the oldest bytes are dropped | none |
//! | [`Limits::pids`], [`Limits::cpus`] | `fork` fails; it is slowed down. Container only | none |
//!
//! Sizes of files count as they are listed: holes count. Directories count as files. In OUT, a path has at most 32
//! components and 1,024 bytes. What is in OUT counts as memory too, each file with 4 KiB at least, so a task never takes
//! more than `memory` in all: a container's OUT is held in memory until it ends, where the kernel counts it under cgroups
//! of both versions, and a module's is wherever the caller has it, in memory too if that is better.
//!
//! # Parts
//!
//! | module | what it does |
//! |---|---|
//! | `job` | what to run, under what limits, how it ended |
//! | `result` | reads `computed.json` |
//! | `wasm` | compiles modules, keeps them, runs them |
//! | `wasi` | the system calls of WASI preview 1, virtual where a machine would show |
//! | `image` | checks and unpacks images |
//! | `container` | runs images with `runc`, with a network by `slirp4netns`, removes what is left |
//! | `kept`, `tail` | what was prepared for one job serves the next; the end of a stream |
//!
//! # Example
//!
//! ```
//! use rlc_sandbox::{Ending, Grants, Job, Limits, Output, Stop, WasmTier};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let (app, input, output) = (directory.path().join("app.wasm"), directory.path().join("in"), directory.path().join("out"));
//! # std::fs::create_dir(&input)?;
//! # std::fs::create_dir(&output)?;
//! std::fs::write(&app, wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "_start")))"#)?)?;
//! std::fs::write(output.join("computed.json"), r#"{"callback-data": "0x2a"}"#)?;
//!
//! let tier = WasmTier::new(None)?;
//! let limits = Limits::default();
//! let (limits, grants, seed) = (&limits, Grants::default(), [7; 32]);
//! let job = Job { app: &app, args: &[], env: &[], input: &input, output: &output, limits, grants, seed };
//! let run = tier.run(&job, &Stop::new()).await?;
//! assert_eq!(run.ending, Ending::Exited(0));
//! assert_eq!(rlc_sandbox::read_result(&output)?, Output::Callback(vec![42]));
//! # Ok(())
//! # }
//! ```

mod container;
mod image;
mod job;
mod kept;
mod result;
mod tail;
mod wasi;
mod wasm;

pub use container::{clean, ContainerTier, NoDevice, NoNetwork, Unavailable};
pub use job::{Ending, Error, Grants, Job, Limits, Run, Stop, Used, GUEST_INPUT, GUEST_OUTPUT};
pub use result::{read_result, InvalidResult, Output};
pub use wasm::WasmTier;
