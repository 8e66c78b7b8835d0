//! What a container's packets may reach: rules of its own network namespace, in the language of `nft`.
//!
//! Routes would not do. A program may bind its socket to the interface, and the kernel then takes an address without a
//! usable route for a neighbor's. Rules see each packet that leaves, however it was routed. The container has no right to
//! change them, since the namespace belongs to another user namespace than its own.

use std::net::Ipv4Addr;

use rlc_perimeter::Ipv4Net;

/// The port of names.
const NAMES: u16 = 53;
/// The port of mail between servers. What sends there from a worker's address is spam.
const MAIL: u16 = 25;

/// Returns the rules that let packets out to the internet, and to these servers of names wherever they are.
///
/// There is no IPv6. TCP is refused by a reset, so that an app need not wait for a time-out.
pub fn all(closed: &[Ipv4Net], resolvers: &[Ipv4Addr]) -> String {
	let (closed, resolvers) = (list(closed), list(resolvers));
	format!(
		"table inet rlc {{
	set closed {{ type ipv4_addr; flags interval; elements = {{ {closed} }} }}
	chain out {{
		type filter hook output priority filter; policy drop;
		oif lo accept
		meta nfproto ipv6 goto refused
		ip daddr {{ {resolvers} }} meta l4proto {{ tcp, udp }} th dport {NAMES} accept
		ip daddr @closed goto refused
		tcp dport {MAIL} goto refused
		accept
	}}
	chain refused {{
		meta l4proto tcp reject with tcp reset
		reject with icmpx type admin-prohibited
	}}
}}
"
	)
}

/// Returns the change that closes other networks, in one step.
pub fn change(closed: &[Ipv4Net]) -> String {
	format!("flush set inet rlc closed\nadd element inet rlc closed {{ {} }}\n", list(closed))
}

fn list<T: ToString>(items: &[T]) -> String {
	items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn everything_closed_is_named() {
		let closed = ["10.0.0.0/8", "1.2.3.4/32"].map(|range| range.parse().unwrap());
		let rules = all(&closed, &[[9, 9, 9, 9].into(), [10, 0, 0, 53].into()]);
		assert!(rules.contains("elements = { 10.0.0.0/8, 1.2.3.4/32 }"), "{rules}");
		let [names, wall] = ["ip daddr { 9.9.9.9, 10.0.0.53 } meta", "ip daddr @closed"].map(|rule| rules.find(rule));
		assert!(names.is_some() && names < wall, "a resolver may be in a closed network: {rules}");
		assert_eq!(change(&closed[..1]), "flush set inet rlc closed\nadd element inet rlc closed { 10.0.0.0/8 }\n");
	}
}
