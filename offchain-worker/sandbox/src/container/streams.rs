//! What a program writes: read to its end, and the end of it kept.

use tokio::{
	io::{AsyncRead, AsyncReadExt},
	task::JoinHandle,
};

use crate::tail::Tail;

/// How many bytes of a stream are read at once.
const CHUNK: usize = 64 << 10;

/// Reads a stream to its end beside everything else, and keeps its last bytes.
pub fn read(stream: Option<impl AsyncRead + Unpin + Send + 'static>, limit: usize) -> JoinHandle<Vec<u8>> {
	tokio::spawn(async move {
		let (mut tail, mut chunk) = (Tail::new(limit), vec![0; CHUNK]);
		if let Some(mut stream) = stream {
			while let Ok(count @ 1..) = stream.read(&mut chunk).await {
				tail.push(&chunk[..count]);
			}
		}
		tail.into_bytes()
	})
}

/// Waits for the end of a stream, and returns what was kept of it.
pub async fn finish(stream: JoinHandle<Vec<u8>>) -> Vec<u8> {
	stream.await.unwrap_or_default()
}
