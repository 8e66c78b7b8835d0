#!/usr/bin/env bash
# Transfers per second, from the RPC into blocks of one development node. Median and spread of five runs.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

cargo build --release
cargo bench -p rlc-node --bench transfers "$@"
