//! The archive of a report: what was asked and answered, and what follows from it.
//!
//! ```text
//! kind (0) ‖ SCALE(definition, date, answers, value)      evidence = SHA-256 of all of it
//! ```

use codec::{Decode, DecodeAll, Encode};
use sha2::{Digest, Sha256};

use crate::{
	answer::Answer,
	definition::{Definition, InvalidDefinition, Kind, Value},
	extract::{extract, SourceError},
};

/// The longest archive, in bytes: what the chain takes as the answer to a dispute.
pub const MAX_ARCHIVE: usize = 1 << 20;

/// The kind of archives: what the reporter says that it saw. Others are for proofs of TLS, and for enclaves.
const TRANSCRIPT: u8 = 0;

/// What an archive has beside its answers, at most, in bytes: a definition, and a value.
const MAX_REST: usize = 8_192;

/// What was asked and answered for one report.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Archive {
	/// The SCALE of the feed's definition, which holds the requests. Its hash is the feed.
	pub definition: Vec<u8>,
	/// The date of the report, in ms of Unix time.
	pub date: u64,
	/// What the sources answered, by their indices. Sources without a value are left out.
	pub answers: Vec<Answer>,
	/// The value of the report.
	pub value: Value,
}

/// Why sources have no common value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
	/// Fewer sources have a value than the feed demands.
	#[error("{found} sources have a value, and the feed needs {least}")]
	TooFew {
		/// How many have one.
		found: usize,
		/// How many have to.
		least: u8,
	},
	/// Too few sources say the same.
	#[error("the sources say different things")]
	Differ,
}

/// Why bytes are not an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidArchive {
	/// It is longer than [`MAX_ARCHIVE`].
	#[error("the archive is longer than {MAX_ARCHIVE} bytes")]
	TooLong,
	/// It is of a kind that is not known here.
	#[error("the archive is of another kind")]
	Kind,
	/// It is not written as archives are.
	#[error("the archive is not written as archives are")]
	Syntax,
	/// Something in it is longer than it can be, or stands in another order.
	#[error("the archive exceeds a bound, or its answers are not in order")]
	Bounds,
}

