//! How far a search may go.

use sp_core::offchain::Timestamp;

/// What is left for a search.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Budget {
	/// Until this time, off chain: there only is a clock.
	Until(Timestamp),
	/// This many looks at offers, and this many combinations whose groups are looked up.
	Counts {
		/// Workerpool offers.
		offers: u32,
		/// Combinations.
		combinations: u32,
	},
}

impl Budget {
	/// Takes a look at an offer. Returns whether it may be taken.
	pub fn take_offer(&mut self) -> bool {
		match self {
			Self::Until(_) => !self.is_spent(),
			Self::Counts { offers, .. } => take(offers),
		}
	}

	/// Adds looks at offers.
	pub fn add_offers(&mut self, more: u32) {
		if let Self::Counts { offers, .. } = self {
			*offers = offers.saturating_add(more);
		}
	}

	/// Takes a combination whose groups have to be looked up. Returns whether it may be tried.
	pub fn take_combination(&mut self) -> bool {
		match self {
			Self::Until(_) => true,
			Self::Counts { combinations, .. } => take(combinations),
		}
	}

	/// Returns whether nothing is left.
	pub fn is_spent(&self) -> bool {
		match self {
			Self::Until(deadline) => sp_io::offchain::timestamp() >= *deadline,
			Self::Counts { offers, .. } => *offers == 0,
		}
	}
}

fn take(left: &mut u32) -> bool {
	match left.checked_sub(1) {
		Some(less) => {
			*left = less;
			true
		}
		None => false,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn counts_end() {
		let mut budget = Budget::Counts { offers: 1, combinations: 2 };
		assert!(budget.take_offer() && budget.is_spent() && !budget.take_offer());
		assert!(budget.take_combination() && budget.take_combination() && !budget.take_combination());
	}
}
