//! What makes a definition invalid, each thing by its own name.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::{
	aggregate,
	definition::{MAX_DEFINITION, WHOLE_BP},
	Definition, Header, Method, Panel, Policy, Seating, Source, ValueKind,
};
use crate::{Moment, MAX_SUPPLY};

/// The shortest heartbeat and maximum age, in ms.
pub const LEAST_TIME: Moment = 1_000;

/// The longest heartbeat and maximum age, in ms: a year.
pub const MOST_TIME: Moment = 365 * 24 * 60 * 60 * 1_000;

/// The shortest window, in ms: two blocks of a live network. In a shorter one, a seat that learns of a round from a block
/// could miss it, and lose its place, whatever it does.
pub const LEAST_WINDOW: Moment = 4_000;

/// The longest window, in ms: a day.
pub const MOST_WINDOW: Moment = 24 * 60 * 60 * 1_000;

/// Headers that belong to the connection, and with which a secret could be led to another host.
const FORBIDDEN: [&str; 12] = [
	"accept-encoding",
	"connection",
	"content-length",
	"expect",
	"host",
	"keep-alive",
	"proxy-authorization",
	"proxy-connection",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
];

/// Passes the variants of [`DefinitionError`], each with its docs, to the macro of this name.
///
/// Their order is part of the encoding of the pallet's errors: append, and never reorder.
#[macro_export]
macro_rules! definition_errors {
	($callback:ident) => {
		$callback! {
			/// The definition is longer than 4,096 bytes of SCALE. Shorten it.
			DefinitionTooLong,
			/// The feed has no source, or more than seven. A composite feed has none, every other one to seven.
			WrongNumberOfSources,
			/// A URL does not start with `https://` and a host, or has a user, a fragment, or something that is not
			/// printable ASCII.
			InvalidUrl,
			/// A request that reads has a body. Use another method, or leave the body out.
			UnexpectedBody,
			/// A header's name or value cannot be sent, or is the connection's own.
			InvalidHeader,
			/// The headers are not sorted by name, or two have the same name.
			HeadersNotSorted,
			/// A body is not UTF-8.
			InvalidBody,
			/// A JSONPath does not start with `$`, or is not UTF-8.
			InvalidJsonPath,
			/// The sources have values of different kinds.
			KindsDiffer,
			/// A secret's name has fewer than three characters, or others than `A` to `Z`, `0` to `9` and `_`, or does not
			/// start with a letter.
			InvalidSecretName,
			/// The secret is not used. Write its name between `%` in the URL or in a header.
			SecretNotUsed,
			/// The secret is used twice. Use it once.
			SecretUsedTwice,
			/// The secret is used in the body. Use it in the URL or in a header.
			SecretInBody,
			/// The number of seats is not `3f + 1`, from 1 to 31.
			WrongNumberOfSeats,
			/// An account is named twice.
			DuplicateSeat,
			/// The least bond of a seat is more RLC than there can be.
			InvalidBond,
			/// The heartbeat is shorter than a second or longer than a year. 0 is none.
			InvalidHeartbeat,
			/// The deviation is more than 10,000 basis points. 0 is none.
			InvalidDeviation,
			/// The maximum age is shorter than a second or the heartbeat, or longer than a year.
			InvalidMaxAge,
			/// The least number of sources is 0, or more than there are.
			InvalidMinSources,
			/// A round's rewards are more RLC than there can be.
			InvalidReward,
			/// The window is shorter than four seconds or longer than a day.
			InvalidWindow,
			/// The least number is above the highest, or the feed has no numbers.
			InvalidBounds,
			/// The highest jump is 0, or the feed has no numbers.
			InvalidJump,
			/// A composite feed has a heartbeat, a deviation, a least number of sources, a reward, a window, a highest jump,
			/// or is sent to Ethereum. Its feeds have those.
			NotForComposites,
		}
	};
}

