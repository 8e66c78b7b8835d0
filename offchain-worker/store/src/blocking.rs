//! Work that waits for the disk, beside the threads that must not wait.

use std::io;

/// Runs work on a thread that may wait.
pub(crate) async fn blocking<T: Send + 'static, E: From<io::Error> + Send + 'static>(
	work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
	match tokio::task::spawn_blocking(work).await {
		Ok(result) => result,
		Err(error) => match error.try_into_panic() {
			Ok(panic) => std::panic::resume_unwind(panic),
			Err(_) => Err(io::Error::other("the program is ending").into()),
		},
	}
}
