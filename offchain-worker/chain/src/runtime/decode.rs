//! Reading what happened in a block, and why something failed.

use codec::{Compact, Decode};
use rlc_primitives::Hash;
use scale_decode::visitor::{decode_with_visitor, IgnoreVisitor};
use scale_info::PortableRegistry;
use sp_runtime::{DispatchError, ModuleError};

use super::{numbers::Numbers, unnamed, variants, Runtime};
use crate::{
	events::{Event, FrameEvent, Phase, ProxyEvent, SystemEvent},
	rpc::bad_answer,
	Error, Failure,
};

/// What an unreadable list of events is an answer to.
const QUESTION: &str = "System.Events";

impl Runtime {
	/// Returns what happened in a block, in its order: what this program knows of it. The rest is passed over.
	///
	/// # Errors
	///
	/// [`Error::BadAnswer`] if the bytes are not what the runtime says.
	pub(crate) fn events(&self, mut bytes: &[u8]) -> Result<Vec<(Option<u32>, Event)>, Error> {
		let input = &mut bytes;
		let Compact(count) = Compact::<u32>::decode(input).map_err(strange)?;
		let mut events = Vec::new();
		for _ in 0..count {
			let phase = Phase::decode(input).map_err(strange)?;
			let event = self.take_event(input)?;
			<Vec<Hash>>::decode(input).map_err(strange)?;
			if let Some(event) = self.event(event)? {
				events.push((phase.extrinsic(), event));
			}
		}
		Ok(events)
	}

	/// Returns the bytes of the next event.
	fn take_event<'a>(&self, input: &mut &'a [u8]) -> Result<&'a [u8], Error> {
		let all = *input;
		let id = self.metadata.outer_enums.event_enum_ty.id;
		decode_with_visitor(input, id, self.types(), IgnoreVisitor::<PortableRegistry>::new())
			.map_err(|error| bad_answer(QUESTION, error))?;
		let length = all.len().saturating_sub(input.len());
		Ok(&all[..length])
	}

	/// Returns an event that this program knows.
	fn event(&self, bytes: &[u8]) -> Result<Option<Event>, Error> {
		let Some((theirs, fields)) = bytes.split_first_chunk::<2>() else { return Ok(None) };
		if let Some(event) = renumbered(&self.events, *theirs, fields)? {
			return Ok(Some(event));
		}
		let Some(event) = renumbered::<FrameEvent>(&self.frame_events, *theirs, fields)? else { return Ok(None) };
		Ok(match event {
			FrameEvent::System(SystemEvent::ExtrinsicSuccess) => Some(Event::ExtrinsicSuccess),
			FrameEvent::System(SystemEvent::ExtrinsicFailed { dispatch_error }) => {
				Some(Event::ExtrinsicFailed { failure: self.failure(&dispatch_error) })
			}
			FrameEvent::Proxy(ProxyEvent::ProxyExecuted { result }) => {
				result.err().map(|error| Event::ProxiedFailed { failure: self.failure(&error) })
			}
		})
	}

	/// Returns an error in words, as the runtime describes it.
	pub(crate) fn failure(&self, error: &DispatchError) -> Failure {
		match error {
			DispatchError::Module(module) => self.module_failure(module),
			other => unnamed::failure(other),
		}
	}

	fn module_failure(&self, module: &ModuleError) -> Failure {
		let pallet = self.metadata.pallets.iter().find(|pallet| pallet.index == module.index);
		let [number, ..] = module.error;
		let error = pallet
			.and_then(|pallet| pallet.error.as_ref())
			.and_then(|errors| variants(self.types(), errors.ty.id).iter().find(|error| error.index == number));
		match (pallet, error) {
			(Some(pallet), Some(error)) => Failure {
				pallet: pallet.name.clone(),
				error: error.name.clone(),
				docs: error.docs.join(" ").trim().into(),
			},
			_ => Failure {
				pallet: format!("Pallet{}", module.index),
				error: format!("Error{number}"),
				docs: String::new(),
			},
		}
	}
}

/// Decodes an event that is known here, by its numbers here.
fn renumbered<T: Decode>(numbers: &Numbers, theirs: [u8; 2], fields: &[u8]) -> Result<Option<T>, Error> {
	let Some(ours) = numbers.ours(theirs) else { return Ok(None) };
	let bytes = [&ours, fields].concat();
	T::decode(&mut bytes.as_slice()).map(Some).map_err(strange)
}

fn strange(error: codec::Error) -> Error {
	bad_answer(QUESTION, error)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::events::PocoEvent;
	use rlc_primitives::{task::MAX_CONTRIBUTORS, AccountId, TaskId};

	#[test]
	fn event_is_found_by_its_numbers_and_may_have_more_fields() {
		let (task, worker) = (TaskId(Hash::repeat_byte(1)), AccountId::new([2; 32]));
		let numbers = Numbers::new((62..66).map(|pallet| (5..20).map(|number| [pallet, number]).collect()).collect());
		// The first event of the third pallet.
		let delegated = [64, 5];
		let bytes = codec::Encode::encode(&(task, &worker, MAX_CONTRIBUTORS));
		let event: Option<Event> = renumbered(&numbers, delegated, &bytes).unwrap();
		assert_eq!(event, Some(PocoEvent::Delegated { task, worker }.into()));
		assert_eq!(renumbered::<Event>(&numbers, [66, 5], &bytes), Ok(None));
		assert!(renumbered::<Event>(&numbers, delegated, &bytes[..40]).is_err());
	}

	#[test]
	fn call_of_a_proxy_is_told_if_it_failed() {
		let frame_events = Numbers::new(vec![vec![[0, 0], [0, 1]], vec![[29, 0]]]);
		let runtime = Runtime { frame_events, ..crate::runtime::tests::bare() };
		let executed = |result: Result<(), DispatchError>| {
			let bytes = [[29_u8, 0].as_slice(), &codec::Encode::encode(&result)].concat();
			runtime.event(&bytes).unwrap()
		};
		assert_eq!(executed(Ok(())), None);
		let failed = executed(Err(DispatchError::BadOrigin));
		assert!(matches!(failed, Some(Event::ProxiedFailed { failure }) if failure.is("System", "BadOrigin")));
	}
}
