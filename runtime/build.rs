//! Builds the Wasm runtime that the node ships and a chain stores.

fn main() {
	#[cfg(feature = "std")]
	wasm();
}

#[cfg(feature = "std")]
fn wasm() {
	// The Wasm is the production runtime, whatever the native code around it is compiled with: tests and the node
	// enable these features natively, so that one set of compiled dependencies serves all. Whoever wants them in the
	// Wasm (to measure weights, to try a runtime on a chain's state, to test an upgrade) names them.
	println!("cargo:rerun-if-env-changed=RLC_WASM_FEATURES");
	let wanted = std::env::var("RLC_WASM_FEATURES").unwrap_or_default();
	for feature in ["next-version", "runtime-benchmarks", "try-runtime"] {
		// The builder passes on the features for which cargo set this variable.
		let variable = format!("CARGO_FEATURE_{}", feature.replace('-', "_").to_uppercase());
		if wanted.split(',').any(|name| name == feature) {
			std::env::set_var(variable, "1");
		} else {
			std::env::remove_var(variable);
		}
	}

	let builder = substrate_wasm_builder::WasmBuilder::init_with_defaults();
	#[cfg(feature = "metadata-hash")]
	let builder = builder.enable_metadata_hash("RLC", 9);
	builder.build();
}