/// Why a report does not follow from its archive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
	/// The archive cannot be read.
	#[error(transparent)]
	Archive(#[from] InvalidArchive),
	/// It holds no definition.
	#[error(transparent)]
	Definition(#[from] InvalidDefinition),
	/// It is of another feed.
	#[error("the archive is of another feed")]
	Feed,
	/// The feed has no source of this index.
	#[error("the feed has no source {0}")]
	NoSource(u8),
	/// No value follows from an answer.
	#[error("source {source_index}: {error}")]
	Source {
		/// The source, from 0.
		source_index: u8,
		/// Why.
		error: SourceError,
	},
	/// Another value follows from an answer.
	#[error("the answer of source {0} has another value")]
	SourceValue(u8),
	/// The answers have no common value.
	#[error(transparent)]
	Disagreement(#[from] Disagreement),
	/// Another value follows from the answers.
	#[error("the answers make another value")]
	Value,
}

/// Returns the value on which sources agree: of numbers, the lower median; else what more than half of them say. At least
/// `least` of them have to have a value; if it is not a number, they have to say the same.
///
/// # Errors
///
/// [`Disagreement`].
pub fn agree(kind: Kind, values: &[&Value], least: u8) -> Result<Value, Disagreement> {
	let too_few = Disagreement::TooFew { found: values.len(), least };
	if values.len() < usize::from(least) {
		return Err(too_few);
	}
	if kind == Kind::Number {
		let mut numbers: Vec<_> = values.iter().filter_map(|value| value.number()).collect();
		numbers.sort_unstable();
		let middle = numbers.len().checked_sub(1).map(|last| last / 2);
		return middle.and_then(|at| numbers.get(at)).map(|number| Value::Number(*number)).ok_or(too_few);
	}
	let say = |value: &Value| values.iter().filter(|other| **other == value).count();
	let most = values.iter().map(|value| (say(value), *value)).max_by_key(|(count, _)| *count);
	let (count, value) = most.ok_or(too_few)?;
	if count * 2 <= values.len() || count < usize::from(least) {
		return Err(Disagreement::Differ);
	}
	Ok(value.clone())
}

impl Archive {
	/// Returns the archive of a report with this date, from the answers that have a value. If they are too long together,
	/// those with the longest bodies are left out.
	///
	/// # Errors
	///
	/// [`Wrong`], as [`recompute`] would find it.
	pub fn new(definition: Vec<u8>, date: u64, mut answers: Vec<Answer>) -> Result<Self, Wrong> {
		let read = Definition::read(&definition)?;
		answers.sort_by_key(|answer| answer.source);
		while answers.encoded_size() > MAX_ARCHIVE - MAX_REST {
			let longest = (0..answers.len()).max_by_key(|at| answers.get(*at).map(|answer| answer.body.len()));
			answers.remove(longest.unwrap_or_default());
		}
		let value = common(&read, &answers)?;
		let archive = Self { definition, date, answers, value };
		archive.check()?;
		Ok(archive)
	}

	/// Reads an archive.
	///
	/// # Errors
	///
	/// [`InvalidArchive`], also if the same could be written in another way.
	pub fn read(bytes: &[u8]) -> Result<Self, InvalidArchive> {
		if bytes.len() > MAX_ARCHIVE {
			return Err(InvalidArchive::TooLong);
		}
		let (kind, mut rest) = bytes.split_first().ok_or(InvalidArchive::Syntax)?;
		if *kind != TRANSCRIPT {
			return Err(InvalidArchive::Kind);
		}
		let archive = Self::decode_all(&mut rest).map_err(|_| InvalidArchive::Syntax)?;
		if archive.to_bytes() != bytes {
			return Err(InvalidArchive::Syntax);
		}
		archive.check()?;
		Ok(archive)
	}

	/// Returns its bytes: equal archives have equal ones.
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = vec![TRANSCRIPT];
		self.encode_to(&mut bytes);
		bytes
	}

	/// Returns what names an archive in a report: the SHA-256 of its bytes.
	pub fn evidence(bytes: &[u8]) -> [u8; 32] {
		Sha256::digest(bytes).into()
	}

	fn check(&self) -> Result<(), InvalidArchive> {
		let rises = self.answers.windows(2).all(|pair| pair[0].source < pair[1].source);
		if !rises || !self.answers.iter().all(Answer::is_bounded) {
			return Err(InvalidArchive::Bounds);
		}
		Ok(())
	}
}

/// Returns the value that follows from answers.
fn common(definition: &Definition, answers: &[Answer]) -> Result<Value, Wrong> {
	let kind = definition.sources.first().ok_or(InvalidDefinition)?.kind;
	let values: Vec<_> = answers.iter().map(|answer| &answer.value).collect();
	Ok(agree(kind, &values, definition.min_sources)?)
}

/// Returns the archive of a report for a feed, after everything in it was computed again.
///
/// It says that the value follows from the answers, not that the answers are those of the servers: whoever makes up a whole
/// archive passes.
///
/// # Errors
///
/// [`Wrong`]: the report is not what its reporter should have said.
pub fn recompute(feed: [u8; 32], bytes: &[u8]) -> Result<Archive, Wrong> {
	let archive = Archive::read(bytes)?;
	if Definition::feed(&archive.definition) != feed {
		return Err(Wrong::Feed);
	}
	let definition = Definition::read(&archive.definition)?;
	for answer in &archive.answers {
		let index = answer.source;
		let source = definition.sources.get(usize::from(index)).ok_or(Wrong::NoSource(index))?;
		let value = extract(source, answer.status, &answer.headers, &answer.body);
		let value = value.map_err(|error| Wrong::Source { source_index: index, error })?;
		if value != answer.value {
			return Err(Wrong::SourceValue(index));
		}
	}
	if common(&definition, &archive.answers)? != archive.value {
		return Err(Wrong::Value);
	}
	Ok(archive)
}

#[cfg(test)]
mod tests;
