//! One pallet of this chain in a runtime of your own.
//!
//! A chain for weather stations wants to know who owns which dataset, and to reward the owners of good ones. It takes
//! `pallet-registry` as it is, and writes a pallet of its own that asks the registry through the trait
//! [`Assets`]: neither pallet names the other, the runtime connects them.
//!
//! ```sh
//! cargo run --release --features rlc-examples/programs --example one_pallet
//! ```

use frame_support::{
	assert_noop, assert_ok, derive_impl,
	traits::{fungible::Mutate, ConstU128, ConstU32},
};
use rlc_primitives::{
	assets::{AssetId, Dataset},
	AccountId, DatasetId,
};

use stations::Error;

/// The chain's own pallet: it awards stars to datasets, on behalf of their owners.
#[allow(missing_docs)]
#[frame_support::pallet]
pub mod stations {
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use rlc_primitives::{traits::Assets, AccountId, DatasetId};

	/// What this pallet needs from others: accounts as the registry knows them, and anything that knows owners.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		type Assets: Assets;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::storage]
	pub type Stars<T> = StorageMap<_, Blake2_128Concat, DatasetId, u32, ValueQuery>;

	#[pallet::error]
	pub enum Error<T> {
		/// The dataset is not registered.
		NotFound,
		/// Only the owner of a dataset can enter it. Ask the owner.
		NotOwner,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		// A chain that lives measures what a call weighs.
		#[pallet::weight(Weight::zero())]
		#[pallet::call_index(0)]
		pub fn enter(origin: OriginFor<T>, dataset: DatasetId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let owner = T::Assets::dataset_owner(&dataset).ok_or(Error::<T>::NotFound)?;
			ensure!(owner == who, Error::<T>::NotOwner);
			Stars::<T>::mutate(dataset, |stars| *stars = stars.saturating_add(1));
			Ok(())
		}
	}
}

/// The runtime: FRAME's accounts and balances, our registry, their stations.
#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeTask,
		RuntimeHoldReason,
		RuntimeFreezeReason,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Registry = pallet_registry;
	#[runtime::pallet_index(3)]
	pub type Stations = crate::stations;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Runtime {
	type AccountData = pallet_balances::AccountData<u128>;
	type AccountId = AccountId;
	type Block = frame_system::mocking::MockBlock<Runtime>;
	type Lookup = sp_runtime::traits::IdentityLookup<AccountId>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
	type AccountStore = System;
	type Balance = u128;
	type ExistentialDeposit = ConstU128<1>;
}

/// All that the registry needs: a token to take deposits in, and how large they are.
impl pallet_registry::Config for Runtime {
	type ByteDeposit = ConstU128<1>;
	type Currency = Balances;
	type ItemDeposit = ConstU128<100>;
	type MaxBatch = ConstU32<16>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = ();
}

/// Here the two pallets meet.
impl stations::Config for Runtime {
	type Assets = Registry;
}

fn main() {
	run();
}

/// Registers a dataset, enters it as its owner, and sells it.
pub fn run() {
	sp_io::TestExternalities::default().execute_with(|| {
		let alice = AccountId::new([1; 32]);
		let bob = AccountId::new([2; 32]);
		assert_ok!(Balances::mint_into(&alice, 1_000));
		assert_ok!(Balances::mint_into(&bob, 1_000));

		// An asset's id follows from its owner and its content, so it is known before the asset exists.
		let rain = Dataset { name: b"rain in Lyon".to_vec().try_into().unwrap_or_default(), ..Default::default() };
		let id = DatasetId::derive(&alice, &rain);
		assert_noop!(Stations::enter(RuntimeOrigin::signed(alice.clone()), id), Error::<Runtime>::NotFound);

		assert_ok!(Registry::register_dataset(RuntimeOrigin::signed(alice.clone()), rain));
		assert_ok!(Stations::enter(RuntimeOrigin::signed(alice.clone()), id));
		assert_noop!(Stations::enter(RuntimeOrigin::signed(bob.clone()), id), Error::<Runtime>::NotOwner);

		// The new owner pays no deposit: it comes with the asset.
		assert_ok!(Registry::transfer(RuntimeOrigin::signed(alice), AssetId::Dataset(id), bob.clone()));
		assert_ok!(Stations::enter(RuntimeOrigin::signed(bob), id));
		println!("{id:?} has {} stars", stations::Stars::<Runtime>::get(id));
	});
}
