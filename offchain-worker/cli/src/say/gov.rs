//! Referenda and their tracks.

use rlc_chain::{Data, Deposit, Governance, Ongoing, Outcome, Referendum, Track};
use rlc_json::{Account, Decimal, HeldDeposit, ReferendumBrief};
use rlc_primitives::BlockNumber;

use crate::{
	amount::Amount,
	answer::Answer,
	gov::{
		form,
		stage::{lasting, why, Stage},
		view::View,
		words,
	},
	table::{fields, table},
};

/// A referendum in a list.
pub(crate) struct Line {
	/// Its index.
	pub index: u32,
	/// How far it is.
	pub stage: Stage,
	/// As it is, or as it was before it was decided; `None`: nothing more happens to it, or the node has discarded that.
	pub was: Option<Ongoing>,
	/// Its call, if that is known.
	pub call: Option<Data>,
}

/// Lists referenda.
pub(crate) fn listed(lines: &[Line], rules: &Governance, now: BlockNumber) -> Answer {
	let track = |was: &Ongoing| rules.track(was.track).map(|track| track.name.clone()).unwrap_or_default();
	let json = lines.iter().map(|Line { index, stage, was, call }| ReferendumBrief {
		index: *index,
		stage: stage.name().into(),
		changes_at: stage.block(),
		track: was.as_ref().map(track),
		ayes: was.as_ref().map(|was| Decimal(was.ayes)),
		nays: was.as_ref().map(|was| Decimal(was.nays)),
		call: call.as_ref().map(words::name),
	});
	let json: Vec<_> = json.collect();
	if lines.is_empty() {
		return Answer::new(
			"No referendum is listed; `--all` lists past ones too, `rlc gov propose` begins one.",
			json,
		);
	}
	let rows = lines.iter().map(|Line { index, stage, was, call }| {
		let (track, ayes, nays, call) = match was {
			Some(was) => {
				let call = call.as_ref().map_or("unknown".into(), words::name);
				(track(was), Amount(was.ayes).to_string(), Amount(was.nays).to_string(), call)
			}
			None => Default::default(),
		};
		[index.to_string(), stage.name().into(), stage.changes(rules, now), track, ayes, nays, call]
	});
	Answer::new(table(["REFERENDUM", "STAGE", "CHANGES", "TRACK", "AYES", "NAYS", "CALL"], rows), json)
}

/// Shows a referendum: what it would do, and how far it is.
pub(crate) fn shown(view: &View) -> Answer {
	let call = match (&view.call, &view.was) {
		(Some(call), _) => proposed(call, &view.docs),
		(None, Some(_)) => "Its call is not known: nobody has stored it, or it is not one of this chain.".into(),
		(None, None) => "What it proposed is no longer on the chain; an archive node may know it.".into(),
	};
	let mut text = format!("{call}\n\n{}", progress(view));
	if let Some(track) = track_of(view) {
		text += &format!("\n\n{}", waits(track, &view.rules));
	}
	Answer::new(text, document(view))
}

/// Tells how far a referendum is, and what can be done.
pub(crate) fn stood(view: &View) -> Answer {
	Answer::new(format!("{}\n\n{}", progress(view), next(view)), document(view))
}

/// Returns a call in words, with what the runtime says of it.
pub(crate) fn proposed(call: &Data, docs: &str) -> String {
	let call = words::call(call);
	if docs.is_empty() {
		call
	} else {
		format!("{call}\n\n{docs}")
	}
}

/// Says what a track asks of a referendum, and how long each step takes.
pub(crate) fn waits(track: &Track, rules: &Governance) -> String {
	let last = |blocks| lasting(blocks, rules);
	let ((approval, support), (approval_end, support_end)) = (track.thresholds(0), track.thresholds(track.decide));
	fields([
		("track", track.name.clone()),
		("deposits", {
			let (submission, decision) = (Amount(rules.submission_deposit), Amount(track.deposit));
			format!(
				"{submission} for the submission, which comes back if it is approved or canceled; {decision} for the \
				 decision, which comes back when it has ended, unless it is killed"
			)
		}),
		(
			"prepares",
			format!(
				"{}; without a decision deposit it times out {} after its submission",
				last(track.prepare),
				last(rules.undecided)
			),
		),
		("decides", format!("{} at the most, {} at a time", last(track.decide), track.deciding)),
		(
			"passes",
			format!(
				"with {} of the votes, sinking to {}, and {} of all RLC that can vote, sinking to {}",
				percent(approval),
				percent(approval_end),
				percent(support),
				percent(support_end)
			),
		),
		("confirms", format!("{} without a break", last(track.confirm))),
		("enacts", format!("{} later, at the earliest", last(track.enact))),
	])
}

