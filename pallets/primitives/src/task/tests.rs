//! What a task allows, and each thing that it refuses.

mod failures;

use super::*;
use crate::{
	deal::{Resource, Settlement},
	tag::Tag,
	AppId, CallbackId, CategoryId, WorkerpoolId,
};
use proptest::prelude::*;
use sp_core::H256;

/// T of the test's category, in ms; its deal starts at time 1,000.
const T: Moment = 100;
const START: Moment = 1_000;
const RIGHT: u8 = 1;
const WRONG: u8 = 2;

fn worker(n: u8) -> AccountId {
	AccountId::new([n; 32])
}

fn deal(trust: u64) -> Deal {
	let owner = worker(200);
	Deal {
		app: Resource { id: AppId::default(), owner: owner.clone(), price: 1 },
		dataset: None,
		workerpool: Resource { id: WorkerpoolId::default(), owner: owner.clone(), price: 1_000 },
		payer: owner.clone(),
		requester: owner,
		beneficiary: None,
		callback: None,
		category: CategoryId(0),
		reference_time: T,
		trust,
		tag: Tag::NONE,
		start: START,
		opened: START,
		first: 3,
		size: 2,
		worker_stake: 300,
		charge: 0,
		pool_stake: 300,
		scheduler_ratio: 1,
		settlement: Settlement::Automatic,
	}
}

fn digest(result: u8) -> ResultDigest {
	ResultDigest(H256::repeat_byte(result))
}

fn commitment(who: u8, result: u8) -> Commitment {
	Commitment::of(&worker(who), active().id(), digest(result))
}

/// Returns a task that nobody touched.
fn active() -> Task {
	Task::new(DealId(H256::repeat_byte(9)), 3)
}

/// Returns a task with a consensus of the workers 1 and 2, reached at its start; worker 3 was wrong. For `deal(3)`.
fn revealing() -> Task {
	let mut task = active();
	assert_eq!(contribute(&mut task, 1, RIGHT), Ok(None));
	assert_eq!(contribute(&mut task, 3, WRONG), Ok(None));
	assert_eq!(contribute(&mut task, 2, RIGHT), Ok(None), "4 · 3 > 7 · 2 does not hold");
	let reached = task.contribute(&deal(3), worker(4), 12, commitment(4, RIGHT), START, &Rules::IEXEC);
	assert_eq!(reached.unwrap().unwrap().winners, 3);
	task
}

/// Returns the same, after the worker 1 revealed.
fn revealed() -> Task {
	let mut task = revealing();
	assert_eq!(task.reveal(&worker(1), digest(RIGHT), START), Ok(2));
	task
}

fn contribute(task: &mut Task, who: u8, result: u8) -> Result<Option<Consensus>, TaskError> {
	task.contribute(&deal(3), worker(who), 0, commitment(who, result), START, &Rules::IEXEC)
}

/// Checks that a transition refuses with `error` and changes nothing.
#[track_caller]
fn refused<R: core::fmt::Debug + PartialEq>(
	task: &Task,
	error: TaskError,
	transition: impl FnOnce(&mut Task) -> Result<R, TaskError>,
) {
	let mut after = task.clone();
	assert_eq!(transition(&mut after), Err(error));
	assert_eq!(after, *task);
}

const REVEAL_DEADLINE: Moment = START + 2 * T;
const CONTRIBUTION_DEADLINE: Moment = START + 7 * T;
const FINAL_DEADLINE: Moment = START + 10 * T;

#[test]
fn deadlines_are_multiples_of_the_reference_time() {
	let deal = deal(1);
	assert_eq!(deal.contribution_deadline(), CONTRIBUTION_DEADLINE);
	assert_eq!(deal.final_deadline(), FINAL_DEADLINE);
	assert_eq!(deal.reveal_deadline(START), REVEAL_DEADLINE);
	assert_eq!(Deal { reference_time: Moment::MAX, ..deal }.final_deadline(), Moment::MAX);
}

#[test]
fn deal_has_the_tasks_of_its_volume() {
	let id = DealId::default();
	let tasks = (0..7).map(|index| deal(1).task(id, index)).collect::<Vec<_>>();
	assert_eq!(tasks.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, false, true, true, false, false]);
	assert_eq!(tasks[3], Some(TaskId::of(id, 3)));
}

