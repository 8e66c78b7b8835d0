//! Subscriptions: the answer to a question now, and again whenever a block changes it.
//!
//! ```text
//! blocks ──► a topic: one question, asked once at each block ──► all who follow it, each as fast as it reads
//!               │
//!               └─ on a few threads: what is followed never takes all of them
//! ```
//!
//! Anyone may follow anything at anyone's node, and each question costs the node a runtime call at each block. So the cost is
//! that of the different questions, however many follow them; `seats` bounds how many do; and questions that are asked
//! slower than blocks come are asked at the newest one only.

mod seats;
mod topics;

use std::{sync::Arc, time::Duration};

use codec::Encode;
use futures::{FutureExt, Stream, StreamExt};
use jsonrpsee::{types::ErrorObjectOwned, PendingSubscriptionSink, SubscriptionMessage, SubscriptionSink};
use rlc_json::rpc::At;
use rlc_primitives::{Block, Hash};
use sc_client_api::{BlockImportNotification, BlockchainEvents, FinalityNotification, HeaderBackend};
use sc_rpc::SubscriptionTaskExecutor;
use serde::Serialize;
use serde_json::value::RawValue;
use sp_io::hashing::blake2_256;
use tokio::sync::Semaphore;

use self::{
	seats::{Seat, Seats},
	topics::{Answers, Publisher, Topics},
};
use super::ask::{Chain, Refusal};

pub use self::seats::{EACH, OWN, SHARED};

/// A client that takes no message for this long is dropped.
const PATIENCE: Duration = Duration::from_secs(60);

/// A question that can be followed. Two that are equal have the same answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic {
	method: &'static str,
	at: At,
	params: [u8; 32],
}

impl Topic {
	/// Returns the topic of a method with these parameters, at blocks of this kind.
	pub fn new(method: &'static str, at: Option<At>, params: &impl Encode) -> Self {
		Self { method, at: at.unwrap_or_default(), params: blake2_256(&params.encode()) }
	}
}

/// What the clients of a node follow.
pub struct Follows {
	chain: Chain,
	executor: SubscriptionTaskExecutor,
	topics: Arc<Topics<Topic>>,
	seats: Arc<Seats>,
	threads: Arc<Threads>,
}

impl Follows {
	/// Answers for `chain`. Subscriptions run on `executor`.
	pub fn new(chain: Chain, executor: SubscriptionTaskExecutor) -> Self {
		let cores = std::thread::available_parallelism().map_or(1, usize::from);
		let threads = Arc::new(Threads::new(cores.div_ceil(2)));
		Self { chain, executor, topics: Arc::default(), seats: Arc::default(), threads }
	}

	/// Sends the answer to `question` at once, and again after each block that changes it, until the client ends the
	/// subscription or the node stops. The topic has to tell the question from all others.
	///
	/// A client that is slower than the chain misses answers that are outdated when it can take the next one, and never
	/// makes the node keep more than one. If the first question has no answer, or there are too many subscriptions, this
	/// one is refused.
	pub fn follow<T: Serialize>(
		&self,
		pending: PendingSubscriptionSink,
		topic: Topic,
		question: impl Fn(&Chain, Hash) -> Result<T, Refusal> + Send + Sync + 'static,
	) {
		let seat = match self.seats.take(pending.connection_id()) {
			Ok(seat) => seat,
			Err(refusal) => {
				let reject = async move { pending.reject(ErrorObjectOwned::from(refusal)).await };
				return self.spawn(reject.boxed());
			}
		};
		let at = topic.at;
		let answers = self.topics.follow(topic, |publisher| {
			let asking =
				Asking { chain: self.chain.clone(), threads: self.threads.clone(), question: to_json(question) };
			self.spawn(ask(asking, at, publisher).boxed());
		});
		self.spawn(send_changes(pending, answers, seat).boxed());
	}

	fn spawn(&self, task: futures::future::BoxFuture<'static, ()>) {
		self.executor.spawn("rlc-rpc-subscription", Some("rpc"), task);
	}
}

