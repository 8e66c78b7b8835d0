#!/usr/bin/env bash
# Builds the node and starts a development chain. Options are passed on to the node.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

echo "node: building; the first time this takes about 30 minutes on two cores"
cargo build --release
echo "node: starting a development chain, JSON-RPC on ws://127.0.0.1:9944; Ctrl-C stops it"
exec "$TARGET/release/rlc-node" --dev "$@"
