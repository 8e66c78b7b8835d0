//! Which task is next. Deals take turns, which are counted in slots of workers. Of deals that had equally many, the one
//! with the earliest contribution deadline comes first. A deal whose deadline is near comes before all others. Deals of
//! requesters and apps that fail too often come last of those that have as much time: what the pool has staked is at risk
//! in theirs, too.
//!
//! A deal's turns count from the least that any waiting deal had when it came, so that a new deal neither waits for old
//! ones nor starves them.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use rlc_primitives::{DealId, Moment, TaskId};

/// Where a deal stands among the deals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
	/// Whether there is time.
	relaxed: bool,
	/// Whether it is served after others.
	last: bool,
	/// How many slots of workers its tasks were given.
	served: u64,
	/// When its contribution deadline is, in ms.
	deadline: Moment,
	deal: DealId,
}

/// A deal's tasks that wait.
#[derive(Debug)]
struct Line {
	turn: Turn,
	tasks: VecDeque<TaskId>,
}

/// Tasks that wait for workers.
#[derive(Debug, Default)]
pub struct Queue {
	turns: BTreeMap<Turn, DealId>,
	lines: HashMap<DealId, Line>,
	/// Deals that no worker can serve now.
	parked: Vec<Turn>,
	/// Turns of deals that are not in line, but were, and have tasks in memory.
	served: HashMap<DealId, u64>,
	/// Deals that are served after others.
	last: HashSet<DealId>,
	len: usize,
}

/// The end of its deal's line to which a task goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
	/// Before the others: it waited already.
	Front,
	/// Behind the others.
	Back,
}

impl Queue {
	/// Returns how many tasks wait.
	pub fn len(&self) -> usize {
		self.len
	}

	/// Returns how many tasks of a deal wait.
	pub fn len_of(&self, deal: &DealId) -> usize {
		self.lines.get(deal).map_or(0, |line| line.tasks.len())
	}

	/// Puts a task in line. `relaxed`: there is time until the deal's deadline.
	pub fn push(&mut self, deal: DealId, deadline: Moment, relaxed: bool, task: TaskId, end: End) {
		let last = self.last.contains(&deal);
		let line = self.lines.entry(deal).or_insert_with(|| {
			let first = Turn { relaxed: true, last, served: 0, deadline: 0, deal: DealId::default() };
			let floor = self.turns.range(first..).next().map_or(0, |(turn, _)| turn.served);
			let served = self.served.remove(&deal).unwrap_or(0).max(floor);
			let turn = Turn { relaxed, last, served, deadline, deal };
			self.turns.insert(turn, deal);
			Line { turn, tasks: VecDeque::new() }
		});
		match end {
			End::Front => line.tasks.push_front(task),
			End::Back => line.tasks.push_back(task),
		}
		self.len += 1;
	}

	/// Returns the deal whose turn it is.
	pub fn next(&self) -> Option<DealId> {
		self.turns.values().next().copied()
	}

	/// Passes a deal over, until [`resume`](Self::resume).
	pub fn park(&mut self, deal: &DealId) {
		if let Some(line) = self.lines.get(deal) {
			self.turns.remove(&line.turn);
			self.parked.push(line.turn);
		}
	}

	/// Puts the deals that were passed over in line again.
	pub fn resume(&mut self) {
		for turn in std::mem::take(&mut self.parked) {
			if self.lines.get(&turn.deal).is_some_and(|line| line.turn == turn) {
				self.turns.insert(turn, turn.deal);
			}
		}
	}

	/// Returns the deal's first task, which stays in line.
	pub fn first(&self, deal: &DealId) -> Option<TaskId> {
		self.lines.get(deal)?.tasks.front().copied()
	}

	/// Puts the deal's first task behind the others. The deal keeps its turn, also if that is its only one.
	pub fn rotate(&mut self, deal: &DealId) {
		if let Some(line) = self.lines.get_mut(deal).filter(|line| !line.tasks.is_empty()) {
			line.tasks.rotate_left(1);
		}
	}

	/// Takes the deal's first task out of line.
	pub fn pop(&mut self, deal: &DealId) -> Option<TaskId> {
		let line = self.lines.get_mut(deal)?;
		let task = line.tasks.pop_front()?;
		self.len -= 1;
		if line.tasks.is_empty() {
			let turn = line.turn;
			self.lines.remove(deal);
			self.turns.remove(&turn);
			self.served.insert(*deal, turn.served);
		}
		Some(task)
	}

