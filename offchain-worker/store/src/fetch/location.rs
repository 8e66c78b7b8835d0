//! The locations of contents.

use std::path::PathBuf;

use reqwest::Url;

use crate::{
	error::{FetchError, FetchErrorKind},
	Cid,
};

/// What comes before the SHA-256 of a content, at the end of its location.
pub(super) const PIN: &str = "#sha256=";

/// The longest name in IPFS that is read, in bytes: some bases take time that grows with the square of a text's length.
const LONGEST_NAME: usize = 1_024;

/// The location of a content, as orders and requests state it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Location {
	/// Wherever its name is known: in a store.
	Content(Cid),
	/// In IPFS, by a name that is not a hash of its bytes.
	Ipfs(String),
	/// At a URL.
	Web(Url),
	/// In a file of this machine.
	File(PathBuf),
}

/// Returns whether a location says which bytes are there, so that everyone who fetches it gets these bytes, or none: it is a
/// CID of bytes, or ends with `#sha256=HEX`.
///
/// Other names in IPFS do not count: they name trees, whose leaves may be named by a hash that two contents share.
pub fn is_pinned(location: &str) -> bool {
	let read = Location::parse(location);
	read.is_ok_and(|(location, sha256)| sha256.is_some() || matches!(location, Location::Content(_)))
}

impl Location {
	/// Reads a location: a CID, also as `ipfs://CID` or `/ipfs/CID`, and with a file's name after it, `CID?filename=NAME`,
	/// or `CID/NAME` if it is a hash of the bytes; `http(s)://…`; `file://…`. Each may end with `#sha256=HEX`, which is
	/// returned apart.
	pub(super) fn parse(text: &str) -> Result<(Self, Option<[u8; 32]>), FetchError> {
		let text = text.trim();
		let wrong = |why: &str| {
			let text: String = text.chars().take(200).collect();
			FetchError::new(FetchErrorKind::NotAllowed, format!("{text:?} is not a location: {why}"))
		};
		let (bare, sha256) = match text.split_once(PIN) {
			None => (text, None),
			Some((bare, digits)) => {
				let mut digest = [0; 32];
				let digits = digits.strip_prefix("0x").unwrap_or(digits);
				hex::decode_to_slice(digits, &mut digest)
					.map_err(|_| wrong("#sha256= is followed by 64 hex digits"))?;
				(bare, Some(digest))
			}
		};
		let name = bare.strip_prefix("ipfs://").or_else(|| bare.strip_prefix("/ipfs/")).unwrap_or(bare);
		let name = name.split_once("?filename=").map_or(name, |(cid, _)| cid);
		let of_content = name.split_once('/').filter(|(_, file)| !file.contains('/')).map_or(name, |(cid, _)| cid);
		if let Ok(cid) = of_content.parse() {
			return Ok((Self::Content(cid), sha256));
		}
		// With a slash, it would also be read out of the middle of a URL.
		let may_be_name = name.len() <= LONGEST_NAME && !name.contains('/');
		if let Some(cid) = may_be_name.then(|| cid::Cid::try_from(name).ok()).flatten() {
			let name = cid.to_string();
			return Ok((name.parse().map_or(Self::Ipfs(name), Self::Content), sha256));
		}
		let mut url = Url::parse(bare).map_err(|_| wrong("expected a CID, http(s)://… or file://…"))?;
		url.set_fragment(None);
		match url.scheme() {
			"http" | "https" => Ok((Self::Web(url), sha256)),
			"file" => {
				let path = url.to_file_path().map_err(|()| wrong("a file has an absolute path, and no host"))?;
				Ok((Self::File(path), sha256))
			}
			_ => Err(wrong("expected a CID, http, https or file")),
		}
	}
}

