#!/usr/bin/env bash
# What one node does in a second: task lifecycles beside transfers, as it computes them; then transfers from the RPC into
# blocks; then what the whole stack does, from a request to its verified result. Medians of five runs.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

cargo build --release
cargo bench --bench lifecycles "$@"
cargo bench --bench transfers "$@"
scripts/apps.sh
cargo bench --bench stack "$@"