#[test]
fn category_with_too_little_time_or_too_much_is_invalid() {
	use crate::deal::{MAX_REFERENCE_TIME, MIN_REFERENCE_TIME};
	let of = |reference_time| crate::Category { name: Default::default(), reference_time }.is_valid();
	assert!(of(MIN_REFERENCE_TIME) && of(MAX_REFERENCE_TIME));
	assert!(!of(0) && !of(MIN_REFERENCE_TIME - 1) && !of(MAX_REFERENCE_TIME + 1));
	assert!(crate::Category::DEFAULT.iter().all(|(_, time)| of(*time)));
}

#[test]
fn agreement_of_all_winners_is_finalized() {
	let mut task = revealed();
	assert_eq!(task.reveal(&worker(2), digest(RIGHT), START), Ok(1));
	refused(&task, TaskError::RevealsMissing, |task| task.finalize(&deal(3), None, START, &Rules::IEXEC));
	assert_eq!(task.reveal(&worker(4), digest(RIGHT), START), Ok(0));
	let consensus = task.finalize(&deal(3), None, START, &Rules::IEXEC).unwrap();
	assert_eq!((consensus.winners, consensus.reveals, consensus.digest), (3, 3, Some(digest(RIGHT))));
	assert_eq!(task.stage, Stage::Completed(consensus));
}

#[test]
fn contribution_to_a_task_with_a_consensus_is_refused() {
	refused(&revealing(), TaskError::NotActive, |task| contribute(task, 5, RIGHT));
}

/// A worker with a score like this would decide a task of trust 3 alone, as far as credibility goes.
#[test]
fn trust_is_not_met_by_one_worker_whatever_its_score() {
	let alone = active().contribute(&deal(3), worker(1), 1_000_000, commitment(1, RIGHT), START, &Rules::IEXEC);
	assert!(alone.unwrap().is_some(), "as iExec's contracts do");
	let mut task = active();
	let mut contribute = |who: u8, result| {
		task.contribute(&deal(3), worker(who), 1_000_000, commitment(who, result), START, &Rules::LIVE)
	};
	assert_eq!(contribute(1, RIGHT), Ok(None));
	assert_eq!(contribute(2, WRONG), Ok(None), "another result is not agreement");
	assert_eq!(contribute(3, RIGHT).unwrap().map(|consensus| consensus.winners), Some(2));
}

#[test]
fn task_of_trust_1_needs_one_worker() {
	let reached = active().contribute(&deal(1), worker(1), 0, commitment(1, RIGHT), START, &Rules::LIVE);
	assert!(reached.unwrap().is_some());
}

#[test]
fn revealed_task_has_some_time_left_after_its_final_deadline() {
	const END: Moment = FINAL_DEADLINE + 2 * T;
	let live = &Rules::LIVE;
	refused(&revealed(), TaskError::ClaimTooEarly, |task| task.claim(&deal(3), END - 1, live));
	refused(&revealed(), TaskError::AlreadyRevealed, |task| task.abandon(&deal(3), END - 1, live));
	assert!(revealed().finalize(&deal(3), None, END - 1, live).is_ok());
	refused(&revealed(), TaskError::FinalTooLate, |task| task.finalize(&deal(3), None, END, live));
	assert_eq!(revealed().claim(&deal(3), END, live), Ok(()));
	assert_eq!(revealing().claim(&deal(3), FINAL_DEADLINE, live), Ok(()), "nobody revealed");
}

#[test]
fn late_contribution_is_refused() {
	let at =
		|now| move |task: &mut Task| task.contribute(&deal(3), worker(1), 0, commitment(1, RIGHT), now, &Rules::IEXEC);
	refused(&active(), TaskError::ContributionTooLate, at(CONTRIBUTION_DEADLINE));
	assert_eq!(at(CONTRIBUTION_DEADLINE - 1)(&mut active()), Ok(None));
}

#[test]
fn second_contribution_is_refused() {
	let mut task = active();
	contribute(&mut task, 1, RIGHT).unwrap();
	refused(&task, TaskError::AlreadyContributed, |task| contribute(task, 1, RIGHT));
	refused(&task, TaskError::AlreadyContributed, |task| contribute(task, 1, WRONG));
}