#[cfg(test)]
mod parsing;

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn locations_are_names_urls_and_files() {
		let cid = Cid::of_sha256([1; 32]);
		for text in [
			cid.to_string(),
			format!("ipfs://{cid}"),
			format!("/ipfs/{cid}"),
			format!("{cid}/notes.txt"),
			format!("ipfs://{cid}/"),
			format!("ipfs://{cid}?filename=notes.txt"),
		] {
			assert_eq!(Location::parse(&text), Ok((Location::Content(cid), None)));
		}
		let other = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG";
		for text in [other.to_owned(), format!("ipfs://{other}?filename=notes.txt")] {
			assert_eq!(Location::parse(&text), Ok((Location::Ipfs(other.into()), None)));
		}
		for url in [
			"https://example.org/a?filename=b".to_owned(),
			format!("https://ipfs.example/ipfs/{other}"),
			format!("https://ipfs.example/ipfs/{cid}?filename=b"),
		] {
			assert_eq!(Location::parse(&url), Ok((Location::Web(url.parse().unwrap()), None)));
		}
		let digest = [0xab; 32];
		let url = format!("https://example.org/a?b=c#sha256={}", hex::encode(digest));
		let expected = Location::Web("https://example.org/a?b=c".parse().unwrap());
		assert_eq!(Location::parse(&url), Ok((expected, Some(digest))));
		assert_eq!(Location::parse("file:///etc/a%20b"), Ok((Location::File("/etc/a b".into()), None)));
	}

	#[test]
	fn name_of_bytes_is_one_in_each_base() {
		let cid = Cid::of_sha256([1; 32]);
		let bytes = format!("f01551220{}", "01".repeat(32));
		for text in [bytes.clone(), bytes.to_uppercase(), cid.to_string().to_uppercase()] {
			assert_eq!(Location::parse(&text), Ok((Location::Content(cid), None)), "{text}");
			assert!(is_pinned(&text));
		}
	}

	#[test]
	fn each_location_may_say_its_hash() {
		let (cid, digits) = (Cid::of_sha256([1; 32]), hex::encode([0xab; 32]));
		let ipfs = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG";
		for (bare, location) in [
			(cid.to_string(), Location::Content(cid)),
			(format!("{cid}/notes.txt"), Location::Content(cid)),
			(format!("ipfs://{ipfs}?filename=notes.txt"), Location::Ipfs(ipfs.into())),
			("https://example.org/a".into(), Location::Web("https://example.org/a".parse().unwrap())),
			("file:///etc/a".into(), Location::File("/etc/a".into())),
		] {
			for digits in [digits.clone(), format!("0x{digits}"), digits.to_uppercase()] {
				let read = Location::parse(&format!("{bare}#sha256={digits}"));
				assert_eq!(read, Ok((location.clone(), Some([0xab; 32]))), "{bare}");
			}
		}
	}

	#[test]
	fn pinned_is_what_says_the_hash_of_its_bytes() {
		let (cid, digits) = (Cid::of_sha256([1; 32]), hex::encode([0xab; 32]));
		let ipfs = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";
		for pinned in [
			cid.to_string(),
			format!("ipfs://{cid}?filename=a"),
			Cid::of_keccak([1; 32]).to_string(),
			format!("https://example.org/a?b#sha256={digits}"),
			format!("file:///a#sha256={digits}"),
			format!("{ipfs}#sha256={digits}"),
		] {
			assert!(is_pinned(&pinned), "{pinned}");
		}
		for open in [
			"https://example.org/a",
			"https://example.org/a#b",
			&format!("https://example.org/{cid}"),
			&format!("https://example.org/a#SHA256={digits}"),
			&format!("https://example.org/a#sha256={}", &digits[1..]),
			&format!("https://example.org/a?sha256={digits}"),
			&format!("https://example.org/a#sha256={digits}#b"),
			"file:///a",
			ipfs,
			"",
			&format!("#sha256={digits}"),
		] {
			assert!(!is_pinned(open), "{open}");
		}
	}

	#[test]
	fn long_text_takes_no_time() {
		assert!(Location::parse(&format!("z{}", "1".repeat(4 << 20))).is_err());
	}

	#[test]
	fn other_texts_are_refused() {
		for text in ["", "..", "/etc/passwd", "ftp://example.org/a", "http://", "file://host/a", "http://a/#sha256=12"]
		{
			assert_eq!(Location::parse(text).unwrap_err().kind, FetchErrorKind::NotAllowed, "{text}");
		}
	}
}
