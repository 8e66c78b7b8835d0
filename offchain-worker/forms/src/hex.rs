//! Bytes as hex digits.

use serde::{de::Error, Deserialize, Deserializer, Serializer};

/// Bytes, as `0x` and hex digits. For `#[serde(with = "Hex")]`.
pub struct Hex;

impl Hex {
	/// Writes bytes.
	///
	/// # Errors
	///
	/// The serializer's.
	pub fn serialize<T: AsRef<[u8]> + ?Sized, S: Serializer>(bytes: &T, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&write(bytes.as_ref()))
	}

	/// Reads bytes.
	///
	/// # Errors
	///
	/// If the text is not `0x` and pairs of hex digits, or if there are more or fewer bytes than `T` has.
	pub fn deserialize<'de, T: TryFrom<Vec<u8>>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
		let bytes = read(&String::deserialize(deserializer)?);
		let bytes = bytes.ok_or_else(|| D::Error::custom("expected 0x and pairs of hex digits"))?;
		bytes.try_into().map_err(|_| D::Error::custom("expected another number of hex digits"))
	}
}

/// Returns the form of bytes.
pub fn write(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// Returns the bytes that a form stands for, if it is one.
pub fn read(text: &str) -> Option<Vec<u8>> {
	hex::decode(text.strip_prefix("0x")?).ok()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bytes_are_read_as_written() {
		for (bytes, written) in [(vec![], "0x"), (vec![0xFF, 0], "0xff00")] {
			assert_eq!(write(&bytes), written);
			assert_eq!(read(written), Some(bytes));
		}
		for wrong in ["", "00", "0x0", "0xgg"] {
			assert_eq!(read(wrong), None, "{wrong}");
		}
	}
}
