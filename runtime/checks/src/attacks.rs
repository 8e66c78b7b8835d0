//! Attacks on the chain's economy, played on the real runtime: signed extrinsics, real blocks, real fees. What each cost
//! its attackers, what it brought them, what others lost, and whether a promise was broken is measured, not believed.
//!
//! The promises, E1 to E8, are in `docs/threat-model.md`. One file for each attack; what calls look like is in [`calls`].

mod blinded;
mod blinded_by_poor;
mod blinded_by_restricted;
pub mod calls;
mod cap_nesting;
pub mod chain;
mod copied_calls;
mod dead_delegates;
mod dust_slots;
mod dust_validators;
mod endless_app;
mod free_flood;
mod guessed_commitment;
mod hopeless_requests;
mod kitty_pump;
mod lazy_pool;
pub mod market;
pub mod network;
mod one_account_consensus;
mod out_of_bounds;
pub mod party;
mod paused_reveals;
mod safe_mode;
mod score_farming;
mod self_redeem;
mod starved_reveals;
mod stuffed_agenda;
pub mod toll;
mod under_deposited;
mod unsigned_flood;
mod withheld_consensus;

use std::{
	fmt,
	panic::{catch_unwind, AssertUnwindSafe},
};

use chain::Chain;
use network::Network;
use toll::{rlc, Toll, Verdict};

/// An attack.
pub struct Attack {
	/// What it is called.
	pub name: &'static str,
	/// The promise that it tries to break.
	pub promise: &'static str,
	/// What it does, in one line.
	pub about: &'static str,
	/// The network that it is played on.
	pub network: Network,
	/// Plays it.
	pub play: fn(&mut Chain) -> Toll,
}

/// Every attack, by the promise that it is on.
pub const ALL: [&Attack; 24] = [
	&kitty_pump::ATTACK,
	&self_redeem::ATTACK,
	&paused_reveals::ATTACK,
	&safe_mode::ATTACK,
	&stuffed_agenda::ATTACK,
	&dead_delegates::ATTACK,
	&withheld_consensus::ATTACK,
	&endless_app::ATTACK,
	&free_flood::ATTACK,
	&under_deposited::ATTACK,
	&starved_reveals::ATTACK,
	&unsigned_flood::ATTACK,
	&score_farming::ATTACK,
	&one_account_consensus::ATTACK,
	&lazy_pool::ATTACK,
	&blinded_by_poor::ATTACK,
	&blinded_by_restricted::ATTACK,
	&hopeless_requests::ATTACK,
	&copied_calls::ATTACK,
	&dust_validators::ATTACK,
	&dust_slots::ATTACK,
	&cap_nesting::ATTACK,
	&out_of_bounds::ATTACK,
	&guessed_commitment::ATTACK,
];

/// What became of an attack.
pub struct Played {
	attack: &'static Attack,
	/// Its toll, or how its scene or the runtime broke down.
	outcome: Result<Toll, String>,
}

impl Played {
	/// Returns whether the chain withstood it.
	pub fn is_held(&self) -> bool {
		self.outcome.as_ref().is_ok_and(|toll| toll.verdict() == Verdict::Holds)
	}
}

/// Plays the attacks with these names, or all if there are none, and hands over each as soon as it is played.
///
/// # Errors
///
/// If there is no attack of a name; if one pays or breaks its promise: what the sum of all is.
pub fn run(only: &[String], mut show: impl FnMut(&Played)) -> Result<String, String> {
	if let Some(unknown) = only.iter().find(|name| ALL.iter().all(|attack| attack.name != **name)) {
		return Err(format!("there is no attack `{unknown}`; list them with `rlc-checks attacks --list`"));
	}
	let mut played = Vec::new();
	for attack in ALL.into_iter().filter(|attack| only.is_empty() || only.iter().any(|name| name == attack.name)) {
		let one = play(attack);
		show(&one);
		played.push(one);
	}
	let sum = sum(&played);
	if played.iter().all(Played::is_held) {
		Ok(sum)
	} else {
		Err(sum)
	}
}

/// Plays one attack, on a chain of its own.
pub fn play(attack: &'static Attack) -> Played {
	let (mut state, submitted) = attack.network.start();
	let played = catch_unwind(AssertUnwindSafe(|| state.execute_with(|| (attack.play)(&mut Chain::new(submitted)))));
	let outcome = played.map_err(|panic| {
		let text = panic.downcast_ref::<String>().cloned();
		text.or(panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
	});
	Played { attack, outcome }
}

/// Returns the first line of the table.
pub fn head() -> String {
	line(["attack", "promise", "spent", "held", "won", "victims lost", "verdict", "harm"])
}

impl fmt::Display for Played {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		let Attack { name, promise, .. } = self.attack;
		match &self.outcome {
			Ok(toll) => {
				let [spent, held, won, lost] =
					[toll.spent_for_good, toll.held_refundable, toll.won, toll.victim_lost].map(rlc);
				let harm = toll.harm.as_ref().map_or(String::new(), ToString::to_string);
				let verdict = toll.verdict().to_string();
				f.write_str(&line([name, promise, &spent, &held, &won, &lost, &verdict, &harm]))
			}
			Err(text) => f.write_str(&line([name, promise, "", "", "", "", "FAILED", text])),
		}
	}
}

/// Returns a line of the table; amounts are in RLC.
fn line(cells: [&str; 8]) -> String {
	let [name, promise, spent, held, won, lost, verdict, harm] = cells;
	format!("{name:<22} {promise:<7} {spent:>14} {held:>16} {won:>14} {lost:>14}  {verdict:<7} {harm}")
		.trim_end()
		.into()
}

/// Returns what all came to.
fn sum(played: &[Played]) -> String {
	let tolls: Vec<_> = played.iter().filter_map(|one| one.outcome.as_ref().ok()).collect();
	let all = |amount: fn(&Toll) -> u128| rlc(tolls.iter().map(|toll| amount(toll)).sum());
	let held = played.iter().filter(|one| one.is_held()).count();
	format!(
		"{} attacks: spent {} RLC, won {} RLC, victims lost {} RLC; {held} promises held, {} broken",
		played.len(),
		all(|toll| toll.spent_for_good),
		all(|toll| toll.won),
		all(|toll| toll.victim_lost),
		played.len() - held,
	)
}

#[cfg(test)]
mod tests {
	use std::collections::BTreeSet;

	use super::*;

	#[test]
	fn attacks_have_names_of_their_own_and_say_what_they_are_on() {
		let names: BTreeSet<_> = ALL.iter().map(|attack| attack.name).collect();
		assert_eq!(names.len(), ALL.len());
		for attack in ALL {
			assert!(!attack.about.is_empty() && attack.promise.starts_with(['E', 'I']), "{}", attack.name);
		}
	}

	#[test]
	fn unknown_attack_is_named() {
		let refused = run(&["kitty-plump".into()], |_| panic!("nothing is played"));
		assert!(refused.is_err_and(|message| message.contains("kitty-plump")));
	}

	#[test]
	fn every_attack_is_in_the_threat_model() {
		let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/threat-model.md");
		let text = std::fs::read_to_string(path).expect("the threat model");
		for attack in ALL {
			assert!(text.contains(&format!("`{}`", attack.name)), "{} is not in the threat model", attack.name);
		}
	}

	#[test]
	fn scene_that_breaks_down_does_not_hold() {
		let broken = Played { attack: ALL[0], outcome: Err("a reason".into()) };
		assert!(!broken.is_held() && broken.to_string().contains("FAILED"));
	}
}
