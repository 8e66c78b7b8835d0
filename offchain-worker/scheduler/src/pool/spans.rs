//! Spans: what is logged inside them carries the ids of a deal and of a task.

use rlc_primitives::{work::TaskRef, DealId, TaskId};
use tracing::{info_span, Span};

/// Returns the span of work on a task.
pub(crate) fn of_task(task: TaskRef) -> Span {
	info_span!("task", deal = ?task.deal.0, task = ?task.id().0)
}

/// Returns the span of work on a task whose deal is not known.
pub(crate) fn of_task_id(task: TaskId) -> Span {
	info_span!("task", task = ?task.0)
}

/// Returns the span of work on a deal.
pub(crate) fn of_deal(deal: DealId) -> Span {
	info_span!("deal", deal = ?deal.0)
}
