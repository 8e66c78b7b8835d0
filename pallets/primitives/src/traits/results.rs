//! Results on their way to the receivers that deals name.

use alloc::vec::Vec;

use sp_runtime::{DispatchResult, Weight};

use crate::{CallbackId, DealId, TaskId};

/// A result on its way to a deal's callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
	/// Who is to receive it.
	pub callback: CallbackId,
	/// The deal that says so.
	pub deal: DealId,
	/// The task that it is the result of.
	pub task: TaskId,
	/// The result: bytes whose keccak-256 the workers agreed on. If the app is a module, the last 32 of them are the
	/// [trace](crate::trace) of its run, and what it left comes before.
	pub data: Vec<u8>,
}

/// Receives results: the oracle, or another pallet that serves callbacks. Runs with weight of its own, never within settlement
/// (invariant I9).
pub trait OnResult {
	/// Delivers a result. Returns `None` if the callback is not this receiver's.
	fn on_result(delivery: &Delivery) -> Option<DispatchResult>;

	/// Returns the most that a delivery of `bytes` bytes of data weighs.
	fn weight(bytes: u32) -> Weight;
}

/// The first receiver that knows the callback takes the result. `()` knows none.
#[impl_trait_for_tuples::impl_for_tuples(5)]
impl OnResult for Tuple {
	fn on_result(delivery: &Delivery) -> Option<DispatchResult> {
		for_tuples!( #(
			if let Some(result) = Tuple::on_result(delivery) {
				return Some(result);
			}
		)* );
		None
	}

	fn weight(bytes: u32) -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight = weight.saturating_add(Tuple::weight(bytes)); )* );
		weight
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H160;
	use sp_runtime::DispatchError;

	/// Receives results for the callback `N`, and refuses those without data.
	struct Receiver<const N: u8>;

	impl<const N: u8> OnResult for Receiver<N> {
		fn on_result(delivery: &Delivery) -> Option<DispatchResult> {
			let mine = delivery.callback == CallbackId(H160::repeat_byte(N));
			let empty = DispatchError::Other("empty");
			mine.then_some(if delivery.data.is_empty() { Err(empty) } else { Ok(()) })
		}

		fn weight(bytes: u32) -> Weight {
			Weight::from_parts(u64::from(N) * u64::from(bytes), 0)
		}
	}

	#[test]
	fn result_goes_to_the_one_who_knows_the_callback() {
		type Both = (Receiver<1>, Receiver<2>);
		let to = |n, data: &[u8]| Delivery {
			callback: CallbackId(H160::repeat_byte(n)),
			deal: DealId::default(),
			task: TaskId::default(),
			data: data.to_vec(),
		};
		assert_eq!(Both::on_result(&to(1, b"x")), Some(Ok(())));
		assert_eq!(Both::on_result(&to(2, b"")), Some(Err(DispatchError::Other("empty"))));
		assert_eq!(Both::on_result(&to(3, b"x")), None);
		assert_eq!(<() as OnResult>::on_result(&to(1, b"x")), None);
		assert_eq!(Both::weight(10), Weight::from_parts(30, 0));
		assert_eq!(<() as OnResult>::weight(10), Weight::zero());
	}
}
