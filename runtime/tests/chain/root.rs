//! Root's calls, however they are nested, neither create RLC nor destroy it (invariant I1).

use std::collections::BTreeSet;

use crate::common::*;
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	storage::{with_transaction, TransactionOutcome},
	traits::StorePreimage,
	weights::Weight,
};
use pallet_balances::AdjustmentDirection::{Decrease, Increase};
use rlc_primitives::MAX_SUPPLY;
use rlc_runtime::{
	governance::{enacting::Enacted, origins::Origin},
	presets::*,
	*,
};
use scale_info::{PortableRegistry, TypeDef};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Eve};
use sp_runtime::{
	traits::{BlakeTwo256, Hash as _},
	DispatchError,
};

/// A call that carries others, and how it carries one.
struct Nest {
	/// The pallet's name and the call's.
	name: &'static str,
	around: fn(RuntimeCall) -> RuntimeCall,
	/// Whether the inner call has root's origin if the outer one has.
	hands_on_root: bool,
}

const fn root_nest(name: &'static str, around: fn(RuntimeCall) -> RuntimeCall) -> Nest {
	Nest { name, around, hands_on_root: true }
}

/// Of a call that Alice makes for root, or that hands the inner call to the scheduler.
const fn other_nest(name: &'static str, around: fn(RuntimeCall) -> RuntimeCall) -> Nest {
	Nest { name, around, hands_on_root: false }
}

fn boxed(call: RuntimeCall) -> Box<RuntimeCall> {
	Box::new(call)
}

/// Says when, if it is said in a call: in the block after the next, so that a call can schedule another.
fn soon() -> BlockNumber {
	System::block_number() + 2
}

fn as_root() -> Box<OriginCaller> {
	Box::new(frame_system::RawOrigin::Root.into())
}

fn as_alice(call: impl Into<RuntimeCall>) -> RuntimeCall {
	let as_origin: Box<OriginCaller> = Box::new(frame_system::RawOrigin::Signed(Alice.to_account_id()).into());
	pallet_utility::Call::dispatch_as { as_origin, call: boxed(call.into()) }.into()
}

fn whitelisted(call: &RuntimeCall, dispatch: pallet_whitelist::Call<Runtime>) -> RuntimeCall {
	let whitelist = pallet_whitelist::Call::whitelist_call { call_hash: BlakeTwo256::hash_of(call) };
	pallet_utility::Call::batch_all { calls: vec![whitelist.into(), dispatch.into()] }.into()
}

/// The calls that carry a call. [`table_names_every_call_that_carries_one`] checks that there are no others.
static NESTS: [Nest; 20] = [
	root_nest("Utility.batch", |call| pallet_utility::Call::batch { calls: vec![call] }.into()),
	root_nest("Utility.batch_all", |call| pallet_utility::Call::batch_all { calls: vec![call] }.into()),
	root_nest("Utility.force_batch", |call| pallet_utility::Call::force_batch { calls: vec![call] }.into()),
	root_nest("Utility.with_weight", |call| {
		pallet_utility::Call::with_weight { call: boxed(call), weight: Weight::zero() }.into()
	}),
	root_nest("Utility.dispatch_as", |call| {
		pallet_utility::Call::dispatch_as { as_origin: as_root(), call: boxed(call) }.into()
	}),
	root_nest("Utility.dispatch_as_fallible", |call| {
		pallet_utility::Call::dispatch_as_fallible { as_origin: as_root(), call: boxed(call) }.into()
	}),
	root_nest("Utility.if_else", |call| {
		let fails = frame_system::Call::set_heap_pages { pages: 0 };
		let main = boxed(as_signed_fallible(fails.into()));
		pallet_utility::Call::if_else { main, fallback: boxed(call) }.into()
	}),
	other_nest("Utility.as_derivative", |call| {
		as_alice(pallet_utility::Call::as_derivative { index: 0, call: boxed(call) })
	}),
	other_nest("Multisig.as_multi_threshold_1", |call| {
		let other_signatories = vec![Bob.to_account_id()];
		as_alice(pallet_multisig::Call::as_multi_threshold_1 { other_signatories, call: boxed(call) })
	}),
	other_nest("Multisig.as_multi", |call| {
		as_alice(pallet_multisig::Call::as_multi {
			threshold: 2,
			other_signatories: vec![Bob.to_account_id()],
			maybe_timepoint: None,
			call: boxed(call),
			max_weight: Weight::zero(),
		})
	}),
	other_nest("Proxy.proxy", |call| {
		let real = Alice.to_account_id().into();
		as_alice(pallet_proxy::Call::proxy { real, force_proxy_type: None, call: boxed(call) })
	}),
	other_nest("Proxy.proxy_announced", |call| {
		as_alice(pallet_proxy::Call::proxy_announced {
			delegate: Bob.to_account_id().into(),
			real: Alice.to_account_id().into(),
			force_proxy_type: None,
			call: boxed(call),
		})
	}),
	other_nest("TechnicalCommittee.execute", |call| {
		let length_bound = call.encoded_size() as u32;
		as_alice(pallet_collective::Call::execute { proposal: boxed(call), length_bound })
	}),
	other_nest("TechnicalCommittee.propose", |call| {
		let length_bound = call.encoded_size() as u32;
		as_alice(pallet_collective::Call::propose { threshold: 1, proposal: boxed(call), length_bound })
	}),
	other_nest("Referenda.submit", |call| {
		as_alice(pallet_referenda::Call::submit {
			proposal_origin: as_root(),
			proposal: Preimage::bound(call).expect("it fits into a preimage"),
			enactment_moment: frame_support::traits::schedule::DispatchTime::After(0),
		})
	}),
	root_nest("Whitelist.dispatch_whitelisted_call_with_preimage", |call| {
		let dispatch = pallet_whitelist::Call::dispatch_whitelisted_call_with_preimage { call: boxed(call.clone()) };
		whitelisted(&call, dispatch)
	}),
	other_nest("Scheduler.schedule", |call| {
		let call = Box::new(Enacted(call));
		pallet_scheduler::Call::schedule { when: soon(), maybe_periodic: None, priority: 0, call }.into()
	}),
	other_nest("Scheduler.schedule_named", |call| {
		let (id, call) = (BlakeTwo256::hash_of(&call).0, Box::new(Enacted(call)));
		pallet_scheduler::Call::schedule_named { id, when: soon(), maybe_periodic: None, priority: 0, call }.into()
	}),
	other_nest("Scheduler.schedule_after", |call| {
		let call = Box::new(Enacted(call));
		pallet_scheduler::Call::schedule_after { after: 0, maybe_periodic: None, priority: 0, call }.into()
	}),
	other_nest("Scheduler.schedule_named_after", |call| {
		let (id, call) = ([1; 32], Box::new(Enacted(call)));
		pallet_scheduler::Call::schedule_named_after { id, after: 0, maybe_periodic: None, priority: 0, call }.into()
	}),
];

