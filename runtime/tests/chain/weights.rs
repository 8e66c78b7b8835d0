//! Where the weights of calls come from.

use std::collections::BTreeSet;

use frame_benchmarking::runtime_decl_for_benchmark::BenchmarkV2;
use frame_support::traits::{GetCallMetadata, PalletsInfoAccess};
use rlc_runtime::*;

/// Pallets with calls that nothing here measures, and why.
const UNMEASURED: [(&str, &str); 1] = [(
	"pallet_beefy",
	"reports of equivocations and forks: Substrate weighs them by what they read, and has no benchmark for them",
)];

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

	let mut chain = sp_io::TestExternalities::default();
	let (benchmarks, _storage) = chain.execute_with(|| Runtime::benchmark_metadata(true));
	let measured: BTreeSet<String> = benchmarks
		.into_iter()
		.filter(|list| !list.benchmarks.is_empty())
		.map(|list| String::from_utf8(list.pallet).expect("a crate's name"))
		.collect();
	let unmeasured: Vec<_> = crates.difference(&measured).map(String::as_str).collect();
	assert_eq!(unmeasured, UNMEASURED.map(|(pallet, _)| pallet), "add the others to runtime/src/benchmarks.rs");
}
