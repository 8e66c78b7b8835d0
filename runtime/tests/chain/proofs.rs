//! What is proved to Ethereum: MMR leaves and who signs them.

use crate::common::*;
use codec::Encode;
use rlc_runtime::{presets::*, *};
use sp_mmr_primitives::LeafDataProvider;

#[test]
fn leaf_ends_with_a_message_root_of_32_bytes_zero_for_now() {
	chain(LOCAL).execute_with(|| {
		blocks(2);
		let leaf = BeefyMmrLeaf::leaf_data();
		assert_eq!(leaf.leaf_extra, Hash::zero());
		// version, parent number and hash, next authorities' set id, length and root, message root
		assert_eq!(leaf.encode().len(), 1 + (4 + 32) + (8 + 4 + 32) + 32);
		assert_eq!(leaf.beefy_next_authority_set.len, 4);
	});
}

#[test]
fn every_block_adds_a_leaf_and_leaves_are_provable() {
	let mut chain = chain(LOCAL);
	chain.execute_with(|| blocks(6));
	chain.persist_offchain_overlay();
	chain.execute_with(|| {
		assert_eq!(pallet_mmr::NumberOfLeaves::<Runtime>::get(), 6);
		let (leaves, proof) = Mmr::generate_proof(vec![2, 5], Some(6)).unwrap();
		assert_eq!(leaves.len(), 2);
		assert_eq!(Mmr::verify_leaves(leaves.clone(), proof.clone()), Ok(()));
		let mut forged = leaves;
		forged[0].leaf_extra = Hash::repeat_byte(1);
		assert!(Mmr::verify_leaves(forged, proof).is_err());
	});
}
