#!/usr/bin/env bash
# Keeps chain-specs/ as the runtime's presets say.
#
#   scripts/chain-specs.sh write             regenerates the files
#   scripts/chain-specs.sh compare [NODE]    fails if one differs from what would be written
#
# NODE is the `rlc-node` to ask; without it, one is built.
#
# The runtime's code is left out: it differs between compilers, and a node carries it. `rlc-node build-spec --chain NAME`
# prints the whole of a spec.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

case "${1:-}" in
	write) to=chain-specs ;;
	compare) to=$(mktemp -d) && trap 'rm -rf "$to"' EXIT ;;
	*) echo "usage: scripts/chain-specs.sh write | compare [NODE]" >&2 && exit 2 ;;
esac

node="${2:-}"
if [ -z "$node" ]; then
	cargo build --release
	node="$TARGET/release/rlc-node"
fi
mkdir -p "$to"
for network in dev local testnet mainnet; do
	"$node" build-spec --chain "$network" --disable-default-bootnode |
		jq 'del(.genesis.runtimeGenesis.code)' >"$to/$network.json"
done
if [ "$1" = compare ]; then
	diff -r chain-specs "$to" || { echo "chain-specs: differ from the presets; run make chain-specs" >&2 && exit 1; }
	echo "chain-specs: as the presets say"
fi
