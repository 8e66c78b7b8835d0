//! Attributes of an archive's entry, as POSIX has them: `LENGTH NAME=VALUE` and a line break each, where the length counts all
//! of it. Values may be binary.

use std::io;

use super::{OPAQUE, OPAQUE_NAMES};
use crate::image::blame::bad;

/// The attributes of an entry that matter here. Those that are empty count as not there.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Attributes {
	/// Its path.
	pub path: Option<Vec<u8>>,
	/// What it links to.
	pub target: Option<Vec<u8>>,
	/// The size of its content in the archive, in bytes.
	pub size: Option<u64>,
	/// Whether it is a directory of an overlay's layer that hides those of lower ones.
	pub is_opaque: bool,
	/// Its holes.
	pub sparse: Sparse,
}

/// The holes of a file, as GNU's programs describe them beside POSIX: in versions 0.0, 0.1, and 1.0.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sparse {
	/// Its path: that of its header is of one that does not know of holes.
	pub name: Option<Vec<u8>>,
	/// Its size with the holes, in bytes.
	pub size: Option<u64>,
	/// Offsets and lengths of what is between them, in turn.
	pub map: Vec<u64>,
	/// Whether that is at the beginning of its content instead.
	pub is_in_content: bool,
}

impl Attributes {
	/// Reads attributes.
	///
	/// # Errors
	///
	/// If they are not written as they should be.
	pub fn parse(mut bytes: &[u8]) -> io::Result<Self> {
		let mut attributes = Self::default();
		while !bytes.is_empty() {
			let (name, value, rest) = first(bytes).ok_or_else(|| bad("the attributes of a file are not understood"))?;
			attributes.set(name, value)?;
			bytes = rest;
		}
		Ok(attributes)
	}

	fn set(&mut self, name: &[u8], value: &[u8]) -> io::Result<()> {
		let text = || (!value.is_empty()).then(|| value.to_vec());
		let optional = || if value.is_empty() { Ok(None) } else { number(value).map(Some) };
		let sparse = &mut self.sparse;
		match name {
			b"path" => self.path = text(),
			b"linkpath" => self.target = text(),
			b"size" => self.size = optional()?,
			b"GNU.sparse.name" => sparse.name = text(),
			b"GNU.sparse.size" | b"GNU.sparse.realsize" => sparse.size = optional()?,
			b"GNU.sparse.major" => sparse.is_in_content = value == b"1",
			b"GNU.sparse.map" => {
				let numbers = value.split(|byte| *byte == b',').filter(|number| !number.is_empty());
				sparse.map = numbers.map(number).collect::<Result<_, _>>()?;
			}
			b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => {
				let is_offset = sparse.map.len().is_multiple_of(2);
				if is_offset != name.ends_with(b"offset") {
					return Err(bad("the map of a file with holes has gaps"));
				}
				sparse.map.push(number(value)?);
			}
			name if OPAQUE_NAMES.contains(&name) => self.is_opaque = value == OPAQUE,
			_ => {}
		}
		Ok(())
	}
}

/// Returns the name and the value of the first attribute, and the others.
fn first(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
	let start = bytes.iter().position(|byte| *byte == b' ')?;
	let length = usize::try_from(number(&bytes[..start]).ok()?).ok()?;
	let attribute = bytes.get(start + 1..length)?.strip_suffix(b"\n")?;
	let name = attribute.iter().position(|byte| *byte == b'=')?;
	Some((&attribute[..name], &attribute[name + 1..], &bytes[length..]))
}

/// Reads a decimal number.
///
/// # Errors
///
/// If it is not one, or too large.
pub fn number(digits: &[u8]) -> io::Result<u64> {
	let text = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
	text.and_then(|text| text.parse().ok()).ok_or_else(|| bad("a number is not understood"))
}
