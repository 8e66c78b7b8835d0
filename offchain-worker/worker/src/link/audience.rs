//! Which pool a worker joins.
//!
//! A scheduler that means harm could pass on another pool's challenge, and use the worker's answer there. So the worker
//! does not take a scheduler's word for which pool it runs: its owner says which, or the chain, by the address that the
//! pool's description names.

use futures::future::BoxFuture;
use rlc_primitives::WorkerpoolId;
use rlc_protocol::address::is_same;

use super::{Broken, Link};

/// Asks the chain at which address a pool's scheduler is. Errors in words.
pub(crate) type Whereabouts =
	Box<dyn Fn(WorkerpoolId) -> BoxFuture<'static, Result<Option<String>, String>> + Send + Sync>;

impl Link {
	/// Checks that the scheduler's pool is the one that this worker means to join.
	pub(super) async fn ensure_pool(&mut self, said: WorkerpoolId) -> Result<(), Broken> {
		if let Some(expected) = self.identity.workerpool {
			return if said == expected { Ok(()) } else { Err(Broken::OtherPool { said, expected }) };
		}
		let registered = (self.identity.whereabouts)(said).await.map_err(Broken::Unverified)?;
		if !registered.as_deref().is_some_and(|address| is_same(address, &self.url)) {
			return Err(Broken::ElsewhereOnChain {
				said,
				registered: registered.unwrap_or_else(|| "no address".into()),
			});
		}
		self.identity.workerpool = Some(said);
		Ok(())
	}
}
