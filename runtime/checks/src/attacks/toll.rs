//! What an attack cost, what it brought, and whether a promise was broken.

use std::fmt;

use rlc_primitives::{Balance, RLC};

/// What an attack cost and brought, in nRLC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Toll {
	/// What the attackers paid and do not get back: fees, charges, stakes that were seized.
	pub spent_for_good: Balance,
	/// The most that they had held and locked at a time, and that comes back.
	pub held_refundable: Balance,
	/// What they gained at the cost of others, before what they spent.
	pub won: Balance,
	/// What those lost who did nothing wrong, beside the fees of their own calls.
	pub victim_lost: Balance,
	/// What the attack did beside moving money.
	pub harm: Option<Harm>,
}

/// A harm that is not money, or that is not the attacker's gain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Harm {
	/// What is counted, and in which unit.
	pub what: &'static str,
	/// How much of it there was.
	pub measured: u128,
	/// How much of it the promise allows.
	pub most: u128,
}

/// Stands for a harm that never ends.
pub const NEVER_ENDS: u128 = 9_999;

/// What an attack comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// It costs more than it brings, and the promise holds.
	Holds,
	/// The attackers end richer than they began.
	Pays,
	/// Nobody grows rich by it, but the promise is broken.
	Breaks,
}

impl Toll {
	/// Returns the same with a harm.
	pub fn with_harm(self, what: &'static str, measured: u128, most: u128) -> Self {
		Self { harm: Some(Harm { what, measured, most }), ..self }
	}

	/// Returns the same without what the attackers were paid for work that they did, in nRLC: that is nobody's loss.
	pub fn without_wages(self, wages: Balance) -> Self {
		Self { won: self.won.saturating_sub(wages), ..self }
	}

	/// Returns what the attack comes to.
	pub fn verdict(&self) -> Verdict {
		if self.won > self.spent_for_good {
			Verdict::Pays
		} else if self.harm.as_ref().is_some_and(|harm| harm.measured > harm.most) {
			Verdict::Breaks
		} else {
			Verdict::Holds
		}
	}
}

impl fmt::Display for Verdict {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.pad(match self {
			Self::Holds => "holds",
			Self::Pays => "PAYS",
			Self::Breaks => "BREAKS",
		})
	}
}

impl fmt::Display for Harm {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		let Self { what, measured, most } = self;
		if *measured == NEVER_ENDS {
			write!(f, "{what}: never (at most {most})")
		} else {
			write!(f, "{what}: {measured} (at most {most})")
		}
	}
}

/// Returns an amount as people read it: in RLC, with as many decimals as it needs.
pub fn rlc(amount: Balance) -> String {
	let text = format!("{}.{:09}", amount / RLC, amount % RLC);
	text.trim_end_matches('0').trim_end_matches('.').into()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn gain_above_cost_pays_and_harm_above_its_bound_breaks() {
		let toll = |spent_for_good, won| Toll { spent_for_good, won, ..Default::default() };
		assert_eq!(toll(1, 2).verdict(), Verdict::Pays);
		assert_eq!(toll(2, 2).verdict(), Verdict::Holds);
		assert_eq!(toll(2, 2).with_harm("tasks", 1, 0).verdict(), Verdict::Breaks);
		assert_eq!(toll(2, 2).with_harm("tasks", 1, 1).verdict(), Verdict::Holds);
		assert_eq!(toll(1, 2).with_harm("tasks", 0, 1).verdict(), Verdict::Pays);
		assert_eq!(toll(1, 3).without_wages(1).verdict(), Verdict::Pays);
		assert_eq!(toll(1, 3).without_wages(2).verdict(), Verdict::Holds);
	}

	#[test]
	fn amounts_are_written_without_idle_zeros() {
		let written = [(0, "0"), (1, "0.000000001"), (RLC, "1"), (60 * RLC + RLC / 4, "60.25")];
		for (amount, text) in written {
			assert_eq!(rlc(amount), text);
		}
	}
}