	/// Counts turns: one of the deal's tasks was assigned to a worker, and takes this many of its slots.
	pub fn serve(&mut self, deal: &DealId, slots: u32) {
		match self.lines.get_mut(deal) {
			Some(line) => {
				self.turns.remove(&line.turn);
				line.turn.served += u64::from(slots);
				self.turns.insert(line.turn, *deal);
			}
			None => *self.served.entry(*deal).or_default() += u64::from(slots),
		}
	}

	/// Puts a deal before those that have time: its deadline is near.
	pub fn expedite(&mut self, deal: &DealId) {
		let Some(line) = self.lines.get_mut(deal).filter(|line| line.turn.relaxed) else { return };
		self.turns.remove(&line.turn);
		line.turn.relaxed = false;
		self.turns.insert(line.turn, *deal);
	}

	/// Puts a deal behind the others that have as much time, or back among them.
	pub fn set_last(&mut self, deal: &DealId, last: bool) {
		let is_news = if last { self.last.insert(*deal) } else { self.last.remove(deal) };
		let Some(line) = self.lines.get_mut(deal).filter(|_| is_news) else { return };
		let is_in_line = self.turns.remove(&line.turn).is_some();
		let before = line.turn;
		line.turn.last = last;
		if is_in_line {
			self.turns.insert(line.turn, *deal);
		}
		if let Some(parked) = self.parked.iter_mut().find(|turn| **turn == before) {
			*parked = line.turn;
		}
	}

	/// Takes a task out of line, wherever it is.
	pub fn remove(&mut self, deal: &DealId, task: &TaskId) {
		let Some(line) = self.lines.get_mut(deal) else { return };
		let Some(at) = line.tasks.iter().position(|waiting| waiting == task) else { return };
		if line.tasks.len() == 1 {
			self.pop(deal);
			return;
		}
		line.tasks.remove(at);
		self.len -= 1;
	}

	/// Removes a deal of which nothing is in memory any more.
	pub fn remove_deal(&mut self, deal: &DealId) {
		self.served.remove(deal);
		self.last.remove(deal);
	}

