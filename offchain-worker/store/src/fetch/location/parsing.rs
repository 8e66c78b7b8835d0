//! Locations as strangers write them.

use proptest::prelude::*;
use rlc_testing::spoiled_text;

use super::*;

/// Returns a location in its one form.
fn written(location: &Location, sha256: Option<[u8; 32]>) -> String {
	let bare = match location {
		Location::Content(cid) => cid.to_string(),
		Location::Ipfs { root, path } => {
			let encoded = path.iter().map(|name| name.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>());
			format!("ipfs://{root}/{}", encoded.collect::<Vec<_>>().join("/"))
		}
		Location::Web(url) => url.to_string(),
		Location::File(path) => Url::from_file_path(path).expect("it is absolute").to_string(),
	};
	let pin = sha256.map(|digest| format!("{PIN}{}", hex::encode(digest)));
	bare + &pin.unwrap_or_default()
}

fn locations() -> impl Strategy<Value = String> {
	let cid = any::<[u8; 32]>().prop_map(Cid::of_sha256);
	let name = prop_oneof![
		cid.prop_map(|cid| cid.to_string()),
		Just("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG".to_owned()),
		Just("bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi".to_owned()),
		Just("zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA".to_owned()),
		// By BLAKE2b-256, which is not read.
		Just("bafk2bzacediwdvyriwv65rppcwv46bczz3daujzsdyxqvqhpplhfevhvsrchm".to_owned()),
	];
	let bare = (0..8_u8, name).prop_map(|(form, name)| match form {
		0 => name,
		1 => format!("IPFS://{name}/a%20b/c"),
		2 => format!("/ipfs/{name}"),
		7 => format!("ipfs://{name}"),
		3 => format!("{name}/notes.txt"),
		4 => format!("https://ipfs.example:8443/ipfs/{name}?filename=a%20b"),
		5 => format!("http://user:word@[2001:db8::1]/a/../{name}?b=c"),
		_ => format!("file:///tmp/a%20b/{name}"),
	});
	(bare, any::<Option<[u8; 32]>>()).prop_map(|(bare, sha256)| match sha256 {
		None => bare,
		Some(digest) => format!("{bare}{PIN}{}", hex::encode(digest)),
	})
}

proptest! {
	#[test]
	fn location_has_one_form(text in spoiled_text(locations())) {
		if let Ok((location, sha256)) = Location::parse(&text) {
			let form = written(&location, sha256);
			prop_assert_eq!(Location::parse(&form), Ok((location, sha256)));
			prop_assert_eq!(is_pinned(&form), is_pinned(&text));
		}
	}

	#[test]
	fn pinned_location_names_bytes(text in spoiled_text(locations())) {
		if is_pinned(&text) {
			let (location, sha256) = Location::parse(&text).unwrap();
			let name = match location {
				Location::Content(cid) => cid.to_string(),
				Location::Ipfs { root, .. } => root.to_string(),
				Location::Web(_) | Location::File(_) => {
					prop_assert!(sha256.is_some());
					return Ok(());
				}
			};
			// SHA-256, Keccak-256, and the bytes themselves: no two contents share them.
			let hash = cid::Cid::try_from(name.as_str()).unwrap().hash().code();
			prop_assert!([0x12, 0x1b, 0x00].contains(&hash), "{hash:#x}");
		}
	}

	#[test]
	fn url_is_never_taken_for_a_name(text in spoiled_text(locations())) {
		let is_url = ["http://", "https://", "file://"].iter().any(|scheme| text.trim().starts_with(scheme));
		match Location::parse(&text) {
			Ok((location, _)) => {
				let is_name = matches!(location, Location::Content(_) | Location::Ipfs { .. });
				prop_assert!(!(is_name && is_url), "{location:?}");
			}
			Err(error) => prop_assert!(error.to_string().len() < 3_000, "errors do not grow with what is wrong"),
		}
	}

	#[test]
	fn any_text_is_read_without_harm(text in "(?s).{0,40}") {
		let _ = Location::parse(&text);
	}
}
