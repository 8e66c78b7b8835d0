//! What the scheduler is told: reports, gathered for a moment; what apps wrote; the data of callbacks.

use std::{
	collections::{HashSet, VecDeque},
	sync::Arc,
	time::Duration,
};

use jsonrpsee::{core::client::Error as RpcError, ws_client::WsClient};
use rlc_primitives::TaskId;
use rlc_protocol::{
	requester::code,
	worker::{Heartbeat, Logs, Report, Session, Step, WorkerRpcClient, MAX_REPORTS},
};
use tokio::{
	sync::{mpsc, oneshot},
	time::{timeout, Instant},
};

use super::broken::{words, Broken};
use crate::{
	clock,
	messages::{Message, Outgoing, Status},
	ports::Undelivered,
};

/// How long reports wait for others.
const GATHER_TIME: Duration = Duration::from_millis(20);

/// The most logs that are kept while there is no connection.
const MAX_LOGS: usize = 1_000;

/// How long what is left to tell may take when the worker ends.
const LAST_WORDS_TIME: Duration = Duration::from_secs(3);

/// What apps wrote and the scheduler has not been told yet, the oldest first.
pub(super) type UntoldLogs = VecDeque<(TaskId, Logs)>;

/// Disposes of something that is to be told while nobody listens.
pub(super) fn put_by(outgoing: Outgoing, logs: &mut UntoldLogs) {
	match outgoing {
		Outgoing::Report(_) => {}
		Outgoing::Logs(task, text) => {
			logs.push_back((task, text));
			if logs.len() > MAX_LOGS {
				logs.pop_front();
			}
		}
		Outgoing::Callback(_, _, answer) => {
			// Fails only when the worker ends.
			let _ = answer.send(Err(Undelivered::Failed("the scheduler is not connected".into())));
		}
	}
}

/// Tells the scheduler the rest of what is in hand, and then what there is to tell.
pub(super) async fn tell(
	client: &Arc<WsClient>,
	session: Session,
	rest: Vec<Report>,
	outgoing: &mut mpsc::UnboundedReceiver<Outgoing>,
	logs: &mut UntoldLogs,
	actor: &mpsc::UnboundedSender<Message>,
) -> Broken {
	if let Err(broken) = tell_these(client, session, rest, logs, actor).await {
		return broken;
	}
	let mut is_last = false;
	while !is_last {
		let mut reports = Vec::new();
		if logs.is_empty() {
			is_last = gather(outgoing, &mut reports, logs, |task, data, answer| {
				let client = client.clone();
				tokio::spawn(async move {
					let taken = client.callback_data(session, task, format!("0x{}", hex::encode(data))).await;
					// Fails only when the worker ends.
					let _ = answer.send(taken.map_err(undelivered));
				});
			})
			.await;
		}
		let told = tell_these(client, session, reports, logs, actor);
		let told = if is_last { timeout(LAST_WORDS_TIME, told).await.unwrap_or(Ok(())) } else { told.await };
		if let Err(broken) = told {
			return broken;
		}
	}
	Broken::Ended
}

/// Tells the scheduler that the worker drains, if that is why it ends. It may not know yet, and would drain the worker again
/// when it is next started.
pub(super) async fn tell_drained(client: &WsClient, session: Session, Status { draining, .. }: Status) {
	if draining {
		let heartbeat = Heartbeat { free_slots: 0, draining, cached: None };
		// Fails only if the connection broke just now: then it is drained once more than needed.
		let _ = timeout(LAST_WORDS_TIME, client.heartbeat(session, heartbeat)).await;
	}
}

async fn tell_these(
	client: &WsClient,
	session: Session,
	reports: Vec<Report>,
	logs: &mut UntoldLogs,
	actor: &mpsc::UnboundedSender<Message>,
) -> Result<(), Broken> {
	let reports = condense(reports);
	for some in reports.chunks(MAX_REPORTS) {
		client.report(session, some.to_vec()).await?;
	}
	let ended: Vec<_> = reports.iter().filter(|report| report.step.is_last()).map(|report| report.task).collect();
	if !ended.is_empty() {
		// Fails only when the worker ends: then they are told again after its next start.
		let _ = actor.send(Message::Told(ended));
	}
	while let Some((task, text)) = logs.front() {
		match client.logs(session, *task, text.clone()).await {
			// The scheduler does not want them: they are lost, which costs nobody anything.
			Err(RpcError::Call(refusal)) => tracing::debug!(task = ?task.0, "the app's output was refused: {refusal}"),
			result => result?,
		}
		logs.pop_front();
	}
	Ok(())
}

/// Waits for something to tell, and takes what comes soon after. Returns whether it was the last.
async fn gather(
	outgoing: &mut mpsc::UnboundedReceiver<Outgoing>,
	reports: &mut Vec<Report>,
	logs: &mut UntoldLogs,
	mut callback: impl FnMut(TaskId, Vec<u8>, oneshot::Sender<Result<(), Undelivered>>),
) -> bool {
	let mut until = None::<Instant>;
	while reports.len() < MAX_REPORTS && logs.len() < MAX_LOGS {
		let next = tokio::select! {
			next = outgoing.recv() => next,
			() = clock::sleep_until(until) => return false,
		};
		match next {
			Some(Outgoing::Report(report)) => reports.push(report),
			Some(Outgoing::Logs(task, text)) => logs.push_back((task, text)),
			Some(Outgoing::Callback(task, data, answer)) => callback(task, data, answer),
			None => return true,
		}
		until.get_or_insert_with(|| Instant::now() + GATHER_TIME);
	}
	false
}

/// Returns why the scheduler did not take the data of a callback.
fn undelivered(error: RpcError) -> Undelivered {
	match error {
		RpcError::Call(refusal) if refusal.code() == code::UNKNOWN_TASK => {
			Undelivered::Unknown(refusal.message().into())
		}
		error => Undelivered::Failed(words(&error)),
	}
}

/// Leaves out what only says that a task goes on, where the next step is told too.
fn condense(reports: Vec<Report>) -> Vec<Report> {
	let passing = |step| matches!(step, Step::Started | Step::AppFetched | Step::DataFetched | Step::Computing);
	let mut followed = HashSet::new();
	let mut kept: Vec<_> = reports
		.into_iter()
		.rev()
		.filter(|report| !(followed.replace(report.task).is_some() && passing(report.step)))
		.collect();
	kept.reverse();
	kept
}

#[cfg(test)]
mod tests {
	use super::*;

	fn report(number: u64, step: Step) -> Report {
		let task = TaskId(sp_core::H256::from_low_u64_be(number));
		Report { task, step, at: 1, cause: None, digest: None, usage: None }
	}

	#[test]
	fn steps_that_are_passed_are_left_out() {
		let all = vec![
			report(1, Step::Started),
			report(2, Step::Started),
			report(1, Step::Computing),
			report(1, Step::Computed),
			report(1, Step::Contributed),
		];
		let kept = [report(2, Step::Started), report(1, Step::Computed), report(1, Step::Contributed)];
		assert_eq!(condense(all), kept);
	}
}
