//! Tables of text, for terminals and for `grep`.

use chrono::{DateTime, Utc};
use rlc_chain::Clock;
use rlc_service::escape;

/// Writes rows under a head, columns as wide as they need to be, two spaces between. Amounts and counts look best in the
/// last columns.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
	let mut lines = vec![head.map(String::from)];
	lines.extend(rows.into_iter().map(|row| row.map(|cell| escape::line(&cell).into_owned())));
	let mut widths = [0; N];
	for line in &lines {
		for (width, cell) in widths.iter_mut().zip(line) {
			*width = (*width).max(cell.chars().count());
		}
	}
	let text = lines.iter().map(|line| {
		let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
		cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
	});
	text.collect::<Vec<_>>().join("\n")
}

/// Writes names with their values, one a line. Names without a value are left out.
pub(crate) fn fields(pairs: impl AsRef<[(&'static str, String)]>) -> String {
	let pairs = pairs.as_ref();
	let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
	let lines = pairs
		.iter()
		.filter(|(_, value)| !value.is_empty())
		.map(|(name, value)| format!("{name:width$}  {}", escape::line(value)));
	lines.collect::<Vec<_>>().join("\n")
}

/// Writes how many of a thing: `1 task`, `2 tasks`.
pub(crate) fn counted(count: u64, thing: &str) -> String {
	format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Writes a span of time, roughly: `850 ms`, `12 s`, `5 min`, `3 h`, `2 d`.
pub(crate) fn span(ms: u64) -> String {
	match ms {
		0..1_000 => format!("{ms} ms"),
		1_000..120_000 => format!("{} s", ms / 1_000),
		120_000..7_200_000 => format!("{} min", ms / 60_000),
		7_200_000..172_800_000 => format!("{} h", ms / 3_600_000),
		_ => format!("{} d", ms / 86_400_000),
	}
}

/// Writes a time in ms since the Unix epoch, seen from `now`: `12 s ago`, `in 5 min`.
pub(crate) fn when(at: u64, now: u64) -> String {
	if at > now {
		format!("in {}", span(at - now))
	} else {
		format!("{} ago", span(now - at))
	}
}

/// Writes a deadline in ms of PoCo time: `in 50 min at the earliest, 2026-01-31 08:05:00 UTC`. One that has passed is
/// written as [`when`] writes it.
pub(crate) fn deadline(at: u64, clock: Clock) -> String {
	let left = when(at, clock.poco);
	let earliest = clock.earliest(at).and_then(|at| i64::try_from(at).ok());
	match earliest.and_then(DateTime::<Utc>::from_timestamp_millis) {
		Some(date) => format!("{left} at the earliest, {}", date.format("%Y-%m-%d %H:%M:%S UTC")),
		None => left,
	}
}

/// Writes a size: `512 B`, `1.5 KiB`, `3.2 GiB`.
pub(crate) fn size(bytes: u64) -> String {
	const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
	if bytes < 1_024 {
		return format!("{bytes} B");
	}
	let mut value = bytes as f64 / 1_024.0;
	let mut unit = 0;
	while value >= 1_024.0 && unit + 1 < UNITS.len() {
		value /= 1_024.0;
		unit += 1;
	}
	format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn columns_are_as_wide_as_their_widest_cell() {
		let text = table(["NAME", "PRICE"], [["a".into(), "1 RLC".into()], ["longer".into(), "2 RLC".into()]]);
		assert_eq!(text, "NAME    PRICE\na       1 RLC\nlonger  2 RLC");
		assert_eq!(fields([("id", "1".into()), ("none", String::new()), ("owner", "x".into())]), "id     1\nowner  x");
	}

	#[test]
	fn cell_of_a_stranger_stays_one_line() {
		let name = || String::from("mine\nowner  you\u{1b}[2J");
		assert_eq!(table(["NAME"], [[name()]]).lines().count(), 2);
		assert_eq!(fields([("name", name())]), "name  mine\\nowner  you\\u{1b}[2J");
	}

	#[test]
	fn counts_are_exact_and_spans_and_sizes_rough() {
		assert_eq!([0, 1, 2].map(|count| counted(count, "task")), ["0 tasks", "1 task", "2 tasks"]);
		assert_eq!([0, 1_500, 130_000, 7_200_000].map(span), ["0 ms", "1 s", "2 min", "2 h"]);
		assert_eq!((when(5_000, 3_000), when(3_000, 5_000)), ("in 2 s".into(), "2 s ago".into()));
		assert_eq!([12, 1_536, 5 << 30].map(size), ["12 B", "1.5 KiB", "5.0 GiB"]);
	}

	#[test]
	fn deadlines_are_told_with_their_earliest_date() {
		// Work was stopped for an hour.
		let poco = 1_700_000_000_000;
		let clock = Clock { poco, ..Clock::from(poco + 3_600_000) };
		assert_eq!(deadline(poco + 3_000_000, clock), "in 50 min at the earliest, 2023-11-15 00:03:20 UTC");
		assert_eq!(deadline(poco - 5_000, clock), "5 s ago");
		assert!(deadline(u64::MAX, clock).starts_with("in "), "no calendar reaches that far");
	}
}
