//! The locations of contents.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::{
	error::{FetchError, FetchErrorKind},
	ipfs::name::BlockName,
	Cid,
};

/// What comes before the SHA-256 of a content, at the end of its location.
pub(super) const PIN: &str = "#sha256=";

/// The longest name in IPFS that is read, in bytes: some bases take time that grows with the square of a text's length.
const LONGEST_NAME: usize = 1_024;

/// The location of a content, as orders and requests state it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Location {
	/// Wherever its name is known: in a store, or in IPFS.
	Content(Cid),
	/// In IPFS: the file at a path below a name, which is not a hash of the file's bytes but of a tree.
	Ipfs {
		/// The name.
		root: BlockName,
		/// The names of directories in it, and of the file.
		path: Vec<String>,
	},
	/// At a URL.
	Web(Url),
	/// In a file of this machine.
	File(PathBuf),
}

/// Returns whether a text is meant as a location, valid or not, and not as a path on this machine: it begins with a scheme or
/// `/ipfs/`, or with a CID.
pub fn is_location(text: &str) -> bool {
	let text = text.trim();
	let begins = ["http://", "https://", "file://", "ipfs://", "ipns://", "/ipfs/", "/ipns/"];
	let first = text.split(['/', '?', '#']).next().unwrap_or_default();
	begins.iter().any(|begin| after(text, begin).is_some()) || read_cid(first).is_some()
}

/// Checks that a location can be understood.
///
/// # Errors
///
/// [`FetchErrorKind::NotAllowed`].
pub fn check_location(text: &str) -> Result<(), FetchError> {
	Location::parse(text).map(drop)
}

/// Returns whether a location says which bytes are there, so that everyone who fetches it gets these bytes, or none: it is a
/// CID, or a path below one, or ends with `#sha256=HEX`.
///
/// Whatever hash a CID has is one that no two contents share, and so has every block that it leads to, or none is read.
pub fn is_pinned(location: &str) -> bool {
	let read = Location::parse(location);
	read.is_ok_and(|(location, sha256)| {
		sha256.is_some() || matches!(location, Location::Content(_) | Location::Ipfs { .. })
	})
}

impl Location {
	/// Reads a location: a CID, also as `ipfs://CID` or `/ipfs/CID`, and with a file's name after it, `CID?filename=NAME`, or
	/// `CID/NAME` if it is a hash of the bytes; `CID/PATH` of a file in a directory of IPFS; `http(s)://…`; `file://…`. Each
	/// may end with `#sha256=HEX`, which is returned apart. Schemes may be in capitals.
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
		if let Some(location) = in_ipfs(bare) {
			return Ok((location.map_err(wrong)?, sha256));
		}
		let mut url = Url::parse(bare).map_err(|_| wrong("expected a CID, ipfs://CID, http(s)://… or file://…"))?;
		url.set_fragment(None);
		match url.scheme() {
			"http" | "https" => Ok((Self::Web(url), sha256)),
			"file" => {
				let path = url.to_file_path().map_err(|()| wrong("a file has an absolute path, and no host"))?;
				Ok((Self::File(path), sha256))
			}
			_ => Err(wrong("expected a CID, ipfs, http, https or file")),
		}
	}
}

/// Reads a location in IPFS: a CID, or what begins as one in IPFS does. `None`: it is something else.
fn in_ipfs(bare: &str) -> Option<Result<Location, &'static str>> {
	if after(bare, "ipns://").or(after(bare, "/ipns/")).is_some() {
		return Some(Err("what is at an IPNS name changes; give the CID that `ipfs name resolve` tells"));
	}
	let uri = after(bare, "ipfs://");
	let said = uri.map(|rest| rest.strip_prefix("ipfs/").unwrap_or(rest)).or(after(bare, "/ipfs/"));
	let name = said.unwrap_or(bare);
	let name = match uri {
		Some(_) => name.split(['?', '#']).next().unwrap_or_default(),
		None => name.split_once("?filename=").map_or(name, |(name, _)| name),
	};
	let (root, path) = name.split_once('/').unwrap_or((name, ""));
	match read_cid(root) {
		Some(cid) => Some(below(cid, path, uri.is_some())),
		None => said.map(|_| Err("a CID of IPFS is expected, such as bafkrei…, bafybei… or Qm…")),
	}
}

/// Returns the location of what is at a path below a CID.
fn below(cid: cid::Cid, path: &str, is_encoded: bool) -> Result<Location, &'static str> {
	let names = path.split('/').filter(|name| !name.is_empty());
	let is_special = |one: char| one == '/' || one.is_control();
	let read = |name: &str| if is_encoded { decoded(name) } else { Some(name.to_owned()) };
	let is_plain = |name: &String| !matches!(name.as_str(), "" | "." | "..") && !name.contains(is_special);
	let names = names.map(|name| read(name).filter(is_plain));
	let path: Vec<_> = names.collect::<Option<_>>().ok_or("its path has a part that cannot be a name in IPFS")?;
	if let Ok(content) = cid.to_string().parse::<Cid>() {
		// The last name is what the file is called here.
		return if path.len() <= 1 {
			Ok(Location::Content(content))
		} else {
			Err("its CID is that of a file, and has no path")
		};
	}
	BlockName::of(cid).map(|root| Location::Ipfs { root, path })
}

