use super::*;
use crate::testing::record;
use rlc_primitives::{
	ethereum::EthereumSignature,
	task::{Commitment, Consensus, Contribution, Stage, Task},
	work::{AgreedFailure, AppFault, DelegationProof, TaskView},
	AccountId, ResultDigest, ResultHash, ResultSeal, SchedulerSignature, TaskEvent, TaskId,
};
use sp_core::H256;

const DEADLINE: Moment = 1_000;

fn output() -> Output {
	Output { digest: ResultDigest(H256::repeat_byte(5)), kind: OutputKind::Archive, size: 7 }
}

fn id() -> TaskId {
	record(0, State::Taken).id()
}

fn ours(status: ContributionStatus) -> Option<Ours> {
	Some(Ours { result: output().hash(id()), status })
}

fn others() -> ResultHash {
	ResultHash(H256::repeat_byte(8))
}

fn seen(phase: Phase, ours: Option<Ours>) -> Seen {
	let mut task = Task::new(record(0, State::Taken).task.deal, record(0, State::Taken).task.index);
	let consensus = |result| Consensus { result, reveal_deadline: 0, winners: 1, reveals: 0, digest: None };
	task.stage = match phase {
		Phase::Active => Stage::Active,
		Phase::Revealing { result, deadline } => {
			Stage::Revealing(Consensus { reveal_deadline: deadline, ..consensus(result) })
		}
		Phase::Completed(digest) => {
			let result = ResultHash::of(id(), digest);
			Stage::Completed(Consensus { digest: Some(digest), ..consensus(result) })
		}
		Phase::Failed => Stage::Failed(None),
	};
	let worker = AccountId::new([1; 32]);
	if let Some(Ours { result, status }) = ours {
		let commitment = Commitment { result, seal: ResultSeal::default(), enclave: None };
		let contribution = Contribution { worker: worker.clone(), commitment, weight: 2, status };
		task.contributions.try_push(contribution).unwrap();
	}
	let view = TaskView {
		id: task.id(),
		task,
		contribution_deadline: DEADLINE,
		final_deadline: DEADLINE,
		delegates: Vec::new(),
		failures: Vec::new(),
		delivery: None,
		failure: None,
	};
	Seen::of(view, worker, 1)
}

fn consensus(result: ResultHash) -> Phase {
	Phase::Revealing { result, deadline: 2_000 }
}

fn here() -> Local {
	Local { present: true, ..Local::default() }
}

fn decide(state: State, seen: &Seen, local: &Local, now: Moment) -> Action {
	next_action(&record(0, state), Some(seen), local, now)
}

/// Returns what is done at a time when all is possible.
fn act(state: State, phase: Phase, ours: Option<Ours>) -> Action {
	decide(state, &seen(phase, ours), &here(), 500)
}

fn is_aborted(action: &Action) -> bool {
	matches!(action, Action::End(End::Aborted(_)))
}

fn is_failed(action: &Action) -> bool {
	matches!(action, Action::End(End::Failed(RunFailure { cause: None, .. })))
}

use ContributionStatus::{Contributed, Excused, Proved, Rejected};

#[test]
fn nothing_is_sent_before_the_chain_was_asked() {
	let output = output();
	let states = [
		State::Taken,
		State::Computed(output),
		State::Contributing(output),
		State::Contributed(output),
		State::Revealing(output),
		State::Revealed(output),
		State::Uploaded(output),
	];
	for state in states {
		assert_eq!(next_action(&record(0, state), None, &here(), 500), Action::Ask);
	}
	assert_eq!(next_action(&record(0, State::Ended(End::Completed)), None, &here(), 500), Action::Wait);
}

#[test]
fn open_task_is_computed_then_contributed() {
	assert_eq!(act(State::Taken, Phase::Active, None), Action::Compute);
	for state in [State::Computed(output()), State::Contributing(output())] {
		assert_eq!(act(state, Phase::Active, None), Action::Contribute(output()));
	}
}

#[test]
fn contribution_that_is_on_chain_is_not_made_again() {
	for state in [State::Computed(output()), State::Contributing(output())] {
		let action = act(state.clone(), Phase::Active, ours(Contributed));
		assert_eq!(action, Action::Note(State::Contributed(output())));
		let action = act(state.clone(), Phase::Completed(output().digest), ours(Proved));
		assert_eq!(action, Action::Note(State::Revealed(output())), "contributed and finalized at once");
		let another = Some(Ours { result: others(), status: Contributed });
		assert!(is_failed(&act(state, Phase::Active, another)));
	}
}

