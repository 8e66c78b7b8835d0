//! Connections to workers: sessions, the instructions that go over them, and the workers' signs of life.
//!
//! The server and the pool share them. A sign of life is stamped when it is read, and the pool looks at the stamps: however
//! busy it is, no worker looks dead that is not.

use std::{
	collections::{HashMap, HashSet},
	sync::{
		atomic::{AtomicBool, AtomicU64, Ordering},
		Arc, Mutex, MutexGuard,
	},
	time::{Duration, Instant},
};

use rlc_primitives::{AccountId, Moment, TaskId};
use rlc_protocol::{
	worker::{Heartbeat, Instruction, Session},
	Account,
};
use sp_core::H256;
use tokio::sync::{
	mpsc::{self, error::TrySendError},
	Notify,
};

use super::local_time;

/// The most instructions that wait for a worker: one that is slower is cut off, and joins again.
const MAX_INSTRUCTIONS: usize = 1_024;

/// The calls that a worker may make for each task that it is given, beside those that any worker may make.
const CALLS_OF_A_TASK: u64 = 16;

/// The most of these that it can put by.
const MAX_CALLS: u64 = 100_000;

/// How often a worker may show what apps write, twice as often as it has to, and how many times at once: what it sends may be
/// held up on the way.
const SHOW_EVERY: Duration = Duration::from_millis(500);
const SHOWS_AT_ONCE: u32 = 4;

/// What is known of a connection by what is read from it.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
	/// When something was read last, in ms.
	heard: AtomicU64,
	/// Whether nothing is read, since what was read before is still being handled.
	is_paused: AtomicBool,
	/// How many calls it may make for the tasks that it was given.
	calls: AtomicU64,
}

impl Pulse {
	/// Records that something was read.
	pub fn beat(&self) {
		self.heard.store(local_time(), Ordering::Relaxed);
	}

	/// Records whether nothing is read for now. Whoever is not listened to is not silent, until its connection ends.
	pub fn pause(&self, is_paused: bool) {
		if !is_paused {
			self.beat();
		}
		self.is_paused.store(is_paused, Ordering::Relaxed);
	}

	/// Takes one of the calls that it may make for its tasks. Returns whether there was one.
	pub fn spend(&self) -> bool {
		let less = |calls: u64| calls.checked_sub(1);
		self.calls.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
	}

	/// Adds the calls for tasks that it is given.
	fn earn(&self, tasks: usize) {
		let earned = (tasks as u64).saturating_mul(CALLS_OF_A_TASK);
		let more = |calls: u64| Some(calls.saturating_add(earned).min(MAX_CALLS));
		// Never fails: there is always a new number.
		let _ = self.calls.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
	}

	fn heard(&self) -> Moment {
		if self.is_paused.load(Ordering::Relaxed) {
			return local_time();
		}
		self.heard.load(Ordering::Relaxed)
	}
}

/// The connection over which a worker joins. Its session is good there, and nowhere else.
#[derive(Clone, Debug)]
pub(crate) struct Line {
	/// The connection's number.
	pub connection: usize,
	pub pulse: Arc<Pulse>,
}

struct Link {
	account: AccountId,
	line: Line,
	instructions: mpsc::Sender<Instruction>,
	/// Until the worker subscribes to its instructions.
	receiver: Option<mpsc::Receiver<Instruction>>,
	/// The last sign of life.
	beat: Option<Heartbeat>,
	/// When it may show something again, but for what it may do at once.
	next_show: Option<Instant>,
}

impl Link {
	/// Tells whoever is there that another machine works with its key.
	fn tell_replaced(&self) {
		// What cannot be sent is missed by nobody: that machine is gone, or joins again, and is told then.
		let _ = self.instructions.try_send(Instruction::Replaced);
	}
}

/// The sessions of workers that are here.
#[derive(Default)]
pub(crate) struct Links {
	table: Mutex<Table>,
	/// Tells the pool of signs of life that say something new.
	pub news: Notify,
}

#[derive(Default)]
struct Table {
	links: HashMap<Session, Link>,
	sessions: HashMap<AccountId, Session>,
	/// Those with signs of life that the pool has not seen.
	beating: HashSet<Session>,
}

impl Links {
	/// Opens a new session of a worker, and ends its old one. If that is on another connection, it is told, in case somebody
	/// is still there: another machine with the same key.
	pub fn open(&self, account: &AccountId, line: Line) -> Session {
		line.pulse.beat();
		let session = H256(rand::random());
		let (instructions, receiver) = mpsc::channel(MAX_INSTRUCTIONS);
		let receiver = Some(receiver);
		let link = Link { account: account.clone(), line, instructions, receiver, beat: None, next_show: None };
		let mut table = self.lock();
		if let Some(other) = table.elsewhere(account, link.line.connection) {
			other.tell_replaced();
		}
		table.cut(account);
		table.links.insert(session, link);
		table.sessions.insert(account.clone(), session);
		session
	}

