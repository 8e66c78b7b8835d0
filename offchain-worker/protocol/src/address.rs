//! Addresses of schedulers.

use std::net::IpAddr;

/// Returns the address of a scheduler's JSON-RPC, a WebSocket, from its base address (`http://host:port`); `None` if that
/// is neither HTTP nor a WebSocket.
pub fn websocket(base: &str) -> Option<String> {
	let base = base.trim().trim_end_matches('/');
	let (scheme, rest) = base.split_once("://")?;
	let scheme = match scheme {
		"http" | "ws" => "ws",
		"https" | "wss" => "wss",
		_ => return None,
	};
	// Programs read what follows these differently, so it could be another host for each.
	let is_plain = !rest.chars().any(|one| one.is_whitespace() || one.is_control() || one == '\\');
	(is_plain && !rest.is_empty()).then(|| format!("{scheme}://{rest}"))
}

/// Returns whether what goes to a scheduler leaves this machine in clear text.
pub fn is_clear_text(base: &str) -> bool {
	websocket(base).is_some_and(|address| address.starts_with("ws://")) && !is_on_this_machine(base)
}

/// Returns whether a scheduler's base address is of this machine, and no other can be meant.
pub fn is_on_this_machine(base: &str) -> bool {
	let Some(address) = websocket(base) else { return false };
	let Some((_, rest)) = address.split_once("://") else { return false };
	let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
	// What stands before it are a name and a password.
	let authority = authority.rsplit('@').next().unwrap_or_default();
	let host = authority.rsplit_once(':').filter(|(host, _)| !host.ends_with(':')).map_or(authority, |(host, _)| host);
	let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
	host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

/// Returns whether two base addresses are of one scheduler: the same host, port and path, reached in the same way.
pub fn is_same(one: &str, other: &str) -> bool {
	canonical(one).is_some_and(|one| canonical(other) == Some(one))
}

/// Returns an address in one form: host names have no case, and each scheme has a port of its own.
fn canonical(base: &str) -> Option<String> {
	let address = websocket(base)?;
	let (scheme, rest) = address.split_once("://")?;
	let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
	let authority = authority.to_ascii_lowercase();
	let usual = if scheme == "wss" { ":443" } else { ":80" };
	let authority = authority.strip_suffix(usual).unwrap_or(&authority);
	Some(format!("{scheme}://{authority}/{path}"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn clear_text_may_be_spoken_on_this_machine() {
		for clear in [
			"http://pool.example.org",
			"http://10.0.0.5:9955/",
			"ws://[fd00::1]:9955",
			"http://localhost:word@pool.example.org",
			"http://pool.example.org?@localhost",
			"http://pool.example.org#@localhost",
		] {
			assert!(is_clear_text(clear), "{clear}");
		}
		for private in ["https://pool.example.org", "http://localhost:9955", "http://127.0.0.9", "ws://[::1]:9955"] {
			assert!(!is_clear_text(private), "{private}");
		}
	}

	#[test]
	fn only_what_can_be_nowhere_else_is_on_this_machine() {
		for here in ["https://localhost", "http://127.0.0.9:1/a", "ws://[::1]:9955", "http://word@localhost:9955"] {
			assert!(is_on_this_machine(here), "{here}");
		}
		for elsewhere in [
			"http://localhost.example.org",
			"http://localhost@pool.example.org",
			"http://pool.example.org?@localhost",
			"http://127.0.0.1.example.org",
			"http://10.0.0.5:9955",
			"nowhere",
		] {
			assert!(!is_on_this_machine(elsewhere), "{elsewhere}");
		}
	}

	#[test]
	fn addresses_of_one_scheduler_may_be_written_in_several_ways() {
		for (one, other) in [
			("https://pool.example.org", "wss://pool.example.org:443/"),
			("http://127.0.0.1:9955/", "ws://127.0.0.1:9955"),
			("https://Pool.example.org", "https://pool.example.org"),
		] {
			assert!(is_same(one, other) && is_same(other, one), "{one} {other}");
		}
		for (one, other) in [
			("https://pool.example.org", "http://pool.example.org"),
			("https://pool.example.org", "https://pool.example.org:9955"),
			("https://pool.example.org", "https://pool.example.org:80"),
			("https://pool.example.org", "https://pool.example.com"),
			("https://pool.example.org/a", "https://pool.example.org/b"),
			("nowhere", "nowhere"),
		] {
			assert!(!is_same(one, other), "{one} {other}");
		}
	}

	#[test]
	fn schedulers_address_becomes_a_websockets() {
		for (base, expected) in [
			("http://x:1", Some("ws://x:1")),
			("https://x/", Some("wss://x")),
			("ws://x", Some("ws://x")),
			("ftp://x", None),
			("http://", None),
			("http://x\\@y", None),
			("http://x y", None),
			("x", None),
		] {
			assert_eq!(websocket(base).as_deref(), expected, "{base}");
		}
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use rlc_testing::spoiled_text;

	fn addresses() -> impl Strategy<Value = String> {
		let scheme = prop::sample::select(vec!["http", "https", "ws", "wss"]);
		let host = prop::sample::select(vec!["pool.example:9955/a", "[::1]:9955", "user:word@127.0.0.1", "localhost/"]);
		(scheme, host).prop_map(|(scheme, host)| format!("{scheme}://{host}"))
	}

	proptest! {
		#[test]
		fn address_has_one_form(text in spoiled_text(addresses())) {
			let Some(address) = websocket(&text) else { return Ok(()) };
			prop_assert!(address.starts_with("ws://") || address.starts_with("wss://"), "{address}");
			prop_assert!(!address.contains(char::is_whitespace), "{address}");
			prop_assert_eq!(websocket(&address), Some(address));
		}
	}
}
