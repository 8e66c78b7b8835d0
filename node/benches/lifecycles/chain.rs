//! Blocks, made and imported one after another.

use std::{
	collections::HashMap,
	sync::Arc,
	time::{Duration, Instant},
};

use codec::{Decode, Encode};
use rlc_checks::people::Person;
use rlc_node::Client;
use rlc_primitives::{Hash, Moment, Nonce};
use rlc_runtime::{RuntimeCall, UncheckedExtrinsic};
use sc_block_builder::BlockBuilderBuilder;
use sc_client_api::HeaderBackend;
use sc_consensus::{BlockImport, BlockImportParams, ForkChoiceStrategy, ImportResult, StateAction, StorageChanges};
use sp_api::{Core, ProvideRuntimeApi};
use sp_blockchain::{ApplyExtrinsicFailed, Error as BlockchainError};
use sp_consensus::BlockOrigin;
use sp_consensus_babe::digests::{PreDigest, SecondaryPlainPreDigest};
use sp_runtime::{
	traits::Block as _,
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	Digest, DigestItem, OpaqueExtrinsic,
};

use crate::Failure;

/// The length of a slot, in ms: that of the development chain.
const SLOT_MS: Moment = 1_000;
/// The slot of the first block.
const FIRST_SLOT: u64 = 1_700_000_000;

/// This many blocks one after another without room for any extrinsic mean that there will never be one.
const MOST_EMPTY: u32 = 3;

/// How long blocks took.
#[derive(Default)]
pub struct Took {
	/// To execute them and write what changed.
	pub made: Duration,
	/// To execute them again, as another node does.
	pub verified: Duration,
	/// How many there were.
	pub blocks: u32,
}

impl Took {
	/// Adds what another part took.
	pub fn add(&mut self, other: Took) {
		self.made += other.made;
		self.verified += other.verified;
		self.blocks += other.blocks;
	}
}

/// A chain that this program alone makes blocks for.
pub struct Chain {
	client: Arc<Client>,
	genesis: Hash,
	slot: u64,
	nonces: HashMap<rlc_primitives::AccountId, Nonce>,
}

impl Chain {
	/// Returns the chain of a node that has no block yet.
	pub fn new(client: Arc<Client>) -> Result<Self, Failure> {
		let genesis = client.info().genesis_hash;
		Ok(Self { client, genesis, slot: FIRST_SLOT, nonces: HashMap::new() })
	}

	/// Returns the hash of the first block.
	pub fn genesis(&self) -> Hash {
		self.genesis
	}

	/// Signs a call with its sender's next nonce.
	pub fn sign(&mut self, by: &Person, call: impl Into<RuntimeCall>) -> OpaqueExtrinsic {
		let nonce = self.nonces.entry(by.account()).or_default();
		let signed: UncheckedExtrinsic = by.sign(self.genesis, *nonce, call);
		*nonce += 1;
		signed.into()
	}

	/// Returns a value of the best block's state.
	pub fn storage<T: Decode>(&self, key: Vec<u8>) -> Result<Option<T>, Failure> {
		use sc_client_api::StorageProvider;
		let best = self.client.info().best_hash;
		let data = self.client.storage(best, &sp_storage::StorageKey(key))?;
		data.map(|data| T::decode(&mut data.0.as_slice())).transpose().map_err(Into::into)
	}

	/// Includes extrinsics in as many blocks as it takes. All must be valid.
	pub fn include(&mut self, extrinsics: Vec<OpaqueExtrinsic>) -> Result<Took, Failure> {
		let mut took = Took::default();
		let mut rest = extrinsics.as_slice();
		let mut empty = 0;
		while !rest.is_empty() {
			let included = self.block(rest, &mut took)?;
			// A block in which validators are elected has no room for anything else.
			empty = if included == 0 { empty + 1 } else { 0 };
			if empty == MOST_EMPTY {
				return Err("an extrinsic fits into no block".into());
			}
			rest = &rest[included..];
		}
		Ok(took)
	}

	/// Makes and imports a block with as many of these as fit; how many did.
	fn block(&mut self, extrinsics: &[OpaqueExtrinsic], took: &mut Took) -> Result<usize, Failure> {
		self.slot += 1;
		let info = self.client.info();
		let pre_digest =
			PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot: self.slot.into() });
		let log = DigestItem::PreRuntime(sp_consensus_babe::BABE_ENGINE_ID, pre_digest.encode());
		let now = self.slot * SLOT_MS;
		let time = UncheckedExtrinsic::new_bare(pallet_timestamp::Call::set { now }.into());

		let start = Instant::now();
		let mut builder = BlockBuilderBuilder::new(&*self.client)
			.on_parent_block(info.best_hash)
			.with_parent_block_number(info.best_number)
			.with_inherent_digests(Digest { logs: vec![log] })
			.build()?;
		builder.push(time.into())?;
		let mut included = 0;
		for extrinsic in extrinsics {
			match builder.push(extrinsic.clone()) {
				Ok(()) => included += 1,
				Err(error) if is_full(&error) => break,
				Err(error) => return Err(error.into()),
			}
		}
		let built = builder.build()?;
		let (header, body) = built.block.clone().deconstruct();
		let mut import = BlockImportParams::new(BlockOrigin::Own, header);
		import.body = Some(body);
		import.state_action = StateAction::ApplyChanges(StorageChanges::Changes(built.storage_changes));
		import.fork_choice = Some(ForkChoiceStrategy::LongestChain);
		let imported = futures::executor::block_on(self.client.import_block(import))?;
		took.made += start.elapsed();
		if !matches!(imported, ImportResult::Imported(_)) {
			return Err(format!("the block was not imported: {imported:?}").into());
		}

		let start = Instant::now();
		self.client.runtime_api().execute_block(info.best_hash, built.block.into())?;
		took.verified += start.elapsed();
		took.blocks += 1;
		Ok(included)
	}
}

/// Returns whether a block refused an extrinsic only because it has no room left.
fn is_full(error: &BlockchainError) -> bool {
	matches!(
		error,
		BlockchainError::ApplyExtrinsicFailed(ApplyExtrinsicFailed::Validity(TransactionValidityError::Invalid(
			InvalidTransaction::ExhaustsResources
		)))
	)
}