/// Returns a call that fails with root's origin.
fn as_signed_fallible(call: RuntimeCall) -> RuntimeCall {
	let as_origin: Box<OriginCaller> = Box::new(frame_system::RawOrigin::Signed(Alice.to_account_id()).into());
	pallet_utility::Call::dispatch_as_fallible { as_origin, call: boxed(call) }.into()
}

/// The calls that write balances or the issuance at will.
fn forbidden() -> Vec<RuntimeCall> {
	let delta = RLC;
	let key = pallet_balances::TotalIssuance::<Runtime>::hashed_key().to_vec();
	let set = |new_free| pallet_balances::Call::force_set_balance { who: Eve.to_account_id().into(), new_free };
	vec![
		set(MAX_SUPPLY).into(),
		set(0).into(),
		pallet_balances::Call::force_adjust_total_issuance { direction: Increase, delta }.into(),
		pallet_balances::Call::force_adjust_total_issuance { direction: Decrease, delta }.into(),
		frame_system::Call::set_storage { items: vec![(key, (MAX_SUPPLY + 1).encode())] }.into(),
	]
}

fn changed() -> DispatchError {
	pallet_rlc::Error::<Runtime>::IssuanceChanged.into()
}

/// Dispatches as root with nothing to guard it, and takes it back. Returns whether that changed the issuance.
fn reaches(call: RuntimeCall) -> bool {
	with_transaction(|| {
		let before = issuance();
		let _ = root(call);
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(issuance() != before))
	})
	.expect("it is taken back")
}

#[test]
fn table_names_every_call_that_carries_one() {
	let mut registry = scale_info::Registry::new();
	let calls = registry.register_type(&scale_info::meta_type::<RuntimeCall>()).id;
	let types: PortableRegistry = registry.into();
	let variants = |id: u32| match &types.resolve(id).expect("registered").type_def {
		TypeDef::Variant(all) => all.variants.clone(),
		_ => panic!("calls are an enum"),
	};
	let mut carrying = BTreeSet::new();
	for pallet in variants(calls) {
		for call in variants(pallet.fields[0].ty.id) {
			let carries = |id: u32| carries_a_call(&types, id, &mut BTreeSet::new());
			if call.fields.iter().any(|field| carries(field.ty.id)) {
				carrying.insert(format!("{}.{}", pallet.name, call.name));
			}
		}
	}
	let tried = NESTS.iter().map(|nest| nest.name.to_string()).collect();
	assert_eq!(carrying, tried);
}

