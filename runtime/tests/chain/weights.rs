//! Where the weights of calls come from.

use std::{
	collections::{BTreeMap, BTreeSet},
	fs,
	path::Path,
};

use frame_benchmarking::{runtime_decl_for_benchmark::BenchmarkV2, BenchmarkList};
use frame_support::{
	traits::{GetCallMetadata, PalletsInfoAccess},
	weights::Weight,
};
use pallet_poco::WeightInfo;
use rlc_primitives::traits::OnTaskClosed;
use rlc_runtime::*;

/// Pallets with calls that nothing here measures, and why.
const UNMEASURED: [(&str, &str); 1] = [(
	"pallet_beefy",
	"reports of equivocations and forks: Substrate weighs them by what they read, and has no benchmark for them",
)];

/// Functions in one file of weights with the same time, and why none is a copy of another: the file, the functions, the
/// reason.
const ALIKE: [(&str, &str, &str); 2] = [
	(
		"frame_system_extensions",
		"check_spec_version, check_tx_version",
		"each reads a number that is part of the runtime",
	),
	("pallet_safe_mode", "enter, extend", "nobody can buy a stop, so neither can be measured"),
];

/// How the doc of a function begins if its weight is an estimate.
const ESTIMATE: &str = "/// Not measured yet";

#[test]
fn every_pallet_with_calls_is_measured() {
	let with_calls: BTreeSet<_> = RuntimeCall::get_module_names()
		.iter()
		.copied()
		.filter(|pallet| !RuntimeCall::get_call_names(pallet).is_empty())
		.collect();
	let crates: BTreeSet<String> = AllPalletsWithSystem::infos()
		.into_iter()
		.filter(|pallet| with_calls.contains(pallet.name))
		.map(|pallet| pallet.module_name.into())
		.collect();
	assert_eq!(crates.len(), with_calls.len(), "each pallet has a crate of its own: {crates:?}, {with_calls:?}");

	let measured: BTreeSet<String> =
		benchmarks().into_iter().filter(|(_, names)| !names.is_empty()).map(|(pallet, _)| pallet).collect();
	let unmeasured: Vec<_> = crates.difference(&measured).map(String::as_str).collect();
	assert_eq!(unmeasured, UNMEASURED.map(|(pallet, _)| pallet), "add the others to runtime/src/benchmarks.rs");
}

/// This includes the extension for free calls, which has no calls of its own.
#[test]
fn every_weight_comes_from_a_benchmark() {
	let benchmarks = benchmarks();
	let mut unmeasured = Vec::new();
	for (name, text) in files() {
		let measured = benchmarks.get(&name).cloned().unwrap_or_default();
		let functions = text.lines().filter_map(|line| line.trim().strip_prefix("fn ")?.split('(').next());
		unmeasured.extend(functions.filter(|one| !measured.contains(*one)).map(|one| format!("{name}::{one}")));
	}
	assert_eq!(unmeasured, [""; 0], "write a benchmark for each");
	assert_eq!(benchmarks["free_calls"].len(), 3, "of free calls, with a tip and without, and of proxies");
}

#[test]
fn no_measured_weight_is_a_copy_of_another() {
	let mut alike = Vec::new();
	for (name, text) in files() {
		alike.extend(of_one_time(&text).into_iter().map(|functions| (name.clone(), functions)));
	}
	let known = ALIKE.map(|(name, functions, _)| (name.to_string(), functions.to_string()));
	assert_eq!(alike, known, "measure each, with scripts/weights.sh; mark an estimate as `{ESTIMATE}`; or say why");
}

#[test]
fn copies_are_found_unless_they_are_estimates() {
	let function = |doc: &str, name: &str, time: &str| {
		let weight = format!("\t\tWeight::from_parts({time}, 9)\n\t\t\t.saturating_add(Weight::from_parts(5, 0))\n");
		format!("\t{doc}\n\tfn {name}(c: u32, ) -> Weight {{\n{weight}\t}}\n")
	};
	let estimate = format!("{ESTIMATE}: `first`.");
	let range = "/// `c`: 1 to 64.";
	let text = [
		function(range, "first", "1_000"),
		function(&estimate, "second", "1_000"),
		function(range, "third", "2_000"),
		function(range, "fourth", "1_000"),
	]
	.concat();
	assert_eq!(of_one_time(&text), ["first, fourth"]);
}

