//! The program `rlc-node`. Everything it does is in the library of the same name.
fn main() -> std::process::ExitCode {
	rlc_node::run()
}
