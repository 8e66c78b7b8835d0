//! What the tracks of referenda may call, as clients know it.

use std::collections::BTreeSet;

use crate::common::*;
use codec::Decode;
use frame_support::traits::{CallMetadata, GetCallMetadata, UnfilteredDispatchable};
use rlc_primitives::governance::{ARGUMENTS, ARGUMENTS_OF_ROOT, CALLS_OF_ACCOUNTS, CALLS_OF_ANY_ORIGIN, TRACK_CALLS};
use rlc_runtime::{governance::origins::Origin, presets::*, *};
use scale_info::{TypeDef, TypeInfo};
use sp_runtime::{traits::TrailingZeroInput, DispatchError};

/// A pallet, and a call of it.
type Name = (&'static str, &'static str);

/// Calls that the origin of a track could make if its bounds did not refuse them whatever their arguments.
const REFUSED: [Name; 2] = [("Staking", "restore_ledger"), ("Staking", "manual_slash")];

/// Returns every call that is refused to none, with zeros for arguments: whether an origin may make it does not depend on
/// them, but for its bounds.
fn calls() -> Vec<(Name, RuntimeCall)> {
	let indices = (0..=u8::MAX).flat_map(|pallet| (0..=u8::MAX).map(move |call| [pallet, call]));
	let calls = indices.filter_map(|index| RuntimeCall::decode(&mut TrailingZeroInput::new(&index)).ok());
	let named = calls.map(|call| {
		let CallMetadata { pallet_name, function_name } = call.get_call_metadata();
		((pallet_name, function_name), call)
	});
	named.filter(|(name, _)| !REFUSED.contains(name)).collect()
}

/// Returns whether an approved referendum may make a call with a track's origin, its bounds aside.
fn may_make(origin: &Origin, call: &RuntimeCall) -> bool {
	let result = call.clone().dispatch_bypass_filter(origin.clone().into());
	!matches!(result, Err(error) if error.error == DispatchError::BadOrigin)
}

#[test]
fn clients_know_what_each_track_may_call() {
	chain(LOCAL).execute_with(|| {
		let calls = calls();
		for (track, origin) in [
			("whitelisted_caller", Origin::WhitelistedCaller),
			("staking_admin", Origin::StakingAdmin),
			("treasury_spender", Origin::TreasurySpender),
			("marketplace_admin", Origin::MarketplaceAdmin),
			("emergency_admin", Origin::EmergencyAdmin),
		] {
			// There is no bridge yet, so what its origin may call is anybody's.
			let its = calls.iter().filter(|(_, call)| may_make(&origin, call) && !may_make(&Origin::BridgeAdmin, call));
			let its: BTreeSet<Name> = its.map(|(name, _)| *name).collect();
			let known = TRACK_CALLS.iter().filter(|(of, ..)| *of == track);
			let known = known.flat_map(|(_, pallet, calls)| calls.iter().map(move |call| (*pallet, *call)));
			assert_eq!(its, known.collect::<BTreeSet<Name>>(), "{track}");
		}
	});
}

/// Returns whether a list of calls by their pallets has this one.
fn has(list: &[(&str, &[&str])], (pallet, call): Name) -> bool {
	list.iter().any(|(of, calls)| *of == pallet && calls.contains(&call))
}

#[test]
fn clients_know_what_any_track_may_call() {
	chain(LOCAL).execute_with(|| {
		let calls = calls();
		let anybodys = calls.iter().filter(|(_, call)| may_make(&Origin::BridgeAdmin, call));
		let unknown: Vec<Name> =
			anybodys.map(|(name, _)| *name).filter(|name| !has(CALLS_OF_ANY_ORIGIN, *name)).collect();
		assert!(unknown.is_empty(), "clients refuse to propose these: {unknown:?}");
	});
}

#[test]
fn calls_of_accounts_are_not_even_root_s() {
	chain(LOCAL).execute_with(|| {
		let its = calls().into_iter().filter(|(name, _)| has(CALLS_OF_ACCOUNTS, *name));
		let its: Vec<_> = its.collect();
		assert_eq!(its.len(), CALLS_OF_ACCOUNTS.iter().map(|(_, calls)| calls.len()).sum::<usize>(), "each is a call");
		for (name, call) in its {
			assert_eq!(root(call), Err(DispatchError::BadOrigin), "{name:?}");
		}
	});
}

/// A misspelled argument would have no bounds.
#[test]
fn arguments_with_bounds_are_those_of_calls() {
	let names = |pallet: &str, call: &str| match pallet {
		"Rlc" => fields::<pallet_rlc::Call<Runtime>>(call),
		"Staking" => fields::<pallet_staking::Call<Runtime>>(call),
		"Marketplace" => fields::<pallet_marketplace::Call<Runtime>>(call),
		"Treasury" => fields::<pallet_treasury::Call<Runtime>>(call),
		_ => panic!("{pallet} is not looked at"),
	};
	for (pallet, call, argument, _) in ARGUMENTS.iter().chain(ARGUMENTS_OF_ROOT) {
		assert!(names(pallet, call).contains(argument), "{pallet}.{call} has no {argument}");
	}
}

/// Returns the names of a call's arguments.
fn fields<Calls: TypeInfo>(call: &str) -> Vec<&'static str> {
	let TypeDef::Variant(calls) = Calls::type_info().type_def else { return Vec::new() };
	let its = calls.variants.into_iter().find(|variant| variant.name == call);
	its.map(|call| call.fields.iter().filter_map(|field| field.name).collect()).unwrap_or_default()
}