#[test]
fn task_that_is_over_or_agreed_on_is_not_contributed_to() {
	for state in [State::Taken, State::Computed(output()), State::Contributing(output())] {
		for phase in [Phase::Failed, Phase::Completed(output().digest), consensus(others())] {
			assert!(is_aborted(&act(state.clone(), phase, None)), "{state:?} {phase:?}");
		}
		assert!(is_failed(&decide(state, &seen(Phase::Active, None), &here(), DEADLINE)));
	}
}

/// Returns a signed delegation that expires at this time.
fn until(expiry: Moment) -> DelegationProof {
	DelegationProof::Signed { signature: SchedulerSignature::Ethereum(EthereumSignature::Full([0; 65])), expiry }
}

#[test]
fn expired_delegation_gives_the_task_back() {
	let signed = |state| Record { authorization: until(700), ..record(0, state) };
	let open = seen(Phase::Active, None);
	for state in [State::Taken, State::Computed(output()), State::Contributing(output())] {
		let act = |now| next_action(&signed(state.clone()), Some(&open), &here(), now);
		assert!(matches!(act(699), Action::Compute | Action::Contribute(_)), "{state:?}");
		assert!(is_aborted(&act(700)), "{state:?}");
	}
	let undone = |now| next_action(&signed(State::Contributed(output())), Some(&open), &here(), now);
	assert_eq!((undone(699), undone(700)), (Action::Contribute(output()), Action::Wait));
}

#[test]
fn expired_delegation_does_not_keep_a_contribution_from_being_revealed() {
	let agreed = seen(consensus(output().hash(id())), ours(Contributed));
	let act = |state| {
		let record = Record { authorization: until(0), ..record(0, state) };
		next_action(&record, Some(&agreed), &here(), 500)
	};
	assert_eq!(act(State::Taken), Action::Compute, "the stake may be saved");
	assert_eq!(act(State::Contributing(output())), Action::Note(State::Contributed(output())));
	assert_eq!(act(State::Contributed(output())), Action::Reveal(output()));
}

#[test]
fn result_that_is_gone_is_computed_again_unless_it_was_contributed() {
	let gone = Local::default();
	for state in [State::Computed(output()), State::Contributing(output())] {
		let open = seen(Phase::Active, None);
		assert_eq!(decide(state.clone(), &open, &gone, 500), Action::Note(State::Taken));
		let bound = seen(Phase::Active, ours(Contributed));
		assert_eq!(decide(state, &bound, &gone, 500), Action::Note(State::Contributed(output())));
	}
}

#[test]
fn contribution_that_the_journal_lost_is_computed_again() {
	let bound = ours(Contributed);
	for phase in [Phase::Active, consensus(output().hash(id()))] {
		assert_eq!(act(State::Taken, phase, bound), Action::Compute);
	}
	assert!(is_failed(&act(State::Taken, Phase::Active, ours(Rejected))));
}

#[test]
fn winner_reveals_before_the_deadline() {
	for state in [State::Contributed(output()), State::Revealing(output())] {
		let agreed = seen(consensus(output().hash(id())), ours(Contributed));
		assert_eq!(decide(state.clone(), &agreed, &here(), 1_999), Action::Reveal(output()));
		assert_eq!(decide(state.clone(), &agreed, &here(), 2_000), Action::Wait);
		assert_eq!(act(state.clone(), Phase::Active, ours(Contributed)), Action::Wait, "no consensus yet");
		assert_eq!(act(state.clone(), consensus(others()), ours(Contributed)), Action::Wait, "not the winner");
		assert_eq!(act(state, Phase::Active, ours(Rejected)), Action::Wait, "missed; the task is open again");
	}
}

#[test]
fn reveal_that_is_on_chain_is_not_made_again() {
	for state in [State::Contributed(output()), State::Revealing(output())] {
		for phase in [consensus(output().hash(id())), Phase::Completed(output().digest)] {
			assert_eq!(act(state.clone(), phase, ours(Proved)), Action::Note(State::Revealed(output())));
		}
	}
	for state in [State::Revealed(output()), State::Uploaded(output())] {
		assert_eq!(act(state, consensus(output().hash(id())), ours(Proved)), Action::Wait);
	}
}

#[test]
fn what_a_fork_undid_is_done_again() {
	for state in [State::Contributed(output()), State::Revealing(output()), State::Revealed(output())] {
		assert_eq!(act(state.clone(), Phase::Active, None), Action::Contribute(output()), "{state:?}");
	}
	for state in [State::Revealed(output()), State::Uploaded(output())] {
		assert_eq!(act(state, consensus(output().hash(id())), ours(Contributed)), Action::Reveal(output()));
	}
}