/// Sends a client the answers to what it follows: each that differs from the one before.
async fn send_changes(pending: PendingSubscriptionSink, mut answers: Answers, _seat: Seat) {
	let first = answers.wait_for(Option::is_some).await.map(|answer| answer.clone());
	let mut last = match first {
		Ok(Some(Ok(answer))) => answer,
		Ok(Some(Err(refusal))) => return pending.reject(ErrorObjectOwned::from(refusal)).await,
		// The node stops.
		Ok(None) | Err(_) => return,
	};
	// Fails if the client is gone.
	let Ok(sink) = pending.accept().await else { return };
	if !send(&sink, &last).await {
		return;
	}
	loop {
		tokio::select! {
			() = sink.closed() => return,
			changed = answers.changed() => if changed.is_err() {
				return;
			},
		}
		let answer = answers.borrow_and_update().clone();
		let Some(Ok(answer)) = answer else { continue };
		if answer.get() == last.get() {
			continue;
		}
		if !send(&sink, &answer).await {
			return;
		}
		last = answer;
	}
}

/// Returns whether the client took the message.
async fn send(sink: &SubscriptionSink, answer: &RawValue) -> bool {
	match SubscriptionMessage::from_json(&answer) {
		Ok(message) => sink.send_timeout(message, PATIENCE).await.is_ok(),
		Err(_) => false,
	}
}

/// Asks a question at each block, as long as somebody follows it.
async fn ask(asking: Asking, at: At, publisher: Publisher<Topic>) {
	// Before the first answer, so that no block is missed in between.
	let blocks = notifications(&asking.chain, at);
	let info = asking.chain.client().info();
	let first = Seen::Head(match at {
		At::Best => info.best_hash,
		At::Finalized => info.finalized_hash,
	});
	publisher.publish_all(first, blocks, |block| asking.ask(block.hash())).await;
}

/// A block that is followed. As long as this lives, the block's state is kept.
enum Seen {
	Head(Hash),
	Best(BlockImportNotification<Block>),
	Finalized(FinalityNotification<Block>),
}

impl Seen {
	fn hash(&self) -> Hash {
		match self {
			Self::Head(hash) => *hash,
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
	threads: Arc<Threads>,
	question: Arc<Question>,
}

/// A question whose answer is JSON.
type Question = dyn Fn(&Chain, Hash) -> Result<Box<RawValue>, Refusal> + Send + Sync;

fn to_json<T: Serialize>(
	question: impl Fn(&Chain, Hash) -> Result<T, Refusal> + Send + Sync + 'static,
) -> Arc<Question> {
	Arc::new(move |chain: &Chain, block| {
		serde_json::value::to_raw_value(&question(chain, block)?)
			.map_err(|error| Refusal::NoAnswer { block, reason: error.to_string() })
	})
}

impl Asking {
	/// Returns the answer at a block; `None` if the node stops. Runs aside, since the runtime may take its time.
	async fn ask(&self, block: Hash) -> Option<Result<Arc<RawValue>, Refusal>> {
		let (chain, question) = (self.chain.clone(), self.question.clone());
		self.threads.run(move || question(&chain, block).map(Into::into)).await
	}
}

/// A few of the threads that may block: those that questions get which are followed.
struct Threads(Semaphore);

impl Threads {
	fn new(count: usize) -> Self {
		Self(Semaphore::new(count))
	}

	/// Runs something on one of them, in its turn; `None` if the node stops.
	async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
		let _turn = self.0.acquire().await.ok()?;
		tokio::task::spawn_blocking(work).await.ok()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

	#[test]
	fn topics_differ_by_what_is_asked_and_at_which_blocks() {
		let topic = |method, at, params: u64| Topic::new(method, at, &params);
		assert_eq!(topic("task", None, 1), topic("task", Some(At::Best), 1));
		for other in [topic("deal", None, 1), topic("task", Some(At::Finalized), 1), topic("task", None, 2)] {
			assert_ne!(topic("task", None, 1), other);
		}
	}

	#[tokio::test(flavor = "multi_thread")]
	async fn questions_take_few_threads_however_many_they_are() {
		const QUESTIONS: usize = 500;
		let threads = Arc::new(Threads::new(2));
		let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
		let asked = (0..QUESTIONS).map(|n| {
			let (threads, running, most) = (threads.clone(), running.clone(), most.clone());
			tokio::spawn(async move {
				let work = move || {
					most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
					std::thread::sleep(Duration::from_micros(100));
					running.fetch_sub(1, SeqCst);
					n
				};
				threads.run(work).await
			})
		});
		for (n, answer) in futures::future::join_all(asked).await.into_iter().enumerate() {
			assert_eq!(answer.expect("it ends"), Some(n), "each is answered");
		}
		assert!(most.load(SeqCst) <= 2);
	}
}
