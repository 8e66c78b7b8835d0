//! What a feed's sources are, read from the SCALE of its definition, and its values.
//!
//! `rlc_primitives::oracle` has these types too, and is what signs them. But it needs Substrate's libraries, with C code
//! that is not compiled for `wasm32-wasip1`, where the judge runs. So the part that extraction needs is read here. A test
//! compares both.

use codec::{Decode, Encode};
use sha3::{Digest, Keccak256};

/// The longest definition, in bytes of SCALE.
const MAX_DEFINITION: usize = 4_096;

/// The longest text of a feed, in bytes.
pub const MAX_TEXT: usize = 256;

/// Starts the preimage of a feed's id.
const DOMAIN: &[u8] = b"rlc/feed/v1";

/// A value of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Value {
	/// A number, times 10¹⁸.
	#[codec(index = 0)]
	Number(i128),
	/// A text of up to [`MAX_TEXT`] bytes.
	#[codec(index = 1)]
	Text(String),
	/// True or false.
	#[codec(index = 2)]
	Boolean(bool),
}

/// What kind of values a source has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Kind {
	/// True or false.
	#[codec(index = 0)]
	Boolean,
	/// A number with 18 decimals.
	#[codec(index = 1)]
	Number,
	/// A text.
	#[codec(index = 2)]
	Text,
}

/// What an HTTP request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Method {
	/// Reads.
	#[codec(index = 0)]
	Get,
	/// Asks with a body.
	#[codec(index = 1)]
	Post,
	/// Stores a body.
	#[codec(index = 2)]
	Put,
	/// Removes.
	#[codec(index = 3)]
	Delete,
}

/// A header of a request.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Header {
	/// What it is called.
	pub name: String,
	/// What it says.
	pub value: String,
}

/// Where a value is found: a request, and a path in the answer to it. Secrets stand in it by their names.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Source {
	/// Where the request goes.
	pub url: String,
	/// What it does.
	pub method: Method,
	/// Its headers.
	pub headers: Vec<Header>,
	/// Its body; empty for none.
	pub body: String,
	/// Where the value is in the answer.
	pub path: String,
	/// What kind of value that is.
	pub kind: Kind,
	/// The name of the secret that the request needs.
	pub secret: Option<String>,
}

/// What extraction needs of a feed's definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
	/// Where values are found: of one kind.
	pub sources: Vec<Source>,
	/// How many sources have to answer.
	pub min_sources: u8,
}

/// Bytes are not the definition of a feed with a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the definition of a feed with a panel")]
pub struct InvalidDefinition;

/// Who sits on a panel.
#[derive(Encode, Decode)]
enum Seating {
	#[codec(index = 0)]
	Named(Vec<[u8; 32]>),
	#[codec(index = 1)]
	Open(u8),
}

/// How a feed gets its values. Others have no reports.
#[derive(Encode, Decode)]
enum Policy {
	#[codec(index = 0)]
	Panel { seating: Seating, bond: u128 },
}

/// All of a definition, field by field.
#[derive(Encode, Decode)]
struct Whole {
	sources: Vec<Source>,
	policy: Policy,
	heartbeat: u64,
	deviation: u32,
	max_age: u64,
	min_sources: u8,
	reward: u128,
	window: u64,
	min: Option<i128>,
	max: Option<i128>,
	max_jump: Option<u32>,
	ethereum: bool,
}

impl Definition {
	/// Reads the SCALE of a definition. Whether a feed can have it, the chain has checked.
	///
	/// # Errors
	///
	/// [`InvalidDefinition`], also if it is written in another way than the chain writes it.
	pub fn read(bytes: &[u8]) -> Result<Self, InvalidDefinition> {
		if bytes.len() > MAX_DEFINITION {
			return Err(InvalidDefinition);
		}
		let whole = Whole::decode(&mut &*bytes).map_err(|_| InvalidDefinition)?;
		if whole.encode() != bytes || whole.sources.is_empty() {
			return Err(InvalidDefinition);
		}
		Ok(Self { sources: whole.sources, min_sources: whole.min_sources })
	}

	/// Returns the id of the feed with a definition: `keccak("rlc/feed/v1" ‖ SCALE(definition))`.
	pub fn feed(bytes: &[u8]) -> [u8; 32] {
		Keccak256::new().chain_update(DOMAIN).chain_update(bytes).finalize().into()
	}
}

impl Value {
	/// Returns the number, if it is one.
	pub(crate) fn number(&self) -> Option<i128> {
		match self {
			Self::Number(number) => Some(*number),
			_ => None,
		}
	}
}

#[cfg(test)]
pub(crate) mod tests;