/// Returns whether a value of this type can hold a call, or the encoding or hash of one.
fn carries_a_call(types: &PortableRegistry, id: u32, seen: &mut BTreeSet<u32>) -> bool {
	if !seen.insert(id) {
		return false;
	}
	let of = types.resolve(id).expect("registered");
	if of.path.ident().as_deref() == Some("RuntimeCall") {
		return true;
	}
	let fields: Vec<u32> = match &of.type_def {
		TypeDef::Composite(of) => of.fields.iter().map(|field| field.ty.id).collect(),
		TypeDef::Variant(of) => of.variants.iter().flat_map(|of| &of.fields).map(|field| field.ty.id).collect(),
		TypeDef::Sequence(of) => vec![of.type_param.id],
		TypeDef::Array(of) => vec![of.type_param.id],
		TypeDef::Tuple(of) => of.fields.iter().map(|field| field.id).collect(),
		TypeDef::Compact(of) => vec![of.type_param.id],
		TypeDef::Primitive(_) | TypeDef::BitSequence(_) => vec![],
	};
	let parameters = of.type_params.iter().filter_map(|parameter| parameter.ty).map(|ty| ty.id);
	fields.into_iter().chain(parameters).any(|id| carries_a_call(types, id, seen))
}

#[test]
fn no_nesting_of_roots_calls_changes_the_issuance() {
	chain(LOCAL).execute_with(|| {
		blocks(1);
		let before = issuance();
		for call in forbidden() {
			assert!(reaches(call.clone()), "{call:?}");
			assert_eq!(enact(call.clone()), Err(changed()));
			for nest in &NESTS {
				let nested = (nest.around)(call.clone());
				assert_eq!(reaches(nested.clone()), nest.hands_on_root, "{}: {call:?}", nest.name);
				let result = enact(nested);
				assert!(!nest.hands_on_root || result == Err(changed()), "{}: {result:?}", nest.name);
				// What was scheduled by it is tried in the next blocks.
				blocks(2);
				assert_eq!(issuance(), before, "{}: {call:?}", nest.name);
			}
		}
	});
}

#[test]
fn nesting_twice_does_not_either() {
	chain(LOCAL).execute_with(|| {
		blocks(1);
		let before = issuance();
		for call in forbidden().into_iter().step_by(2) {
			for outer in &NESTS {
				for inner in &NESTS {
					let nested = (outer.around)((inner.around)(call.clone()));
					let expected = outer.hands_on_root && inner.hands_on_root;
					assert_eq!(reaches(nested.clone()), expected, "{} {}: {call:?}", outer.name, inner.name);
					// Whatever it says of itself.
					let _ = enact(nested);
					assert_eq!(issuance(), before, "{} {}: {call:?}", outer.name, inner.name);
				}
				blocks(2);
				assert_eq!(issuance(), before, "{}: {call:?}", outer.name);
			}
		}
	});
}

#[test]
fn referendum_of_all_cannot_change_the_issuance() {
	for call in forbidden().into_iter().take(1) {
		for nest in NESTS.iter().filter(|nest| ["Utility.with_weight", "Utility.batch_all"].contains(&nest.name)) {
			chain(LOCAL).execute_with(|| {
				let before = issuance();
				let proposal = Preimage::bound((nest.around)(call.clone())).unwrap();
				let events = pass_referendum(frame_system::RawOrigin::Root.into(), proposal);
				let undone = |event: &RuntimeEvent| {
					matches!(event, RuntimeEvent::Scheduler(pallet_scheduler::Event::Dispatched { result, .. })
						if *result == Err(changed()))
				};
				assert!(events.iter().any(undone), "its enactment is tried, and undone");
				assert_eq!(issuance(), before);
			});
		}
	}
}

#[test]
fn referendum_pays_out_of_an_account_all_the_same() {
	chain(LOCAL).execute_with(|| {
		let pay = pallet_balances::Call::force_transfer {
			source: Alice.to_account_id().into(),
			dest: Bob.to_account_id().into(),
			value: RLC,
		};
		let had = free(&Bob.to_account_id());
		assert_ok!(enact(pay));
		assert_eq!(free(&Bob.to_account_id()), had + RLC);
	});
}

#[test]
fn nobody_makes_a_whitelisted_call_but_the_scheduler() {
	chain(LOCAL).execute_with(|| {
		blocks(1);
		let call = forbidden().remove(0);
		let dispatch = || pallet_whitelist::Call::dispatch_whitelisted_call_with_preimage { call: boxed(call.clone()) };
		// Approved before it is whitelisted: it waits for anyone to make it.
		let origin: OriginCaller = Origin::WhitelistedCaller.into();
		let as_origin = Box::new(origin);
		assert_ok!(enact(pallet_utility::Call::dispatch_as { as_origin, call: boxed(dispatch().into()) }));
		let call_hash = BlakeTwo256::hash_of(&call);
		assert!(pallet_whitelist::DeferredDispatch::<Runtime>::contains_key(call_hash));
		assert_ok!(enact(pallet_whitelist::Call::whitelist_call { call_hash }));

		let before = issuance();
		let expired = pallet_whitelist::Error::<Runtime>::DeferredDispatchExpired;
		assert_eq!(block(vec![signed(Alice, dispatch())]), [Ok(Err(expired.into()))]);
		assert_eq!(issuance(), before);
		assert_noop!(
			Whitelist::dispatch_whitelisted_call_with_preimage(
				RuntimeOrigin::signed(Bob.to_account_id()),
				boxed(call.clone())
			),
			pallet_whitelist::Error::<Runtime>::DeferredDispatchExpired
		);
	});
}
