//! A machine's clock that is wrong changes nothing that is decided.

use rlc_primitives::{deal::FINAL_WINDOW, work::FailureCause, AccountId, Moment, TaskId};
use rlc_protocol::worker::Step;

use super::Action;
use crate::{
	model::HOUR,
	testing::{
		scene::{given, Scene},
		task, START, T,
	},
};

const MISSING: FailureCause = FailureCause::DatasetUnavailable;

/// What is decided in a pool's life.
struct Life {
	scene: Scene,
	decided: Vec<Action>,
}

impl Life {
	/// Decides now. Returns what was decided.
	fn decide(&mut self) -> Vec<Action> {
		let actions = self.scene.decide();
		self.decided.extend(actions.iter().cloned());
		actions
	}

	/// Makes a deal of trust 3. Returns its task, and the workers that are given it.
	fn deal(&mut self, n: u8) -> (TaskId, Vec<AccountId>) {
		let id = task(self.scene.deal(n, 3, 1), 0);
		let actions = self.decide();
		(id, given(&actions, id))
	}

	/// Lets a task be completed.
	fn complete(&mut self, n: u8) {
		let (id, workers) = self.deal(n);
		for worker in &workers {
			self.scene.reports(worker, id, Step::Computed);
			self.scene.contributes(worker, id, 7);
		}
		self.decide();
		for worker in &workers {
			self.scene.reveals(worker, id, 7);
		}
		let actions = self.decide();
		let asked = actions.iter().find_map(|action| match action {
			Action::Upload { worker, .. } => Some(worker.clone()),
			_ => None,
		});
		let now = self.scene.now;
		self.scene.state.stored(&id, asked.as_ref(), 10, now);
		self.decide();
	}

	/// Lets a task be released, as its dataset is missing.
	fn release(&mut self, n: u8) {
		let (id, workers) = self.deal(n);
		workers.iter().for_each(|worker| self.scene.fails(worker, id, MISSING));
		// In case others are to try.
		for _ in 0..3 {
			let actions = self.decide();
			given(&actions, id).iter().for_each(|worker| self.scene.fails(worker, id, MISSING));
		}
		let delegated = self.decided.iter().find_map(|action| match action {
			Action::Delegate { task, workers } if *task == id => Some(workers.clone()),
			_ => None,
		});
		let witnesses = delegated.expect("workers say on chain why");
		self.scene.world.delegates.extend(witnesses.iter().map(|worker| (id, worker.clone())));
		self.scene.delegated(id);
		self.decide();
		for worker in &witnesses {
			let events = self.scene.world.report_failure(id, worker, MISSING);
			self.scene.see(events);
		}
		self.decide();
	}

	/// Lets nobody contribute to a task until its time is over.
	fn miss(&mut self, n: u8) {
		self.deal(n);
		for _ in 0..=FINAL_WINDOW {
			self.scene.pass(T, &[]);
			self.scene.lose_stalled();
			self.decide();
		}
	}
}

/// Returns all that is decided in a life that begins when the machine's clock and the chain say these times.
fn decided(local: Moment, chain: Moment) -> Vec<Action> {
	let mut life = Life { scene: Scene::at(local, chain), decided: Vec::new() };
	for n in 1..=5 {
		life.scene.worker(n, 4);
	}
	life.complete(100);
	life.release(101);
	life.miss(102);
	life.decided
}

#[test]
fn clock_that_is_an_hour_wrong_changes_no_decision() {
	let right = decided(START, START);
	let is_there = |is_it: fn(&Action) -> bool| right.iter().any(is_it);
	assert!(is_there(|action| matches!(action, Action::Upload { .. })), "{right:?}");
	assert!(is_there(|action| matches!(action, Action::Release { .. })), "{right:?}");
	assert!(is_there(|action| matches!(action, Action::Abandon { .. })), "{right:?}");
	assert_eq!(decided(START + HOUR, START), right, "the machine is ahead");
	assert_eq!(decided(START, START + HOUR), right, "it is behind");
}
