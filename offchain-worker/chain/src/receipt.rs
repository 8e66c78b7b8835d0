//! What became of a transaction.

use futures::StreamExt;
use rlc_primitives::{Balance, BlockNumber, Hash, TaskId};
use serde::Deserialize;
use serde_json::Value;
use subxt_rpcs::client::RpcSubscription;

use crate::{
	events::{Event, PocoEvent},
	extrinsic::{hash, Extrinsic},
	follow::{At, Head},
	rpc::bad_answer,
	Chain, Error,
};

/// A transaction that is in a block and did what it was to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
	/// The transaction.
	pub hash: Hash,
	/// The block that has it.
	pub block: Hash,
	/// That block's height.
	pub number: BlockNumber,
	/// Its index in the block.
	pub index: u32,
	/// What was paid beside its fee, for coming first, in nRLC.
	pub tip: Balance,
	/// What it did, in its order.
	pub events: Vec<Event>,
}

impl Receipt {
	/// Returns the tasks whose contributions or reveals did not count, of a batch of which others did.
	pub fn passed_over(&self) -> impl Iterator<Item = TaskId> + use<'_> {
		self.events.iter().filter_map(|event| match event {
			Event::Poco(PocoEvent::RevealRefused { task, .. } | PocoEvent::ContributionRefused { task, .. }) => {
				Some(*task)
			}
			_ => None,
		})
	}
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
	/// One of the best blocks has it.
	Included,
	/// A final block has it.
	Finalized,
}

/// What a node tells of a transaction that it has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Status {
	Future,
	Ready,
	Broadcast(Value),
	InBlock(Hash),
	Retracted(Hash),
	FinalityTimeout(Hash),
	Finalized(Hash),
	Usurped(Hash),
	Dropped,
	Invalid,
}

/// What follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
	/// Wait for more.
	Wait,
	/// It is in this block.
	Done(Hash),
	/// It left the pool.
	Gone(&'static str),
}

impl Status {
	fn next(&self, until: Until) -> Next {
		match self {
			Self::InBlock(block) if until == Until::Included => Next::Done(*block),
			Self::Finalized(block) => Next::Done(*block),
			Self::Usurped(_) => Next::Gone("usurped"),
			Self::Dropped => Next::Gone("dropped"),
			Self::Invalid => Next::Gone("invalid"),
			Self::Future
			| Self::Ready
			| Self::Broadcast(_)
			| Self::InBlock(_)
			| Self::Retracted(_)
			| Self::FinalityTimeout(_) => Next::Wait,
		}
	}
}

impl Chain {
	/// Waits for what the node tells of a transaction; `None` if it stops telling.
	pub(crate) async fn watched(
		&self,
		extrinsic: &Extrinsic,
		mut watch: RpcSubscription<Status>,
		until: Until,
	) -> Result<Option<Receipt>, Error> {
		while let Some(Ok(status)) = watch.next().await {
			match status.next(until) {
				Next::Wait => {}
				Next::Done(block) => return self.receipt(extrinsic, block).await.map(Some),
				Next::Gone(why) => return Err(Error::Dropped { hash: extrinsic.hash, why: why.into() }),
			}
		}
		Ok(None)
	}

	/// Looks for a transaction in the blocks since the one of height `since`, as long as it takes.
	pub(crate) async fn found(
		&self,
		extrinsic: &Extrinsic,
		since: BlockNumber,
		until: Until,
	) -> Result<Receipt, Error> {
		let at = match until {
			Until::Included => At::Best,
			Until::Finalized => At::Finalized,
		};
		let mut blocks = self.follow(Some(since), at);
		loop {
			let block = blocks.next().await.ok_or_else(|| bad_answer("following the chain", "it ended"))??;
			let (_, extrinsics) = self.rpc().block(block.hash).await?;
			if extrinsics.iter().any(|bytes| extrinsic.is(bytes)) {
				return self.receipt(extrinsic, block.hash).await;
			}
		}
	}

