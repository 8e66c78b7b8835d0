#!/usr/bin/env bash
# Starts a development node, signs transactions with polkadot.js and PAPI, and stops the node.
#
#   node/tests/wallets/run.sh [rlc-node]
#
# Without an argument, the node is the one in Cargo's target directory. Exits with 0 if both libraries work.
set -euo pipefail

name=wallets
scripts=$(cd "$(dirname "$0")/../../../scripts" && pwd)
. "$scripts/javascript.sh"
. "$scripts/ports.sh"

node=$(node_to_test "${1:-}")
cd "$(dirname "$0")"
link_packages

run=$(mktemp -d)
chain=
stop() {
	if [ -n "$chain" ]; then
		kill "$chain" 2>/dev/null || true
		wait "$chain" 2>/dev/null || true
	fi
	rm -rf "$run" node_modules
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

port=$(free_port 19944)
"$node" --dev --instant-seal --base-path "$run/node" --rpc-port "$port" --port 0 --no-prometheus --no-telemetry \
	>"$run/log" 2>&1 &
chain=$!
if ! timeout 300 node check.mjs "ws://127.0.0.1:$port"; then
	tail -n 20 "$run/log" >&2
	fail "a wallet's library does not fit this chain"
fi
