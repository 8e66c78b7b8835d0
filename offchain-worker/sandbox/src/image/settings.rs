//! How an image wants to be run.

use oci_spec::image::ImageConfiguration;

use super::blame::{quoted, unusable};
use crate::{job::can_be_given, Error};

/// How many volumes an image may have: each is a directory that is given to its user at the start of each run.
const MOST_VOLUMES: usize = 100;

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
		if !can_be_given(texts()) {
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
