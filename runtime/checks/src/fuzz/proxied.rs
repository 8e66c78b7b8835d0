//! What others do for the principal, as its proxies: whether each of them did only what its type is for.

use frame_system::Phase;
use pallet_proxy::Event;
use rlc_runtime::{configs::accounts::ProxyType, Proxy, Runtime, RuntimeCall, RuntimeEvent, System};
use sp_runtime::{traits::StaticLookup, DispatchResult};

use super::{actions::Act, rules};

/// A call that somebody sends as a proxy.
pub struct Proxied {
	kind: ProxyType,
	is_allowed: bool,
}

impl Proxied {
	/// Returns what somebody sends as a proxy, if it is one.
	pub fn of(act: &Act) -> Option<Self> {
		let RuntimeCall::Proxy(pallet_proxy::Call::proxy { real, force_proxy_type, call }) = &act.call else {
			return None;
		};
		let real = <Runtime as frame_system::Config>::Lookup::lookup(real.clone()).ok()?;
		let proxy = act.by.as_ref()?.account();
		let kind = Proxy::find_proxy(&real, &proxy, *force_proxy_type).ok()?.proxy_type;
		Some(Self { kind, is_allowed: rules::may(kind, call) })
	}

	/// Returns what it is counted as.
	pub fn name(&self) -> String {
		format!("Proxy.proxy as {:?}", self.kind)
	}

	/// Returns how the call ended that the proxy made in the extrinsic of this index of the last block.
	///
	/// # Errors
	///
	/// If it succeeded, and a proxy of its type must not make it.
	pub fn result(&self, index: u32) -> Result<DispatchResult, String> {
		let executed = System::events().into_iter().find_map(|record| match record.event {
			RuntimeEvent::Proxy(Event::ProxyExecuted { result }) if record.phase == Phase::ApplyExtrinsic(index) => {
				Some(result)
			}
			_ => None,
		});
		let result = executed.ok_or_else(|| format!("extrinsic {index} says nothing of the call that a proxy made"))?;
		if result.is_ok() && !self.is_allowed {
			return Err(format!("extrinsic {index} is not for a proxy of type {:?}", self.kind));
		}
		Ok(result)
	}
}
