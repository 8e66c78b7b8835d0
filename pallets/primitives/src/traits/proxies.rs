//! Which keys may act for which schedulers.

use crate::AccountId;

/// Knows which keys may act for a scheduler without being its own. What they sign for it counts only while they may.
pub trait Proxies {
	/// Returns whether `proxy` may delegate tasks for `scheduler` at this time, without announcing it first.
	fn may_delegate(proxy: &AccountId, scheduler: &AccountId) -> bool;
}

/// Nobody may act for anybody.
impl Proxies for () {
	fn may_delegate(_: &AccountId, _: &AccountId) -> bool {
		false
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn without_proxies_nobody_acts_for_anybody() {
		let account = AccountId::new([1; 32]);
		assert!(!<() as Proxies>::may_delegate(&account, &account));
	}
}
