//! What each task of a request needs of a machine, and how many of a worker's slots that takes.

use rlc_primitives::Tag;
use serde::{Deserialize, Serialize};

use crate::{worker::Resources, RequestParams};

/// What each task needs of a machine: part of a request's params, so it is on chain and signed. 0: what a slot gets.
/// If cores, memory, or disk are named, a task gets exactly that much, so every worker starts it with the same number of cores,
/// and ends it at the same point.
///
/// Schedulers and workers count with the same formula, [`slots`](Self::slots).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Needs {
	/// Processor cores. A WebAssembly module uses one, whatever it has.
	#[serde(skip_serializing_if = "is_zero")]
	pub cores: u32,
	/// Memory, in bytes. What the app writes into its output counts as memory too, as it does in any task.
	#[serde(skip_serializing_if = "is_zero")]
	pub memory: u64,
	/// Disk for the app's output, in bytes. What it reads is in the worker's cache, which is apart.
	#[serde(skip_serializing_if = "is_zero")]
	pub disk: u64,
	/// Graphics processors.
	#[serde(skip_serializing_if = "is_zero")]
	pub gpus: u32,
}

fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
	*number == T::default()
}

impl Needs {
	/// Returns needs of a deal's tasks, by its params and its tag. Params that cannot be understood say nothing:
	/// workers report them.
	pub fn of_deal(params: &[u8], tag: Tag) -> Self {
		RequestParams::parse(params).map(|params| params.rlc_needs).unwrap_or_default().under(tag)
	}

	/// Returns the same under a tag: one that demands a graphics processor makes a task need one at least.
	pub fn under(self, tag: Tag) -> Self {
		Self { gpus: self.gpus.max(u32::from(tag.has_gpu())), ..self }
	}

	/// Returns whether nothing is needed beyond what a slot gets.
	pub fn is_nothing(&self) -> bool {
		*self == Self::default()
	}

