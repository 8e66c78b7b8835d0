//! Tells the service manager that the node is ready, and that it works on.

use std::{future::Future, time::Duration};

use rlc_service::{ServiceManager, Watchdog};
use subxt_rpcs::client::RpcClientT;

use crate::{in_memory::InMemory, service::Node};

/// What the node is asked: the task that keeps it in sync with its peers has to answer, through two others.
const QUESTION: &str = "system_health";

/// How long to wait until the node is asked again that does not answer yet.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells the service manager of this process, if there is one, whenever the node answers.
pub fn start(node: &Node) {
	let Some(manager) = ServiceManager::of_process() else { return };
	let rpc = InMemory::of(&node.rpc, tokio::runtime::Handle::current());
	// Kept by this task alone, so that it goes when the node ends.
	let handlers = node.rpc.clone();
	let answers = move || {
		let rpc = rpc.clone();
		async move { rpc.request_raw(QUESTION, None).await.is_ok() }
	};
	node.tasks.spawn_handle().spawn("watchdog", None, async move {
		let _handlers = handlers;
		tell(Watchdog::new(Some(&manager)), answers).await;
	});
}

/// Tells after each answer, until nobody wants to know any more.
async fn tell<Answer: Future<Output = bool>>(mut watchdog: Watchdog, answers: impl Fn() -> Answer) {
	loop {
		let is_well = answers().await;
		if is_well {
			watchdog.beat();
		}
		match watchdog.every() {
			Some(every) if is_well => tokio::time::sleep(every).await,
			None if is_well => return,
			_ => tokio::time::sleep(PAUSE).await,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{
		cell::Cell,
		future::{pending, ready},
		os::unix::net::UnixDatagram,
	};

	/// Returns a manager's socket, and what tells it.
	fn manager(limit: Option<Duration>) -> (UnixDatagram, Watchdog) {
		let dir = tempfile::tempdir().expect("a directory");
		let address = dir.path().join("notify");
		let socket = UnixDatagram::bind(&address).expect("a socket");
		socket.set_nonblocking(true).expect("a socket");
		(socket, Watchdog::new(Some(&ServiceManager::at(address, limit))))
	}

	/// Returns how often the manager was told something.
	fn told(manager: &UnixDatagram) -> usize {
		std::iter::from_fn(|| manager.recv(&mut [0; 100]).ok()).count()
	}

	#[tokio::test]
	async fn node_that_answers_no_more_falls_silent() {
		let (manager, watchdog) = manager(Some(Duration::from_millis(3)));
		let (asked, hangs) = (Cell::new(0), tokio::sync::Notify::new());
		let answers = || async {
			asked.set(asked.get() + 1);
			if asked.get() > 4 {
				hangs.notify_one();
				pending::<()>().await;
			}
			asked.get() > 1
		};
		tokio::select! {
			() = tell(watchdog, answers) => panic!("it is watched"),
			() = hangs.notified() => {}
		}
		assert_eq!(told(&manager), 3, "after each good answer");
	}

	#[tokio::test]
	async fn manager_that_does_not_watch_is_told_once() {
		let (manager, watchdog) = manager(None);
		tell(watchdog, || ready(true)).await;
		assert_eq!(told(&manager), 1);
	}
}
