#!/usr/bin/env bash
# Every test of the workspace.
#
#   scripts/test.sh            all parts, in this order
#   scripts/test.sh PART...    only these
#
#   apps       the example apps: built, and tested natively
#   build      all programs and tests, and the runtime that the upgrade test upgrades to
#   cargo      tests of pallets, runtime and node, of what runs beside the chain, and of whole stacks
#   parsers    readers of what strangers send, each with PROPTEST_CASES cases (100,000)
#   attacks    known attacks on the economy, on the runtime: none may pay or break a promise
#   fuzz       random histories on the runtime, every invariant checked after every block
#   wallets    transactions that polkadot.js and PAPI sign
#   network    a network of validators
#   languages  the same app in several languages
#   demo       `rlc demo`, which checks its results and its books
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --test
. scripts/env.sh
. scripts/ports.sh

# What is built by default, and the next runtime. Alone, any of them would have other features, and all dependencies
# would be compiled again.
members=$(cargo metadata --no-deps --format-version 1 | jq -er '.workspace_default_members[] | "--package", .')
mapfile -t packages <<<"$members"
packages+=(--package next-runtime)

part_apps() { scripts/apps.sh --test; }
part_build() { cargo test --release --no-run "${packages[@]}"; }
part_cargo() {
	# Most of the time, tests of nodes and of whole stacks wait for blocks: twice as many at a time as there are
	# processors, and whole stacks beside all others.
	export RUST_TEST_THREADS="${RUST_TEST_THREADS:-$(($(nproc) * 2))}"
	local failed=0 stacks output
	output=$(mktemp)
	cargo test --release "${packages[@]}" --test end_to_end >"$output" 2>&1 &
	stacks=$!
	{
		cargo test --release "${packages[@]}" --lib --bins --examples --test '[!e]*' --test 'e[!n]*' &&
			cargo test --release "${packages[@]}" --doc
	} || failed=1
	wait "$stacks" || failed=1
	echo "test: whole stacks, which ran beside the others:"
	cat "$output"
	rm -f "$output"
	return $failed
}
part_parsers() {
	scratch="${TMPDIR:-/tmp}"
	[ ! -w /dev/shm ] || scratch=/dev/shm
	scratch=$(mktemp -d "$scratch/rlc-parsers.XXXXXX")
	trap 'rm -rf "$scratch"' EXIT
	# Some cases write files. What fails is kept in proptest-regressions/, and tried first from then on.
	TMPDIR="$scratch" PROPTEST_CASES="${PROPTEST_CASES:-100000}" RUST_TEST_THREADS="${RUST_TEST_THREADS:-$(nproc)}" \
		cargo test --release "${packages[@]}" --lib parsing::
}
# These run what the tests built: `cargo build` alone would have other features, and compile all of ours once more.
part_fuzz() {
	build
	"$TARGET/release/rlc-checks" fuzz --extrinsics 20000
}
part_attacks() {
	build
	"$TARGET/release/rlc-checks" attacks
}
part_wallets() {
	build
	node/tests/wallets/run.sh "$TARGET/release/rlc-node"
}
part_network() {
	build
	RLC_NEXT_RUNTIME="$TARGET/release/wbuild/rlc-runtime/next_runtime.compact.compressed.wasm" \
		zombienet/run.sh "$TARGET/release/rlc-node"
}
part_languages() {
	build
	offchain-worker/apps/languages/test.sh "$TARGET/release/rlc" c cpp assemblyscript
}
part_demo() {
	build
	scripts/apps.sh
	results=$(mktemp -d)
	trap 'rm -rf "$results"' EXIT
	"$TARGET/release/rlc" demo --headless --output "$results" \
		--rpc-port "$(free_port 21944)" --scheduler-port "$(free_port 21955)"
}

# Whether a part of this run has built everything.
built=
build() { [ -n "$built" ] || part_build; }

all=(apps build cargo parsers attacks fuzz wallets network languages demo)
[ $# != 0 ] || set -- "${all[@]}"
for part in "$@"; do
	if ! declare -F "part_$part" >/dev/null; then
		echo "test: there is no part $part; the parts are: ${all[*]}" >&2
		exit 2
	fi
	echo "test: $part"
	# In a shell of its own, in which the first failure ends it.
	(set -e; "part_$part")
	case "$part" in build | cargo) built=1 ;; esac
done
