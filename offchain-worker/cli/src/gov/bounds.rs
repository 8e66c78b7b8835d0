//! What no referendum can do, or none of its track, as far as the call alone tells. The chain would find out when it is
//! enacted, after weeks.

use rlc_chain::Data;
use rlc_primitives::{
	governance::{Bounds, ARGUMENTS, ARGUMENTS_OF_ROOT, CALLS_OF_ACCOUNTS, CALLS_OF_ANY_ORIGIN, SPEND, TRACK_CALLS},
	Balance,
};

use super::{
	origin::{self, ROOT},
	value,
};
use crate::failure::{failure, Failure, Result};

/// The calls that hold others which are made with root's origin: their pallet, their name, and the argument.
const AS_ROOT: [(&str, &str, &str); 4] = [
	("Whitelist", "dispatch_whitelisted_call_with_preimage", "call"),
	("Utility", "with_weight", "call"),
	("Scheduler", "schedule", "call"),
	("Scheduler", "schedule_after", "call"),
];

/// The track whose origin makes whitelisted calls alone, which are wrapped.
const WHITELISTED: &str = "whitelisted_caller";

/// Checks that a call, and each in it, is one that the origin of a track may make, with values that it may set. What only
/// the chain's state tells, it does not tell.
///
/// # Errors
///
/// If the origin may never make it, or a value is out of its bounds.
pub(crate) fn check(call: &Data, track: &str) -> Result<()> {
	let Some((pallet, name, arguments)) = call.as_call() else { return Ok(()) };
	may_make(call, pallet, name, track)?;
	if track != ROOT {
		check_parameter(call)?;
	}
	let limits = if track == ROOT { ARGUMENTS_OF_ROOT } else { ARGUMENTS };
	for (argument, bounds) in value::bounds_in(limits, pallet, name) {
		let Some(value) = arguments.field(argument) else { continue };
		if value.as_number().is_some_and(|value| !bounds.contain(value)) {
			return Err(beyond(&format!("{argument} of {pallet}.{name}"), value, bounds));
		}
	}
	origin::within(call).into_iter().try_for_each(|inner| check(inner, track))?;
	let spent = spent(call);
	if !SPEND.contain(spent) {
		return Err(beyond("the sum of what the referendum spends", &Data::Amount(spent), &SPEND));
	}
	let is_its = |(of, call, _): &&(&str, &str, &str)| (*of, *call) == (pallet, name);
	let as_root = AS_ROOT.iter().find(is_its).and_then(|(.., argument)| arguments.field(argument));
	as_root.map_or(Ok(()), |inner| check(inner, ROOT))
}

/// Returns what a call spends of the treasury at least, with those in it, in nRLC: the chain counts them together.
fn spent(call: &Data) -> Balance {
	match call.as_call() {
		Some(("Treasury", "spend_local" | "spend", arguments)) => {
			arguments.field("amount").and_then(Data::as_number::<Balance>).unwrap_or_default()
		}
		// Only one of two.
		Some(("Utility", "if_else", _)) => 0,
		_ => origin::within(call).into_iter().map(spent).fold(0, Balance::saturating_add),
	}
}

/// Fails if a call sets a parameter to a value that no track may set.
fn check_parameter(call: &Data) -> Result<()> {
	let Some((group, name, set)) = value::set(call) else { return Ok(()) };
	let Some(bounds) = value::bounds_of_parameter(group, name) else { return Ok(()) };
	if set.as_number().is_none_or(|set| bounds.contain(set)) {
		return Ok(());
	}
	let beyond = beyond(&format!("{group}.{name}"), set, bounds);
	Err(beyond.advise("only a referendum on --track root can set another value"))
}

/// Fails if the origin of a track may never make a call.
fn may_make(call: &Data, pallet: &str, name: &str, track: &str) -> Result<()> {
	let has = |calls: &[(&str, &[&str])]| calls.iter().any(|(of, calls)| *of == pallet && calls.contains(&name));
	if has(CALLS_OF_ACCOUNTS) {
		let refused = failure!(
			CallForbidden,
			"{pallet}.{name} acts for the account that signs it, and nobody signs what a \
			referendum does: it would fail after the vote"
		);
		return Err(match pallet {
			"Balances" => refused.advise("to spend from the treasury, propose Treasury.spend_local"),
			_ => refused.advise("propose a call that root or a track may make: docs/governance.md lists them"),
		});
	}
	// Of a track that this program does not know, or that has nothing to call yet, it knows no calls either.
	let its: Vec<_> = TRACK_CALLS.iter().filter(|(of, ..)| *of == track).collect();
	let is_its = its.iter().any(|(_, of, calls)| *of == pallet && calls.contains(&name));
	if its.is_empty() || is_its || has(CALLS_OF_ANY_ORIGIN) {
		return Ok(());
	}
	let usual = origin::track_of(call);
	let refused = failure!(CallForbidden, "{track} may not make {pallet}.{name}: it would fail after the vote";
		"propose it on --track {usual}, which may");
	Err(if track == WHITELISTED {
		refused.advise(
			"if the technical committee has whitelisted it, wrap it in \
			Whitelist.dispatch_whitelisted_call_with_preimage",
		)
	} else {
		refused
	})
}

