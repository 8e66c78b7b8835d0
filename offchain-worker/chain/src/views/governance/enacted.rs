//! Whether the call of an approved referendum was made.

use codec::Encode;
use rlc_primitives::{BlockNumber, Hash};
use sp_io::hashing::blake2_256;

use crate::{Chain, Data, Error, Failure};

/// How many blocks after its time a call may be made, at the most, because those before are full.
const LATEST: BlockNumber = 16;

/// What became of the call of an approved referendum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enacted {
	/// It will be made at this block.
	Due(BlockNumber),
	/// It was made.
	Made {
		/// In this block.
		block: BlockNumber,
		/// Why it failed, if it did.
		result: Result<(), Failure>,
	},
	/// It is past, and the node has discarded what happened then, or the runtime of that time cannot be read here.
	Discarded,
}

impl Chain {
	/// Returns what became of the call of a referendum that was approved in block `since`.
	///
	/// # Errors
	///
	/// Those of every question.
	pub async fn enacted(&self, index: u32, since: BlockNumber) -> Result<Enacted, Error> {
		let name = task(index);
		if let Some(when) = self.scheduled(&name, None).await? {
			return Ok(Enacted::Due(when));
		}
		match self.past(&name, since).await {
			Ok(Some((block, result))) => Ok(Enacted::Made { block, result }),
			Ok(None) | Err(Error::Rpc { .. } | Error::Mismatch { .. }) => Ok(Enacted::Discarded),
			Err(error) => Err(error),
		}
	}

	/// Returns when a call was made that was scheduled in block `since`, and how it ended.
	async fn past(
		&self,
		name: &[u8; 32],
		since: BlockNumber,
	) -> Result<Option<(BlockNumber, Result<(), Failure>)>, Error> {
		let Some(approved) = self.rpc().block_hash(since).await? else { return Ok(None) };
		let Some(when) = self.scheduled(name, Some(approved)).await? else { return Ok(None) };
		let (best, _) = self.best().await?;
		for number in when..=best.min(when.saturating_add(LATEST)) {
			let Some(hash) = self.rpc().block_hash(number).await? else { break };
			if let Some(result) = self.ended_in(hash, name).await? {
				return Ok(Some((number, result)));
			}
		}
		Ok(None)
	}

	/// Returns for which block a call is scheduled.
	async fn scheduled(&self, name: &[u8; 32], at: Option<Hash>) -> Result<Option<BlockNumber>, Error> {
		let address = self.described("Scheduler", "Lookup", &[name.to_vec()], at).await?;
		Ok(address.as_ref().and_then(Data::as_list).and_then(|address| address.first()?.as_number()))
	}

	/// Returns how a scheduled call ended, if it did in this block.
	async fn ended_in(&self, block: Hash, name: &[u8; 32]) -> Result<Option<Result<(), Failure>>, Error> {
		let events = self.described_events(block).await?;
		let Some((kind, result)) = events.iter().find_map(|(_, event)| ending(event, name)) else { return Ok(None) };
		Ok(Some(match result.and_then(Data::as_variant) {
			Some(("Ok", _)) => Ok(()),
			Some((_, error)) => Err(self.runtime(None).await?.described_failure(error)),
			// It could not be made at all.
			None => Err(Failure { pallet: "Scheduler".into(), error: kind.into(), docs: String::new() }),
		}))
	}
}

/// Returns the name of the event that ended this scheduled call, and its result.
fn ending<'a>(event: &'a Data, name: &[u8; 32]) -> Option<(&'a str, Option<&'a Data>)> {
	let (pallet, kind, fields) = event.as_call()?;
	let is_last = ["Dispatched", "CallUnavailable", "PermanentlyOverweight"].contains(&kind);
	let is_its = pallet == "Scheduler" && is_last && fields.field("id")?.as_bytes() == Some(name.as_slice());
	is_its.then(|| (kind, fields.field("result")))
}

/// Returns the name by which the chain schedules the call of a referendum.
fn task(index: u32) -> [u8; 32] {
	(*b"assembly", "enactment", index).using_encoded(blake2_256)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn ending_of_a_call_is_told_from_others() {
		let name = task(3);
		assert_ne!(name, task(4));
		let event = |kind: &str, id: [u8; 32]| {
			let fields = [("id", Data::Bytes(id.to_vec())), ("result", Data::variant("Ok", Data::Nothing))];
			Data::variant("Scheduler", Data::variant(kind, Data::fields(fields)))
		};
		let made = event("Dispatched", name);
		let (kind, result) = ending(&made, &name).unwrap();
		assert_eq!((kind, result), ("Dispatched", Some(&Data::variant("Ok", Data::Nothing))));
		assert_eq!(ending(&event("Dispatched", task(4)), &name), None);
		assert_eq!(ending(&event("Scheduled", name), &name), None);
		assert_eq!(ending(&Data::Nothing, &name), None);
	}
}