	/// Returns about how many tasks come before each that waits: those before it in its deal's line, and as many of each other
	/// deal.
	pub fn positions(&self) -> HashMap<TaskId, u64> {
		let longest = self.lines.values().map(|line| line.tasks.len()).max().unwrap_or(0);
		// How many lines end after so many tasks.
		let mut ends = vec![0; longest + 1];
		self.lines.values().for_each(|line| ends[line.tasks.len()] += 1);
		let mut lines = self.lines.len() as u64;
		let mut before = Vec::with_capacity(longest);
		let mut sum = 0;
		for ended in ends.into_iter().take(longest) {
			lines -= ended;
			before.push(sum);
			sum += lines;
		}
		let of = |line: &Line| line.tasks.iter().copied().zip(before.iter().copied()).collect::<Vec<_>>();
		self.lines.values().flat_map(of).collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H256;

	fn deal(n: u8) -> DealId {
		DealId(H256::repeat_byte(n))
	}

	fn task(n: u8) -> TaskId {
		TaskId(H256::repeat_byte(n))
	}

	fn push(queue: &mut Queue, of: u8, deadline: Moment, tasks: std::ops::Range<u8>) {
		for n in tasks {
			queue.push(deal(of), deadline, true, task(n), End::Back);
		}
	}

	/// Serves until nothing waits; returns the order.
	fn order(queue: &mut Queue) -> Vec<u8> {
		let mut order = Vec::new();
		while let Some(deal) = queue.next() {
			order.push(queue.pop(&deal).unwrap().0 .0[0]);
			queue.serve(&deal, 1);
		}
		order
	}

	#[test]
	fn deals_take_turns() {
		let mut queue = Queue::default();
		push(&mut queue, 1, 100, 10..14);
		push(&mut queue, 2, 200, 20..22);
		assert_eq!(order(&mut queue), [10, 20, 11, 21, 12, 13]);
		assert_eq!(queue.len(), 0);
	}

	#[test]
	fn turns_are_counted_in_slots() {
		let mut queue = Queue::default();
		push(&mut queue, 1, 100, 10..12);
		push(&mut queue, 2, 200, 20..25);
		let mut order = Vec::new();
		while let Some(one) = queue.next() {
			order.push(queue.pop(&one).unwrap().0 .0[0]);
			queue.serve(&one, if one == deal(1) { 3 } else { 1 });
		}
		assert_eq!(order, [10, 20, 21, 22, 11, 23, 24]);
	}

	#[test]
	fn earliest_contribution_deadline_comes_first() {
		let mut queue = Queue::default();
		push(&mut queue, 1, 300, 10..11);
		push(&mut queue, 2, 100, 20..21);
		push(&mut queue, 3, 200, 30..31);
		assert_eq!(order(&mut queue), [20, 30, 10]);
	}

	#[test]
	fn new_deal_does_not_wait_for_old_ones_nor_starve_them() {
		let mut queue = Queue::default();
		push(&mut queue, 1, 100, 10..20);
		for _ in 0..5 {
			queue.pop(&deal(1));
			queue.serve(&deal(1), 1);
		}
		push(&mut queue, 2, 200, 30..33);
		assert_eq!(order(&mut queue), [15, 30, 16, 31, 17, 32, 18, 19]);
	}

	#[test]
	fn deal_whose_deadline_is_near_comes_before_all() {
		let mut queue = Queue::default();
		push(&mut queue, 1, 100, 10..12);
		push(&mut queue, 2, 200, 20..22);
		queue.expedite(&deal(2));
		assert_eq!(order(&mut queue), [20, 21, 10, 11]);
	}

	#[test]
	fn deal_that_is_put_last_waits_for_the_others_of_its_urgency() {
		let mut queue = Queue::default();
		queue.set_last(&deal(1), true);
		push(&mut queue, 1, 100, 10..12);
		push(&mut queue, 2, 200, 20..22);
		push(&mut queue, 3, 300, 30..32);
		queue.set_last(&deal(3), true);
		queue.set_last(&deal(1), false);
		assert_eq!(order(&mut queue), [10, 20, 11, 21, 30, 31]);
		push(&mut queue, 3, 300, 32..33);
		push(&mut queue, 2, 200, 22..23);
		queue.expedite(&deal(3));
		assert_eq!(order(&mut queue), [32, 22], "a near deadline still comes first: the stake is the pool's");
	}

	#[test]
	fn deal_that_is_passed_over_can_be_put_last() {
		let mut queue = Queue::default();
		push(&mut queue, 1, 100, 10..11);
		push(&mut queue, 2, 200, 20..21);
		queue.park(&deal(1));
		queue.set_last(&deal(1), true);
		assert_eq!(queue.next(), Some(deal(2)));
		queue.resume();
		assert_eq!(order(&mut queue), [20, 10]);
	}

	#[test]
	fn deal_keeps_its_turn_while_its_tasks_change_order() {
		let mut queue = Queue::default();
		push(&mut queue, 1, 200, 10..11);
		queue.serve(&deal(1), 1);
		push(&mut queue, 2, 100, 20..22);
		queue.rotate(&deal(2));
		assert_eq!(queue.first(&deal(2)), Some(task(21)));
		for _ in 0..2 {
			queue.serve(&deal(2), 1);
		}
		queue.rotate(&deal(1));
		assert_eq!(order(&mut queue), [10, 21, 20]);
	}

	#[test]
	fn task_that_waited_already_goes_to_the_front() {
		let mut queue = Queue::default();
		push(&mut queue, 1, 100, 10..12);
		queue.push(deal(1), 100, true, task(9), End::Front);
		assert_eq!(order(&mut queue), [9, 10, 11]);
	}

	#[test]
	fn deal_without_a_worker_is_passed_over() {
		let mut queue = Queue::default();
		push(&mut queue, 1, 100, 10..12);
		push(&mut queue, 2, 200, 20..22);
		queue.park(&deal(1));
		assert_eq!(queue.next(), Some(deal(2)));
		queue.resume();
		assert_eq!(order(&mut queue), [10, 20, 11, 21]);
	}

	#[test]
	fn position_counts_those_before() {
		let mut queue = Queue::default();
		push(&mut queue, 1, 100, 10..15);
		push(&mut queue, 2, 200, 20..22);
		let positions = queue.positions();
		assert_eq!((positions[&task(10)], positions[&task(20)], positions.len()), (0, 0, 7));
		assert_eq!(positions[&task(14)], 6, "four of its own, two of the other");
		queue.remove(&deal(1), &task(14));
		assert_eq!(queue.positions().get(&task(14)), None);
		assert_eq!((queue.len(), queue.len_of(&deal(1))), (6, 4));
		for n in 20..22 {
			queue.remove(&deal(2), &task(n));
		}
		assert_eq!(queue.next(), Some(deal(1)));
	}
}