macro_rules! define {
	($($(#[$($doc:tt)*])* $name:ident,)*) => {
		/// Why a definition is not one of a feed.
		#[derive(
			Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo
		)]
		pub enum DefinitionError {
			$($(#[$($doc)*])* $name,)*
		}
	};
}

definition_errors!(define);

use DefinitionError as Error;

fn ensure(valid: bool, error: Error) -> Result<(), Error> {
	valid.then_some(()).ok_or(error)
}

impl Definition {
	/// Checks that this can be a feed. Whether a JSONPath is a valid query, only reporters check.
	///
	/// # Errors
	///
	/// The first thing that is wrong.
	pub fn check(&self) -> Result<(), Error> {
		let length = u32::try_from(self.encoded_size()).unwrap_or(u32::MAX);
		ensure(length <= MAX_DEFINITION, Error::DefinitionTooLong)?;
		ensure((LEAST_TIME..=MOST_TIME).contains(&self.max_age), Error::InvalidMaxAge)?;
		self.check_bounds()?;
		match &self.policy {
			Policy::Panel(panel) => {
				self.check_sources()?;
				panel.check()?;
				self.check_rounds()
			}
			Policy::Composite(_) => {
				ensure(self.sources.is_empty(), Error::WrongNumberOfSources)?;
				ensure(!self.has_rounds(), Error::NotForComposites)
			}
		}
	}

	fn check_sources(&self) -> Result<(), Error> {
		let kind = self.kind();
		ensure(!self.sources.is_empty(), Error::WrongNumberOfSources)?;
		self.sources.iter().try_for_each(Source::check)?;
		ensure(self.sources.iter().all(|source| source.kind == kind), Error::KindsDiffer)?;
		let enough = self.min_sources > 0 && usize::from(self.min_sources) <= self.sources.len();
		ensure(enough, Error::InvalidMinSources)
	}

	fn check_rounds(&self) -> Result<(), Error> {
		let heartbeat = self.heartbeat;
		ensure(heartbeat == 0 || (LEAST_TIME..=MOST_TIME).contains(&heartbeat), Error::InvalidHeartbeat)?;
		ensure(self.max_age >= heartbeat, Error::InvalidMaxAge)?;
		ensure(self.deviation <= WHOLE_BP, Error::InvalidDeviation)?;
		let cost = self.reward.checked_mul(self.seats().into());
		ensure(cost.is_some_and(|cost| cost <= MAX_SUPPLY), Error::InvalidReward)?;
		ensure((LEAST_WINDOW..=MOST_WINDOW).contains(&self.window), Error::InvalidWindow)
	}

	fn check_bounds(&self) -> Result<(), Error> {
		let is_number = self.kind() == ValueKind::Number;
		let bounded = self.min.is_some() || self.max.is_some();
		let ordered = self.min.zip(self.max).is_none_or(|(min, max)| min <= max);
		ensure(ordered && (is_number || !bounded), Error::InvalidBounds)?;
		ensure(self.max_jump.is_none_or(|jump| jump > 0 && is_number), Error::InvalidJump)
	}

	/// Returns whether anything is set that only feeds with rounds have.
	fn has_rounds(&self) -> bool {
		self.heartbeat != 0
			|| self.deviation != 0
			|| self.min_sources != 0
			|| self.reward != 0
			|| self.window != 0
			|| self.max_jump.is_some()
			|| self.ethereum
	}
}

impl Panel {
	fn check(&self) -> Result<(), Error> {
		ensure(aggregate::is_panel(self.seats()), Error::WrongNumberOfSeats)?;
		ensure(self.bond <= MAX_SUPPLY, Error::InvalidBond)?;
		let Seating::Named(accounts) = &self.seating else { return Ok(()) };
		let mut accounts = accounts.to_vec();
		accounts.sort_unstable();
		ensure(!accounts.windows(2).any(|pair| pair.first() == pair.last()), Error::DuplicateSeat)
	}
}

impl Source {
	fn check(&self) -> Result<(), Error> {
		ensure(is_url(&self.url), Error::InvalidUrl)?;
		ensure(self.method != Method::Get || self.body.is_empty(), Error::UnexpectedBody)?;
		ensure(self.headers.iter().all(is_header), Error::InvalidHeader)?;
		ensure(are_sorted(&self.headers), Error::HeadersNotSorted)?;
		ensure(core::str::from_utf8(&self.body).is_ok(), Error::InvalidBody)?;
		let is_path = self.path.starts_with(b"$") && core::str::from_utf8(&self.path).is_ok();
		ensure(is_path, Error::InvalidJsonPath)?;
		self.secret.as_ref().map_or(Ok(()), |name| self.check_secret(name))
	}

	fn check_secret(&self, name: &[u8]) -> Result<(), Error> {
		let is_name = name.len() >= 3
			&& name.first().is_some_and(u8::is_ascii_uppercase)
			&& name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
		ensure(is_name, Error::InvalidSecretName)?;
		let mark = [b"%", name, b"%"].concat();
		ensure(occurrences(&self.body, &mark) == 0, Error::SecretInBody)?;
		let used = self
			.headers
			.iter()
			.fold(occurrences(&self.url, &mark), |used, header| used.saturating_add(occurrences(&header.value, &mark)));
		ensure(used > 0, Error::SecretNotUsed)?;
		ensure(used == 1, Error::SecretUsedTwice)
	}
}

/// Returns whether these bytes are `https://`, a host, perhaps a port, and whatever a request can ask for. The host is
/// written out: a secret, which stands between `%`, cannot be part of it.
fn is_url(url: &[u8]) -> bool {
	let Some(rest) = url.strip_prefix(b"https://") else { return false };
	let authority = rest.split(|byte| matches!(byte, b'/' | b'?')).next().unwrap_or_default();
	let mut parts = authority.splitn(2, |byte| *byte == b':');
	let host = parts.next().unwrap_or_default();
	let is_port = |port: &[u8]| {
		let number = core::str::from_utf8(port).ok().and_then(|port| port.parse::<u16>().ok());
		port.iter().all(u8::is_ascii_digit) && number.is_some_and(|number| number > 0)
	};
	let is_label = |label: &[u8]| {
		!label.is_empty() && label.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
	};
	host.split(|byte| *byte == b'.').all(is_label)
		&& parts.next().is_none_or(is_port)
		&& rest.iter().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'\\' | b'"' | b'<' | b'>'))
}

/// Returns whether a header can be sent, and is not one of the connection's. Source: RFC 9110, sections 5.1 and 5.5.
fn is_header(header: &Header) -> bool {
	let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
	let is_text = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
	let name = &header.name;
	!name.is_empty()
		&& name.iter().all(is_token)
		&& header.value.iter().all(is_text)
		&& !FORBIDDEN.iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden.as_bytes()))
}

/// Returns whether the headers are sorted by their bytes, and no two have a name that differs in case alone.
fn are_sorted(headers: &[Header]) -> bool {
	let sorted = headers.windows(2).all(|pair| pair.first().map(|one| &one.name) < pair.last().map(|one| &one.name));
	let twice = headers
		.iter()
		.enumerate()
		.any(|(index, one)| headers.iter().take(index).any(|other| other.name.eq_ignore_ascii_case(&one.name)));
	sorted && !twice
}

/// Returns how often `mark`, which is not empty, stands in `text`.
fn occurrences(text: &[u8], mark: &[u8]) -> usize {
	text.windows(mark.len().max(1)).filter(|window| *window == mark).count()
}

#[cfg(test)]
pub(crate) mod tests;
