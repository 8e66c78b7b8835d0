//! Every block once, in order, whatever happens to the connection and to the chain's head.

mod seen;

use std::{collections::VecDeque, time::Duration};

use futures::{future::try_join_all, stream, Stream};
use rlc_primitives::{BlockNumber, Clock, ClockReading, Header, Moment};
use subxt_rpcs::client::RpcSubscription;
use tokio::time::sleep;

use crate::{
	events::BlockEvents,
	questions,
	rpc::{bad_answer, decode_all, params},
	runtime::{storage_prefix, EVENTS},
	Chain, Error,
};

pub(crate) use seen::Head;
use seen::Seen;

/// A gap that is longer is filled by height as far as the chain is final, which needs no memory of the gap.
const LONG: BlockNumber = 32;
/// How many blocks are looked up at once.
const BATCH: BlockNumber = 32;
/// What comes before another attempt after an error.
const PAUSE: Duration = Duration::from_millis(500);

/// Which blocks to follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum At {
	/// The best ones: soonest. When another branch becomes the best one, its blocks are delivered from where it left the
	/// former one: the height goes back, and what the former branch's blocks said no longer holds. No block is
	/// delivered twice, so a branch that becomes the best one again goes on where it was left.
	#[default]
	Best,
	/// The final ones: later, and what they say holds forever.
	Finalized,
}

impl At {
	/// Returns the subscription's name, and what ends it.
	fn subscription(self) -> (&'static str, &'static str) {
		match self {
			Self::Best => ("chain_subscribeNewHeads", "chain_unsubscribeNewHeads"),
			Self::Finalized => ("chain_subscribeFinalizedHeads", "chain_unsubscribeFinalizedHeads"),
		}
	}
}

/// See [`Chain::follow`].
pub(crate) fn stream(
	chain: Chain,
	from: Option<BlockNumber>,
	at: At,
) -> impl Stream<Item = Result<BlockEvents, Error>> + Send + Unpin + 'static {
	let follower =
		Follower { chain, at, heads: None, seen: Seen::new(from), target: None, ready: VecDeque::new(), failed: false };
	Box::pin(stream::unfold(follower, |mut follower| async move {
		let item = follower.next().await;
		Some((item, follower))
	}))
}

struct Follower {
	chain: Chain,
	at: At,
	/// Where new heads come from. `None`: to be subscribed to.
	heads: Option<RpcSubscription<Header>>,
	/// What was delivered recently.
	seen: Seen,
	/// A head to which the way is not complete.
	target: Option<Head>,
	/// The next blocks to deliver, the next one first.
	ready: VecDeque<Head>,
	/// Whether the last attempt failed.
	failed: bool,
}

impl Follower {
	async fn next(&mut self) -> Result<BlockEvents, Error> {
		if std::mem::take(&mut self.failed) {
			sleep(PAUSE).await;
		}
		let next = self.attempt().await;
		match &next {
			Ok(block) => self.chain.rpc().note_back(block.number),
			Err(Error::Unreachable { cause, .. }) => self.chain.rpc().note_away(cause),
			Err(_) => {}
		}
		if next.is_err() {
			// All but what was delivered is found again, beginning with the head that the node tells of first.
			(self.failed, self.heads, self.target) = (true, None, None);
			self.ready.clear();
		}
		next
	}

	async fn attempt(&mut self) -> Result<BlockEvents, Error> {
		loop {
			if let Some(head) = self.ready.front().copied() {
				let block = match self.chain.events_of(head).await {
					Err(error) if is_discarded(&error) => return Err(self.skip_discarded(head.number).await?),
					other => other?,
				};
				self.ready.pop_front();
				self.seen.push(head);
				return Ok(block);
			}
			let head = match self.target.take() {
				Some(head) => head,
				None => self.next_head().await?,
			};
			if !self.seen.wants(&head) {
				continue;
			}
			if self.fill(&head).await? {
				self.target = Some(head);
			} else {
				self.ready = self.way_to(head).await?;
			}
		}
	}

	/// Returns the next head that the node tells of; after the connection was lost, the current one.
	async fn next_head(&mut self) -> Result<Head, Error> {
		loop {
			let heads = match &mut self.heads {
				Some(heads) => heads,
				None => {
					let (begin, end) = self.at.subscription();
					self.heads.insert(self.chain.rpc().follow(begin, params![], end).await?)
				}
			};
			match heads.next().await {
				Some(Ok(header)) => return Ok(Head::of(&header)),
				Some(Err(error)) => self.chain.rpc().note_away(&error),
				None => self.chain.rpc().note_away(&"its blocks end"),
			}
			self.heads = None;
			sleep(PAUSE).await;
		}
	}