#[test]
fn order_to_stop_ends_only_what_is_not_on_chain() {
	let stopped = Local { stop: Some("settled".into()), ..here() };
	for state in [State::Taken, State::Computed(output())] {
		assert!(is_aborted(&decide(state, &seen(Phase::Active, None), &stopped, 500)));
	}
	assert!(is_aborted(&next_action(&record(0, State::Taken), None, &stopped, 500)));
	let open = seen(Phase::Active, None);
	assert_eq!(decide(State::Contributing(output()), &open, &stopped, 500), Action::Contribute(output()));
	let agreed = seen(consensus(output().hash(id())), ours(Contributed));
	assert_eq!(decide(State::Contributed(output()), &agreed, &stopped, 500), Action::Reveal(output()));
	assert_eq!(decide(State::Taken, &agreed, &stopped, 500), Action::Compute, "the stake may be saved");
}

#[test]
fn digest_is_kept_until_the_end_is_finalized() {
	let finalized = Local { finalized: true, ..here() };
	for state in [State::Contributed(output()), State::Revealing(output())] {
		let failed = seen(Phase::Failed, ours(Contributed));
		assert_eq!(decide(state.clone(), &failed, &here(), 500), Action::Wait);
		assert!(is_aborted(&decide(state.clone(), &failed, &finalized, 500)));
		for digest in [output().digest, ResultDigest(H256::repeat_byte(9))] {
			let closed = seen(Phase::Completed(digest), ours(Contributed));
			assert_eq!(decide(state.clone(), &closed, &here(), 500), Action::Wait);
			assert!(is_failed(&decide(state.clone(), &closed, &finalized, 500)));
		}
		let without_us = seen(Phase::Failed, None);
		assert!(is_aborted(&decide(state, &without_us, &finalized, 500)));
	}
}

/// Returns a task whose winners showed that the app failed, with this failure or result of ours.
fn failing(phase: Phase, ours: Option<Ours>) -> Seen {
	let mut seen = seen(phase, ours);
	let (worker, cause) = (AccountId::new([2; 32]), AppFault::AppFailed);
	seen.apply(&TaskEvent::FailureRevealed { worker, cause, code: 4 }, 1);
	seen
}

/// Returns what this worker says of the app: that it failed in its own way.
fn failure() -> Output {
	Output::failed(id(), AgreedFailure { cause: AppFault::AppFailed, code: 3, trace: H256::zero() })
}

fn ours_failed(status: ContributionStatus) -> Option<Ours> {
	Some(Ours { result: failure().hash(id()), status })
}

#[test]
fn another_failure_is_shown_once_the_others_have_shown_theirs_and_in_time() {
	for state in [State::Contributed(failure()), State::Revealing(failure())] {
		let unknown = seen(consensus(others()), ours_failed(Contributed));
		assert_eq!(decide(state.clone(), &unknown, &here(), 500), Action::Wait, "it may be a result");
		let known = failing(consensus(others()), ours_failed(Contributed));
		assert_eq!(decide(state.clone(), &known, &here(), 1_999), Action::Reveal(failure()));
		assert_eq!(decide(state.clone(), &known, &here(), 2_000), Action::Wait);
		let excused = failing(consensus(others()), ours_failed(Excused));
		assert_eq!(decide(state, &excused, &here(), 500), Action::Wait, "it is shown already");
	}
	let result = failing(consensus(others()), ours(Contributed));
	assert_eq!(decide(State::Contributed(output()), &result, &here(), 500), Action::Wait, "a result is not excused");
}

#[test]
fn excused_worker_tells_so_when_the_end_is_finalized() {
	let finalized = Local { finalized: true, ..here() };
	let closed = failing(Phase::Failed, ours_failed(Excused));
	for state in [State::Contributed(failure()), State::Revealing(failure()), State::Revealed(failure())] {
		assert_eq!(decide(state.clone(), &closed, &here(), 500), Action::Wait);
		let Action::End(End::Aborted(words)) = decide(state, &closed, &finalized, 500) else { panic!("it goes on") };
		assert_eq!(words, "the others agree on another failure of the app, and the stake is free again");
	}
}

