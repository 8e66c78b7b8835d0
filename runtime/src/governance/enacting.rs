//! What is enacted: root's power has one door, and this is it.
//!
//! Referenda are enacted by the scheduler, and nothing else on this chain makes a call with root's origin: whatever
//! root may nest, it nests in a scheduled call. So the scheduler's calls are of a type of their own, [`Enacted`], which
//! is encoded as any call is and leaves the issuance as it was (invariant I1).
//!
//! ```text
//! referendum ──► Enacting ──► scheduler ──► Enacted::dispatch ──► Rlc::conserving ──► the call
//!                (finds room)                (undoes all of it, if there is more or less RLC afterwards)
//! ```

use codec::{Decode, DecodeWithMemTracking, Encode, EncodeLike};
use frame_support::{
	dispatch::{DispatchInfo, GetDispatchInfo, PostDispatchInfo},
	traits::{
		schedule::{
			v3::{Anon, Named, TaskName},
			DispatchTime, Period, Priority,
		},
		Bounded,
	},
};
use scale_info::TypeInfo;
use sp_runtime::{
	traits::{BlakeTwo256, Dispatchable},
	DispatchError, DispatchResultWithInfo,
};

use crate::{BlockNumber, OriginCaller, Rlc, RuntimeCall, RuntimeOrigin, Scheduler};

/// Blocks by which something is enacted later, at the most, because those before are full.
const MOST_POSTPONED: BlockNumber = 16;

/// A call as the scheduler makes it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Enacted(pub RuntimeCall);

impl EncodeLike<Enacted> for RuntimeCall {}

// To the outside, it is any call.
impl TypeInfo for Enacted {
	type Identity = <RuntimeCall as TypeInfo>::Identity;

	fn type_info() -> scale_info::Type {
		RuntimeCall::type_info()
	}
}

impl From<RuntimeCall> for Enacted {
	fn from(call: RuntimeCall) -> Self {
		Self(call)
	}
}

impl From<frame_system::Call<crate::Runtime>> for Enacted {
	fn from(call: frame_system::Call<crate::Runtime>) -> Self {
		Self(call.into())
	}
}

impl GetDispatchInfo for Enacted {
	// The guard reads the issuance, which each block has in memory.
	fn get_dispatch_info(&self) -> DispatchInfo {
		self.0.get_dispatch_info()
	}
}

impl Dispatchable for Enacted {
	type Config = <RuntimeCall as Dispatchable>::Config;
	type Info = DispatchInfo;
	type PostInfo = PostDispatchInfo;
	type RuntimeOrigin = RuntimeOrigin;

	fn dispatch(self, origin: RuntimeOrigin) -> DispatchResultWithInfo<PostDispatchInfo> {
		Rlc::conserving(|| self.0.dispatch(origin))
	}
}

/// Schedules what referenda ask for. If the block is full, it takes the next one with room.
///
/// The scheduler refuses what does not fit into a block's agenda, and referenda do not look at that: an approved
/// referendum would never be enacted, for the price of as many referenda of somebody else as fill one block.
pub struct Enacting;

type Address = <Scheduler as Anon<BlockNumber, Enacted, OriginCaller>>::Address;

impl Anon<BlockNumber, RuntimeCall, OriginCaller> for Enacting {
	type Address = Address;
	type Hasher = BlakeTwo256;

	fn schedule(
		when: DispatchTime<BlockNumber>,
		period: Option<Period<BlockNumber>>,
		priority: Priority,
		origin: OriginCaller,
		call: Bounded<RuntimeCall, BlakeTwo256>,
	) -> Result<Address, DispatchError> {
		let call = call.transmute::<Enacted>();
		in_a_block_with_room(when, |when| {
			<Scheduler as Anon<BlockNumber, Enacted, OriginCaller>>::schedule(
				when,
				period,
				priority,
				origin.clone(),
				call.clone(),
			)
		})
	}

	fn cancel(address: Address) -> Result<(), DispatchError> {
		<Scheduler as Anon<BlockNumber, Enacted, OriginCaller>>::cancel(address)
	}

	fn reschedule(address: Address, when: DispatchTime<BlockNumber>) -> Result<Address, DispatchError> {
		<Scheduler as Anon<BlockNumber, Enacted, OriginCaller>>::reschedule(address, when)
	}

	fn next_dispatch_time(address: Address) -> Result<BlockNumber, DispatchError> {
		<Scheduler as Anon<BlockNumber, Enacted, OriginCaller>>::next_dispatch_time(address)
	}
}

impl Named<BlockNumber, RuntimeCall, OriginCaller> for Enacting {
	type Address = Address;
	type Hasher = BlakeTwo256;

	fn schedule_named(
		id: TaskName,
		when: DispatchTime<BlockNumber>,
		period: Option<Period<BlockNumber>>,
		priority: Priority,
		origin: OriginCaller,
		call: Bounded<RuntimeCall, BlakeTwo256>,
	) -> Result<Address, DispatchError> {
		let call = call.transmute::<Enacted>();
		in_a_block_with_room(when, |when| {
			<Scheduler as Named<BlockNumber, Enacted, OriginCaller>>::schedule_named(
				id,
				when,
				period,
				priority,
				origin.clone(),
				call.clone(),
			)
		})
	}

	fn cancel_named(id: TaskName) -> Result<(), DispatchError> {
		<Scheduler as Named<BlockNumber, Enacted, OriginCaller>>::cancel_named(id)
	}

	fn reschedule_named(id: TaskName, when: DispatchTime<BlockNumber>) -> Result<Address, DispatchError> {
		<Scheduler as Named<BlockNumber, Enacted, OriginCaller>>::reschedule_named(id, when)
	}

	fn next_dispatch_time(id: TaskName) -> Result<BlockNumber, DispatchError> {
		<Scheduler as Named<BlockNumber, Enacted, OriginCaller>>::next_dispatch_time(id)
	}
}

/// Schedules at `when`, or in the first of the blocks after it that has room.
fn in_a_block_with_room(
	when: DispatchTime<BlockNumber>,
	schedule: impl Fn(DispatchTime<BlockNumber>) -> Result<Address, DispatchError>,
) -> Result<Address, DispatchError> {
	let later = |blocks| match when {
		DispatchTime::At(block) => DispatchTime::At(block.saturating_add(blocks)),
		DispatchTime::After(block) => DispatchTime::After(block.saturating_add(blocks)),
	};
	let full = Err(DispatchError::Exhausted);
	(0..=MOST_POSTPONED).map(|blocks| schedule(later(blocks))).find(|tried| *tried != full).unwrap_or(full)
}
