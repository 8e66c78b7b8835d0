//! Measures the calls, each in its worst case: the largest things, and owners with deposits.

use alloc::vec;

use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungible::Unbalanced, tokens::Precision, Get},
	BoundedVec,
};
use frame_system::RawOrigin;
use rlc_primitives::{
	assets::MAX_WORKER_STAKE_RATIO, orders::Member, AccountId, AppId, DatasetId, GroupId, Settlement, WorkerpoolId, RLC,
};
use sp_core::H256;

use crate::{
	App, AppKind, Apps, AssetId, Batch, Call, Config, Dataset, Datasets, Description, Groups, Location, Members, Name,
	Pallet, Policy, Workerpools,
};

/// Returns an account with enough for any deposit.
fn funded<T: Config>(name: &'static str) -> Result<AccountId, BenchmarkError> {
	let who = account(name, 0, 0);
	T::Currency::increase_balance(&who, 1_000_000 * RLC, Precision::Exact)?;
	Ok(who)
}

/// Returns a name as long as names can be.
fn name() -> Name {
	BoundedVec::truncate_from(vec![b'n'; 256])
}

/// Returns a location as long as locations can be.
fn location() -> Location {
	BoundedVec::truncate_from(vec![b'l'; 256])
}

/// Returns a description as long as descriptions can be.
fn description() -> Description {
	BoundedVec::truncate_from(vec![b'd'; 256])
}

/// Returns the largest app, which is the largest of all assets.
fn app() -> App {
	App {
		name: name(),
		kind: AppKind::Container,
		location: location(),
		checksum: H256::repeat_byte(1),
		measurement: Some(H256::repeat_byte(2)),
	}
}

fn batch<T: Config>(n: u32) -> Batch<T> {
	BoundedVec::truncate_from((0..n).map(|i| Member::Account(account("member", i, 0))).collect())
}

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn register_app() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = AppId::derive(&owner, &app());

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), app());

		assert!(Apps::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn register_dataset() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let dataset = Dataset { name: name(), location: location(), checksum: H256::repeat_byte(1) };
		let id = DatasetId::derive(&owner, &dataset);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), dataset);

		assert!(Datasets::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn register_workerpool() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = WorkerpoolId::derive(&owner, &description());

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), description());

		assert!(Workerpools::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn create_group() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = GroupId::derive(&owner, &name());

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), name());

		assert!(Groups::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn add_members(n: Linear<0, { T::MaxBatch::get() }>) -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = GroupId::derive(&owner, &name());
		Pallet::<T>::do_create_group(owner.clone(), name())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, batch::<T>(n));

		assert_eq!(Groups::<T>::get(id).map(|group| group.content.members), Some(n));
		Ok(())
	}

	#[benchmark]
	fn remove_members(n: Linear<0, { T::MaxBatch::get() }>) -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = GroupId::derive(&owner, &name());
		Pallet::<T>::do_create_group(owner.clone(), name())?;
		Pallet::<T>::do_add_members(owner.clone(), id, batch::<T>(n))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, batch::<T>(n));

		assert_eq!(Members::<T>::iter_prefix(id).count(), 0);
		Ok(())
	}

	#[benchmark]
	fn transfer() -> Result<(), BenchmarkError> {
		let (owner, to) = (funded::<T>("owner")?, funded::<T>("to")?);
		let id = AppId::derive(&owner, &app());
		Pallet::<T>::do_register_app(owner.clone(), app())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), AssetId::App(id), to.clone());

		assert_eq!(Apps::<T>::get(id).map(|app| app.owner), Some(to));
		Ok(())
	}

	#[benchmark]
	fn set_policy() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = WorkerpoolId::derive(&owner, &description());
		Pallet::<T>::do_register_workerpool(owner.clone(), description())?;
		let policy = Policy {
			worker_stake_ratio: MAX_WORKER_STAKE_RATIO,
			scheduler_ratio: 100,
			settlement: Settlement::Scheduler,
		};

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, policy);

		assert_eq!(Workerpools::<T>::get(id).map(|workerpool| workerpool.content.policy), Some(policy));
		Ok(())
	}

	#[benchmark]
	fn deregister() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = AppId::derive(&owner, &app());
		Pallet::<T>::do_register_app(owner.clone(), app())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), AssetId::App(id));

		assert!(!Apps::<T>::contains_key(id));
		Ok(())
	}

	#[cfg(test)]
	impl_benchmark_test_suite!(Pallet, crate::mock::registry(), crate::mock::Test);
}