/// Returns the failure of a value that is out of its bounds.
fn beyond(what: &str, value: &Data, bounds: &Bounds) -> Failure {
	let said = value.as_number().map(|value| value::said(value, bounds)).unwrap_or_default();
	failure!(ValueOutOfBounds, "{what} cannot be {said}: it would fail after the vote"; "choose a value {}", value::range(bounds))
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{governance::MOST_SPEND, RLC};

	fn set(value: Data) -> Data {
		let set = Data::variant("ItemDeposit", Data::List(vec![Data::Nothing, value]));
		Data::call("Parameters", "set_parameter", [("key_value", Data::variant("Marketplace", set))])
	}

	fn spend(amount: u128) -> Data {
		Data::call("Treasury", "spend_local", [("amount", Data::Amount(amount))])
	}

	fn batch(calls: Vec<Data>) -> Data {
		Data::call("Utility", "batch_all", [("calls", Data::List(calls))])
	}

	/// Returns the code that a call is refused with on a track.
	fn refusal(call: &Data, track: &str) -> String {
		check(call, track).unwrap_err().code().to_owned()
	}

	#[test]
	fn value_out_of_bounds_is_refused_with_the_bound_and_its_unit() {
		let refused = check(&set(Data::Amount(0)), "marketplace_admin").unwrap_err();
		assert_eq!(refused.code(), "value.bounds");
		let said = refused.to_string();
		assert!(
			said.starts_with("Marketplace.ItemDeposit cannot be 0 RLC") && said.contains("from 0.0001 RLC to 1 RLC"),
			"{said}"
		);
		assert_eq!(refusal(&set(Data::Amount(RLC + 1)), "marketplace_admin"), "value.bounds");
		for fits in [Data::Amount(RLC), Data::Nothing] {
			assert_eq!(check(&set(fits), "marketplace_admin"), Ok(()));
		}
		assert_eq!(check(&set(Data::Amount(0)), ROOT), Ok(()), "root may set anything");
	}

	#[test]
	fn arguments_have_bounds_too_some_of_them_even_for_root() {
		let share = |parts| Data::call("Rlc", "set_treasury_share", [("share", Data::Number(parts))]);
		let refused = check(&share(500_001), "treasury_spender").unwrap_err().to_string();
		assert!(
			refused.contains("share of Rlc.set_treasury_share") && refused.contains("from 0 % to 50 %"),
			"{refused}"
		);
		assert_eq!(check(&share(500_000), "treasury_spender"), Ok(()));
		assert_eq!(check(&share(500_001), ROOT), Ok(()));
		for track in ["treasury_spender", ROOT] {
			assert_eq!(refusal(&spend(MOST_SPEND + 1), track), "value.bounds");
			assert_eq!(check(&spend(MOST_SPEND), track), Ok(()));
		}
	}

	#[test]
	fn what_a_batch_spends_is_counted_together() {
		let halves = batch(vec![spend(MOST_SPEND / 2), spend(MOST_SPEND / 2)]);
		assert_eq!(check(&halves, "treasury_spender"), Ok(()));
		let more = batch(vec![halves, spend(1)]);
		for track in ["treasury_spender", ROOT] {
			let refused = check(&more, track).unwrap_err();
			assert_eq!(refused.code(), "value.bounds");
			assert!(refused
				.to_string()
				.contains("the sum of what the referendum spends cannot be 1000000.000000001 RLC"));
		}
		let either = [("main", spend(MOST_SPEND)), ("fallback", spend(MOST_SPEND))];
		assert_eq!(check(&Data::call("Utility", "if_else", either), "treasury_spender"), Ok(()), "one of them");
	}

	#[test]
	fn call_that_the_origin_of_a_track_may_never_make_is_refused() {
		let refused = check(&spend(1), "staking_admin").unwrap_err();
		assert_eq!(refused.code(), "call.forbidden");
		assert!(refused.to_string().ends_with("propose it on --track treasury_spender, which may"), "{refused}");
		let slash = Data::call("Staking", "manual_slash", []);
		assert!(check(&slash, "staking_admin").unwrap_err().to_string().contains("--track root"));
		assert_eq!(check(&slash, ROOT), Ok(()));
		let remark = Data::call("System", "remark", []);
		assert_eq!(check(&remark, "staking_admin"), Ok(()), "any origin may");
		assert_eq!(check(&slash, "one_to_come"), Ok(()), "the chain may know more than this program");
	}

	#[test]
	fn call_of_an_account_is_refused_on_every_track() {
		let transfer = Data::call("Balances", "transfer_keep_alive", []);
		for track in [ROOT, "treasury_spender", "one_to_come"] {
			assert_eq!(refusal(&transfer, track), "call.forbidden");
		}
		assert!(check(&transfer, ROOT).unwrap_err().to_string().contains("Treasury.spend_local"));
	}

	#[test]
	fn calls_within_others_are_looked_at_as_what_makes_them() {
		let zero = || set(Data::Amount(0));
		assert_eq!(refusal(&batch(vec![set(Data::Nothing), zero()]), "marketplace_admin"), "value.bounds");
		assert_eq!(refusal(&batch(vec![batch(vec![spend(1)])]), "marketplace_admin"), "call.forbidden");
		let either = Data::call("Utility", "if_else", [("main", set(Data::Nothing)), ("fallback", zero())]);
		assert_eq!(refusal(&either, "marketplace_admin"), "value.bounds");
		let raw = check(&zero(), "whitelisted_caller").unwrap_err();
		assert!(raw.to_string().contains("wrap it in Whitelist."), "{raw}");
		let whitelisted = |call| Data::call("Whitelist", "dispatch_whitelisted_call_with_preimage", [("call", call)]);
		assert_eq!(check(&whitelisted(zero()), "whitelisted_caller"), Ok(()), "it is made as root");
		assert_eq!(refusal(&whitelisted(spend(MOST_SPEND + 1)), "whitelisted_caller"), "value.bounds");
		assert_eq!(check(&Data::Nothing, ROOT), Ok(()));
	}
}
