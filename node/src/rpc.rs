//! The RPC namespaces that this node adds to the standard ones.
//!
//! `sc-service` brings `author`, `chain`, `state`, `childstate`, `offchain`, `system`, `chainHead_v1`, `chainSpec_v1`,
//! `transaction_v1`, `transactionWatch_v1`, and `archive_v1` on nodes that keep all state and all blocks. This module
//! adds:
//!
//! | namespace | answers |
//! |---|---|
//! | `system` | next nonce of an account, pending transactions included; dry run |
//! | `payment` | fee of a transaction |
//! | `babe` | slots of this node's keys in the epoch (unsafe: local connections only) |
//! | `grandpa` | state of the round, finality proofs, justifications |
//! | `beefy` | best block final for Ethereum, justifications |
//! | `mmr` | root, proofs of blocks for Ethereum |
//! | [`marketplace`] | the order book, estimates, deals, trades |
//! | [`poco`] | tasks, and who works on them |

mod answers;
pub mod ask;
pub mod follow;
pub mod marketplace;
pub mod poco;
mod system;

use std::sync::Arc;

use jsonrpsee::RpcModule;
use rlc_primitives::{Block, Hash};
use sc_client_api::Backend as _;
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_beefy::BeefyRPCLinks;
use sc_consensus_grandpa::{FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState};
use sc_rpc::SubscriptionTaskExecutor;
use sp_consensus_beefy::ecdsa_crypto::AuthorityId as BeefyId;
use sp_keystore::KeystorePtr;

use self::{
	ask::Chain,
	follow::Follows,
	marketplace::{Marketplace, MarketplaceRpcServer as _},
	poco::{Poco, PocoRpcServer as _},
};
use crate::service::types::{Backend, Client, Pool, SelectChain};

/// What the namespaces ask.
pub struct Deps {
	/// Access to the chain.
	pub client: Arc<Client>,
	/// The database.
	pub backend: Arc<Backend>,
	/// Where transactions wait.
	pub pool: Arc<Pool>,
	/// The best block.
	pub select_chain: SelectChain,
	/// The node's keys.
	pub keystore: KeystorePtr,
	/// BABE's epochs.
	pub babe: BabeWorkerHandle<Block>,
	/// GRANDPA's state.
	pub grandpa: Grandpa,
	/// BEEFY's state.
	pub beefy: BeefyRPCLinks<Block, BeefyId>,
}

/// What GRANDPA's namespace asks.
pub struct Grandpa {
	/// The round that is voted on.
	pub voter_state: SharedVoterState,
	/// Who votes.
	pub authorities: SharedAuthoritySet<Hash, rlc_primitives::BlockNumber>,
	/// Proofs of finality, as they come.
	pub justifications: GrandpaJustificationStream<Block>,
	/// Proofs of finality, looked up.
	pub proofs: Arc<FinalityProofProvider<Backend, Block>>,
}

/// Puts the namespaces together. Subscriptions run on `executor`.
///
/// # Errors
///
/// If a method is registered twice, or the database has no room for what MMR proofs are made of.
pub fn create(deps: &Deps, executor: SubscriptionTaskExecutor) -> Result<RpcModule<()>, sc_service::Error> {
	use mmr_rpc::{Mmr, MmrApiServer};
	use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
	use sc_consensus_babe_rpc::{Babe, BabeApiServer};
	use sc_consensus_beefy_rpc::{Beefy, BeefyApiServer};
	use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};

	let other = |error: &dyn std::fmt::Display| sc_service::Error::Other(error.to_string());
	let client = || deps.client.clone();
	let offchain = deps.backend.offchain_storage().ok_or("the database has no off-chain storage")?;

	let system = system::methods(deps).map_err(|error| other(&error))?;
	let payment = TransactionPayment::<_, Block>::new(client()).into_rpc();
	let babe = Babe::new(client(), deps.babe.clone(), deps.keystore.clone(), deps.select_chain.clone()).into_rpc();
	let grandpa = Grandpa::new(
		executor.clone(),
		deps.grandpa.authorities.clone(),
		deps.grandpa.voter_state.clone(),
		deps.grandpa.justifications.clone(),
		deps.grandpa.proofs.clone(),
	)
	.into_rpc();
	let beefy = Beefy::<Block, BeefyId>::new(
		deps.beefy.from_voter_justif_stream.clone(),
		deps.beefy.from_voter_best_beefy_stream.clone(),
		executor.clone(),
	)
	.map_err(|error| other(&error))?
	.into_rpc();
	let mmr = Mmr::<_, (Block, Hash), _>::new(client(), offchain).into_rpc();
	let chain = Chain::new(client());
	let follows = Arc::new(Follows::new(chain.clone(), executor));
	let marketplace = Marketplace::new(chain.clone(), follows.clone()).into_rpc();
	let poco = Poco::new(chain, follows).into_rpc();

	let mut module = RpcModule::new(());
	for part in [
		system,
		payment.remove_context(),
		babe.remove_context(),
		grandpa.remove_context(),
		beefy.remove_context(),
		mmr.remove_context(),
		marketplace.remove_context(),
		poco.remove_context(),
	] {
		module.merge(part).map_err(|error| other(&error))?;
	}
	Ok(module)
}
