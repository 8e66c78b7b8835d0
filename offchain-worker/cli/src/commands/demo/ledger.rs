//! What each party earned, paid and lost, as the chain says.

use std::{collections::BTreeMap, time::Duration};

use futures::StreamExt;
use rlc_chain::{At, BlockEvents, Chain, Event, Key, RlcEvent};
use rlc_primitives::{money::Score, AccountId, Balance, BlockNumber};

use super::scenes::{DATASET_OWNER, DEVELOPER, REQUESTER};
use crate::{
	amount::Amount,
	failure::{failure, Result},
	stack::{worker_key, SCHEDULER},
	table::table,
};

/// How long the last locks have to be released, which happens when the last task ends.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often they are looked at.
const AGAIN: Duration = Duration::from_millis(500);

/// What a party does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
	Requester,
	Developer,
	DatasetOwner,
	Scheduler,
	Worker,
	Liar,
}

impl Role {
	fn name(self) -> &'static str {
		match self {
			Self::Requester => "requester",
			Self::Developer => "app developer",
			Self::DatasetOwner => "dataset owner",
			Self::Scheduler => "scheduler",
			Self::Worker => "worker",
			Self::Liar => "worker, lies",
		}
	}
}

/// A party whose money is looked at.
struct Party {
	name: String,
	role: Role,
	account: AccountId,
}

/// The books on what parties have, from one moment on.
pub(super) struct Ledger {
	chain: Chain,
	/// The block after which it begins.
	since: BlockNumber,
	parties: Vec<Party>,
}

/// What one party did with its money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Line {
	earned: Balance,
	seized: Balance,
	locked: Balance,
	score: Score,
}

/// What all parties did.
pub(super) struct Account {
	/// As a table.
	pub(super) text: String,
	lines: Vec<(Role, Line)>,
	/// What the treasury got, in nRLC: seized stakes, and what points of score cost.
	treasury: Balance,
}

/// What settlements moved, in nRLC.
#[derive(Default)]
struct Sums {
	/// What each account earned, and what was seized from it.
	accounts: BTreeMap<AccountId, (Balance, Balance)>,
	/// What the treasury got.
	treasury: Balance,
}

impl Ledger {
	/// Opens the books now.
	pub(super) async fn open(node: &str, workers: u32, liars: u32) -> Result<Self> {
		let chain = Chain::connect(node).await?;
		let mut names: Vec<_> = [
			(REQUESTER, Role::Requester),
			(DEVELOPER, Role::Developer),
			(DATASET_OWNER, Role::DatasetOwner),
			(SCHEDULER, Role::Scheduler),
		]
		.map(|(name, role)| (name.to_owned(), role))
		.into();
		names.extend((1..=workers).map(|number| {
			let role = if number > workers - liars { Role::Liar } else { Role::Worker };
			(worker_key(number), role)
		}));
		let party = |(name, role): (String, Role)| Ok(Party { account: Key::from_suri(&name)?.account(), name, role });
		let parties = names.into_iter().map(party).collect::<Result<_>>()?;
		let (since, _) = chain.best().await?;
		Ok(Self { chain, since, parties })
	}

	/// Closes the books, once all locks but those of open deals are released.
	pub(super) async fn close(self) -> Result<Account> {
		let begin = tokio::time::Instant::now();
		loop {
			let (lines, treasury) = self.lines().await?;
			if lines.iter().all(|line| line.locked == 0) || begin.elapsed() > PATIENCE {
				return Ok(self.account(lines, treasury));
			}
			tokio::time::sleep(AGAIN).await;
		}
	}

	/// Returns what each party did, and what the treasury got, in nRLC.
	async fn lines(&self) -> Result<(Vec<Line>, Balance)> {
		let (best, _) = self.chain.best().await?;
		let mut sums = Sums::default();
		if best > self.since {
			let mut blocks = std::pin::pin!(self.chain.follow(Some(self.since + 1), At::Best));
			while let Some(block) = blocks.next().await {
				let block = block?;
				sums.add(&block);
				if block.number >= best {
					break;
				}
			}
		}
		let mut lines = Vec::new();
		for party in &self.parties {
			let (earned, seized) = sums.accounts.get(&party.account).copied().unwrap_or_default();
			let locked = self.chain.funds(&party.account).await?.locked;
			let score = self.chain.worker(&party.account).await?.score;
			lines.push(Line { earned, seized, locked, score });
		}
		Ok((lines, sums.treasury))
	}

