//! What is not the public internet on any machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// IANA's registry of special-purpose addresses, multicast, what is reserved, and a service of a cloud.
pub const V4: [Ipv4Net; 16] = [
	v4([0, 0, 0, 0], 8),        // this network
	v4([10, 0, 0, 0], 8),       // private
	v4([100, 64, 0, 0], 10),    // shared by a provider's customers
	v4([127, 0, 0, 0], 8),      // loopback
	v4([168, 63, 129, 16], 32), // what Azure's machines ask for their settings; looks public
	v4([169, 254, 0, 0], 16),   // link-local, with the services of most clouds
	v4([172, 16, 0, 0], 12),    // private
	v4([192, 0, 0, 0], 24),     // protocol assignments
	v4([192, 0, 2, 0], 24),     // documentation
	v4([192, 88, 99, 0], 24),   // relays
	v4([192, 168, 0, 0], 16),   // private
	v4([198, 18, 0, 0], 15),    // benchmarks
	v4([198, 51, 100, 0], 24),  // documentation
	v4([203, 0, 113, 0], 24),   // documentation
	v4([224, 0, 0, 0], 4),      // multicast
	v4([240, 0, 0, 0], 4),      // reserved, broadcast
];

/// All but the one block that is given out, 2000::/3, and what is special within it.
const V6: [Ipv6Net; 6] = [
	v6([0, 0, 0], 3),
	v6([0x2001, 0, 0], 23),     // protocol assignments, with Teredo
	v6([0x2001, 0xdb8, 0], 32), // documentation
	v6([0x3fff, 0, 0], 20),     // documentation
	v6([0x4000, 0, 0], 2),
	v6([0x8000, 0, 0], 1),
];

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> Ipv4Net {
	Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6([a, b, c]: [u16; 3], bits: u8) -> Ipv6Net {
	Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), bits)
}

/// Returns whether an address is in one of these ranges.
pub fn has(address: IpAddr) -> bool {
	match address {
		IpAddr::V4(address) => V4.iter().any(|range| range.contains(&address)),
		IpAddr::V6(address) => V6.iter().any(|range| range.contains(&address)),
	}
}

/// Returns the IPv4 address that an IPv6 address carries: mapped, translated (NAT64), or tunneled (6to4).
pub fn carried(address: IpAddr) -> Option<Ipv4Addr> {
	let IpAddr::V6(address) = address else { return None };
	let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
	match address.segments() {
		[0, 0, 0, 0, 0, 0xffff, high, low] => Some(v4(high, low)),
		[0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
		[0x2002, high, low, ..] => Some(v4(high, low)),
		_ => None,
	}
}
