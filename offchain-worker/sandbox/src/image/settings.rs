//! How an image wants to be run.

use oci_spec::image::ImageConfiguration;

use super::blame::{quoted, unusable};
use crate::Error;

/// How many volumes an image may have: each is a directory that is given to its user at the start of each run.
const MOST_VOLUMES: usize = 100;
/// The longest text of a command or a variable, in bytes: what every kernel takes.
const LONGEST_TEXT: usize = 128 << 10;
/// How much those of an image may have together, and those of a run, in bytes. A program gets 2 MiB, a quarter of the stack that
/// each run has, and not all of it for these.
const MOST_TEXT: usize = 1 << 20;
const MOST_GIVEN: usize = 3 << 19;

/// How an image wants to be run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
	/// The program and its first arguments.
	pub entrypoint: Vec<String>,
	/// The arguments, if there are no others.
	pub command: Vec<String>,
	/// `NAME=value` each.
	pub environment: Vec<String>,
	/// The directory in which the program starts, as it is written.
	pub directory: Option<String>,
	/// Who runs it, as it is written: `user`, `uid`, `user:group`, and the like.
	pub user: Option<String>,
	/// The directories that it writes, sorted.
	pub volumes: Vec<String>,
}

impl Settings {
	/// Reads them from the configuration of an image.
	///
	/// # Errors
	///
	/// [`Error::App`], if no container can be started so.
	pub fn of(config: &ImageConfiguration) -> Result<Self, Error> {
		let run = config.config().clone().unwrap_or_default();
		let mut volumes = run.volumes().clone().unwrap_or_default();
		volumes.sort();
		let settings = Self {
			// An empty word stands for none, as for Docker.
			entrypoint: run.entrypoint().clone().filter(|entrypoint| entrypoint[..] != [""]).unwrap_or_default(),
			command: run.cmd().clone().unwrap_or_default(),
			environment: run.env().clone().unwrap_or_default(),
			directory: run.working_dir().clone().filter(|directory| !directory.is_empty()),
			user: run.user().clone(),
			volumes,
		};
		settings.check()?;
		Ok(settings)
	}

	/// Checks that a container can be started so. `runc` would refuse the rest, as if this machine were to blame.
	fn check(&self) -> Result<(), Error> {
		let Self { entrypoint, command, environment, directory, user, volumes } = self;
		let texts = || entrypoint.iter().chain(command).chain(environment).chain(directory);
		if texts().chain(user).chain(volumes).any(|text| text.contains('\0')) {
			return Err(unusable("its configuration has a text with a zero byte"));
		}
		if !fit(texts(), MOST_TEXT) {
			return Err(unusable("its command and variables are too long for a program to get"));
		}
		let is_named = |variable: &&String| variable.find('=').is_some_and(|end| end > 0);
		if let Some(variable) = environment.iter().find(|variable| !is_named(variable)) {
			return Err(unusable(format!("its variable {} is not NAME=value", quoted(variable.as_bytes()))));
		}
		if volumes.len() > MOST_VOLUMES {
			return Err(unusable(format!("it has more than {MOST_VOLUMES} volumes")));
		}
		Ok(())
	}
}

/// Returns whether a program can get these as its arguments and variables, on every machine.
pub fn can_be_given<'a>(texts: impl Iterator<Item = &'a String> + Clone) -> bool {
	fit(texts, MOST_GIVEN)
}

fn fit<'a>(texts: impl Iterator<Item = &'a String> + Clone, most: usize) -> bool {
	// The kernel keeps an address and a zero byte beside each.
	let size = |text: &String| text.len() + size_of::<u64>() + 1;
	texts.clone().all(|text| size(text) <= LONGEST_TEXT) && texts.map(size).sum::<usize>() <= most
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn program_is_given_what_every_kernel_takes() {
		let texts = |bytes: usize, count: usize| vec!["a".repeat(bytes - 9); count];
		assert!(can_be_given(texts(LONGEST_TEXT, 12).iter()), "1.5 MiB in all");
		assert!(!can_be_given(texts(LONGEST_TEXT, 12).iter().chain(&texts(9, 1))), "an empty one has a size too");
		assert!(!can_be_given(texts(LONGEST_TEXT + 1, 1).iter()));
	}
}
