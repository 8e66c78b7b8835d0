//! Runs that this machine's own limits ended, while another machine may have more to give.
//!
//! Memory and disk that a request does not name are each machine's own share, how deep a native stack is depends on
//! processor and engine, and what it takes to compile a module on more than that. Workers that have to agree report a run
//! that such a limit ended, as they do when a clock ended it. If they contributed it, a requester could make workers with
//! small shares lose their stakes, with an app that takes more.

use rlc_primitives::work::FailureCause;
use rlc_sandbox::{Ending, LONGEST_OUTPUT_PATH, MAX_FILES};
use rlc_store::archive::{UnpackLimits, LONGEST_PATH};

use crate::{plan::Plan, record::RunFailure};

// What fits into OUT can be packed, whatever links lead to it.
const _: () = assert!(LONGEST_PATH == LONGEST_OUTPUT_PATH);

/// Returns whether one of this machine's own limits ended a run, though several workers have to agree.
pub(super) fn is_of_machine(failure: &RunFailure, ending: &Ending, plan: &Plan) -> bool {
	let needs = plan.needs();
	let is_share = match ending {
		Ending::OutOfMemory => needs.memory == 0,
		Ending::OutOfStack | Ending::Uncompiled(_) => true,
		_ => needs.disk == 0,
	};
	failure.cause == Some(FailureCause::ResourcesExceeded) && is_share && plan.is_compared()
}

/// How large a result may be, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Largest {
	/// What the pool's store takes. Nobody would get a larger result, but it would be contributed, and paid for.
	pub pool: u64,
	/// What the task may write.
	pub disk: u64,
	/// Whether that is this machine's share, while that of others, which have to agree, may be larger.
	pub is_share: bool,
}

impl Largest {
	/// Returns how much may be packed. So many files and directories fit into OUT, and links may lead to some of them again.
	pub fn limits(self) -> UnpackLimits {
		UnpackLimits { max_size: self.pool.min(self.disk), max_files: MAX_FILES }
	}

	/// Returns why a result of this size is not one, if it is too large.
	pub fn check(self, size: u64) -> Result<(), RunFailure> {
		let Self { pool, disk, is_share } = self;
		let most = pool.min(disk);
		if size <= most {
			return Ok(());
		}
		let is_own = is_share && size <= pool;
		let cause = if is_own { FailureCause::ResourcesExceeded } else { FailureCause::InvalidResult };
		Err(RunFailure::of_task(cause, format!("the result has more than {most} bytes")))
	}
}
