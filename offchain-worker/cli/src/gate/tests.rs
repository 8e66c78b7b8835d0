//! Who has to agree to what, and that nothing gets around it.

use std::{fs, path::Path};

use super::*;

const NOBODY: Consent = Consent { yes: false, max_cost: None, is_priced: false, can_ask: false };

fn bill() -> Bill {
	Bill { pays: 70, holds: 20, fee: 10, ..Bill::default() }
}

/// Returns the code that a bill is refused with.
fn refusal(bill: &Bill, consent: Consent) -> String {
	match judge(bill, 0, consent) {
		Verdict::Refused(why) => why.code().to_owned(),
		other => panic!("{other:?}"),
	}
}

#[test]
fn without_a_terminal_somebody_agreed_before_or_nothing_is_signed() {
	assert_eq!(refusal(&bill(), NOBODY), "not-confirmed");
	assert_eq!(judge(&bill(), 0, Consent { yes: true, ..NOBODY }), Verdict::Agreed);
	assert_eq!(judge(&bill(), 0, Consent { max_cost: Some(100), ..NOBODY }), Verdict::Agreed);
	assert_eq!(judge(&bill(), 0, Consent { can_ask: true, ..NOBODY }), Verdict::Ask);
}

#[test]
fn amount_in_a_script_is_consent() {
	let priced = Consent { is_priced: true, ..NOBODY };
	assert_eq!(judge(&bill(), 0, priced), Verdict::Agreed);
	assert_eq!(judge(&bill(), 0, Consent { can_ask: true, ..priced }), Verdict::Ask, "people mistype");
	assert_eq!(refusal(&bill(), Consent { max_cost: Some(99), ..priced }), "cost.too-high");
	assert_eq!(refusal(&Bill { fee: SMALL + 1, ..bill() }, priced), "not-confirmed");
}

#[test]
fn limit_holds_for_all_that_a_command_signs() {
	for consent in [NOBODY, Consent { yes: true, ..NOBODY }, Consent { can_ask: true, ..NOBODY }] {
		assert_eq!(refusal(&bill(), Consent { max_cost: Some(99), ..consent }), "cost.too-high");
		let again = judge(&bill(), 1, Consent { max_cost: Some(100), ..consent });
		assert!(matches!(again, Verdict::Refused(why) if why.code() == "cost.too-high"));
	}
	let fee = Bill { fee: 10, ..Bill::default() };
	assert_eq!(refusal(&fee, Consent { max_cost: Some(9), ..NOBODY }), "cost.too-high");
}

#[test]
fn limit_does_not_agree_to_what_no_amount_tells() {
	let open = Bill { beyond: vec!["lets go".into()], ..bill() };
	let limited = Consent { max_cost: Some(1_000), ..NOBODY };
	assert_eq!(refusal(&open, limited), "not-confirmed");
	assert_eq!(judge(&open, 0, Consent { can_ask: true, ..limited }), Verdict::Ask);
	assert_eq!(judge(&open, 0, Consent { yes: true, ..limited }), Verdict::Agreed);
}

#[test]
fn fee_alone_needs_nobody() {
	let fee = Bill { fee: 10, ..Bill::default() };
	for consent in [NOBODY, Consent { can_ask: true, ..NOBODY }] {
		assert_eq!(judge(&fee, SMALL, consent), Verdict::Agreed, "whatever came before");
	}
}

#[test]
fn small_deposits_need_nobody_where_nobody_can_be_asked_until_they_add_up() {
	let deposit = Bill { holds: SMALL / 2, fee: 10, ..Bill::default() };
	assert_eq!(judge(&deposit, 0, NOBODY), Verdict::Agreed);
	assert_eq!(judge(&deposit, 0, Consent { can_ask: true, ..NOBODY }), Verdict::Ask, "the price may be mistyped");
	assert_eq!(refusal(&Bill { holds: SMALL, ..deposit.clone() }, NOBODY), "not-confirmed");
	let again = judge(&deposit, deposit.total(), NOBODY);
	assert!(matches!(again, Verdict::Refused(why) if why.code() == "not-confirmed"), "with what came before");
	assert_eq!(refusal(&deposit, Consent { max_cost: Some(SMALL / 2), ..NOBODY }), "cost.too-high");
}

#[test]
fn approved_deposit_is_placed_for_the_referendum_that_began_and_costs_what_was_agreed() {
	let key = Key::from_suri("//Alice").unwrap();
	let place = |index| Call::Governance(GovernanceCall::PlaceDecisionDeposit { index, amount: 500 });
	let approved = Approved { key: key.clone(), call: place(0) };
	assert_eq!(approved.for_referendum(7).call, place(7));
	let refund = Call::Governance(GovernanceCall::RefundDecisionDeposit { index: 3 });
	let approved = Approved { key, call: refund.clone() };
	assert_eq!(approved.for_referendum(7).call, refund, "nothing else is changed after it was approved");
}

#[test]
fn no_other_file_sends() {
	fn walk(dir: &Path, found: &mut Vec<String>) {
		for entry in fs::read_dir(dir).unwrap().flatten() {
			let path = entry.path();
			if path.is_dir() {
				walk(&path, found);
			} else if !path.ends_with("gate.rs") && !path.ends_with("gate/tests.rs") {
				let text = fs::read_to_string(&path).unwrap();
				found.extend(text.contains("Sender::new(").then(|| path.display().to_string()));
			}
		}
	}
	let mut found = Vec::new();
	walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
	assert!(found.is_empty(), "these sign past the gate: {found:?}");
}
