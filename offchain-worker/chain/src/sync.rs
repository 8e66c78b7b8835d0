//! Whether a node knows the chain as it is now.
//!
//! A node that is behind answers every question, about the past: tasks that are taken over it may be closed already, and
//! transactions are numbered as they were. So programs that work for others wait for their node when they start, and
//! take nothing new while it is behind.

use std::{
	fmt,
	time::{Duration, SystemTime, UNIX_EPOCH},
};

use rlc_primitives::Moment;
use serde::Deserialize;
use tokio::time::{sleep, Instant};

use crate::{
	questions,
	rpc::{decode_all, params},
	runtime::storage_prefix,
	Chain, Error,
};

/// The age of a best block from which a node counts as behind: many blocks, and more than clocks differ.
const OLD: Duration = Duration::from_secs(60);
/// How often a node that is behind is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How often it is said that a node is still waited for.
const REMINDER: Duration = Duration::from_secs(60);

/// Why a node does not know the chain as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lag {
	/// It fetches blocks that others have.
	Syncing,
	/// It has no block but the first.
	Empty,
	/// Its best block is so old.
	Old(Duration),
}

impl fmt::Display for Lag {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Syncing => f.write_str("the node is syncing"),
			Self::Empty => f.write_str("the node has no block yet but the first"),
			Self::Old(age) => {
				write!(f, "the node's best block is {} s old (or this machine's clock is wrong)", age.as_secs())
			}
		}
	}
}

/// What a node says of itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Health {
	is_syncing: bool,
}

impl Chain {
	/// Returns why the node is behind; `None` if it is in sync: it fetches no blocks that others have, and its best block
	/// is younger than a minute. On development chains, blocks may come only when they are needed, so their age does not
	/// count.
	///
	/// # Errors
	///
	/// Those of every question.
	pub async fn lag(&self) -> Result<Option<Lag>, Error> {
		let rpc = self.rpc();
		let health: Health = rpc.ask("system_health", params![]).await?;
		let kind: serde_json::Value = rpc.ask("system_chainType", params![]).await?;
		// Not by the runtime's description: that of an old block need not fit this program.
		let now = storage_prefix(questions::NOW.pallet, questions::NOW.name);
		let best = rpc.storage(&now, None).await?.map(|bytes| decode_all(questions::NOW.name, &bytes)).transpose()?;
		let machine = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		Ok(lag(health.is_syncing, kind == "Development", best.unwrap_or_default(), machine))
	}

	/// Waits until the node is in sync, and checks that this program fits the chain. Logs what it waits for.
	///
	/// # Errors
	///
	/// Those of every question; [`Error::Mismatch`] if this program does not fit the chain.
	pub async fn until_in_sync(&self) -> Result<(), Error> {
		let mut told: Option<Instant> = None;
		while let Some(lag) = self.lag().await? {
			if told.is_none_or(|told| told.elapsed() >= REMINDER) {
				log::warn!("{lag}; waiting for it");
				told = Some(Instant::now());
			}
			sleep(LOOK).await;
		}
		if told.is_some() {
			// At the level of what it ends: whoever saw that sees this.
			log::warn!("the node is in sync");
		}
		self.runtime(None).await.map(drop)
	}
}

/// Returns why a node is behind whose best block was made at this time, in ms; `machine` is this machine's time since the
/// Unix epoch.
fn lag(is_syncing: bool, is_development: bool, best: Moment, machine: Duration) -> Option<Lag> {
	let age = machine.saturating_sub(Duration::from_millis(best));
	if is_syncing {
		Some(Lag::Syncing)
	} else if is_development || age < OLD {
		None
	} else if best == 0 {
		Some(Lag::Empty)
	} else {
		Some(Lag::Old(age))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const NOW: Moment = 1_700_000_000_000;

	/// Returns what is found now of a node whose best block was made at this time.
	fn found(is_syncing: bool, is_development: bool, best: Moment) -> Option<Lag> {
		lag(is_syncing, is_development, best, Duration::from_millis(NOW))
	}

	#[test]
	fn node_is_in_sync_if_it_has_all_that_others_have_and_a_young_block() {
		assert_eq!(found(false, false, NOW - 59_999), None);
		assert_eq!(found(false, false, NOW + 5_000), None, "clocks differ");
		assert_eq!(found(false, false, NOW - 60_000), Some(Lag::Old(OLD)));
		assert_eq!(found(true, false, NOW), Some(Lag::Syncing));
		assert_eq!(found(false, false, 0), Some(Lag::Empty));
	}

	#[test]
	fn development_chain_makes_blocks_when_it_likes() {
		assert_eq!(found(false, true, 0), None);
		assert_eq!(found(false, true, NOW - 3_600_000), None);
		assert_eq!(found(true, true, NOW), Some(Lag::Syncing));
	}
}
