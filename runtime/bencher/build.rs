//! Compiles the runtime with what measuring and trying it need, which the production runtime lacks.

fn main() {
	println!("cargo:rerun-if-changed=build.rs");
	// The builder passes on the features for which these variables are set.
	std::env::set_var("CARGO_FEATURE_RUNTIME_BENCHMARKS", "1");
	std::env::set_var("CARGO_FEATURE_TRY_RUNTIME", "1");
	let runtime = std::fs::canonicalize("../Cargo.toml").expect("the runtime's manifest is there");
	substrate_wasm_builder::WasmBuilder::new()
		.with_project(runtime)
		.expect("that is a manifest")
		.set_file_name("bench_runtime")
		.export_heap_base()
		.import_memory()
		.build();
}
