//! Bodies of requests, as they come.

use std::time::Duration;

use axum::{
	body::BodyDataStream,
	http::StatusCode,
	response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::StreamExt;

use super::refusal::Refusal;

/// How long to wait for the next bytes of a body.
const IDLE: Duration = Duration::from_secs(30);
/// How many bytes of a refused body are still taken, and for how long.
const MAX_REST: usize = 8 << 20;
const REST_TIME: Duration = Duration::from_secs(5);

/// Returns the next bytes of a body, if they come in time; `None` at its end.
pub(super) async fn next(body: &mut BodyDataStream) -> Result<Option<Bytes>, Refusal> {
	match tokio::time::timeout(IDLE, body.next()).await {
		Ok(None) => Ok(None),
		Ok(Some(Ok(chunk))) => Ok(Some(chunk)),
		Ok(Some(Err(error))) => Err(Refusal::new(StatusCode::BAD_REQUEST, format!("the body broke off: {error}"))),
		Err(_) => {
			let words = format!("nothing came for {} s; resume at Upload-Offset", IDLE.as_secs());
			Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, words))
		}
	}
}

/// Answers a request with a body. A refusal waits for a moderate rest of the body: many clients read no answer before
/// they have sent everything.
pub(super) async fn answer(result: Result<Response, Refusal>, mut body: BodyDataStream) -> Response {
	if result.is_err() {
		let rest = async {
			let mut left = MAX_REST;
			while let Some(Ok(chunk)) = body.next().await {
				let Some(less) = left.checked_sub(chunk.len()) else { break };
				left = less;
			}
		};
		// Too late is as good as at its end.
		let _ = tokio::time::timeout(REST_TIME, rest).await;
	}
	result.into_response()
}
