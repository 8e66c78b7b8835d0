//! What all clients have in common, and what their errors mean.

use std::{error::Error, io, iter, time::Duration};

use reqwest::{Client, ClientBuilder, Url};
use tokio::time::error::Elapsed;
use tower_http::timeout::TimeoutError;

/// How long a connection may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait for the next bytes.
pub const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection is kept for the next request.
pub const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// How requests name their sender.
pub(crate) const USER_AGENT: &str = concat!("rlc/", env!("CARGO_PKG_VERSION"));
/// How many characters of a URL are shown.
const SHOWN: usize = 200;

/// Returns what begins each client that is not guarded. None takes a proxy from the environment.
pub fn client() -> ClientBuilder {
	Client::builder().no_proxy().connect_timeout(CONNECT_TIMEOUT).user_agent(USER_AGENT)
}

/// Returns a URL for people to read: without its password, and not endless.
pub fn shown(url: &Url) -> String {
	let mut url = url.clone();
	// Fails only for URLs that have none.
	let _ = url.set_password(None);
	url.as_str().chars().take(SHOWN).collect()
}

/// Returns an error and all that is behind it.
pub fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
	iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// Returns whether an error, or what is behind it, says that something took too long.
pub fn is_timeout(error: &(dyn Error + 'static)) -> bool {
	causes(error).any(|error| {
		error.is::<Elapsed>()
			|| error.is::<TimeoutError>()
			|| error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout)
			|| error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
	})
}
