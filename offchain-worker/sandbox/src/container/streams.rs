//! What a program writes: read to its end, and the end of it kept.

use std::time::Duration;

use tokio::{
	io::{AsyncRead, AsyncReadExt},
	task::JoinHandle,
	time,
};

use crate::tail::{Tail, Written};

/// How many bytes of a stream are read at once.
const CHUNK: usize = 64 << 10;
/// How long the end of a stream is waited for when its program has ended.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads a stream to its end beside everything else, and keeps its last bytes as `tail` does.
pub fn read(stream: Option<impl AsyncRead + Unpin + Send + 'static>, mut tail: Tail) -> JoinHandle<Written> {
	tokio::spawn(async move {
		let mut chunk = vec![0; CHUNK];
		if let Some(mut stream) = stream {
			while let Ok(count @ 1..) = stream.read(&mut chunk).await {
				tail.push(&chunk[..count]);
			}
		}
		tail.finish()
	})
}

/// Waits for the end of a stream whose program has ended, and returns what was written to it: nothing, if something that does
/// not end holds it.
pub async fn finish(stream: JoinHandle<Written>) -> Written {
	finish_within(stream, PATIENCE).await
}

async fn finish_within(mut stream: JoinHandle<Written>, patience: Duration) -> Written {
	match time::timeout(patience, &mut stream).await {
		Ok(written) => written.unwrap_or_default(),
		Err(_) => {
			stream.abort();
			Written::default()
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::io::AsyncWriteExt;

	#[tokio::test]
	async fn stream_that_somebody_holds_is_not_waited_for() {
		let (mut held, stream) = tokio::io::duplex(16);
		held.write_all(b"words").await.unwrap();
		let waited = finish_within(read(Some(stream), Tail::new(16)), Duration::from_millis(10)).await;
		assert_eq!(waited, Written::default());
		let (mut ended, stream) = tokio::io::duplex(16);
		ended.write_all(b"words").await.unwrap();
		drop(ended);
		assert_eq!(finish(read(Some(stream), Tail::new(16))).await.end, b"words");
	}
}
