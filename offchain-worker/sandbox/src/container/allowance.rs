//! What the owner of a machine lets a service run at a time, and whether a run fits.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{
	sync::{OwnedSemaphorePermit, Semaphore},
	time,
};

use super::network::NETWORK_MEMORY;
use crate::{Error, Limits};

/// What no run may have more of, whoever asks.
const MOST_TIME: Duration = Duration::from_secs(30 * 24 * 3_600);
const MOST_FILES: u64 = 1_000_000;
const MOST_LOG: usize = 1 << 20;
const MOST_PIDS: u32 = 4_096;
/// Units in which memory and processors are given out: MiB, and thousandths of one.
const MEMORY_UNIT: u64 = 1 << 20;
const CPU_UNIT: f32 = 0.001;
/// How long a run waits for others to end: one that was told to stop may take a moment.
const PATIENCE: Duration = Duration::from_secs(10);

/// What all runs of a container service may take at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Allowance {
	/// How many there are.
	pub runs: u32,
	/// Their memory, in bytes. [`NETWORK_MEMORY`] of it is for each that has a network.
	pub memory: u64,
	/// Their processors.
	pub cpus: f32,
}

impl Allowance {
	/// Checks that a run with these limits can fit, with a network or without.
	///
	/// # Errors
	///
	/// [`Error::Host`], which names the limit.
	pub fn check(&self, limits: &Limits, network: bool) -> Result<(), Error> {
		let too_much = |what: &str, most: String| {
			Err(Error::Host(format!("the container service allows runs no more than {most} of {what}; ask for less")))
		};
		if limits.memory == 0 || memory_of(limits, network) > self.memory {
			let what = if network { "memory, that of its network included" } else { "memory" };
			return too_much(what, format!("{} MiB", self.memory / MEMORY_UNIT));
		}
		if !(limits.cpus > 0.0 && limits.cpus <= self.cpus) {
			return too_much("processors", self.cpus.to_string());
		}
		if limits.time > MOST_TIME {
			return too_much("time", format!("{MOST_TIME:?}"));
		}
		if limits.files > MOST_FILES {
			return too_much("files", MOST_FILES.to_string());
		}
		if limits.log > MOST_LOG {
			return too_much("output that is kept", format!("{MOST_LOG} bytes"));
		}
		if !(1..=MOST_PIDS).contains(&limits.pids) {
			return too_much("processes", MOST_PIDS.to_string());
		}
		Ok(())
	}
}

/// What is left of an allowance.
#[derive(Debug)]
pub struct Room {
	allowance: Allowance,
	runs: Arc<Semaphore>,
	memory: Arc<Semaphore>,
	cpus: Arc<Semaphore>,
}

