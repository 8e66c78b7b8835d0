//! Answers that cost the node time: one at a time for each core, and each question about a block once.
//!
//! Anyone may ask anyone's node a thousand times a second. What was answered is answered again at once, what is being
//! answered is waited for, and no more clients wait than [`MAX_WAITING`].

use std::{
	collections::{HashMap, VecDeque},
	hash::Hash,
	sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use super::ask::Refusal;

/// How many answers are kept.
const KEPT: usize = 256;

/// How many questions may wait for others to be answered.
pub const MAX_WAITING: usize = 64;

/// Answers to questions of the form `Q`.
pub struct Answers<Q, A> {
	state: Mutex<State<Q, A>>,
	changed: Condvar,
	at_once: usize,
}

struct State<Q, A> {
	/// `None`: it is being answered.
	answers: HashMap<Q, Option<A>>,
	/// The questions that were answered, the oldest first.
	answered: VecDeque<Q>,
	running: usize,
	waiting: usize,
}

impl<Q: Clone + Eq + Hash, A: Clone> Answers<Q, A> {
	/// Returns none yet. At most `at_once` are worked out at the same time.
	pub fn new(at_once: usize) -> Self {
		let state = State { answers: HashMap::new(), answered: VecDeque::new(), running: 0, waiting: 0 };
		Self { state: Mutex::new(state), changed: Condvar::new(), at_once: at_once.max(1) }
	}

	/// Returns as many as this machine has cores.
	pub fn for_each_core() -> Self {
		Self::new(std::thread::available_parallelism().map_or(1, usize::from))
	}

	/// Returns the answer to `question`: one that is known, or what `ask` answers. Blocks while others are answered.
	///
	/// # Errors
	///
	/// What `ask` fails with, which is not remembered; [`Refusal::Busy`] if too many wait already.
	pub fn get(&self, question: &Q, ask: impl FnOnce() -> Result<A, Refusal>) -> Result<A, Refusal> {
		let mut state = self.lock();
		loop {
			match state.answers.get(question) {
				Some(Some(answer)) => return Ok(answer.clone()),
				None if state.running < self.at_once => break,
				_ => {}
			}
			if state.waiting >= MAX_WAITING {
				return Err(Refusal::Busy);
			}
			state.waiting += 1;
			state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
			state.waiting -= 1;
		}
		state.running += 1;
		state.answers.insert(question.clone(), None);
		drop(state);

		let mut turn = Turn { answers: self, question, answer: None };
		let answer = ask()?;
		turn.answer = Some(answer.clone());
		Ok(answer)
	}

	fn lock(&self) -> MutexGuard<'_, State<Q, A>> {
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// A question that is being answered. However it ends, the others go on.
struct Turn<'a, Q: Clone + Eq + Hash, A: Clone> {
	answers: &'a Answers<Q, A>,
	question: &'a Q,
	answer: Option<A>,
}

impl<Q: Clone + Eq + Hash, A: Clone> Drop for Turn<'_, Q, A> {
	fn drop(&mut self) {
		let mut state = self.answers.lock();
		state.running -= 1;
		match self.answer.take() {
			Some(answer) => {
				state.answers.insert(self.question.clone(), Some(answer));
				state.answered.push_back(self.question.clone());
				if state.answered.len() > KEPT {
					if let Some(oldest) = state.answered.pop_front() {
						state.answers.remove(&oldest);
					}
				}
			}
			None => {
				state.answers.remove(self.question);
			}
		}
		drop(state);
		self.answers.changed.notify_all();
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{
		sync::{
			atomic::{AtomicUsize, Ordering::SeqCst},
			Arc, Barrier,
		},
		thread,
	};

	#[test]
	fn question_is_asked_once() {
		let answers = Answers::new(1);
		assert_eq!(answers.get(&"a", || Ok(1)), Ok(1));
		assert_eq!(answers.get(&"a", || unreachable!("it is known")), Ok(1));
		assert_eq!(answers.get(&"b", || Ok(2)), Ok(2));
	}

	#[test]
	fn failure_is_not_remembered() {
		let answers = Answers::new(1);
		assert_eq!(answers.get(&"a", || Err(Refusal::NoDomainYet)), Err(Refusal::NoDomainYet));
		assert_eq!(answers.get(&"a", || Ok(1)), Ok(1));
	}

	#[test]
	fn no_more_are_worked_out_at_once_than_there_are_cores() {
		let answers = Arc::new(Answers::new(2));
		let (running, most, asked) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
		thread::scope(|scope| {
			for n in 0..16 {
				let (answers, running, most, asked) = (&answers, &running, &most, &asked);
				scope.spawn(move || {
					let answer = answers.get(&(n % 8), || {
						asked.fetch_add(1, SeqCst);
						most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
						thread::sleep(std::time::Duration::from_millis(5));
						running.fetch_sub(1, SeqCst);
						Ok(n % 8)
					});
					assert_eq!(answer, Ok(n % 8));
				});
			}
		});
		assert!(most.into_inner() <= 2);
		assert_eq!(asked.into_inner(), 8, "twice the same question, one answer");
	}

	#[test]
	fn too_many_that_wait_are_refused() {
		let answers = Arc::new(Answers::<usize, usize>::new(1));
		let (begun, end) = (Barrier::new(2), Barrier::new(2));
		thread::scope(|scope| {
			scope.spawn(|| {
				answers.get(&0, || {
					begun.wait();
					end.wait();
					Ok(0)
				})
			});
			begun.wait();
			for n in 0..MAX_WAITING {
				let answers = &answers;
				scope.spawn(move || assert_eq!(answers.get(&(n + 1), || Ok(n)), Ok(n)));
			}
			while answers.lock().waiting < MAX_WAITING {
				thread::yield_now();
			}
			assert_eq!(answers.get(&1_000, || Ok(0)), Err(Refusal::Busy));
			end.wait();
		});
	}

	#[test]
	fn old_answers_are_forgotten() {
		let answers = Answers::new(1);
		for n in 0..=KEPT {
			answers.get(&n, || Ok(n)).unwrap();
		}
		assert_eq!(answers.get(&0, || Ok(1_000)), Ok(1_000), "asked anew");
		assert_eq!(answers.get(&KEPT, || unreachable!("it is known")), Ok(KEPT));
	}
}
