//! What a deal's payer pays, as blocks tell it while the deal is followed.

use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};

use futures::{Stream, StreamExt};
use rlc_chain::{At, BlockEvents, Chain, Error, Event, PocoEvent, RlcEvent};
use rlc_primitives::{market::DealView, AccountId, Balance, BlockNumber, DealId};
use tokio::{sync::watch, task::JoinHandle};
use tracing::Instrument;

use super::Paid;

/// How long blocks are waited for that the node has, once a deal is closed.
const PATIENCE: Duration = Duration::from_secs(5);

/// A look at the blocks since a deal was made.
pub(crate) struct Payments {
	seen: Arc<Mutex<Seen>>,
	/// Changes with each block.
	blocks: watch::Receiver<()>,
	look: JoinHandle<()>,
}

impl Payments {
	/// Looks at the blocks from this one on, in which the deal was made.
	pub(crate) fn since(block: BlockNumber, chain: &Chain, view: &DealView) -> Self {
		let seen = Arc::new(Mutex::new(Seen::new(view.id, view.deal.payer.clone())));
		let (told, blocks) = watch::channel(());
		let look = look(seen.clone(), chain.follow(Some(block), At::Best), told);
		let look = tokio::spawn(look.instrument(tracing::info_span!("payments", deal = ?view.id.0)));
		Self { seen, blocks, look }
	}

	/// Returns what was paid for the deal's tasks, once this many were seen to close. What is not seen in time is left out.
	pub(crate) async fn of_closed(mut self, tasks: u64) -> Paid {
		let all = async {
			while (lock(&self.seen).paid.len() as u64) < tasks {
				if self.blocks.changed().await.is_err() {
					return;
				}
			}
		};
		if tokio::time::timeout(PATIENCE, all).await.is_err() {
			tracing::debug!("the blocks are late that close the deal's tasks");
		}
		lock(&self.seen).paid.clone()
	}
}

impl Drop for Payments {
	fn drop(&mut self) {
		self.look.abort();
	}
}

/// What blocks told of a deal.
struct Seen {
	deal: DealId,
	payer: AccountId,
	/// What the payer lost with each task of the deal that was closed.
	paid: Paid,
}

impl Seen {
	fn new(deal: DealId, payer: AccountId) -> Self {
		Self { deal, payer, paid: Paid::new() }
	}

	/// Takes in a block. A task that another branch closed otherwise counts as this one closes it.
	fn take_in(&mut self, block: BlockEvents) {
		let (mut closed, mut lost) = (BTreeSet::new(), BTreeMap::<_, Balance>::new());
		for (_, event) in block.events {
			match event {
				Event::Poco(PocoEvent::TaskClosed { task, deal, .. }) if deal == self.deal => {
					closed.insert(task);
				}
				Event::Rlc(RlcEvent::Seized { who, amount, task }) if who == self.payer => {
					let sum = lost.entry(task).or_default();
					*sum = sum.saturating_add(amount);
				}
				_ => {}
			}
		}
		self.paid.extend(closed.into_iter().map(|task| (task, lost.get(&task).copied().unwrap_or_default())));
	}
}

/// Takes in blocks, and tells of each. An error is not the end: the next block comes after it.
async fn look(
	seen: Arc<Mutex<Seen>>,
	mut blocks: impl Stream<Item = Result<BlockEvents, Error>> + Unpin,
	told: watch::Sender<()>,
) {
	while let Some(block) = blocks.next().await {
		if let Ok(block) = block {
			lock(&seen).take_in(block);
			told.send_replace(());
		}
	}
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
	// It is never left half changed.
	seen.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{Hash, TaskId};

	const DEAL: DealId = DealId(Hash::repeat_byte(1));

	fn task(byte: u8) -> TaskId {
		TaskId(Hash::repeat_byte(byte))
	}

	fn payer() -> AccountId {
		AccountId::new([1; 32])
	}

	fn closed(byte: u8, deal: DealId) -> Event {
		Event::Poco(PocoEvent::TaskClosed { task: task(byte), deal, outcome: None })
	}

	fn seized(byte: u8, who: AccountId, amount: Balance) -> Event {
		Event::Rlc(RlcEvent::Seized { who, amount, task: task(byte) })
	}

	fn block(events: Vec<Event>) -> BlockEvents {
		let events = events.into_iter().map(|event| (Some(1), event)).collect();
		BlockEvents { number: 1, hash: Hash::zero(), parent: Hash::zero(), clock: Default::default(), events }
	}

	#[test]
	fn what_others_lose_and_other_deals_cost_is_left_out() {
		let mut seen = Seen::new(DEAL, payer());
		let other = DealId(Hash::repeat_byte(2));
		seen.take_in(block(vec![
			seized(1, payer(), 5),
			seized(1, AccountId::new([2; 32]), 7),
			closed(1, DEAL),
			closed(2, DEAL),
			seized(3, payer(), 9),
			closed(3, other),
		]));
		assert_eq!(seen.paid, Paid::from([(task(1), 5), (task(2), 0)]));
	}

	#[test]
	fn block_of_another_branch_counts_instead() {
		let mut seen = Seen::new(DEAL, payer());
		seen.take_in(block(vec![seized(1, payer(), 5), closed(1, DEAL)]));
		seen.take_in(block(vec![seized(1, payer(), 3), closed(1, DEAL)]));
		assert_eq!(seen.paid, Paid::from([(task(1), 3)]));
	}

	#[tokio::test]
	async fn all_tasks_of_the_deal_are_waited_for() {
		let (blocks, stream) = futures::channel::mpsc::unbounded();
		let seen = Arc::new(Mutex::new(Seen::new(DEAL, payer())));
		let (told, watch) = watch::channel(());
		let look = tokio::spawn(look(seen.clone(), stream, told));
		let payments = Payments { seen, blocks: watch, look };
		blocks.unbounded_send(Ok(block(vec![closed(1, DEAL)]))).unwrap();
		let all = tokio::spawn(payments.of_closed(2));
		tokio::time::sleep(Duration::from_millis(20)).await;
		assert!(!all.is_finished());
		blocks.unbounded_send(Ok(block(vec![seized(2, payer(), 4), closed(2, DEAL)]))).unwrap();
		assert_eq!(all.await.unwrap(), Paid::from([(task(1), 0), (task(2), 4)]));
	}
}
