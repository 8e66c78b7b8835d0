//! What the parts of a worker tell each other: the loop's inbox, what it has done, and what goes to the scheduler.

use rlc_primitives::{
	work::{TaskView, WorkItem},
	BlockNumber, Moment, TaskId,
};
use rlc_protocol::worker::{Held, Instruction, Logs, Report, Resources};
use tokio::sync::oneshot;

use crate::ports::{Finished, Included, SendError, Undelivered, Unreachable};

/// What the loop is told.
pub(crate) enum Message {
	/// The scheduler wants something.
	Instruction(Instruction),
	/// The scheduler is there again, and asks what is in hand.
	Connected(oneshot::Sender<Vec<Held>>),
	/// It admitted the worker, and no longer wants these tasks.
	Joined(Vec<TaskId>),
	/// It knows how these tasks ended.
	Told(Vec<TaskId>),
	/// The journal is on disk up to here, and this follows from it.
	Written(Vec<Effect>),
	/// Whether the journal waits for room on its disk.
	JournalFull(bool),
	/// The worker offers this from now on.
	Resources(Resources),
	/// A run ended, and gives back this many slots.
	Ran(TaskId, u32, Ran),
	/// A task gives back the slots it took (first), because it needs more (second).
	NeedsMore(TaskId, u32, u32),
	/// Something was sent to the chain.
	Sent(Sent),
	/// The chain answered.
	Views(Answers),
	/// What the chain wants of this worker.
	Work(Vec<WorkItem>),
	/// A result is in the store, or why not.
	Uploaded(TaskId, Result<(), Undelivered>),
	/// Whether new tasks may come, by the policy of the machine's owner.
	Active(bool),
	/// Whether the node does not know the chain as it is now.
	Behind(bool),
	/// Finish what is in hand.
	Drain,
	/// End soon; what is in hand resumes at the next start.
	Stop,
}

/// What is started once the journal is written.
pub(crate) enum Effect {
	/// Tells the scheduler something.
	Tell(Outgoing),
	/// Sends a transaction.
	Send(Batch),
	/// Hands a result over.
	Upload(TaskId),
	/// Removes a result's file.
	Remove(TaskId),
}

impl Effect {
	/// Returns whether it must not happen before the journal is on the disk, come what may: a worker that commits to a result
	/// of which the journal knows nothing loses its stake after a crash.
	///
	/// All else can be done again. What a reveal needs is in the journal since the contribution.
	pub fn needs_journal(&self) -> bool {
		matches!(self, Self::Send(Batch { what: What::Contribute, .. }))
	}
}

/// What is told to the scheduler.
pub(crate) enum Outgoing {
	/// A step of a task.
	Report(Report),
	/// What its app wrote.
	Logs(TaskId, Logs),
	/// The data of a callback. The answer says whether the scheduler took them.
	Callback(TaskId, Vec<u8>, oneshot::Sender<Result<(), Undelivered>>),
}

/// What heartbeats say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
	/// How many slots are free for new tasks.
	pub free_slots: u32,
	/// Whether the worker finishes what is in hand and takes nothing new.
	pub draining: bool,
}

/// How a run ended.
pub(crate) struct Ran {
	/// The result, or why there is none.
	pub finished: Finished,
	/// When contributions end, in ms, if the deal is known.
	pub contribution_deadline: Option<Moment>,
}

/// What a transaction does. Reveals come first: their deadline is nearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum What {
	/// It shows digests.
	Reveal,
	/// It commits to results.
	Contribute,
}

/// A transaction that is due: for one task, or for several of one deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
	/// What it does.
	pub what: What,
	/// For these tasks, of which there is at least one.
	pub tasks: Vec<TaskId>,
}

/// What became of a transaction.
pub(crate) struct Sent {
	/// The transaction.
	pub batch: Batch,
	/// Whether it contributed and revealed at once.
	pub direct: bool,
	/// What the block that has it did, or why none has.
	pub result: Result<Included, SendError>,
}

/// What the chain answered about tasks.
pub(crate) struct Answers {
	/// As of this block.
	pub block: BlockNumber,
	/// Each task, if the chain knows it.
	pub views: Vec<(TaskId, Result<Option<TaskView>, Unreachable>)>,
}