/// Writes a part of a whole.
fn percent(part: f64) -> String {
	format!("{:.1} %", part * 100.0)
}

fn track_of(view: &View) -> Option<&Track> {
	view.rules.track(view.was.as_ref()?.track)
}

/// Returns which parts of the votes and of all RLC that can vote a referendum needs now.
fn needed(view: &View) -> Option<(f64, f64)> {
	let since = view.was.as_ref()?.deciding.map_or(view.now, |deciding| deciding.since);
	Some(track_of(view)?.thresholds(view.now.saturating_sub(since)))
}

fn progress(view: &View) -> String {
	let mut rows = vec![
		("referendum", view.index.to_string()),
		("stage", view.stage.words(&view.rules, view.now)),
		("block", view.now.to_string()),
	];
	if let Some(was) = &view.was {
		let needs = |part: f64| if is_open(view) { format!("; needs {} now", percent(part)) } else { String::new() };
		let (approval, support) =
			needed(view).map(|(approval, support)| (needs(approval), needs(support))).unwrap_or_default();
		rows.extend([
			("submitted", {
				let passed = view.now.saturating_sub(was.submitted);
				format!("in block {}, about {} ago", was.submitted, lasting(passed, &view.rules))
			}),
			("hash", format!("{:?}", was.proposal.hash())),
			("ayes", format!("{}, {} of the votes{approval}", Amount(was.ayes), percent(was.approval()))),
			("nays", Amount(was.nays).to_string()),
			(
				"support",
				format!(
					"{}, {} of all RLC that can vote{support}",
					Amount(was.support),
					percent(was.supported(view.active))
				),
			),
		]);
	}
	let (submission, decision) = deposits(view);
	let held = [("submission", submission), ("decision", decision)].into_iter().filter_map(|(what, held)| {
		let Deposit { who, amount } = held?;
		Some(format!("{} for the {what}, of {}", Amount(*amount), Account(who.clone())))
	});
	rows.push(("deposits", held.collect::<Vec<_>>().join("; ")));
	fields(rows)
}

/// Returns whether votes still count.
fn is_open(view: &View) -> bool {
	matches!(view.referendum, Referendum::Ongoing(_))
}

/// Returns what is held for the submission, and for the decision.
fn deposits(view: &View) -> (Option<&Deposit>, Option<&Deposit>) {
	match &view.referendum {
		Referendum::Ongoing(ongoing) => (Some(&ongoing.submission_deposit), ongoing.decision_deposit.as_ref()),
		Referendum::Ended(ended) => (ended.submission_deposit.as_ref(), ended.decision_deposit.as_ref()),
	}
}

/// Says what can be done.
fn next(view: &View) -> String {
	let index = view.index;
	match (&view.stage, deposits(view)) {
		(Stage::Unpaid { .. }, _) => {
			let deposit = track_of(view).map(|track| Amount(track.deposit)).unwrap_or_default();
			format!(
				"Anyone can place the decision deposit of {deposit} with `rlc gov deposit {index}`. It comes back with `rlc gov \
				 refund {index}` when the referendum has ended, unless it is killed. Votes can be cast before: `rlc gov vote \
				 {index} aye AMOUNT`, or nay."
			)
		}
		(Stage::Preparing { .. } | Stage::Queued | Stage::Deciding { .. } | Stage::Confirming { .. }, _) => {
			format!(
				"Vote with `rlc gov vote {index} aye AMOUNT`, or nay. Deposits come back after the end, with `rlc gov refund \
				 {index}`, and votes are unlocked with `rlc gov unlock`: neither happens by itself."
			)
		}
		// What was held for the submission of such a one stays.
		(Stage::Ended { outcome: Outcome::Rejected | Outcome::TimedOut, .. }, (_, None)) | (_, (None, None)) => {
			"`rlc gov unlock` frees what voted.".into()
		}
		_ => format!("`rlc gov refund {index}` gives the deposits back; `rlc gov unlock` frees what voted."),
	}
}