#[test]
fn contribution_without_enclave_is_refused_if_the_tag_demands_one() {
	let deal = Deal { tag: Tag::from_bits(0b11), ..deal(1) };
	let without = commitment(1, RIGHT);
	let with = Commitment { enclave: Some(H160::repeat_byte(1)), ..without };
	refused(&active(), TaskError::EnclaveRequired, |task| {
		task.contribute(&deal, worker(1), 0, without, START, &Rules::IEXEC)
	});
	refused(&active(), TaskError::EnclaveRequired, |task| {
		task.contribute_and_finalize(&deal, worker(1), digest(RIGHT), None, None, START)
	});
	assert!(active().contribute(&deal, worker(1), 0, with, START, &Rules::IEXEC).unwrap().is_some());
}

#[test]
fn sixty_fifth_contributor_is_refused() {
	// 64 workers in 32 groups of two, none of which is credible enough.
	let mut task = active();
	let mut say =
		|who: u8| task.contribute(&deal(1_000), worker(who), 0, commitment(who, who / 2), START, &Rules::IEXEC);
	assert!((0..64).all(|who| say(who) == Ok(None)));
	refused(&task, TaskError::TooManyContributors, |task| contribute(task, 64, RIGHT));
	assert_eq!(task.total, U256::from(1 + 32 * 4));
}

#[test]
fn numbers_above_256_bits_are_refused() {
	// Two camps of workers with the highest score, neither of which is ever credible enough.
	let deal = deal(u64::MAX);
	let say = |task: &mut Task, who: u8| {
		task.contribute(&deal, worker(who), Score::MAX, commitment(who, who % 2), START, &Rules::IEXEC)
	};
	let mut task = active();
	assert!((1..=6).all(|who| say(&mut task, who) == Ok(None)));
	refused(&task, TaskError::ConsensusOverflow, |task| say(task, 7));
	let mut task = Task { total: U256::MAX, ..active() };
	refused(&task, TaskError::ConsensusOverflow, |task| contribute(task, 1, RIGHT));
	task.total = U256::zero();
	contribute(&mut task, 1, RIGHT).unwrap();
}

#[test]
fn reveal_before_a_consensus_is_refused() {
	let mut task = active();
	contribute(&mut task, 1, RIGHT).unwrap();
	refused(&task, TaskError::NotRevealing, |task| task.reveal(&worker(1), digest(RIGHT), START));
}

#[test]
fn late_reveal_is_refused() {
	let at = |now| move |task: &mut Task| task.reveal(&worker(1), digest(RIGHT), now);
	refused(&revealing(), TaskError::RevealTooLate, at(REVEAL_DEADLINE));
	assert_eq!(at(REVEAL_DEADLINE - 1)(&mut revealing()), Ok(2));
}

#[test]
fn reveal_by_others_than_open_winners_is_refused() {
	let by = |who, result| move |task: &mut Task| task.reveal(&worker(who), digest(result), START);
	refused(&revealing(), TaskError::NotContributor, by(9, RIGHT));
	refused(&revealing(), TaskError::NotWinner, by(3, WRONG));
	refused(&revealing(), TaskError::NotWinner, by(3, RIGHT));
	refused(&revealed(), TaskError::NotOpen, by(1, RIGHT));
}

#[test]
fn reveal_of_another_digest_is_refused() {
	refused(&revealing(), TaskError::WrongDigest, |task| task.reveal(&worker(1), digest(WRONG), START));
}

#[test]
fn copied_commitment_cannot_be_revealed() {
	let mut task = active();
	contribute(&mut task, 1, RIGHT).unwrap();
	let reached = task.contribute(&deal(2), worker(2), 0, commitment(1, RIGHT), START, &Rules::IEXEC).unwrap();
	assert!(reached.is_some());
	refused(&task, TaskError::WrongSeal, |task| task.reveal(&worker(2), digest(RIGHT), START));
	assert_eq!(task.reveal(&worker(1), digest(RIGHT), START), Ok(1));
}

