//! Compiles the runtime with what measuring it needs, and with what trying it needs: the production runtime lacks both,
//! and they do not go together, as the benchmark of a migration that fails panics when it is only tried.

fn main() {
	println!("cargo:rerun-if-changed=build.rs");
	for (feature, name) in [("RUNTIME_BENCHMARKS", "bench_runtime"), ("TRY_RUNTIME", "try_runtime")] {
		// The builder passes on the features for which such a variable is set.
		let variable = format!("CARGO_FEATURE_{feature}");
		std::env::set_var(&variable, "1");
		let runtime = std::fs::canonicalize("../Cargo.toml").expect("the runtime's manifest is there");
		substrate_wasm_builder::WasmBuilder::new()
			.with_project(runtime)
			.expect("that is a manifest")
			.set_file_name(name)
			.export_heap_base()
			.import_memory()
			.build();
		std::env::remove_var(variable);
	}
}
