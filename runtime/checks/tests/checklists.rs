//! What tests can check of the checklists in CONTRIBUTING.md. They fail with the name of each place that a new call,
//! event, or RPC method was not added to.

use std::{
	fs,
	path::{Path, PathBuf},
};

use frame_support::traits::GetCallName;
use rlc_runtime::Runtime;
use scale_info::{TypeDef, TypeInfo};

/// A pallet of this repository, with what the runtime says of it.
struct Pallet {
	/// The name of its folder.
	name: &'static str,
	calls: Vec<&'static str>,
	events: Vec<&'static str>,
}

/// Something that a place does not name, on purpose.
struct Exception {
	pallet: &'static str,
	name: &'static str,
	why: &'static str,
}

/// Calls that no program beside the chain sends.
const NOT_SENT: [Exception; 3] = [
	Exception { pallet: "marketplace", name: "add_category", why: "governance sends it, with a wallet" },
	Exception { pallet: "rlc", name: "set_treasury_share", why: "governance sends it, with a wallet" },
	Exception { pallet: "rlc", name: "prune", why: "tidies up what holds nobody's money; anyone can, with a wallet" },
];

/// Calls that random histories do not try.
const NOT_TRIED: [Exception; 2] = [
	Exception { pallet: "rlc", name: "set_treasury_share", why: "governance sends it, and no promise depends on it" },
	Exception { pallet: "rlc", name: "prune", why: "needs an account that lost all it had while others need it" },
];

/// Calls whose cost depends on the kind of their argument. They are measured with each kind, under these names.
const MEASURED_BY_KIND: &[(&str, &str, &[&str])] = &[
	("registry", "transfer", &["transfer_app", "transfer_dataset", "transfer_workerpool", "transfer_group"]),
	("registry", "deregister", &["deregister_app", "deregister_dataset", "deregister_workerpool", "deregister_group"]),
	("marketplace", "publish_order", &["publish_app", "publish_dataset", "publish_workerpool", "publish_request"]),
	(
		"marketplace",
		"unpublish_order",
		&["unpublish_app", "unpublish_dataset", "unpublish_workerpool", "unpublish_request"],
	),
	("marketplace", "presign_order", &["presign_app", "presign_dataset", "presign_workerpool", "presign_request"]),
	("marketplace", "cancel_order", &["cancel_app", "cancel_dataset", "cancel_workerpool", "cancel_request"]),
	(
		"marketplace",
		"remove_expired",
		&["remove_expired_app", "remove_expired_dataset", "remove_expired_workerpool", "remove_expired_request"],
	),
	("marketplace", "match_published", &["match_published_signed", "match_published_unattended"]),
	("marketplace", "prune_record", &["prune_pool_record", "prune_app_record"]),
	("poco", "finalize", &["finalize_with_result", "finalize_with_failure"]),
];

/// Events that no program beside the chain reads.
const NOT_READ: [Exception; 4] = [
	Exception { pallet: "rlc", name: "Minted", why: "nothing mints so far, and programs do not follow the supply" },
	Exception { pallet: "rlc", name: "Pruned", why: "what is removed holds nobody's money" },
	Exception { pallet: "rlc", name: "RewardsFunded", why: "validators' rewards are no business of the market" },
	Exception {
		pallet: "rlc",
		name: "TreasuryShareSet",
		why: "what becomes of a fee that was paid is no business of the market",
	},
];

fn pallets() -> [Pallet; 4] {
	fn pallet<Call: GetCallName, Event: TypeInfo>(name: &'static str) -> Pallet {
		let TypeDef::Variant(events) = Event::type_info().type_def else { panic!("events of {name} are an enum") };
		let events = events.variants.iter().map(|variant| variant.name).collect();
		Pallet { name, calls: Call::get_call_names().to_vec(), events }
	}
	[
		pallet::<pallet_registry::Call<Runtime>, pallet_registry::Event<Runtime>>("registry"),
		pallet::<pallet_marketplace::Call<Runtime>, pallet_marketplace::Event<Runtime>>("marketplace"),
		pallet::<pallet_poco::Call<Runtime>, pallet_poco::Event<Runtime>>("poco"),
		pallet::<pallet_rlc::Call<Runtime>, pallet_rlc::Event<Runtime>>("rlc"),
	]
}

/// Returns the repository's root.
fn root() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the text of a file and, for a module, of the files in the folder beside it. It is empty if there is none, so
/// that all is missing there.
fn text(place: &str) -> String {
	let path = root().join(place);
	let mut text = fs::read_to_string(&path).unwrap_or_default();
	let below = fs::read_dir(path.with_extension("")).into_iter().flatten().flatten().map(|entry| entry.path());
	below.filter(|file| file.extension().is_some_and(|kind| kind == "rs")).for_each(|file| {
		text += &fs::read_to_string(file).unwrap_or_default();
	});
	text
}

/// Returns a call's name as a variant of an enum.
fn camel(snake: &str) -> String {
	let capitalized = snake.split('_').map(|word| {
		let (first, rest) = word.split_at(1);
		first.to_uppercase() + rest
	});
	capitalized.collect()
}

/// Returns whether a name is in the text, and not as a part of a longer one.
fn names(text: &str, name: &str) -> bool {
	let is_part = |one: char| one.is_ascii_alphanumeric() || one == '_';
	text.match_indices(name).any(|(at, _)| {
		let before = text[..at].chars().next_back();
		let after = text[at + name.len()..].chars().next();
		let begins_inside = before.is_some_and(is_part) && name.starts_with(is_part);
		let ends_inside = after.is_some_and(is_part) && name.ends_with(is_part);
		!begins_inside && !ends_inside
	})
}

