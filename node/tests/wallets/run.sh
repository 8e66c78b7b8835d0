#!/usr/bin/env bash
# Starts a development node, signs transactions with polkadot.js and PAPI, and stops the node.
#
#   node/tests/wallets/run.sh [rlc-node]
#
# Without an argument, the node is the one in Cargo's target directory. Exits with 0 if both libraries work.
set -euo pipefail

fail() { printf 'wallets: %s\n' "$*" >&2; exit 1; }

here=$(cd "$(dirname "$0")" && pwd)
node=${1:-${CARGO_TARGET_DIR:-$here/../../../target}/release/rlc-node}
[ -x "$node" ] || fail "no node at $node: build it, or give its path"
command -v npm >/dev/null || fail "needs Node.js 20 or newer with npm"
node=$(realpath "$node")
cd "$here"

# The packages are kept outside of the checkout, so that another one need not download them again.
packages=${XDG_CACHE_HOME:-$HOME/.cache}/rlc/wallets-$(cat package-lock.json .npmrc | sha256sum | cut -c 1-16)
if ! [ -d "$packages" ]; then
	mkdir -p "$(dirname "$packages")"
	new=$(mktemp -d "$packages.XXXXXX")
	cp package.json package-lock.json .npmrc "$new"
	(cd "$new" && npm ci --no-audit --no-fund)
	mv -T "$new" "$packages" || [ -d "$packages" ]
fi
rm -rf node_modules
ln -s "$packages/node_modules" node_modules

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

port=${WALLETS_PORT:-19944}
"$node" --dev --instant-seal --base-path "$run/node" --rpc-port "$port" >"$run/log" 2>&1 &
chain=$!
if ! timeout 300 node check.mjs "ws://127.0.0.1:$port"; then
	tail -n 20 "$run/log" >&2
	fail "a wallet's library does not fit this chain"
fi
