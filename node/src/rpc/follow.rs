//! Subscriptions: the answer to a question now, and again whenever a block changes it.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, Stream, StreamExt};
use jsonrpsee::{types::ErrorObjectOwned, PendingSubscriptionSink, SubscriptionMessage, SubscriptionSink};
use rlc_json::rpc::At;
use rlc_primitives::{Block, Hash};
use sc_client_api::{BlockImportNotification, BlockchainEvents, FinalityNotification, HeaderBackend};
use sc_rpc::SubscriptionTaskExecutor;
use serde::Serialize;
use serde_json::value::RawValue;

use super::ask::{Chain, Refusal};

/// A client that takes no message for this long is dropped.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends the answer to `question` at once, and again after each block that changes it, until the client ends the
/// subscription or the node stops.
///
/// A client that is slower than the chain misses answers that are outdated when it can take the next one, and never
/// makes the node keep more than one. If the first question has no answer, the subscription is refused.
pub fn follow<T: Serialize>(
	chain: Chain,
	executor: &SubscriptionTaskExecutor,
	pending: PendingSubscriptionSink,
	at: Option<At>,
	question: impl Fn(&Chain, Hash) -> Result<T, Refusal> + Send + Sync + 'static,
) {
	let asking = Asking::new(chain, question);
	let task = async move {
		let at = at.unwrap_or_default();
		// Before the first answer, so that no block is missed in between.
		let blocks = notifications(&asking.chain, at);
		let info = asking.chain.client().info();
		let first = match at {
			At::Best => info.best_hash,
			At::Finalized => info.finalized_hash,
		};
		match asking.ask(first).await {
			Some(Ok(answer)) => {
				// Fails if the client is gone.
				if let Ok(sink) = pending.accept().await {
					send_changes(sink, blocks, answer, asking).await;
				}
			}
			Some(Err(refusal)) => pending.reject(ErrorObjectOwned::from(refusal)).await,
			// The node stops.
			None => {}
		}
	};
	executor.spawn("rlc-rpc-subscription", Some("rpc"), task.boxed());
}

/// Sends each answer that differs from the one before.
async fn send_changes(
	sink: SubscriptionSink,
	mut blocks: impl Stream<Item = Seen> + Unpin,
	first: Box<RawValue>,
	asking: Asking,
) {
	let mut last = first;
	if !send(&sink, &last).await {
		return;
	}
	loop {
		let mut block = tokio::select! {
			() = sink.closed() => return,
			block = blocks.next() => match block {
				Some(block) => block,
				None => return,
			},
		};
		while let Some(Some(newer)) = blocks.next().now_or_never() {
			block = newer;
		}
		match asking.ask(block.hash()).await {
			Some(Ok(answer)) if answer.get() != last.get() => {
				if !send(&sink, &answer).await {
					return;
				}
				last = answer;
			}
			Some(Ok(_)) => {}
			// The next block's runtime may answer again.
			Some(Err(refusal)) => log::debug!(target: "rpc", "{}: {refusal}", sink.method_name()),
			None => return,
		}
	}
}

/// Returns whether the client took the message.
async fn send(sink: &SubscriptionSink, answer: &RawValue) -> bool {
	match SubscriptionMessage::from_json(&answer) {
		Ok(message) => sink.send_timeout(message, PATIENCE).await.is_ok(),
		Err(_) => false,
	}
}

/// A block that the subscription follows. As long as this lives, the block's state is kept.
enum Seen {
	Best(BlockImportNotification<Block>),
	Finalized(FinalityNotification<Block>),
}

impl Seen {
	fn hash(&self) -> Hash {
		match self {
			Self::Best(block) => block.hash,
			Self::Finalized(block) => block.hash,
		}
	}
}

fn notifications(chain: &Chain, at: At) -> impl Stream<Item = Seen> + Unpin + Send {
	match at {
		At::Best => chain
			.client()
			.import_notification_stream()
			.filter_map(|block| futures::future::ready(block.is_new_best.then_some(Seen::Best(block))))
			.left_stream(),
		At::Finalized => chain.client().finality_notification_stream().map(Seen::Finalized).right_stream(),
	}
}

/// A question that is asked of one block after another.
struct Asking {
	chain: Chain,
	question: Arc<Question>,
}

/// A question whose answer is JSON.
type Question = dyn Fn(&Chain, Hash) -> Result<Box<RawValue>, Refusal> + Send + Sync;

impl Asking {
	fn new<T: Serialize>(
		chain: Chain,
		question: impl Fn(&Chain, Hash) -> Result<T, Refusal> + Send + Sync + 'static,
	) -> Self {
		let question = move |chain: &Chain, block| {
			serde_json::value::to_raw_value(&question(chain, block)?)
				.map_err(|error| Refusal::NoAnswer { block, reason: error.to_string() })
		};
		Self { chain, question: Arc::new(question) }
	}

	/// Returns the answer at a block; `None` if the node stops. Runs aside, since the runtime may take its time.
	async fn ask(&self, block: Hash) -> Option<Result<Box<RawValue>, Refusal>> {
		let (chain, question) = (self.chain.clone(), self.question.clone());
		tokio::task::spawn_blocking(move || question(&chain, block)).await.ok()
	}
}
