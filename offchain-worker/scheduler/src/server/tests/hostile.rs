//! Peers that send too much, read nothing, or take what is not theirs.

use std::time::Instant;

use futures::{stream::SplitStream, SinkExt, StreamExt};
use serde_json::Value;
use sqlx::Connection;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::{
	tungstenite::{client::IntoClientRequest, Message},
	WebSocketStream,
};

use super::*;

pub(super) type Raw = WebSocketStream<TcpStream>;

/// A worker's life must not be delayed by more.
const SOON: Duration = Duration::from_secs(1);

/// Opens a WebSocket by hand.
pub(super) async fn raw(yard: &Yard, from: [u8; 4]) -> Option<Raw> {
	let stream = yard.stream_from(from).await.ok()?;
	let opened = tokio_tungstenite::client_async(format!("ws://{}", yard.scheduler.address), stream).await;
	Some(opened.ok()?.0)
}

/// Returns the text of a call without parameters.
pub(super) fn call(method: &str) -> Message {
	Message::text(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":[]}}"#))
}

/// Sends messages as fast as they are taken, until a time. Returns how many answers came.
pub(super) async fn flood(raw: Raw, message: Message, until: Instant) -> usize {
	let (mut sink, stream) = raw.split();
	let sending = async { while sink.send(message.clone()).await.is_ok() {} };
	let left = until.saturating_duration_since(Instant::now());
	let counting = count(stream, until);
	let (_, answers) = tokio::join!(timeout(left, sending), counting);
	answers
}

/// Counts the answers that come until a time.
async fn count(mut stream: SplitStream<Raw>, until: Instant) -> usize {
	let mut answers = 0;
	while let Ok(Some(Ok(message))) = tokio::time::timeout_at(until.into(), stream.next()).await {
		answers += usize::from(message.is_text());
	}
	answers
}

/// Returns how long the longest of a worker's heartbeats took that it sent until a time.
async fn slowest_heartbeat(worker: &Worker, until: Instant) -> Duration {
	let mut slowest = Duration::ZERO;
	while Instant::now() < until {
		let heartbeat = Heartbeat { free_slots: 4, draining: false, cached: None };
		let began = Instant::now();
		worker.client.heartbeat(worker.joined.session, heartbeat).await.expect("its session lives");
		slowest = slowest.max(began.elapsed());
		sleep(Duration::from_millis(50)).await;
	}
	slowest
}

impl Yard {
	/// Returns the value of a metric.
	async fn metric(&self, name: &str) -> u64 {
		let url = format!("http://{}/metrics", self.scheduler.address);
		let text = reqwest::get(url).await.unwrap().text().await.unwrap();
		let line =
			text.lines().find_map(|line| line.strip_prefix(&format!("rlc_scheduler_{name} ")).map(str::to_owned));
		line.unwrap_or_else(|| panic!("{name} in {text}")).parse().unwrap()
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn flood_of_calls_in_flight_delays_no_heartbeat() {
	let yard = Yard::new().await;
	let bob = yard.worker("Bob").await;
	let until = Instant::now() + Duration::from_secs(4);
	let mut floods = Vec::new();
	for method in ["scheduler_info", "scheduler_workers", "scheduler_status", "worker_heartbeat"].repeat(4) {
		floods.push(tokio::spawn(flood(raw(&yard, [127, 0, 1, 1]).await.unwrap(), call(method), until)));
	}
	let slowest = slowest_heartbeat(&bob, until).await;
	assert!(slowest < SOON, "{slowest:?}");
	let mut answers = 0;
	for flood in floods {
		answers += flood.await.unwrap();
	}
	let Traffic { calls_each, .. } = Traffic::default();
	// Those of a burst of ten seconds, and those of the time that the flood took, with some for a slow machine.
	assert!((100..(10 + 20) * calls_each as usize).contains(&answers), "{answers}");
	assert!(yard.metric("calls_delayed_total").await > 0);
	assert_eq!(yard.metric("workers_lost_total").await, 0);
	let workers = yard.client().await.workers().await.unwrap();
	assert_eq!(workers.len(), 1, "others are answered");
	drop(bob);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_pool_takes_no_worker_for_dead_and_questions_are_answered() {
	let yard = Yard::with(|config| config.heartbeat = Duration::from_millis(500)).await;
	let mut bob = yard.worker("Bob").await;
	assert_eq!(yard.client().await.info(Some(SPOKEN)).await.unwrap().workers, 1);
	// Nothing can be written for longer than a worker may be silent, so the pool cannot end its turn.
	let mut locked = sqlx::AnyConnection::connect(&config(&yard.dir).database).await.unwrap();
	sqlx::query("BEGIN IMMEDIATE").execute(&mut locked).await.unwrap();
	yard.deal(100, 1, 1, |_| ());
	let until = Instant::now() + Duration::from_secs(4);
	let asking = async {
		let client = yard.client().await;
		while Instant::now() < until {
			let began = Instant::now();
			assert_eq!(client.info(Some(SPOKEN)).await.unwrap().workers, 1);
			assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
			sleep(Duration::from_millis(100)).await;
		}
	};
	let (slowest, ()) = tokio::join!(slowest_heartbeat(&bob, until), asking);
	assert!(slowest < SOON, "{slowest:?}");
	sqlx::query("COMMIT").execute(&mut locked).await.unwrap();
	assert_eq!(bob.tasks(1).await.len(), 1);
	assert_eq!(yard.metric("workers_lost_total").await, 0);
	drop(bob);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn honest_worker_joins_from_an_address_that_it_shares_with_a_flood() {
	let yard = Yard::new().await;
	let until = Instant::now() + Duration::from_secs(15);
	let shared = [127, 0, 1, 2];
	let mut floods = Vec::new();
	for n in 0..12 {
		let message = match n % 3 {
			0 => call("scheduler_info"),
			1 => Message::text("junk"),
			_ => Message::Ping(Default::default()),
		};
		floods.push(tokio::spawn(flood(raw(&yard, shared).await.unwrap(), message, until)));
	}
	// The burst is used up.
	sleep(Duration::from_secs(2)).await;
	let began = Instant::now();
	let bob = yard.worker_over(yard.client_from(shared).await, key("Bob"), Vec::new()).await.unwrap();
	assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
	let slowest = slowest_heartbeat(&bob, Instant::now() + Duration::from_secs(3)).await;
	assert!(slowest < SOON, "it has turns of its own: {slowest:?}");
	floods.into_iter().for_each(|flood| flood.abort());
	drop(bob);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_reads_nothing_is_not_read_and_then_closed() {
	let traffic = Traffic { calls_each: 100_000, ..Traffic::default() };
	let yard = Yard::with(|config| config.traffic = traffic).await;
	let mut slow = raw(&yard, [127, 0, 1, 3]).await.unwrap();
	let mut sent = 0_u32;
	let call = call("none");
	// More than lies between two sockets, until the other side takes no more.
	while let Ok(Ok(())) = timeout(Duration::from_secs(5), slow.send(call.clone())).await {
		sent += 1;
		assert!(sent < 1_000_000, "it goes on reading");
	}
	assert!(sent > 100, "{sent}");
	let closed = async {
		while yard.metric("connections").await > 0 {
			sleep(Duration::from_millis(200)).await;
		}
	};
	timeout(LONG, closed).await.expect("it is closed");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn token_that_allows_nothing_spares_no_request_its_wait() {
	let traffic = Traffic { calls_each: 1, ..Traffic::default() };
	let yard = Yard::with(|config| config.traffic = traffic).await;
	let url = format!("http://{}", yard.scheduler.address);
	let none = Cid::of_sha256([1; 32]);
	let http = reqwest::Client::new();
	let began = Instant::now();
	for _ in 0..5 {
		for path in ["metrics".to_owned(), format!("store/{none}"), "healthz".to_owned()] {
			http.get(format!("{url}/{path}")).header("authorization", "Bearer 00.00").send().await.unwrap();
		}
	}
	// All but those of a burst of ten seconds.
	assert!(began.elapsed() > Duration::from_secs(4), "{:?}", began.elapsed());
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_notifications_and_posts_are_not_served() {
	let yard = Yard::new().await;
	let mut raw = raw(&yard, [127, 0, 1, 4]).await.unwrap();
	let info = r#"{"jsonrpc":"2.0","id":7,"method":"scheduler_info","params":[]}"#;
	let notification = r#"{"jsonrpc":"2.0","method":"scheduler_info","params":[]}"#;
	let unknown = r#"{"jsonrpc":"2.0","id":8,"method":"none","params":[]}"#;
	let mut answers = Vec::new();
	let batch = format!("[{info},{info}]");
	for text in [batch.as_str(), notification, "junk", unknown, info] {
		raw.send(Message::text(text)).await.unwrap();
		if text != notification {
			let answer = timeout(LONG, raw.next()).await.unwrap().unwrap().unwrap();
			answers.push(serde_json::from_str::<Value>(answer.to_text().unwrap()).unwrap());
		}
	}
	let codes = answers.iter().map(|answer| answer["error"]["code"].as_i64()).collect::<Vec<_>>();
	assert_eq!(codes, [Some(-32_600), Some(-32_700), Some(-32_601), None]);
	assert_eq!((&answers[2]["id"], &answers[3]["id"]), (&8.into(), &7.into()));
	let post = reqwest::Client::new().post(format!("http://{}", yard.scheduler.address)).body(info);
	assert_eq!(post.send().await.unwrap().status(), 426);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn large_message_of_a_stranger_is_not_read_to_its_end() {
	let yard = Yard::new().await;
	let raw = raw(&yard, [127, 0, 1, 5]).await.unwrap();
	let large = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"worker_join","params":["{}"]}}"#, "x".repeat(1 << 20));
	let answers = flood(raw, Message::text(large), Instant::now() + Duration::from_secs(2)).await;
	assert_eq!(answers, 0);
	let closed = async {
		while yard.metric("connections").await > 0 {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, closed).await.expect("it is closed");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_want_no_answer_are_not_free() {
	let traffic = Traffic { calls_each: 1, ..Traffic::default() };
	let yard = Yard::with(|config| config.traffic = traffic).await;
	let mut raw = raw(&yard, [127, 0, 1, 8]).await.unwrap();
	// As much as counts for twelve calls, and ten need no wait.
	for _ in 0..2_000 {
		raw.send(Message::Pong(vec![0_u8; 100].into())).await.unwrap();
	}
	let began = Instant::now();
	raw.send(call("none")).await.unwrap();
	while !timeout(LONG, raw.next()).await.unwrap().unwrap().unwrap().is_text() {}
	assert!(began.elapsed() > Duration::from_secs(2), "{:?}", began.elapsed());
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn address_fills_a_limited_part_of_memory_with_messages_that_it_does_not_end() {
	let traffic = Traffic { connections_each: 200, ..Traffic::default() };
	let yard = Yard::with(|config| config.traffic = traffic).await;
	// The beginning of a text of 500,000 bytes, masked by zeros.
	let mut begun = vec![0x81, 0xff];
	begun.extend(500_000_u64.to_be_bytes());
	begun.extend([0; 4]);
	begun.extend(vec![b' '; 480_000]);
	let mut open = Vec::new();
	for _ in 0..180 {
		let mut raw = raw(&yard, [127, 0, 1, 9]).await.unwrap();
		// One for which there is no room may be closed before it has sent all that.
		let _ = raw.get_mut().write_all(&begun).await;
		open.push(raw);
	}
	let closed = async {
		while yard.metric("connections").await > 150 {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, closed).await.expect("64 MiB are those of 146 connections");
	assert!(yard.metric("connections").await >= 140, "the others are left alone");
	drop(open);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn challenge_and_session_are_worth_nothing_on_another_connection() {
	let yard = Yard::new().await;
	let [one, other] = [yard.client().await, yard.client().await];
	let bob = key("Bob");
	let challenge = one.challenge(Account(bob.account()), Some(SPOKEN)).await.unwrap();
	let join = join(&bob, challenge, Vec::new());
	assert_eq!(code_of(WorkerRpcClient::join(&other, join.clone()).await), code::NOT_ALLOWED);
	let joined = WorkerRpcClient::join(&one, join).await.unwrap();
	let heartbeat = || Heartbeat { free_slots: 1, draining: false, cached: None };
	assert_eq!(code_of(other.heartbeat(joined.session, heartbeat()).await), code::UNKNOWN_SESSION);
	assert!(other.subscribe_instructions(joined.session).await.is_err());
	one.heartbeat(joined.session, heartbeat()).await.unwrap();
	let second = yard.worker_over(one, key("Charlie"), Vec::new()).await.map(|_| ());
	assert_eq!(code_of(second), code::NOT_ALLOWED, "a connection serves one worker");
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn address_holds_no_more_connections_than_it_may_and_workers_keep_theirs() {
	let traffic = Traffic { connections_each: 4, ..Traffic::default() };
	let yard = Yard::with(|config| config.traffic = traffic).await;
	let shared = [127, 0, 1, 6];
	let bob = yard.worker_over(yard.client_from(shared).await, key("Bob"), Vec::new()).await.unwrap();
	let mut open = Vec::new();
	for _ in 0..40 {
		open.push(raw(&yard, shared).await);
	}
	let gone = async {
		while yard.metric("connections").await > 5 {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, gone).await.expect("the others had to make room");
	assert!(yard.metric("connections_evicted_total").await >= 30);
	let slowest = slowest_heartbeat(&bob, Instant::now() + SOON).await;
	assert!(slowest < SOON, "{slowest:?}");
	drop((open, bob));
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn those_behind_a_proxy_are_told_apart() {
	let proxy = [127, 0, 1, 7];
	let traffic = Traffic { connections_each: 2, proxies: vec![proxy.into()], ..Traffic::default() };
	let yard = Yard::with(|config| config.traffic = traffic).await;
	let url = format!("ws://{}", yard.scheduler.address);
	let mut open = Vec::new();
	for through in (1..=6).chain([9; 6]) {
		let mut request = url.as_str().into_client_request().unwrap();
		// What a client claims comes first, what the proxy says last.
		let forwarded = format!("203.0.113.1, 192.0.2.{through}");
		request.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
		let stream = yard.stream_from(proxy).await.unwrap();
		open.push(tokio_tungstenite::client_async(request, stream).await.unwrap().0);
	}
	let expected = async {
		while yard.metric("connections").await != 6 + 2 {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, expected).await.expect("two of the last address stay, and all others");
	drop(open);
	yard.scheduler.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_join_and_leave_are_forgotten() {
	let yard = Yard::with(|config| config.heartbeat = SOON).await;
	let held = |n: u64| report(TaskId(H256::from_low_u64_be(n)), Step::Computed);
	for n in 0..40 {
		let client = yard.client_from([127, 0, 1, 10 + n % 8]).await;
		let joined = yard.worker_over(client, key(&format!("Guest{n}")), (0..100).map(held).collect()).await;
		drop(joined.unwrap());
	}
	let client = yard.client().await;
	let forgotten = async {
		while !client.workers().await.unwrap().is_empty() {
			sleep(Duration::from_millis(200)).await;
		}
	};
	timeout(LONG, forgotten).await.expect("they were silent");
	assert_eq!(yard.metric("connections").await, 1, "that of the one who asks");
	yard.scheduler.stop().await.unwrap();
}
