#!/usr/bin/env bash
# Measures every call and hook of the runtime and regenerates runtime/src/weights/.
#
#   scripts/weights.sh [PALLET...]    only these: crate names with underscores, such as pallet_rlc, or free_calls
#   STEPS=50 REPEAT=20                how often; what is committed says what it was measured with
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

cargo build --release -p rlc-bencher
runtime="$TARGET/release/wbuild/rlc-runtime/bench_runtime.compact.compressed.wasm"

# Measured with a live network's timing: on `development`, waits are so short that some benchmarks find nothing to do.
# Pallets whose weights are written by hand around benchmarks of parts are left out; so is the machine itself.
chosen=(--pallet '*' --exclude-pallets frame_benchmarking,pallet_babe,pallet_grandpa,pallet_offences)
[ $# = 0 ] || chosen=(--pallets "$(IFS=, && echo "$*")")
"$TARGET/release/rlc-bencher" pallet --runtime "$runtime" --genesis-builder runtime --genesis-builder-preset sovereign \
	"${chosen[@]}" --extrinsic '*' --steps "${STEPS:-50}" --repeat "${REPEAT:-20}" \
	--template scripts/weights.hbs --output runtime/src/weights/
