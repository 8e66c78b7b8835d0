//! Where URLs that strangers name may lead.

use rlc_perimeter::Perimeter;

use super::proxy::Proxy;

/// Where URLs that strangers name may lead.
#[derive(Clone, Debug, Default)]
pub struct Reach {
	/// Whether they may lead to what is closed: this machine, what is near it, what the operator denies.
	pub private: bool,
	/// Whether they may lead to this machine's loopback addresses, and nowhere else that is closed: for tests and
	/// development chains. What the operator denies stays closed.
	pub loopback: bool,
	/// What is closed.
	pub perimeter: Perimeter,
	/// The proxy that leads to everything else, if this machine needs one.
	pub proxy: Option<Proxy>,
}
