//! One answer for each question and block, shared by all who follow the question.

use std::{
	collections::HashMap,
	future::Future,
	hash::Hash,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{FutureExt, Stream, StreamExt};
use serde_json::value::RawValue;
use tokio::sync::watch;

use crate::rpc::ask::Refusal;

/// The last answer to a question, which is its first one if it is a refusal; `None` before that.
type Answer = Option<Result<Arc<RawValue>, Refusal>>;

/// The answers to a question, the newest of which can be taken.
pub type Answers = watch::Receiver<Answer>;

/// The questions that are followed.
pub struct Topics<Topic> {
	followed: Mutex<HashMap<Topic, watch::Sender<Answer>>>,
}

impl<Topic> Default for Topics<Topic> {
	fn default() -> Self {
		Self { followed: Mutex::default() }
	}
}

impl<Topic: Clone + Eq + Hash> Topics<Topic> {
	/// Returns the answers to a question. If nobody follows it yet, `begin` has to see to it that what it is given
	/// [publishes](Publisher::publish_all) them.
	pub fn follow(self: &Arc<Self>, topic: Topic, begin: impl FnOnce(Publisher<Topic>)) -> Answers {
		let mut followed = self.lock();
		if let Some(answers) = followed.get(&topic) {
			return answers.subscribe();
		}
		let (sender, answers) = watch::channel(None);
		followed.insert(topic.clone(), sender.clone());
		drop(followed);
		begin(Publisher { topics: self.clone(), topic, answers: sender });
		answers
	}

	fn lock(&self) -> MutexGuard<'_, HashMap<Topic, watch::Sender<Answer>>> {
		// It is never left half changed.
		self.followed.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// What publishes the answers to one question. When this is dropped, who follows the question sees that there are no more.
pub struct Publisher<Topic: Clone + Eq + Hash> {
	topics: Arc<Topics<Topic>>,
	topic: Topic,
	answers: watch::Sender<Answer>,
}

impl<Topic: Clone + Eq + Hash> Publisher<Topic> {
	/// Publishes what `ask` answers about the first block, and about each block that comes, as long as somebody follows the
	/// question, and `ask` answers (`None`: it does no more). Of blocks that come while it is asked, only the last one
	/// counts. If there is no first answer, that is published, and nothing follows.
	pub async fn publish_all<Block, Asked>(
		self,
		first: Block,
		mut blocks: impl Stream<Item = Block> + Unpin,
		ask: impl Fn(&Block) -> Asked,
	) where
		Asked: Future<Output = Option<Result<Arc<RawValue>, Refusal>>>,
	{
		let mut block = first;
		loop {
			match ask(&block).await {
				Some(answer) => {
					if !self.publish(answer) {
						return;
					}
				}
				None => return,
			}
			let next = tokio::select! {
				() = self.deserted() => return,
				next = blocks.next() => next,
			};
			let Some(next) = next else { return };
			block = next;
			while let Some(Some(newer)) = blocks.next().now_or_never() {
				block = newer;
			}
		}
	}

	/// Publishes an answer, if it is another one than the last. Returns whether more are to follow.
	fn publish(&self, answer: Result<Arc<RawValue>, Refusal>) -> bool {
		let is_first = self.answers.borrow().is_none();
		match answer {
			Ok(answer) => {
				self.answers.send_if_modified(|last| {
					let is_same = matches!(last, Some(Ok(last)) if last.get() == answer.get());
					if !is_same {
						*last = Some(Ok(answer));
					}
					!is_same
				});
				true
			}
			Err(refusal) if is_first => {
				// Whoever asks from now on asks anew.
				self.leave();
				self.answers.send_replace(Some(Err(refusal)));
				false
			}
			// The next block's runtime may answer again.
			Err(refusal) => {
				log::debug!(target: "rpc", "what is followed has no answer now: {refusal}");
				true
			}
		}
	}

	/// Waits until nobody follows the question. From then on it is a new one for whoever does.
	async fn deserted(&self) {
		loop {
			self.answers.closed().await;
			let mut followed = self.topics.lock();
			// Somebody may have come meanwhile.
			if self.answers.receiver_count() == 0 {
				followed.remove(&self.topic);
				return;
			}
		}
	}

	fn leave(&self) {
		let mut followed = self.topics.lock();
		if followed.get(&self.topic).is_some_and(|answers| answers.same_channel(&self.answers)) {
			followed.remove(&self.topic);
		}
	}
}

impl<Topic: Clone + Eq + Hash> Drop for Publisher<Topic> {
	fn drop(&mut self) {
		self.leave();
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::channel::mpsc::{unbounded, UnboundedSender};
	use std::{
		sync::atomic::{AtomicUsize, Ordering::SeqCst},
		time::Duration,
	};

	/// Longer than anything here takes, on any machine.
	const LONG: Duration = Duration::from_secs(60);

	/// Questions by number. The answer to each is its number, and that of the block.
	struct Node {
		topics: Arc<Topics<usize>>,
		asked: Arc<AtomicUsize>,
		/// Who is to be told of blocks.
		listeners: Mutex<Vec<UnboundedSender<usize>>>,
	}

	impl Node {
		fn new() -> Self {
			Self { topics: Arc::default(), asked: Arc::default(), listeners: Mutex::default() }
		}

		fn follow(&self, question: usize) -> Answers {
			self.topics.follow(question, |publisher| {
				let (tell, blocks) = unbounded();
				self.listeners.lock().unwrap().push(tell);
				let asked = self.asked.clone();
				tokio::spawn(publisher.publish_all(0, blocks, move |block| {
					asked.fetch_add(1, SeqCst);
					std::future::ready(answer(question, *block))
				}));
			})
		}

		fn block(&self, number: usize) {
			self.listeners.lock().unwrap().retain(|tell| tell.unbounded_send(number).is_ok());
		}

		async fn until_nothing_is_followed(&self) {
			while !self.topics.lock().is_empty() {
				tokio::time::sleep(Duration::from_millis(1)).await;
			}
		}
	}

	/// Odd questions have the same answer at each block, and question 1,000 has none at all.
	fn answer(question: usize, block: usize) -> Option<Result<Arc<RawValue>, Refusal>> {
		if question == 1_000 {
			return Some(Err(Refusal::Busy));
		}
		let block = if question.is_multiple_of(2) { block } else { 0 };
		let text = format!("[{question},{block}]");
		Some(Ok(RawValue::from_string(text).expect("JSON").into()))
	}

	async fn next(answers: &mut Answers, expected: &str) {
		let is_expected = |answer: &Answer| matches!(answer, Some(Ok(text)) if text.get() == expected);
		let found = tokio::time::timeout(LONG, answers.wait_for(is_expected)).await;
		assert!(found.is_ok_and(|found| found.is_ok()), "it is never {expected}");
	}

	#[tokio::test]
	async fn question_is_asked_once_at_each_block_however_many_follow_it() {
		const QUESTIONS: usize = 10;
		const FOLLOWERS: usize = 1_000;
		let node = Node::new();
		let mut followers: Vec<_> = (0..FOLLOWERS).map(|n| (n % QUESTIONS, node.follow(n % QUESTIONS))).collect();
		for block in 0..5 {
			if block > 0 {
				node.block(block);
			}
			for (question, answers) in &mut followers {
				let at = if question.is_multiple_of(2) { block } else { 0 };
				next(answers, &format!("[{question},{at}]")).await;
			}
			let all_asked = async {
				while node.asked.load(SeqCst) < QUESTIONS * (block + 1) {
					tokio::task::yield_now().await;
				}
			};
			tokio::time::timeout(LONG, all_asked).await.expect("each block is asked about");
		}
		assert_eq!(node.asked.load(SeqCst), QUESTIONS * 5);
	}

	#[tokio::test]
	async fn answer_that_stays_the_same_is_published_once() {
		let node = Node::new();
		let mut odd = node.follow(1);
		next(&mut odd, "[1,0]").await;
		let mut even = node.follow(2);
		next(&mut even, "[2,0]").await;
		node.block(7);
		next(&mut even, "[2,7]").await;
		while node.asked.load(SeqCst) < 4 {
			tokio::task::yield_now().await;
		}
		assert!(!odd.has_changed().expect("it goes on"));
	}

	#[tokio::test]
	async fn many_questions_are_all_answered_and_go_when_nobody_follows_them() {
		let node = Node::new();
		let mut followers: Vec<_> = (0..500).map(|question| (question, node.follow(question))).collect();
		for (question, answers) in &mut followers {
			next(answers, &format!("[{question},0]")).await;
		}
		assert_eq!(node.topics.lock().len(), 500);
		drop(followers);
		tokio::time::timeout(LONG, node.until_nothing_is_followed()).await.expect("nothing is left");
		let asked = node.asked.load(SeqCst);
		node.block(1);
		tokio::task::yield_now().await;
		assert_eq!(node.asked.load(SeqCst), asked, "nobody wants to know");
		next(&mut node.follow(4), "[4,0]").await;
	}

	#[tokio::test]
	async fn question_without_an_answer_is_refused_to_each_who_asks_it() {
		let node = Node::new();
		for asked in 1..=2 {
			let mut answers = node.follow(1_000);
			let found = tokio::time::timeout(LONG, answers.wait_for(Option::is_some)).await.expect("soon");
			assert_eq!(found.expect("it is told").clone().map(|found| found.err()), Some(Some(Refusal::Busy)));
			assert_eq!(node.asked.load(SeqCst), asked);
			tokio::time::timeout(LONG, node.until_nothing_is_followed()).await.expect("it is not kept");
		}
	}
}
