//! What is said about a mistake on the command line.

use std::error::Error;

use clap::error::{ContextKind, ContextValue};

use crate::{
	amount::InvalidAmount,
	failure::{failure, Failure},
};

/// Returns clap's error as a failure.
pub(crate) fn failure(error: &clap::Error) -> Failure {
	let amount = error.source().and_then(|source| source.downcast_ref::<InvalidAmount>()).cloned();
	match amount.or_else(|| negative(error)) {
		Some(invalid) => invalid.into(),
		None => failure!(Usage, "{}", line(error); "see --help"),
	}
}

/// Returns the number below zero that stands where an amount should. clap takes it for an option.
fn negative(error: &clap::Error) -> Option<InvalidAmount> {
	match error.get(ContextKind::InvalidArg) {
		Some(ContextValue::String(text)) if text.strip_prefix('-')?.starts_with(|one: char| one.is_ascii_digit()) => {
			Some(InvalidAmount::Form(text.clone()))
		}
		_ => None,
	}
}

/// Returns clap's message as one line, with what to do.
pub(crate) fn line(error: &clap::Error) -> String {
	let text = error.to_string();
	let said = text.lines().take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
	let mut line = String::new();
	for part in said.map(str::trim).filter(|part| !part.is_empty()) {
		let part = part.strip_prefix("error: ").unwrap_or(part);
		let joint = match line.chars().last() {
			None => "",
			Some(':') => " ",
			Some(_) if part.starts_with('[') || part.starts_with('<') || part.starts_with("--") => " ",
			Some(_) => "; ",
		};
		line += joint;
		line += part;
	}
	line
}
