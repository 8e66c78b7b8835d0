#!/usr/bin/env bash
# Starts the network of network.toml on this machine, takes it through network.zndsl and stops it.
#
#   RLC_NEXT_RUNTIME=next.wasm zombienet/run.sh [rlc-node]
#
# next.wasm is the runtime that the network upgrades to: same runtime, higher spec_version. Without an argument, the
# node is the one in Cargo's target directory. Exits with 0 if every step passed; else the logs are in zombienet/logs.
set -euo pipefail

name=zombienet
. "$(dirname "$0")/../scripts/javascript.sh"

[ -r "${RLC_NEXT_RUNTIME:-}" ] || fail "RLC_NEXT_RUNTIME must name the Wasm file of the runtime to upgrade to"
RLC_NODE=$(node_to_test "${1:-}")
RLC_NEXT_RUNTIME=$(realpath "$RLC_NEXT_RUNTIME")
cd "$(dirname "$0")"
link_packages

run=$(mktemp -d)
RLC_SPEC=$run/spec.json
export RLC_NODE RLC_SPEC RLC_NEXT_RUNTIME

# With job control (set -m) zombienet leads a process group of its own, which its nodes inherit. Killing the group ends
# what this run started and nothing else, also after zombienet died or was interrupted and left its nodes behind.
network=
stop() {
	if [ -n "$network" ]; then
		kill -KILL -- "-$network" 2>/dev/null || true
		wait 2>/dev/null || true
	fi
	rm -rf "$run"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$RLC_NODE" build-spec --chain local --raw --output "$RLC_SPEC"

out=$run/zombienet.log
: >"$out"
set -m
node_modules/.bin/zombienet --provider native --logType text --force --dir "$run/net" test network.zndsl \
	>"$out" 2>&1 </dev/null &
network=$!
set +m

# Of what zombienet says: what the steps observed, how they ended, and errors, but not those of metrics: nodes that are
# still starting have none.
tail -n +1 -s 0.2 -f --pid="$network" "$out" | sed -u -n \
	-e 's/\x1b\[[0-9;]*m//g' \
	-e 's/^observed: /    /p' \
	-e 's/^.* : \(✅\|❌\)/\1/p' \
	-e '/fetching metrics/d' \
	-e '/Error\|Rejection\|Exception/p' &
shown=$!

status=0
wait "$network" || status=$?
wait "$shown" || true

passed=$(grep -c '✅' "$out") || true
failed=$(grep -c '❌ [a-z]*: ' "$out") || true
if [ "$status" != 0 ] || [ "$failed" != 0 ]; then
	logs=logs/$(date +%Y%m%dT%H%M%S)
	mkdir -p "$logs"
	cp "$out" "$RLC_SPEC" "$run"/net/*.log "$logs"/ 2>/dev/null || true
	printf 'zombienet: exit code %s; the logs of all nodes are in zombienet/%s\n' "$status" "$logs"
	[ "$failed" != 0 ] || failed=1
fi
printf 'zombienet: %s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
