//! A connection that is closed if the other side does not take what is sent to it.

use std::{
	future::Future,
	io::{self, IoSlice},
	pin::Pin,
	task::{ready, Context, Poll},
	time::Duration,
};

use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	time::{sleep, Sleep},
};

/// A connection whose writes have to get on.
pub(super) struct Socket<S> {
	stream: S,
	write_time: Duration,
	/// Ends when the other side has taken nothing for too long.
	stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Socket<S> {
	pub(super) fn new(stream: S, write_time: Duration) -> Self {
		Self { stream, write_time, stalled: None }
	}

	/// Passes on what a write has come to. One that waits has a limited time.
	fn limit<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
		if written.is_ready() {
			self.stalled = None;
			return written;
		}
		let write_time = self.write_time;
		let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(write_time)));
		ready!(stalled.as_mut().poll(context));
		Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the other side does not read")))
	}
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_read(context, buffer)
	}
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Socket<S> {
	fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
		let written = Pin::new(&mut self.stream).poll_write(context, bytes);
		self.limit(written, context)
	}

	fn poll_write_vectored(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		parts: &[IoSlice<'_>],
	) -> Poll<io::Result<usize>> {
		let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
		self.limit(written, context)
	}

	fn is_write_vectored(&self) -> bool {
		self.stream.is_write_vectored()
	}

	fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_flush(context)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_shutdown(context)
	}
}
