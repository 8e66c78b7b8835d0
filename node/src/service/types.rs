//! The types that the node's parts are made of, for this chain. Names nothing else of this crate.

use rlc_primitives::Block;
use rlc_runtime::RuntimeApi;

/// Runs the runtime. The Wasm calls nothing beyond Substrate's own host functions.
pub(crate) type Executor = sc_executor::WasmExecutor<sp_io::SubstrateHostFunctions>;
/// Access to the chain: blocks, state and runtime calls.
pub type Client = sc_service::TFullClient<Block, RuntimeApi, Executor>;
/// The database.
pub(crate) type Backend = sc_service::TFullBackend<Block>;
/// The best chain is the longest one that contains what is final.
pub(crate) type SelectChain = sc_consensus::LongestChain<Backend, Block>;
/// Where transactions wait for a block.
pub(crate) type Pool = sc_transaction_pool::TransactionPoolHandle<Block, Client>;
/// Fills blocks with transactions.
pub(crate) type Proposer = sc_basic_authorship::ProposerFactory<Pool, Client>;
