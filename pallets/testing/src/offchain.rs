//! What an off-chain worker asks its node for, as far as a test goes: whether it is a validator's, and the time.

use std::sync::Arc;

use sp_core::{
	offchain::{
		testing::{TestOffchainExt, TestPersistentOffchainDB, TestTransactionPoolExt},
		Externalities, HttpError, HttpRequestId, HttpRequestStatus, OffchainDbExt, OffchainWorkerExt,
		OpaqueNetworkState, Timestamp, TransactionPoolExt,
	},
	OpaquePeerId,
};
use sp_io::TestExternalities;

/// Tells the time to a test's off-chain worker, in ms.
pub type Watch = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Makes a chain a validator's, whose off-chain worker is told the time by `watch`. Returns a function that takes what it
/// has submitted since the last time.
pub fn validator(chain: &mut TestExternalities, watch: Watch) -> impl Fn() -> Vec<Vec<u8>> {
	let (storage, _) = TestOffchainExt::with_offchain_db(TestPersistentOffchainDB::new());
	let (pool, state) = TestTransactionPoolExt::new();
	chain.register_extension(OffchainDbExt::new(storage));
	chain.register_extension(OffchainWorkerExt::new(Validator(watch)));
	chain.register_extension(TransactionPoolExt::new(pool));
	move || std::mem::take(&mut state.write().transactions)
}

/// A validator that nobody has connected to anything.
struct Validator(Watch);

impl Externalities for Validator {
	fn is_validator(&self) -> bool {
		true
	}

	fn network_state(&self) -> Result<OpaqueNetworkState, ()> {
		Err(())
	}

	fn timestamp(&mut self) -> Timestamp {
		Timestamp::from_unix_millis(self.0())
	}

	fn sleep_until(&mut self, _: Timestamp) {}

	fn random_seed(&mut self) -> [u8; 32] {
		[0; 32]
	}

	fn http_request_start(&mut self, _: &str, _: &str, _: &[u8]) -> Result<HttpRequestId, ()> {
		Err(())
	}

	fn http_request_add_header(&mut self, _: HttpRequestId, _: &str, _: &str) -> Result<(), ()> {
		Err(())
	}

	fn http_request_write_body(&mut self, _: HttpRequestId, _: &[u8], _: Option<Timestamp>) -> Result<(), HttpError> {
		Err(HttpError::Invalid)
	}

	fn http_response_wait(&mut self, ids: &[HttpRequestId], _: Option<Timestamp>) -> Vec<HttpRequestStatus> {
		ids.iter().map(|_| HttpRequestStatus::Invalid).collect()
	}

	fn http_response_headers(&mut self, _: HttpRequestId) -> Vec<(Vec<u8>, Vec<u8>)> {
		Vec::new()
	}

	fn http_response_read_body(
		&mut self,
		_: HttpRequestId,
		_: &mut [u8],
		_: Option<Timestamp>,
	) -> Result<usize, HttpError> {
		Err(HttpError::Invalid)
	}

	fn set_authorized_nodes(&mut self, _: Vec<OpaquePeerId>, _: bool) {}
}
