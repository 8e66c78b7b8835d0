//! The request's arguments.

/// How the arguments are written.
const USAGE: &str = "use: [--header] [--labels FIRST,SECOND,…]";

/// What the request asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
	/// Whether each input file's first line names the columns.
	pub header: bool,
	/// The labels' names. Empty: labels are numbers, from 0.
	pub labels: Vec<String>,
}

impl Options {
	/// Reads the arguments.
	pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
		let mut options = Self::default();
		while let Some(arg) = args.next() {
			match arg.as_str() {
				"--header" => options.header = true,
				"--labels" => {
					let names = args.next().ok_or_else(|| format!("--labels needs names; {USAGE}"))?;
					options.labels = names.split(',').map(|name| name.trim().to_owned()).collect();
					if let Some(bad) = options.labels.iter().find(|name| name.is_empty() || name.contains(['"', '\n']))
					{
						return Err(format!("{bad:?} cannot be a label; {USAGE}"));
					}
				}
				_ => return Err(format!("unknown argument {arg:?}; {USAGE}")),
			}
		}
		Ok(options)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn parse(args: &[&str]) -> Result<Options, String> {
		Options::parse(args.iter().map(ToString::to_string))
	}

	#[test]
	fn arguments_are_understood() {
		assert_eq!(parse(&[]).unwrap(), Options::default());
		let options = parse(&["--labels", "no, yes", "--header"]).unwrap();
		assert_eq!(options, Options { header: true, labels: vec!["no".into(), "yes".into()] });
	}

	#[test]
	fn other_arguments_are_refused() {
		assert!(parse(&["--headers"]).unwrap_err().contains("--headers"));
		assert!(parse(&["--labels"]).unwrap_err().contains("needs names"));
		assert!(parse(&["--labels", "a,,b"]).is_err());
	}
}
