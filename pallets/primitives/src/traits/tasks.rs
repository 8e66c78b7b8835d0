//! The hook that tells how tasks end.

use sp_runtime::Weight;

use crate::{
	failure::{AppFault, FailureCause},
	DealId, ResultDigest, TaskId,
};

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
	/// With this result.
	Completed(ResultDigest),
	/// Without one: it was not done in time, or its scheduler gave it up.
	Failed,
	/// Without one: the app failed, and the workers agree on how.
	AgreedFailure {
		/// How.
		cause: AppFault,
		/// Its exit code.
		code: u32,
	},
	/// Without one: something outside the task is missing, and its scheduler released it.
	Released {
		/// What workers reported.
		cause: FailureCause,
	},
}

/// Wants to know when tasks close. The money has moved by then, and the hook cannot undo it.
pub trait OnTaskClosed {
	/// Hears that a task was closed.
	fn on_task_closed(deal: &DealId, task: &TaskId, outcome: Outcome);

	/// Returns the most that a call of the hook weighs.
	fn weight() -> Weight;

	/// Returns the most that a call of the hook weighs for another task of a deal, in the same call of the chain: what it
	/// reads and writes of the deal was read and written for the first one.
	fn weight_again() -> Weight;
}

#[impl_trait_for_tuples::impl_for_tuples(5)]
impl OnTaskClosed for Tuple {
	fn on_task_closed(deal: &DealId, task: &TaskId, outcome: Outcome) {
		for_tuples!( #( Tuple::on_task_closed(deal, task, outcome); )* );
	}

	fn weight() -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight = weight.saturating_add(Tuple::weight()); )* );
		weight
	}

	fn weight_again() -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight = weight.saturating_add(Tuple::weight_again()); )* );
		weight
	}
}
