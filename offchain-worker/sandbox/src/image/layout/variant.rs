//! Which variants of its architecture this machine's processor is.

/// Returns whether the processor has all that a variant asks for, beyond what each of its architecture has. One that is not known
/// is another's.
///
/// The levels are those of the [System V ABI](https://gitlab.com/x86-psABIs/x86-64-ABI).
#[cfg(target_arch = "x86_64")]
pub fn is_here(variant: &str) -> bool {
	use std::arch::is_x86_feature_detected as has;
	let two =
		|| has!("cmpxchg16b") && has!("popcnt") && has!("sse3") && has!("ssse3") && has!("sse4.1") && has!("sse4.2");
	let three = || {
		let vectors = has!("avx") && has!("avx2") && has!("f16c") && has!("fma");
		vectors && has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("movbe")
	};
	let four = || has!("avx512f") && has!("avx512bw") && has!("avx512cd") && has!("avx512dq") && has!("avx512vl");
	match variant {
		"v2" => two(),
		"v3" => two() && three(),
		"v4" => two() && three() && four(),
		_ => false,
	}
}

/// Returns whether the processor has all that a variant asks for: of other architectures, that is not looked at.
#[cfg(not(target_arch = "x86_64"))]
pub fn is_here(_: &str) -> bool {
	false
}
