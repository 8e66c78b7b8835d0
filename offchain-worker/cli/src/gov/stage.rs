//! How far a referendum is.
//!
//! ```text
//! submitted ─► preparing ─► deciding ⇄ confirming ─► approved: due ─► enacted, or failed
//!                │             └─► rejected
//!                └─ without a decision deposit: waits for it, then times out
//! ```

use rlc_chain::{Enacted, Ended, Failure, Governance, Ongoing, Outcome};
use rlc_primitives::BlockNumber;

use crate::{failure::is_filtered, table::span};

/// How far a referendum is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
	/// It waits until its decision can begin.
	Preparing {
		/// Until this block.
		until: BlockNumber,
	},
	/// It waits for somebody to place the decision deposit.
	Unpaid {
		/// It ends at this block if nobody does.
		until: BlockNumber,
	},
	/// It waits until another referendum of its track is decided.
	Queued,
	/// It is decided, and does not meet its thresholds now.
	Deciding {
		/// It is rejected at this block if it does not by then.
		until: BlockNumber,
	},
	/// It meets its thresholds.
	Confirming {
		/// It is approved at this block if it stays so.
		until: BlockNumber,
	},
	/// It was approved, and its call waits.
	Due {
		/// The call is made at this block.
		at: BlockNumber,
	},
	/// Its call was made.
	Enacted {
		/// In this block.
		block: BlockNumber,
		/// Why it failed; `None`: it did not.
		failure: Option<Failure>,
	},
	/// It has ended. If it was approved, its call was made, and the node does not know how that ended.
	Ended {
		/// How.
		outcome: Outcome,
		/// In which block.
		block: BlockNumber,
	},
}

impl Stage {
	/// Returns how far one is that has not ended.
	pub(crate) fn of(referendum: &Ongoing, rules: &Governance, now: BlockNumber) -> Self {
		let (prepare, decide) = rules.track(referendum.track).map_or((0, 0), |track| (track.prepare, track.decide));
		if let Some(deciding) = referendum.deciding {
			return match deciding.confirming {
				Some(until) => Self::Confirming { until },
				None => Self::Deciding { until: deciding.since.saturating_add(decide) },
			};
		}
		let prepared = referendum.submitted.saturating_add(prepare);
		match (&referendum.decision_deposit, referendum.is_queued) {
			(None, _) => Self::Unpaid { until: referendum.submitted.saturating_add(rules.undecided) },
			(Some(_), false) if now < prepared => Self::Preparing { until: prepared },
			(Some(_), false) => Self::Preparing { until: now.saturating_add(1) },
			(Some(_), true) => Self::Queued,
		}
	}

	/// Returns how far one is that has ended; `enacted` is what became of the call of an approved one.
	pub(crate) fn after(ended: &Ended, enacted: Option<Enacted>) -> Self {
		match enacted {
			Some(Enacted::Due(at)) => Self::Due { at },
			Some(Enacted::Made { block, result }) => Self::Enacted { block, failure: result.err() },
			Some(Enacted::Discarded) | None => Self::Ended { outcome: ended.outcome, block: ended.since },
		}
	}

	/// Returns whether nothing more happens to it.
	pub(crate) fn is_last(&self) -> bool {
		matches!(self, Self::Enacted { .. } | Self::Ended { .. })
	}

	/// Returns its name, for programs.
	pub(crate) fn name(&self) -> &'static str {
		match self {
			Self::Preparing { .. } => "preparing",
			Self::Unpaid { .. } => "unpaid",
			Self::Queued => "queued",
			Self::Deciding { .. } => "deciding",
			Self::Confirming { .. } => "confirming",
			Self::Due { .. } => "due",
			Self::Enacted { failure: None, .. } => "enacted",
			Self::Enacted { failure: Some(_), .. } => "failed",
			Self::Ended { outcome, .. } => match outcome {
				Outcome::Approved => "approved",
				Outcome::Rejected => "rejected",
				Outcome::Canceled => "canceled",
				Outcome::TimedOut => "timedOut",
				Outcome::Killed => "killed",
			},
		}
	}

	/// Returns the block at which it changes by itself, or did.
	pub(crate) fn block(&self) -> Option<BlockNumber> {
		match self {
			Self::Queued => None,
			Self::Preparing { until }
			| Self::Unpaid { until }
			| Self::Deciding { until }
			| Self::Confirming { until }
			| Self::Due { at: until } => Some(*until),
			Self::Enacted { block, .. } | Self::Ended { block, .. } => Some(*block),
		}
	}

	/// Says in short when it changes by itself, or in which block it did; `now` is the best block.
	pub(crate) fn changes(&self, rules: &Governance, now: BlockNumber) -> String {
		match self.block() {
			None => String::new(),
			Some(block) if self.is_last() => format!("block {block}"),
			Some(block) => format!("in {} (block {block})", lasting(block.saturating_sub(now), rules)),
		}
	}

	/// Says it in words; `now` is the best block.
	pub(crate) fn words(&self, rules: &Governance, now: BlockNumber) -> String {
		let left = |until: BlockNumber| ahead(until, now, rules);
		match self {
			Self::Preparing { until } => format!("preparing; its decision begins {}", left(*until)),
			Self::Unpaid { until } => {
				format!("waits for its decision deposit; without one it times out {}", left(*until))
			}
			Self::Queued => "queued: others of its track are decided first, those with the most ayes before".into(),
			Self::Deciding { until } => format!("deciding; it is rejected {} unless it passes", left(*until)),
			Self::Confirming { until } => format!("passing; it is approved {} if it stays so", left(*until)),
			Self::Due { at } => format!("approved; its call is made {}", left(*at)),
			Self::Enacted { block, failure: None } => format!("enacted: its call was made in block {block}"),
			Self::Enacted { block, failure: Some(failure) } => {
				format!("approved, but its call failed in block {block}: {}", why(failure))
			}
			Self::Ended { outcome, block } => match outcome {
				Outcome::Approved => {
					format!("approved in block {block}; the node has discarded how its call ended: ask an archive node")
				}
				Outcome::Rejected => format!("rejected in block {block}"),
				Outcome::Canceled => format!("canceled in block {block}"),
				Outcome::TimedOut => format!("timed out in block {block}: its decision did not begin in time"),
				Outcome::Killed => format!("killed in block {block}, with its deposits"),
			},
		}
	}
}

