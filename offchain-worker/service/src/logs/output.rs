//! Writing events, with the fields of the spans that they happened in.

use std::fmt;

use tracing::Subscriber;
use tracing_subscriber::{
	fmt::{format::Writer, time::FormatTime, MakeWriter},
	registry::LookupSpan,
	Layer,
};

use super::{
	one_line::{escaping, OneLine},
	Format,
};

/// Time as UTC with milliseconds: `2026-11-28T21:30:05.123Z`.
struct Milliseconds;

impl FormatTime for Milliseconds {
	fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
		write!(writer, "{}", chrono::Utc::now().format("%Y-%m-%dT%H:%M:%S%.3fZ"))
	}
}

/// Returns what writes events in this form: each as one line, whatever texts of strangers it quotes.
pub(super) fn layer<S, W>(format: Format, writer: W, is_colored: bool) -> Box<dyn Layer<S> + Send + Sync>
where
	S: Subscriber + for<'span> LookupSpan<'span>,
	W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
	let writer = OneLine { writer, escape: escaping(format, is_colored) };
	match format {
		Format::Text => {
			let layer = tracing_subscriber::fmt::layer().with_writer(writer);
			layer.with_timer(Milliseconds).with_ansi(is_colored).boxed()
		}
		Format::Json => json_subscriber::layer()
			.with_writer(writer)
			.with_timer(Milliseconds)
			.flatten_event(true)
			.with_current_span(false)
			.flatten_span_list_on_top_level(true)
			.boxed(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{
		io::{self, Write},
		sync::{Arc, Mutex},
	};
	use tracing_subscriber::{layer::SubscriberExt, registry, EnvFilter};

	#[derive(Clone, Default)]
	struct Lines(Arc<Mutex<Vec<u8>>>);

	impl Write for Lines {
		fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
			self.0.lock().unwrap().write(bytes)
		}

		fn flush(&mut self) -> io::Result<()> {
			Ok(())
		}
	}

	/// Returns what is written of an event that quotes a stranger's text.
	fn quoting(format: Format, text: &str) -> String {
		let lines = Lines::default();
		let writer = lines.clone();
		tracing::subscriber::with_default(registry().with(layer(format, move || writer.clone(), true)), || {
			tracing::warn!("given up: {text}");
		});
		let bytes = lines.0.lock().unwrap().clone();
		String::from_utf8(bytes).unwrap()
	}

	#[test]
	fn text_of_a_stranger_forges_no_line_and_commands_no_terminal() {
		for format in [Format::Text, Format::Json] {
			let written = quoting(
				format,
				"why\n2026-11-28T21:30:05.123Z  INFO all is well\r\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}\u{202e}",
			);
			assert_eq!(written.lines().count(), 1, "{written}");
			for command in ["\r", "\u{1b}[2J", "\u{1b}]", "\u{7}", "\u{9b}", "\u{202e}"] {
				assert!(!written.contains(command), "{written:?}");
			}
		}
		assert!(quoting(Format::Text, "a\tb é").contains("a\tb é"), "what does no harm stays");
	}

	/// Returns what is written of one task's event, and of another one that the filter leaves out.
	fn written(format: Format) -> String {
		let lines = Lines::default();
		let writer = lines.clone();
		let output = layer(format, move || writer.clone(), false);
		let filter = EnvFilter::builder().parse_lossy("info");
		tracing::subscriber::with_default(registry().with(filter).with(output), || {
			let task = tracing::info_span!("task", deal = ?"0x01", task = %"0x02").entered();
			tracing::info_span!("compute").in_scope(|| tracing::info!(code = 0, "the app ended"));
			drop(task);
			tracing::debug!("not wanted");
		});
		let bytes = lines.0.lock().unwrap().clone();
		String::from_utf8(bytes).unwrap()
	}

	fn assert_milliseconds(time: &str) {
		assert_eq!((time.len(), &time[10..11], &time[19..20], &time[23..]), (24, "T", ".", "Z"), "{time}");
	}

	#[test]
	fn text_has_the_spans_before_the_message() {
		let text = written(Format::Text);
		assert_eq!(text.lines().count(), 1, "{text}");
		assert_milliseconds(&text[..24]);
		assert!(text.contains("INFO task{deal=\"0x01\" task=0x02}:compute: "), "{text}");
		assert!(text.ends_with("the app ended code=0\n"), "{text}");
	}

	#[test]
	fn json_has_the_fields_of_all_spans_at_the_top() {
		let text = written(Format::Json);
		assert_eq!(text.lines().count(), 1, "{text}");
		let line: serde_json::Value = serde_json::from_str(&text).unwrap();
		assert_milliseconds(line["timestamp"].as_str().unwrap());
		assert_eq!(
			(&line["level"], &line["message"], &line["code"]),
			(&"INFO".into(), &"the app ended".into(), &0.into())
		);
		assert_eq!((&line["deal"], &line["task"]), (&"\"0x01\"".into(), &"0x02".into()), "{text}");
		assert!(line["target"].as_str().unwrap().starts_with("rlc_service"), "{text}");
	}
}
