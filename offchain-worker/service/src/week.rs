//! Times of the week: `Mon-Fri 18-8, Sat-Sun *`, in local time.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, Local, TimeZone, Timelike};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const DAY: u16 = 24 * 60;
const WEEK: u16 = 7 * DAY;

/// A minute of the week: 0 is Monday, midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minute(u16);

impl Minute {
	/// Returns a minute of a day; 0 is Monday.
	pub fn new(day: u8, minute: u16) -> Self {
		Self((u16::from(day) % 7 * DAY + minute % DAY) % WEEK)
	}

	fn of(time: &DateTime<Local>) -> Self {
		// A day has 1,440 minutes and a week 7 days: both fit.
		Self::new(time.weekday().num_days_from_monday() as u8, (time.hour() * 60 + time.minute()) as u16)
	}

	fn parts(self) -> (u8, u16) {
		// At most 6.
		((self.0 / DAY) as u8, self.0 % DAY)
	}
}

/// Returns the minute that it is on this machine.
pub fn now() -> Minute {
	Minute::of(&Local::now())
}

/// Returns the minute that it is at a time in ms since the Unix epoch, in this machine's time zone.
pub fn at(time: u64) -> Minute {
	let time = i64::try_from(time).ok().and_then(|time| Local.timestamp_millis_opt(time).single());
	time.map_or_else(now, |time| Minute::of(&time))
}

/// A time of day on some days of the week. One that crosses midnight belongs to the day on which it opens.
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

impl Window {
	/// Returns whether it is open.
	pub fn is_open(&self, now: Minute) -> bool {
		let (day, minute) = now.parts();
		let yesterday = (day + 6) % 7;
		if self.from < self.to {
			return self.is_on(day) && (self.from..self.to).contains(&minute);
		}
		self.is_on(day) && self.from <= minute || self.is_on(yesterday) && minute < self.to
	}

	/// Returns after how many minutes it is open; 0: it is.
	pub fn opens_in(&self, now: Minute) -> u16 {
		(0..WEEK).find(|wait| self.is_open(Minute((now.0 + wait) % WEEK))).unwrap_or(WEEK)
	}

	fn is_on(&self, day: u8) -> bool {
		(day + 7 - self.first) % 7 <= (self.last + 7 - self.first) % 7
	}
}

/// Some windows of the week, separated by commas.
///
/// ```
/// use rlc_service::week::{Minute, Windows};
/// let evenings: Windows = "Mon-Fri 18-8, Sat-Sun *".parse().unwrap();
/// assert_eq!(evenings.to_string(), "Mon-Fri 18:00-8:00, Sat-Sun *");
/// assert_eq!(evenings.opens_in(Minute::new(0, 17 * 60)), 60);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows(Vec<Window>);

/// Why windows cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time of the week; write windows like Mon-Fri 18-8, Sat-Sun *")]
pub struct InvalidWindows(String);

impl Windows {
	/// Returns whether one of them is open.
	pub fn is_open(&self, now: Minute) -> bool {
		self.0.iter().any(|window| window.is_open(now))
	}

	/// Returns after how many minutes the next one is open; 0: one is.
	pub fn opens_in(&self, now: Minute) -> u16 {
		self.0.iter().map(|window| window.opens_in(now)).min().unwrap_or(WEEK)
	}
}

impl FromStr for Windows {
	type Err = InvalidWindows;

	fn from_str(text: &str) -> Result<Self, InvalidWindows> {
		let windows: Option<Vec<_>> = text.split(',').map(window).collect();
		windows.map(Self).ok_or_else(|| InvalidWindows(text.into()))
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
	let hours = hours.parse::<u16>().ok()?;
	let minutes = minutes.parse::<u16>().ok()?;
	(hours <= 24 && minutes < 60).then_some(hours * 60 + minutes).filter(|minute| *minute <= DAY)
}

impl fmt::Display for Windows {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let windows: Vec<_> = self.0.iter().map(Window::to_string).collect();
		f.write_str(&windows.join(", "))
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

	fn windows(text: &str) -> Windows {
		text.parse().unwrap()
	}

	/// Returns whether it is open on this day (0 is Monday) at this hour.
	fn open(text: &str, day: u8, hour: u16) -> bool {
		windows(text).is_open(Minute::new(day, hour * 60))
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
		let wednesday = windows("wed 9:30-24");
		assert!(!wednesday.is_open(Minute::new(2, 9 * 60 + 29)) && wednesday.is_open(Minute::new(2, 9 * 60 + 30)));
		assert!(wednesday.is_open(Minute::new(2, DAY - 1)) && !wednesday.is_open(Minute::new(3, 0)));
	}

	#[test]
	fn next_opening_is_told_in_minutes() {
		let nights = windows("Sat 2-4, Tue 22-23");
		assert_eq!(nights.opens_in(Minute::new(5, 60)), 60);
		assert_eq!(nights.opens_in(Minute::new(5, 3 * 60)), 0, "it is open");
		assert_eq!(nights.opens_in(Minute::new(1, 21 * 60 + 59)), 1);
		assert_eq!(nights.opens_in(Minute::new(5, 4 * 60)), 3 * DAY + 18 * 60, "over the end of the week");
	}

	#[test]
	fn what_is_written_is_read_again() {
		for text in ["Mon-Fri 18:00-8:00, Sat-Sun *", "* 0:30-24:00", "Sat-Mon *", "Tue *"] {
			assert_eq!(windows(text).to_string(), text);
		}
	}

	#[test]
	fn nonsense_is_refused() {
		for text in
			["", "Mon", "Mon 8", "Mon 8-8", "Mon 24-8", "Mon 8-25", "Mon 8:60-9", "Foo 1-2", "Mon 1-2,", "Mon -1-3"]
		{
			assert!(text.parse::<Windows>().is_err(), "{text}");
		}
	}
}
