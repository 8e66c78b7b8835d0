#!/usr/bin/env bash
# Fills blocks with each of the heaviest calls, and says what they are booked at, and what they take.
#
#   scripts/weigh.sh [--only CALL]...
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

cargo build --release -p rlc-bencher
exec "$TARGET/release/rlc-bencher" calls "$@" \
	--runtime "$TARGET/release/wbuild/rlc-runtime/bench_runtime.compact.compressed.wasm"
