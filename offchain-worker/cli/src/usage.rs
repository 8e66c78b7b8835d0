//! What is said about a mistake on the command line.

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
