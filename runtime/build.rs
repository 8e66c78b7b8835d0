//! Builds the Wasm runtime that the node ships and a chain stores.

fn main() {
	#[cfg(feature = "std")]
	wasm();
}

#[cfg(feature = "std")]
fn wasm() {
	// The Wasm is the production runtime, whatever the native code around it is compiled with: tests and the node
	// enable these features natively, so that one set of compiled dependencies serves all. The runtimes that are to
	// have them are built by crates of their own (`bencher`, `zombienet/next-runtime`).
	for feature in ["NEXT_VERSION", "RUNTIME_BENCHMARKS", "TRY_RUNTIME"] {
		// The builder passes on the features for which cargo set this variable.
		std::env::remove_var(format!("CARGO_FEATURE_{feature}"));
	}

	let builder = substrate_wasm_builder::WasmBuilder::init_with_defaults();
	#[cfg(feature = "metadata-hash")]
	let builder = builder.enable_metadata_hash("RLC", 9);
	builder.build();
}
