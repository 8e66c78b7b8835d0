//! Measures the calls, each in its worst case: the largest things, and owners with deposits. Calls for things of any kind
//! are measured with each kind, and weights take the maximum.

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

/// Returns the largest dataset.
fn dataset() -> Dataset {
	Dataset { name: name(), location: location(), checksum: H256::repeat_byte(1) }
}

/// Registers the largest app for this owner.
fn registered_app<T: Config>(owner: &AccountId) -> Result<AppId, BenchmarkError> {
	Pallet::<T>::do_register_app(owner.clone(), app())?;
	Ok(AppId::derive(owner, &app()))
}

/// Registers the largest dataset for this owner.
fn registered_dataset<T: Config>(owner: &AccountId) -> Result<DatasetId, BenchmarkError> {
	Pallet::<T>::do_register_dataset(owner.clone(), dataset())?;
	Ok(DatasetId::derive(owner, &dataset()))
}

/// Registers the largest workerpool for this owner.
fn registered_workerpool<T: Config>(owner: &AccountId) -> Result<WorkerpoolId, BenchmarkError> {
	Pallet::<T>::do_register_workerpool(owner.clone(), description())?;
	Ok(WorkerpoolId::derive(owner, &description()))
}

/// Creates a group with the longest name for this owner.
fn created_group<T: Config>(owner: &AccountId) -> Result<GroupId, BenchmarkError> {
	Pallet::<T>::do_create_group(owner.clone(), name())?;
	Ok(GroupId::derive(owner, &name()))
}

/// Returns `n` members for one call. They are accounts, the longest kind of member.
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
		let id = DatasetId::derive(&owner, &dataset());

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), dataset());

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
		let id = created_group::<T>(&owner)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, batch::<T>(n));

		assert_eq!(Groups::<T>::get(id).map(|group| group.content.members), Some(n));
		Ok(())
	}

	#[benchmark]
	fn remove_members(n: Linear<0, { T::MaxBatch::get() }>) -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = created_group::<T>(&owner)?;
		Pallet::<T>::do_add_members(owner.clone(), id, batch::<T>(n))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, batch::<T>(n));

		assert_eq!(Members::<T>::iter_prefix(id).count(), 0);
		Ok(())
	}

	#[benchmark]
	fn transfer_app() -> Result<(), BenchmarkError> {
		let (owner, to) = (funded::<T>("owner")?, funded::<T>("to")?);
		let id = registered_app::<T>(&owner)?;

		#[extrinsic_call]
		transfer(RawOrigin::Signed(owner), AssetId::App(id), to.clone());

		assert_eq!(Apps::<T>::get(id).map(|app| app.owner), Some(to));
		Ok(())
	}

	#[benchmark]
	fn transfer_dataset() -> Result<(), BenchmarkError> {
		let (owner, to) = (funded::<T>("owner")?, funded::<T>("to")?);
		let id = registered_dataset::<T>(&owner)?;

		#[extrinsic_call]
		transfer(RawOrigin::Signed(owner), AssetId::Dataset(id), to.clone());

		assert_eq!(Datasets::<T>::get(id).map(|dataset| dataset.owner), Some(to));
		Ok(())
	}

	#[benchmark]
	fn transfer_workerpool() -> Result<(), BenchmarkError> {
		let (owner, to) = (funded::<T>("owner")?, funded::<T>("to")?);
		let id = registered_workerpool::<T>(&owner)?;

		#[extrinsic_call]
		transfer(RawOrigin::Signed(owner), AssetId::Workerpool(id), to.clone());

		assert_eq!(Workerpools::<T>::get(id).map(|workerpool| workerpool.owner), Some(to));
		Ok(())
	}

	#[benchmark]
	fn transfer_group() -> Result<(), BenchmarkError> {
		let (owner, to) = (funded::<T>("owner")?, funded::<T>("to")?);
		let id = created_group::<T>(&owner)?;

		#[extrinsic_call]
		transfer(RawOrigin::Signed(owner), AssetId::Group(id), to.clone());

		assert_eq!(Groups::<T>::get(id).map(|group| group.owner), Some(to));
		Ok(())
	}

	#[benchmark]
	fn set_policy() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = registered_workerpool::<T>(&owner)?;
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
	fn set_description() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let short = Description::default();
		Pallet::<T>::do_register_workerpool(owner.clone(), short.clone())?;
		let id = WorkerpoolId::derive(&owner, &short);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, description());

		assert_eq!(Workerpools::<T>::get(id).map(|pool| pool.content.description), Some(description()));
		Ok(())
	}

	#[benchmark]
	fn deregister_app() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = registered_app::<T>(&owner)?;

		#[extrinsic_call]
		deregister(RawOrigin::Signed(owner), AssetId::App(id));

		assert!(!Apps::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn deregister_dataset() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = registered_dataset::<T>(&owner)?;

		#[extrinsic_call]
		deregister(RawOrigin::Signed(owner), AssetId::Dataset(id));

		assert!(!Datasets::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn deregister_workerpool() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = registered_workerpool::<T>(&owner)?;

		#[extrinsic_call]
		deregister(RawOrigin::Signed(owner), AssetId::Workerpool(id));

		assert!(!Workerpools::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn deregister_group() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = created_group::<T>(&owner)?;

		#[extrinsic_call]
		deregister(RawOrigin::Signed(owner), AssetId::Group(id));

		assert!(!Groups::<T>::contains_key(id));
		Ok(())
	}

	#[cfg(test)]
	impl_benchmark_test_suite!(Pallet, crate::mock::registry(), crate::mock::Test);
}
