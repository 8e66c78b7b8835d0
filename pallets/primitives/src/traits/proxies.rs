//! Which keys act for which schedulers.

use crate::AccountId;

/// Knows which keys act for a scheduler without being its own: what they sign for it counts as long as they do.
pub trait Proxies {
	/// Returns whether `proxy` may delegate tasks for `scheduler` now, without having to announce it.
	fn may_delegate(proxy: &AccountId, scheduler: &AccountId) -> bool;
}

/// Nobody acts for anybody.
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
