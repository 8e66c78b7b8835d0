//! What apps write while they run, on its way from their workers to those who read along. Nothing of it is kept.

use std::{
	collections::HashMap,
	hash::Hash,
	net::IpAddr,
	sync::{Arc, Mutex, MutexGuard},
};

use rlc_primitives::{AccountId, TaskId};
use rlc_protocol::requester::WorkerShown;
use tokio::sync::broadcast;

/// The most that read along with one task, and the most tasks that one account reads along with.
const MAX_EACH: usize = 4;
const MAX_TASKS: usize = 64;
/// The most tasks that one address reads along with, whatever accounts it has: none has all places.
const MAX_OF_ADDRESS: usize = 256;
/// The most of all that read along.
const MAX_ALL: usize = 1_024;
/// The most messages that wait for one that reads slowly: it misses what comes meanwhile. A hostile worker makes each of
/// 48 KiB.
const MAX_WAITING: usize = 8;

/// The tasks that are read along with.
#[derive(Default)]
pub(crate) struct Shows(Mutex<Table>);

#[derive(Default)]
struct Table {
	readers: HashMap<TaskId, broadcast::Sender<WorkerShown>>,
	/// How many tasks each account reads along with, and each address.
	accounts: HashMap<AccountId, usize>,
	addresses: HashMap<IpAddr, usize>,
	all: usize,
}

/// One that reads along with a task, as long as this is kept.
pub(crate) struct Reader {
	/// What the task's apps write from now on.
	pub told: broadcast::Receiver<WorkerShown>,
	task: TaskId,
	account: AccountId,
	address: IpAddr,
	shows: Arc<Shows>,
}

impl Shows {
	/// Lets an account at an address read along with a task; `None`: too many do, or these do with too many.
	pub fn read(self: &Arc<Self>, task: TaskId, account: &AccountId, address: IpAddr) -> Option<Reader> {
		let mut table = self.lock();
		let of_task = table.readers.get(&task).map_or(0, broadcast::Sender::receiver_count);
		let is_full = of_task >= MAX_EACH
			|| count(&table.accounts, account) >= MAX_TASKS
			|| count(&table.addresses, &address) >= MAX_OF_ADDRESS
			|| table.all >= MAX_ALL;
		if is_full {
			return None;
		}
		table.all += 1;
		*table.accounts.entry(account.clone()).or_default() += 1;
		*table.addresses.entry(address).or_default() += 1;
		let told = table.readers.entry(task).or_insert_with(|| broadcast::Sender::new(MAX_WAITING)).subscribe();
		Some(Reader { told, task, account: account.clone(), address, shows: self.clone() })
	}

	/// Tells what an app wrote to those who read along.
	pub fn tell(&self, shown: WorkerShown) {
		if let Some(readers) = self.lock().readers.get(&shown.shown.task) {
			// Fails only if the last of them is just leaving.
			let _ = readers.send(shown);
		}
	}

	fn leave(&self, reader: &Reader) {
		let mut table = self.lock();
		table.all = table.all.saturating_sub(1);
		// The one that leaves is still counted.
		if table.readers.get(&reader.task).is_some_and(|readers| readers.receiver_count() <= 1) {
			table.readers.remove(&reader.task);
		}
		subtract(&mut table.accounts, &reader.account);
		subtract(&mut table.addresses, &reader.address);
	}

	fn lock(&self) -> MutexGuard<'_, Table> {
		self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
	}
}

impl Drop for Reader {
	fn drop(&mut self) {
		self.shows.leave(self);
	}
}

fn count<K: Eq + Hash>(counts: &HashMap<K, usize>, of: &K) -> usize {
	counts.get(of).copied().unwrap_or_default()
}

fn subtract<K: Eq + Hash>(counts: &mut HashMap<K, usize>, of: &K) {
	match counts.get_mut(of) {
		Some(count) if *count > 1 => *count -= 1,
		_ => {
			counts.remove(of);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::account;
	use rlc_protocol::{
		worker::{Logs, Shown},
		Account,
	};
	use sp_core::H256;

	fn task(number: u64) -> TaskId {
		TaskId(H256::from_low_u64_be(number))
	}

	fn address(last: u8) -> IpAddr {
		[192, 0, 2, last].into()
	}

	fn written(number: u64, text: &str) -> WorkerShown {
		let logs = Logs { stdout: text.into(), stderr: String::new() };
		WorkerShown { worker: Account(account(9)), shown: Shown { task: task(number), logs, missed: 0 } }
	}

	#[test]
	fn those_who_read_along_are_told_of_their_task_and_nothing_is_kept() {
		let shows = Arc::new(Shows::default());
		shows.tell(written(1, "before"));
		let mut readers = [1, 2].map(|who| shows.read(task(1), &account(who), address(1)).unwrap());
		shows.tell(written(2, "another task"));
		shows.tell(written(1, "now"));
		for reader in &mut readers {
			assert_eq!(reader.told.try_recv().unwrap(), written(1, "now"));
			assert!(reader.told.try_recv().is_err());
		}
		drop(readers);
		let table = shows.lock();
		assert_eq!((table.all, table.readers.len(), table.accounts.len(), table.addresses.len()), (0, 0, 0, 0));
	}

	#[test]
	fn readers_are_limited_for_each_task_and_each_account() {
		let shows = Arc::new(Shows::default());
		let read = |number: u64, who: u8| shows.read(task(number), &account(who), address(1));
		let mut readers: Vec<_> = (1..=4).map(|who| read(1, who).unwrap()).collect();
		assert!(read(1, 5).is_none());
		readers.pop();
		readers.push(read(1, 5).expect("one has left"));
		let many = (0..).map_while(|number| read(10 + number, 6)).collect::<Vec<_>>();
		assert_eq!(many.len(), MAX_TASKS);
		assert!(read(2, 7).is_some());
	}

	#[test]
	fn address_with_many_accounts_leaves_places_to_others() {
		let shows = Arc::new(Shows::default());
		let read = |number: u64, who: u8, place: u8| shows.read(task(number), &account(who), address(place));
		let all = (1..=16_u8).flat_map(|who| (0..64).map(move |number| (100 * u64::from(who) + number, who)));
		let crowd: Vec<_> = all.filter_map(|(number, who)| read(number, who, 1)).collect();
		assert_eq!(crowd.len(), MAX_OF_ADDRESS);
		assert!(read(1, 20, 1).is_none());
		assert!(read(1, 20, 2).is_some());
		drop(crowd);
		assert!(read(1, 20, 1).is_some());
	}

	#[test]
	fn slow_reader_misses_something_and_holds_up_nobody() {
		let shows = Arc::new(Shows::default());
		let mut slow = shows.read(task(1), &account(1), address(1)).unwrap();
		for number in 0..=MAX_WAITING {
			shows.tell(written(1, &number.to_string()));
		}
		assert!(matches!(slow.told.try_recv(), Err(broadcast::error::TryRecvError::Lagged(1))));
		assert_eq!(slow.told.try_recv().unwrap(), written(1, "1"));
	}
}