#[test]
fn finalize_waits_for_all_winners_or_the_reveal_deadline() {
	let at = |now| move |task: &mut Task| task.finalize(&deal(3), None, now, &Rules::IEXEC).map(|_| ());
	refused(&active(), TaskError::NotRevealing, at(START));
	refused(&revealing(), TaskError::RevealsMissing, at(START));
	refused(&revealing(), TaskError::RevealsMissing, at(REVEAL_DEADLINE));
	refused(&revealed(), TaskError::RevealsMissing, at(REVEAL_DEADLINE - 1));
	refused(&revealed(), TaskError::FinalTooLate, at(FINAL_DEADLINE));
	assert_eq!(at(REVEAL_DEADLINE)(&mut revealed()), Ok(()));
	assert_eq!(at(FINAL_DEADLINE - 1)(&mut revealed()), Ok(()));
}

#[test]
fn callback_data_is_there_exactly_if_the_deal_has_a_callback() {
	let data = b"price: 7".as_slice();
	let right = ResultDigest::of_callback(data);
	let with = Deal { callback: Some(CallbackId(H160::repeat_byte(1))), ..deal(1) };
	let run = |deal: Deal, data: Option<&'static [u8]>| {
		move |task: &mut Task| task.contribute_and_finalize(&deal, worker(1), right, None, data, START).map(|_| ())
	};
	refused(&active(), TaskError::CallbackDataMissing, run(with.clone(), None));
	refused(&active(), TaskError::WrongCallbackData, run(with.clone(), Some(b"")));
	refused(&active(), TaskError::WrongCallbackData, run(with.clone(), Some(b"price: 8")));
	refused(&active(), TaskError::UnexpectedCallbackData, run(deal(1), Some(b"price: 7")));
	assert_eq!(run(with.clone(), Some(b"price: 7"))(&mut active()), Ok(()));

	let mut task = active();
	let commitment = Commitment::of(&worker(1), task.id(), right);
	task.contribute(&with, worker(1), 0, commitment, START, &Rules::IEXEC).unwrap();
	task.reveal(&worker(1), right, START).unwrap();
	refused(&task, TaskError::CallbackDataMissing, |task| task.finalize(&with, None, START, &Rules::IEXEC));
	refused(&task, TaskError::WrongCallbackData, |task| task.finalize(&with, Some(b"price: 8"), START, &Rules::IEXEC));
	refused(&task, TaskError::UnexpectedCallbackData, |task| task.finalize(&deal(1), Some(data), START, &Rules::IEXEC));
	assert!(task.finalize(&with, Some(data), START, &Rules::IEXEC).is_ok());
}

#[test]
fn one_worker_is_enough_for_trust_one_only() {
	let run = |trust, who, now| {
		move |task: &mut Task| {
			let done = task.contribute_and_finalize(&deal(trust), worker(who), digest(RIGHT), None, None, now);
			done.map(|consensus| (consensus.winners, consensus.reveals, consensus.reveal_deadline))
		}
	};
	refused(&active(), TaskError::TrustTooHigh, run(2, 1, START));
	refused(&active(), TaskError::ContributionTooLate, run(1, 1, CONTRIBUTION_DEADLINE));
	refused(&revealing(), TaskError::NotActive, run(1, 9, START));
	let mut begun = active();
	contribute(&mut begun, 1, RIGHT).unwrap();
	refused(&begun, TaskError::AlreadyContributed, run(1, 1, START));
	refused(&begun, TaskError::AlreadyHasContributions, run(1, 2, START));
	let mut task = active();
	assert_eq!(run(1, 1, START)(&mut task), Ok((1, 1, REVEAL_DEADLINE)));
	assert!(task.is_closed());
	assert_eq!(
		task.contribution(&worker(1)).map(|one| (one.status, one.log2_weight())),
		Some((ContributionStatus::Proved, 0))
	);
}

#[test]
fn reopen_needs_a_consensus_that_nobody_revealed_in_time() {
	let at = |now| move |task: &mut Task| task.reopen(&deal(3), now);
	refused(&active(), TaskError::NotRevealing, at(REVEAL_DEADLINE));
	refused(&revealing(), TaskError::ReopenTooEarly, at(REVEAL_DEADLINE - 1));
	refused(&revealing(), TaskError::FinalTooLate, at(FINAL_DEADLINE));
	refused(&revealed(), TaskError::AlreadyRevealed, at(REVEAL_DEADLINE));
}

