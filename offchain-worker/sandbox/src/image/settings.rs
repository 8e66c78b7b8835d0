//! How an image wants to be run.

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
