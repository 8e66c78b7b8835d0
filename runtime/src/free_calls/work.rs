//! Which calls may be free, for whom: an account's own, and those that a proxy makes for it.
//!
//! A worker's or a scheduler's machine signs with a key that holds no more than an account needs to exist, as a proxy
//! of the account that holds the stakes. What it does is free as if the account did it: it has the same tags, so
//! neither copies of its own nor of another proxy get in beside it, and it takes from the same budget. The proxy pays
//! the tip, the account the stake.
//!
//! A proxy's call succeeds even if the call in it is refused. So it is free only if the proxy may make it at once, and
//! nothing that it needs is paused. Otherwise blocks could be filled for free with calls that do no work.

use frame_support::traits::{Contains, InstanceFilter};
use pallet_poco::FreeCall;
use pallet_proxy::ProxyDefinition;
use sp_runtime::traits::{StaticLookup, Zero};

use crate::{configs::accounts::ProxyType, *};

/// A call that may be free.
pub(super) struct Work<'a> {
	/// What is to be done.
	pub call: &'a pallet_poco::Call<Runtime>,
	/// Who signs.
	pub signer: &'a AccountId,
	/// For whom, if that is a proxy.
	proxied: Option<Proxied<'a>>,
}

/// Returns how many stakes a call that may be free would lock; `None` if a call of this kind is never free. Reads nothing
/// but the call.
pub(super) fn staked(call: &RuntimeCall) -> Option<u32> {
	let work = match call {
		RuntimeCall::Proxy(pallet_proxy::Call::proxy { call, .. }) => &**call,
		work => work,
	};
	let RuntimeCall::Poco(work) = work else { return None };
	work.free_kind().map(|_| work.stakes())
}

/// What a proxy does for an account.
struct Proxied<'a> {
	real: AccountId,
	kind: Option<ProxyType>,
	call: &'a RuntimeCall,
}

impl<'a> Work<'a> {
	/// Returns what may be free of a call that somebody signs. Looks at nothing but the call.
	pub fn of(call: &'a RuntimeCall, signer: &'a AccountId) -> Option<Self> {
		let (call, proxied) = match call {
			RuntimeCall::Poco(call) => (call, None),
			RuntimeCall::Proxy(pallet_proxy::Call::proxy { real, force_proxy_type: kind, call }) => {
				let RuntimeCall::Poco(work) = &**call else { return None };
				let real = <Runtime as frame_system::Config>::Lookup::lookup(real.clone()).ok()?;
				(work, Some(Proxied { real, kind: *kind, call }))
			}
			_ => return None,
		};
		call.free_kind()?;
		Some(Self { call, signer, proxied })
	}

	/// Returns the account that does the work.
	pub fn account(&self) -> &AccountId {
		self.proxied.as_ref().map_or(self.signer, |proxied| &proxied.real)
	}

	/// Returns what a pool has to know of it, if it is free. `whole` is the call that is signed.
	pub fn free_call(&self, whole: &RuntimeCall) -> Option<FreeCall> {
		if !self.is_allowed(whole) {
			return None;
		}
		Poco::free_call(self.call, self.account())
	}

	/// Returns whether the signer may do it for the account: as `proxy` asks when it is dispatched.
	pub fn is_allowed(&self, whole: &RuntimeCall) -> bool {
		let Some(Proxied { real, kind, call }) = &self.proxied else { return true };
		let may =
			|proxy: ProxyDefinition<_, ProxyType, BlockNumber>| proxy.delay.is_zero() && proxy.proxy_type.filter(call);
		<Runtime as frame_system::Config>::BaseCallFilter::contains(whole)
			&& Proxy::find_proxy(real, self.signer, *kind).is_ok_and(may)
	}
}
