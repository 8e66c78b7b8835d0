//! What a container is called, what it calls `localhost`, and whom it asks for other names.

/// What a container calls itself, the same on every machine.
pub const NAME: &str = "task";
/// Nobody is asked where there is no network, and not for long.
const NOBODY_TO_ASK: &str = "options timeout:1 attempts:1\n";

/// Returns the files in which programs look for names, and what is in each. `resolvers`: who is asked, as `resolv.conf` has it.
pub fn files(resolvers: Option<String>) -> [(&'static str, String); 3] {
	// By IPv4, as kernels without IPv6 have that alone, and programs try the first address only.
	let hosts = format!("127.0.0.1\tlocalhost {NAME}\n::1\tip6-localhost ip6-loopback\n");
	[
		("/etc/hosts", hosts),
		("/etc/hostname", format!("{NAME}\n")),
		("/etc/resolv.conf", resolvers.unwrap_or_else(|| NOBODY_TO_ASK.into())),
	]
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn nobody_is_asked_for_names_without_a_network() {
		let [.., (_, resolvers)] = files(None);
		assert!(!resolvers.contains("nameserver"), "{resolvers}");
		assert_eq!(files(Some("nameserver 9.9.9.9\n".into()))[2].1, "nameserver 9.9.9.9\n");
	}
}
