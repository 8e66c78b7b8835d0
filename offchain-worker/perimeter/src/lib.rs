#![doc = include_str!("../README.md")]

mod machine;
mod special;

use std::{io, net::IpAddr, sync::Arc};

pub use ipnet::{IpNet, Ipv4Net};

/// What an operator denies beside what is closed on every machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Perimeter {
	denied: Arc<[IpNet]>,
}

/// What is closed on this machine at one moment.
#[derive(Clone, Debug)]
pub struct Closed {
	/// Beside [`special`]: the machine's own networks, and what the operator denies.
	own: Vec<IpNet>,
}

impl Perimeter {
	/// Denies these networks too.
	pub fn new(denied: impl IntoIterator<Item = IpNet>) -> Self {
		Self { denied: denied.into_iter().collect() }
	}

	/// Returns what the operator denies.
	pub fn denied(&self) -> &[IpNet] {
		&self.denied
	}

	/// Returns a perimeter that denies these networks as well.
	#[must_use]
	pub fn and(&self, more: impl IntoIterator<Item = IpNet>) -> Self {
		Self::new(self.denied.iter().copied().chain(more))
	}

	/// Returns what is closed with the addresses that this machine has now.
	///
	/// # Errors
	///
	/// If the system does not tell its addresses.
	pub fn now(&self) -> io::Result<Closed> {
		Ok(self.on(machine::networks()?))
	}

	/// Returns what is closed on a machine with these networks.
	fn on(&self, networks: Vec<IpNet>) -> Closed {
		Closed { own: networks.into_iter().chain(self.denied.iter().copied()).collect() }
	}
}

impl Closed {
	/// Returns whether strangers cannot reach an address.
	pub fn has(&self, address: IpAddr) -> bool {
		if self.own.iter().any(|network| network.contains(&address)) {
			return true;
		}
		match special::carried(address) {
			Some(carried) => self.has(carried.into()),
			None => special::has(address),
		}
	}

	/// Returns all that is closed of IPv4: sorted, and no two networks overlap.
	pub fn v4(&self) -> Vec<Ipv4Net> {
		let own = self.own.iter().filter_map(|network| match network {
			IpNet::V4(network) => Some(network.trunc()),
			IpNet::V6(_) => None,
		});
		Ipv4Net::aggregate(&own.chain(special::V4).collect())
	}
}

/// Returns whether an address is on the public network, for everybody: it may be one of this machine.
///
/// By IANA's registries of special-purpose addresses. IPv6 addresses that carry an IPv4 address are judged by that.
pub fn is_public(address: IpAddr) -> bool {
	!Closed { own: Vec::new() }.has(address)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::net::Ipv4Addr;

	fn closed(own: &[&str], denied: &[&str]) -> Closed {
		let networks = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpNet>>();
		Perimeter::new(networks(denied)).on(networks(own))
	}

	fn has(closed: &Closed, address: &str) -> bool {
		closed.has(address.parse().unwrap())
	}

	#[test]
	fn private_and_special_addresses_are_not_public() {
		for address in [
			"0.0.0.1",
			"10.1.2.3",
			"100.64.0.1",
			"100.127.255.255",
			"127.0.0.53",
			"127.255.255.254",
			"168.63.129.16",
			"169.254.169.254",
			"172.16.0.1",
			"172.31.255.255",
			"192.0.0.8",
			"192.0.2.1",
			"192.88.99.1",
			"192.168.1.1",
			"198.18.0.1",
			"198.19.255.255",
			"198.51.100.1",
			"203.0.113.9",
			"224.0.0.251",
			"239.255.255.250",
			"240.0.0.1",
			"255.255.255.255",
			"::",
			"::1",
			"::127.0.0.1",
			"::ffff:127.0.0.1",
			"::ffff:10.0.0.1",
			"64:ff9b::a00:1",
			"64:ff9b:1::1",
			"100::1",
			"2001::1",
			"2001:db8::1",
			"2002:7f00:1::",
			"3fff::1",
			"fc00::1",
			"fd00:ec2::254",
			"fe80::1",
			"fec0::1",
			"ff02::1",
		] {
			assert!(!is_public(address.parse().unwrap()), "{address}");
		}
	}

	#[test]
	fn other_addresses_are_public() {
		for address in [
			"1.1.1.1",
			"9.255.255.255",
			"11.0.0.0",
			"100.63.255.255",
			"100.128.0.1",
			"168.63.129.15",
			"172.15.0.1",
			"172.32.0.1",
			"192.0.1.1",
			"192.167.1.1",
			"198.20.0.0",
			"223.255.255.1",
			"2606:4700:4700::1111",
			"2a00:1450:4001:80b::200e",
			"::ffff:1.1.1.1",
			"64:ff9b::101:101",
		] {
			assert!(is_public(address.parse().unwrap()), "{address}");
		}
	}

	#[test]
	fn own_public_addresses_and_neighbors_are_closed() {
		let closed = closed(&["1.2.3.4/24", "2a00:1::4/64"], &[]);
		for address in ["1.2.3.4", "1.2.3.99", "2a00:1::4", "2a00:1::99", "::ffff:1.2.3.4", "64:ff9b::102:304"] {
			assert!(has(&closed, address), "{address}");
		}
		for address in ["1.2.4.4", "2a00:1:0:1::4"] {
			assert!(!has(&closed, address), "{address}");
		}
	}

	#[test]
	fn what_the_operator_denies_is_closed() {
		let closed = closed(&[], &["131.1.0.0/16", "2a00:2::/32"]);
		assert!(has(&closed, "131.1.255.1") && has(&closed, "2a00:2:ffff::1") && has(&closed, "2002:8301:1::"));
		assert!(!has(&closed, "131.2.0.1") && !has(&closed, "2a00:3::1"));
	}

	#[test]
	fn what_another_operator_denies_is_closed_as_well() {
		let [one, two] = ["131.1.0.0/16", "131.2.0.0/16"].map(|text| text.parse().unwrap());
		let both = Perimeter::new([one]).and([two]);
		assert_eq!(both.denied(), [one, two]);
		assert!(has(&both.on(Vec::new()), "131.1.0.1") && has(&both.on(Vec::new()), "131.2.0.1"));
	}

	#[test]
	fn ranges_say_the_same_as_single_addresses() {
		let closed = closed(&["1.2.3.4/30", "10.1.1.1/24"], &["1.2.3.0/24", "131.1.0.0/16"]);
		let ranges = closed.v4();
		for address in
			["0.0.0.0", "1.2.3.4", "1.2.3.255", "1.2.4.0", "9.9.9.9", "10.1.1.1", "131.1.0.0", "168.63.129.16"]
		{
			let address = address.parse::<Ipv4Addr>().unwrap();
			assert_eq!(ranges.iter().any(|range| range.contains(&address)), closed.has(address.into()), "{address}");
		}
		let overlap = ranges.windows(2).find(|pair| pair[0].broadcast() >= pair[1].network());
		assert_eq!(overlap, None, "{ranges:?}");
	}

	#[test]
	fn this_machine_is_closed_to_itself() {
		let closed = Perimeter::default().now().unwrap();
		for interface in if_addrs::get_if_addrs().unwrap() {
			assert!(closed.has(interface.ip()), "{interface:?}");
		}
	}
}