/// Fails with every name that a place lacks, and what to add there.
fn assert_none(missing: &[String]) {
	assert!(missing.is_empty(), "a checklist of CONTRIBUTING.md is not done:\n  {}\n", missing.join("\n  "));
}

/// Returns what a kind of place lacks: `place` says where it is for a pallet, and `is_named` whether its text names an
/// item.
fn missing(
	items: impl Fn(&Pallet) -> Vec<&'static str>,
	place: impl Fn(&Pallet) -> String,
	is_named: impl Fn(&Pallet, &str, &str) -> bool,
	advice: &str,
	exceptions: &[Exception],
) -> Vec<String> {
	let mut missing = Vec::new();
	for pallet in &pallets() {
		let place = place(pallet);
		let text = text(&place);
		for item in items(pallet) {
			let is_named = is_named(pallet, &text, item);
			let is_excepted = exceptions.iter().any(|one| (one.pallet, one.name) == (pallet.name, item));
			if !is_named && !is_excepted {
				missing.push(format!("{place}: {}.{item} is missing; {advice}", pallet.name));
			} else if is_named && is_excepted {
				missing.push(format!("tests/checklists.rs: {}.{item} is in {place}; drop the exception", pallet.name));
			}
		}
	}
	missing
}

#[test]
fn every_call_is_in_its_pallets_readme() {
	assert_none(&missing(
		|pallet| pallet.calls.clone(),
		|pallet| format!("pallets/{}/README.md", pallet.name),
		|_, text, call| text.lines().any(|line| line.starts_with(&format!("| `{call}("))),
		"add a row to the table of calls",
		&[],
	));
}

#[test]
fn every_call_is_measured() {
	let has_function = |_: &Pallet, text: &str, call: &str| names(text, &format!("fn {call}("));
	let is_measured = |pallet: &Pallet, text: &str, call: &str| {
		let by_kind = MEASURED_BY_KIND.iter().find(|(of, whole, _)| (*of, *whole) == (pallet.name, call));
		let whole = [call];
		let parts = by_kind.map_or(whole.as_slice(), |(.., kinds)| *kinds);
		parts.iter().all(|part| names(text, &format!("fn {part}(")))
	};
	let calls = |pallet: &Pallet| pallet.calls.clone();
	let mut all = missing(
		calls,
		|pallet| format!("pallets/{}/src/benchmarking.rs", pallet.name),
		is_measured,
		"add a benchmark",
		&[],
	);
	all.extend(missing(
		calls,
		|pallet| format!("pallets/{}/src/weights.rs", pallet.name),
		has_function,
		"add a method to the trait and to ()",
		&[],
	));
	all.extend(missing(
		calls,
		|pallet| format!("runtime/src/weights/pallet_{}.rs", pallet.name),
		is_measured,
		"run scripts/weights.sh",
		&[],
	));
	assert_none(&all);
}

#[test]
fn every_call_can_be_sent() {
	assert_none(&missing(
		|pallet| pallet.calls.clone(),
		|pallet| format!("offchain-worker/chain/src/calls/{}.rs", pallet.name),
		|_, text, call| names(text, &camel(call)),
		"add a variant",
		&NOT_SENT,
	));
}

#[test]
fn every_call_is_tried_by_random_histories() {
	assert_none(&missing(
		|pallet| pallet.calls.clone(),
		|_| "runtime/checks/src/fuzz/actions.rs".into(),
		// Pallets' calls are imported there under the pallets' names, but for those of the marketplace.
		|pallet, text, call| {
			let import = if pallet.name == "marketplace" { "Call".into() } else { camel(pallet.name) };
			names(text, &format!("{import}::{call} {{"))
		},
		"add an action",
		&NOT_TRIED,
	));
}

#[test]
fn every_event_is_documented_and_read() {
	let mut all = missing(
		|pallet| pallet.events.clone(),
		|pallet| format!("pallets/{}/README.md", pallet.name),
		|_, text, event| text.contains(&format!("`{event}`")),
		"name the event in the table of calls or in the lifecycle",
		&[],
	);
	all.extend(missing(
		|pallet| pallet.events.clone(),
		|pallet| format!("offchain-worker/chain/src/events/{}.rs", pallet.name),
		|_, text, event| names(text, event),
		"add a variant",
		&NOT_READ,
	));
	assert_none(&all);
}

#[test]
fn every_rpc_method_is_documented() {
	let openrpc = fs::read_to_string(root().join("docs/rpc/openrpc.json")).expect("the OpenRPC document");
	let openrpc: serde_json::Value = serde_json::from_str(&openrpc).expect("JSON");
	let methods = openrpc["methods"].as_array().expect("a list of methods");
	let manual = text("docs/rpc.md");
	let names = methods.iter().map(|method| method["name"].as_str().expect("each has a name"));
	let missing: Vec<_> = names
		.filter(|name| !manual.contains(&format!("`{name}`")))
		.map(|name| format!("docs/rpc.md: {name} is missing; add a row"))
		.collect();
	assert_none(&missing);
}

#[test]
fn exceptions_are_explained() {
	for exception in NOT_SENT.iter().chain(&NOT_TRIED).chain(&NOT_READ) {
		let Exception { pallet, name, why } = exception;
		let known =
			pallets().iter().any(|one| one.name == *pallet && (one.calls.contains(name) || one.events.contains(name)));
		assert!(known && why.len() > 20, "{pallet}.{name} is gone, or its exception says no reason");
	}
}

#[test]
fn names_are_whole() {
	assert!(names("a Claim, b", "Claim") && !names("ClaimAll", "Claim") && !names("Reclaim", "claim"));
	assert!(names("Call::prune { order }", "::prune {") && !names("Call::prune_order {", "::prune {"));
	assert_eq!(camel("contribute_and_finalize"), "ContributeAndFinalize");
}
