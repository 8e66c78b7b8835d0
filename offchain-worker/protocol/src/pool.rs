//! What a workerpool says about itself on chain.

use serde::{Deserialize, Serialize};

/// The description of a workerpool, as JSON: at most 256 bytes. Any other text is a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolDescription {
	/// What people call it.
	#[serde(default)]
	pub name: String,
	/// Where its scheduler answers: `http(s)://host:port`, also the base of its store. `None`: the address
	/// is made known in other ways.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub url: Option<String>,
}

impl PoolDescription {
	/// Reads a description.
	pub fn parse(bytes: &[u8]) -> Self {
		serde_json::from_slice(bytes)
			.unwrap_or_else(|_| Self { name: String::from_utf8_lossy(bytes).into_owned(), url: None })
	}

	/// Writes it.
	pub fn to_bytes(&self) -> Vec<u8> {
		serde_json::to_vec(self).unwrap_or_default()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn description_is_json_or_a_name() {
		let pool = PoolDescription { name: "mine".into(), url: Some("http://127.0.0.1:9000".into()) };
		assert_eq!(PoolDescription::parse(&pool.to_bytes()), pool);
		assert_eq!(PoolDescription::parse(b"plain").name, "plain");
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::{collection::vec, prelude::*};
	use rlc_testing::spoiled;

	fn described() -> impl Strategy<Value = Vec<u8>> {
		("(?s).{0,8}", any::<bool>()).prop_map(|(name, has_url)| {
			let url = has_url.then(|| "http://127.0.0.1:9000".into());
			PoolDescription { name, url }.to_bytes()
		})
	}

	proptest! {
		#[test]
		fn description_has_one_form(bytes in prop_oneof![spoiled(described()), vec(any::<u8>(), 0..40)]) {
			let pool = PoolDescription::parse(&bytes);
			prop_assert_eq!(PoolDescription::parse(&pool.to_bytes()), pool);
		}
	}
}
