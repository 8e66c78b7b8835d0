//! The pallet's events. A new one comes last.

#[frame_support::pallet_macros::pallet_section]
mod events {
	/// What the pallet tells the outside.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The scheduler made a worker eligible, on chain or by a signature that the worker brought.
		Delegated {
			/// For this task.
			task: TaskId,
			/// The worker.
			worker: AccountId,
		},
		/// A worker committed to a result.
		Contributed {
			/// Of this task.
			task: TaskId,
			/// The worker.
			worker: AccountId,
			/// The hash of the result.
			result: ResultHash,
		},
		/// Enough workers agree: those can reveal now.
		ConsensusReached {
			/// The task.
			task: TaskId,
			/// The hash of the result that they agree on.
			result: ResultHash,
			/// How many they are.
			winners: u32,
			/// From this time on, in ms, nobody can reveal.
			reveal_deadline: Moment,
		},
		/// A winner showed that it had the result.
		Revealed {
			/// The task.
			task: TaskId,
			/// The worker.
			worker: AccountId,
			/// The digest of the result's content.
			digest: ResultDigest,
		},
		/// Nobody revealed in time: the winners are out, and other workers can contribute.
		Reopened {
			/// The task.
			task: TaskId,
		},
		/// A task ended, and its money has moved.
		TaskClosed {
			/// The task.
			task: TaskId,
			/// The deal that it belongs to.
			deal: DealId,
			/// The digest of its result; `None` if it failed.
			outcome: Option<ResultDigest>,
		},
		/// A worker could not compute a task.
		FailureReported {
			/// The task.
			task: TaskId,
			/// The worker.
			worker: AccountId,
			/// Why, as it says.
			cause: FailureCause,
		},
		/// A callback took a result.
		ResultDelivered {
			/// The task whose result it is.
			task: TaskId,
		},
		/// A callback did not take a result. `deliver` tries again.
		ResultDeliveryFailed {
			/// The task whose result it is.
			task: TaskId,
			/// Why.
			error: DispatchError,
		},
		/// A closed task was removed from the state.
		Pruned {
			/// The task.
			task: TaskId,
		},
		/// The scheduler took back that a worker may contribute.
		Undelegated {
			/// To this task.
			task: TaskId,
			/// The worker.
			worker: AccountId,
		},
		/// A reveal of a batch did not count. The others did.
		RevealRefused {
			/// The task.
			task: TaskId,
			/// The worker.
			worker: AccountId,
			/// Why.
			error: DispatchError,
		},
		/// A worker showed that it committed to a failure of the app. A winner's [`Event::Revealed`] comes before.
		FailureRevealed {
			/// The task.
			task: TaskId,
			/// The worker.
			worker: AccountId,
			/// How the app failed.
			cause: AppFault,
			/// Its exit code.
			code: u32,
		},
		/// A task ends without a result, and nobody who worked on it is at fault. [`Event::TaskClosed`] follows.
		TaskFailed {
			/// The task.
			task: TaskId,
			/// Why.
			failure: TaskFailure,
		},
		/// A contribution of a batch, or a result of one that is delivered at once, did not count. The others did.
		ContributionRefused {
			/// The task.
			task: TaskId,
			/// The worker.
			worker: AccountId,
			/// Why.
			error: DispatchError,
		},
	}
}