/// Reads a CID of any version, in any base.
fn read_cid(text: &str) -> Option<cid::Cid> {
	// With a slash, it would also be read out of the middle of a URL.
	let may_be = text.len() <= LONGEST_NAME && !text.contains('/');
	may_be.then(|| cid::Cid::try_from(text).ok()).flatten()
}

/// Returns what follows a beginning that may be in capitals.
fn after<'a>(text: &'a str, begin: &str) -> Option<&'a str> {
	let (head, rest) = text.split_at_checked(begin.len())?;
	head.eq_ignore_ascii_case(begin).then_some(rest)
}

/// Returns the text that a part of a URI's path stands for.
fn decoded(part: &str) -> Option<String> {
	// The library takes any other percent sign for itself.
	let is_escape = |after: &str| after.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
	if !part.split('%').skip(1).all(is_escape) {
		return None;
	}
	Some(percent_decode_str(part).decode_utf8().ok()?.into_owned())
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

	/// Returns the location of a file in IPFS.
	fn tree(root: &str, path: &[&str]) -> Location {
		let root = BlockName::of(cid::Cid::try_from(root).unwrap()).unwrap();
		Location::Ipfs { root, path: path.iter().map(|name| (*name).to_owned()).collect() }
	}

	#[test]
	fn files_in_ipfs_are_named_as_people_do() {
		let v0 = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG";
		let v1 = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";
		for root in [v0, v1] {
			for (text, path) in [
				(root.to_owned(), &[][..]),
				(format!("ipfs://{root}"), &[]),
				(format!("IPFS://{root}/"), &[]),
				(format!("/ipfs/{root}"), &[]),
				(format!("ipfs://ipfs/{root}"), &[]),
				(format!("ipfs://{root}?filename=notes.txt"), &[]),
				(format!("{root}/0.json"), &["0.json"]),
				(format!("ipfs://{root}/a/b%20c%25/d.csv"), &["a", "b c%", "d.csv"]),
				(format!("/ipfs/{root}/a%20b//c?"), &["a%20b", "c?"]),
			] {
				assert_eq!(Location::parse(&text), Ok((tree(root, path), None)), "{text}");
				assert!(is_location(&text) && is_pinned(&text), "{text}");
			}
		}
		assert_eq!(Location::parse(&v1.to_uppercase()), Ok((tree(v1, &[]), None)));
	}

	#[test]
	fn names_that_do_not_say_which_file_are_refused_with_what_to_give() {
		let raw = Cid::of_sha256([1; 32]);
		let tree = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG";
		for (text, why) in [
			("ipfs://".to_owned(), "CID of IPFS"),
			("ipfs://example.org/a".into(), "CID of IPFS"),
			("/ipfs/none".into(), "CID of IPFS"),
			("ipns://docs.ipfs.tech".into(), "ipfs name resolve"),
			(format!("/ipns/{tree}"), "ipfs name resolve"),
			(format!("ipfs://{raw}/a/b"), "has no path"),
			(format!("ipfs://{tree}/../a"), "cannot be a name"),
			(format!("ipfs://{tree}/a%2Fb"), "cannot be a name"),
			(format!("ipfs://{tree}/a%0ab"), "cannot be a name"),
			(format!("ipfs://{tree}/%zz"), "cannot be a name"),
		] {
			let error = Location::parse(&text).unwrap_err();
			assert!(error.kind == FetchErrorKind::NotAllowed && error.words.contains(why), "{error}");
			assert!(is_location(&text) && check_location(&text).is_err(), "{text}");
		}
	}

	#[test]
	fn paths_of_files_are_not_locations() {
		for text in ["a.csv", "./QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG", "/tmp/a", "ipfs", "data/bafy", ""] {
			assert!(!is_location(text), "{text}");
		}
		for text in ["HTTPS://example.org/a", " file:///a", "bafkqaaa"] {
			assert!(is_location(text), "{text}");
		}
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
			(format!("ipfs://{ipfs}?filename=notes.txt"), tree(ipfs, &[])),
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
		// By BLAKE2b-256 and dag-cbor: nobody here reads those.
		let others = [
			"bafk2bzacediwdvyriwv65rppcwv46bczz3daujzsdyxqvqhpplhfevhvsrchm",
			"bafyreibnoelefnzgwbcacyt4vh52ymxvzbjq7mmqhtcnwarfq4lzegsiqe",
		];
		for pinned in [
			cid.to_string(),
			format!("ipfs://{cid}?filename=a"),
			Cid::of_keccak([1; 32]).to_string(),
			format!("https://example.org/a?b#sha256={digits}"),
			format!("file:///a#sha256={digits}"),
			format!("{ipfs}#sha256={digits}"),
			format!("{ipfs}/a/b.csv"),
			ipfs.to_owned(),
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
			others[0],
			others[1],
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
