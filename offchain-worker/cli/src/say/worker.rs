//! Workers, as their scheduler sees them.

use rlc_protocol::requester::{WorkerInfo, WorkerRecord};

use crate::{
	answer::Answer,
	table::{size, span, table, when},
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
			state(worker, now),
			worker.running.to_string(),
			worker.free_slots.to_string(),
			slots(worker),
			worker.resources.cores.to_string(),
			size(worker.resources.memory),
			tiers.join("+"),
			standing(worker),
			when(worker.seen, now),
		]
	});
	let head = ["WORKER", "STATE", "RUNNING", "FREE", "SLOTS", "CORES", "MEMORY", "TIERS", "STANDING", "SEEN"];
	Answer::new(table(head, rows), workers)
}

fn state(worker: &WorkerInfo, now: u64) -> String {
	let away = worker.record.and_then(|record| record.away_until).filter(|until| *until > now);
	match away {
		_ if !worker.alive => "lost".into(),
		_ if worker.draining => "draining".into(),
		Some(until) => format!("away for {}", span(until.saturating_sub(now))),
		None => "alive".into(),
	}
}

/// Returns how many slots are used, of those that a worker declares.
fn slots(worker: &WorkerInfo) -> String {
	let (used, declared) = (worker.usable_slots(), worker.resources.slots);
	if used == declared {
		used.to_string()
	} else {
		format!("{used} of {declared}")
	}
}

/// Returns whether a worker is vouched for, and what a stranger has earned.
fn standing(worker: &WorkerInfo) -> String {
	let Some(WorkerRecord { validated, refuted, lost, proven, .. }) = worker.record else {
		// A scheduler that is too old to say keeps no records.
		return if worker.vouched { "vouched" } else { "" }.into();
	};
	let name = if proven { "proven" } else { "stranger" };
	format!("{name}: {validated} validated, {refuted} refuted, {lost} lost")
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
			vouched: true,
			alive: true,
			draining: false,
			record: None,
			usable_slots: None,
			resources: rlc_protocol::worker::Resources { wasm: true, cores: 4, ..Default::default() },
			free_slots: 3,
			running: 1,
			seen: 1_000,
		};
		let lost = WorkerInfo { alive: false, vouched: false, ..worker.clone() };
		let text = listed(&[worker, lost], 2_000).text;
		let lines: Vec<_> = text.lines().collect();
		assert!(lines[1].contains("alive") && lines[1].contains("wasm") && lines[1].ends_with("1 s ago"), "{text}");
		assert!(lines[2].contains("lost"), "{text}");
		assert!(text.contains("vouched"), "{text}");
		assert_eq!(listed(&[], 0).text, "No worker has joined yet.");
	}

	#[test]
	fn stranger_is_listed_with_what_it_has_earned() {
		let record = WorkerRecord { validated: 4, refuted: 1, lost: 2, proven: false, away_until: Some(301_000) };
		let stranger = WorkerInfo {
			account: Account(AccountId::new([1; 32])),
			operator: None,
			vouched: false,
			alive: true,
			draining: false,
			record: Some(record),
			resources: rlc_protocol::worker::Resources { slots: 16, ..Default::default() },
			usable_slots: Some(3),
			free_slots: 0,
			running: 0,
			seen: 1_000,
		};
		let answer = listed(std::slice::from_ref(&stranger), 1_000);
		for words in ["away for 5 min", "3 of 16", "stranger: 4 validated, 1 refuted, 2 lost"] {
			assert!(answer.text.contains(words), "{words} in {}", answer.text);
		}
		let json = &answer.json[0];
		assert_eq!((&json["vouched"], &json["usableSlots"]), (&false.into(), &3.into()), "{json}");
		assert_eq!((&json["record"]["refuted"], &json["record"]["awayUntil"]), (&1.into(), &301_000.into()), "{json}");
		assert!(listed(&[stranger], 301_000).text.contains("alive"), "that is over");
	}
}
