//! Measures what the extension does around free calls, beside the check that they are free, in its worst cases: the largest
//! batches, with each task of another deal, sent by a proxy that pays the tip, for an account that has as many proxies as
//! it can, and all of whose RLC the batch locks.

use alloc::boxed::Box;

use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::{
	dispatch::{DispatchInfo, GetDispatchInfo, PostDispatchInfo},
	traits::{fungible::Inspect, Get},
	weights::Weight,
};
use pallet_poco::{BenchmarkHelper, FreeCall};
use sp_runtime::{traits::TransactionExtension, transaction_validity::TransactionValidityError};

use super::{
	charge::{ChargeUnlessFree, Val},
	ensure_room,
	work::Work,
	Config, Consumed, Pallet,
};
use crate::{benchmarks::Computing, *};

/// The most tasks of a batch.
type MaxBatch = <Runtime as pallet_poco::Config>::MaxBatch;

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn free_call() {
		let scene = Scene::new(1, 0);
		let charged;

		#[block]
		{
			charged = scene.charge();
		}

		assert!(charged.is_ok() && Consumed::<Runtime>::exists());
	}

	#[benchmark]
	fn tipped_free_call(n: Linear<1, { MaxBatch::get() }>) {
		let scene = Scene::new(n, RLC);
		let signer = scene.signer.clone();
		let charged;

		#[block]
		{
			charged = scene.charge();
		}

		assert!(charged.is_ok());
		assert_eq!(Balances::total_balance(&signer), 1);
	}

	#[benchmark]
	fn proxied_call() {
		let Scene { signer, call, .. } = Scene::new(1, 0);
		let is_allowed;

		#[block]
		{
			is_allowed = Work::of(&call, &signer).is_some_and(|work| work.is_allowed(&call));
		}

		assert!(is_allowed);
	}

	#[cfg(test)]
	impl_benchmark_test_suite!(Pallet, sp_io::TestExternalities::default(), crate::Runtime);
}

/// A batch of contributions that is free.
struct Scene {
	/// A proxy of the account that contributes.
	signer: AccountId,
	call: RuntimeCall,
	free: FreeCall,
	extension: ChargeUnlessFree,
	info: DispatchInfo,
}

impl Scene {
	/// Returns a batch of `n` contributions, each to a task of another deal, with this tip, in nRLC.
	fn new(n: u32, tip: Balance) -> Self {
		let (real, work) = pallet_poco::free_batch::<Runtime>(n);
		let signer = Computing::name_proxies(&real);
		// A tip leaves an account what it needs to exist.
		Computing::endow(&signer, tip.saturating_add(1));
		let (real, work) = (real.into(), Box::new(RuntimeCall::from(work)));
		let call = pallet_proxy::Call::<Runtime>::proxy { real, force_proxy_type: None, call: work };
		let call = RuntimeCall::from(call);
		let free = Work::of(&call, &signer).and_then(|work| work.free_call(&call)).expect("the batch is free");
		let extension = ChargeUnlessFree::with_tip(tip);
		let info = DispatchInfo { extension_weight: extension.weight(&call), ..call.get_dispatch_info() };
		Self { signer, call, free, extension, info }
	}

	/// Does what the extension does around the call, as if the call weighed nothing. Returns the weight that it gives back.
	fn charge(self) -> Result<Weight, TransactionValidityError> {
		let Self { signer, call, free, extension, info } = self;
		let len = call.encoded_size();
		let work = Work::of(&call, &signer).expect("such batches can be free");
		ensure_room(&info)?;
		extension.admit(&call, &work, &info, len, free)?;
		let origin = RuntimeOrigin::signed(signer.clone());
		let pre = extension.prepare(Val::Free(signer.clone()), &origin, &call, &info, len)?;
		let nothing = PostDispatchInfo { actual_weight: Some(Weight::zero()), ..Default::default() };
		ChargeUnlessFree::post_dispatch_details(pre, &info, &nothing, len, &Ok(()))
	}
}
