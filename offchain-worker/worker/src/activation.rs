//! When a machine computes: always, in weekly windows, or while it is not needed for anything else.

use std::{fmt, str::FromStr};

use rlc_service::week::{now, Windows};

/// When new tasks are taken. Those that run go on to their end.
///
/// ```
/// use rlc_worker::Activation;
/// let evenings: Activation = "Mon-Fri 18-8, Sat-Sun *".parse().unwrap();
/// let quiet: Activation = "load<0.5".parse().unwrap();
/// assert_eq!(evenings.to_string(), "Mon-Fri 18:00-8:00, Sat-Sun *");
/// assert_eq!("always".parse(), Ok(Activation::Always));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Activation {
	/// At any time: `always`.
	#[default]
	Always,
	/// In one of these windows of the week, in local time: `Mon-Fri 18-8, Sat-Sun *`. A window that crosses midnight
	/// belongs to the day on which it opens.
	Windows(Windows),
	/// While other programs keep fewer than this many processor cores busy: `load<0.5`.
	LoadBelow(f32),
}

/// Why an activation cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time to compute; write always, load<0.5, or windows of the week like Mon-Fri 18-8, Sat-Sun *")]
pub struct InvalidActivation(String);

impl Activation {
	/// Returns whether new tasks are taken now, if other programs keep `load` cores busy.
	pub(crate) fn is_active(&self, load: f32) -> bool {
		match self {
			Self::Always => true,
			Self::Windows(windows) => windows.is_open(now()),
			Self::LoadBelow(limit) => load < *limit,
		}
	}
}

impl FromStr for Activation {
	type Err = InvalidActivation;

	fn from_str(text: &str) -> Result<Self, InvalidActivation> {
		let wrong = || InvalidActivation(text.into());
		let trimmed = text.trim();
		if trimmed.eq_ignore_ascii_case("always") {
			return Ok(Self::Always);
		}
		if let Some(limit) = trimmed.strip_prefix("load") {
			let limit = limit.trim_start().strip_prefix('<').ok_or_else(wrong)?;
			let limit: f32 = limit.trim().parse().map_err(|_| wrong())?;
			return (limit > 0.0 && limit.is_finite()).then_some(Self::LoadBelow(limit)).ok_or_else(wrong);
		}
		trimmed.parse().map(Self::Windows).map_err(|_| wrong())
	}
}

impl fmt::Display for Activation {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Always => f.write_str("always"),
			Self::LoadBelow(limit) => write!(f, "load<{limit}"),
			Self::Windows(windows) => write!(f, "{windows}"),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_is_written_is_read_again() {
		for text in ["always", "load<0.5", "Mon-Fri 18:00-8:00, Sat-Sun *", "* 0:30-24:00", "Sat-Mon *", "Tue *"] {
			assert_eq!(text.parse::<Activation>().map(|activation| activation.to_string()), Ok(text.into()));
		}
		assert_eq!(" load < 2 ".parse(), Ok(Activation::LoadBelow(2.0)));
	}

	#[test]
	fn nonsense_is_refused() {
		let wrong = [
			"",
			"never",
			"Mon",
			"Mon 8",
			"Mon 8-8",
			"Mon 24-8",
			"Mon 8-25",
			"Mon 8:60-9",
			"Foo 1-2",
			"Mon-Foo 1-2",
			"Mon 1-2,",
			"load",
			"load<",
			"load>1",
			"load<-1",
			"load<nan",
			"load<0",
			"Mon 24:01-3",
			"Mon -1-3",
		];
		for text in wrong {
			assert!(text.parse::<Activation>().is_err(), "{text}");
		}
	}

	#[test]
	fn load_of_others_decides() {
		let quiet = Activation::LoadBelow(0.5);
		assert!(quiet.is_active(0.4) && !quiet.is_active(0.5) && Activation::Always.is_active(9.0));
	}
}
