#!/usr/bin/env bash
# What can be said about the code without running it.
#
#   scripts/lint.sh            all parts, the cheap ones first
#   scripts/lint.sh quick      the parts that compile nothing
#   scripts/lint.sh PART...    only these
#
#   format        rustfmt, here and in the apps' workspace
#   spelling      typos.toml
#   links         what documents refer to is there: files, headings, commands
#   json          JSON files are JSON
#   layers        who may depend on whom: .config/layers.txt (invariant I8 is a part of it)
#   forms         rlc-json alone writes the JSON of orders, deals and tasks
#   sizes         no long source file, no long function, and no mod.rs in src
#   licenses      deny.toml: licenses, sources and versions of dependencies
#   features      features reach every dependency that has them
#   clippy        no warning, tests and benchmarks included
#   clippy-wasm   no warning in the runtime as it is compiled for Wasm, where nothing may panic
#   apps          no warning in the example apps
#   advisories    known faults of dependencies; needs the network, and is not among `all`
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh
. scripts/tools.sh

quick=(format spelling links json layers forms sizes licenses features)
slow=(clippy clippy-wasm apps)

# rustup's part $1, which cargo calls $2.
component() {
	"cargo-$2" --version >/dev/null 2>&1 || rustup component add "$1"
}

part_format() {
	component rustfmt fmt
	cargo fmt --all --check
	(cd offchain-worker/apps && cargo fmt --all --check)
}
part_spelling() {
	tool_typos
	typos --format brief || {
		echo "lint: if the word is right, add it to typos.toml; else \`typos --write-changes\` corrects it" >&2
		return 1
	}
}
part_links() { scripts/doc-links.sh; }
part_json() { scripts/lint/files.sh '*.json' | xargs -0 -n 1 sh -c 'jq empty "$1" || { echo "json: $1" >&2; exit 1; }' -; }
part_layers() { scripts/lint/layers.sh; }
part_forms() { scripts/lint/forms.sh; }
part_sizes() { scripts/lint/sizes.sh; }
part_licenses() {
	tool_cargo_deny
	cargo deny --log-level error check licenses bans sources
}
part_features() {
	scripts/lint/features.sh
}
part_clippy() {
	component clippy clippy
	cargo clippy --release --all-targets -- -D warnings
}
part_clippy-wasm() {
	component clippy clippy
	cargo wasm-lints
}
part_apps() {
	component clippy clippy
	mkdir -p "$TARGET/apps-build"
	export CARGO_TARGET_DIR
	CARGO_TARGET_DIR=$(realpath "$TARGET/apps-build")
	cd offchain-worker/apps
	cargo clippy --locked --all-targets --quiet -- -D warnings
}
part_advisories() {
	tool_cargo_deny
	cargo deny check advisories
}

parts=()
[ $# != 0 ] || set -- quick "${slow[@]}"
for part in "$@"; do
	case "$part" in
		quick) parts+=("${quick[@]}") ;;
		*)
			if ! declare -F "part_$part" >/dev/null; then
				echo "lint: there is no part $part; the parts are: ${quick[*]} ${slow[*]} advisories" >&2
				exit 2
			fi
			parts+=("$part")
			;;
	esac
done

scripts/setup.sh
for part in "${parts[@]}"; do
	echo "lint: $part"
	# In a shell of its own, in which the first failure ends it.
	(set -e; "part_$part")
done
