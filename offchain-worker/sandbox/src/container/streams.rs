//! What a program writes: read to its end, and the end of it kept.

use tokio::{
	io::{AsyncRead, AsyncReadExt},
	task::JoinHandle,
};

use crate::tail::{Tail, Written};

/// How many bytes of a stream are read at once.
const CHUNK: usize = 64 << 10;

/// Reads a stream to its end beside everything else, and keeps its last bytes.
pub fn read(stream: Option<impl AsyncRead + Unpin + Send + 'static>, limit: usize) -> JoinHandle<Written> {
	tokio::spawn(async move {
		let (mut tail, mut chunk) = (Tail::new(limit), vec![0; CHUNK]);
		if let Some(mut stream) = stream {
			while let Ok(count @ 1..) = stream.read(&mut chunk).await {
				tail.push(&chunk[..count]);
			}
		}
		tail.finish()
	})
}

/// Waits for the end of a stream, and returns what was written to it.
pub async fn finish(stream: JoinHandle<Written>) -> Written {
	stream.await.unwrap_or_default()
}
