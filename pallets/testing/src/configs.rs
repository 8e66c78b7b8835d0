//! Settings of the pallets below every mock, with the chain's own types of accounts and amounts.
//!
//! Each setting has a block of its own: `derive_impl` leaves helpers behind, whose names would meet.

/// Sets up `frame_system` for the mock runtime `$runtime`, whose accounts have no balance.
#[macro_export]
macro_rules! system {
	($runtime:ident) => {
		const _: () = {
			use frame_support::derive_impl;

			#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
			impl frame_system::Config for $runtime {
				type AccountId = rlc_primitives::AccountId;
				type Block = frame_system::mocking::MockBlock<$runtime>;
				type Lookup = sp_runtime::traits::IdentityLookup<rlc_primitives::AccountId>;
			}
		};
	};
}

/// Sets up `frame_system` and `pallet_balances`, which the mock runtime `$runtime` names `System` and `Balances`, with an
/// existential deposit of 1 nRLC. `$block`: the type of the runtime's blocks, if its extrinsics are special.
#[macro_export]
macro_rules! system_and_balances {
	($runtime:ident) => {
		$crate::system_and_balances!($runtime, frame_system::mocking::MockBlock<$runtime>);
	};
	($runtime:ident, $block:ty) => {
		const _: () = {
			use frame_support::derive_impl;

			#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
			impl frame_system::Config for $runtime {
				type AccountData = pallet_balances::AccountData<rlc_primitives::Balance>;
				type AccountId = rlc_primitives::AccountId;
				type Block = $block;
				type Lookup = sp_runtime::traits::IdentityLookup<rlc_primitives::AccountId>;
			}
		};

		const _: () = {
			use frame_support::derive_impl;

			#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
			impl pallet_balances::Config for $runtime {
				type AccountStore = System;
				type Balance = rlc_primitives::Balance;
				type ExistentialDeposit = frame_support::traits::ConstU128<1>;
			}
		};
	};
}