/// Says why an enacted call failed.
pub(crate) fn why(failure: &Failure) -> String {
	let words = if is_filtered(failure) {
		"a value in it is beyond the bounds of its track, or the call was paused: see `rlc explain call.filtered`"
	} else if failure.is("System", "BadOrigin") {
		"the origin of its track may not make it: propose it again on the track that may"
	} else {
		return failure.to_string();
	};
	format!("{}.{}: {words}", failure.pallet, failure.error)
}

/// Writes a block that is to come: `at block 70, in about 12 s`.
pub(crate) fn ahead(block: BlockNumber, now: BlockNumber, rules: &Governance) -> String {
	let left = block.saturating_sub(now);
	if left == 0 {
		return format!("at block {block}, which is the next one");
	}
	format!("at block {block}, in about {}", lasting(left, rules))
}

/// Writes how long so many blocks take, roughly.
pub(crate) fn lasting(blocks: BlockNumber, rules: &Governance) -> String {
	span(u64::from(blocks).saturating_mul(rules.block_ms))
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use crate::gov::origin::tests::rules;
	use rlc_chain::{Data, Deciding, Deposit, Proposal};
	use rlc_primitives::AccountId;

	/// Returns a referendum of the marketplace's track that was submitted in block 7.
	pub(crate) fn submitted() -> Ongoing {
		Ongoing {
			track: 12,
			origin: Data::Nothing,
			proposal: Proposal::Inline(vec![1]),
			submitted: 7,
			submission_deposit: deposit(1),
			decision_deposit: None,
			deciding: None,
			ayes: 0,
			nays: 0,
			support: 0,
			is_queued: false,
		}
	}

	pub(crate) fn deposit(amount: u128) -> Deposit {
		Deposit { who: AccountId::new([1; 32]), amount }
	}

	fn paid() -> Ongoing {
		Ongoing { decision_deposit: Some(deposit(500)), ..submitted() }
	}

	#[test]
	fn each_stage_follows_from_what_is_stored() {
		let decided = |confirming| Ongoing { deciding: Some(Deciding { since: 20, confirming }), ..paid() };
		for (referendum, stage, name) in [
			(submitted(), Stage::Unpaid { until: 57 }, "unpaid"),
			(paid(), Stage::Preparing { until: 17 }, "preparing"),
			(Ongoing { is_queued: true, ..paid() }, Stage::Queued, "queued"),
			(decided(None), Stage::Deciding { until: 120 }, "deciding"),
			(decided(Some(33)), Stage::Confirming { until: 33 }, "confirming"),
		] {
			assert_eq!(Stage::of(&referendum, &rules(), 9), stage);
			assert_eq!((stage.name(), stage.is_last()), (name, false));
		}
		assert_eq!(Stage::of(&paid(), &rules(), 30), Stage::Preparing { until: 31 }, "it begins with the next block");
	}

	#[test]
	fn approved_call_is_due_or_made_or_past() {
		let (outcome, since) = (Outcome::Approved, 40);
		let ended = Ended { outcome, since, submission_deposit: None, decision_deposit: None };
		let failure = Failure { pallet: "System".into(), error: "BadOrigin".into(), docs: String::new() };
		for (enacted, name, is_last) in [
			(Enacted::Due(43), "due", false),
			(Enacted::Made { block: 43, result: Ok(()) }, "enacted", true),
			(Enacted::Made { block: 43, result: Err(failure) }, "failed", true),
			(Enacted::Discarded, "approved", true),
		] {
			let stage = Stage::after(&ended, Some(enacted));
			assert_eq!((stage.name(), stage.is_last()), (name, is_last));
			assert_eq!(stage.block(), Some(if name == "approved" { 40 } else { 43 }));
		}
		let failed = |pallet: &str, error: &str| {
			why(&Failure { pallet: pallet.into(), error: error.into(), docs: "Docs.".into() })
		};
		assert!(failed("System", "CallFiltered").contains("`rlc explain call.filtered`"));
		assert!(failed("System", "BadOrigin").starts_with("System.BadOrigin: the origin of its track may not"));
		assert_eq!(failed("Poco", "NotOwner"), "Poco.NotOwner: Docs.");
		let rejected = Stage::after(&Ended { outcome: Outcome::Rejected, ..ended }, None);
		assert_eq!(rejected.words(&rules(), 50), "rejected in block 40");
	}

	#[test]
	fn waits_are_told_in_blocks_and_in_time() {
		let stage = Stage::Deciding { until: 120 };
		assert_eq!(stage.words(&rules(), 100), "deciding; it is rejected at block 120, in about 20 s unless it passes");
		assert_eq!(ahead(9, 9, &rules()), "at block 9, which is the next one");
		assert_eq!(stage.changes(&rules(), 100), "in 20 s (block 120)");
		assert_eq!(Stage::Enacted { block: 5, failure: None }.changes(&rules(), 100), "block 5");
		assert_eq!(Stage::Queued.changes(&rules(), 100), "");
	}
}
