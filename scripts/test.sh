#!/usr/bin/env bash
# Every test of the workspace: those of cargo, then those on a network of nodes.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --test
. scripts/env.sh

echo "test: pallets, runtime and node"
cargo test --release
echo "test: random histories, every invariant checked after every block"
cargo run --release --bin rlc-checks -- fuzz --extrinsics 20000
echo "test: building the runtime that the upgrade test upgrades to"
cargo build --release -p rlc-node -p next-runtime
echo "test: a network of validators"
RLC_NEXT_RUNTIME="$TARGET/release/wbuild/rlc-runtime/next_runtime.compact.compressed.wasm" \
	zombienet/run.sh "$TARGET/release/rlc-node"
