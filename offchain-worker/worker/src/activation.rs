//! When a machine computes: always, in weekly windows, or while it is not needed for anything else.

use std::{fmt, str::FromStr};

use chrono::{Datelike, Local, Timelike};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const DAY: u16 = 24 * 60;

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
	Windows(Vec<Window>),
	/// While other programs keep fewer than this many processor cores busy: `load<0.5`.
	LoadBelow(f32),
}

/// A time of day on some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
	/// The first day, 0 is Monday.
	first: u8,
	/// The last day; it may be before the first one, as in `Sat-Mon`.
	last: u8,
	/// When it opens, in minutes after midnight.
	from: u16,
	/// When it closes, in minutes after midnight: on the next day, if that is not after the opening.
	to: u16,
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
			Self::Windows(windows) => {
				let now = Local::now();
				// A day has 1,440 minutes and a week 7 days: both fit.
				let day = now.weekday().num_days_from_monday() as u8;
				let minute = (now.hour() * 60 + now.minute()) as u16;
				windows.iter().any(|window| window.is_open(day, minute))
			}
			Self::LoadBelow(limit) => load < *limit,
		}
	}
}

impl Window {
	fn is_open(&self, day: u8, minute: u16) -> bool {
		let yesterday = (day + 6) % 7;
		if self.from < self.to {
			return self.is_on(day) && (self.from..self.to).contains(&minute);
		}
		self.is_on(day) && self.from <= minute || self.is_on(yesterday) && minute < self.to
	}

	fn is_on(&self, day: u8) -> bool {
		(day + 7 - self.first) % 7 <= (self.last + 7 - self.first) % 7
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
		let windows: Option<Vec<_>> = trimmed.split(',').map(window).collect();
		windows.map(Self::Windows).ok_or_else(wrong)
	}
}

/// Reads a window: `Mon-Fri 18-8`, `Sat *`, `* 22:30-6`.
fn window(text: &str) -> Option<Window> {
	let (days, hours) = text.trim().split_once(char::is_whitespace)?;
	let (first, last) = match days.split_once('-') {
		None if days == "*" => (0, 6),
		None => (day(days)?, day(days)?),
		Some((first, last)) => (day(first)?, day(last)?),
	};
	let (from, to) = match hours.trim() {
		"*" => (0, DAY),
		hours => hours.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)))?,
	};
	(from != to && from < DAY).then_some(Window { first, last, from, to })
}

fn day(text: &str) -> Option<u8> {
	DAYS.iter().zip(0..).find(|(name, _)| name.eq_ignore_ascii_case(text.trim())).map(|(_, number)| number)
}

fn minute(text: &str) -> Option<u16> {
	let (hours, minutes) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
	let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
	(hours <= 24 && minutes < 60).then_some(hours * 60 + minutes).filter(|minute| *minute <= DAY)
}

impl fmt::Display for Activation {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Always => f.write_str("always"),
			Self::LoadBelow(limit) => write!(f, "load<{limit}"),
			Self::Windows(windows) => {
				let windows: Vec<_> = windows.iter().map(Window::to_string).collect();
				f.write_str(&windows.join(", "))
			}
		}
	}
}

impl fmt::Display for Window {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let name = |day: u8| DAYS.get(usize::from(day)).copied().unwrap_or_default();
		match (self.first, self.last) {
			(0, 6) => f.write_str("*")?,
			(first, last) if first == last => f.write_str(name(first))?,
			(first, last) => write!(f, "{}-{}", name(first), name(last))?,
		}
		match (self.from, self.to) {
			(0, DAY) => f.write_str(" *"),
			(from, to) => write!(f, " {}:{:02}-{}:{:02}", from / 60, from % 60, to / 60, to % 60),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Returns whether it is open on this day (0 is Monday) at this hour.
	fn open(text: &str, day: u8, hour: u16) -> bool {
		let Ok(Activation::Windows(windows)) = text.parse() else { panic!("{text}") };
		windows.iter().any(|window| window.is_open(day, hour * 60))
	}

	#[test]
	fn window_across_midnight_belongs_to_its_first_day() {
		let text = "Mon-Fri 18-8, Sat-Sun *";
		assert!(!open(text, 0, 7), "Monday morning follows Sunday, whose window ends at midnight");
		assert!(!open(text, 0, 17) && open(text, 0, 18) && open(text, 0, 23));
		assert!(open(text, 1, 7) && !open(text, 1, 8));
		assert!(open(text, 5, 0) && open(text, 5, 12) && open(text, 6, 23));
		assert!(open("Fri 18-8", 5, 7) && !open("Fri 18-8", 4, 7));
		assert!(open("Sun 22-6", 0, 5), "the week is a ring");
	}

	#[test]
	fn days_may_wrap_around_the_week() {
		assert!((0..7).all(|day| open("Sat-Mon *", day, 12) == [5, 6, 0].contains(&day)));
		assert!((0..7).all(|day| open("* 9-17", day, 12) && !open("* 9-17", day, 17)));
	}

	#[test]
	fn minutes_count() {
		let Ok(Activation::Windows(windows)) = "wed 9:30-24".parse() else { panic!() };
		assert!(!windows[0].is_open(2, 9 * 60 + 29) && windows[0].is_open(2, 9 * 60 + 30));
		assert!(windows[0].is_open(2, DAY - 1) && !windows[0].is_open(3, 0));
	}

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
