//! Results on their way to their deals' callbacks: queued when a task closes, delivered in idle weight, never part of
//! settlement (invariant I9).
//!
//! A receiver that fails, or that nobody knows, costs its own delivery and no other: what it changed is undone, and the
//! outcome is stored until the task is pruned.

use frame_support::{defensive, ensure, storage::with_storage_layer, traits::Get, weights::WeightMeter};
use rlc_primitives::{
	count,
	task::Stage,
	traits::{Delivery, OnResult},
	ResultDigest, TaskId,
};
use sp_runtime::DispatchResult;

use crate::{
	batch::Loaded, CallbackData, CallbackEnds, CallbackQueue, Config, Deliveries, DeliveryOutcome, Error, Event,
	Pallet, QueueEnds, QueuedDelivery, TaskRef, WeightInfo,
};

impl<T: Config> Pallet<T> {
	/// Queues the result of a completed task, if its deal has a callback.
	pub(crate) fn send_result(completed: &Loaded, data: Option<CallbackData>) {
		let (Some(callback), Some(data)) = (completed.deal.callback, data) else { return };
		let (task, deal) = (completed.id, completed.task.deal);
		if Self::enqueue(QueuedDelivery { callback, deal, task, data }).is_err() {
			Deliveries::<T>::insert(task, DeliveryOutcome::QueueFull);
			Self::deposit_event(Event::ResultDeliveryFailed { task, error: Error::<T>::QueueFull.into() });
		}
	}

	pub(crate) fn do_deliver(task: &TaskRef, data: CallbackData) -> DispatchResult {
		let loaded = Self::load(task)?;
		let again =
			matches!(Deliveries::<T>::get(loaded.id), Some(DeliveryOutcome::Failed(_) | DeliveryOutcome::QueueFull));
		let (true, Some(callback), Stage::Completed(consensus)) = (again, loaded.deal.callback, &loaded.task.stage)
		else {
			return Err(Error::<T>::NotDeliverable.into());
		};
		ensure!(consensus.digest == Some(ResultDigest::of_callback(&data)), Error::<T>::WrongCallbackData);
		Self::enqueue(QueuedDelivery { callback, deal: task.deal, task: loaded.id, data })?;
		Ok(())
	}

	/// Puts a result at the end of the queue.
	pub(crate) fn enqueue(result: QueuedDelivery) -> Result<(), Error<T>> {
		let QueueEnds { head, tail } = CallbackEnds::<T>::get();
		ensure!(tail.saturating_sub(head) < T::MaxCallbacks::get().into(), Error::<T>::QueueFull);
		Deliveries::<T>::insert(result.task, DeliveryOutcome::Pending);
		CallbackQueue::<T>::insert(tail, result);
		CallbackEnds::<T>::put(QueueEnds { head, tail: tail.saturating_add(1) });
		Ok(())
	}

	/// Delivers results, the oldest first, until none waits or `meter` has no room for the next.
	pub(crate) fn run_callbacks(meter: &mut WeightMeter) {
		while meter.try_consume(T::WeightInfo::callback_next()).is_ok() {
			let QueueEnds { head, tail } = CallbackEnds::<T>::get();
			if head >= tail {
				return;
			}
			let Some(next) = CallbackQueue::<T>::get(head) else {
				defensive!("the queue of deliveries has a hole");
				CallbackEnds::<T>::put(QueueEnds { head: head.saturating_add(1), tail });
				continue;
			};
			let bytes = count(next.data.len());
			let step = T::WeightInfo::callback_run(bytes).saturating_add(T::OnResult::weight(bytes));
			if meter.try_consume(step).is_err() {
				return;
			}
			CallbackQueue::<T>::remove(head);
			CallbackEnds::<T>::put(QueueEnds { head: head.saturating_add(1), tail });
			Self::run_callback(next);
		}
	}

	pub(crate) fn run_callback(next: QueuedDelivery) {
		let QueuedDelivery { callback, deal, task, data } = next;
		let delivery = Delivery { callback, deal, task, data: data.into_inner() };
		let taken = with_storage_layer(|| {
			T::OnResult::on_result(&delivery).unwrap_or_else(|| Err(Error::<T>::NoReceiver.into()))
		});
		Self::note_outcome(task, taken);
	}

	fn note_outcome(task: TaskId, taken: DispatchResult) {
		match taken {
			Ok(()) => {
				Deliveries::<T>::insert(task, DeliveryOutcome::Delivered);
				Self::deposit_event(Event::ResultDelivered { task });
			}
			Err(error) => {
				Deliveries::<T>::insert(task, DeliveryOutcome::Failed(error));
				Self::deposit_event(Event::ResultDeliveryFailed { task, error });
			}
		}
	}
}
