//! Puts the version and the commit into the binary, for `--version` and the RPC `system_version`.

fn main() {
	substrate_build_script_utils::generate_cargo_keys();
	substrate_build_script_utils::rerun_if_git_head_changed();
}