/// Returns a referendum's form in JSON.
fn document(view: &View) -> rlc_json::Referendum {
	let was = view.was.as_ref();
	let (submission, decision) = deposits(view);
	let deposit = |held: Option<&Deposit>| {
		held.map(|Deposit { who, amount }| HeldDeposit { account: Account(who.clone()), amount: Decimal(*amount) })
	};
	let failure = match &view.stage {
		Stage::Enacted { failure, .. } => failure.as_ref().map(why),
		_ => None,
	};
	let needed = needed(view).filter(|_| is_open(view));
	rlc_json::Referendum {
		index: view.index,
		stage: view.stage.name().into(),
		changes_at: view.stage.block(),
		failure,
		track: track_of(view).map(|track| track.name.clone()),
		call: view.call.as_ref().map(form::write),
		hash: was.map(|was| was.proposal.hash()),
		submitted: was.map(|was| was.submitted),
		ayes: was.map(|was| Decimal(was.ayes)),
		nays: was.map(|was| Decimal(was.nays)),
		support: was.map(|was| Decimal(was.support)),
		approval: was.map(Ongoing::approval),
		supported: was.map(|was| was.supported(view.active)),
		needed_approval: needed.map(|(approval, _)| approval),
		needed_support: needed.map(|(_, support)| support),
		submission_deposit: deposit(submission),
		decision_deposit: deposit(decision),
		now: view.now,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::gov::{
		origin::tests::rules,
		stage::tests::{deposit, submitted},
	};

	fn view(was: Ongoing) -> View {
		let (rules, now) = (rules(), 9);
		let stage = Stage::of(&was, &rules, now);
		let call = Some(Data::call("System", "remark", [("remark", Data::Bytes(vec![1]))]));
		let referendum = Referendum::Ongoing(Box::new(was.clone()));
		View {
			index: 3,
			referendum,
			was: Some(was),
			call,
			docs: "Does nothing.".into(),
			stage,
			rules,
			active: 100,
			now,
		}
	}

	#[test]
	fn referendum_is_shown_with_its_call_its_waits_and_what_it_lacks() {
		let unpaid = view(submitted());
		let shown = shown(&unpaid).text;
		assert!(shown.starts_with("System.remark\n  remark: 0x01\n\nDoes nothing.\n\nreferendum"), "{shown}");
		assert!(shown.contains("prepares  10 s; without a decision deposit it times out 50 s"), "{shown}");
		assert!(shown.contains("with 100.0 % of the votes, sinking to 50.0 %"), "{shown}");
		let stood = stood(&unpaid);
		assert!(stood.text.contains("`rlc gov deposit 3`"), "{}", stood.text);
		assert_eq!(
			(stood.json["stage"].as_str(), stood.json["track"].as_str()),
			(Some("unpaid"), Some("marketplace_admin"))
		);
		let paid = view(Ongoing { decision_deposit: Some(deposit(500)), ..submitted() });
		assert!(self::stood(&paid).text.contains("`rlc gov vote 3 aye AMOUNT`"));
	}

	#[test]
	fn programs_read_a_referendum_in_the_form_that_was_promised() {
		let promised: serde_json::Value =
			serde_json::from_str(include_str!("../../tests/golden/referendum.json")).unwrap();
		let shown = shown(&view(submitted())).json;
		assert_eq!(shown, promised, "fields may be added, but none is renamed or removed");
	}

	#[test]
	fn programs_read_a_list_of_referenda_in_the_form_that_was_promised() {
		let promised: serde_json::Value =
			serde_json::from_str(include_str!("../../tests/golden/referendum-list.json")).unwrap();
		let View { was, call, stage, .. } = view(submitted());
		let enacted = Stage::Enacted { block: 5, failure: None };
		let lines = [Line { index: 3, stage, was, call }, Line { index: 2, stage: enacted, was: None, call: None }];
		let listed = listed(&lines, &rules(), 9);
		assert_eq!(listed.json, promised, "fields may be added, but none is renamed or removed");
		assert!(listed.text.contains("System.remark") && listed.text.contains("enacted"), "{}", listed.text);
		assert!(listed.text.contains("in 48 s (block 57)") && listed.text.ends_with("block 5"), "{}", listed.text);
	}
}
