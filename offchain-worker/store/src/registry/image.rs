//! The names of images in registries.

use std::{net::IpAddr, str::FromStr};

use reqwest::Url;

use crate::{
	error::{FetchError, FetchErrorKind},
	Cid,
};

/// An image in a registry: `HOST/NAME:TAG`, or `HOST/NAME@sha256:HEX`. Without either it is the tag `latest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryImage {
	/// `https://HOST/v2/NAME/`; by HTTP, if the registry is on this machine.
	pub(super) base: Url,
	/// A tag, or a digest.
	pub(super) reference: String,
}

impl FromStr for RegistryImage {
	type Err = FetchError;

	fn from_str(text: &str) -> Result<Self, FetchError> {
		read(text).ok_or_else(|| {
			let text: String = text.chars().take(200).collect();
			let words = format!(
				"{text:?} is not an image of a registry; expected HOST/NAME:TAG, such as docker.io/alpine:3.22"
			);
			FetchError::new(FetchErrorKind::NotAllowed, words)
		})
	}
}

fn read(text: &str) -> Option<RegistryImage> {
	let (host, rest) = text.split_once('/')?;
	let (tagged, digest) = rest.split_once('@').map_or((rest, None), |(tagged, digest)| (tagged, Some(digest)));
	let (name, tag) = tagged.split_once(':').unwrap_or((tagged, "latest"));
	let plain = |part: &str| {
		part.starts_with(|one: char| one.is_ascii_alphanumeric() || one == '_')
			&& part.chars().all(|one| one.is_ascii_alphanumeric() || "._-".contains(one))
	};
	let is_host = !host.is_empty() && host.chars().all(|one| one.is_ascii_alphanumeric() || ".-:[]".contains(one));
	let is_digest = digest.is_none_or(|digest| content_of(digest).is_some());
	if !(is_host && is_digest && plain(tag) && name.split('/').all(plain)) {
		return None;
	}
	let base = match host {
		"docker.io" if !name.contains('/') => format!("https://registry-1.docker.io/v2/library/{name}/"),
		"docker.io" => format!("https://registry-1.docker.io/v2/{name}/"),
		_ => format!("https://{host}/v2/{name}/"),
	};
	let mut base = Url::parse(&base).ok()?;
	let address = base.host_str()?.trim_start_matches('[').trim_end_matches(']');
	if address == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()) {
		base.set_scheme("http").ok()?;
	}
	Some(RegistryImage { base, reference: digest.unwrap_or(tag).to_owned() })
}

/// Returns what a digest names; `None` if it is not by SHA-256.
pub(super) fn content_of(digest: &str) -> Option<Cid> {
	let digits = digest.strip_prefix("sha256:")?;
	let mut bytes = [0; 32];
	hex::decode_to_slice(digits, &mut bytes).ok()?;
	// Files are named by the digits, so there must be one way to write them.
	(hex::encode(bytes) == digits).then_some(Cid::of_sha256(bytes))
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use rlc_testing::spoiled_text;

	fn images() -> impl Strategy<Value = String> {
		let host =
			prop::sample::select(vec!["docker.io", "ghcr.io", "registry.example:5000", "127.0.0.1:5000", "[::1]:5000"]);
		let reference = prop_oneof![
			Just(String::new()),
			Just(":1.0".to_owned()),
			digests().prop_map(|digest| format!("@{digest}")),
		];
		(host, "[a-z]{1,4}(/[a-z0-9._-]{1,4})?", reference)
			.prop_map(|(host, name, reference)| format!("{host}/{name}{reference}"))
	}

	fn digests() -> impl Strategy<Value = String> {
		any::<[u8; 32]>().prop_map(|digest| format!("sha256:{}", hex::encode(digest)))
	}

	proptest! {
		#[test]
		fn name_leads_to_its_host_and_nowhere_else(text in spoiled_text(images())) {
			let Ok(RegistryImage { base, reference }) = text.parse::<RegistryImage>() else { return Ok(()) };
			prop_assert!(base.username().is_empty() && base.password().is_none());
			prop_assert!(base.query().is_none() && base.fragment().is_none());
			prop_assert!(base.path().starts_with("/v2/") && base.path().ends_with('/'));
			prop_assert!(base.scheme() == "https" || !text.starts_with("docker.io"));
			for part in [format!("manifests/{reference}"), "blobs/sha256:00".into()] {
				let url: Url = format!("{base}{part}").parse().unwrap();
				prop_assert_eq!(url.path(), format!("{}{part}", base.path()), "{} stays below {}", part, base);
			}
		}

		#[test]
		fn digest_is_written_in_one_way(text in spoiled_text(digests())) {
			if let Some(cid) = content_of(&text) {
				prop_assert_eq!(format!("sha256:{}", hex::encode(cid.digest())), text);
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn image_names_are_those_of_other_programs() {
		let digest = format!("sha256:{}", "ab".repeat(32));
		for (text, base, reference) in [
			("ghcr.io/team/app:1.0", "https://ghcr.io/v2/team/app/", "1.0"),
			("registry.example:5000/app", "https://registry.example:5000/v2/app/", "latest"),
			("docker.io/alpine:3.22", "https://registry-1.docker.io/v2/library/alpine/", "3.22"),
			("docker.io/team/app", "https://registry-1.docker.io/v2/team/app/", "latest"),
			("127.0.0.1:5000/app:x", "http://127.0.0.1:5000/v2/app/", "x"),
			("[::1]:5000/app:x", "http://[::1]:5000/v2/app/", "x"),
			(format!("localhost/app:x@{digest}").as_str(), "http://localhost/v2/app/", digest.as_str()),
		] {
			let expected = RegistryImage { base: base.parse().unwrap(), reference: reference.into() };
			assert_eq!(text.parse(), Ok(expected), "{text}");
		}
		for text in
			["", "alpine", "/a", "host/", "host/../a", "host/a:", "host/a:b:c", "u:p@host/a", "host/a@sha256:12"]
		{
			assert_eq!(text.parse::<RegistryImage>().unwrap_err().kind, FetchErrorKind::NotAllowed, "{text}");
		}
	}
}