	fn account(&self, lines: Vec<Line>, treasury: Balance) -> Account {
		let parties = self.parties.iter().zip(&lines).map(|(party, line)| {
			let (paid, lost) = if party.role == Role::Requester { (line.seized, 0) } else { (0, line.seized) };
			let amount = |amount: Balance| if amount == 0 { String::new() } else { Amount(amount).to_string() };
			let score = matches!(party.role, Role::Worker | Role::Liar).then(|| line.score.to_string());
			[
				party.name.clone(),
				party.role.name().into(),
				amount(line.earned),
				amount(paid),
				amount(lost),
				score.unwrap_or_default(),
			]
		});
		let none = String::new();
		let common = ["treasury".into(), none.clone(), Amount(treasury).to_string(), none.clone(), none.clone(), none];
		let text = table(["ACCOUNT", "ROLE", "EARNED", "PAID", "LOST", "SCORE"], parties.chain([common]));
		let lines = self.parties.iter().map(|party| party.role).zip(lines).collect();
		Account { text, lines, treasury }
	}
}

impl Sums {
	/// Adds what settlements moved in a block.
	fn add(&mut self, block: &BlockEvents) {
		for (_, event) in &block.events {
			match event {
				Event::Rlc(RlcEvent::Rewarded { who, amount, .. }) => {
					self.accounts.entry(who.clone()).or_default().0 += amount
				}
				Event::Rlc(RlcEvent::Seized { who, amount, .. }) => {
					self.accounts.entry(who.clone()).or_default().1 += amount
				}
				Event::Rlc(RlcEvent::TreasuryPaid { amount, .. }) => self.treasury += amount,
				_ => {}
			}
		}
	}
}

impl Account {
	/// Checks that each party got what it deserves.
	///
	/// # Errors
	///
	/// Names a party that did not.
	pub(super) fn check(&self) -> Result<()> {
		let of = |role| self.lines.iter().filter(move |(of, _)| *of == role).map(|(_, line)| line);
		if self.lines.iter().any(|(_, line)| line.locked > 0) {
			return Err(failure!(DemoFailed, "something is still locked, though all tasks are closed"));
		}
		let (earned, seized) = self
			.lines
			.iter()
			.fold((self.treasury, 0), |(earned, seized), (_, line)| (earned + line.earned, seized + line.seized));
		if earned != seized {
			return Err(failure!(DemoFailed, "{} were earned, but {} paid or lost", Amount(earned), Amount(seized)));
		}
		if of(Role::Liar).any(|line| line.seized == 0 || line.score > 0) {
			return Err(failure!(DemoFailed, "the worker that lies was not caught"));
		}
		if of(Role::Worker).any(|line| line.seized > 0) {
			return Err(failure!(DemoFailed, "an honest worker lost a stake"));
		}
		if of(Role::Worker).all(|line| line.earned == 0) {
			return Err(failure!(DemoFailed, "no honest worker earned anything"));
		}
		for role in [Role::Developer, Role::DatasetOwner, Role::Scheduler] {
			if of(role).any(|line| line.earned == 0) {
				return Err(failure!(DemoFailed, "the {} earned nothing", role.name()));
			}
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn line(earned: Balance, seized: Balance, score: Score) -> Line {
		Line { earned, seized, locked: 0, score }
	}

	fn account() -> Account {
		let lines = vec![
			(Role::Requester, line(0, 100, 0)),
			(Role::Developer, line(10, 0, 0)),
			(Role::DatasetOwner, line(20, 0, 0)),
			(Role::Scheduler, line(5, 0, 0)),
			(Role::Worker, line(63, 0, 2)),
			(Role::Liar, line(0, 5, 0)),
		];
		Account { text: String::new(), lines, treasury: 7 }
	}

	#[test]
	fn books_are_in_order_if_the_liar_alone_lost() {
		assert_eq!(account().check(), Ok(()));
	}

	#[test]
	fn what_is_not_as_it_should_be_is_named() {
		let broken = |index: usize, line: Line| {
			let mut account = account();
			account.lines[index].1 = line;
			account.check().unwrap_err().to_string()
		};
		assert!(broken(5, line(5, 5, 0)).contains("were earned"));
		assert!(broken(5, line(0, 5, 1)).contains("not caught"));
		assert!(broken(4, Line { locked: 1, ..line(63, 0, 2) }).contains("still locked"));
		let mut account = account();
		account.lines[4].1 = line(68, 5, 2);
		assert!(account.check().unwrap_err().to_string().contains("honest worker lost"));
	}
}