#[test]
fn reopened_task_starts_over_without_those_who_did_not_reveal() {
	let mut task = revealing();
	let now = REVEAL_DEADLINE;
	task.reopen(&deal(3), now).unwrap();
	assert_eq!((task.stage, task.total), (Stage::Active, U256::from(1 + 2)));
	let statuses: Vec<_> = task.contributions.iter().map(|one| one.status).collect();
	use ContributionStatus::{Contributed, Rejected};
	assert_eq!(statuses, [Rejected, Contributed, Rejected, Rejected]);

	let again =
		|task: &mut Task, who| task.contribute(&deal(3), worker(who), 0, commitment(who, RIGHT), now, &Rules::IEXEC);
	refused(&task, TaskError::AlreadyContributed, |task| again(task, 1));
	assert_eq!((again(&mut task, 5), task.total), (Ok(None), U256::from(1 + 2 + 2)), "the group starts at zero");
	assert_eq!((again(&mut task, 6), again(&mut task, 7).unwrap().map(|one| one.winners)), (Ok(None), Some(3)));
	refused(&task, TaskError::NotOpen, |task| task.reveal(&worker(1), digest(RIGHT), now));
}

#[test]
fn overdue_task_can_be_claimed_whatever_happened_to_it() {
	for mut task in [active(), revealing(), revealed()] {
		let consensus = task.consensus().copied();
		refused(&task, TaskError::ClaimTooEarly, |task| task.claim(&deal(3), FINAL_DEADLINE - 1, &Rules::IEXEC));
		task.claim(&deal(3), FINAL_DEADLINE, &Rules::IEXEC).unwrap();
		assert_eq!(task.stage, Stage::Failed(consensus));
		refused(&task, TaskError::AlreadyClosed, |task| task.claim(&deal(3), FINAL_DEADLINE, &Rules::IEXEC));
	}
}

#[test]
fn consensus_that_was_withheld_is_rejected_when_the_task_fails() {
	type Fail = fn(&mut Task, Moment, &Rules) -> Result<(), TaskError>;
	let ways: [Fail; 2] =
		[|task, now, rules| task.claim(&deal(3), now, rules), |task, now, rules| task.abandon(&deal(3), now, rules)];
	let rejected = |task: &Task| -> Vec<bool> {
		task.contributions.iter().map(|one| one.status == ContributionStatus::Rejected).collect()
	};
	for fail in ways {
		let mut task = revealing();
		fail(&mut task, FINAL_DEADLINE, &Rules::LIVE).unwrap();
		assert_eq!(rejected(&task), [true, false, true, true], "the one that was wrong kept nobody from anything");
		let mut task = revealing();
		fail(&mut task, FINAL_DEADLINE, &Rules::IEXEC).unwrap();
		assert_eq!(rejected(&task), [false; 4], "as the contracts do");
	}
	let mut early = revealing();
	early.abandon(&deal(3), REVEAL_DEADLINE - 1, &Rules::LIVE).unwrap();
	assert_eq!(rejected(&early), [false; 4], "they could have revealed yet");
}

#[test]
fn scheduler_may_abandon_what_nobody_revealed() {
	for mut task in [active(), revealing()] {
		task.abandon(&deal(3), START, &Rules::IEXEC).unwrap();
		assert!(task.is_closed());
		refused(&task, TaskError::AlreadyClosed, |task| task.abandon(&deal(3), START, &Rules::IEXEC));
	}
	refused(&revealed(), TaskError::AlreadyRevealed, |task| task.abandon(&deal(3), START, &Rules::IEXEC));
	assert_eq!(revealed().abandon(&deal(3), FINAL_DEADLINE, &Rules::IEXEC), Ok(()));
}

