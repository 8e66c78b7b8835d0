//! The arguments.

use std::path::PathBuf;

/// How the arguments are written.
const USAGE: &str = "use: [--width N] [--height N] [--samples N] [--strips N], or: --assemble DIRECTORY PICTURE.png";

/// The most that width, height and samples may be: beyond that, a task would take hours.
const MOST: u32 = 4096;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
	/// Render one strip, as a worker's task.
	Render(Options),
	/// Join the strips found below a directory.
	Assemble {
		/// The directory.
		strips: PathBuf,
		/// The picture to write.
		picture: PathBuf,
	},
}

/// The picture that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
	/// Pixels from left to right.
	pub width: u32,
	/// Pixels from top to bottom.
	pub height: u32,
	/// Rays of light per pixel. Time grows with it, noise shrinks with its root.
	pub samples: u32,
	/// How many strips the picture is cut into. Absent: as many as the deal has tasks.
	pub strips: Option<u64>,
}

impl Default for Options {
	fn default() -> Self {
		Self { width: 640, height: 400, samples: 64, strips: None }
	}
}

impl Command {
	/// Reads the arguments.
	pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
		let mut options = Options::default();
		while let Some(arg) = args.next() {
			let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value; {USAGE}"));
			let number = |text: String| {
				text.parse()
					.ok()
					.filter(|number| (1..=MOST).contains(number))
					.ok_or_else(|| format!("{arg} is {text:?}, which is not a whole number from 1 to {MOST}; {USAGE}"))
			};
			match arg.as_str() {
				"--width" => options.width = number(value()?)?,
				"--height" => options.height = number(value()?)?,
				"--samples" => options.samples = number(value()?)?,
				"--strips" => options.strips = Some(number(value()?)?.into()),
				"--assemble" => return Ok(Self::Assemble { strips: value()?.into(), picture: value()?.into() }),
				_ => return Err(format!("unknown argument {arg:?}; {USAGE}")),
			}
		}
		Ok(Self::Render(options))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn parse(args: &[&str]) -> Result<Command, String> {
		Command::parse(args.iter().map(ToString::to_string))
	}

	#[test]
	fn arguments_are_understood() {
		assert_eq!(parse(&[]).unwrap(), Command::Render(Options::default()));
		let all = ["--width", "8", "--height", "6", "--samples", "2", "--strips", "3"];
		let options = Options { width: 8, height: 6, samples: 2, strips: Some(3) };
		assert_eq!(parse(&all).unwrap(), Command::Render(options));
		let assemble = Command::Assemble { strips: "a".into(), picture: "b.png".into() };
		assert_eq!(parse(&["--assemble", "a", "b.png"]).unwrap(), assemble);
	}

	#[test]
	fn other_arguments_are_refused() {
		for bad in [&["--width", "0"][..], &["--width", "4097"], &["--samples"], &["--assemble", "a"], &["x"]] {
			assert!(parse(bad).unwrap_err().contains(USAGE), "{bad:?}");
		}
	}
}
