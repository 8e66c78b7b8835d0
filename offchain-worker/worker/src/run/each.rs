//! What a task is run with, and not the others of its deal: its entry in the list that the request names.

use std::{fs, io};

use rlc_primitives::work::FailureCause;
use rlc_protocol::each::{Entry, InvalidList, OfTask, MAX_LIST};
use rlc_service::blocking;
use rlc_store::{is_pinned, CancellationToken, Fetched};

use super::{
	fetch::{failure, number_of, take_room},
	Apps,
};
use crate::{ports::Computation, record::RunFailure};

impl Apps {
	/// Returns what a task is run with beside what its request says for all, `OfTask::default()` if there is no list; and the
	/// list, which is kept in the cache as long as this is.
	///
	/// A list that tells nobody what to run is the request's fault. It is reported, as bad params are, and never contributed.
	pub(super) async fn entry(
		&self,
		computation: &Computation,
		left: &mut u64,
		stop: &CancellationToken,
	) -> Result<(OfTask, Option<Fetched>), RunFailure> {
		let plan = &computation.plan;
		let Some(location) = &plan.params.rlc_each else { return Ok(Default::default()) };
		let what = "the list of what each task is run with";
		let list = self.fetcher.fetch(location, None, stop).await;
		// It has the number after those of the request's own files.
		let cause = FailureCause::InputUnavailable { file: number_of(plan.params.iexec_input_files.len()) };
		let list = list.map_err(|error| failure(&error, cause, what))?;
		take_room(left, &list)?;
		let size = list.size();
		if size > MAX_LIST {
			return Err(invalid(&InvalidList::TooLarge(size)));
		}
		let deal = &plan.deal.deal;
		let (place, trust) = (computation.task.index.saturating_sub(deal.first), deal.trust);
		let read = blocking(move || {
			let bytes = fs::read(list.path())?;
			Ok::<_, io::Error>((Entry::of_task(&bytes, place, trust, is_pinned), list))
		});
		let (entry, list) = read.await.map_err(|error| RunFailure::own(format!("{what} cannot be read: {error}")))?;
		Ok((entry.map_err(|why| invalid(&why))?, Some(list)))
	}
}

fn invalid(why: &InvalidList) -> RunFailure {
	RunFailure::of_task(why.cause(), why.to_string())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::run::tests::{bench, module, put, Bench, FILES};

	/// Returns a bench whose deal begins with task 3, which is the one that runs, and names this list.
	fn with_list(list: &str) -> Bench {
		let mut bench = bench(&module(FILES, 0));
		(bench.plan.deal.deal.first, bench.plan.deal.deal.size) = (3, 2);
		bench.plan.params.rlc_each = Some(put(&bench.dir, "list.json", list.as_bytes()).0);
		bench
	}

	/// Returns the arguments of a task, and the names of the files that it reads.
	async fn read(bench: &Bench, index: u64) -> (Vec<String>, Vec<String>) {
		let mut computation = bench.computation();
		computation.task.index = index;
		let inputs = bench.apps.fetch(&computation, bench.stop.subscribe()).await.unwrap();
		(inputs.args().to_vec(), inputs.input_names().to_vec())
	}

	#[tokio::test]
	async fn task_reads_its_own_files_after_the_requests() {
		let mut bench = with_list("[]");
		let [all, own, others] = ["all", "own", "others"].map(|name| put(&bench.dir, name, name.as_bytes()).0);
		let list = format!(r#"[{{"args": "-n 'a b'", "inputs": ["{own}"]}}, {{"inputs": ["{others}"]}}]"#);
		bench.plan.params.rlc_each = Some(put(&bench.dir, "list.json", list.as_bytes()).0);
		bench.plan.params.iexec_input_files = vec![all];
		bench.plan.args = vec!["--all".into()];
		let (args, names) = read(&bench, 3).await;
		assert_eq!((args, names), (vec!["-n".to_owned(), "a b".into()], vec!["all".to_owned(), "own".into()]));
		let (args, names) = read(&bench, 4).await;
		assert_eq!((args, names), (vec!["--all".to_owned()], vec!["all".to_owned(), "others".into()]));
		assert!(bench.run().await.outcome.is_ok());
	}

	#[tokio::test]
	async fn list_that_tells_nobody_what_to_run_is_reported_and_not_contributed() {
		for list in ["[]", "{}", r#"[{"arg": ""}]"#, r#"[{"args": "it's"}]"#, r#"[{}, {"args": "it's"}]"#] {
			let finished = with_list(list).run().await;
			let failure = finished.outcome.unwrap_err();
			assert_eq!((failure.cause, finished.agreed), (Some(FailureCause::InvalidParams), None), "{list}");
		}
		let mut large = with_list(&format!("[{{}}]{}", " ".repeat(usize::try_from(MAX_LIST).unwrap())));
		large.apps.most_input = 2 * MAX_LIST;
		assert_eq!(large.cause().await, Some(FailureCause::InvalidParams));
	}

	#[tokio::test]
	async fn what_a_list_names_is_pinned_where_workers_have_to_agree() {
		let own = with_list("[]");
		let (input, _) = put(&own.dir, "own", b"own");
		let mut bench = with_list(&format!(r#"[{{}}, {{"inputs": ["{input}"]}}]"#));
		assert!(bench.run().await.outcome.is_ok(), "one worker's word");
		bench.plan.deal.deal.trust = 2;
		let failure = bench.run().await.outcome.unwrap_err();
		assert_eq!(failure.cause, Some(FailureCause::InvalidParams), "also for the task that does not read it");
		assert!(failure.words.starts_with("entry 2 of the list"), "{}", failure.words);
	}

	#[tokio::test]
	async fn missing_list_and_missing_files_of_an_entry_have_numbers() {
		let mut bench = with_list(r#"[{"inputs": ["file:///nowhere/input"]}]"#);
		let (all, _) = put(&bench.dir, "all", b"all");
		bench.plan.params.iexec_input_files = vec![all];
		assert_eq!(bench.cause().await, Some(FailureCause::InputUnavailable { file: 2 }));
		bench.plan.params.rlc_each = Some("file:///nowhere/list".into());
		assert_eq!(bench.cause().await, Some(FailureCause::InputUnavailable { file: 1 }));
	}

	#[tokio::test]
	async fn list_and_files_do_not_fill_the_disk() {
		let mut bench = with_list("[{}]");
		let app = fs::metadata(bench.dir.path().join("app.wasm")).unwrap().len();
		bench.apps.most_input = app + 3;
		assert_eq!(bench.cause().await, None, "another worker may have room");
		bench.apps.most_input = app + 4;
		assert!(bench.run().await.outcome.is_ok());
	}
}
