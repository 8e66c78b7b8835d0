//! What apps write while they run, on its way from their workers to those who read along. Nothing of it is kept.

use std::{
	collections::HashMap,
	sync::{Arc, Mutex, MutexGuard},
};

use rlc_primitives::{AccountId, TaskId};
use rlc_protocol::requester::WorkerShown;
use tokio::sync::broadcast;

/// The most that read along with one task, and the most tasks that one account reads along with.
const MAX_EACH: usize = 4;
const MAX_TASKS: usize = 64;
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
	/// How many tasks each account reads along with.
	accounts: HashMap<AccountId, usize>,
	all: usize,
}

/// One that reads along with a task, as long as this is kept.
pub(crate) struct Reader {
	/// What the task's apps write from now on.
	pub told: broadcast::Receiver<WorkerShown>,
	task: TaskId,
	account: AccountId,
	shows: Arc<Shows>,
}

impl Shows {
	/// Lets an account read along with a task; `None`: too many do, or it does with too many.
	pub fn read(self: &Arc<Self>, task: TaskId, account: &AccountId) -> Option<Reader> {
		let mut table = self.lock();
		let mine = table.accounts.get(account).copied().unwrap_or_default();
		let others = table.readers.get(&task).map_or(0, broadcast::Sender::receiver_count);
		if mine >= MAX_TASKS || others >= MAX_EACH || table.all >= MAX_ALL {
			return None;
		}
		table.all += 1;
		table.accounts.insert(account.clone(), mine + 1);
		let told = table.readers.entry(task).or_insert_with(|| broadcast::Sender::new(MAX_WAITING)).subscribe();
		Some(Reader { told, task, account: account.clone(), shows: self.clone() })
	}

	/// Tells what an app wrote to those who read along.
	pub fn tell(&self, shown: WorkerShown) {
		if let Some(readers) = self.lock().readers.get(&shown.shown.task) {
			// Fails only if the last of them is just leaving.
			let _ = readers.send(shown);
		}
	}

	fn leave(&self, task: &TaskId, account: &AccountId) {
		let mut table = self.lock();
		table.all = table.all.saturating_sub(1);
		// The one that leaves is still counted.
		if table.readers.get(task).is_some_and(|readers| readers.receiver_count() <= 1) {
			table.readers.remove(task);
		}
		match table.accounts.get_mut(account) {
			Some(tasks) if *tasks > 1 => *tasks -= 1,
			_ => {
				table.accounts.remove(account);
			}
		}
	}

	fn lock(&self) -> MutexGuard<'_, Table> {
		self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
	}
}

impl Drop for Reader {
	fn drop(&mut self) {
		self.shows.leave(&self.task, &self.account);
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

	fn written(number: u64, text: &str) -> WorkerShown {
		let logs = Logs { stdout: text.into(), stderr: String::new() };
		WorkerShown { worker: Account(account(9)), shown: Shown { task: task(number), logs, missed: 0 } }
	}

	#[test]
	fn those_who_read_along_are_told_of_their_task_and_nothing_is_kept() {
		let shows = Arc::new(Shows::default());
		shows.tell(written(1, "before"));
		let mut readers = [1, 2].map(|who| shows.read(task(1), &account(who)).unwrap());
		shows.tell(written(2, "another task"));
		shows.tell(written(1, "now"));
		for reader in &mut readers {
			assert_eq!(reader.told.try_recv().unwrap(), written(1, "now"));
			assert!(reader.told.try_recv().is_err());
		}
		drop(readers);
		let table = shows.lock();
		assert_eq!((table.all, table.readers.len(), table.accounts.len()), (0, 0, 0));
	}

	#[test]
	fn readers_are_limited_for_each_task_and_each_account() {
		let shows = Arc::new(Shows::default());
		let mut readers: Vec<_> = (1..=4).map(|who| shows.read(task(1), &account(who)).unwrap()).collect();
		assert!(shows.read(task(1), &account(5)).is_none());
		readers.pop();
		readers.push(shows.read(task(1), &account(5)).expect("one has left"));
		let many = (0..).map_while(|number| shows.read(task(10 + number), &account(6))).collect::<Vec<_>>();
		assert_eq!(many.len(), MAX_TASKS);
		assert!(shows.read(task(2), &account(7)).is_some());
	}

	#[test]
	fn slow_reader_misses_something_and_holds_up_nobody() {
		let shows = Arc::new(Shows::default());
		let mut slow = shows.read(task(1), &account(1)).unwrap();
		for number in 0..=MAX_WAITING {
			shows.tell(written(1, &number.to_string()));
		}
		assert!(matches!(slow.told.try_recv(), Err(broadcast::error::TryRecvError::Lagged(1))));
		assert_eq!(slow.told.try_recv().unwrap(), written(1, "1"));
	}
}