	/// Returns the worker that has this session.
	pub fn account(&self, session: &Session) -> Option<AccountId> {
		self.lock().links.get(session).map(|link| link.account.clone())
	}

	/// Takes a turn to show something. Returns the worker that has this session, and whether it has a turn.
	pub fn turn_to_show(&self, session: &Session, now: Instant) -> Option<(AccountId, bool)> {
		let mut table = self.lock();
		let link = table.links.get_mut(session)?;
		let next = link.next_show.unwrap_or(now).max(now);
		let has_turn = next + SHOW_EVERY <= now + SHOW_EVERY * SHOWS_AT_ONCE;
		if has_turn {
			link.next_show = Some(next + SHOW_EVERY);
		}
		Some((link.account.clone(), has_turn))
	}

	/// Returns whether a session lives, and is that of this connection.
	pub fn is_of(&self, session: &Session, connection: usize) -> bool {
		self.lock().link(session, connection).is_some()
	}

	/// Returns whether a worker has a session on another connection than this.
	pub fn is_elsewhere(&self, account: &AccountId, connection: usize) -> bool {
		self.lock().elsewhere(account, connection).is_some()
	}

	/// Returns the instructions of a session, once.
	pub fn take(&self, session: &Session, connection: usize) -> Option<mpsc::Receiver<Instruction>> {
		self.lock().link(session, connection)?.receiver.take()
	}

	/// Records a sign of life. Returns whether the session lives.
	pub fn beat(&self, session: &Session, connection: usize, mut heartbeat: Heartbeat) -> bool {
		let mut table = self.lock();
		let Some(link) = table.link(session, connection) else { return false };
		let last = link.beat.take();
		let is_news = heartbeat.cached.is_some()
			|| last
				.as_ref()
				.is_none_or(|last| last.free_slots != heartbeat.free_slots || last.draining != heartbeat.draining);
		// It is told when it changes. The pool may not have seen that yet.
		heartbeat.cached = heartbeat.cached.or_else(|| last.and_then(|last| last.cached));
		link.beat = Some(heartbeat);
		table.beating.insert(*session);
		if is_news {
			self.news.notify_one();
		}
		true
	}

	/// Returns the signs of life that came since this was last called: the newest of each worker.
	pub fn beats(&self) -> Vec<(AccountId, Heartbeat)> {
		let mut table = self.lock();
		let Table { links, beating, .. } = &mut *table;
		let seen = |session: Session| {
			let link = links.get_mut(&session)?;
			let beat = link.beat.as_mut()?;
			let cached = beat.cached.take();
			Some((link.account.clone(), Heartbeat { cached, ..beat.clone() }))
		};
		beating.drain().filter_map(seen).collect()
	}

	/// Returns when each worker was last heard of, in ms.
	pub fn heard(&self) -> Vec<(AccountId, Moment)> {
		self.lock().links.values().map(|link| (link.account.clone(), link.line.pulse.heard())).collect()
	}

	/// Ends a worker's session, and tells whoever is there that another machine works with its key.
	pub fn replace(&self, account: &AccountId) {
		let mut table = self.lock();
		if let Some(link) = table.sessions.get(account).and_then(|session| table.links.get(session)) {
			link.tell_replaced();
		}
		table.cut(account);
	}

	/// Ends a worker's session.
	pub fn cut(&self, account: &AccountId) {
		self.lock().cut(account);
	}

	/// Sends a worker an instruction. Returns whether it is here, and fast enough.
	pub fn send(&self, account: &AccountId, instruction: Instruction) -> bool {
		let mut table = self.lock();
		let link = table.sessions.get(account).and_then(|session| table.links.get(session));
		let Some(link) = link else { return false };
		if let Instruction::Compute { tasks } = &instruction {
			link.line.pulse.earn(tasks.len());
		}
		let why = match link.instructions.try_send(instruction) {
			Ok(()) => return true,
			Err(TrySendError::Full(_)) => "does not take its instructions",
			Err(TrySendError::Closed(_)) => "has closed its connection",
		};
		tracing::warn!(worker = %Account(account.clone()), "cut off: it {why}");
		table.cut(account);
		false
	}

	/// Asks a worker to show what the app of a task writes, for so many ms. Passes over one that is slow: it needs its room for
	/// other instructions.
	pub fn ask_to_show(&self, account: &AccountId, task: TaskId, time: u64) {
		let table = self.lock();
		let link = table.sessions.get(account).and_then(|session| table.links.get(session));
		if let Some(link) = link.filter(|link| link.instructions.capacity() > MAX_INSTRUCTIONS / 2) {
			// It has just closed its connection, if that fails.
			let _ = link.instructions.try_send(Instruction::Show { task, time });
		}
	}

	fn lock(&self) -> MutexGuard<'_, Table> {
		self.table.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
	}
}

impl Table {
	/// Returns the link of a session, if it is that of this connection.
	fn link(&mut self, session: &Session, connection: usize) -> Option<&mut Link> {
		self.links.get_mut(session).filter(|link| link.line.connection == connection)
	}

