//! What the `system` namespace says of accounts and transactions.

use jsonrpsee::{core::RegisterMethodError, RpcModule};
use rlc_json::Account;
use rlc_primitives::{AccountId, Block, Hash, Nonce};
use serde::Deserialize;
use substrate_frame_rpc_system::{System, SystemApiServer};

use super::Deps;

/// The method that tells the next nonce of an account, and its other name.
const NEXT_INDEX: [&str; 2] = ["system_accountNextIndex", "account_nextIndex"];

/// What that method is asked with.
#[derive(Deserialize)]
struct Asked {
	account: Account,
}

/// Returns the library's methods. It would read a text of any length as an account, in time that grows with the square of
/// that length; so the next nonce is asked for with an account in our form, which includes the library's.
///
/// # Errors
///
/// If the library already has a method of that name.
pub fn methods(deps: &Deps) -> Result<RpcModule<()>, RegisterMethodError> {
	let system = System::<_, _, Block>::new(deps.client.clone(), deps.pool.clone());
	let mut methods = SystemApiServer::<Hash, AccountId, Nonce>::into_rpc(system);
	for name in NEXT_INDEX {
		methods.remove_method(name);
	}
	let [name, other_name] = NEXT_INDEX;
	methods.register_async_method(name, |params, system, _| async move {
		let Asked { account } = params.parse()?;
		SystemApiServer::<Hash, AccountId, Nonce>::nonce(&*system, account.0).await
	})?;
	methods.register_alias(other_name, name)?;
	Ok(methods.remove_context())
}
