#!/usr/bin/env bash
# Every test of the workspace: those of cargo, then those on a network of nodes.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --test
. scripts/env.sh

echo "test: the example apps"
scripts/apps.sh --test
echo "test: pallets, runtime, node, and what runs beside the chain"
# Most of the time, tests of nodes and of whole stacks wait for blocks: twice as many at a time as there are processors.
RUST_TEST_THREADS="${RUST_TEST_THREADS:-$(($(nproc) * 2))}" cargo test --release
echo "test: random histories, every invariant checked after every block"
cargo run --release --bin rlc-checks -- fuzz --extrinsics 20000
echo "test: building the runtime that the upgrade test upgrades to"
# Together with all that is built by default: alone, it would have other features, and all dependencies compiled anew.
members=$(cargo metadata --no-deps --format-version 1 | jq -r '.workspace_default_members[] | "--package", .')
# shellcheck disable=SC2086 # Two words for each of them.
cargo build --release $members --package next-runtime
echo "test: a network of validators"
RLC_NEXT_RUNTIME="$TARGET/release/wbuild/rlc-runtime/next_runtime.compact.compressed.wasm" \
	zombienet/run.sh "$TARGET/release/rlc-node"