	/// Returns the link of a worker, if it is on another connection than this.
	fn elsewhere(&self, account: &AccountId, connection: usize) -> Option<&Link> {
		let link = self.sessions.get(account).and_then(|session| self.links.get(session));
		link.filter(|link| link.line.connection != connection)
	}

	fn cut(&mut self, account: &AccountId) {
		if let Some(session) = self.sessions.remove(account) {
			self.links.remove(&session);
			self.beating.remove(&session);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::account;

	fn line(connection: usize) -> Line {
		Line { connection, pulse: Arc::default() }
	}

	fn heartbeat(free_slots: u32, cached: Option<Vec<H256>>) -> Heartbeat {
		Heartbeat { free_slots, draining: false, cached }
	}

	#[test]
	fn session_is_good_on_its_own_connection() {
		let links = Links::default();
		let session = links.open(&account(1), line(7));
		assert!(links.is_of(&session, 7) && !links.is_of(&session, 8));
		assert!(links.take(&session, 8).is_none());
		assert!(!links.beat(&session, 8, heartbeat(1, None)));
		assert!(links.take(&session, 7).is_some());
		links.open(&account(1), line(8));
		assert!(!links.is_of(&session, 7), "a worker has one session");
	}

	#[test]
	fn machine_whose_place_another_takes_is_told() {
		let links = Links::default();
		let first = links.open(&account(1), line(7));
		let mut instructions = links.take(&first, 7).unwrap();
		assert!(links.is_elsewhere(&account(1), 8) && !links.is_elsewhere(&account(1), 7));
		let again = links.open(&account(1), line(7));
		assert!(instructions.try_recv().is_err(), "it is the same machine");
		let mut instructions = links.take(&again, 7).unwrap();
		links.open(&account(1), line(8));
		assert_eq!(instructions.try_recv(), Ok(Instruction::Replaced));
		assert!(instructions.try_recv().is_err() && !links.is_of(&again, 7));
		let session = links.open(&account(1), line(9));
		let mut instructions = links.take(&session, 9).unwrap();
		links.replace(&account(1));
		assert_eq!(instructions.try_recv(), Ok(Instruction::Replaced), "by one at another instance");
		assert!(!links.is_elsewhere(&account(1), 7));
	}

	#[test]
	fn worker_shows_a_little_at_once_and_then_at_its_pace() {
		let links = Links::default();
		let session = links.open(&account(1), line(1));
		let start = Instant::now();
		let turns = |at: Duration| {
			(0..100).filter(|_| links.turn_to_show(&session, start + at) == Some((account(1), true))).count()
		};
		assert_eq!(turns(Duration::ZERO), 4);
		assert_eq!(turns(SHOW_EVERY / 2), 0);
		assert_eq!(turns(SHOW_EVERY), 1);
		assert_eq!(turns(SHOW_EVERY * 100), 4);
		assert_eq!(links.turn_to_show(&H256::zero(), start), None, "there is no such session");
	}

	#[test]
	fn worker_is_asked_to_show_as_long_as_it_is_not_slow() {
		let (links, task) = (Links::default(), TaskId(H256::zero()));
		let session = links.open(&account(1), line(1));
		let mut asked = links.take(&session, 1).unwrap();
		for _ in 0..MAX_INSTRUCTIONS {
			links.ask_to_show(&account(1), task, 9);
		}
		links.ask_to_show(&account(2), task, 9);
		assert_eq!(asked.try_recv(), Ok(Instruction::Show { task, time: 9 }));
		assert_eq!(asked.len() + 1, MAX_INSTRUCTIONS / 2, "there is room for others");
	}

	#[test]
	fn newest_sign_of_life_counts_and_what_is_cached_is_not_lost() {
		let links = Links::default();
		let session = links.open(&account(1), line(1));
		let cached = Some(vec![H256::zero()]);
		assert!(links.beat(&session, 1, heartbeat(4, cached.clone())));
		assert!(links.beat(&session, 1, heartbeat(3, None)));
		assert_eq!(links.beats(), [(account(1), heartbeat(3, cached))]);
		assert!(links.beats().is_empty());
		assert!(links.beat(&session, 1, heartbeat(3, None)));
		assert_eq!(links.beats(), [(account(1), heartbeat(3, None))]);
	}

	#[test]
	fn worker_that_is_not_listened_to_is_not_silent() {
		let pulse = Pulse::default();
		assert_eq!(pulse.heard(), 0);
		pulse.pause(true);
		assert!(pulse.heard() > 0);
		pulse.pause(false);
		assert!(pulse.heard() > 0, "it had no chance to say something until now");
	}

	#[test]
	fn tasks_bring_calls() {
		let pulse = Pulse::default();
		assert!(!pulse.spend());
		pulse.earn(1);
		assert_eq!((0..100).filter(|_| pulse.spend()).count() as u64, CALLS_OF_A_TASK);
		(0..10).for_each(|_| pulse.earn(usize::MAX));
		assert_eq!(pulse.calls.load(Ordering::Relaxed), MAX_CALLS);
	}
}