#[test]
fn worker_that_lost_its_stake_to_an_agreed_failure_is_not_told_that_it_is_free() {
	let finalized = Local { finalized: true, ..here() };
	for (output, ours) in [(output(), ours(Contributed)), (failure(), ours_failed(Contributed))] {
		let closed = failing(Phase::Failed, ours);
		assert!(is_failed(&decide(State::Contributed(output), &closed, &finalized, 500)), "{output:?}");
	}
}

#[test]
fn result_is_kept_until_it_is_uploaded_or_nobody_wants_it() {
	let closed = seen(Phase::Completed(output().digest), ours(Proved));
	let finalized = Local { finalized: true, ..here() };
	let revealed = || State::Revealed(output());
	assert_eq!(decide(revealed(), &closed, &finalized, 500), Action::Wait);
	let unwanted = [
		Local { stop: Some("another uploaded it".into()), ..finalized.clone() },
		Local { expired: true, ..finalized.clone() },
	];
	for local in unwanted {
		assert_eq!(decide(revealed(), &closed, &local, 500), Action::End(End::Completed));
		assert_eq!(decide(revealed(), &closed, &Local { finalized: false, ..local }, 500), Action::Wait);
	}
	assert_eq!(decide(State::Uploaded(output()), &closed, &finalized, 500), Action::End(End::Completed));
	assert_eq!(decide(State::Uploaded(output()), &closed, &here(), 500), Action::Wait);
	let failed = seen(Phase::Failed, ours(Proved));
	assert!(is_aborted(&decide(revealed(), &failed, &finalized, 500)));
}

#[test]
fn upload_is_done_when_asked_for_and_again_when_asked_again() {
	let closed = seen(Phase::Completed(output().digest), ours(Proved));
	let asked = Local { upload: true, finalized: true, ..here() };
	for state in [State::Revealed(output()), State::Uploaded(output())] {
		assert_eq!(decide(state, &closed, &asked, 500), Action::Upload(output()));
	}
	let agreed = seen(consensus(output().hash(id())), ours(Contributed));
	assert_eq!(decide(State::Contributed(output()), &agreed, &asked, 500), Action::Reveal(output()), "first that");
}

#[test]
fn result_of_a_task_that_the_chain_has_forgotten_is_uploaded_when_asked_for() {
	let asked = Local { upload: true, ..here() };
	let forgotten = |state, local: &Local| next_action(&record(0, state), None, local, 500);
	assert_eq!(forgotten(State::Revealed(output()), &asked), Action::Upload(output()));
	assert_eq!(forgotten(State::Revealed(output()), &here()), Action::Ask);
	assert_eq!(forgotten(State::Contributed(output()), &asked), Action::Ask, "the reveal comes first");
	assert_eq!(forgotten(State::Revealed(failure()), &asked), Action::Ask, "a failure has no file");
}

#[test]
fn data_of_a_callback_is_brought_unasked_and_once() {
	let output = Output { kind: OutputKind::Callback, ..output() };
	let agreed = seen(consensus(output.hash(id())), ours(Proved));
	assert_eq!(decide(State::Revealed(output), &agreed, &here(), 500), Action::Upload(output));
	assert_eq!(decide(State::Uploaded(output), &agreed, &here(), 500), Action::Wait);
	let unwanted = Local { stop: Some("there".into()), ..here() };
	assert_eq!(decide(State::Revealed(output), &agreed, &unwanted, 500), Action::Wait);
}

#[test]
fn data_of_a_callback_that_is_over_is_not_brought_for_ever() {
	let output = Output { kind: OutputKind::Callback, ..output() };
	let state = || State::Revealed(output);
	let completed = seen(Phase::Completed(output.digest), ours(Proved));
	let finalized = Local { finalized: true, ..here() };
	assert_eq!(decide(state(), &completed, &finalized, 500), Action::Upload(output), "the scheduler may still want it");
	for local in [Local { expired: true, ..finalized.clone() }, Local { forgotten: true, ..finalized.clone() }] {
		assert_eq!(decide(state(), &completed, &local, 500), Action::End(End::Completed));
	}
	let forgotten = Local { forgotten: true, ..here() };
	let agreed = seen(consensus(output.hash(id())), ours(Proved));
	assert_eq!(decide(state(), &agreed, &forgotten, 500), Action::Upload(output), "a fork opened the task again");
	let failed = seen(Phase::Failed, ours(Proved));
	assert!(is_aborted(&decide(state(), &failed, &finalized, 500)));
	let undone = seen(Phase::Active, None);
	assert_eq!(decide(state(), &undone, &here(), 500), Action::Contribute(output), "first what a fork undid");
}
