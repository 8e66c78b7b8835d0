//! Inputs that are not what they should be, or not the same for all.

use std::{
	fs,
	io::{Read, Write},
	net::TcpListener,
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
};

use rlc_primitives::work::FailureCause;

use super::{
	last_deal, play,
	stack::{account, worker, Seal, SCHEDULER},
	trouble::causes,
};

#[test]
fn input_with_a_wrong_checksum_fails_the_task_and_costs_nothing() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.new_workers(3, "--slots 1").await;
			let url = serve("what it is");
			let right = "2b3cb0b2cc3ea10f5c5c1bd6bd7d7e5a4a7d8f4b0e2e3d6f8a5d9d0e1c2b3a49";
			let before = stack.spent().await;
			let output = stack.room();
			let input = format!("{url}#sha256={right}");
			let refused = stack.run("hello.wasm", &["--input", &input], &output).await.unwrap_err();
			assert!(refused.contains("task.released"), "{refused}");
			assert!(refused.contains("1.01 RLC is paid back, and the charge of"), "{refused}");
			let bought = last_deal(stack).await;
			let causes = causes(stack, bought).await;
			assert_eq!(causes, [FailureCause::InputUnavailable { file: 0 }]);
			assert_eq!(stack.spent().await, before, "a task without a result is not paid");
			// The same file by what it really is.
			let answer = stack.run("hello.wasm", &["--input", &url], &output).await.unwrap();
			assert_eq!(answer["completed"], 1);
		})
	});
}

#[test]
fn unpinned_input_that_another_program_names_is_released_and_costs_no_stake() {
	released_at_no_stake(|| format!(r#"{{"iexec_input_files": ["{}"]}}"#, serve("what it is")));
}

/// Plays that workers who have to agree release a task with these params, and a single worker serves it.
pub(super) fn released_at_no_stake(params: fn() -> String) {
	play(Seal::Instant, move |stack| {
		Box::pin(async move {
			let workers = stack.new_workers(3, "--slots 1").await;
			// Those of another scenario would be asked too, why none can serve the task.
			for earlier in 1..workers[0] {
				stack.left(earlier).await;
			}
			let before = (stack.spent().await, stack.seized(&account(SCHEDULER)).await);
			let params = params();
			let bought = stack.buy_unchecked("hello.wasm", 3, &params).await;
			assert_eq!(stack.closed(bought).await, 0);
			assert_eq!(causes(stack, bought).await, [FailureCause::InvalidParams]);
			assert_eq!((stack.spent().await, stack.seized(&account(SCHEDULER)).await), before);
			for number in workers {
				assert_eq!(stack.seized(&worker(number)).await, 0);
			}
			// One worker has nobody to differ from.
			let bought = stack.buy_unchecked("hello.wasm", 1, &params).await;
			assert_eq!(stack.closed(bought).await, 1);
		})
	});
}

#[test]
fn server_that_shows_workers_different_inputs_makes_nobody_lose_a_stake() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let workers = stack.new_workers(4, "--slots 1").await;
			let asked = Arc::new(AtomicUsize::new(0));
			let count = asked.clone();
			// The requester's tool asks first, and pins the input. The first worker is shown something else.
			let url = serve_each(move |before| {
				count.store(before + 1, Ordering::SeqCst);
				["one face", "another"][usize::from(before == 1)]
			});
			let output = stack.room();
			let answer = stack.run("hello.wasm", &["--input", &url, "--trust", "3"], &output).await.unwrap();
			assert_eq!(answer["completed"], 1);
			assert!(asked.load(Ordering::SeqCst) >= 4, "the tool, the worker that was deceived, and two that agree");
			let report = fs::read_to_string(output.join("hello.txt")).unwrap();
			assert!(report.contains("input.txt: 8 bytes"), "{report}");
			for number in workers {
				assert_eq!(stack.seized(&worker(number)).await, 0, "honest workers lose nothing");
			}
		})
	});
}

/// Serves a text over HTTP at the returned URL, as long as the tests run.
pub(super) fn serve(text: &'static str) -> String {
	serve_each(move |_| text)
}

/// Serves each request a text that depends on how many requests came before.
fn serve_each(text: impl Fn(usize) -> &'static str + Send + 'static) -> String {
	let listener = TcpListener::bind("127.0.0.1:0").unwrap();
	let url = format!("http://{}/input.txt", listener.local_addr().unwrap());
	std::thread::spawn(move || {
		for (before, mut connection) in listener.incoming().flatten().enumerate() {
			// A request without a body ends with an empty line; what is read at once has all of it.
			let _ = connection.read(&mut [0; 4_096]);
			let text = text(before);
			let length = text.len();
			let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
			let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(text.as_bytes()));
		}
	});
	url
}
