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
	(!rest.is_empty()).then(|| format!("{scheme}://{rest}"))
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
			("x", None),
		] {
			assert_eq!(websocket(base).as_deref(), expected, "{base}");
		}
	}
}
