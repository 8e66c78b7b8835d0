//! Why calls are refused: the pallet's own reasons, and after them those of [`TaskError`], taken from its list.

use rlc_primitives::{money::MoneyError, task::TaskError};

use crate::Error;

macro_rules! define {
	($($(#[$($doc:tt)*])* $name:ident,)*) => {
		#[frame_support::pallet_macros::pallet_section]
		mod errors {
			/// Why a call is refused.
			#[pallet::error]
			pub enum Error<T> {
				/// There is no such deal, the deal has no such task, or it was pruned.
				NotFound,
				/// Only the deal's scheduler may do this.
				NotScheduler,
				/// The scheduler did not delegate this task to this worker. Ask it to, or bring its signature.
				NotDelegated,
				/// The delegation is for another enclave than the one that signed.
				WrongEnclave,
				/// The delegation is not signed by the scheduler, for this worker, task, enclave, expiry and chain.
				WrongSchedulerSignature,
				/// The scheduler's signature is malformed: wrong length, wrong `v`, or a high `s`.
				MalformedSchedulerSignature,
				/// The commitment names an enclave. Bring its signature.
				EnclaveSignatureMissing,
				/// The commitment names no enclave. Bring no signature.
				UnexpectedEnclaveSignature,
				/// The enclave that the commitment names did not sign it.
				WrongEnclaveSignature,
				/// A batch is empty. Bring at least one item.
				EmptyBatch,
				/// A batch names a task twice. Name each once.
				DuplicateTask,
				/// The tasks that this batch would close have too many contributors or delegates in total. Split it.
				BatchTooHeavy,
				/// More workers would be delegated to a task than can contribute to it. Delegate fewer.
				TooManyDelegates,
				/// This worker reported of this task before. One report is enough.
				AlreadyReported,
				/// As many workers as can have reported of this task.
				TooManyReports,
				/// The task's result is not waiting for another delivery: the task has none, or it was delivered or will be.
				NotDeliverable,
				/// The queue of deliveries is full. Try again after some have been delivered.
				QueueFull,
				/// No receiver on this chain knows the deal's callback.
				NoReceiver,
				/// The task cannot be pruned: tasks of its deal are open, or it is too early, or its result is on its way.
				NotPrunable,
				/// The deal's amounts cannot be computed, which matching rules out.
				BadAmounts,
				$($(#[$($doc)*])* $name,)*
				/// The worker was given the task less than its category's reference time ago. Give it time to finish.
				UndelegatedTooEarly,
				/// The failure is not the one that this worker committed to: its cause, code or trace is another.
				WrongFailure,
				/// A task is released only for a cause from outside of it: something to fetch, params, a secret, a
				/// machine's clock, or its limits.
				NotFromOutside,
				/// Fewer workers reported this cause than the deal's trust needs new workers.
				TooFewReports,
				/// The delegation that the scheduler signed has expired. Ask it for another.
				DelegationExpired,
				/// The delegation's signer is not a proxy that may delegate for the scheduler now. Ask for another.
				NotProxy,
			}
		}

		/// One to one.
		impl<T> From<TaskError> for Error<T> {
			fn from(error: TaskError) -> Self {
				match error {
					$(TaskError::$name => Self::$name,)*
				}
			}
		}
	};
}

rlc_primitives::task_errors!(define);

/// Prices were summed and ratios checked when the deal was made.
impl<T> From<MoneyError> for Error<T> {
	fn from(_: MoneyError) -> Self {
		Self::BadAmounts
	}
}