	/// Returns how many slots of a worker with these resources a task takes: at least one, and enough that their share
	/// of each resource covers the need, `⌈need · slots / total⌉`. `None`: the worker does not have it.
	///
	/// A share covers the need of its task, and the shares of tasks whose slots fit are no more than all there is: so
	/// nothing, no graphics processor either, is ever promised twice.
	pub fn slots(&self, resources: &Resources) -> Option<u32> {
		let all = resources.slots;
		let pairs: [(u64, u64); 4] = [
			(self.cores.into(), resources.cores.into()),
			(self.memory, resources.memory),
			(self.disk, resources.disk),
			(self.gpus.into(), resources.gpus.into()),
		];
		let mut slots = 1;
		for (need, total) in pairs.into_iter().filter(|(need, _)| *need > 0) {
			// This leaves no total of 0 either.
			if need > total {
				return None;
			}
			let taken = (u128::from(need) * u128::from(all)).div_ceil(u128::from(total));
			slots = slots.max(u32::try_from(taken).ok()?);
		}
		(slots <= all).then_some(slots)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const GIB: u64 = 1 << 30;

	fn machine() -> Resources {
		Resources { slots: 4, cores: 8, memory: 16 * GIB, disk: 100 * GIB, gpus: 1, ..Resources::default() }
	}

	#[test]
	fn task_takes_as_many_slots_as_its_largest_share() {
		for (needs, slots) in [
			(Needs::default(), Some(1)),
			(Needs { cores: 2, ..Needs::default() }, Some(1)),
			(Needs { cores: 3, ..Needs::default() }, Some(2)),
			(Needs { memory: 4 * GIB, ..Needs::default() }, Some(1)),
			(Needs { memory: 4 * GIB + 1, ..Needs::default() }, Some(2)),
			(Needs { cores: 3, memory: 9 * GIB, ..Needs::default() }, Some(3)),
			(Needs { disk: 100 * GIB, ..Needs::default() }, Some(4)),
			(Needs { disk: 100 * GIB + 1, ..Needs::default() }, None),
			(Needs { gpus: 1, ..Needs::default() }, Some(4)),
			(Needs { gpus: 2, ..Needs::default() }, None),
		] {
			assert_eq!(needs.slots(&machine()), slots, "{needs:?}");
		}
	}

	#[test]
	fn numbers_at_the_end_of_their_range_do_no_harm() {
		let most = Needs { cores: u32::MAX, memory: u64::MAX, disk: u64::MAX, gpus: u32::MAX };
		let all = u32::MAX;
		let largest =
			Resources { slots: all, cores: all, memory: u64::MAX, disk: u64::MAX, gpus: all, ..Resources::default() };
		assert_eq!(most.slots(&largest), Some(u32::MAX));
		assert_eq!(most.slots(&Resources::default()), None);
		assert_eq!(Needs::default().slots(&Resources::default()), None, "there is no slot");
	}

	#[test]
	fn tag_for_a_graphics_processor_is_a_need_of_one() {
		let gpu = Tag::from_bits(Tag::GPU);
		assert_eq!(Needs::default().under(gpu).gpus, 1);
		assert_eq!(Needs { gpus: 3, ..Needs::default() }.under(gpu).gpus, 3);
		assert!(Needs::default().under(Tag::NONE).is_nothing());
		assert_eq!(
			Needs::of_deal(br#"{"rlc_needs": {"cores": 2}}"#, gpu),
			Needs { cores: 2, gpus: 1, memory: 0, disk: 0 }
		);
		assert_eq!(Needs::of_deal(b"{", gpu).gpus, 1, "what cannot be understood says nothing");
	}

	#[test]
	fn params_carry_needs_and_refuse_others() {
		let params = |needs: &str| RequestParams::parse(format!(r#"{{"rlc_needs": {needs}}}"#).as_bytes());
		let needs = Needs { cores: 2, memory: 4 * GIB, disk: 0, gpus: 1 };
		let read = params(r#"{"cores": 2, "memory": 4294967296, "gpus": 1}"#).unwrap();
		assert_eq!(read.rlc_needs, needs);
		let written = serde_json::to_string(&read).unwrap();
		assert_eq!(written, r#"{"rlc_needs":{"cores":2,"memory":4294967296,"gpus":1}}"#);
		assert_eq!(RequestParams::parse(written.as_bytes()), Ok(read));
		assert_eq!(
			serde_json::to_string(&RequestParams::default()).unwrap(),
			"{}",
			"a task that needs nothing says nothing"
		);
		for wrong in [r#"{"core": 2}"#, r#"{"cores": -1}"#, r#"{"memory": "4G"}"#, "2"] {
			assert!(params(wrong).is_err(), "{wrong}");
		}
	}

	prop_compose! {
		fn resources()(
			slots in 1u32..70,
			cores in 0u32..300,
			memory in any::<u64>(),
			disk in 0u64..5_000,
			gpus in 0u32..9,
		) -> Resources {
			Resources { slots, cores, memory, disk, gpus, ..Resources::default() }
		}
	}

	prop_compose! {
		/// Needs about as large as [`resources`], often much smaller, so that several tasks fit.
		fn needs()(
			cores in 0u32..20,
			memory in any::<u64>(),
			shift in 0u32..65,
			disk in 0u64..700,
			gpus in 0u32..3,
		) -> Needs {
			Needs { cores, memory: memory.checked_shr(shift).unwrap_or(0), disk, gpus }
		}
	}

	proptest! {
		#[test]
		fn nothing_is_promised_twice(resources in resources(), tasks in prop::collection::vec(needs(), 1..20)) {
			let mut free = resources.slots;
			let mut promised = [0u128; 4];
			for needs in tasks {
				let Some(slots) = needs.slots(&resources) else { continue };
				prop_assert!(slots >= 1 && slots <= resources.slots);
				let Some(left) = free.checked_sub(slots) else { continue };
				free = left;
				let parts: [u128; 4] = [needs.cores.into(), needs.memory.into(), needs.disk.into(), needs.gpus.into()];
				promised.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
			}
			let there: [u128; 4] = [
				resources.cores.into(),
				resources.memory.into(),
				resources.disk.into(),
				resources.gpus.into(),
			];
			prop_assert!(promised.iter().zip(there).all(|(sum, total)| *sum <= total));
		}

		#[test]
		fn only_what_is_not_there_does_not_fit(resources in resources(), needs in needs()) {
			let is_there = needs.cores <= resources.cores
				&& needs.memory <= resources.memory
				&& needs.disk <= resources.disk
				&& needs.gpus <= resources.gpus;
			prop_assert_eq!(needs.slots(&resources).is_some(), is_there);
		}
	}
}
