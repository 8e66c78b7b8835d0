//! The worker's process.
//!
//! It ends when it is asked to (SIGTERM), when its scheduler let it finish (then successfully: it is not started again), and
//! when the node is gone, however that ended: the node holds the other end of this process's standard input. That needs
//! no signal of a parent's death, which would come when the thread ends that started this process.
//!
//! The first line there is what opens the node's endpoint.

use std::{
	future::Future,
	io::{self, BufRead},
	pin::pin,
	process::ExitCode,
	thread,
	time::Duration,
};

use rlc_chain::{Chain, Key};
use rlc_protocol::Account;
use rlc_service::{
	logs::{self, Format},
	one_line, stop_requested,
};
use rlc_worker::{Config, Handle};
use tokio::sync::oneshot;

use super::limits;
use crate::Error;

/// What is logged, where `RUST_LOG` does not say.
const FILTER: &str = "warn,rlc_node=info,rlc_worker=info,rlc_store=info";
/// How long a worker has to stop what runs once its node is gone.
const LAST: Duration = Duration::from_millis(1_500);
/// What a program returns that was asked to end by SIGTERM.
const TERMINATED: u8 = 128 + 15;
/// The longest line that is read from the node, in bytes.
const MAX_LINE: u64 = 1_024;

/// What a worker's process is to do.
pub struct Child<'a> {
	/// Where its node is.
	pub node: &'a str,
	/// How it works, and for whom.
	pub config: Config,
	/// On how many cores it computes.
	pub cores: Option<u32>,
	/// Reads its key, for a network that is a live one or not.
	pub key: Box<dyn Fn(bool) -> Result<Key, Error> + 'a>,
}

/// How it ended.
enum End {
	/// Its scheduler let it finish what it had.
	Finished,
	/// It was asked to end, or its node is gone.
	Stopped,
}

/// Works until it ends, and returns its exit code.
///
/// # Errors
///
/// [`Error::BadWorker`] and [`Error::Threads`]: it is then to be started again.
pub fn run(child: Child<'_>, format: Option<Format>) -> Result<ExitCode, Error> {
	logs::init(FILTER, format).map_err(|error| Error::BadWorker { reason: error.to_string() })?;
	limits::apply(child.cores);
	let address = format!("{}/{}", child.node, secret(io::stdin().lock())?);
	let gone = node_is_gone();
	let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build();
	let threads = threads.map_err(|error| Error::Threads(error.to_string()))?;
	let ended = threads.block_on(work(child, &address, gone));
	threads.shutdown_background();
	Ok(match ended? {
		End::Finished => ExitCode::SUCCESS,
		End::Stopped => ExitCode::from(TERMINATED),
	})
}

async fn work(child: Child<'_>, address: &str, gone: impl Future<Output = ()>) -> Result<End, Error> {
	// From now on, it ends in order, however far its start has come.
	let asked = stop_requested();
	let mut stop = pin!(async move {
		tokio::select! {
			() = gone => tracing::warn!("the node is gone: the worker ends"),
			() = asked => {}
		}
	});
	let worker = tokio::select! {
		started = start(child, address) => started?,
		() = stop.as_mut() => return Ok(End::Stopped),
	};
	tokio::select! {
		ended = worker.exited() => ended.map(|()| End::Finished).map_err(|error| wrong(&*error)),
		() = stop => worker.stop().await.map(|()| End::Stopped).map_err(|error| wrong(&*error)),
	}
}

/// Starts the worker as soon as its node is in sync.
async fn start(child: Child<'_>, address: &str) -> Result<Handle, Error> {
	let chain = Chain::connect_early(address).await.map_err(|error| wrong(&error))?;
	let key = (child.key)(chain.is_live().await.map_err(|error| wrong(&error))?)?;
	chain.until_in_sync().await.map_err(|error| wrong(&error))?;
	tracing::info!("worker {} works for {}", Account(key.account()), child.config.scheduler);
	rlc_worker::start(child.config, chain, key).await.map_err(|error| wrong(&error))
}

/// Returns an error of the worker's as one of the node's.
fn wrong(error: &dyn std::error::Error) -> Error {
	Error::BadWorker { reason: one_line(error) }
}

/// Reads what opens the node's endpoint.
///
/// # Errors
///
/// [`Error::BadWorker`] if the node is gone before it said so.
fn secret(input: impl BufRead) -> Result<String, Error> {
	let wrong = |reason: String| Error::BadWorker { reason };
	let mut line = String::new();
	let read = input.take(MAX_LINE).read_line(&mut line);
	read.map_err(|error| wrong(format!("the node cannot be heard: {error}")))?;
	match line.strip_suffix('\n') {
		Some(secret) if !secret.is_empty() => Ok(secret.into()),
		_ => Err(wrong("the node did not say what opens its endpoint: only a node can start its worker".into())),
	}
}

/// Returns a future that ends when the node is gone. From then on, this process has [`LAST`] to end by itself; then it is
/// ended, whatever it does.
fn node_is_gone() -> impl Future<Output = ()> {
	let (tell, told) = oneshot::channel();
	thread::spawn(move || {
		// Nothing comes from there but its end.
		let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
		// Nobody listens if the worker ends already.
		let _ = tell.send(());
		thread::sleep(LAST);
		// At once: nothing more is waited for.
		std::process::abort();
	});
	async {
		let _ = told.await;
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn first_line_of_the_node_is_the_secret() {
		let mut input = &b"a secret\nand more"[..];
		assert_eq!(secret(&mut input).ok().as_deref(), Some("a secret"));
		assert_eq!(input, b"and more", "the rest is left");
	}

	#[test]
	fn node_that_says_nothing_is_none() {
		for said in ["", "\n", "a secr", "1".repeat(2_000).as_str()] {
			assert!(secret(said.as_bytes()).is_err(), "{said}");
		}
	}
}
