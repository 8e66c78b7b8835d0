//! Measures the calls, each in its worst case.

use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Mutate, EnsureOrigin, Get};
use frame_system::{Pallet as System, RawOrigin};
use rlc_primitives::{
	traits::{Escrow, Movement, MovementKind},
	AccountId, TaskId, RLC,
};
use sp_runtime::Permill;

use crate::{Call, Config, Deactivated, Locked, Pallet, TreasuryShare};

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn set_treasury_share() -> Result<(), BenchmarkError> {
		let origin = T::ShareOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let share = Permill::from_percent(33);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, share);

		assert_eq!(TreasuryShare::<T>::get(), share);
		Ok(())
	}

	#[benchmark]
	fn prune() -> Result<(), BenchmarkError> {
		let [caller, who]: [AccountId; 2] = ["caller", "who"].map(|name| account(name, 0, 0));
		// Another pallet needs the account while it loses all it has.
		T::Currency::mint_into(&who, RLC)?;
		System::<T>::inc_consumers(&who)?;
		Pallet::<T>::lock(&who, RLC)?;
		let (task, kind) = (TaskId::default(), MovementKind::SeizeForKitty);
		Pallet::<T>::settle(&[Movement { task, who: who.clone(), amount: RLC, kind }])?;
		System::<T>::dec_consumers(&who);
		assert_eq!(Locked::<T>::get(&who), Some(0));

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), who.clone());

		assert!(!Locked::<T>::contains_key(&who) && !System::<T>::account_exists(&who));
		Ok(())
	}

	#[benchmark]
	fn update_inactive() -> Result<(), BenchmarkError> {
		for who in T::KeylessAccounts::get() {
			T::Currency::mint_into(&who, RLC)?;
		}
		let held = Pallet::<T>::held_without_key();
		assert_ne!(Deactivated::<T>::get(), held);

		#[block]
		{
			Pallet::<T>::update_inactive();
		}

		assert_eq!(Deactivated::<T>::get(), held);
		Ok(())
	}

	#[cfg(test)]
	impl_benchmark_test_suite!(Pallet, crate::mock::rlc(), crate::mock::Test);
}
