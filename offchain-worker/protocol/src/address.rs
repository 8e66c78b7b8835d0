//! Addresses of schedulers.

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

#[cfg(test)]
mod tests {
	use super::*;

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