/// `pallet_poco` gives back what a call did not read and write of what was measured for each task and each worker: so much
/// must have been measured.
#[test]
fn what_closings_give_back_was_measured() {
	type Measured = <Runtime as pallet_poco::Config>::WeightInfo;
	let database = <Runtime as frame_system::Config>::DbWeight::get();
	let completions: [fn(u32) -> Weight; 2] = [Measured::complete_with_result, Measured::complete_with_failure];
	for complete in completions {
		assert!(database.writes(2).all_lte(complete(2) - complete(1)), "the work of a contributor, and of a delegate");
	}
	let tasks: [fn(u32) -> Weight; 2] = [Measured::complete_again_with_result, Measured::complete_again_with_failure];
	for complete in tasks {
		assert!(database.writes(1).all_lte(complete(1) - complete(0)), "the task");
	}
	let reveal = Measured::reveal_batch(2) - Measured::reveal_batch(1);
	assert!(database.reads(1).all_lte(reveal), "the task");
	let person = Measured::contribute_and_finalize(2, 0) - Measured::contribute_and_finalize(1, 0);
	assert!(database.writes(1).all_lte(person), "the work of a delegate");
	let results: [fn(u32) -> Weight; 2] =
		[Measured::contribute_and_finalize_batch, Measured::contribute_and_finalize_again];
	for deliver in results {
		let more = deliver(2) - deliver(1);
		assert!(database.reads_writes(2, 3).all_lte(more), "the task, its delegates, and the work of one");
	}
	let verifications = [
		Measured::verify_delegation_ed25519(),
		Measured::verify_delegation_sr25519(),
		Measured::verify_delegation_ecdsa(),
		Measured::verify_delegation_eth(),
		Measured::verify_delegation_message(),
	];
	assert!(verifications.iter().all(|one| database.reads(1).all_lte(*one)), "the first block's hash");
}

/// A further task of a deal is booked at the slope of a line that was fitted to measurements. It shares the deal's keys, so a
/// line that says that it takes more than a first task was fitted badly.
#[test]
fn further_task_of_a_deal_weighs_no_more_than_the_first() {
	type Measured = <Runtime as pallet_poco::Config>::WeightInfo;
	let added = |of: fn(u32) -> Weight| of(1) - of(0);
	let pairs = [
		("complete_again_with_result", added(Measured::complete_again_with_result), Measured::complete_with_result(0)),
		(
			"complete_again_with_failure",
			added(Measured::complete_again_with_failure),
			Measured::complete_with_failure(0),
		),
		(
			"contribute_and_finalize_again",
			added(Measured::contribute_and_finalize_again),
			added(Measured::contribute_and_finalize_batch),
		),
		("prune_again", added(Measured::prune_again), added(Measured::prune)),
		("record_again", Marketplace::weight_again(), <Marketplace as OnTaskClosed>::weight()),
	];
	for (name, further, first) in pairs {
		assert!(further.all_lte(first), "{name}: {further} of {first}; measure it again, on a quiet machine");
	}
}

#[test]
fn matches_of_new_orders_weigh_no_more_than_they_were_charged_for() {
	use pallet_marketplace::WeightInfo;
	type Measured = <Runtime as pallet_marketplace::Config>::WeightInfo;
	for params in [0, 8_192] {
		assert!(Measured::match_new_orders(params).all_lte(Measured::match_orders(params)));
		assert!(Measured::sponsor_match_new_orders(params).all_lte(Measured::sponsor_match_orders(params)));
	}
}

/// Returns the names of the runtime's benchmarks, by the file that holds their weights.
fn benchmarks() -> BTreeMap<String, BTreeSet<String>> {
	let mut chain = sp_io::TestExternalities::default();
	let (lists, _storage) = chain.execute_with(|| Runtime::benchmark_metadata(true));
	let name = |bytes| String::from_utf8(bytes).expect("a name");
	let named = |list: BenchmarkList| {
		(name(list.pallet), list.benchmarks.into_iter().map(|benchmark| name(benchmark.name)).collect())
	};
	lists.into_iter().map(named).collect()
}

/// Returns the files of weights, by name.
fn files() -> BTreeMap<String, String> {
	let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/weights");
	let read = |entry: std::io::Result<fs::DirEntry>| {
		let path = entry.expect("a file of weights").path();
		let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
		(name, fs::read_to_string(path).expect("a file of weights"))
	};
	fs::read_dir(folder).expect("the folder of weights").map(read).collect()
}

/// Returns the measured functions of a file of weights that share a time: for each such time, their names.
fn of_one_time(text: &str) -> Vec<String> {
	let mut functions = BTreeMap::<&str, Vec<&str>>::new();
	let mut function = None;
	let mut is_measured = true;
	for line in text.lines().map(str::trim) {
		if line.starts_with(ESTIMATE) {
			is_measured = false;
		} else if let Some(rest) = line.strip_prefix("fn ") {
			function = rest.split('(').next();
		} else if let Some((time, _)) = line.strip_prefix("Weight::from_parts(").and_then(|rest| rest.split_once(',')) {
			if is_measured {
				functions.entry(time).or_default().extend(function);
			}
			is_measured = true;
		}
	}
	functions.into_values().filter(|names| names.len() > 1).map(|names| names.join(", ")).collect()
}