	/// Looks for a transaction in the best blocks since the one of height `since`, as far as there are any now.
	pub(crate) async fn in_block(&self, extrinsic: &Extrinsic, since: BlockNumber) -> Result<Option<Receipt>, Error> {
		let (best, _) = self.best().await?;
		for number in since..=best {
			let Some(hash) = self.rpc().block_hash(number).await? else { break };
			let (_, extrinsics) = self.rpc().block(hash).await?;
			if extrinsics.iter().any(|bytes| extrinsic.is(bytes)) {
				return self.receipt(extrinsic, hash).await.map(Some);
			}
		}
		Ok(None)
	}

	/// Looks for a transaction in the block `last` and in those before it, down to height `since`. Goes by parents, so that
	/// it misses none of them, whichever blocks are the best ones meanwhile.
	pub(crate) async fn in_branch(
		&self,
		extrinsic: &Extrinsic,
		since: BlockNumber,
		mut last: Hash,
	) -> Result<Option<Receipt>, Error> {
		loop {
			let (header, extrinsics) = self.rpc().block(last).await?;
			if extrinsics.iter().any(|bytes| extrinsic.is(bytes)) {
				return self.receipt(extrinsic, last).await.map(Some);
			}
			if header.number <= since {
				return Ok(None);
			}
			last = header.parent_hash;
		}
	}

	/// Returns what a transaction did in a block that has it.
	async fn receipt(&self, extrinsic: &Extrinsic, block: Hash) -> Result<Receipt, Error> {
		let (header, extrinsics) = self.rpc().block(block).await?;
		let found = (0..).zip(&extrinsics).find(|(_, bytes)| extrinsic.is(bytes));
		let (index, bytes) =
			found.ok_or_else(|| bad_answer("chain_getBlock", "the transaction is not in its block"))?;
		let hash = hash(bytes);
		let happened = self.events_of(Head::of(&header)).await?;
		let mut events = Vec::new();
		for (by, event) in happened.events {
			match event {
				_ if by != Some(index) => {}
				// A proxy's call that is refused is told as if its account had sent it.
				Event::ExtrinsicFailed { failure } | Event::ProxiedFailed { failure } => {
					return Err(Error::Refused(failure));
				}
				Event::ExtrinsicSuccess => {}
				event => events.push(event),
			}
		}
		Ok(Receipt { hash, block, number: header.number, index, tip: extrinsic.tip, events })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn items_of_a_batch_that_did_not_count_are_told_from_others() {
		let worker = rlc_primitives::AccountId::new([1; 32]);
		let [one, two, three] = [1, 2, 3].map(|byte| TaskId(Hash::repeat_byte(byte)));
		let error = sp_runtime::DispatchError::BadOrigin;
		let events = [
			PocoEvent::RevealRefused { task: one, worker: worker.clone(), error },
			PocoEvent::Revealed { task: two, worker: worker.clone(), digest: Default::default() },
			PocoEvent::ContributionRefused { task: three, worker, error },
		];
		let events = events.map(Event::Poco).into();
		let receipt = Receipt { hash: Hash::zero(), block: Hash::zero(), number: 1, index: 2, tip: 0, events };
		assert_eq!(receipt.passed_over().collect::<Vec<_>>(), [one, three]);
	}

	#[test]
	fn what_a_node_tells_is_understood() {
		let block = Hash::repeat_byte(1);
		let told = |text: &str| serde_json::from_str::<Status>(text).unwrap();
		let (in_block, last) =
			(told(&format!("{{\"inBlock\":\"{block:?}\"}}")), told(&format!("{{\"finalized\":\"{block:?}\"}}")));
		assert_eq!(in_block.next(Until::Included), Next::Done(block));
		assert_eq!(in_block.next(Until::Finalized), Next::Wait);
		assert_eq!(last.next(Until::Finalized), Next::Done(block));
		assert_eq!(last.next(Until::Included), Next::Done(block));
		assert_eq!(told("\"ready\"").next(Until::Included), Next::Wait);
		assert_eq!(told("{\"broadcast\":[\"a\"]}").next(Until::Included), Next::Wait);
		assert_eq!(told("\"dropped\"").next(Until::Included), Next::Gone("dropped"));
		assert_eq!(told("\"invalid\"").next(Until::Finalized), Next::Gone("invalid"));
		let usurped = told(&format!("{{\"usurped\":\"{block:?}\"}}"));
		assert_eq!(usurped.next(Until::Finalized), Next::Gone("usurped"));
	}
}