	/// Makes the next final blocks ready if `head` is far away. Whether there are any.
	async fn fill(&mut self, head: &Head) -> Result<bool, Error> {
		if self.seen.gap(head.number) <= LONG {
			return Ok(false);
		}
		let (last, _) = self.chain.finalized().await?;
		// The branch that was followed may have ended since.
		while let Some((number, hash)) = self.seen.last().filter(|(number, _)| *number <= last) {
			if self.chain.rpc().block_hash(number).await? == Some(hash) {
				break;
			}
			self.seen.pop();
		}
		let next = self.seen.next_number();
		let last = last.min(head.number).min(next.saturating_add(BATCH - 1));
		self.ready = try_join_all((next..=last).map(|number| self.chain.head_at(number))).await?.into();
		Ok(!self.ready.is_empty())
	}

	/// Returns the blocks from what was delivered up to `head`, by their parents.
	async fn way_to(&mut self, head: Head) -> Result<VecDeque<Head>, Error> {
		let mut way = VecDeque::from([head]);
		let mut first = head;
		while !self.seen.joins(&first) {
			first = Head::of(&self.chain.rpc().header(Some(first.parent)).await?);
			way.push_front(first);
		}
		Ok(way)
	}

	/// Passes over blocks whose state the node no longer has, and returns what to say of that.
	async fn skip_discarded(&mut self, number: BlockNumber) -> Result<Error, Error> {
		let (mut discarded, (mut kept, _)) = (number, self.chain.best().await?);
		// What is discarded is older than what is kept.
		while kept.saturating_sub(discarded) > 1 {
			let middle = discarded + (kept - discarded) / 2;
			match self.chain.events_of(self.chain.head_at(middle).await?).await {
				Ok(_) => kept = middle,
				Err(error) if is_discarded(&error) => discarded = middle,
				Err(error) => return Err(error),
			}
		}
		log::warn!("the node has discarded what happened in blocks {number} to {discarded}");
		self.seen = Seen::new(Some(discarded.saturating_add(1)));
		Ok(Error::Discarded { number })
	}
}

/// Returns whether a node says that it has pruned a block's state.
fn is_discarded(error: &Error) -> bool {
	matches!(error, Error::Rpc { words, .. } if words.contains("State already discarded"))
}

impl Chain {
	/// Returns what happened in the block of this height on the best chain; `None` if the node has discarded its state.
	///
	/// # Errors
	///
	/// Those of every question; [`Error::BadAnswer`] if the node has no such block.
	pub async fn events_at(&self, number: BlockNumber) -> Result<Option<BlockEvents>, Error> {
		match self.events_of(self.head_at(number).await?).await {
			Err(error) if is_discarded(&error) => Ok(None),
			other => other.map(Some),
		}
	}

	/// Returns the block of this height on the best chain.
	async fn head_at(&self, number: BlockNumber) -> Result<Head, Error> {
		let hash = self.rpc().block_hash(number).await?;
		let hash = hash.ok_or_else(|| bad_answer("chain_getBlockHash", format_args!("it has no block {number}")))?;
		Ok(Head::of(&self.rpc().header(Some(hash)).await?))
	}

	/// Returns what happened in a block.
	pub(crate) async fn events_of(&self, head: Head) -> Result<BlockEvents, Error> {
		let Head { number, hash, parent } = head;
		let events = storage_prefix(EVENTS.0, EVENTS.1);
		let now = storage_prefix(questions::CLOCK.pallet, questions::CLOCK.name);
		let gap = storage_prefix(questions::MAX_GAP.pallet, questions::MAX_GAP.name);
		let keys = [events.as_slice(), now.as_slice(), gap.as_slice()];
		// The parent's runtime made the block; the first block was made by nobody.
		let maker = if number == 0 { hash } else { parent };
		let (runtime, found) = futures::try_join!(self.runtime(Some(maker)), self.bytes_at(&keys, hash))?;
		let [events, now, gap] =
			<[_; 3]>::try_from(found).map_err(|_| bad_answer("state_queryStorageAt", "too little"))?;
		let now = now.map(|bytes| decode_all::<ClockReading>("Clock.Reading", &bytes)).transpose()?;
		let gap = gap.map(|bytes| decode_all::<Moment>("Clock.MaxGap", &bytes)).transpose()?;
		let clock = Clock::of(now.unwrap_or_default(), gap);
		let events = events.map(|bytes| runtime.events(&bytes)).transpose()?.unwrap_or_default();
		Ok(BlockEvents { number, hash, parent, clock, events })
	}
}
