//! No new tasks while the node is behind: what it says of them may be past.

use std::{future::Future, time::Duration};

use rlc_chain::{Chain, Error, Lag};
use tokio::sync::mpsc;

use crate::messages::Message;

/// How often the node is asked.
const LOOK_TIME: Duration = Duration::from_secs(10);

/// Tells the loop whenever the node falls behind or is in sync again. The loop begins with a node that is in sync; one that
/// does not answer is as it was. Ends with the loop.
pub(crate) async fn watch(chain: Chain, actor: mpsc::UnboundedSender<Message>) {
	let lag = || async {
		tokio::time::sleep(LOOK_TIME).await;
		chain.lag().await
	};
	tell(lag, &actor).await;
}

/// Does so by what `lag` finds, time after time.
async fn tell<Found>(lag: impl Fn() -> Found, actor: &mpsc::UnboundedSender<Message>)
where
	Found: Future<Output = Result<Option<Lag>, Error>>,
{
	let mut was_behind = false;
	loop {
		let found = tokio::select! {
			found = lag() => found,
			() = actor.closed() => return,
		};
		let found = match found {
			Ok(found) => found,
			Err(error) => {
				tracing::debug!("it is not known whether the node is in sync: {error}");
				continue;
			}
		};
		if std::mem::replace(&mut was_behind, found.is_some()) == found.is_some() {
			continue;
		}
		match found {
			Some(lag) => tracing::warn!("no tasks are taken: {lag}"),
			None => tracing::info!("the node is in sync again: tasks are taken"),
		}
		if actor.send(Message::Behind(found.is_some())).is_err() {
			return;
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::sync::Mutex;

	#[tokio::test]
	async fn loop_is_told_of_each_change_once() {
		let unreachable = || Err(Error::Unreachable { node: "here".into(), cause: "it is away".into() });
		let old = || Ok(Some(Lag::Old(Duration::from_secs(90))));
		let answers =
			[Ok(None), old(), unreachable(), Ok(Some(Lag::Syncing)), Ok(None), unreachable(), Ok(None), old()];
		let answers = Mutex::new(answers.into_iter());
		let (actor, mut inbox) = mpsc::unbounded_channel();
		let lag = || async {
			tokio::time::sleep(Duration::from_millis(1)).await;
			answers.lock().unwrap().next().unwrap_or(Ok(Some(Lag::Empty)))
		};
		let told = async {
			let mut told = Vec::new();
			while told.len() < 3 {
				match inbox.recv().await {
					Some(Message::Behind(behind)) => told.push(behind),
					_ => panic!("it says nothing else"),
				}
			}
			drop(inbox);
			told
		};
		let ((), told) = tokio::join!(tell(lag, &actor), told);
		assert_eq!(told, [true, false, true]);
	}
}
