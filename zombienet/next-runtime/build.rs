//! Compiles the workspace's runtime with its feature `next-version`.

fn main() {
	println!("cargo:rerun-if-changed=build.rs");
	// The builder passes on the features for which this variable is set.
	std::env::set_var("CARGO_FEATURE_NEXT_VERSION", "1");
	let runtime = std::fs::canonicalize("../../runtime/Cargo.toml").expect("the runtime's manifest is there");
	substrate_wasm_builder::WasmBuilder::new()
		.with_project(runtime)
		.expect("that is a manifest")
		.set_file_name("next_runtime")
		.export_heap_base()
		.import_memory()
		.build();
}
