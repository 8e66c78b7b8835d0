//! The names of a container's machine: its own, that of itself, and who knows all others.

/// What a container calls itself, the same on every machine.
pub const NAME: &str = "task";
/// By IPv4, as kernels without IPv6 have that alone, and programs try the first address only.
const HOSTS: &str = "127.0.0.1\tlocalhost task\n::1\tip6-localhost ip6-loopback\n";
/// Nobody is asked where there is no network, and not for long.
const NOBODY_TO_ASK: &str = "options timeout:1 attempts:1\n";

/// Returns the files in which programs look for names, and what is in each. `resolvers`: who is asked, as `resolv.conf` has it.
pub fn files(resolvers: Option<String>) -> [(&'static str, String); 3] {
	[
		("/etc/hosts", HOSTS.into()),
		("/etc/hostname", format!("{NAME}\n")),
		("/etc/resolv.conf", resolvers.unwrap_or_else(|| NOBODY_TO_ASK.into())),
	]
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn container_knows_itself_and_its_name() {
		let [(_, hosts), (_, name), (_, resolvers)] = files(None);
		let own = hosts.lines().find(|line| line.split_whitespace().any(|word| word == name.trim())).unwrap();
		assert!(own.starts_with("127.0.0.1") && own.contains("localhost"), "{hosts}");
		assert!(!resolvers.contains("nameserver"), "{resolvers}");
		assert_eq!(files(Some("nameserver 9.9.9.9\n".into()))[2].1, "nameserver 9.9.9.9\n");
	}
}
