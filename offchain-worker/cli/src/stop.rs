//! When to stop.

use std::future::Future;

use tokio::signal::unix::{signal, SignalKind};

/// What ends when somebody wants the program to end: by Ctrl-C, or by what `kill` sends. From the call on, these do not
/// end the program by themselves any more.
///
/// # Panics
///
/// Outside of an asynchronous runtime.
pub(crate) fn asked_to_stop() -> impl Future<Output = ()> {
	let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
	async move {
		let (Ok(mut interrupt), Ok(mut terminate)) = signals else {
			// Without handlers, signals end the program by themselves.
			return std::future::pending().await;
		};
		tokio::select! {
			_ = interrupt.recv() => {},
			_ = terminate.recv() => {},
		}
	}
}
