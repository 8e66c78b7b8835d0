//! Work that waits for the disk, away from the threads that everything else shares.

use std::io;

/// Runs `work` on a thread that may wait, and returns its result. A panic goes on in the caller.
///
/// # Errors
///
/// Those of `work`, and an [`io::Error`] if the program is ending.
pub async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
	T: Send + 'static,
	E: From<io::Error> + Send + 'static,
{
	let span = tracing::Span::current();
	match tokio::task::spawn_blocking(move || span.in_scope(work)).await {
		Ok(result) => result,
		Err(error) => match error.try_into_panic() {
			Ok(panic) => std::panic::resume_unwind(panic),
			Err(_) => Err(io::Error::other("the program is ending").into()),
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn result_comes_back() {
		assert_eq!(blocking(|| Ok::<_, io::Error>(7)).await.unwrap(), 7);
		assert!(blocking(|| Err::<(), _>(io::Error::other("full"))).await.is_err());
	}

	#[tokio::test]
	async fn panic_goes_on_in_the_caller() {
		let work = tokio::spawn(blocking(|| -> io::Result<()> { panic!("on purpose") }));
		assert!(work.await.unwrap_err().is_panic());
	}
}
