//! Tasks without a result: failures that workers agree on, and tasks that are released.

use super::*;

#[test]
fn agreed_failure_waits_for_those_who_committed_to_something_else() {
	let mut task = revealed();
	for n in [2, 4] {
		task.reveal(&worker(n), digest(RIGHT), START).unwrap();
	}
	let unchanged = task.clone();
	let fail = |task: &mut Task, now| task.agree_to_fail(&deal(3), now, &Rules::LIVE);
	assert_eq!(fail(&mut task, START + 2 * T - 1), Err(TaskError::RevealsMissing), "worker 3 is open");
	assert_eq!(task, unchanged);
	assert!(fail(&mut task, START + 2 * T).is_ok());
	assert!(matches!(task.stage, Stage::Failed(Some(Consensus { digest: Some(_), .. }))));

	let mut task = unchanged;
	task.excuse(&worker(3), digest(WRONG), START).unwrap();
	assert_eq!(task.contribution(&worker(3)).unwrap().status, ContributionStatus::Excused);
	assert!(fail(&mut task, START).is_ok());
	assert_eq!(fail(&mut task, START), Err(TaskError::NotRevealing));
}

#[test]
fn agreed_failure_without_all_reveals_is_closed_after_the_window() {
	let mut task = revealed();
	task.excuse(&worker(3), digest(WRONG), START).unwrap();
	let fail = |task: &mut Task, now| task.agree_to_fail(&deal(3), now, &Rules::LIVE);
	assert_eq!(fail(&mut task, START + 2 * T - 1), Err(TaskError::RevealsMissing));
	assert_eq!(fail(&mut revealing(), START + 2 * T), Err(TaskError::RevealsMissing), "nobody revealed");
	assert_eq!(fail(&mut task.clone(), START + 12 * T), Err(TaskError::FinalTooLate));
	assert!(fail(&mut task, START + 2 * T).is_ok());
}

#[test]
fn excuse_is_refused_by_name() {
	let excuse = |task: &mut Task, who, result, now| task.excuse(&worker(who), digest(result), now);
	assert_eq!(excuse(&mut active(), 3, WRONG, START), Err(TaskError::NotRevealing));
	let mut task = revealed();
	let unchanged = task.clone();
	assert_eq!(excuse(&mut task, 3, WRONG, START + 2 * T), Err(TaskError::RevealTooLate));
	assert_eq!(excuse(&mut task, 9, WRONG, START), Err(TaskError::NotContributor));
	assert_eq!(excuse(&mut task, 1, RIGHT, START), Err(TaskError::NotOpen));
	assert_eq!(excuse(&mut task, 3, RIGHT, START), Err(TaskError::WrongDigest));
	assert_eq!(task, unchanged);

	task.contributions[1].commitment.seal = ResultSeal::default();
	assert_eq!(excuse(&mut task, 3, WRONG, START), Err(TaskError::WrongSeal));
}

#[test]
fn task_without_a_consensus_is_released() {
	let mut task = active();
	contribute(&mut task, 1, RIGHT).unwrap();
	let mut late = task.clone();
	assert_eq!(late.release(&deal(3), START + 10 * T), Err(TaskError::FinalTooLate));
	assert_eq!(task.release(&deal(3), START + 10 * T - 1), Ok(()));
	assert_eq!(task.stage, Stage::Failed(None));
	assert_eq!(task.release(&deal(3), START), Err(TaskError::AlreadyClosed));
	assert_eq!(revealing().release(&deal(3), START), Err(TaskError::NotActive));
}
