//! Which form logs have.

use std::{fmt, str::FromStr};

/// The environment variable that decides where no option does.
pub const FORMAT_VARIABLE: &str = "RLC_LOG_FORMAT";

/// The form of logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
	/// A line of text for each event: `text`.
	#[default]
	Text,
	/// A JSON object in a line for each event: `json`.
	Json,
}

/// A word that is not a format of logs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a log format; write text or json")]
pub struct InvalidFormat(String);

impl Format {
	/// Returns the option's format, or that of `RLC_LOG_FORMAT`, or text.
	///
	/// # Errors
	///
	/// If the variable is set to something else.
	pub fn chosen(option: Option<Self>) -> Result<Self, InvalidFormat> {
		let variable = std::env::var(FORMAT_VARIABLE).ok();
		Self::of(option, variable.as_deref())
	}

	fn of(option: Option<Self>, variable: Option<&str>) -> Result<Self, InvalidFormat> {
		match (option, variable) {
			(Some(format), _) => Ok(format),
			(None, Some(word)) if !word.is_empty() => word.parse(),
			(None, _) => Ok(Self::default()),
		}
	}
}

impl FromStr for Format {
	type Err = InvalidFormat;

	fn from_str(word: &str) -> Result<Self, InvalidFormat> {
		match word {
			"text" => Ok(Self::Text),
			"json" => Ok(Self::Json),
			_ => Err(InvalidFormat(word.into())),
		}
	}
}

impl fmt::Display for Format {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Text => "text",
			Self::Json => "json",
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn format_is_read_as_it_is_written() {
		for format in [Format::Text, Format::Json] {
			assert_eq!(format.to_string().parse(), Ok(format));
		}
		let wrong = "xml".parse::<Format>().unwrap_err();
		assert_eq!(wrong.to_string(), "\"xml\" is not a log format; write text or json");
	}

	#[test]
	fn option_wins_over_the_variable() {
		assert_eq!(Format::of(Some(Format::Text), Some("json")), Ok(Format::Text));
		assert_eq!(Format::of(None, Some("json")), Ok(Format::Json));
		assert_eq!((Format::of(None, Some("")), Format::of(None, None)), (Ok(Format::Text), Ok(Format::Text)));
		assert!(Format::of(None, Some("xml")).is_err());
	}
}
