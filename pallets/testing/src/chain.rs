//! Chains in memory.

use frame_system::pallet_prelude::BlockNumberFor;
use sp_io::TestExternalities;
use sp_runtime::{traits::One, BuildStorage};

/// Returns a chain with this genesis state, in its first block: the genesis block records no events.
///
/// # Panics
///
/// If the genesis state is not valid.
pub fn new_chain<T: frame_system::Config>(genesis: impl BuildStorage) -> TestExternalities {
	let storage = genesis.build_storage().expect("the storage of a valid genesis builds");
	let mut chain = TestExternalities::from(storage);
	chain.execute_with(|| frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::one()));
	chain
}
