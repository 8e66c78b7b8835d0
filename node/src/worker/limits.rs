//! What a worker's process may take of the machine: what the node leaves.
//!
//! | limit | what it does |
//! |---|---|
//! | cores | it runs on some of them only, and so do the programs that it starts |
//! | priority | where both want a core, the node gets it |
//! | memory | when the machine has none left, the system ends the worker first |
//! | core dumps | none: they would hold its key |
//!
//! The worker itself limits the memory and disk that tasks get. Nothing limits the memory of the worker as a whole. Limits of
//! a process count the addresses that a Wasm engine reserves, not the memory that it uses, and count each process by itself.
//! A control group with limits has to come from whoever owns the group above it. For a service that is systemd, unless the
//! unit delegates its group; even then, the kernel wants the node and everything else out of that group first.
//! `docs/operators/worker.md` says what an operator can do.
//!
//! A limit that the system does not grant is told in the log; the worker runs without it.

use std::io;

use rustix::{
	process::{nice, setrlimit, Resource, Rlimit},
	thread::{sched_getaffinity, sched_setaffinity, CpuSet},
};

/// How much lower its priority is.
const NICE: i32 = 10;
/// Of all processes, it is the first to end for want of memory.
const OOM_SCORE: &str = "1000";

/// Limits this process, and all that it starts from now on. Call it while the process has one thread.
pub fn apply(cores: Option<u32>) {
	let none = Rlimit { current: Some(0), maximum: Some(0) };
	for (limit, result) in [
		("a limit of cores", pin(cores)),
		("a lower priority", nice(NICE).map(drop).map_err(Into::into)),
		("being the first to end for want of memory", std::fs::write("/proc/self/oom_score_adj", OOM_SCORE)),
		("a ban of core dumps", setrlimit(Resource::Core, none).map_err(Into::into)),
	] {
		if let Err(error) = result {
			tracing::warn!("the worker runs without {limit}: {error}");
		}
	}
}

/// Lets this process run on so many cores; by default on all but one.
fn pin(cores: Option<u32>) -> io::Result<()> {
	let allowed = sched_getaffinity(None)?;
	let allowed: Vec<_> = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).collect();
	let mut set = CpuSet::new();
	for core in chosen(&allowed, cores) {
		set.set(*core);
	}
	Ok(sched_setaffinity(None, &set)?)
}

/// Returns the last of the cores: so many, but no more than there are; by default all but one, and at least one.
fn chosen(allowed: &[usize], cores: Option<u32>) -> &[usize] {
	let all_but_one = allowed.len().saturating_sub(1);
	let wanted = cores.map_or(all_but_one, |cores| usize::try_from(cores).unwrap_or(usize::MAX));
	let count = wanted.max(1).min(allowed.len());
	&allowed[allowed.len() - count..]
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn node_keeps_a_core_where_there_are_several() {
		assert_eq!(chosen(&[0, 1, 2, 3], None), [1, 2, 3]);
		assert_eq!(chosen(&[2, 5], None), [5]);
		assert_eq!(chosen(&[4], None), [4], "there is no other");
		assert_eq!(chosen(&[0, 1, 2, 3], Some(2)), [2, 3]);
		assert_eq!(chosen(&[0, 1], Some(9)), [0, 1]);
		assert_eq!(chosen(&[], None), [0_usize; 0]);
	}
}