#[test]
fn closed_task_does_nothing_more() {
	let mut completed = active();
	completed.contribute_and_finalize(&deal(1), worker(1), digest(RIGHT), None, None, START).unwrap();
	let mut failed = revealing();
	failed.abandon(&deal(3), START, &Rules::IEXEC).unwrap();
	for task in [completed, failed] {
		refused(&task, TaskError::NotActive, |task| contribute(task, 9, RIGHT));
		refused(&task, TaskError::NotRevealing, |task| task.reveal(&worker(1), digest(RIGHT), START));
		refused(&task, TaskError::NotRevealing, |task| task.finalize(&deal(3), None, START, &Rules::IEXEC));
		refused(&task, TaskError::NotRevealing, |task| task.reopen(&deal(3), REVEAL_DEADLINE));
		refused(&task, TaskError::AlreadyClosed, |task| task.claim(&deal(3), FINAL_DEADLINE, &Rules::IEXEC));
	}
}

/// A step of a random life.
#[derive(Clone, Debug)]
enum Step {
	Contribute(u8, u8, Score),
	Reveal(u8, u8),
	Finalize,
	Reopen,
	Claim,
	Abandon,
	OneWorker(u8),
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		8 => (0u8..12, 0u8..3, 0u64..40).prop_map(|(who, result, score)| Step::Contribute(who, result, score)),
		6 => (0u8..12, 0u8..3).prop_map(|(who, result)| Step::Reveal(who, result)),
		2 => Just(Step::Finalize),
		2 => Just(Step::Reopen),
		1 => Just(Step::Claim),
		1 => Just(Step::Abandon),
		1 => (0u8..12).prop_map(Step::OneWorker),
	]
}

proptest! {
	/// What holds in every state that can be reached, and that a refusal changes nothing.
	#[test]
	fn any_life_keeps_a_task_consistent(
		trust in 1u64..30, steps in prop::collection::vec((step(), 0u64..40), 0..80),
	) {
		let (deal, mut task, mut now) = (deal(trust), active(), START);
		for (step, wait) in steps {
			now += wait;
			let before = task.clone();
			let done = match step {
				Step::Contribute(who, result, score) =>
					task.contribute(&deal, worker(who), score, commitment(who, result), now, &Rules::IEXEC).map(|_| ()),
				Step::Reveal(who, result) => task.reveal(&worker(who), digest(result), now).map(|_| ()),
				Step::Finalize => task.finalize(&deal, None, now, &Rules::IEXEC).map(|_| ()),
				Step::Reopen => task.reopen(&deal, now),
				Step::Claim => task.claim(&deal, now, &Rules::IEXEC),
				Step::Abandon => task.abandon(&deal, now, &Rules::IEXEC),
				Step::OneWorker(who) =>
					task.contribute_and_finalize(&deal, worker(who), digest(RIGHT), None, None, now).map(|_| ()),
			};
			prop_assert!(done.is_ok() || task == before, "{:?} was refused and changed the task", step);
			prop_assert!(!before.is_closed() || task == before, "{:?} changed a closed task", step);

			let status = |status| task.contributions.iter().filter(move |one| one.status == status);
			let proved = status(ContributionStatus::Proved).count() as u32;
			prop_assert_eq!(task.consensus().map_or(0, |consensus| consensus.reveals), proved);
			if let Some(consensus) = task.consensus() {
				prop_assert!(consensus.reveals <= consensus.winners);
				prop_assert_eq!(consensus.digest.is_some(), consensus.reveals > 0);
				prop_assert!(status(ContributionStatus::Proved).all(|one| one.commitment.result == consensus.result));
			}
			if task.stage == Stage::Active {
				let mut results: Vec<_> = task.contributions.iter().map(|one| one.commitment.result).collect();
				results.sort();
				results.dedup();
				let groups = results.iter().map(|result| task.group(*result).unwrap());
				prop_assert_eq!(task.total, groups.fold(U256::one(), |sum, group| sum + group));
			}
			if matches!(task.stage, Stage::Completed(_)) && before.stage != task.stage {
				let paid = crate::settlement::Success::of_consensus(&deal, &task, 0, &Rules::IEXEC, |_| true);
				prop_assert!(matches!(step, Step::OneWorker(_)) || paid.is_ok());
			}
		}
		// I4: whatever happened, the task ends when its time is over.
		prop_assert!(task.is_closed() || task.claim(&deal, deal.final_deadline(), &Rules::IEXEC).is_ok());
	}
}
