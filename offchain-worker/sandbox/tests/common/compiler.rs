//! The compiler of tests and benchmarks, whose own programs do not begin with a main function of theirs.

fn main() {
	rlc_sandbox::compile_if_asked();
}