/// What a run takes of an allowance, until it is dropped.
#[derive(Debug)]
pub struct Taken(#[allow(dead_code, reason = "they are given back")] [OwnedSemaphorePermit; 3]);

impl Room {
	/// Begins with all of it.
	pub fn new(allowance: Allowance) -> Self {
		let semaphore = |permits: u32| Arc::new(Semaphore::new(permits as usize));
		Self {
			allowance,
			runs: semaphore(allowance.runs),
			memory: semaphore(memory(allowance.memory)),
			cpus: semaphore(cpus(allowance.cpus)),
		}
	}

	/// Returns what it was in the beginning.
	pub fn allowance(&self) -> Allowance {
		self.allowance
	}

	/// Takes the room for a run, with a network or without, as soon as others leave it.
	///
	/// # Errors
	///
	/// [`Error::Host`], if it can never fit, or others stay.
	pub async fn take(&self, limits: &Limits, network: bool) -> Result<Taken, Error> {
		self.allowance.check(limits, network)?;
		let take = |from: &Arc<Semaphore>, permits| from.clone().acquire_many_owned(permits);
		let taken = async {
			// Always in this sequence, so that no two wait for each other.
			let runs = take(&self.runs, 1).await;
			let memory = take(&self.memory, memory(memory_of(limits, network))).await;
			let cpus = take(&self.cpus, cpus(limits.cpus)).await;
			runs.and_then(|runs| Ok(Taken([runs, memory?, cpus?])))
		};
		let full = || Error::Host("the container service is full; let the worker have fewer slots".into());
		time::timeout(PATIENCE, taken).await.map_err(|_| full())?.map_err(|_| full())
	}
}

/// Returns what memory a run may make this machine take, in bytes.
fn memory_of(limits: &Limits, network: bool) -> u64 {
	limits.memory.saturating_add(if network { NETWORK_MEMORY } else { 0 })
}

fn memory(bytes: u64) -> u32 {
	bytes.div_ceil(MEMORY_UNIT).try_into().unwrap_or(u32::MAX)
}

/// Not rounded up: shares of several runs make a whole.
fn cpus(cpus: f32) -> u32 {
	(cpus / CPU_UNIT) as u32
}

#[cfg(test)]
mod tests {
	use super::*;

	const ALLOWANCE: Allowance = Allowance { runs: 3, memory: 1 << 30, cpus: 2.0 };

	fn limits(memory: u64, cpus: f32) -> Limits {
		Limits { memory, cpus, ..Limits::default() }
	}

	#[test]
	fn run_beyond_what_is_allowed_is_refused() {
		assert!(ALLOWANCE.check(&limits(1 << 30, 2.0), false).is_ok());
		let with = |change: fn(&mut Limits)| {
			let mut limits = Limits::default();
			change(&mut limits);
			limits
		};
		for (wrong, what) in [
			(limits((1 << 30) + 1, 1.0), "memory"),
			(limits(0, 1.0), "memory"),
			(limits(1, 2.1), "processors"),
			(limits(1, 0.0), "processors"),
			(limits(1, -1.0), "processors"),
			(limits(1, f32::NAN), "processors"),
			(limits(1, f32::INFINITY), "processors"),
			(with(|limits| limits.time = Duration::MAX), "time"),
			(with(|limits| limits.files = u64::MAX), "files"),
			(with(|limits| limits.log = usize::MAX), "output"),
			(with(|limits| limits.pids = u32::MAX), "processes"),
			(with(|limits| limits.pids = 0), "processes"),
		] {
			let refused = ALLOWANCE.check(&wrong, false).unwrap_err().to_string();
			assert!(refused.contains(&format!("of {what}")), "{refused}");
		}
	}

	#[tokio::test]
	async fn room_is_given_back() {
		let room = Room::new(ALLOWANCE);
		let half = limits(1 << 29, 1.0);
		let (one, _two) = (room.take(&half, false).await.unwrap(), room.take(&half, false).await.unwrap());
		let third = time::timeout(Duration::from_millis(20), room.take(&half, false)).await;
		assert!(third.is_err(), "it waits");
		drop(one);
		room.take(&half, false).await.unwrap();
	}

	#[tokio::test]
	async fn network_of_a_run_takes_memory_too() {
		let (room, half) = (Room::new(ALLOWANCE), limits(1 << 29, 1.0));
		let rest = limits((1 << 30) - NETWORK_MEMORY, 1.0);
		assert!(ALLOWANCE.check(&rest, true).is_ok());
		let refused = ALLOWANCE.check(&limits(1 << 30, 1.0), true).unwrap_err().to_string();
		assert!(refused.contains("1024 MiB of memory, that of its network included"), "{refused}");
		let one = room.take(&half, true).await.unwrap();
		let second = time::timeout(Duration::from_millis(20), room.take(&half, false)).await;
		assert!(second.is_err(), "it waits");
		drop(one);
		let _both = [room.take(&half, false).await, room.take(&half, false).await].map(Result::unwrap);
	}

	#[tokio::test]
	async fn equal_shares_make_a_whole() {
		let room = Room::new(Allowance { runs: 3, memory: 3 << 20, cpus: 1.0 });
		let third = limits(1 << 20, 1.0 / 3.0);
		let _taken = [room.take(&third, false).await, room.take(&third, false).await, room.take(&third, false).await]
			.map(Result::unwrap);
	}
}
