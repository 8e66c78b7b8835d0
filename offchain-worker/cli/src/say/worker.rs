//! Workers, as their scheduler sees them.

use rlc_protocol::requester::WorkerInfo;

use crate::{
	answer::Answer,
	table::{size, table, when},
};

/// Lists workers; `now` is this machine's time, in ms since the Unix epoch.
pub(crate) fn listed(workers: &[WorkerInfo], now: u64) -> Answer {
	if workers.is_empty() {
		return Answer::new("No worker has joined yet.", workers);
	}
	let rows = workers.iter().map(|worker| {
		let tiers = [(worker.resources.wasm, "wasm"), (worker.resources.container, "container")];
		let tiers: Vec<_> = tiers.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
		[
			worker.account.to_string(),
			state(worker).into(),
			worker.running.to_string(),
			worker.free_slots.to_string(),
			worker.resources.cores.to_string(),
			size(worker.resources.memory),
			tiers.join("+"),
			when(worker.seen, now),
		]
	});
	Answer::new(table(["WORKER", "STATE", "RUNNING", "FREE", "CORES", "MEMORY", "TIERS", "SEEN"], rows), workers)
}

fn state(worker: &WorkerInfo) -> &'static str {
	if !worker.alive {
		"lost"
	} else if worker.draining {
		"draining"
	} else {
		"alive"
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::AccountId;
	use rlc_protocol::Account;

	#[test]
	fn workers_are_listed_with_what_they_do() {
		let worker = WorkerInfo {
			account: Account(AccountId::new([1; 32])),
			operator: None,
			alive: true,
			draining: false,
			resources: rlc_protocol::worker::Resources { wasm: true, cores: 4, ..Default::default() },
			free_slots: 3,
			running: 1,
			seen: 1_000,
		};
		let lost = WorkerInfo { alive: false, ..worker.clone() };
		let text = listed(&[worker, lost], 2_000).text;
		let lines: Vec<_> = text.lines().collect();
		assert!(lines[1].contains("alive") && lines[1].contains("wasm") && lines[1].ends_with("1 s ago"), "{text}");
		assert!(lines[2].contains("lost"), "{text}");
		assert_eq!(listed(&[], 0).text, "No worker has joined yet.");
	}
}
