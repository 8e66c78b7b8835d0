//! What has to hold whenever nothing is under way.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use rlc_chain::{At, Event, MarketplaceEvent, PocoEvent, RlcEvent};

use super::{account, Stack, OTHER_SCHEDULER, SCHEDULER};

impl Stack {
	/// Returns everything that happened on the chain.
	pub async fn history(&self) -> Vec<Event> {
		let (best, hash) = self.chain.best().await.unwrap();
		let mut blocks = self.chain.follow(Some(1), At::Best);
		let mut events = Vec::new();
		if best == 0 {
			return events;
		}
		loop {
			let block = blocks.next().await.expect("the chain does not end").unwrap();
			events.extend(block.events.into_iter().map(|(_, event)| event));
			if block.number >= best || block.hash == hash {
				return events;
			}
		}
	}

	/// Checks that no task is stuck, nobody was paid twice, and nothing is left in the escrow.
	pub async fn audit(&self) {
		let (mut parties, mut closed) = (BTreeSet::new(), BTreeMap::<_, u32>::new());
		let (mut rewards, mut opened) = (BTreeMap::<_, u32>::new(), Vec::new());
		let (mut paid, mut earned) = (0, 0);
		for event in self.history().await {
			match event {
				Event::Marketplace(MarketplaceEvent::DealOpened { deal, first, size, .. }) => {
					opened.push((deal, first, size))
				}
				Event::Poco(PocoEvent::TaskClosed { task, .. }) => *closed.entry(task).or_default() += 1,
				Event::Rlc(RlcEvent::Locked { who, .. }) => drop(parties.insert(who)),
				Event::Rlc(RlcEvent::Seized { amount, .. }) => paid += amount,
				Event::Rlc(RlcEvent::Rewarded { who, amount, task }) => {
					*rewards.entry((task, who)).or_default() += 1;
					earned += amount;
				}
				Event::Rlc(RlcEvent::TreasuryPaid { amount, .. }) => earned += amount,
				_ => {}
			}
		}
		let mut tasks = 0;
		for (deal, first, size) in opened {
			for index in first..first + size {
				let task = rlc_primitives::TaskId::of(deal, index);
				assert_eq!(closed.get(&task), Some(&1), "task {index} of deal {:?} was closed once", deal.0);
				tasks += 1;
			}
		}
		assert_eq!(closed.len(), tasks, "only tasks of deals are closed");
		// The scheduler has a share of the price, and may have computed too.
		let schedulers = [SCHEDULER, OTHER_SCHEDULER].map(account);
		for ((task, who), times) in rewards {
			let most = 1 + u32::from(schedulers.contains(&who));
			assert!(times <= most, "{who} was paid {times} times for task {:?}", task.0);
		}
		assert_eq!(paid, earned, "what is taken is given, to people or to the treasury");
		assert_eq!(self.chain.kitty().await.unwrap(), 0);
		for who in parties {
			assert_eq!(self.chain.funds(&who).await.unwrap().locked, 0, "{who} has something in the escrow");
		}
	}
}
